"""Imports, exports, lapsed leases and mail in the background. Every task may run twice."""

from celery import Task, shared_task
from django.utils import timezone

from annotation import corpus, declining, exports, leases, resets, webhooks


@shared_task(name="annotation.tasks.import_corpus", soft_time_limit=4 * 3600, time_limit=4 * 3600 + 300)
def import_corpus(corpus_id: int) -> None:
    """Import an uploaded file; as long as a file of many millions of sentences takes."""
    corpus.import_upload(corpus_id)


@shared_task(name="annotation.tasks.export_annotations", soft_time_limit=4 * 3600, time_limit=4 * 3600 + 300)
def export_annotations(export_id: int) -> None:
    """Write the file of an export."""
    exports.run(export_id)


@shared_task(name="annotation.tasks.release_expired")
def release_expired() -> None:
    """Free what lapsed leases hold, and give up on what nobody is left to read."""
    leases.expire_leases(now=timezone.now())
    declining.decline_unreadable(now=timezone.now())


@shared_task(name="annotation.tasks.take_up_transfers")
def take_up_transfers() -> None:
    """Start imports and exports again that no worker has in hand."""
    corpus.take_up_uploads()
    exports.take_up()


@shared_task(name="annotation.tasks.send_webhooks")
def send_webhooks() -> None:
    """Send the messages that are due."""
    webhooks.send_due(now=timezone.now())


@shared_task(name="annotation.tasks.send_reset_links", bind=True)
def send_reset_links(task: Task, *user_ids: int) -> None:
    """Mail links for forgotten passwords."""
    resets.send_links(user_ids, now=timezone.now(), request_id=task.request.get("request_id") or "")

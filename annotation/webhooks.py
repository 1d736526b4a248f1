"""Webhooks: who is told of what, and the sending of it, as the Standard Webhooks specification has it.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md. A message is a row
stored in the transaction of what it tells of; the beat's task sends it. The secret is shown once.
"""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db.models import F
from django.utils import timezone

from annotation import audit, outgoing
from annotation.errors import NotFound
from annotation.models import Delivery, Project, Webhook
from config.lanes import send

State = Delivery.State

# Waits after the first attempt, the second, …; by the specification's example. A message dies after a day.
WAITS = [timedelta(seconds=5)] + [timedelta(minutes=minutes) for minutes in (5, 30, 120, 300, 600, 600)]
KEPT = timedelta(days=30)
# So many in one run of the task, each with 15 seconds at most.
AT_ONCE = 20
LATEST_SHOWN = 10
TEST = "test"


def create(project: Project, *, url: str, kinds: Sequence[str], actor: User) -> Webhook:
    """Register an address. Raises BadInput for one that messages may not go to."""
    outgoing.check_url(url)
    webhook = Webhook.objects.create(
        project=project,
        url=url,
        kinds=sorted(set(kinds)),
        secret="whsec_" + base64.b64encode(secrets.token_bytes(24)).decode(),
        created_by=actor,
        created_at=timezone.now(),
    )
    audit.note(thing=f"webhook {webhook.pk}", after={"url": url, "kinds": webhook.kinds})
    return webhook


def find(project: Project, webhook_id: int) -> Webhook:
    """Return a webhook of the project. Raises NotFound."""
    webhook = project.webhooks.filter(pk=webhook_id).first()
    if webhook is None:
        raise NotFound("not_in_project", thing="webhook", id=webhook_id)
    return webhook


def remove(webhook: Webhook) -> None:
    """End a webhook; what is on its way to it is dropped."""
    audit.note(before={"url": webhook.url, "kinds": webhook.kinds})
    webhook.delete()


def latest(webhook: Webhook) -> list[Delivery]:
    """Return the last messages, the newest first."""
    return list(webhook.deliveries.order_by("-pk")[:LATEST_SHOWN])


def tell(project: Project, kind: str, /, **data: Any) -> None:
    """Store a message for everybody who wants this kind. Needs the transaction of what it tells of."""
    for webhook in Webhook.objects.filter(project=project, kinds__contains=[kind]):
        _store(webhook, kind, data)


def test(webhook: Webhook) -> Delivery:
    """Send a message that tells of nothing, at once."""
    delivery = _store(webhook, TEST, {})
    send("annotation.tasks.send_webhooks")
    return delivery


def _store(webhook: Webhook, kind: str, data: dict[str, Any]) -> Delivery:
    now = timezone.now()
    message = {"type": kind, "timestamp": now.isoformat(), "data": {"project": webhook.project_id, **data}}
    return Delivery.objects.create(
        webhook=webhook, kind=kind, body=json.dumps(message), created_at=now, due_at=now
    )


def send_due(*, now: datetime) -> None:
    """Send what is due and forget what is old. Several at once share the work.

    A receiver that does not answer is asked once a run: it must not hold up the lane for the others.
    """
    Delivery.objects.filter(created_at__lt=now - KEPT).delete()
    due = Delivery.objects.filter(state=State.WAITING, due_at__lte=now)
    silent: set[int] = set()
    for delivery in due.select_related("webhook").order_by("due_at")[:AT_ONCE]:
        if delivery.webhook_id not in silent and not _send(delivery, now=now):
            silent.add(delivery.webhook_id)


def _send(delivery: Delivery, *, now: datetime) -> bool:
    """Take an attempt, so that no other process does, and make it; False when nobody answered.

    The row says when the next one is due before this one is made: a process that dies loses one attempt.
    """
    is_last = delivery.attempts == len(WAITS)
    due_at = now + WAITS[min(delivery.attempts, len(WAITS) - 1)]
    this = Delivery.objects.filter(pk=delivery.pk)
    taken = this.filter(state=State.WAITING, attempts=delivery.attempts)
    if not taken.update(attempts=F("attempts") + 1, due_at=due_at):
        return True
    headers = sign(delivery, at=now) | {"Content-Type": "application/json"}
    status, answer = outgoing.post(delivery.webhook.url, delivery.body.encode(), headers)
    state = State.DEAD if is_last else State.WAITING
    if status is not None and 200 <= status < 300:
        state = State.DELIVERED
    this.update(state=state, status=status, answer=answer)
    return status is not None


def sign(delivery: Delivery, *, at: datetime) -> dict[str, str]:
    """Return the headers by which the receiver knows a message, when it was sent, and that it is ours."""
    message_id, timestamp = f"msg_{delivery.message_id.hex}", str(int(at.timestamp()))
    key = base64.b64decode(delivery.webhook.secret.removeprefix("whsec_"))
    signed = f"{message_id}.{timestamp}.{delivery.body}".encode()
    signature = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{signature}",
    }

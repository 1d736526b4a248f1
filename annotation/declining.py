"""Declining: the stored moment from which a sentence waits for no reader any more.

A declined sentence keeps its place in the samples that drew it; nothing replaces it, and nothing takes it
back: freezes only grow, so a person who joins later is not handed it. Work on it that comes late is kept.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import connection, transaction

from annotation.models import Assignment, Offer, Sentence

SKIPS_TO_DECLINE = 2
# A person without work for so long is not waited for: longer than from a Friday to the same hour of Monday.
IDLE = timedelta(hours=96)


def decline(sentence_ids: Iterable[int], *, now: datetime) -> None:
    """Close sentences to further readers. Needs a transaction."""
    Sentence.objects.filter(pk__in=sentence_ids, declined_at=None).update(declined_at=now)
    Offer.objects.filter(sentence__in=sentence_ids).delete()


def is_skipped_enough(assignment: Assignment) -> bool:
    """Tell whether one more skip makes enough. Locks the sentence: two may skip it at once."""
    Sentence.objects.select_for_update(no_key=True).get(pk=assignment.sentence_id)
    skips = Assignment.objects.filter(sentence_id=assignment.sentence_id, state=Assignment.State.SKIPPED)
    return skips.count() + 1 >= SKIPS_TO_DECLINE


# Open readings that hold an arm's sample or the holdout back and that nobody is left to give: somebody has
# read or skipped the sentence, a lease's time ago or more, and every annotator who is not idle has seen it.
UNREADABLE = """
SELECT o.id, o.sentence_id FROM annotation_offer o
JOIN annotation_queue q ON q.id = o.queue_id JOIN annotation_project p ON p.id = q.project_id
JOIN annotation_sentence s ON s.id = o.sentence_id
CROSS JOIN LATERAL (
    SELECT coalesce(p.simulated_now, %(now)s) AS now,
        coalesce(p.simulated_now, %(now)s) - make_interval(secs => %(idle_seconds)s) AS idle_since) clock
WHERE (q.kind <> 'measurement' OR s.split = 'holdout')
  AND NOT EXISTS (
    SELECT 1 FROM annotation_assignment a
    WHERE a.sentence_id = o.sentence_id AND a.slot = o.slot AND a.state = 'submitted')
  AND EXISTS (
    SELECT 1 FROM annotation_assignment a
    WHERE a.sentence_id = o.sentence_id AND a.state IN ('submitted', 'skipped'))
  AND NOT EXISTS (
    SELECT 1 FROM annotation_assignment a WHERE a.sentence_id = o.sentence_id
      AND (a.state = 'leased' OR a.finished_at > clock.now - make_interval(secs => p.lease_seconds)))
  AND NOT EXISTS (
    SELECT 1 FROM annotation_membership m
    WHERE m.project_id = p.id AND m.active AND m.role = 'annotator'
      AND (m.joined_at > clock.idle_since OR EXISTS (
        SELECT 1 FROM annotation_assignment w
        WHERE w.annotator_id = m.user_id AND w.project_id = p.id AND w.leased_at > clock.idle_since))
      AND NOT EXISTS (
        SELECT 1 FROM annotation_assignment k WHERE k.sentence_id = o.sentence_id
          AND k.annotator_id = m.user_id AND k.state IN ('leased', 'submitted', 'skipped')))
FOR UPDATE OF o SKIP LOCKED
"""


@transaction.atomic
def decline_unreadable(*, now: datetime) -> int:
    """Decline the sentences that hold a sample back and that nobody is left to read; return how many."""
    with connection.cursor() as cursor:
        cursor.execute(UNREADABLE, {"now": now, "idle_seconds": IDLE.total_seconds()})
        ids = {sentence_id for _, sentence_id in cursor.fetchall()}
    decline(ids, now=now)
    return len(ids)

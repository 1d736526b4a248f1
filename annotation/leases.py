"""Leases: prolonging, giving back, lapsing, skipping. What nobody holds goes back to its old place."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction

from annotation import charging, declining, outbox
from annotation.errors import Conflict, NotFound
from annotation.models import Assignment, Flag, Offer

# The reason of a skip that managers are told of.
PERSONAL_DATA = "personal_data"


def renew(assignment_id: uuid.UUID, *, annotator_id: int, now: datetime) -> datetime:
    """Prolong the person's lease and return until when; a lapsed one is taken up again if still free."""
    with transaction.atomic():
        charging.lock(annotator_id)
        assignment = latest_of(own_assignment(assignment_id, annotator_id=annotator_id))
        if assignment.state in (Assignment.State.EXPIRED, Assignment.State.RELEASED):
            if not take_back(assignment):
                raise Conflict("lease_gone", details={"state": assignment.state})
            assignment.state = Assignment.State.LEASED
            charging.charge([assignment.pk])
        if assignment.state != Assignment.State.LEASED:
            raise _over(assignment)
        assignment.lease_until = now + timedelta(seconds=assignment.project.lease_seconds)
        assignment.save(update_fields=["lease_until", "state"])
    return assignment.lease_until


def _over(assignment: Assignment) -> Conflict:
    state = str(assignment.state)
    return Conflict("sentence_over", state=state, details={"state": state})


def own_assignment(assignment_id: uuid.UUID, *, annotator_id: int) -> Assignment:
    """Return and lock the person's assignment. Needs a transaction; `charging.lock` goes before."""
    assignment = (
        Assignment.objects.select_for_update(of=("self",), no_key=True)
        .select_related("project", "sentence", "queue")
        .filter(pk=assignment_id, annotator_id=annotator_id)
        .first()
    )
    if assignment is None:
        raise NotFound("no_assignment", assignment=str(assignment_id))
    return assignment


def latest_of(assignment: Assignment) -> Assignment:
    """Return the person's newest assignment of the same sentence: a lapsed one may be theirs again."""
    newest = (
        Assignment.objects.select_for_update(of=("self",), no_key=True)
        .select_related("project", "sentence", "queue")
        .filter(
            sentence_id=assignment.sentence_id,
            annotator_id=assignment.annotator_id,
            state__in=Assignment.SEEN,
        )
        .first()
    )
    return newest or assignment


def take_back(assignment: Assignment) -> bool:
    """Remove the offers of a lapsed lease; False when somebody else has the slot by now."""
    others = Assignment.objects.filter(
        sentence_id=assignment.sentence_id, slot=assignment.slot, state__in=Assignment.HELD
    )
    deleted, _ = Offer.objects.filter(sentence_id=assignment.sentence_id, slot=assignment.slot).delete()
    return bool(deleted) and not others.exists()


# In the lease's own queue, and in those of all arms that have drawn the sentence and wait for this reading:
# the turns of one arm alone may be far away.
REOFFER = """
INSERT INTO annotation_offer (queue_id, number, sentence_id, slot)
SELECT a.queue_id, a.number, a.sentence_id, a.slot FROM annotation_assignment a
WHERE a.id = ANY(%(ids)s) AND a.state = 'leased'
UNION
SELECT d.queue_id, d.number, d.sentence_id, d.slot FROM annotation_assignment a
JOIN annotation_draw d ON d.sentence_id = a.sentence_id AND d.slot = a.slot
WHERE a.id = ANY(%(ids)s) AND a.state = 'leased'
ON CONFLICT DO NOTHING
"""


def _reoffer(ids: Sequence[uuid.UUID]) -> None:
    """Put what is held back to its old places."""
    # A claim may have the other arm's offer of such a sentence in hand. While the lease stands that claim is
    # refused at once; were the lease ending already, it would wait for us, and we for its offer.
    with connection.cursor() as cursor:
        cursor.execute(REOFFER, {"ids": list(ids)})


def _end_leases(ids: Sequence[uuid.UUID], state: str, *, now: datetime) -> int:
    """Take leases back: their offers return to their old places, the turn is not charged."""
    _reoffer(ids)
    ended = Assignment.objects.filter(pk__in=ids, state=Assignment.State.LEASED)
    count = ended.update(state=state, finished_at=now)
    charging.refund(ids)
    return count


# Beyond what a lease is given for: dated by a clock that has been set back since, and not to be waited for.
ASTRAY_SECONDS = 60

# With the memberships, which the refund changes: a claim locks its membership first, so they must not be
# waited for with assignments in hand.
LAPSED = """
SELECT a.id FROM annotation_assignment a JOIN annotation_project p ON p.id = a.project_id
JOIN annotation_membership m ON m.project_id = a.project_id AND m.user_id = a.annotator_id
WHERE a.state = 'leased'
  AND (a.lease_until <= coalesce(p.simulated_now, %(now)s)
    OR a.lease_until > coalesce(p.simulated_now, %(now)s)
      + make_interval(secs => p.lease_seconds + %(astray)s))
  AND (%(project)s::bigint IS NULL OR a.project_id = %(project)s)
FOR NO KEY UPDATE OF a, m SKIP LOCKED
"""


@transaction.atomic
def expire_leases(*, now: datetime, project_id: int | None = None) -> int:
    """Free what lapsed leases hold, by each project's own clock; return how many there were.

    A lease that ends later than one given now would has lapsed too: the clock was set back, or the project's
    leases made shorter. Its holder's work is kept as other late work is.
    """
    with connection.cursor() as cursor:
        cursor.execute(LAPSED, {"now": now, "project": project_id, "astray": ASTRAY_SECONDS})
        ids = [row[0] for row in cursor.fetchall()]
    return _end_leases(ids, Assignment.State.EXPIRED, now=now) if ids else 0


@transaction.atomic
def release(ids: Iterable[uuid.UUID], *, annotator_id: int, now: datetime) -> int:
    """Give back leases of a person who logs out or closes the page."""
    charging.lock(annotator_id)
    own = Assignment.objects.select_for_update(no_key=True).filter(
        pk__in=list(ids), annotator_id=annotator_id, state="leased"
    )
    return _end_leases([assignment.pk for assignment in own], Assignment.State.RELEASED, now=now)


@transaction.atomic
def skip(assignment_id: uuid.UUID, *, annotator_id: int, reason: str, active_ms: int, now: datetime) -> None:
    """Pass a sentence on: another person gets it, and after two skips it is declined. Nothing is charged.

    Personal data is the managers' business too: they get a flag, whose comment is the reason.
    """
    charging.lock(annotator_id)
    assignment = own_assignment(assignment_id, annotator_id=annotator_id)
    if assignment.state == Assignment.State.SKIPPED:
        return
    if assignment.state != Assignment.State.LEASED:
        raise _over(assignment)
    declined = declining.is_skipped_enough(assignment)
    if declined:
        declining.decline([assignment.sentence_id], now=now)
    else:
        _reoffer([assignment.pk])
    assignment.state, assignment.skip_reason = Assignment.State.SKIPPED, reason
    assignment.active_ms, assignment.finished_at = active_ms, now
    assignment.save(update_fields=["state", "skip_reason", "active_ms", "finished_at"])
    charging.refund([assignment.pk])
    if reason == PERSONAL_DATA:
        Flag.objects.create(
            sentence_id=assignment.sentence_id, annotator_id=annotator_id, comment=reason, created_at=now
        )
    payload = {"sentence": assignment.sentence_id, "reason": reason, "declined": declined}
    outbox.write(assignment.project, "annotation.skipped", payload, at=now)

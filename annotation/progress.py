"""What a person has done: how much, when, what exactly, and what became of it. Read only."""

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from typing import Any

from annotation import sql
from annotation.adjudication import clusters_of
from annotation.models import Adjudication, Annotation, Assignment, Membership, Sentence
from annotation.queues import MAX_LEASES

# The day people at work mean by "today". A fixed offset, as Thailand keeps no summer time: no table of zones
# has to be installed.
THAI_TIME = timezone(timedelta(hours=7))

# Each by a range of one index: a condition more would send the planner to all of the project's work of today.
TODAY = """
SELECT count(*) FROM annotation_assignment
WHERE annotator_id = %(user)s AND project_id = %(project)s AND state = 'submitted' AND finished_at >= %(day)s
"""
EARLIER = """
SELECT count(*) FROM annotation_assignment
WHERE annotator_id = %(user)s AND project_id = %(project)s AND state = 'submitted' AND finished_at < %(day)s
"""


def own_work(membership: Membership, *, now: datetime) -> dict[str, int]:
    """Return how many sentences the person has submitted: `today` (in Thailand) and in `total`."""
    day = now.astimezone(THAI_TIME).replace(hour=0, minute=0, second=0, microsecond=0)
    today = _count(TODAY, membership.user_id, membership.project_id, day)
    return {"today": today, "total": today + _earlier(membership.user_id, membership.project_id, day)}


@lru_cache(maxsize=4096)
def _earlier(user_id: int, project_id: int, day: datetime) -> int:
    # Past days are over: counting years of work again at each submit would cost more than the submit.
    return _count(EARLIER, user_id, project_id, day)


def _count(statement: str, user_id: int, project_id: int, day: datetime) -> int:
    return sql.row(statement, {"user": user_id, "project": project_id, "day": day})[0]


def holds_enough(membership: Membership, *, now: datetime) -> bool:
    """Say whether the person gets nothing new because they hold as many sentences as one may."""
    held = Assignment.objects.filter(
        annotator_id=membership.user_id,
        project_id=membership.project_id,
        state=Assignment.State.LEASED,
        lease_until__gt=now,
    )
    return held.count() >= MAX_LEASES


def history(
    membership: Membership, *, before: Any = None, limit: int = 50, search: str = ""
) -> dict[str, Any]:
    """Return the person's own annotations as last submitted, newest sentence first, and where to go on."""
    done = Assignment.objects.filter(
        annotator_id=membership.user_id, project_id=membership.project_id, state=Assignment.State.SUBMITTED
    )
    if search:
        done = done.filter(sentence__text__contains=search)
    last = done.filter(pk=before).values_list("leased_at", "pk").first() if before else None
    if last:
        done = done.filter(leased_at__lte=last[0]).exclude(leased_at=last[0], pk__gte=last[1])
    page = list(done.select_related("sentence").order_by("-leased_at", "-pk")[: limit + 1])
    results = _entries(page[:limit])
    return {"results": results, "before": page[limit - 1].pk if len(page) > limit else None}


def _entries(assignments: Sequence[Assignment]) -> list[dict[str, Any]]:
    latest = Annotation.objects.filter(assignment__in=assignments).distinct("assignment")
    annotations = {row.assignment_id: row for row in latest.order_by("assignment", "-revision")}
    sentence_ids = [assignment.sentence_id for assignment in assignments]
    settled = Adjudication.objects.filter(sentence_id__in=sentence_ids).values_list("sentence_id", flat=True)
    adjudicated = set(settled)
    return [
        {
            "assignment": assignment.pk,
            "annotation": annotations[assignment.pk].pk,
            "clusters": clusters_of(assignment.sentence),
            "boundaries": annotations[assignment.pk].boundaries,
            "revision": annotations[assignment.pk].revision,
            "created_at": annotations[assignment.pk].created_at,
            "adjudicated": assignment.sentence_id in adjudicated,
        }
        for assignment in assignments
    ]


# Sentences by others that this person may be handed if their leases lapse.
EARLIEST_RETURN = """
SELECT min(a.lease_until) FROM annotation_assignment a
WHERE a.project_id = %(project)s AND a.state = 'leased' AND a.annotator_id <> %(user)s
  AND NOT EXISTS (
    SELECT 1 FROM annotation_assignment own
    WHERE own.sentence_id = a.sentence_id AND own.annotator_id = %(user)s
      AND own.state IN ('leased', 'submitted', 'skipped'))
"""


def earliest_return(membership: Membership) -> datetime | None:
    """Return when a sentence that somebody else holds may come back at the earliest; None: none is out."""
    values = {"project": membership.project_id, "user": membership.user_id}
    return sql.row(EARLIEST_RETURN, values)[0]


def feedback(membership: Membership, *, limit: int = 50) -> list[dict[str, Any]]:
    """Return references settled otherwise than the person read, or with a note; the latest first.

    Sentences of the holdout are left out: what measures the models is not taught.
    """
    latest = Adjudication.objects.filter(sentence__project=membership.project_id).exclude(
        sentence__split=Sentence.Split.HOLDOUT
    )
    settled = {one.sentence_id: one for one in latest.order_by("sentence", "-revision").distinct("sentence")}
    read = list(
        Assignment.objects.filter(
            annotator_id=membership.user_id, sentence__in=settled, state=Assignment.State.SUBMITTED
        ).select_related("sentence")
    )
    pairs = [
        (settled[assignment.sentence_id], entry)
        for assignment, entry in zip(read, _entries(read), strict=True)
    ]
    found = [
        {
            "id": one.pk,
            "clusters": entry["clusters"],
            "boundaries": entry["boundaries"],
            "reference": one.boundaries,
            "note": one.note,
            "created_at": one.created_at,
        }
        for one, entry in sorted(pairs, key=lambda pair: -pair[0].pk)
        if one.note or one.boundaries != entry["boundaries"]
    ]
    return found[:limit]

"""Repair after a change of guideline: which labels to make again first, at what cost, and asking for it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from annotation import audit, rereading
from annotation.models import Project, Sentence
from learner import events
from learner.conflicts import Labelled, Repair, RepairPlan, plan_repairs
from learner.estimates import NotEstimable
from learner.reasons import Reason
from learner.sample_data import current_guideline_version, read_labels
from segmenter.text import clusters_from_lengths

NO_GUIDELINE = NotEstimable(Reason("no_guideline"))


def plan_of(project: Project) -> RepairPlan | NotEstimable:
    """Return all sentences read under older guidelines, the best use of time first (learner/conflicts.py)."""
    labels, holdout = read_labels(project)
    return plan_from(project, labels, holdout)


def plan_from(project: Project, labels: Sequence[Labelled], holdout: set[int]) -> RepairPlan | NotEstimable:
    """Return the plan from labels that have been read already."""
    current = current_guideline_version(project)
    if current is None:
        return NO_GUIDELINE
    clusters = sum(label.clusters for label in labels)
    pace = sum(label.seconds for label in labels) / clusters if clusters else 0.0
    return plan_repairs(labels, current=current, holdout=holdout, seconds_per_cluster=pace)


def rows(project: Project, repairs: Sequence[Repair]) -> list[dict[str, Any]]:
    """Return repairs with their texts and with the sums of changes and seconds up to each."""
    texts = {
        sentence.pk: clusters_from_lengths(sentence.text, bytes(sentence.cluster_lengths))
        for sentence in Sentence.objects.filter(
            project=project, pk__in=[repair.sentence for repair in repairs]
        )
    }
    found = []
    changes = seconds = 0.0
    for repair in repairs:
        changes, seconds = changes + repair.changes, seconds + repair.seconds
        found.append(
            {
                "sentence": repair.sentence,
                "clusters": texts[repair.sentence],
                "is_holdout": repair.is_holdout,
                "strings": list(repair.strings),
                "changes": repair.changes,
                "seconds": repair.seconds,
                "changes_so_far": changes,
                "seconds_so_far": seconds,
            }
        )
    return found


@transaction.atomic
def order(project: Project, *, sentences: int, actor: User, now: datetime) -> int:
    """Have the first so many sentences of the plan read again; return how many there were. An event."""
    plan = plan_of(project)
    if isinstance(plan, NotEstimable):
        return 0
    chosen = plan.repairs[:sentences]
    ordered = rereading.order(project, [repair.sentence for repair in chosen])
    audit.note(after={"sentences": ordered})
    if ordered:
        events.record(
            project,
            "repair.ordered",
            at=now,
            actor_id=actor.pk,
            after={
                "sentences": ordered,
                "holdout": sum(repair.is_holdout for repair in chosen),
                "expected_changes": round(sum(repair.changes for repair in chosen), 1),
                "expected_seconds": round(sum(repair.seconds for repair in chosen)),
            },
        )
    return ordered

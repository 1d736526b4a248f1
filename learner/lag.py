"""How far the loop lags behind its people: labels that are new since a round, the age of the served order."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, QuerySet

from annotation import clock
from annotation.models import Annotation, Assignment, Project, Queue
from learner.models import Arm, Round


@dataclass(frozen=True, slots=True)
class Staleness:
    """How far the served order lags: arm labels and whole minutes since the freeze it was made from."""

    labels: int
    minutes: int


def staleness(project: Project, *, now: datetime) -> Staleness | None:
    """Return how far the served order lags behind; None before the first one."""
    served = project.rounds.filter(state=Round.State.CLOSED).order_by("-number").first()
    if served is None or served.frozen_at is None:
        return None
    return Staleness(
        labels=_submitted_in_arms(project).filter(finished_at__gt=served.frozen_at).count(),
        minutes=int((now - served.frozen_at).total_seconds() // 60),
    )


def new_labels(round_: Round) -> int:
    """Count the readings submitted from the arms' queues since a round was frozen, or opened.

    Asked at every beat: by time, so that the index is read from there on and not from the beginning.
    """
    until = round_.labels_until
    if until is not None and until > clock.now(round_.project):
        return _new_by_number(round_)
    submitted = _submitted_in_arms(round_.project)
    if until is not None:
        submitted = submitted.filter(finished_at__gt=until)
    return submitted.count()


def latest_label(project: Project) -> datetime | None:
    """Return when the latest reading of an arm was submitted; None when there is none."""
    latest: datetime | None = _submitted_in_arms(project).aggregate(at=Max("finished_at"))["at"]
    return latest


def _new_by_number(round_: Round) -> int:
    """Count readings after the last one frozen, by number: the clock was set back, and times say nothing."""
    frozen = max((id_ for arm in round_.arms.all() for id_ in arm.annotation_ids), default=0)
    readings = Annotation.objects.filter(pk__gt=frozen, revision=0, assignment__project=round_.project)
    return readings.filter(assignment__queue__kind__in=[Arm.RANDOM, Arm.ACTIVE]).count()


def _submitted_in_arms(project: Project) -> QuerySet[Assignment]:
    arms = Queue.objects.filter(project=project, kind__in=[Arm.RANDOM, Arm.ACTIVE])
    # By queue and nothing else: so the index `submitted_of_a_queue` answers without reading the table.
    return Assignment.objects.filter(queue__in=list(arms), state=Assignment.State.SUBMITTED)

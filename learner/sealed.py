"""The sealed half of the holdout: opened once, when everything has been chosen, for the final report.

Nobody can look twice: the event is stored with the figures, and its mark is unique in the project.
"""

from datetime import datetime

from django.db import transaction

from annotation.errors import Conflict
from annotation.models import Project
from learner import curves, events
from learner.holdout import read_holdout
from learner.measuring import load, measure
from learner.models import Arm, Checkpoint, Event, Round

KIND = "holdout.opened"


def opened(project: Project) -> Event | None:
    """Return the opening with its figures in `after`; None while the half is sealed."""
    return Event.objects.filter(project=project, mark=KIND).first()


@transaction.atomic
def open_sealed(project: Project, *, now: datetime) -> Event:
    """Measure the latest closed round's arms on the sealed half, and store that it has been done.

    Raises Conflict where it was opened before, still waits for readers, or no round has closed.
    """
    # Two at once would both measure; the second finds the first one's event.
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    before = opened(project)
    if before is not None:
        raise Conflict("sealed_opened", day=str(before.at.date()))
    holdout = read_holdout(project, sealed=True)
    if not holdout.is_complete:
        read = {"done": holdout.done, "sentences": holdout.sentences}
        raise Conflict("sealed_unread", **read, details=read)
    round_ = Round.objects.filter(project=project, state=Round.State.CLOSED).order_by("-number").first()
    if round_ is None:
        raise Conflict("no_round_closed")
    arms = {}
    for arm in (Arm.RANDOM, Arm.ACTIVE):
        checkpoints = Checkpoint.objects.filter(round=round_, arm=arm).order_by("seed")
        counts = [measure(load(checkpoint), holdout)["documents"] for checkpoint in checkpoints]
        metrics, intervals = curves.figures(counts, project=project)
        arms[str(arm)] = {"metrics": metrics, "intervals": intervals}
    after = {"round": round_.number, "holdout": holdout.counts(), "arms": arms}
    events.record(project, KIND, at=now, after=after, mark=KIND)
    return Event.objects.get(project=project, mark=KIND)

"""The clock of a rehearsal: it moves when told, and what is due by time is done then, in that order.

Nothing of a rehearsal happens by real time, so that the same acts at the same simulated times give the same
experiment. Only the work of rounds, once they have opened, takes as long as it takes.
"""

from datetime import datetime, timedelta

from annotation import leases
from annotation.errors import Conflict
from annotation.models import Project
from config.lanes import send
from learner import rounds, watching
from learner.models import Round

# The watch looks at a project so often, by the project's clock.
WATCH_EVERY = timedelta(hours=1)
EPOCH = datetime.fromisoformat("2000-01-01T00:00:00+00:00")


def advance(project: Project, *, to: datetime) -> Round | None:
    """Move a rehearsal's clock: leases lapse, a round opens where one is due, the watch looks around.

    Returns the latest round. Raises Conflict for a project on the real clock, and for a step back.
    """
    before = project.simulated_now
    if before is None:
        raise Conflict("clock_real")
    if to < before or not _move(project, before, to):
        raise Conflict("clock_back", shown=before.isoformat(), to=to.isoformat())
    project.simulated_now = to
    leases.expire_leases(now=to, project_id=project.pk)
    rounds.open_if_due(project, now=to)
    if (to - EPOCH) // WATCH_EVERY > (before - EPOCH) // WATCH_EVERY:
        watching.watch(project, now=to)
    latest = project.rounds.order_by("-number").first()
    if latest is not None and latest.state in Round.UNDER_WAY:
        send("learner.tasks.advance_round", latest.pk)
    return latest


def _move(project: Project, before: datetime, to: datetime) -> int:
    return Project.objects.filter(pk=project.pk, simulated_now=before).update(simulated_now=to)

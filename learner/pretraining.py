"""A project's pre-training as a row: started once, paused, taken up again; no model code.

The steps are made in learner/pretraining_steps.py, a slice at a time, by whoever holds the row's lease. Times
named `real_now` are the wall clock's.
"""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from annotation.errors import Conflict
from annotation.keys import key
from annotation.models import Project
from config.lanes import send
from learner import events
from learner.models import Pretraining
from learner.reasons import Reason

State = Pretraining.State

# A holder renews every few seconds; a minute without it means that the process is gone.
LEASE = timedelta(seconds=60)
SEED_SPAN = 2**31


def start(
    project: Project, *, schedule: dict[str, Any], model: dict[str, Any], now: datetime, actor_id: int | None
) -> Pretraining:
    """Start the project's pre-training in the background. Raises `Conflict` when it has had one."""
    config = {
        "seed": key(project.seed, "model", "pretraining") % SEED_SPAN,
        "schedule": schedule,
        "model": model,
    }
    try:
        with transaction.atomic():
            started = Pretraining.objects.create(
                project=project,
                config=config,
                progress={"done": 0, "total": schedule["steps"]},
                path=f"project-{project.pk}/pretraining",
                started_at=now,
            )
            _tell(started, "pretraining.started", now=now, actor_id=actor_id)
            _send(started)
    except IntegrityError as error:
        raise Conflict("pretraining_there") from error
    return started


def pause(pretraining: Pretraining, *, now: datetime, actor_id: int | None) -> None:
    """Stop after the step under way; what was made is kept. Raises `Conflict` when it does not run."""
    with transaction.atomic():
        _change(pretraining, [State.RUNNING], State.PAUSED)
        _tell(pretraining, "pretraining.paused", now=now, actor_id=actor_id)


def resume(pretraining: Pretraining, *, now: datetime, actor_id: int | None) -> None:
    """Go on after a pause or a failure. Raises `Conflict` when it is neither paused nor failed."""
    with transaction.atomic():
        _change(pretraining, [State.PAUSED, State.FAILED], State.RUNNING)
        _tell(pretraining, "pretraining.resumed", now=now, actor_id=actor_id)
        _send(pretraining)


def send_again(*, real_now: datetime) -> None:
    """Send the slices of those that run and that nobody is at work on; called by beat."""
    for waiting in Pretraining.objects.filter(_free(real_now), state=State.RUNNING):
        _send(waiting)


def take(pretraining_id: int, *, real_now: datetime) -> Pretraining | None:
    """Take the lease; None when another process has it or it does not run."""
    holder = uuid.uuid4()
    free = Pretraining.objects.filter(_free(real_now), pk=pretraining_id, state=State.RUNNING)
    if not free.update(holder=holder, lease_until=real_now + LEASE):
        return None
    return Pretraining.objects.select_related("project").get(pk=pretraining_id)


def renew(held: Pretraining, *, progress: dict[str, Any], real_now: datetime) -> bool:
    """Prolong the lease and show how far it is; False when it was paused or has gone to another process."""
    return bool(_running(held).update(progress=progress, lease_until=real_now + LEASE))


def prolong(held: Pretraining, *, real_now: datetime) -> bool:
    """Prolong the lease and nothing else; False as for `renew`."""
    return bool(_running(held).update(lease_until=real_now + LEASE))


def _running(held: Pretraining) -> QuerySet[Pretraining]:
    return Pretraining.objects.filter(pk=held.pk, holder=held.holder, state=State.RUNNING)


def give_back(held: Pretraining, *, progress: dict[str, Any]) -> None:
    """End a slice, and send the next one unless it was paused."""
    with transaction.atomic():
        mine = Pretraining.objects.filter(pk=held.pk, holder=held.holder)
        mine.update(progress=progress, holder=None, lease_until=None)
        if Pretraining.objects.filter(pk=held.pk, state=State.RUNNING, holder=None).exists():
            _send(held)


def finish(held: Pretraining, *, progress: dict[str, Any], sha256: str, now: datetime) -> None:
    """Record that all steps are made: later rounds start from it."""
    with transaction.atomic():
        mine = Pretraining.objects.filter(pk=held.pk, holder=held.holder)
        if mine.update(
            state=State.DONE, progress=progress, sha256=sha256, finished_at=now, holder=None, lease_until=None
        ):
            _tell(held, "pretraining.finished", now=now, actor_id=None)


def fail(held: Pretraining, why: Reason) -> None:
    """Record why no more steps can be made, until a manager resumes it."""
    mine = Pretraining.objects.filter(pk=held.pk, holder=held.holder)
    mine.update(state=State.FAILED, why=why.as_json(), holder=None, lease_until=None)


def _free(real_now: datetime) -> Q:
    # As for rounds: one that ends later than any was given for is of a clock that has been set back.
    return Q(holder=None) | Q(lease_until__lt=real_now) | Q(lease_until__gt=real_now + 2 * LEASE)


def _change(pretraining: Pretraining, before: list[State], after: State) -> None:
    if not Pretraining.objects.filter(pk=pretraining.pk, state__in=before).update(state=after, why=None):
        pretraining.refresh_from_db()
        state = str(pretraining.state)
        raise Conflict("pretraining_is", state=state, details={"state": state})


def _tell(pretraining: Pretraining, kind: str, *, now: datetime, actor_id: int | None) -> None:
    events.record(pretraining.project, kind, at=now, actor_id=actor_id, after={"steps": _steps(pretraining)})


def _steps(pretraining: Pretraining) -> int:
    return int(pretraining.config["schedule"]["steps"])


def _send(pretraining: Pretraining) -> None:
    send("learner.tasks.pretrain", pretraining.pk, lane="train")

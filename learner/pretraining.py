"""A project's pre-training as a row: started once, paused, taken up again; no model code.

The steps are made in learner/pretraining_steps.py, a slice at a time, by whoever holds the row's lease. Times
named `real_now` are the wall clock's.
"""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from annotation.errors import Conflict
from annotation.keys import key
from annotation.models import Project
from config.lanes import send
from learner import events, process_leases
from learner.models import Pretraining
from learner.reasons import Reason

State = Pretraining.State

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
    for waiting in _waiting(real_now):
        _send(waiting)


def take(pretraining_id: int, *, real_now: datetime) -> Pretraining | None:
    """Take the lease; None when another process has it or it does not run."""
    return process_leases.take(_waiting(real_now), pretraining_id, real_now=real_now)


def _waiting(real_now: datetime) -> QuerySet[Pretraining]:
    return Pretraining.objects.filter(process_leases.has_no_holder(real_now), state=State.RUNNING)


def renew(held: Pretraining, *, progress: dict[str, Any], real_now: datetime) -> bool:
    """Prolong the lease and show how far it is; False when it was paused or has gone to another process."""
    return process_leases.prolong(_running(held), real_now=real_now, progress=progress)


def prolong(held: Pretraining, *, real_now: datetime) -> bool:
    """Prolong the lease and nothing else; False as for `renew`."""
    return process_leases.prolong(_running(held), real_now=real_now)


def _running(held: Pretraining) -> QuerySet[Pretraining]:
    return process_leases.own(held).filter(state=State.RUNNING)


def give_back(held: Pretraining, *, progress: dict[str, Any]) -> None:
    """End a slice, and send the next one unless it was paused."""
    with transaction.atomic():
        process_leases.release(process_leases.own(held), progress=progress)
        if Pretraining.objects.filter(pk=held.pk, state=State.RUNNING, holder=None).exists():
            _send(held)


def finish(held: Pretraining, *, progress: dict[str, Any], sha256: str, now: datetime) -> None:
    """Record that all steps are made: later rounds start from it."""
    done = {"state": State.DONE, "progress": progress, "sha256": sha256, "finished_at": now}
    with transaction.atomic():
        if process_leases.release(process_leases.own(held), **done):
            _tell(held, "pretraining.finished", now=now, actor_id=None)


def fail(held: Pretraining, why: Reason) -> None:
    """Record why no more steps can be made, until a manager resumes it."""
    process_leases.release(process_leases.own(held), state=State.FAILED, why=why.as_json())


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

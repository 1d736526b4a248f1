"""The step between a round's order and its publication: the order's head is given suggestions.

The suggestions are made in learner/suggestions.py, by whoever holds the round's lease; no model code here.
"""

from datetime import datetime

from django.db.models import QuerySet

from config.lanes import send
from learner import process_leases
from learner.models import Round
from learner.process_leases import ATTEMPTS, LostLeaseError
from learner.reasons import Reason

STEP = "suggesting"


def look_after(round_: Round, *, real_now: datetime) -> bool:
    """Have the head of the new order given its suggestions; False when that was tried often enough.

    Needs the round's lock.
    """
    if process_leases.is_held(round_, real_now=real_now):
        return True
    if round_.progress["step"] != STEP:
        round_.attempts_allowed = round_.attempt + ATTEMPTS
    elif round_.attempt >= round_.attempts_allowed:
        round_.why = round_.why or Reason("suggestions_given_up", {"attempts": ATTEMPTS}).as_json()
        return False
    round_.attempt += 1
    round_.holder = None
    round_.lease_until = real_now + process_leases.RESEND_AFTER
    round_.progress = _progress(0, 1)
    round_.save()
    send("learner.tasks.fill_order", round_.pk, round_.attempt)
    return True


def take(round_id: int, attempt: int, *, real_now: datetime) -> Round | None:
    """Take the lease of an attempt; None when the round has ended, has its suggestions or is at a later one.

    Also from a process that has begun it: the message comes again when that one has died.
    """
    unfilled = Round.objects.filter(attempt=attempt, state=Round.State.SCORING, filled_at=None)
    return process_leases.take(unfilled, round_id, real_now=real_now)


def renew(held: Round, *, done: int, total: int, real_now: datetime) -> None:
    """Prolong the lease and show how many suggestions are made. Raises `LostLeaseError`."""
    if not process_leases.prolong(_in_filling(held), real_now=real_now, progress=_progress(done, total)):
        raise LostLeaseError


def prolong(held: Round, *, real_now: datetime) -> bool:
    """Prolong the lease and nothing else; False when the round was cancelled or another process has it."""
    return process_leases.prolong(_in_filling(held), real_now=real_now)


def finish(held: Round, *, real_now: datetime) -> None:
    """Let the round publish its order. Raises `LostLeaseError`."""
    if not process_leases.release(_in_filling(held), filled_at=real_now):
        raise LostLeaseError
    send("learner.tasks.advance_round", held.pk)


def note_failure(held: Round, why: Reason) -> None:
    """Say on the round why an attempt ended; the next one comes when its lease has lapsed."""
    _in_filling(held).update(why=why.as_json())


def _in_filling(held: Round) -> QuerySet[Round]:
    return process_leases.own(held).filter(state=Round.State.SCORING)


def _progress(done: int, total: int) -> dict[str, int | str]:
    return {"step": STEP, "done": done, "total": total}

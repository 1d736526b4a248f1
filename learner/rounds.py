"""A round as a state machine: open → training → scoring → closed, or failed, or cancelled.

`advance` does the next due step and may be called by anyone at any time; beat calls it every few seconds, so
a message that was lost or a process that died only delays a round. Work is done elsewhere, in
learner/training.py, learner/scoring.py and learner/suggestions.py, by whoever holds a lease
(learner/process_leases.py).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from annotation import audit, clock, orders, publishing, release, webhooks
from annotation.errors import Conflict
from annotation.keys import key
from annotation.models import Generation, Guideline, Project, Queue
from config.lanes import send
from learner import events, filling, lag, ordering, process_leases
from learner.costs import read_cost_model
from learner.freezing import Frozen, freeze_arm, freeze_everything, is_seed_set_final
from learner.models import Arm, Checkpoint, Pretraining, Round, RoundArm
from learner.process_leases import ATTEMPTS, LostLeaseError
from learner.reasons import Reason

State = Round.State

MODEL_SEED_SPAN = 2**31


def open_round(project: Project, *, trigger: str, now: datetime, actor_id: int | None = None) -> Round:
    """Open a round; the freeze follows at once in the background.

    Raises `Conflict` when one is under way, or when an arm has no label to learn from yet.
    """
    _check_labels(project)
    latest = project.rounds.order_by("-number").first()
    number = latest.number + 1 if latest else 1
    try:
        with transaction.atomic():
            round_ = Round.objects.create(
                project=project,
                number=number,
                trigger=trigger,
                opened_at=now,
                labels_until=lag.latest_label(project),
                attempts_allowed=ATTEMPTS,
            )
            if actor_id is not None:
                events.record(
                    project, "round.opened", at=now, actor_id=actor_id, after={"round": round_.number}
                )
            audit.note(thing=f"round {round_.pk}", after={"number": round_.number})
            send("learner.tasks.advance_round", round_.pk)
    except IntegrityError as error:
        raise Conflict("round_under_way") from error
    return round_


def _check_labels(project: Project) -> None:
    # What an earlier round could freeze can be frozen now: freezes only grow.
    if RoundArm.objects.filter(round__project=project).exists():
        return
    for arm in (Arm.RANDOM, Arm.ACTIVE):
        if not _freeze(project, arm).annotations:
            raise Conflict("arm_unfinished", arm=str(arm))


def open_if_due(project: Project, *, now: datetime) -> Round | None:
    """Open a round when the count of new arm labels or the schedule says so; None when not."""
    latest = project.rounds.order_by("-number").first()
    if latest is not None and latest.state in Round.UNDER_WAY:
        return None
    trigger = _due(project, latest, now=now)
    if trigger is None:
        return None
    try:
        return open_round(project, trigger=trigger, now=now)
    except Conflict:
        # Somebody opened one meanwhile, or there is nothing to learn from: asked again at the next turn.
        return None


def _due(project: Project, latest: Round | None, *, now: datetime) -> str | None:
    if latest is None:
        queue = Queue.objects.filter(project=project, kind=Queue.Kind.RANDOM).first()
        return Round.Trigger.COUNT if queue is not None and is_seed_set_final(queue) else None
    new = lag.new_labels(latest)
    if new >= project.round_size:
        return Round.Trigger.COUNT
    if project.round_hours and new > 0 and now - latest.opened_at >= timedelta(hours=project.round_hours):
        return Round.Trigger.SCHEDULE
    return None


def cancel(round_: Round, *, now: datetime, actor_id: int) -> None:
    """End a round that is under way. Whoever works on it notices at the next renewal; the old order stays."""
    with transaction.atomic():
        round_ = _locked(Round.objects.all()).get(pk=round_.pk)
        if round_.state not in Round.UNDER_WAY:
            raise Conflict("round_over", round=round_.number, state=round_.state)
        audit.note(before={"state": round_.state}, after={"number": round_.number, "state": State.CANCELLED})
        _end(round_, State.CANCELLED, now=now)
        events.record(
            round_.project, "round.cancelled", at=now, actor_id=actor_id, after={"round": round_.number}
        )


def restart(round_: Round, *, now: datetime, actor_id: int, real_now: datetime) -> None:
    """Try a failed round again, with the labels it froze; checkpoints it has finished are kept.

    Only the latest: an earlier one would replace the order by one from older labels.
    """
    try:
        with transaction.atomic():
            round_ = _locked(Round.objects.all()).get(pk=round_.pk)
            if round_.state != State.FAILED:
                raise Conflict("round_not_failed", round=round_.number, state=round_.state)
            if round_.project.rounds.filter(number__gt=round_.number).exists():
                raise Conflict("round_not_latest", round=round_.number)
            after = {"number": round_.number, "state": State.TRAINING}
            audit.note(before={"state": round_.state}, after=after)
            round_.attempts_allowed = round_.attempt + ATTEMPTS
            round_.closed_at, round_.filled_at, round_.why = None, None, None
            round_.state = State.TRAINING
            _send_training(round_, attempt=round_.attempt + 1, real_now=real_now)
            events.record(
                round_.project, "round.restarted", at=now, actor_id=actor_id, after={"round": round_.number}
            )
    except IntegrityError as error:
        raise Conflict("round_under_way") from error


@transaction.atomic
def advance(round_id: int, *, real_now: datetime) -> None:
    """Do the round's next step if it is due. Two callers at once do it once."""
    round_ = (
        Round.objects.select_for_update(skip_locked=True, of=("self",), no_key=True)
        .select_related("project", "scorer")
        .filter(pk=round_id, state__in=Round.UNDER_WAY)
        .first()
    )
    if round_ is None:
        return
    match round_.state:
        case State.OPEN:
            _start(round_, real_now=real_now)
        case State.TRAINING:
            _look_after_training(round_, real_now=real_now)
        case State.SCORING:
            _look_after_scoring(round_, real_now=real_now)


def _start(round_: Round, *, real_now: datetime) -> None:
    """Freeze the labels and the settings, and send the training on its way."""
    project = round_.project
    round_.frozen_at = clock.now(project)
    round_.labels_until = lag.latest_label(project)
    round_.config = _settings(project)
    round_.catching_up = orders.is_catching_up(project)
    arms = [Arm.RANDOM, Arm.ACTIVE]
    if project.suggestion_policy == Project.SuggestionPolicy.MODEL:
        arms.append(Arm.SUGGESTION)
    RoundArm.objects.bulk_create(_arm_row(round_, arm, _freeze(project, arm)) for arm in arms)
    round_.state = State.TRAINING
    _send_training(round_, attempt=1, real_now=real_now)


def _freeze(project: Project, arm: str) -> Frozen:
    if arm == Arm.SUGGESTION:
        return freeze_everything(project)
    return freeze_arm(Queue.objects.get(project=project, kind=arm))


def _arm_row(round_: Round, arm: str, frozen: Frozen) -> RoundArm:
    return RoundArm(
        round=round_,
        arm=arm,
        upto=frozen.upto,
        sentence_ids=frozen.sentence_ids,
        annotation_ids=frozen.annotation_ids,
        adjudication_ids=frozen.adjudication_ids,
        annotations=frozen.annotations,
        clusters=frozen.clusters,
        seconds=frozen.seconds,
        declined=frozen.declined,
    )


def _settings(project: Project) -> dict[str, Any]:
    """Return what the round has to know to be repeated, as it is now; later changes do not touch it."""
    versions = Guideline.objects.filter(project=project).order_by("version").values_list("version", flat=True)
    return {
        "preset": project.model_preset,
        # The same for both arms and in every round: only the sample differs.
        "seeds": [
            key(project.seed, "model", str(number)) % MODEL_SEED_SPAN for number in range(project.model_seeds)
        ],
        "strategy": project.strategy,
        "suggestion_policy": project.suggestion_policy,
        "frame": orders.frame(project),
        "cost_model": asdict(read_cost_model(project)),
        "guidelines": {"policy": "all", "versions": list(versions)},
        "code": release.version(),
        "torch_threads": 1,
        # The same start for both arms; None is from scratch.
        "pretrained": _finished_pretraining(project),
    }


def _finished_pretraining(project: Project) -> dict[str, str] | None:
    done = Pretraining.objects.filter(project=project, state=Pretraining.State.DONE).first()
    return {"path": done.path, "sha256": done.sha256} if done else None


def _send_training(round_: Round, *, attempt: int, real_now: datetime) -> None:
    """Ask for an attempt; where training is paused the round waits, and is asked for once it is resumed."""
    paused = round_.project.training_paused_at is not None
    round_.attempt = attempt
    round_.holder = None
    round_.lease_until = real_now if paused else real_now + process_leases.RESEND_AFTER
    round_.progress = {"step": "paused" if paused else "waiting", "done": 0, "total": 0}
    round_.save()
    if not paused:
        send("learner.tasks.train_round", round_.pk, attempt, lane="train")


def _look_after_training(round_: Round, *, real_now: datetime) -> None:
    if process_leases.is_held(round_, real_now=real_now):
        return
    if round_.holder is None:
        _send_training(round_, attempt=round_.attempt, real_now=real_now)
    else:
        _try_again(round_, Reason("holder_silent"), real_now=real_now)


def _try_again(round_: Round, problem: Reason, *, real_now: datetime) -> None:
    """Send the next attempt, or fail the round when there have been enough."""
    round_.why = Reason("attempt_failed", {"attempt": round_.attempt, "problem": problem}).as_json()
    if round_.attempt < round_.attempts_allowed:
        _send_training(round_, attempt=round_.attempt + 1, real_now=real_now)
        return
    _fail(round_)


def _fail(round_: Round) -> None:
    now = clock.now(round_.project)
    _end(round_, State.FAILED, now=now)
    after = {"round": round_.number, "error": round_.why}
    events.record(round_.project, "round.failed", at=now, after=after)


def _end(round_: Round, state: str, *, now: datetime) -> None:
    round_.state, round_.closed_at = state, now
    round_.holder = round_.lease_until = None
    if state != State.CLOSED and round_.generation is not None:
        # Never served: a round that is tried again writes another.
        round_.generation.delete()
        round_.generation = None
    round_.save()
    round_.shards.all().delete()


def _look_after_scoring(round_: Round, *, real_now: datetime) -> None:
    """Send shards that nobody is at work on; publish when all are in."""
    shards = list(round_.shards.order_by("number").defer("ids", "scores"))
    waiting = [shard for shard in shards if shard.done_at is None]
    if not waiting:
        _look_after_order(round_, real_now=real_now)
        return
    round_.progress = {"step": "scoring", "done": len(shards) - len(waiting), "total": len(shards)}
    for shard in waiting:
        if process_leases.is_held(shard, real_now=real_now):
            continue
        if shard.attempt >= ATTEMPTS:
            given_up = Reason("shard_given_up", {"shard": shard.number, "attempts": ATTEMPTS})
            round_.why = round_.why or given_up.as_json()
            _fail(round_)
            return
        shard.lease_until = real_now + process_leases.RESEND_AFTER
        shard.save(update_fields=["lease_until"])
        send("learner.tasks.score_shard", shard.pk, shard.attempt)
    round_.save(update_fields=["progress"])


def _look_after_order(round_: Round, *, real_now: datetime) -> None:
    """Write the new order, have its head filled, publish it: each at a turn of its own."""
    if round_.generation is None:
        round_.generation = ordering.write_order(round_)
        round_.save(update_fields=["generation"])
        send("learner.tasks.advance_round", round_.pk)
    elif round_.filled_at is None and round_.project.suggestion_policy != Project.SuggestionPolicy.NONE:
        if not filling.look_after(round_, real_now=real_now):
            _fail(round_)
    else:
        _close(round_, round_.generation)


def _close(round_: Round, order: Generation) -> None:
    """Publish the order, close the round, and tell."""
    project, now = round_.project, clock.now(round_.project)
    publishing.publish(order, now=now)
    suggestion = round_.checkpoints.filter(arm=Arm.SUGGESTION).first()
    if suggestion is not None and round_.filled_at is not None:
        # With the order, in one step: its head has suggestions of this source, not of the one before.
        Project.objects.filter(pk=project.pk, suggestion_policy=Project.SuggestionPolicy.MODEL).update(
            suggestion_source=suggestion.source
        )
    round_.progress = {"step": "closed", "done": 1, "total": 1}
    round_.why = None
    _end(round_, State.CLOSED, now=now)
    figures = {
        arm.arm: {"annotations": arm.annotations, "clusters": arm.clusters} for arm in round_.arms.all()
    }
    events.record(project, "round.closed", at=now, after={"round": round_.number, "arms": figures})
    webhooks.tell(project, "round.closed", round=round_.number)
    if round_.scorer is not None:
        earlier = Checkpoint.objects.filter(
            pk__in=project.rounds.filter(number__lt=round_.number, state=State.CLOSED).values("scorer")
        )
        before = earlier.order_by("-round__number").first()
        events.record(
            project,
            "checkpoint.activated",
            at=now,
            before={"checkpoint": before.pk} if before else {},
            after={"checkpoint": round_.scorer.pk, "round": round_.number},
        )
    send("learner.tasks.fill_suggestions", project.pk)
    send("learner.tasks.update_curves", project.pk)


def _locked(rounds: QuerySet[Round]) -> QuerySet[Round]:
    return rounds.select_for_update(of=("self",), no_key=True).select_related("project")


def take(round_id: int, attempt: int, *, real_now: datetime) -> Round | None:
    """Take the lease of an attempt at training; None when another process has it or it is over."""
    waiting = Round.objects.filter(attempt=attempt, state=State.TRAINING, holder=None)
    return process_leases.take(waiting, round_id, real_now=real_now)


def renew(held: Round, *, step: str, done: int, total: int, real_now: datetime) -> None:
    """Prolong the lease and show how far the work is. Raises `LostLeaseError`."""
    progress = {"step": step, "done": done, "total": total}
    if not process_leases.prolong(_in_training(held), real_now=real_now, progress=progress):
        raise LostLeaseError


def prolong(held: Round, *, real_now: datetime) -> bool:
    """Prolong the lease and nothing else; False when the round was cancelled or another process has it."""
    return process_leases.prolong(_in_training(held), real_now=real_now)


def _in_training(held: Round) -> QuerySet[Round]:
    return process_leases.own(held).filter(state=State.TRAINING)


@contextmanager
def writing(held: Round) -> Iterator[Round]:
    """Give the locked round for one transaction of writes. Raises `LostLeaseError`."""
    with transaction.atomic():
        round_ = _locked(_in_training(held)).first()
        if round_ is None:
            raise LostLeaseError
        yield round_


def give_up(held: Round, problem: Reason, *, real_now: datetime) -> None:
    """Record why an attempt ended and send the next one, or fail the round."""
    with writing(held) as round_:
        _try_again(round_, problem, real_now=real_now)


def finish_training(held: Round, *, scorer: Checkpoint, real_now: datetime) -> None:
    """Go from training to scoring: the pool is cut into shards, and these are sent."""
    with writing(held) as round_:
        round_.scorer = scorer
        round_.holder = round_.lease_until = None
        round_.state = State.SCORING
        ordering.split_pool(round_)
        round_.save()
        _look_after_scoring(round_, real_now=real_now)

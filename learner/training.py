"""The training step of a round: one tagger an arm and seed, measured on the holdout, kept in the store."""

import hashlib
import logging
import shutil
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import torch
from django.conf import settings
from django.utils import timezone

from annotation import clock
from annotation.errors import reason_of
from learner import curves, rounds
from learner.heartbeat import beating
from learner.holdout import Holdout, read_holdout
from learner.measuring import load, measure
from learner.models import Arm, Checkpoint, Round, RoundArm
from learner.process_leases import LostLeaseError
from learner.reasons import Reason
from learner.samples import frozen_examples
from segmenter import checkpoint as files
from segmenter.data import data_hash
from segmenter.model import Tagger, TaggerConfig
from segmenter.pretrain_files import load_pretrained
from segmenter.query import find
from segmenter.train import NothingToLearn, Step, fit

log = logging.getLogger(__name__)

# Often enough to notice a cancelled round soon.
RENEW_SECONDS = 2.0


def train_round(round_id: int, attempt: int) -> None:
    """Train, measure, and hand the round on to scoring, unless another process is at it already.

    Any error is written on the round and opens its next attempt. Checkpoints that an earlier attempt has
    finished are kept: the same labels, seed and configuration give the same weights.
    """
    held = rounds.take(round_id, attempt, real_now=timezone.now())
    if held is None:
        return
    try:
        with beating(lambda: rounds.prolong(held, real_now=timezone.now())):
            _train(held)
    except LostLeaseError:
        log.info("round %s was cancelled or taken over; attempt %s ends", round_id, attempt)
    except Exception as error:
        log.exception("training of round %s failed", round_id)
        with suppress(LostLeaseError):
            rounds.give_up(held, _why(error), real_now=timezone.now())


def _why(error: Exception) -> Reason:
    if isinstance(error, NothingToLearn):
        return Reason("nothing_to_learn", {"error": str(error)})
    return reason_of(error)


def _train(held: Round) -> None:
    round_ = Round.objects.select_related("project").get(pk=held.pk)
    _check(round_)
    torch.set_num_threads(round_.config["torch_threads"])
    holdout = read_holdout(round_.project)
    plan = _plan(round_)
    for number, (arm, seed) in enumerate(plan):
        checkpoint = _finished(round_, arm, seed) or _train_one(
            held, arm, seed, holdout, progress=_Progress(held, number, len(plan))
        )
        if checkpoint.metrics["reference"] != holdout.fingerprint:
            checkpoint.metrics = measure(load(checkpoint), holdout)
        with rounds.writing(held):
            checkpoint.save()
    with rounds.writing(held) as round_:
        for arm_name in dict.fromkeys(arm.arm for arm, _ in plan):
            curves.store_point(round_, arm_name, holdout, now=clock.now(round_.project))
    _sweep(round_)
    scorer = Checkpoint.objects.get(round=round_, arm=Arm.ACTIVE, seed=round_.config["seeds"][0])
    rounds.finish_training(held, scorer=scorer, real_now=timezone.now())


def _check(round_: Round) -> None:
    """Find out now what would only fail after the training."""
    find(round_.config["strategy"])


def _plan(round_: Round) -> list[tuple[RoundArm, int]]:
    """Return what to train. The suggestion model is not compared, so that one seed is enough for it."""
    seeds = round_.config["seeds"]
    arms = sorted(round_.arms.all(), key=lambda arm: list(Arm).index(Arm(arm.arm)))
    return [(arm, seed) for arm in arms for seed in (seeds[:1] if arm.arm == Arm.SUGGESTION else seeds)]


def _finished(round_: Round, arm: RoundArm, seed: int) -> Checkpoint | None:
    """Return the checkpoint if it is there, or one that is the same because its sample is the same.

    While the arms are at the seed set their samples are equal; the second then shares the first one's files.
    """
    own = Checkpoint.objects.filter(round=round_, arm=arm.arm, seed=seed).first()
    if own is not None:
        return own
    for other in round_.arms.exclude(arm=arm.arm):
        if _labels(other) == _labels(arm):
            twin = Checkpoint.objects.filter(round=round_, arm=other.arm, seed=seed).first()
            if twin is not None:
                twin.pk, twin.arm = None, arm.arm
                twin._state.adding = True
                return twin
    return None


def _labels(arm: RoundArm) -> tuple[list[int], list[int], list[int]]:
    return arm.sentence_ids, arm.annotation_ids, arm.adjudication_ids


def _train_one(
    held: Round, arm: RoundArm, seed: int, holdout: Holdout, *, progress: "_Progress"
) -> Checkpoint:
    tagger, description = train_arm(arm, seed, config=arm.round.config, progress=progress)
    path = _folder_of(arm.round) / f"{arm.arm}-{seed}-attempt-{held.attempt}"
    folder = Path(settings.CHECKPOINT_STORE) / path
    progress.show()
    metrics = measure(tagger, holdout)
    files.save(tagger, folder, description={**description, "metrics": metrics})
    return Checkpoint(
        round=arm.round,
        arm=arm.arm,
        seed=seed,
        path=str(path),
        sha256=weights_sha256(folder),
        metrics=metrics,
        config={**description, "tagger": tagger.config.to_json()},
        created_at=clock.now(arm.round.project),
    )


def _folder_of(round_: Round) -> Path:
    return Path(f"project-{round_.project_id}", f"round-{round_.number}")


def _sweep(round_: Round) -> None:
    """Remove what attempts that died in the middle have left in the store."""
    kept = {Path(path) for path in round_.checkpoints.values_list("path", flat=True)}
    store = Path(settings.CHECKPOINT_STORE)
    for folder in (store / _folder_of(round_)).glob("*"):
        if folder.relative_to(store) not in kept:
            shutil.rmtree(folder)


def train_arm(
    arm: RoundArm, seed: int, *, config: dict[str, Any], progress: "_Progress | None" = None
) -> tuple[Tagger, dict[str, Any]]:
    """Train on what the arm froze; return the tagger and what is needed to repeat it.

    No dev set and a fixed schedule: a stopping rule would be a second treatment of the arms.
    """
    examples = frozen_examples(arm)
    start = config["pretrained"]
    tagger = fit(
        examples,
        TaggerConfig.preset(config["preset"]),
        seed=seed,
        pretrained=load_pretrained(Path(settings.CHECKPOINT_STORE) / start["path"]) if start else None,
        progress=progress,
    )
    description = {
        "project": arm.round.project_id,
        "round": arm.round.number,
        "arm": arm.arm,
        "seed": seed,
        "preset": config["preset"],
        "pretrained": start,
        "sentences": len(examples),
        "data": data_hash(examples),
        "code": config["code"],
        "guidelines": config["guidelines"],
    }
    return tagger, description


def weights_sha256(folder: Path) -> str:
    """Return the SHA-256 of a checkpoint's weights."""
    return file_sha256(folder / files.WEIGHTS)


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class _Progress:
    """Shows how far all models are together, in per cent each, while one of them trains."""

    def __init__(self, held: Round, model: int, models: int) -> None:
        self._held, self._model, self._models = held, model, models
        self._last = 0.0
        self._part = 0

    def __call__(self, step: Step) -> None:
        self._part = 100 * step.step // step.steps
        if time.monotonic() - self._last >= RENEW_SECONDS:
            self.show()

    def show(self) -> None:
        self._last = time.monotonic()
        rounds.renew(
            self._held,
            step="training",
            done=100 * self._model + self._part,
            total=100 * self._models,
            real_now=timezone.now(),
        )

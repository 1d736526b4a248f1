"""Repeating a round from what it stored: the same labels, settings and seeds must give the same weights."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import torch

from learner.holdout import read_holdout
from learner.measuring import measure
from learner.models import Checkpoint, Round
from learner.training import train_arm, weights_sha256
from segmenter import checkpoint as files


@dataclass(frozen=True, slots=True)
class Repeated:
    """A checkpoint trained once more. `same_figures` is None where the holdout's reference has changed."""

    checkpoint: Checkpoint
    sha256: str
    same_figures: bool | None

    @property
    def same_weights(self) -> bool:
        """Tell whether the new weights are the stored ones, bit by bit."""
        return self.sha256 == self.checkpoint.sha256


def repeat(round_: Round) -> Iterator[Repeated]:
    """Train every checkpoint of a round again, beside the store, and compare.

    Equality is promised for the same machine, thread count and versions; the round's config names them.
    """
    torch.set_num_threads(round_.config["torch_threads"])
    holdout = read_holdout(round_.project)
    arms = {arm.arm: arm for arm in round_.arms.select_related("round")}
    for checkpoint in round_.checkpoints.order_by("arm", "seed"):
        tagger, description = train_arm(arms[checkpoint.arm], checkpoint.seed, config=round_.config)
        with tempfile.TemporaryDirectory() as folder:
            files.save(tagger, folder, description=description)
            sha256 = weights_sha256(Path(folder))
        metrics = measure(tagger, holdout)
        comparable = metrics["reference"] == checkpoint.metrics["reference"]
        yield Repeated(checkpoint, sha256, metrics == checkpoint.metrics if comparable else None)

"""The losses of pre-training: generator, replaced-token detection, span corruption.

SpacTor (Ye et al. 2024, arXiv 2401.13160); detection as in ELECTRA (Clark et al. 2020, arXiv 2003.10555).
Losses are means over symbols, in nats.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from segmenter.corruption import SpecialIds, corrupt, draw_masks, draw_spans, is_text
from segmenter.seq2seq import Generator, Reader

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class Objective:
    """How rows are corrupted, and the loss L_generator + λ1 · L_detection + λ2 · L_span is weighed."""

    density: float = 0.3
    """Share of a row that lies in corrupted spans."""
    mean_span: float = 3.0
    mask_rate: float = 0.25
    """Share of the symbols left that the generator has to guess."""
    temperature: float = 1.2
    detection_weight: float = 5.0
    span_weight: float = 1.0

    def to_json(self) -> dict[str, Any]:
        """Return the objective as plain values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Batch:
    """Corrupted rows: encoder inputs (rows, length), where they are text, and the decoder's targets.

    `masks`, like inputs, marks what the generator has to guess; it marks nothing in plain span corruption.
    """

    inputs: Tensor
    text: Tensor
    masks: Tensor
    targets: Tensor


def make_batch(
    symbols: Array,
    special: SpecialIds,
    objective: Objective,
    *,
    rng: np.random.Generator,
    masked: bool,
    device: torch.device,
) -> Batch:
    """Corrupt rows (n, length) of symbols; with `masked`, draw masks among the text that is left."""
    rows, length = symbols.shape
    noise = draw_spans(rows, length, density=objective.density, mean_span=objective.mean_span, rng=rng)
    inputs, targets = corrupt(symbols, noise, special)
    masks = np.zeros(inputs.shape, bool)
    if masked:
        masks = draw_masks(inputs, special, rate=objective.mask_rate, rng=rng)
    arrays = (inputs, is_text(inputs, special), masks, targets)
    return Batch(*(torch.from_numpy(array).to(device) for array in arrays))


def span_loss(reader: Reader, encoded: Tensor, targets: Tensor, *, start: int) -> Tensor:
    """Return the cross-entropy of targets (rows, steps), decoded from `encoded`, `start` before the first."""
    before = functional.pad(targets[:, :-1], (1, 0), value=start)
    logits = reader.decode(before, encoded)
    return functional.cross_entropy(logits.flatten(0, 1), targets.flatten())


@dataclass(frozen=True, slots=True)
class Noised:
    """Inputs with a sample at every mask, which of them differ from the original, and the generator's share.

    A sample equal to the original is not replaced. `hits` says where the generator's best guess was right.
    """

    inputs: Tensor
    replaced: Tensor
    loss: Tensor
    hits: Tensor


def fill_masks(
    generator: Generator,
    embedding: nn.Embedding,
    batch: Batch,
    special: SpecialIds,
    *,
    temperature: float,
    random: torch.Generator,
) -> Noised:
    """Let the generator guess what lies under the masks, and put a sample of its guess there.

    Symbols that stand for no text are never sampled. No gradient goes through the samples.
    """
    original = batch.inputs[batch.masks]
    logits = generator(batch.inputs.masked_fill(batch.masks, special.mask), batch.masks, embedding)
    guess = logits.detach().float() / temperature
    guess[:, [special.pad, special.eos, special.mask, *special.sentinels]] = -torch.inf
    sampled = _sample(guess, random)
    inputs = batch.inputs.masked_scatter(batch.masks, sampled)
    return Noised(
        inputs,
        replaced=inputs != batch.inputs,
        loss=functional.cross_entropy(logits, original),
        hits=guess.argmax(-1) == original,
    )


def _sample(logits: Tensor, random: torch.Generator) -> Tensor:
    """Draw one symbol a row, (rows,), by where a uniform number falls among the cumulated probabilities."""
    upto = logits.softmax(-1).cumsum(-1)
    point = torch.rand((len(logits), 1), generator=random, device=logits.device) * upto[:, -1:]
    # right, so that a symbol without probability is never met
    return torch.searchsorted(upto, point, right=True).squeeze(1).clamp(max=logits.shape[-1] - 1)


def detection_loss(logits: Tensor, noised: Noised, text: Tensor) -> Tensor:
    """Return the binary cross-entropy of "was it replaced?" over the text symbols; logits like the inputs."""
    return functional.binary_cross_entropy_with_logits(logits[text], noised.replaced[text].to(logits.dtype))


def hybrid_loss(
    reader: Reader,
    generator: Generator,
    head: nn.Module,
    batch: Batch,
    special: SpecialIds,
    objective: Objective,
    *,
    random: torch.Generator,
) -> dict[str, Tensor]:
    """Return `loss`, its three parts, and how generator and detection fared; all from the noised inputs."""
    noised = fill_masks(
        generator, reader.embedding, batch, special, temperature=objective.temperature, random=random
    )
    encoded = reader.encode(noised.inputs)
    logits = head(encoded).squeeze(-1)
    detection = detection_loss(logits, noised, batch.text)
    span = span_loss(reader, encoded, batch.targets, start=special.pad)
    replaced = noised.replaced[batch.text]
    found = logits.detach()[batch.text] > 0
    return {
        "loss": noised.loss + objective.detection_weight * detection + objective.span_weight * span,
        "generator_loss": noised.loss.detach(),
        "detection_loss": detection.detach(),
        "span_loss": span.detach(),
        "generator_accuracy": noised.hits.float().mean(),
        "replaced_share": replaced.float().mean(),
        "detection_accuracy": (found == replaced).float().mean(),
        "detection_recall": (found & replaced).sum() / replaced.sum().clamp(min=1),
    }


def plain_loss(reader: Reader, batch: Batch, special: SpecialIds) -> dict[str, Tensor]:
    """Return the loss of span corruption alone, under the names of `hybrid_loss`."""
    loss = span_loss(reader, reader.encode(batch.inputs), batch.targets, start=special.pad)
    return {"loss": loss, "span_loss": loss.detach()}

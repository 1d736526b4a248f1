"""Pre-training on raw text in two stages: SpacTor (Ye et al. 2024, arXiv 2401.13160).

Before the switch, the step τ, a small generator fills masks in the corrupted input with samples; the encoder
has to tell which symbols were replaced, and the decoder to rebuild the spans. From the switch on, generator
and head are gone and plain span corruption goes on with the same optimiser and schedule. A share τ of 0 is
span corruption alone, 1 never switches.

Step s draws everything from (seed, s), so a run that is resumed makes the steps it would have made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from segmenter.objective import Batch, Objective, hybrid_loss, make_batch, plain_loss
from segmenter.seq2seq import Generator, Reader, Seq2SeqConfig, detection_head
from segmenter.symbols import RawText

HYBRID, SPAN = "hybrid", "span"


@dataclass(frozen=True, slots=True)
class PretrainConfig:
    """The schedule; weights follow from it, the model, the text, the seed and the machine."""

    steps: int = 8000
    tau: float = 0.25
    """Share of the steps before the switch."""
    objective: Objective = field(default_factory=Objective)
    rows: int = 32
    length: int = 50
    """Symbols of a row before corruption; longer rows have more spans to tell apart, and learn later to."""
    generator_width: int = 64
    generator_heads: int = 4
    generator_layers: int = 1
    learning_rate: float = 3e-3
    warmup: int = 100
    """Steps of linear rise; then the rate falls with the root of the step, whatever the number of steps."""
    weight_decay: float = 0.01
    bfloat16: bool = False
    """Whether matrix products are made in bfloat16; faster on a GPU, and on a processor that has them."""
    report_every: int = 100
    validation_rows: int = 128

    @property
    def switch(self) -> int:
        """Return the first step, counted from 0, without generator and head."""
        return round(self.tau * self.steps)

    def to_json(self) -> dict[str, Any]:
        """Return the configuration as plain values."""
        return asdict(self)

    @staticmethod
    def from_json(values: dict[str, Any]) -> PretrainConfig:
        """Read what `to_json` wrote; an unknown name is an error."""
        return PretrainConfig(**{**values, "objective": Objective(**values["objective"])})


@dataclass
class Pretraining:
    """A run between two steps: the models, the optimiser, and what was measured so far.

    `generator` and `head` are None from the switch on. `flops` counts the matrix products of all steps made,
    forward and backward, two for a multiplication with its addition; `flops_a_step` holds them by stage.
    `history` has an entry every `report_every` steps, `sums` what the next one will average.
    """

    reader: Reader
    generator: Generator | None
    head: nn.Module | None
    optimizer: torch.optim.Optimizer
    config: PretrainConfig
    seed: int
    step: int = 0
    flops: int = 0
    flops_a_step: dict[str, int] = field(default_factory=dict)
    history: list[dict[str, float]] = field(default_factory=list)
    sums: dict[str, float] = field(default_factory=dict)

    @property
    def stage(self) -> str:
        """Return the stage that the next step belongs to."""
        return HYBRID if self.step < self.config.switch else SPAN

    @property
    def is_finished(self) -> bool:
        """Tell whether all steps are made."""
        return self.step >= self.config.steps

    @property
    def device(self) -> torch.device:
        """Return where the models are."""
        return self.reader.embedding.weight.device


def begin(build: Callable[[], Reader], config: PretrainConfig, *, seed: int) -> Pretraining:
    """Return a run before its first step, on a GPU where there is one.

    `build` makes the reader, after the process's torch generator has been seeded.
    """
    torch.manual_seed(seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    reader = build().to(device)
    groups: list[dict[str, Any]] = [{"params": list(reader.parameters())}]
    generator = head = None
    if config.switch:
        shape = Seq2SeqConfig(
            width=config.generator_width,
            heads=config.generator_heads,
            hidden=2 * config.generator_width,
            encoder_layers=config.generator_layers,
        )
        width = reader.embedding.embedding_dim
        generator = Generator(shape, embedding_width=width).to(device)
        head = detection_head(width).to(device)
        groups.append({"params": [*generator.parameters(), *head.parameters()]})
    optimizer = torch.optim.AdamW(
        groups, lr=config.learning_rate, weight_decay=config.weight_decay, betas=(0.9, 0.98)
    )
    return Pretraining(reader, generator, head, optimizer, config, seed)


def run(state: Pretraining, text: RawText, *, until: int | None = None) -> Iterator[Pretraining]:
    """Make the steps up to `until` (default: all), yielding the state after each; leave it at any yield."""
    config = state.config
    last = config.steps if until is None else min(until, config.steps)
    while state.step < last:
        make_step(state, text)
        if state.step % config.report_every == 0 or state.is_finished:
            state.history.append(_report(state, text))
        yield state


def make_step(state: Pretraining, text: RawText) -> None:
    """Draw a batch, step down the loss of the stage, and count what that took."""
    if state.stage == SPAN:
        drop_generator(state)
    config = state.config
    rng = np.random.default_rng([state.seed, state.step])
    rows = text.training_rows(config.rows, config.length, rng=rng)
    masked = state.stage == HYBRID
    batch = make_batch(rows, text.special, config.objective, rng=rng, masked=masked, device=state.device)
    random = torch.Generator(state.device).manual_seed(int(rng.integers(2**62)))
    for group in state.optimizer.param_groups:
        group["lr"] = config.learning_rate * _rate(state.step, config.warmup)
    state.optimizer.zero_grad(set_to_none=True)
    with _counting(state):
        measured = _losses(state, batch, text, random)
        measured["loss"].backward()
    state.flops += state.flops_a_step[state.stage]
    nn.utils.clip_grad_norm_([p for group in state.optimizer.param_groups for p in group["params"]], 1.0)
    state.optimizer.step()
    for name, value in measured.items():
        state.sums[name] = state.sums.get(name, 0.0) + value.item()
    state.sums["steps"] = state.sums.get("steps", 0.0) + 1
    state.step += 1


def drop_generator(state: Pretraining) -> None:
    """Drop generator and head with what the optimiser keeps of them; the rest of it stays as it is."""
    if state.generator is None:
        return
    for parameter in state.optimizer.param_groups.pop()["params"]:
        state.optimizer.state.pop(parameter, None)
    state.generator = state.head = None
    # averages of two objectives would say nothing
    state.sums = {}


def validation_loss(state: Pretraining, text: RawText) -> float:
    """Return the span corruption loss on clean inputs from the validation part, the same ones every time."""
    config = state.config
    rng = np.random.default_rng(0)
    rows = text.validation_rows(config.validation_rows, config.length)
    losses = []
    with torch.inference_mode(), _precision(state):
        for some in np.array_split(rows, max(1, len(rows) // config.rows)):
            batch = make_batch(
                some, text.special, config.objective, rng=rng, masked=False, device=state.device
            )
            losses.append(plain_loss(state.reader, batch, text.special)["loss"].item())
    return float(np.mean(losses))


def _losses(
    state: Pretraining, batch: Batch, text: RawText, random: torch.Generator
) -> dict[str, torch.Tensor]:
    with _precision(state):
        if state.generator is None or state.head is None:
            return plain_loss(state.reader, batch, text.special)
        return hybrid_loss(
            state.reader,
            state.generator,
            state.head,
            batch,
            text.special,
            state.config.objective,
            random=random,
        )


def _precision(state: Pretraining) -> AbstractContextManager[Any]:
    return torch.autocast(state.device.type, torch.bfloat16) if state.config.bfloat16 else nullcontext()


class _Counting(FlopCounterMode):
    """Counts the matrix products of one step and writes them down for its stage."""

    def __init__(self, state: Pretraining) -> None:
        super().__init__(display=False)
        self._state = state

    def __exit__(self, *error: Any) -> None:
        super().__exit__(*error)
        self._state.flops_a_step[self._state.stage] = self.get_total_flops()


def _counting(state: Pretraining) -> AbstractContextManager[Any]:
    # all batches of a stage have the same shapes, so its first step speaks for all
    return nullcontext() if state.stage in state.flops_a_step else _Counting(state)


def _rate(step: int, warmup: int) -> float:
    return min((step + 1) / warmup, (warmup / (step + 1)) ** 0.5)


def _report(state: Pretraining, text: RawText) -> dict[str, float]:
    steps = state.sums.pop("steps", 0.0)
    means = {name: total / steps for name, total in state.sums.items()}
    state.sums = {}
    return {
        "step": state.step,
        "flops": state.flops,
        "validation_loss": validation_loss(state, text),
        **means,
    }

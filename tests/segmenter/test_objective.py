"""The losses by hand: models of fixed answers on rows of a few symbols."""

import math

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from segmenter.corruption import SpecialIds
from segmenter.objective import (
    Batch,
    Noised,
    Objective,
    detection_loss,
    fill_masks,
    hybrid_loss,
    make_batch,
    plain_loss,
    span_loss,
)
from segmenter.seq2seq import Reader

SPECIAL = SpecialIds(pad=0, eos=1, mask=2, sentinels=(3, 4))
VOCABULARY = 8
INPUTS = torch.tensor([[5, 3, 6, 7, 1]])
TEXT = torch.tensor([[True, False, True, True, False]])
TARGETS = torch.tensor([[3, 6, 1]])


class Uniform(Reader):
    """Thinks every symbol equally likely, and keeps what it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(VOCABULARY, 4)
        self.asked: list[Tensor] = []

    def encode(self, ids: Tensor) -> Tensor:
        self.asked.append(ids)
        return self.embedding(ids)

    def decode(self, ids: Tensor, encoded: Tensor) -> Tensor:
        self.asked.append(ids)
        return torch.zeros((*ids.shape, VOCABULARY))


class Guesses(nn.Module):
    """A generator that gives all masks the same logits, and keeps the ids it saw."""

    def __init__(self, logits: list[float]) -> None:
        super().__init__()
        self.logits = torch.tensor(logits)
        self.saw: Tensor | None = None

    def forward(self, ids: Tensor, masks: Tensor, embedding: nn.Embedding) -> Tensor:
        self.saw = ids
        return self.logits.expand(int(masks.sum()), -1)


def sure_of(symbol: int) -> Guesses:
    return Guesses([50.0 if i == symbol else 0.0 for i in range(VOCABULARY)])


def batch(masks: list[bool]) -> Batch:
    return Batch(INPUTS, TEXT, torch.tensor([masks]), TARGETS)


def fill(generator: nn.Module, masks: list[bool], **options: float) -> Noised:
    options = {"temperature": 1.0, **options}
    random = torch.Generator().manual_seed(0)
    return fill_masks(generator, nn.Embedding(VOCABULARY, 4), batch(masks), SPECIAL, random=random, **options)


def test_the_span_loss_is_the_mean_over_targets_and_the_decoder_sees_the_one_before() -> None:
    reader = Uniform()
    loss = span_loss(reader, torch.zeros(1, 5, 4), TARGETS, start=SPECIAL.pad)
    assert loss.item() == pytest.approx(math.log(VOCABULARY))
    assert reader.asked[0].tolist() == [[0, 3, 6]]


def test_masks_are_filled_with_samples_and_nothing_else_changes() -> None:
    generator = sure_of(7)
    noised = fill(generator, [True, False, True, False, False])
    assert generator.saw is not None
    assert generator.saw.tolist() == [[2, 3, 2, 7, 1]]
    assert noised.inputs.tolist() == [[7, 3, 7, 7, 1]]
    assert noised.replaced.tolist() == [[True, False, True, False, False]]
    assert noised.loss.item() == pytest.approx(50.0)
    assert noised.hits.tolist() == [False, False]


def test_a_sample_equal_to_the_original_counts_as_original() -> None:
    noised = fill(sure_of(6), [True, False, True, False, False])
    assert noised.inputs.tolist() == [[6, 3, 6, 7, 1]]
    assert noised.replaced.tolist() == [[True, False, False, False, False]]
    assert noised.hits.tolist() == [False, True]


def test_symbols_that_are_no_text_are_never_sampled() -> None:
    everything = Guesses([9.0] * 5 + [0.0] * 3)
    drawn = {
        int(
            fill_masks(
                everything,
                nn.Embedding(VOCABULARY, 4),
                batch([True, False, False, False, False]),
                SPECIAL,
                temperature=1.0,
                random=torch.Generator().manual_seed(seed),
            ).inputs[0, 0]
        )
        for seed in range(60)
    }
    assert drawn == {5, 6, 7}


def test_a_higher_temperature_makes_unlikely_samples_more_frequent() -> None:
    def share_of_six(temperature: float) -> float:
        generator = Guesses([0.0] * 5 + [2.0, 0.0, -50.0])
        random = torch.Generator().manual_seed(0)
        many = Batch(INPUTS[:, :1].expand(4000, 1), *[torch.ones(4000, 1, dtype=torch.bool)] * 2, TARGETS)
        noised = fill_masks(
            generator, nn.Embedding(VOCABULARY, 4), many, SPECIAL, temperature=temperature, random=random
        )
        return (noised.inputs == 6).float().mean().item()

    assert share_of_six(1.0) == pytest.approx(1 / (1 + math.exp(2)), abs=0.02)
    assert share_of_six(2.0) == pytest.approx(1 / (1 + math.exp(1)), abs=0.02)


def test_the_detection_loss_is_over_text_symbols_only() -> None:
    noised = fill(sure_of(7), [True, False, False, False, False])
    logits = torch.tensor([[1.0, 100.0, -2.0, 3.0, 100.0]])
    by_hand = (math.log1p(math.exp(-1)) + math.log1p(math.exp(-2)) + math.log1p(math.exp(3))) / 3
    assert detection_loss(logits, noised, TEXT).item() == pytest.approx(by_hand)


def test_the_hybrid_loss_weighs_its_three_terms_and_reads_the_noised_text() -> None:
    reader, head = Uniform(), nn.Linear(4, 1)
    nn.init.zeros_(head.weight)
    nn.init.constant_(head.bias, 1.0)
    objective = Objective(detection_weight=3.0, span_weight=2.0, temperature=1.0)
    masks = [True, False, False, False, False]
    measured = hybrid_loss(
        reader, sure_of(7), head, batch(masks), SPECIAL, objective, random=torch.Generator().manual_seed(0)
    )
    detection = (math.log1p(math.exp(-1)) + 2 * math.log1p(math.exp(1))) / 3
    assert measured["detection_loss"].item() == pytest.approx(detection)
    assert measured["loss"].item() == pytest.approx(50 + 3 * detection + 2 * math.log(VOCABULARY))
    assert reader.asked[0].tolist() == [[7, 3, 6, 7, 1]]
    assert measured["replaced_share"].item() == pytest.approx(1 / 3)
    assert measured["detection_accuracy"].item() == pytest.approx(1 / 3)
    assert measured["detection_recall"].item() == 1
    assert measured["generator_accuracy"].item() == 0


def test_plain_span_corruption_reads_the_clean_text() -> None:
    reader = Uniform()
    measured = plain_loss(reader, batch([False] * 5), SPECIAL)
    assert set(measured) == {"loss", "span_loss"}
    assert reader.asked[0].tolist() == INPUTS.tolist()


def test_only_the_hybrid_stage_has_masks() -> None:
    rows = np.tile(np.arange(5, 8), (4, 4))
    for masked in (False, True):
        made = make_batch(
            rows,
            SPECIAL,
            Objective(),
            rng=np.random.default_rng(0),
            masked=masked,
            device=torch.device("cpu"),
        )
        assert bool(made.masks.any()) is masked

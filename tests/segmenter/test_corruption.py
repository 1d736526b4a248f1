"""Span corruption and masks, by hand on rows of ten symbols."""

from itertools import combinations

import numpy as np
import pytest

from segmenter.corruption import (
    SpecialIds,
    TooFewSentinels,
    corrupt,
    draw_masks,
    draw_spans,
    is_text,
    span_counts,
)

SPECIAL = SpecialIds(pad=0, eos=1, mask=2, sentinels=(3, 4))
TEXT = np.arange(10, 20)


def test_each_span_becomes_one_sentinel_and_the_targets_say_what_it_stood_for() -> None:
    noise = np.zeros((2, 10), bool)
    noise[0, [2, 3, 7]] = True
    noise[1, [0, 8, 9]] = True
    inputs, targets = corrupt(np.stack([TEXT, TEXT]), noise, SPECIAL)
    assert inputs.tolist() == [
        [10, 11, 3, 14, 15, 16, 4, 18, 19, 1],
        [3, 11, 12, 13, 14, 15, 16, 17, 4, 1],
    ]
    assert targets.tolist() == [[3, 12, 13, 4, 17, 1], [3, 10, 4, 18, 19, 1]]


@pytest.mark.parametrize(
    ("length", "density", "mean_span", "expected"),
    [(100, 0.15, 3.0, (15, 5)), (10, 0.15, 3.0, (2, 1)), (2, 0.01, 3.0, (1, 1)), (4, 0.9, 1.0, (3, 1))],
)
def test_noise_and_spans_are_counted(
    length: int, density: float, mean_span: float, expected: tuple[int, int]
) -> None:
    assert span_counts(length, density=density, mean_span=mean_span) == expected


def test_every_arrangement_of_spans_is_drawn_about_equally_often() -> None:
    drawn = draw_spans(6000, 7, density=0.5, mean_span=2.0, rng=np.random.default_rng(0))
    # four noise symbols in two spans that do not touch
    possible = {
        places
        for places in combinations(range(7), 4)
        if sum(place - 1 not in places for place in places) == 2
    }
    found, counts = np.unique(drawn, axis=0, return_counts=True)
    assert {tuple(np.flatnonzero(row).tolist()) for row in found} == possible
    assert counts.min() > 0.8 * 6000 / len(possible)
    assert counts.max() < 1.2 * 6000 / len(possible)


def test_masks_fall_on_text_only_and_in_the_share_asked_for() -> None:
    rng = np.random.default_rng(0)
    rows = np.tile(TEXT, (500, 1))
    inputs, _ = corrupt(rows, draw_spans(500, 10, density=0.3, mean_span=2.0, rng=rng), SPECIAL)
    masks = draw_masks(inputs, SPECIAL, rate=0.5, rng=rng)
    assert not (masks & np.isin(inputs, [0, 1, 2, 3, 4])).any()
    text = is_text(inputs, SPECIAL)
    assert (masks.sum(axis=1) == np.round(0.5 * text.sum(axis=1))).all()
    # every symbol of the text gets its turn
    assert set(inputs[masks]) == set(TEXT)


def test_more_spans_than_sentinels_are_refused() -> None:
    noise = np.array([[True, False, True, False, True]])
    with pytest.raises(TooFewSentinels, match="3 spans; there are 2 sentinels"):
        corrupt(np.arange(10, 15)[None], noise, SPECIAL)

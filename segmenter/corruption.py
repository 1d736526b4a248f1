"""Span corruption and masking, drawn for whole batches of equally long rows of symbols.

A symbol is whatever the model reads: a grapheme cluster or a subword. Every row of a batch gets the same
number of noise symbols and of spans (Raffel et al. 2020, arXiv 1910.10683), so nothing needs padding.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


class TooFewSentinels(ValueError):
    """The rows are so long that they have more spans than there are sentinels."""


@dataclass(frozen=True, slots=True)
class SpecialIds:
    """Ids that stand for no text: padding, end, the mask, and the sentinels, first one first."""

    pad: int
    eos: int
    mask: int
    sentinels: tuple[int, ...]


def span_counts(length: int, *, density: float, mean_span: float) -> tuple[int, int]:
    """Return how many symbols of a row are noise and in how many spans they lie; at least one of each."""
    noise = min(max(round(length * density), 1), length - 1)
    spans = min(max(round(noise / mean_span), 1), noise, length - noise)
    return noise, spans


def draw_spans(
    rows: int, length: int, *, density: float, mean_span: float, rng: np.random.Generator
) -> Array:
    """Return (rows, length) bool, True on noise: spans that do not touch, all ways equally likely."""
    noise, spans = span_counts(length, density=density, mean_span=mean_span)
    lengths = np.empty((rows, 2 * spans + 1), np.int64)
    lengths[:, 1::2] = 1 + _compositions(rows, noise - spans, spans, rng)
    lengths[:, ::2] = _compositions(rows, length - noise - (spans - 1), spans + 1, rng)
    lengths[:, 2:-1:2] += 1
    is_noise = np.tile(np.arange(2 * spans + 1) % 2 == 1, rows)
    drawn: Array = np.repeat(is_noise, lengths.ravel()).reshape(rows, length)
    return drawn


def _compositions(rows: int, total: int, parts: int, rng: np.random.Generator) -> Array:
    """Return (rows, parts) whole numbers from 0 that add up to `total`, all ways equally likely."""
    # stars and bars: where the bars stand among all places
    places = rng.random((rows, total + parts - 1)).argsort(axis=1)[:, : parts - 1]
    places.sort(axis=1)
    edges = np.concatenate([np.full((rows, 1), -1), places, np.full((rows, 1), total + parts - 1)], axis=1)
    return np.diff(edges, axis=1) - 1


def corrupt(ids: Array, noise: Array, special: SpecialIds) -> tuple[Array, Array]:
    """Return encoder inputs and decoder targets of rows whose `noise` (same shape) has equal counts.

    Inputs have one sentinel for every span; targets have every sentinel and what it stands for; both end with
    the end symbol.
    """
    starts = noise & ~np.pad(noise, ((0, 0), (1, 0)))[:, :-1]
    spans = int(starts[0].sum())
    if spans > len(special.sentinels):
        raise TooFewSentinels(f"a row has {spans} spans; there are {len(special.sentinels)} sentinels")
    sentinels = np.array(special.sentinels)[np.maximum(np.cumsum(starts, axis=1) - 1, 0)]
    rows = len(ids)
    end = np.full((rows, 1), special.eos)
    inputs = np.where(starts, sentinels, ids)[~noise | starts].reshape(rows, -1)
    pairs = np.stack([sentinels, ids], axis=-1)
    targets = pairs[np.stack([starts, noise], axis=-1)].reshape(rows, -1)
    return np.concatenate([inputs, end], axis=1), np.concatenate([targets, end], axis=1)


def is_text(inputs: Array, special: SpecialIds) -> Array:
    """Return True where the encoder input is a symbol of the text, not a sentinel, end or padding."""
    text: Array = ~np.isin(inputs, [special.pad, special.eos, special.mask, *special.sentinels])
    return text


def draw_masks(inputs: Array, special: SpecialIds, *, rate: float, rng: np.random.Generator) -> Array:
    """Return bool like `inputs`: in every row the share `rate` of its text symbols, never a sentinel.

    Rows must have the same number of text symbols, as `corrupt` gives them.
    """
    text = is_text(inputs, special)
    masked = max(1, round(rate * int(text[0].sum())))
    # what is no text sorts last
    order = (rng.random(inputs.shape) + ~text).argsort(axis=1)[:, :masked]
    masks = np.zeros(inputs.shape, bool)
    np.put_along_axis(masks, order, values=True, axis=1)
    return masks

"""Boundary probabilities from a dictionary alone: a unigram word lattice, summed over all its paths.

Every segmentation into words has the product of its words' probabilities; the posterior of a boundary is the
share of segmentations that cut there, by the forward–backward sums of a semi-Markov chain with no labels.
What no dictionary has may be one word too, within a run of one script and from one writable unit to another.
Probabilities are rescaled at every step, so texts of any length stay in range.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

LONGEST_PIECE = 12
"""Clusters of the longest word in the lattice."""
UNKNOWN_WORD, UNKNOWN_CLUSTER = -16.0, -4.5
"""Log-probability of a word no list has: so much for the word and so much for each of its clusters."""
LAST_RESORT = -60.0
"""Log-probability of a cluster that cannot even be an unknown word: it only keeps every text readable."""
LONGEST_TEXT = 2_000
"""Clusters of a text that are summed as one; a longer text is cut there, as if a word began."""
_CHUNK = 256
_TYPICAL_COST = 4.0
"""Nats a cluster costs on average; taken out beforehand, so that the sums stay near 1."""


@dataclass(frozen=True, slots=True)
class Script:
    """Where unknown words may lie: within a run of one script, not from or to the inside of a unit.

    `run_start` (rows,) is the row where the run of a row starts; `inside` (rows,) is True where the edge
    before the row lies inside something never cut: a Thai syllable's vowels, a number, a Latin word.
    """

    run_start: Array
    inside: Array


def boundary_posteriors(
    start: Array, end: Array, log_probability: Array, *, script: Script, offsets: Array
) -> Array:
    """Return P(a word starts at this cluster) for every cluster of texts laid end to end.

    `start` and `end` (exclusive) are the cluster rows of words found, `log_probability` theirs; text i owns
    the rows offsets[i] to offsets[i + 1]. The first cluster of a text has 1.
    """
    offsets = _cut_long_texts(offsets)
    piece = np.searchsorted(offsets, start, side="right")
    inside_one = piece == np.searchsorted(offsets, end - 1, side="right")
    found = start[inside_one], end[inside_one], log_probability[inside_one]
    edges = _edge_weights(*found, script=script, n_rows=int(offsets[-1]))
    sizes = np.diff(offsets)
    posteriors = np.ones(len(edges), np.float32)
    by_length = np.argsort(sizes, kind="stable")
    by_length = by_length[sizes[by_length] > 1]
    for at in range(0, len(by_length), _CHUNK):
        chosen = by_length[at : at + _CHUNK]
        rows = offsets[chosen] + np.arange(int(sizes[chosen].max()))[:, None]  # (length, texts)
        inside = rows < offsets[chosen + 1]
        weights = np.where(inside[..., None], edges[np.where(inside, rows, 0)], 0)
        posteriors[rows[inside]] = _posteriors(weights, sizes[chosen])[inside]
    return posteriors


def _cut_long_texts(offsets: Array) -> Array:
    """Return offsets with no text above LONGEST_TEXT: time is one step a cluster, whatever the width."""
    long = np.flatnonzero(np.diff(offsets) > LONGEST_TEXT)
    inner = [np.arange(offsets[i] + LONGEST_TEXT, offsets[i + 1], LONGEST_TEXT) for i in long]
    return np.sort(np.concatenate([offsets, *inner])) if inner else offsets


def _edge_weights(start: Array, end: Array, log_probability: Array, *, script: Script, n_rows: int) -> Array:
    """Return (rows, LONGEST_PIECE): the scaled weight of the word of k + 1 clusters ending with the row."""
    length = end - start
    fits = length <= LONGEST_PIECE
    pieces = np.arange(1, LONGEST_PIECE + 1)
    logs = np.where(_may_be_unknown(script, n_rows), UNKNOWN_WORD + UNKNOWN_CLUSTER * pieces, -np.inf)
    known = np.full_like(logs, -np.inf)
    # a word found by two lists has one weight, the larger one
    order = np.argsort(log_probability[fits], kind="stable")
    known[end[fits][order] - 1, length[fits][order] - 1] = log_probability[fits][order]
    np.maximum(logs, known, out=logs)
    np.maximum(logs[:, 0], LAST_RESORT, out=logs[:, 0])
    logs += _TYPICAL_COST * pieces
    return np.exp(logs, out=logs)


def _may_be_unknown(script: Script, n_rows: int) -> Array:
    """Return (rows, LONGEST_PIECE): whether the k + 1 clusters ending with the row may be an unknown word."""
    first = np.arange(n_rows)[:, None] - np.arange(LONGEST_PIECE)
    ends_inside = np.append(script.inside[1:], False)
    allowed: Array = (first >= script.run_start[:, None]) & ~ends_inside[:, None]
    allowed &= ~script.inside[np.maximum(first, 0)]
    return allowed


def _posteriors(weights: Array, sizes: Array) -> Array:
    """Return (length, texts) posteriors from (length, texts, LONGEST_PIECE) weights."""
    length, texts, pieces = weights.shape
    forward_log = np.zeros((length + 1, texts))
    recent = np.zeros((texts, pieces))
    recent[:, 0] = 1
    for i in range(length):
        value = np.einsum("bk,bk->b", recent, weights[i])
        # padding has no weight at all: keep it at 1, its values are not read
        scale = np.where(value > 0, value, 1)
        recent[:, 1:] = recent[:, :-1] / scale[:, None]
        recent[:, 0] = 1
        forward_log[i + 1] = forward_log[i] + np.log(scale)
    backward_log = np.zeros((length + 1, texts))
    recent = np.zeros((texts, pieces))
    piece = np.arange(pieces)
    for i in range(length, -1, -1):
        reach = piece[: length - i]
        value = np.einsum("bk,kb->b", recent[:, : len(reach)], weights[i + reach, :, reach])
        ends_here = sizes == i
        scale = np.where((value > 0) & ~ends_here, value, 1)
        recent[:, 1:] = np.where(ends_here[:, None], 0, recent[:, :-1] / scale[:, None])
        recent[:, 0] = (sizes >= i).astype(float)
        if i < length:
            backward_log[i] = np.where(ends_here, 0, backward_log[i + 1] + np.log(scale))
    logs = forward_log[:length] + backward_log[:length] - backward_log[0]
    return np.exp(np.minimum(logs, 0)).astype(np.float32)

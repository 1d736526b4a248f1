"""Counts and ratios of segmentations: predicted against reference, and annotators against each other.

Counts are micro counts and add up with `+`; ratios are fractions, and None when there is nothing to count.
White space is not scored: a character boundary counts only with white space on neither side, and words are
the spans left after forcing a cut wherever white space starts or ends and dropping the white-space spans.
No torch here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from itertools import pairwise
from typing import Any

import numpy as np

CALIBRATION_BINS = 15


@dataclass(frozen=True, slots=True)
class Counts:
    """What was compared: boundaries and words as true/false positives and false negatives, and sentences."""

    boundary_tp: int = 0
    boundary_fp: int = 0
    boundary_fn: int = 0
    word_tp: int = 0
    word_fp: int = 0
    word_fn: int = 0
    sentences: int = 0
    exact_sentences: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))

    def __radd__(self, other: object) -> Counts:
        # lets the built-in `sum` start from 0
        return self if other == 0 else NotImplemented

    @property
    def boundary_precision(self) -> float | None:
        """Return the share of predicted boundaries that are right."""
        return _ratio(self.boundary_tp, self.boundary_tp + self.boundary_fp)

    @property
    def boundary_recall(self) -> float | None:
        """Return the share of reference boundaries that were found."""
        return _ratio(self.boundary_tp, self.boundary_tp + self.boundary_fn)

    @property
    def boundary_f1(self) -> float | None:
        """Return the character F1: boundaries with white space on neither side."""
        return _f1(self.boundary_tp, self.boundary_fp, self.boundary_fn)

    @property
    def word_precision(self) -> float | None:
        """Return the share of predicted words that are right."""
        return _ratio(self.word_tp, self.word_tp + self.word_fp)

    @property
    def word_recall(self) -> float | None:
        """Return the share of reference words that were found."""
        return _ratio(self.word_tp, self.word_tp + self.word_fn)

    @property
    def word_f1(self) -> float | None:
        """Return the word F1: spans equal in both, white space left out."""
        return _f1(self.word_tp, self.word_fp, self.word_fn)

    @property
    def sentence_accuracy(self) -> float | None:
        """Return the share of sentences whose scored words are all right."""
        return _ratio(self.exact_sentences, self.sentences)


def count(predicted: Iterable[int], reference: Iterable[int], clusters: Sequence[str]) -> Counts:
    """Compare one predicted segmentation with its reference; both are boundaries over `clusters`."""
    forced, scored = _white_space_edges(clusters)
    predicted_cuts = frozenset(predicted) & scored
    reference_cuts = frozenset(reference) & scored
    hits = len(predicted_cuts & reference_cuts)
    predicted_words = _word_spans(predicted_cuts | forced, clusters)
    reference_words = _word_spans(reference_cuts | forced, clusters)
    word_hits = len(predicted_words & reference_words)
    return Counts(
        boundary_tp=hits,
        boundary_fp=len(predicted_cuts) - hits,
        boundary_fn=len(reference_cuts) - hits,
        word_tp=word_hits,
        word_fp=len(predicted_words) - word_hits,
        word_fn=len(reference_words) - word_hits,
        sentences=1,
        exact_sentences=int(predicted_cuts == reference_cuts),
    )


@dataclass(frozen=True, slots=True)
class Agreement:
    """Decisions of two annotators at the same scored cluster edges; adds up over sentences with `+`."""

    both: int = 0
    only_first: int = 0
    only_second: int = 0
    neither: int = 0

    def __add__(self, other: Agreement) -> Agreement:
        # Added up for thousands of sentences in an answer, which `astuple` is too slow for.
        return Agreement(
            self.both + other.both,
            self.only_first + other.only_first,
            self.only_second + other.only_second,
            self.neither + other.neither,
        )

    def __radd__(self, other: object) -> Agreement:
        return self if other == 0 else NotImplemented

    @property
    def boundary_f1(self) -> float | None:
        """Return F1 of one annotator against the other; it is the same both ways round."""
        return _f1(self.both, self.only_first, self.only_second)

    @property
    def observed(self) -> float | None:
        """Return the share of cluster edges decided alike."""
        total = self.both + self.only_first + self.only_second + self.neither
        return _ratio(self.both + self.neither, total)

    @property
    def kappa(self) -> float | None:
        """Return Cohen's kappa over cluster edges (Cohen 1960); None where chance agreement is complete."""
        total = self.both + self.only_first + self.only_second + self.neither
        if not total:
            return None
        first = (self.both + self.only_first) / total
        second = (self.both + self.only_second) / total
        by_chance = first * second + (1 - first) * (1 - second)
        return None if by_chance == 1 else ((self.both + self.neither) / total - by_chance) / (1 - by_chance)


def agree(first: Iterable[int], second: Iterable[int], clusters: Sequence[str]) -> Agreement:
    """Compare two annotators on one sentence, at the cluster edges with white space on neither side."""
    _, scored = _white_space_edges(clusters)
    a, b = scored.intersection(first), scored.intersection(second)
    both = len(a & b)
    return Agreement(
        both=both,
        only_first=len(a) - both,
        only_second=len(b) - both,
        neither=len(scored) - len(a) - len(b) + both,
    )


def krippendorff_alpha(readings: Iterable[tuple[Sequence[Iterable[int]], Sequence[str]]]) -> float | None:
    """Return Krippendorff's alpha (nominal) of boundary decisions by any number of annotators.

    `readings` holds, for each sentence, the boundaries of every annotator who read it, and the clusters.
    Sentences read once are left out. None when nothing can be compared or all decisions are the same.
    Source: Krippendorff 2004, Content Analysis, chapter 11.
    """
    coincidences = np.zeros((2, 2))
    for annotators, clusters in readings:
        _, scored = _white_space_edges(clusters)
        if len(annotators) < 2 or not scored:
            continue
        decisions = [frozenset(boundaries) & scored for boundaries in annotators]
        ones = np.array([sum(edge in cuts for cuts in decisions) for edge in scored])
        zeros = len(decisions) - ones
        weight = 1 / (len(decisions) - 1)
        coincidences[1, 1] += weight * (ones * (ones - 1)).sum()
        coincidences[0, 0] += weight * (zeros * (zeros - 1)).sum()
        coincidences[0, 1] += weight * (ones * zeros).sum()
    coincidences[1, 0] = coincidences[0, 1]
    totals = coincidences.sum(axis=1)
    expected = 2 * totals[0] * totals[1]
    if not expected:
        return None
    return float(1 - (totals.sum() - 1) * 2 * coincidences[0, 1] / expected)


def calibration_bins(
    probabilities: np.ndarray[Any, Any], labels: np.ndarray[Any, Any], *, n_bins: int = CALIBRATION_BINS
) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return (n_bins, 3): decisions, sum of probabilities and sum of labels in equal-width bins.

    Bins of several parts of a corpus add up; `expected_calibration_error` reads them.
    """
    bins = np.minimum((np.asarray(probabilities) * n_bins).astype(int), n_bins - 1)
    columns = (None, np.asarray(probabilities, float), np.asarray(labels, float))
    return np.stack([np.bincount(bins, weights=column, minlength=n_bins) for column in columns], axis=1)


def expected_calibration_error(bins: np.ndarray[Any, np.dtype[np.float64]]) -> float | None:
    """Return the mean gap between probability and frequency, weighted by decisions (Naeini et al. 2015)."""
    total = bins[:, 0].sum()
    return float(np.abs(bins[:, 1] - bins[:, 2]).sum() / total) if total else None


def _white_space_edges(clusters: Sequence[str]) -> tuple[frozenset[int], frozenset[int]]:
    """Return (edges where white space starts or ends, edges with white space on neither side)."""
    forced: set[int] = set()
    touched: set[int] = set()
    for index in [index for index, cluster in enumerate(clusters) if cluster.isspace()]:
        edges = {index, index + 1}
        touched |= edges
        # The edge between two white spaces comes twice and is gone again.
        forced ^= edges
    inner = frozenset(range(1, len(clusters)))
    return inner & forced, inner - touched


def _word_spans(cuts: frozenset[int], clusters: Sequence[str]) -> set[tuple[int, int]]:
    edges = [0, *sorted(cuts), len(clusters)] if clusters else []
    return {(start, end) for start, end in pairwise(edges) if not clusters[start].isspace()}


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _f1(tp: int, fp: int, fn: int) -> float | None:
    return _ratio(2 * tp, 2 * tp + fp + fn)

"""One report on a tagger: accuracy over all and by domain, calibration, speed."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from segmenter.corpora import GoldSentence
from segmenter.data import boundary_labels
from segmenter.metrics import CALIBRATION_BINS, Counts, calibration_bins, count, expected_calibration_error
from segmenter.model import Tagger
from segmenter.predict import boundary_probabilities
from segmenter.text import clusters_from_lengths


@dataclass(frozen=True, slots=True)
class Report:
    """Counts over all sentences and by domain, reliability bins, and characters and seconds of prediction."""

    total: Counts
    by_domain: dict[str, Counts]
    bins: np.ndarray[Any, Any]
    characters: int
    seconds: float

    @property
    def characters_per_second(self) -> float:
        """Return code points predicted a second, from text to probabilities."""
        return self.characters / self.seconds if self.seconds else 0.0

    def to_json(self) -> dict[str, Any]:
        """Return the figures; F1 in per cent, None where there was nothing to count."""
        return {
            **_figures(self.total),
            "characters_per_second": round(self.characters_per_second),
            "sentence_accuracy": _per_cent(self.total.sentence_accuracy),
            "expected_calibration_error": expected_calibration_error(self.bins),
            "reliability": self.bins.tolist(),
            "domains": {domain: _figures(counts) for domain, counts in sorted(self.by_domain.items())},
        }


def evaluate(tagger: Tagger, sentences: Iterable[GoldSentence]) -> Report:
    """Predict every sentence and compare it with its gold; the time is that of prediction alone."""
    sentences = list(sentences)
    start = time.perf_counter()
    predictions = list(boundary_probabilities(tagger, (s.example.text for s in sentences)))
    seconds = time.perf_counter() - start
    by_domain: dict[str, Counts] = {}
    bins = np.zeros((CALIBRATION_BINS, 3))
    for sentence, probabilities in zip(sentences, predictions, strict=True):
        example = sentence.example
        predicted = (np.flatnonzero(probabilities > 0.5) + 1).tolist()
        clusters = clusters_from_lengths(example.text, example.cluster_lengths)
        counts = count(predicted, example.boundaries, clusters)
        by_domain[sentence.domain] = by_domain.get(sentence.domain, Counts()) + counts
        bins += calibration_bins(probabilities, boundary_labels([example])[1:])
    characters = sum(len(sentence.example.text) for sentence in sentences)
    return Report(sum(by_domain.values(), Counts()), by_domain, bins, characters, seconds)


def _figures(counts: Counts) -> dict[str, Any]:
    return {
        "character_f1": _per_cent(counts.boundary_f1),
        "word_f1": _per_cent(counts.word_f1),
        "sentences": counts.sentences,
    }


def _per_cent(ratio: float | None) -> float | None:
    return None if ratio is None else round(100 * ratio, 3)

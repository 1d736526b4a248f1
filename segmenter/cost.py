"""What a sentence costs an annotator, in seconds: a base, a part per cluster and a part per correction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import nnls

Array = np.ndarray[Any, Any]
Floats = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class CostModel:
    """Seconds of an annotation, linear in what there is to read and to correct; no term is negative."""

    base: float = 4.0
    per_cluster: float = 0.12
    per_correction: float = 1.5

    def seconds(self, clusters: Floats, corrections: Floats) -> Floats:
        """Return the seconds expected for sentences of so many clusters and corrections."""
        return (
            self.base
            + self.per_cluster * np.asarray(clusters)
            + self.per_correction * np.asarray(corrections)
        )


def fit_cost_model(clusters: Floats, corrections: Floats, seconds: Floats) -> CostModel:
    """Fit the model to annotations by least squares; without annotations it is the default model."""
    if not len(seconds):
        return CostModel()
    columns = np.stack([np.ones(len(seconds)), clusters, corrections], axis=1).astype(float)
    base, per_cluster, per_correction = nnls(columns, np.asarray(seconds, float))[0]
    return CostModel(float(base), float(per_cluster), float(per_correction))


def expected_corrections(
    probabilities: Sequence[Array], suggestions: Sequence[Iterable[int]] | None
) -> Floats:
    """Return for each sentence how many boundaries an annotator is expected to set or to take away.

    `suggestions` are the boundaries shown beforehand. None says that nothing is shown, so that every
    boundary has to be set.
    """
    if suggestions is None:
        return np.array([edges.sum() for edges in probabilities], float)
    return np.array(
        [_expected_changes(edges, shown) for edges, shown in zip(probabilities, suggestions, strict=True)],
        float,
    )


def _expected_changes(edges: Array, shown: Iterable[int]) -> float:
    wrong = np.array(edges, float)
    at = np.fromiter(shown, np.int64) - 1
    wrong[at] = 1 - wrong[at]
    return float(wrong.sum())


def predicted_seconds(
    model: CostModel, probabilities: Sequence[Array], suggestions: Sequence[Iterable[int]] | None
) -> Floats:
    """Return the seconds each sentence is expected to take with these suggestions, or with none."""
    clusters = np.array([len(edges) + 1 for edges in probabilities], float)
    return model.seconds(clusters, expected_corrections(probabilities, suggestions))

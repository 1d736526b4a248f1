"""Temperature and the dictionaries' share, chosen on labels the networks were not trained on.

A network that has seen few labels is too sure of itself, and errs where a dictionary would not. Adding a
share of the dictionaries' logit and dividing by a temperature (Guo et al. 2017) mends both without moving
what the network learnt; the share is 0 where the dictionaries add nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np

from segmenter.data import Example, boundary_labels
from segmenter.model import Calibration, Tagger
from segmenter.predict import mean_logits

Array = np.ndarray[Any, Any]

SHARES = (0.0, 0.05, 0.1, 0.2, 0.3, 0.45, 0.6, 0.8, 1.0)
TEMPERATURES = np.geomspace(0.8, 4, 41)
"""A handful of labels, all of them right, must not make a tagger much surer than it is."""


def calibrate(tagger: Tagger, dev: Sequence[Example]) -> Calibration:
    """Return the calibration with the least log-loss on `dev`, whatever the tagger's own is."""
    plain = tagger.calibrated(Calibration())
    encoded = tagger.features.encode([e.text for e in dev], [e.cluster_lengths for e in dev])
    inner = ~np.isin(np.arange(len(encoded.features)), encoded.offsets)
    learnt = mean_logits(plain, encoded)[inner].astype(float)
    looked_up = tagger.features.lattice_logits()[encoded.features[inner]].sum(axis=1)
    labels = boundary_labels(dev)[inner]
    shares = SHARES if tagger.config.lattice else SHARES[:1]
    candidates = [Calibration(float(t), share) for share, t in product(shares, TEMPERATURES)]
    losses = [_log_loss((learnt + c.prior * looked_up) / c.temperature, labels) for c in candidates]
    return candidates[int(np.argmin(losses))]


def _log_loss(logits: Array, labels: Array) -> float:
    """Return the mean negative log-likelihood; no edge costs nothing."""
    return float(np.logaddexp(0, np.where(labels > 0, -logits, logits)).sum()) / max(1, len(labels))

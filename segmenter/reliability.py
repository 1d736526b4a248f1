"""How often an edge is a boundary where a model gave so many per cent, as rows and as a figure."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from segmenter.metrics import expected_calibration_error

Array = np.ndarray[Any, Any]


def reliability_rows(bins: Array) -> list[dict[str, Any]]:
    """Return a row for every bin of `metrics.calibration_bins` that decisions fell into.

    `probability` is the mean probability given there, `frequency` the share of edges that are boundaries.
    """
    return [
        {
            "from": number / len(bins),
            "to": (number + 1) / len(bins),
            "decisions": int(decisions),
            "probability": probability / decisions,
            "frequency": positive / decisions,
        }
        for number, (decisions, probability, positive) in enumerate(bins.tolist())
        if decisions
    ]


def draw_reliability(panel: Axes, bins: Array, *, label: str, colour: str) -> None:
    """Add a model's bins to a panel; a dot's area grows with the logarithm of its decisions."""
    rows = reliability_rows(bins)
    x, y = [row["probability"] for row in rows], [row["frequency"] for row in rows]
    error = expected_calibration_error(bins)
    named = f"{label}, error {error:.4f}" if error is not None else label
    panel.plot([0, 1], [0, 1], color="#999999", linewidth=0.8)
    panel.plot(x, y, color=colour, linewidth=1, label=named)
    panel.scatter(x, y, s=[4 + 6 * np.log10(row["decisions"]) for row in rows], color=colour)
    panel.set_xlabel("probability given")
    panel.set_ylabel("share that are boundaries")
    panel.legend(frameon=False, loc="upper left")


def reliability_figure(bins: Array, *, label: str) -> Figure:
    """Return one model's figure by itself."""
    figure = Figure(figsize=(4.5, 4.2), layout="constrained")
    draw_reliability(figure.subplots(), bins, label=label, colour="#0072B2")
    return figure

"""The accuracy table as a figure: what every row reached beside its target."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

REACHED, TARGET = "#0072B2", "#D55E00"


def accuracy_figure(table: Sequence[Mapping[str, Any]], *, label: str) -> Figure:
    """Draw the rows of `benchmark.summarise`, character F1 beside word F1, in per cent."""
    figure = Figure(figsize=(8, 1.6 + 0.4 * len(table)), layout="constrained")
    panels = figure.subplots(1, 2, sharey=True)
    for panel, measure, name in zip(
        panels, ("character_f1", "word_f1"), ("character F1", "word F1"), strict=True
    ):
        _draw(panel, table, measure, label=label)
        panel.set_xlabel(f"{name}, %")
    panels[0].set_yticks(range(len(table)), [row["row"] for row in table])
    panels[0].set_ylim(len(table) - 0.5, -0.5)
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside upper center", ncols=2, frameon=False)
    return figure


def _draw(panel: Axes, table: Sequence[Mapping[str, Any]], measure: str, *, label: str) -> None:
    places = range(len(table))
    # one seed has no spread
    spread = [row[f"{measure}_spread"] or 0.0 for row in table]
    reached = [row[measure] for row in table]
    targets = [row[f"target_{measure}"] for row in table]
    panel.errorbar(
        reached, places, xerr=spread, fmt="o", color=REACHED, label=f"{label}, mean and standard deviation"
    )
    panel.scatter(targets, places, marker="|", s=200, color=TARGET, label="target")
    panel.grid(axis="x", color="#dddddd")

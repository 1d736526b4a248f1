"""The figures of a report, by matplotlib without a display; each takes results of the analyses or tables.

They are to be drawn with the settings in STYLE.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.dates import date2num
from matplotlib.figure import Figure

from learner.report_tables import Row
from segmenter.reliability import draw_reliability

# Two colours that people with any colour vision tell apart (Okabe & Ito), the same in every figure.
COLOURS = {"random": "#0072B2", "active": "#D55E00", "difference": "#222222"}
EVENT_COLOUR = "#777777"
WIDTH = 9.0
MOST_NAMED = 12

STYLE: Any = {
    "svg.fonttype": "none",
    # Domains and kinds are names that people gave: two dollar signs in one are no formula.
    "text.parse_math": False,
    "svg.hashsalt": "tatkham",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 10,
}


def empty(height: float = 3.2) -> Figure:
    """Return an empty figure as wide as the page."""
    return Figure(figsize=(WIDTH, height), layout="constrained")


def curves(by_figure: Mapping[str, Any], events: Sequence[Row]) -> Figure:
    """Draw both arms' curves, a panel a figure, against the charged cost, with the events between them."""
    figure = empty(height=3.4)
    axes = figure.subplots(1, len(by_figure), squeeze=False)[0]
    for panel, (name, result) in zip(axes, by_figure.items(), strict=True):
        for arm in result["curves"]:
            _curve(panel, arm)
        _mark_events(panel, result, events)
        panel.set_title(name.replace("_", " "))
        panel.set_xlabel(f"charged {result['unit']}")
    axes[0].set_ylabel("on the holdout")
    axes[0].legend(frameon=False, loc="lower right")
    return figure


def _curve(panel: Axes, arm: Mapping[str, Any]) -> None:
    colour = COLOURS[arm["arm"]]
    panel.plot(arm["costs"], arm["values"], "o-", color=colour, label=arm["arm"], markersize=3)
    band = arm["band"]
    if "pointwise" in band:
        low, high = np.array(band["pointwise"], float).T
        panel.fill_between(arm["costs"], low, high, color=colour, alpha=0.15, linewidth=0)


def _mark_events(panel: Axes, result: Mapping[str, Any], events: Sequence[Row]) -> None:
    """Draw each event at the cost that both arms, on average, had reached by then."""
    frozen = [datetime.fromisoformat(at).timestamp() for at in result["frozen_at"] if at]
    cost = np.mean([arm["costs"] for arm in result["curves"]], axis=0)
    inside = [
        event for event in events if frozen[0] < datetime.fromisoformat(event["at"]).timestamp() < frozen[-1]
    ]
    for event in inside[:MOST_NAMED]:
        at = float(np.interp(datetime.fromisoformat(event["at"]).timestamp(), frozen, cost))
        panel.axvline(at, color=EVENT_COLOUR, linewidth=0.8, linestyle=":")
        panel.text(
            at,
            0.02,
            event["kind"],
            rotation=90,
            fontsize=6,
            color=EVENT_COLOUR,
            transform=panel.get_xaxis_transform(),
            horizontalalignment="right",
            verticalalignment="bottom",
        )


def gain(result: Mapping[str, Any]) -> Figure:
    """Draw the gain at equal cost with pointwise and simultaneous bands, E1 and, where there is one, E2."""
    held = result["gain"]
    questions = [name for name in ("e1", "e2") if "pointwise" in (held[name] or {})] or ["e1"]
    figure = empty()
    panels = figure.subplots(1, len(questions), squeeze=False, sharey=True)[0]
    for panel, question in zip(panels, questions, strict=True):
        panel.axhline(0, color="black", linewidth=0.8)
        panel.plot(held["costs"], held["values"], "o-", color=COLOURS["difference"], markersize=3)
        band = held[question] or {}
        for name, alpha in (("simultaneous", 0.12), ("pointwise", 0.25)):
            if name in band:
                low, high = np.array(band[name], float).T
                panel.fill_between(held["costs"], low, high, color="#555555", alpha=alpha, label=name)
        about = {"e1": "these samples (E1)", "e2": "these strategies (E2)"}[question]
        panel.set_title(about)
        panel.set_xlabel(f"charged {result['unit']}")
    panels[0].set_ylabel(f"{result['figure'].replace('_', ' ')}: active − random")
    if panels[0].get_legend_handles_labels()[0]:
        panels[0].legend(frameon=False)
    return figure


def against_chance(rows: Sequence[Row]) -> Figure:
    """Draw each figure of the samples as a dot against its band from random redraws (0 to 1 = inside)."""
    names = list(dict.fromkeys(row["name"] for row in rows))
    figure = empty(height=1.2 + 0.26 * len(names))
    panel = figure.subplots()
    panel.axvspan(0, 1, color="#dddddd", label="95 % of random redraws")
    for arm in ("random", "active"):
        own = [row for row in rows if row["arm"] == arm and row["high"] > row["low"]]
        places = [names.index(row["name"]) + (0.15 if arm == "active" else -0.15) for row in own]
        panel.plot([_place(row) for row in own], places, "o", color=COLOURS[arm], label=arm, markersize=5)
    panel.set_yticks(range(len(names)), [name.replace("_", " ") for name in names])
    panel.invert_yaxis()
    panel.set_xlabel("place in the band of random samples of the same size")
    panel.legend(frameon=False, bbox_to_anchor=(1.0, 1.0), loc="upper left")
    return figure


def _place(row: Row) -> float:
    return float((row["value"] - row["low"]) / (row["high"] - row["low"]))


def by_round(rows: Sequence[Row], names: Sequence[str]) -> Figure:
    """Draw what each round added to each arm, a panel a figure, with the band of chance behind."""
    figure = empty(height=2.8)
    panels = figure.subplots(1, len(names), squeeze=False)[0]
    for panel, name in zip(panels, names, strict=True):
        for arm in ("random", "active"):
            own = [row for row in rows if row["arm"] == arm and row["name"] == name]
            rounds = [row["round"] for row in own]
            low, high = [row["low"] for row in own], [row["high"] for row in own]
            panel.fill_between(rounds, low, high, color=COLOURS[arm], alpha=0.12)
            panel.plot(rounds, [row["value"] for row in own], "o-", color=COLOURS[arm], markersize=3)
        panel.set_title(name.replace("_", " "))
        panel.set_xlabel("round")
    return figure


def forest(rows: Sequence[Row], *, label: str, axis: str) -> Figure:
    """Draw estimates with their intervals under one another; `label` names the column that tells them."""
    shown = [row for row in rows if row["value"] is not None]
    figure = empty(height=1.0 + 0.3 * max(1, len(shown)))
    panel = figure.subplots()
    panel.axvline(0, color="black", linewidth=0.8)
    for place, row in enumerate(shown):
        colour = COLOURS.get(str(row.get("series", row.get("arm"))), COLOURS["difference"])
        panel.plot([row["value"]], [place], "o", color=colour, markersize=5)
        if row["low"] is not None:
            panel.plot([row["low"], row["high"]], [place, place], "-", color=colour)
    panel.set_yticks(range(len(shown)), [str(row[label]).replace("_", " ") for row in shown])
    panel.invert_yaxis()
    panel.set_xlabel(axis)
    return figure


def reliability(arms: Mapping[str, Any]) -> Figure:
    """Draw how often an edge was a boundary against the probability the arm's models gave it."""
    figure = empty(height=4.2)
    panel = figure.subplots()
    for arm, held in arms.items():
        draw_reliability(panel, np.array(held["bins"]), label=arm, colour=COLOURS[arm])
    panel.set_box_aspect(1)
    return figure


def timeline(events: Sequence[Row]) -> Figure:
    """Draw all events in time, a line a kind."""
    kinds = list(dict.fromkeys(row["kind"] for row in events))
    figure = empty(height=1.0 + 0.22 * max(1, len(kinds)))
    panel = figure.subplots()
    for place, kind in enumerate(kinds):
        own = [row for row in events if row["kind"] == kind]
        panel.plot([_day(row["at"]) for row in own], [place] * len(own), "|", markersize=9)
        for row in own:
            if row["until"]:
                panel.plot([_day(row["at"]), _day(row["until"])], [place, place], "-", color=EVENT_COLOUR)
    panel.set_yticks(range(len(kinds)), kinds)
    panel.invert_yaxis()
    panel.xaxis_date()
    panel.tick_params(axis="x", labelrotation=20)
    return figure


def _day(at: str) -> float:
    """Return a time as matplotlib counts it, in days."""
    return float(date2num(datetime.fromisoformat(at)))


def repairs(rows: Sequence[Row]) -> Figure:
    """Draw the decisions expected to change against the hours that repair takes, best use of time first."""
    figure = empty(height=2.8)
    panel = figure.subplots()
    hours = np.cumsum([row["seconds"] for row in rows]) / 3600
    panel.plot(hours, np.cumsum([row["changes"] for row in rows]), color=COLOURS["difference"])
    panel.set_xlabel("hours of annotating again")
    panel.set_ylabel("expected changes")
    return figure

"""Analysis 8: what offline evaluation takes for granted, held against this project's figures.

Each assumption names the guideline that follows where it fails. A verdict is `failed` or `held` where there
is an interval or a count that says so, `not shown` where an interval leaves it open, and `cannot be said`
where there is none. Exploratory: eleven looks at one project, not corrected for their number.
"""

from collections.abc import Callable, Mapping
from typing import Any

from learner.reasons import Reason

Results = Mapping[str, Any]
FAILED, HELD, NOT_SHOWN, UNKNOWN = "failed", "held", "not shown", "cannot be said"


def judge(results: Results) -> list[dict[str, Any]]:
    """Return each assumption with figure, verdict and guideline; `results` are the others as JSON values."""
    rows = []
    for name, look in ASSUMPTIONS.items():
        figure, verdict = look(results)
        rows.append(
            {
                "assumption": Reason(f"assumed_{name}"),
                "figure": figure,
                "verdict": verdict,
                "guideline": Reason(f"follows_{name}"),
            }
        )
    return rows


def _get(results: Any, *path: Any) -> Any:
    """Follow a path into nested values; None where it ends early."""
    for part in path:
        if isinstance(results, dict):
            results = results.get(part)
        elif isinstance(results, list) and isinstance(part, int) and -len(results) <= part < len(results):
            results = results[part]
        else:
            return None
    return results


def _is_zero(estimate: Any) -> str:
    """Judge the assumption that a difference is 0: it fails where the interval leaves 0 out."""
    if not isinstance(estimate, dict) or estimate.get("low") is None or estimate.get("high") is None:
        return UNKNOWN
    return FAILED if estimate["low"] > 0 or estimate["high"] < 0 else NOT_SHOWN


def _sample_as_test(results: Results) -> tuple[Any, str]:
    rows = [
        row
        for row in _get(results, "biased-test", "rows") or []
        if row["trained"] == "active" and row["tested"] == "active"
    ]
    figure = rows[-1]["difference"] if rows else None
    return figure, _is_zero(figure)


def _ratio(name: str) -> Callable[[Results], tuple[Any, str]]:
    def look(results: Results) -> tuple[Any, str]:
        figure = _get(results, "divergence", "labels", "ratios", name, "difference")
        return figure, _is_zero(figure)

    return look


def _clean_labels(results: Results) -> tuple[Any, str]:
    figure = _get(results, "noise", "noise", "ceiling")
    high = _get(figure, "high")
    return figure, UNKNOWN if high is None else (FAILED if high < 1 else HELD)


def _same_model(results: Results) -> tuple[Any, str]:
    cells = _get(results, "successors", "cells") or []
    others = [cell for cell in cells if cell["drawn_by"] != cell["trained"]]
    highs = [_get(cell, "e1", "high") for cell in others]
    if not others or None in highs:
        return others or None, UNKNOWN
    return others, FAILED if min(highs) < 0 else NOT_SHOWN


def _quiet_world(results: Results) -> tuple[Any, str]:
    windows = _get(results, "events", "windows")
    if windows is None:
        return None, UNKNOWN
    count = sum(len(window["events"]) for window in windows)
    return {"events": count}, FAILED if count else HELD


def _fresh_order(results: Results) -> tuple[Any, str]:
    lags = _get(results, "events", "lags")
    if not lags:
        return None, UNKNOWN
    served = sum(row["lag"]["served"] for row in lags)
    return {"served_from_older_orders": served}, FAILED if served else HELD


def _no_anchoring(results: Results) -> tuple[Any, str]:
    figure = _get(results, "divergence", "anchoring", "difference")
    return figure, _is_zero(figure)


def _one_reading(results: Results) -> tuple[Any, str]:
    tokens = _get(results, "conflicts", "tokens")
    if not tokens:
        return None, UNKNOWN
    minority = _get(results, "conflicts", "minority")
    return {"minority": minority, "tokens": tokens}, FAILED if minority else HELD


def _sample_is_strategy(results: Results) -> tuple[Any, str]:
    figure = _get(results, "curves", "mean_gain")
    e1, e2 = (_is_zero(_get(figure, name)) for name in ("e1", "e2"))
    if UNKNOWN in (e1, e2):
        return figure, UNKNOWN
    return figure, FAILED if (e1, e2) == (FAILED, NOT_SHOWN) else HELD


# What is assumed, by the code of its sentence and of the guideline that follows, and the figure that tells.
ASSUMPTIONS: dict[str, Callable[[Results], tuple[Any, str]]] = {
    "fair_test": _sample_as_test,
    "equal_time": _ratio("seconds_per_cluster"),
    "equal_length": _ratio("clusters_per_sentence"),
    "all_labelled": _ratio("share_declined"),
    "right_labels": _clean_labels,
    "one_reading": _one_reading,
    "no_anchoring": _no_anchoring,
    "same_model": _same_model,
    "quiet_world": _quiet_world,
    "fresh_order": _fresh_order,
    "sample_is_strategy": _sample_is_strategy,
}

"""The results of the analyses as tidy tables: one observation a row, the same columns in every row.

Every function takes the results by name, as plain values (learner/analyses.py), and returns tables by name.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from segmenter.reliability import reliability_rows

Row = dict[str, Any]
Tables = dict[str, list[Row]]
Results = Mapping[str, Any]


# Where an answer keeps why it gives no figure, and what to mind with one.
REASONS = ("not_estimable", "notes")


def estimate(value: Any) -> Row:
    """Return an estimate as columns; of one that cannot be given, the reason."""
    value = value if isinstance(value, Mapping) else {}
    return {
        "estimand": value.get("estimand"),
        "value": value.get("value"),
        "low": value.get("low"),
        "high": value.get("high"),
        "terms": "; ".join(value.get("terms", ())),
        "note": note(value),
    }


def note(value: Mapping[str, Any]) -> str:
    """Return in words why there is no figure, or what to mind with it."""
    reasons = [value["not_estimable"]] if "not_estimable" in value else value.get("notes", ())
    return " ".join(reason["text"] for reason in reasons)


def plan_tables(results: Results) -> Tables:
    """Return the plan and its outcome, a row a statement."""
    plan = results["plan"]
    said = [("plan", name, value) for name, value in plan.get("plan", {}).items()]
    outcome = plan.get("outcome", {})
    said += [("outcome", name, value) for name, value in outcome.items() if name not in REASONS]
    said += [("outcome", "why", note(outcome))] if outcome else []
    said += [("looks at the curves", "logged", plan.get("looks"))] if said else []
    endpoints = [
        {"scale": scale, "question": question.upper(), **estimate(value)}
        for scale, name in (("figure", "endpoint"), ("logit", "sensitivity_logit"))
        for question, value in plan.get(name, {}).items()
    ]
    return {
        "plan": [{"part": part, "name": name, "value": value} for part, name, value in said],
        "plan_endpoint": endpoints,
    }


def curve_tables(results: Results) -> Tables:
    """Return the arms' points, the gain at equal cost, its mean, and the savings."""
    curves = results["curves"]
    if "curves" not in curves:
        return {}
    points = [
        {"arm": arm["arm"], "round": number, "cost": cost, "value": value, **interval}
        for arm in curves["curves"]
        for number, cost, value, interval in zip(
            curves["rounds"],
            arm["costs"],
            arm["values"],
            _intervals(arm["band"], len(arm["costs"])),
            strict=True,
        )
    ]
    gain = curves["gain"]
    gains = [
        {"question": question.upper(), "cost": cost, "gain": value, **interval}
        for question in ("e1", "e2")
        for cost, value, interval in zip(
            gain["costs"], gain["values"], _intervals(gain[question], len(gain["costs"])), strict=True
        )
    ]
    means = [
        {"scale": scale, "question": question.upper(), **estimate(value)}
        for scale, name in (("figure", "mean_gain"), ("logit", "mean_gain_logit"))
        for question, value in curves[name].items()
    ]
    savings = [
        {name: one[name] for name in ("target", "at_least", "at_most", "low", "high")}
        | {f"{arm}_reached": reached for arm, reached in one["reached"].items()}
        for one in curves["savings"]
    ]
    return {"curves": points, "gain": gains, "mean_gain": means, "savings": savings}


def _intervals(band: Any, size: int) -> list[Row]:
    names = ("low", "high", "low_simultaneous", "high_simultaneous")
    if not isinstance(band, Mapping) or "pointwise" not in band:
        return [dict.fromkeys(names)] * size
    pairs = zip(band["pointwise"], band["simultaneous"], strict=True)
    return [dict(zip(names, (*one, *both), strict=True)) for one, both in pairs]


def divergence_tables(results: Results) -> Tables:
    """Return each sample's figures against chance, in all and by round, and what reading it was like."""
    found = results["divergence"]
    labels = found["labels"]
    samples = found["samples"] if "not_estimable" not in found["samples"] else {}
    by_round = [row for row in found.get("by_round", ()) if "not_estimable" not in row["batch"]]
    told = found.get("told_apart", {})
    return {
        "divergence": [
            {"arm": arm, **row} for arm, sample in samples.items() for row in _against_chance(sample)
        ],
        "divergence_by_round": [
            {"arm": row["arm"], "round": row["round"], **line}
            for row in by_round
            for line in _against_chance(row["batch"])
        ],
        "growth": [
            {"arm": arm, "sentences": sentences, "ngram_types": types}
            for arm, sample in samples.items()
            for sentences, types in sample.get("growth", ())
        ],
        "told_apart": [{"auc": told.get("auc"), "high_by_chance": told.get("high"), "note": note(told)}],
        "told_apart_by": [
            {"arm": arm, "place": place, "feature": feature}
            for arm, side in (("active", "first"), ("random", "second"))
            for place, feature in enumerate(told.get(side, ()), start=1)
        ],
        "labels": [
            {"arm": arm, "count": name, "value": value}
            for arm, counts in labels["counts"].items()
            for name, value in counts.items()
        ],
        "label_ratios": [
            {
                "ratio": name,
                "random": ratio["random"],
                "active": ratio["active"],
                **estimate(ratio["difference"]),
            }
            for name, ratio in labels["ratios"].items()
        ],
        "agreement": [{"arm": arm, **(held or {})} for arm, held in labels["agreement"].items()],
    }


def _against_chance(sample: Mapping[str, Any]) -> Iterator[Row]:
    if "figures" not in sample:
        return
    groups = (("figure", sample["figures"]), ("domain share", sample["domains"]))
    for group, figures in groups:
        for name, held in figures.items():
            inside = held["low"] <= held["value"] <= held["high"]
            yield {"group": group, "name": name, **held, "outside_chance": not inside}


def event_tables(results: Results) -> Tables:
    """Return what happened, the effects of windows, lags, unrecorded changes, and bridges."""
    found = results["events"]
    windows, placebo = [], []
    for number, window in enumerate(found.get("windows", ()), start=1):
        about = {"window": number, "events": _names(window["events"])}
        effect = window["effect"]
        if "not_estimable" in effect:
            windows.append({**about, "series": "all", "p": None, **estimate(effect)})
            continue
        series = {"difference": effect["difference"], **effect["by_arm"]}
        windows += [
            {**about, "series": name, "p": effect["p"][name], **estimate(held)}
            for name, held in series.items()
        ]
        placebo += [
            {"window": number, "round": round_, "difference": value} for round_, value in effect["placebo"]
        ]
    lags = [{"kind": row["kind"], "at": row["at"], **row["lag"]} for row in found.get("lags", ())]
    drift = found.get("drift", {})
    bends = [{"series": name, **held} for name, held in drift.items() if name not in REASONS]
    bridges = [
        {"round": row["round"], "change": row["change"], "about": row["about"]["text"], "arm": arm}
        | {"question": question, **estimate(held[question])}
        for row in found.get("bridges", ())
        for arm, held in row["effect"].items()
        for question in ("e1", "e2")
    ]
    return {
        "event_effects": windows,
        "event_placebo": placebo,
        "event_lags": lags,
        "drift": bends,
        "bridges": bridges,
        "guideline_labels": [
            {"version": row["version"], "group": group, "figure": figure, "pairs": held["pairs"]}
            | estimate(held[figure])
            for row in found.get("guideline_bridges", ())
            for group, held in row["labels"]["groups"].items()
            for figure in ("changed", "net", "tokens")
        ],
        "guideline_strings": [
            {"version": row["version"], **one}
            for row in found.get("guideline_bridges", ())
            for one in row["labels"]["strings"]
        ],
    }


def _names(events: Sequence[Mapping[str, Any]]) -> str:
    """Return the kinds of a window's events with how many there are of each."""
    kinds = [event["kind"] for event in events]
    return ", ".join(
        f"{kind} ×{kinds.count(kind)}" if kinds.count(kind) > 1 else kind for kind in dict.fromkeys(kinds)
    )


def conflict_tables(results: Results) -> Tables:
    """Return strings cut in two ways, those that moved with the guideline, and what to annotate again."""
    found = results["conflicts"]
    repair = found["repair"]
    return {
        "conflicts": [
            {
                "string": one["string"],
                "whole": one["whole"],
                "cut": one["cut"],
                "ways": "; ".join(f"{way} ×{count}" for way, count in one["cuts"].items()),
            }
            for one in found["conflicts"]
        ],
        "conflicts_by": [
            {"string": one["string"], "by": by, "name": name, **standing}
            for one in found["conflicts"]
            for by in ("guideline", "annotator", "arm")
            for name, standing in one[f"by_{by}"].items()
        ],
        "shifts": [
            {
                "string": one["string"],
                "whole_before": one["before"]["whole"],
                "cut_before": one["before"]["cut"],
                "whole_after": one["after"]["whole"],
                "cut_after": one["after"]["cut"],
                "p": one["p"],
            }
            for one in found["shifts"]
        ],
        "same_sentence": [{"what_differs": name, **held} for name, held in found["same_sentence"].items()],
        "repairs": [{**one, "strings": "; ".join(one["strings"])} for one in repair.get("repairs", ())],
    }


def check_tables(results: Results) -> Tables:
    """Return successors, samples as tests, label noise, and the assumptions of offline evaluation."""
    noise = results["noise"].get("noise", {})
    readers = [
        {"reader": reader, "question": question.upper(), **estimate(held)}
        for reader, gain in noise.get("by_reader", {}).items()
        for question, held in gain.items()
    ]
    ceiling = [{"sentences": noise.get("sentences"), **estimate(noise["ceiling"])}] if noise else []
    return {
        "successors": [
            {"drawn_by": cell["drawn_by"], "trained": cell["trained"], "question": name.upper()}
            | estimate(cell[name])
            for cell in results["successors"].get("cells", ())
            for name in ("e1", "e2")
        ],
        "biased_test": [
            {name: value for name, value in row.items() if not isinstance(value, Mapping)}
            | estimate(row["difference"])
            for row in results["biased-test"].get("rows", ())
        ],
        "calibration": [
            {"arm": arm, **row}
            for arm, held in results["calibration"].get("arms", {}).items()
            for row in reliability_rows(np.array(held["bins"]))
        ],
        "noise_ceiling": ceiling,
        "noise_by_reader": readers,
        "assumptions": [
            {"assumption": row["assumption"]["text"], "verdict": row["verdict"]}
            | {"figure": _brief(row["figure"]), "guideline": row["guideline"]["text"]}
            for row in results["guidelines"]["assumptions"]
        ],
    }


def _brief(figure: Any) -> str:
    if isinstance(figure, Mapping) and "value" in figure:
        held = estimate(figure)
        inside = "" if held["low"] is None else f" ({held['low']:+.3f} to {held['high']:+.3f})"
        return f"{held['value']:+.3f}{inside}"
    if isinstance(figure, Mapping) and "not_estimable" in figure:
        return note(figure)
    if isinstance(figure, Mapping):
        return "; ".join(f"{name}: {_brief(value)}" for name, value in figure.items())
    return f"{figure:.3f}" if isinstance(figure, float) else str("" if figure is None else figure)


SECTIONS: dict[str, Callable[[Results], Tables]] = {
    "plan": plan_tables,
    "curves": curve_tables,
    "divergence": divergence_tables,
    "events": event_tables,
    "conflicts": conflict_tables,
    "checks": check_tables,
}

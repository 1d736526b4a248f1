"""Whether a rehearsal shows what its scenario says should be found: events by kind, figures by their path."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from learner.rehearsal import Client
from learner.scenario import Finding


@dataclass(frozen=True, slots=True)
class Judged:
    """One finding: whether it holds, and what was seen."""

    why: str
    holds: bool
    seen: str


def judge(findings: Sequence[Finding], manager: Client, *, project: int, start: datetime) -> list[Judged]:
    """Ask the service for its events and analyses, and hold each finding against them."""
    path = f"/api/projects/{project}"
    events = manager.get(f"{path}/events")
    analyses: dict[str, Any] = {}
    judged = []
    for finding in findings:
        if finding.analysis is None:
            judged.append(_judge_event(finding, events, start))
            continue
        if finding.analysis not in analyses:
            analyses[finding.analysis] = manager.get(f"{path}/analysis/{finding.analysis}")
        judged.append(_judge_figure(finding, analyses[finding.analysis]))
    return judged


def _judge_event(finding: Finding, events: Sequence[Mapping[str, Any]], start: datetime) -> Judged:
    kind = finding.event or finding.no_event
    hours = [
        (datetime.fromisoformat(event["at"]) - start).total_seconds() / 3600
        for event in events
        if event["kind"] == kind
    ]
    first, last = finding.between or (0.0, float("inf"))
    inside = [hour for hour in hours if first <= hour <= last]
    seen = ", ".join(f"hour {hour:.0f}" for hour in hours) or "none"
    return Judged(finding.why, bool(inside) == (finding.event is not None), f"{kind}: {seen}")


def _judge_figure(finding: Finding, result: Any) -> Judged:
    value = find(result, finding.path or "")
    if finding.equals is not None:
        holds = value == finding.equals
    elif not isinstance(value, int | float):
        holds = False
    else:
        low = -float("inf") if finding.at_least is None else finding.at_least
        high = float("inf") if finding.at_most is None else finding.at_most
        holds = low <= value <= high
    return Judged(finding.why, holds, f"{finding.analysis} {finding.path}: {value}")


def find(result: Any, path: str) -> Any:
    """Return what lies at a dotted path: names, places in lists, `name=value` for the first row of that kind.

    None where there is nothing.
    """
    for part in path.split("."):
        if isinstance(result, dict):
            result = result.get(part)
        elif isinstance(result, list) and "=" in part:
            name, _, value = part.partition("=")
            result = next((row for row in result if str(row.get(name)) == value), None)
        elif isinstance(result, list) and part.lstrip("-").isdigit():
            place = int(part)
            result = result[place] if -len(result) <= place < len(result) else None
        else:
            return None
    return result

"""How often a person's readings are right, by what others say of the same sentences. Read only.

Judged are sentences that were given to several people by lot: the holdout's where it has more than one
reader, and those chosen for a second reading. The reference is the adjudication; without one, a reading that
others share counts as right, and one that others contradict waits (`open`), so that the figure is not final
before all differences are settled. A person whose readings nobody else has met has no figure.
"""

from collections import defaultdict
from typing import Any, NamedTuple

import numpy as np

from annotation.adjudication import read_twice
from annotation.keys import key
from annotation.models import Project
from segmenter.metrics import agree

# Fewer say more about chance than about the person.
ENOUGH_SENTENCES = 20
ENOUGH_DOCUMENTS = 10
DRAWS = 1000
LEVEL = 0.95


class Judged(NamedTuple):
    """A person's decisions on one sentence against the reference."""

    document: int
    right: int
    extra: int
    missing: int


def of_project(project: Project) -> list[dict[str, Any]]:
    """Return boundary F1 of each person against the reference, with an interval where there is enough.

    `low` and `high` are null under 20 sentences or 10 documents: there is no figure to judge somebody by.
    """
    judged: dict[int, list[Judged]] = defaultdict(list)
    waiting: dict[int, int] = defaultdict(int)
    for document, clusters, readings, reference in read_twice(project):
        if len(readings) < 2:
            continue
        kinds = {tuple(boundaries) for _, boundaries in readings}
        if reference is None and len(kinds) > 1:
            for annotator, _ in readings:
                waiting[annotator] += 1
            continue
        for annotator, boundaries in readings:
            held = agree(boundaries, readings[0][1] if reference is None else reference, clusters)
            judged[annotator].append(Judged(document, held.both, held.only_first, held.only_second))
    people = sorted(judged.keys() | waiting.keys())
    return [_figure(project, one, judged[one], waiting[one]) for one in people]


def _figure(project: Project, annotator: int, judged: list[Judged], waiting: int) -> dict[str, Any]:
    by_document: dict[int, np.ndarray[Any, Any]] = {}
    for one in judged:
        by_document[one.document] = by_document.get(one.document, 0) + np.array(one[1:], float)
    table = np.array(list(by_document.values())).reshape(-1, 3)
    low = high = None
    if len(judged) >= ENOUGH_SENTENCES and len(table) >= ENOUGH_DOCUMENTS:
        rng = np.random.default_rng(key(project.seed, "accuracy", str(annotator)) & (2**63 - 1))
        draws = table[rng.integers(len(table), size=(DRAWS, len(table)))].sum(axis=1)
        tail = (1 - LEVEL) / 2
        low, high = map(float, np.quantile(_f1(draws), [tail, 1 - tail]))
    return {
        "user": annotator,
        "value": float(_f1(table.sum(axis=0))) if table.sum() else None,
        "low": low,
        "high": high,
        "sentences": len(judged),
        "documents": len(table),
        "open": waiting,
    }


def _f1(counts: np.ndarray[Any, Any]) -> Any:
    """Return boundary F1 of (…, 3): right, extra, missing. Without a boundary anywhere all is right."""
    right, wrong = counts[..., 0], counts[..., 1] + counts[..., 2]
    return np.where(right + wrong > 0, 2 * right / np.maximum(2 * right + wrong, 1), 1.0)

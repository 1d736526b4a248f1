"""Probabilities of whole segmentations, and the most likely ones in order.

Boundaries are taken as independent, so a segmentation's probability is the product over its edges, and the
best ones differ from the likelier decisions in the cheapest sets of flips.
"""

import heapq
from collections.abc import Iterable
from typing import Any

import numpy as np


def log_probability(boundaries: Iterable[int], probabilities: np.ndarray[Any, Any]) -> float:
    """Return the natural logarithm of the probability of one segmentation; a text without edges has 0."""
    p = np.clip(np.asarray(probabilities, float), 1e-12, 1 - 1e-12)
    cuts = np.zeros(len(p), bool)
    cuts[np.fromiter(boundaries, int) - 1] = True
    return float(np.where(cuts, np.log(p), np.log1p(-p)).sum())


def best_segmentations(
    probabilities: np.ndarray[Any, Any], *, count: int
) -> list[tuple[tuple[int, ...], float]]:
    """Return the `count` most likely segmentations (boundaries, log-probability), best first.

    Fewer where the text has fewer segmentations. Exact: sets of flips are enumerated by rising cost, each
    from the set before it by adding the next edge or moving on to it.
    """
    p = np.clip(np.asarray(probabilities, float), 1e-12, 1 - 1e-12)
    likely = p > 0.5
    costs = np.abs(np.log(p) - np.log1p(-p))
    by_cost = np.argsort(costs, kind="stable")
    best = float(np.log(np.maximum(p, 1 - p)).sum())
    heap: list[tuple[float, tuple[int, ...]]] = [(0.0, ())]
    found: list[tuple[tuple[int, ...], float]] = []
    while heap and len(found) < count:
        cost, flips = heapq.heappop(heap)
        cuts = likely.copy()
        cuts[by_cost[list(flips)]] ^= True
        found.append((tuple((np.flatnonzero(cuts) + 1).tolist()), best - cost))
        following = flips[-1] + 1 if flips else 0
        if following < len(p):
            added = costs[by_cost[following]]
            heapq.heappush(heap, (cost + added, (*flips, following)))
            if flips:
                moved = cost - costs[by_cost[flips[-1]]] + added
                heapq.heappush(heap, (moved, (*flips[:-1], following)))
    return found

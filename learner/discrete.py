"""Many exact tests of few counts each: p values adjusted for what each test can reach at all.

A test of ten occurrences has a dozen possible p values. Holm's method counts it in full for every other one,
also where it can never be as small as that; most strings of a corpus are of this kind.
"""

from collections.abc import Sequence

import numpy as np

from learner.resampling import Array


def adjusted(tests: Sequence[tuple[float, Array]]) -> list[float]:
    """Return p values adjusted step-down, in the order given; each test is its p and its possible p values.

    Of the tests that are not ahead of it in the order of p, each adds the largest p value it can have up to
    the one at hand, which is the chance that it gets there when nothing is so: never more than Holm's
    adjustment, and like it valid however the tests depend on one another (Westfall & Wolfinger 1997; Tarone
    1990 is its first step).
    """
    order = sorted(range(len(tests)), key=lambda number: tests[number][0])
    possible = [np.sort(every) for _, every in tests]
    found = [1.0] * len(tests)
    largest = 0.0
    for rank, number in enumerate(order):
        if largest == 1.0:
            # no later one is smaller
            break
        p = tests[number][0]
        total = sum(_largest_up_to(p, possible[other]) for other in order[rank:])
        largest = max(largest, min(1.0, total))
        found[number] = largest
    return found


def _largest_up_to(p: float, possible: Array) -> float:
    # A p value computed twice may differ in its last digits.
    place = int(np.searchsorted(possible, p * (1 + 1e-9), side="right"))
    return float(possible[place - 1]) if place else 0.0

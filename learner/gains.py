"""Analysis 1, curves: what the active arm gained over the random one at equal charged cost, and saved.

Estimand: the difference active − random of a figure on the holdout (word F1, boundary F1, whole sentences
right) as a function of a charged cost (sentences, clusters, active seconds); its mean over a range of cost,
which is the area between the curves over the range's length; and the cost saved in reaching a level fixed in
advance. Positive = active is better, or cheaper.

Estimator: curves are linear between rounds, in cost; both are read at the same cost, never beyond the last
round of either. Intervals: learner/resampling.py. Assumptions: both arms were trained by the same schedule
and seeds; the holdout's documents stand for those the model will meet; the reference did not change within a
curve (checkpoints are measured again when it does).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np
from scipy.optimize import isotonic_regression

from learner.estimates import LEVEL, NotEstimable
from learner.reasons import Reason
from learner.resampling import (
    Array,
    Band,
    Functional,
    Refits,
    Resampled,
    band,
    logit,
    resample,
)

ARMS = ("random", "active")
UNITS = ("seconds", "clusters", "annotations")


@dataclass(frozen=True, slots=True)
class Curves:
    """Both arms' measured rounds, in the order of their freezes.

    `counts` is (arms, rounds, seeds, documents, 8), arms as in ARMS; `costs` gives for each unit (arms,
    rounds), never falling; `refits` are the same rounds trained without each of the key groups, or None.
    """

    rounds: Sequence[int]
    counts: Array
    costs: Mapping[str, Array]
    refits: Refits | None = None


@dataclass(frozen=True, slots=True)
class Saving:
    """Cost saved by the active arm in reaching a level; `low` and `high` bound it by the level's interval.

    `at_least` and `at_most` bound the value itself: they are the same where both arms reached the level
    inside their curves, apart where one was above it from its first round on, and None on the side that is
    open because an arm did not reach it. `reached` says which arms did, `share_reached` in which share of the
    draws each did.
    """

    target: float
    reached: dict[str, bool]
    at_least: float | None
    at_most: float | None
    low: float | None
    high: float | None
    share_reached: dict[str, float]
    level: float = LEVEL


def compare(
    curves: Curves, *, figure: str, unit: str, budget: float | None, targets: Sequence[float], seed: int
) -> dict[str, Any]:
    """Return everything analysis 1 says of one figure against one unit of cost.

    `budget` ends the range of the area (None: the arms' common range); `targets` are levels of the figure.
    """
    resampled = resample(curves.counts, figure, refits=curves.refits, seed=seed)
    in_logits = resample(curves.counts, figure, refits=curves.refits, scale=logit, seed=seed)
    costs = curves.costs[unit]
    grid = common_costs(costs)
    weights = mean_gain_weights(costs, budget=budget)
    return {
        "figure": figure,
        "unit": unit,
        "curves": [arm_curve(resampled, arm, costs) for arm in range(len(ARMS))],
        "gain": _gain(resampled, costs, grid),
        "mean_gain": mean_gain(resampled, weights),
        "mean_gain_logit": mean_gain(in_logits, weights),
        "range": None if weights is None else list(_cost_range(costs, budget)),
        "savings": [saving(resampled, costs, target) for target in targets],
    }


def arm_curve(resampled: Resampled, arm: int, costs: Array) -> dict[str, Any]:
    """Return an arm's figure at each round with its band, or why there is none."""
    points = band(resampled, lambda values: values[..., arm, :])
    return {"arm": ARMS[arm], "costs": costs[arm], "values": resampled.values[arm], "band": _as_dict(points)}


def _gain(resampled: Resampled, costs: Array, grid: Array) -> dict[str, Any]:
    """Return the difference at each common cost, with the round from which active is shown to be better."""
    if not len(grid):
        return {"costs": [], "values": [], "e1": None, "e2": None}
    functional = gain_at(costs, grid)
    e1 = band(resampled, functional)
    e2 = band(resampled, functional, strategies=True)
    return {
        "costs": grid,
        "values": functional(resampled.values),
        "e1": _as_dict(e1, grid),
        "e2": _as_dict(e2, grid),
    }


def _as_dict(points: Band | NotEstimable, grid: Array | None = None) -> Any:
    if isinstance(points, NotEstimable):
        return points
    held = {
        "pointwise": points.pointwise,
        "simultaneous": points.simultaneous,
        "terms": points.terms,
        "level": points.level,
    }
    if grid is not None:
        first = points.above_zero_from()
        held["better_from_cost"] = None if first is None else float(grid[first])
    return held


def common_costs(costs: Array) -> Array:
    """Return the costs at which the arms are compared: of each round the lower, inside both arms' ranges."""
    grid = np.unique(costs.min(axis=0))
    return grid[grid >= costs[:, 0].max()]


def _at(costs: Array, grid: Array) -> Array:
    """Return (rounds, grid): the weights that read a curve at the grid, linear between its rounds."""
    return np.stack([np.interp(grid, costs, row) for row in np.eye(len(costs))])


def gain_at(costs: Array, grid: Array) -> Functional:
    """Return the functional active − random at each cost of the grid."""
    random, active = _at(costs[0], grid), _at(costs[1], grid)
    return lambda values: values[..., 1, :] @ active - values[..., 0, :] @ random


def _cost_range(costs: Array, budget: float | None) -> tuple[float, float]:
    last = float(costs[:, -1].min())
    return float(costs[:, 0].max()), last if budget is None else min(last, budget)


def mean_gain_weights(costs: Array, *, budget: float | None) -> Array | None:
    """Return (arms, rounds): the weights of the mean difference over the common range; None without one."""
    low, high = _cost_range(costs, budget)
    if not high > low:
        return None
    knots = np.unique(np.concatenate([[low, high], costs[(costs > low) & (costs < high)]]))
    steps = np.diff(knots)
    trapezoid = (np.append(steps, 0) + np.append(0, steps)) / (2 * (high - low))
    return np.stack([-_at(costs[0], knots) @ trapezoid, _at(costs[1], knots) @ trapezoid])


def mean_gain(resampled: Resampled, weights: Array | None) -> dict[str, Any]:
    """Return the mean difference over a range of cost: area between the curves / its length; E1 and E2."""
    if weights is None:
        nothing = NotEstimable(Reason("no_common_cost"))
        return {"e1": nothing, "e2": nothing}

    def functional(values: Array) -> Array:
        return (values * weights).sum(axis=(-2, -1))[..., None]

    return {"e1": resampled.these_samples(functional), "e2": resampled.these_strategies(functional)}


def saving(resampled: Resampled, costs: Array, target: float, *, level: float = LEVEL) -> Saving:
    """Return the cost that the active arm saved in reaching `target` (E1).

    Each draw's curves are made monotone by isotonic regression before they are read, so that noise does not
    reach a level early. An arm that does not reach it is censored at its last cost, so that the saving has a
    bound on one side only; one that begins above it, at its first.
    """
    bounds = _saving_bounds(resampled.values, costs, target)
    at_least, at_most, reached = bounds
    low = high = None
    share = dict.fromkeys(ARMS, float("nan"))
    if resampled.documents is not None:
        flat = resampled.draws(_flat)
        drawn = [_saving_bounds(curve.reshape(costs.shape), costs, target) for curve in flat]
        tail = (1 - level) / 2
        low = float(np.quantile([one[0] for one in drawn], tail, method="lower"))
        high = float(np.quantile([one[1] for one in drawn], 1 - tail, method="higher"))
        shares = np.mean([one[2] for one in drawn], axis=0)
        share = dict(zip(ARMS, map(float, shares), strict=True))
    return Saving(
        target=target,
        reached=dict(zip(ARMS, reached, strict=True)),
        at_least=_finite(at_least),
        at_most=_finite(at_most),
        low=_finite(low),
        high=_finite(high),
        share_reached=share,
        level=level,
    )


def _flat(values: Array) -> Array:
    return values.reshape(*values.shape[:-2], -1)


def _finite(value: float | None) -> float | None:
    return value if value is not None and np.isfinite(value) else None


def _saving_bounds(values: Array, costs: Array, target: float) -> tuple[float, float, tuple[bool, bool]]:
    """Return the bounds of random's cost − active's cost, and which arm reached the target."""
    random, active = (cost_to_reach(values[arm], costs[arm], target) for arm in (0, 1))
    reached = isfinite(random[1]), isfinite(active[1])
    return random[0] - active[1], random[1] - active[0], reached


def cost_to_reach(values: Array, costs: Array, target: float) -> tuple[float, float]:
    """Return the least and the largest cost at which the monotone curve may first reach the target.

    The same but where the curve begins above it (from 0 to its first cost) or has not come so far (from its
    last cost on).
    """
    beyond = float(costs[-1]), float("inf")
    if not np.isfinite(values).all():
        return beyond
    monotone = isotonic_regression(values).x
    if monotone[-1] < target:
        return beyond
    first = int(np.argmax(monotone >= target))
    if first == 0:
        return 0.0, float(costs[0])
    below, above = monotone[first - 1], monotone[first]
    share = (target - below) / (above - below)
    cost = float(costs[first - 1] + share * (costs[first] - costs[first - 1]))
    return cost, cost

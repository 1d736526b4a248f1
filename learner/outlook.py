"""Where the curves are heading: what a level would cost, and what one more round would bring.

Estimand: for each arm, the further cost at which the figure reaches a level, and what it gains by as much
work as a round has brought so far, if the curve goes on as it has gone. Not what active sampling gains.

Estimator: the error (1 − figure) falls as a power of the cost, a straight line in logs, fitted by least
squares to all rounds (Cortes et al. 1994; for language data Figueroa et al. 2012). The interval refits it on
resampled documents (and seeds, where there are five): E1's terms. That the form itself is wrong is in no
interval, so nothing is said farther than REACH times what has been spent.

Assumptions: people, texts, rules and model stay as they were; the error has no floor. It does have one, where
readers themselves differ, so that high levels come later than said here.
"""

from typing import Any

import numpy as np

from learner.estimates import LEVEL, NotEstimable, TheseSamples
from learner.gains import ARMS, UNITS, Curves
from learner.reasons import Reason
from learner.resampling import Array, Resampled, resample, too_few_documents

FEWEST_ROUNDS = 3
# Levels in whole points above where the arms are, so many of them.
LEVELS = 6
REACH = 3
# A round that brings less than this is hardly worth its labels: half a point.
LEAST_GAIN = 0.005


def outlook(curves: Curves, *, figure: str, seed: int) -> dict[str, Any]:
    """Return, for each arm, the cost of further levels and the gain of a further round; and what follows.

    `verdict` is `levelled off` where no arm's next round is likely to bring half a point, `rising` where an
    arm's certainly does, else `unclear`.
    """
    if len(curves.rounds) < FEWEST_ROUNDS:
        few = Reason("too_few_rounds", {"rounds": len(curves.rounds), "least": FEWEST_ROUNDS})
        return NotEstimable(few).as_json()
    resampled = resample(curves.counts, figure, seed=seed)
    best = float(np.nanmax(resampled.values[:, -1]))
    levels = [level / 100 for level in range(int(best * 100) + 1, 100)][:LEVELS]
    arms = [_arm(resampled, curves, arm, levels) for arm in range(len(ARMS))]
    return {
        "figure": figure,
        "arms": arms,
        "least_gain": LEAST_GAIN,
        "verdict": _verdict([arm["next_round"] for arm in arms]),
    }


def _arm(resampled: Resampled, curves: Curves, arm: int, levels: list[float]) -> dict[str, Any]:
    values = resampled.values[arm]
    drawn = _draws(resampled, arm)
    costs = {unit: curves.costs[unit][arm] for unit in UNITS}
    return {
        "arm": ARMS[arm],
        "now": values[-1],
        "levels": [
            {
                "level": level,
                **{unit: _further(values, drawn, costs[unit], level, resampled.terms) for unit in UNITS},
            }
            for level in levels
        ],
        "next_round": _next_gain(values, drawn, costs["annotations"], resampled.terms),
        "notes": [too_few_documents(resampled.n_documents)] if drawn is None else [*resampled.few_seeds],
    }


def _draws(resampled: Resampled, arm: int) -> Array | None:
    if resampled.documents is None:
        return None
    return resampled.draws(lambda values: values[..., arm, :])


def _fit(values: Array, costs: Array) -> tuple[Array, Array]:
    """Return (log a, b) of error = a · cost^−b for each trajectory along the last axis."""
    errors = np.log(np.clip(1 - values, 1e-6, None))
    places = np.log(costs) - np.log(costs).mean()
    slope = (errors * places).sum(axis=-1) / (places**2).sum()
    return errors.mean(axis=-1) - slope * np.log(costs).mean(), -slope


def _cost_of(level: float, values: Array, costs: Array) -> Array:
    """Return the cost at which each fitted curve reaches the level; inf for one that does not rise."""
    height, fall = _fit(values, costs)
    rising = fall > 1e-3
    with np.errstate(over="ignore"):
        return np.where(rising, np.exp((height - np.log(1 - level)) / np.where(rising, fall, 1)), np.inf)


def _further(values: Array, drawn: Array | None, costs: Array, level: float, terms: tuple[str, ...]) -> Any:
    """Return the cost still to be spent; `high` None is open: some of the draws never get there."""
    spent = float(costs[-1])
    if len(np.unique(costs)) < FEWEST_ROUNDS or spent <= 0 or costs[0] <= 0:
        return NotEstimable(Reason("costs_alike"))
    reached = float(_cost_of(level, values, costs))
    if not np.isfinite(reached):
        return NotEstimable(Reason("not_rising"))
    if reached > REACH * spent:
        return NotEstimable(Reason("too_far", {"times": REACH}))
    low = high = None
    if drawn is not None:
        tail = (1 - LEVEL) / 2
        bounds = np.quantile(_cost_of(level, drawn, costs), [tail, 1 - tail], method="nearest")
        low, high = (float(bound) - spent if np.isfinite(bound) else None for bound in bounds)
    return TheseSamples(
        value=max(0.0, reached - spent),
        low=None if low is None else max(0.0, low),
        high=None if high is None else max(0.0, high),
        terms=terms,
    )


def _next_gain(values: Array, drawn: Array | None, costs: Array, terms: tuple[str, ...]) -> Any:
    """Return what the figure gains by as many labels as the arm's rounds have brought on average."""
    step = float(np.diff(costs).mean())
    if step <= 0 or costs[0] <= 0:
        return NotEstimable(Reason("costs_alike"))

    def gain(trajectory: Array) -> Array:
        height, fall = _fit(trajectory, costs)
        now, then = np.log(costs[-1]), np.log(costs[-1] + step)
        return np.exp(height - fall * now) - np.exp(height - fall * then)

    low = high = None
    if drawn is not None:
        tail = (1 - LEVEL) / 2
        low, high = map(float, np.quantile(gain(drawn), [tail, 1 - tail]))
    return TheseSamples(value=float(gain(values)), low=low, high=high, terms=terms)


def _verdict(gains: list[Any]) -> str:
    bounded = [gain for gain in gains if isinstance(gain, TheseSamples) and gain.low is not None]
    if len(bounded) < len(gains):
        return "unclear"
    if all(gain.high is not None and gain.high < LEAST_GAIN for gain in bounded):
        return "levelled off"
    return "rising" if any(gain.low is not None and gain.low > LEAST_GAIN for gain in bounded) else "unclear"

"""Analysis 3: what an event did to the two arms, as far as the design can say.

First choice, for any change the software controls, is a bridge: the same frozen samples trained and measured
under both conditions, so that no trend has to be assumed. Second choice is the trajectory model on the rounds
of the live experiment. It says how differently the arms respond, never what the event did: both arms receive
every event, and whatever else happened on that day with it.

No t-test and no Newey–West on rounds: rounds share their samples, and such tests raise false alarms in 17 %
and 28 % of quiet experiments. Intervals resample whole trajectories; p is the rank among null rehearsals of
the same design. Placebo dates are a picture only.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from learner.estimates import NotEstimable, TheseSamples, TheseStrategies
from learner.gains import ARMS, Curves, gain_at
from learner.reasons import Reason
from learner.resampling import Array, Functional, Refits, logit, ratio, resample

# Rounds that the model needs on each side of an event.
MIN_SIDE = 5
# Null rehearsals of the same design, below which a rank says little.
MIN_NULLS = 39

BRIDGE_ASSUMPTIONS = (
    Reason("bridge_identical"),
    Reason("bridge_models_only"),
)
TRAJECTORY_ASSUMPTIONS = (
    Reason("straight_line"),
    Reason("in_proportion"),
    Reason("nothing_else"),
    Reason("same_reference"),
    Reason("responses_only"),
)


def bridge(
    counts: Array, *, figure: str, refits: Refits | None = None, seed: int
) -> dict[str, Mapping[str, Any]]:
    """Return the effect of a change from a bridge round.

    `counts` is (before and after, arms, seeds, documents, 8): both conditions trained on the identical
    frozen samples and measured on the same documents. Estimand: after − before, for each arm and for the
    difference active − random. Interval: documents and seeds drawn jointly (learner/resampling.py).
    """
    resampled = resample(counts, figure, refits=refits, seed=seed)

    def changes(name: str) -> Functional:
        weight = np.array({"random": [1.0, 0.0], "active": [0.0, 1.0], "difference": [-1.0, 1.0]}[name])
        return lambda values: ((values[..., 1, :] - values[..., 0, :]) @ weight)[..., None]

    return {
        name: {
            "e1": resampled.these_samples(changes(name)),
            "e2": resampled.these_strategies(changes(name)),
            "assumptions": BRIDGE_ASSUMPTIONS,
        }
        for name in (*ARMS, "difference")
    }


@dataclass(frozen=True, slots=True)
class Dated:
    """An event as the model needs it."""

    kind: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Window:
    """Events that can only be judged together, and the rounds (places, half-open) on both sides of them."""

    events: tuple[Dated, ...]
    before: tuple[int, int]
    after: tuple[int, int]

    @property
    def rounds(self) -> list[int]:
        """Return the places of the rounds used; those between the first and the last event are not."""
        return [*range(*self.before), *range(*self.after)]

    @property
    def problem(self) -> Reason | None:
        """Return why the window cannot be judged; None where it can."""
        sides = self.before[1] - self.before[0], self.after[1] - self.after[0]
        if min(sides) >= MIN_SIDE:
            return None
        return Reason("too_few_rounds_beside", {"before": sides[0], "after": sides[1], "least": MIN_SIDE})


def windows(events: Sequence[Dated], frozen_at: Sequence[datetime]) -> list[Window]:
    """Sort events into windows: those fewer than five rounds apart get one joint effect.

    A window's rounds reach from the window before to the window after. `frozen_at` is in order of time.
    """
    groups: list[list[tuple[int, Dated]]] = []
    for event in sorted(events, key=lambda event: event.at):
        place = sum(1 for at in frozen_at if at <= event.at)
        if groups and place - groups[-1][-1][0] < MIN_SIDE:
            groups[-1].append((place, event))
        else:
            groups.append([(place, event)])
    edges = [0, *(group[-1][0] for group in groups)]
    starts = [*(group[0][0] for group in groups), len(frozen_at)]
    return [
        Window(
            events=tuple(event for _, event in group),
            before=(edges[number], starts[number]),
            after=(edges[number + 1], starts[number + 1]),
        )
        for number, group in enumerate(groups)
    ]


@dataclass(frozen=True, slots=True)
class Effect:
    """What the trajectory model says of the events of one window.

    `difference` is δ of active − random in logits per whole sample relabelled, as E1 and E2; `by_arm` is the
    same model on each arm's own curve; `p` is by name of the curve, the rank among null rehearsals or None.
    """

    kinds: tuple[str, ...]
    at: datetime
    difference: TheseSamples | NotEstimable
    difference_e2: TheseStrategies | NotEstimable
    by_arm: dict[str, TheseSamples | NotEstimable]
    p: dict[str, float | None]
    rounds: tuple[int, int]
    placebo: list[tuple[int, float]]
    assumptions: tuple[Reason, ...] = TRAJECTORY_ASSUMPTIONS


def effect(
    curves: Curves,
    labelled_at: Sequence[Sequence[Sequence[float]]],
    window: Window,
    *,
    figure: str,
    unit: str,
    nulls: Mapping[str, Sequence[float]],
    seed: int,
) -> Effect | NotEstimable:
    """Estimate the effect of a window's events from the rounds on both sides of it.

    Model: D_r = α + β · log cost + δ · (share of the labels made after the event) + u_r, by least squares,
    D_r = logit active − logit random at equal charged cost. `labelled_at` holds, for each arm and round, the
    times (seconds since 1970) at which the labels of the frozen sample were made. `nulls` holds δ from null
    rehearsals of the same design, by name (`difference`, `random`, `active`).
    """
    if window.problem is not None:
        return NotEstimable(window.problem)
    costs = curves.costs[unit]
    at = window.events[0].at
    weights = _weights(costs, _shares(labelled_at, at.timestamp()), window.rounds)
    if weights is None:
        return NotEstimable(Reason("cost_and_share_alike"))
    resampled = resample(curves.counts, figure, refits=curves.refits, scale=logit, seed=seed)
    functionals = {name: _functional(name, costs, held) for name, held in weights.items()}
    values = {name: float(found(resampled.values)[0]) for name, found in functionals.items()}
    return Effect(
        kinds=tuple(event.kind for event in window.events),
        at=at,
        difference=resampled.these_samples(functionals["difference"]),
        difference_e2=resampled.these_strategies(functionals["difference"]),
        by_arm={arm: resampled.these_samples(functionals[arm]) for arm in ARMS},
        p={name: rank_p(value, nulls.get(name, ())) for name, value in values.items()},
        rounds=(window.before[1] - window.before[0], window.after[1] - window.after[0]),
        placebo=_placebo(resampled.values, costs, labelled_at, window, curves.rounds),
    )


def _functional(name: str, costs: Array, weights: Array) -> Functional:
    return lambda values: (_series(values, costs)[name] @ weights)[..., None]


def _shares(labelled_at: Sequence[Sequence[Sequence[float]]], at: float) -> Array:
    """Return (arms, rounds): the share of a sample's labels that were made after a time."""
    return np.array(
        [
            [float(np.mean(np.asarray(times) > at)) if len(times) else 0.0 for times in rounds]
            for rounds in labelled_at
        ]
    )


def _grid(costs: Array) -> Array:
    """Return for each round the cost at which the arms are compared: the lower one, inside both ranges."""
    return np.maximum(costs.min(axis=0), costs[:, 0].max())


def _series(values: Array, costs: Array) -> dict[str, Array]:
    """Return (…, rounds) by name: the arms' difference at equal cost, and each arm's own curve."""
    difference = gain_at(costs, _grid(costs))(values)
    return {"difference": difference, "random": values[..., 0, :], "active": values[..., 1, :]}


def _weights(costs: Array, shares: Array, rounds: Sequence[int]) -> dict[str, Array] | None:
    """Return (rounds,) by name: the weights with which a series gives δ; None where it is not identified."""
    places, grid = np.array(rounds), _grid(costs)
    both = list(zip(costs, shares, strict=True))
    equal = np.mean([np.interp(grid, cost, share) for cost, share in both], axis=0)
    designs = {"difference": (grid, equal), "random": both[0], "active": both[1]}
    found = {}
    for name, (cost, share) in designs.items():
        # rounds compared at one and the same cost, before both arms have begun, say, count once
        distinct = places[np.unique(cost[places], return_index=True)[1]]
        weights = _delta(np.log(cost[distinct]), share[distinct])
        if weights is None:
            return None
        found[name] = np.zeros(len(grid))
        found[name][distinct] = weights
    return found


def _delta(log_cost: Array, share: Array) -> Array | None:
    """Return the weights of δ's least squares estimate; None where the design does not identify it."""
    design = np.column_stack([np.ones_like(log_cost), log_cost, share])
    if np.linalg.matrix_rank(design) < 3:
        return None
    return np.asarray(np.linalg.pinv(design)[2])


def _placebo(
    values: Array,
    costs: Array,
    labelled_at: Sequence[Sequence[Sequence[float]]],
    window: Window,
    numbers: Sequence[int],
) -> list[tuple[int, float]]:
    """Return δ of the difference as if the event had come after each other round of the window."""
    series = _series(values, costs)["difference"]
    dates = _dated_weights(costs, labelled_at, window.before[0], window.after[1])
    return [(int(numbers[place]), float(series @ weights["difference"])) for place, weights in dates]


def _dated_weights(
    costs: Array, labelled_at: Sequence[Sequence[Sequence[float]]], first: int, end: int
) -> Iterator[tuple[int, dict[str, Array]]]:
    """Yield δ's weights for an event right after each round that has enough rounds on both sides."""
    for place in range(first + MIN_SIDE - 1, end - MIN_SIDE):
        latest = [rounds[place] for rounds in labelled_at]
        at = max((max(times) for times in latest if len(times)), default=0.0)
        weights = _weights(costs, _shares(labelled_at, at), range(first, end))
        if weights is not None:
            yield place, weights


@dataclass(frozen=True, slots=True)
class Drift:
    """The date at which a series bends most: after round `number`, by `delta` logits; `size` is to be ranked.

    `size` is |δ| over the standard error it would have under independent rounds. They are not independent,
    so that it is a statistic for ranks among null rehearsals and nothing else.
    """

    number: int
    delta: float
    size: float
    p: float | None


def find_drift(
    curves: Curves,
    labelled_at: Sequence[Sequence[Sequence[float]]],
    *,
    figure: str,
    unit: str,
    nulls: Mapping[str, Sequence[float]],
) -> dict[str, Drift] | NotEstimable:
    """Look for a change that nobody recorded: in each series, the date with the largest bend.

    Scans all dates with enough rounds on both sides by the model of `effect`; p ranks the largest `size`
    among those of null rehearsals (`nulls`, by series), which pays for having looked at every date.
    """
    values = logit(ratio(curves.counts.sum(axis=-2), figure)).mean(axis=-1)
    costs = curves.costs[unit]
    series = _series(values, costs)
    dates = list(_dated_weights(costs, labelled_at, 0, len(curves.rounds)))
    if not dates or not np.isfinite(values).all():
        return NotEstimable(Reason("too_few_rounds_to_bend", {"rounds": len(curves.rounds)}))
    found = {}
    for name, line in series.items():
        sizes = [abs(line @ weights[name]) / np.linalg.norm(weights[name]) for _, weights in dates]
        largest = int(np.argmax(sizes))
        place, weights = dates[largest]
        size = float(sizes[largest])
        found[name] = Drift(
            number=int(curves.rounds[place]),
            delta=float(line @ weights[name]),
            size=size,
            p=rank_p(size, nulls.get(name, ())),
        )
    return found


def rank_p(value: float, nulls: Sequence[float]) -> float | None:
    """Return the share of nulls at least as far from 0, the value itself counted in; None with too few."""
    if len(nulls) < MIN_NULLS or not np.isfinite(value):
        return None
    as_far = int((np.abs(np.asarray(nulls)) >= abs(value)).sum())
    return (1 + as_far) / (1 + len(nulls))


def verdict(p: Mapping[str, float | None], *, alpha: float) -> str | None:
    """Say which arm's own curve moved: random, active, both or neither; None where there are no ranks.

    Holm over the two arms.
    """
    values = [p.get(arm) for arm in ARMS]
    if values[0] is None or values[1] is None:
        return None
    adjusted = holm([values[0], values[1]])
    moved = [arm for arm, value in zip(ARMS, adjusted, strict=True) if value <= alpha]
    return "both" if len(moved) == 2 else (moved[0] if moved else "neither")


def holm(p_values: Sequence[float]) -> list[float]:
    """Return the p values adjusted for their number (Holm 1979), in the order given."""
    n = len(p_values)
    adjusted = [0.0] * n
    largest = 0.0
    for rank, place in enumerate(sorted(range(n), key=lambda place: p_values[place])):
        largest = max(largest, min(1.0, (n - rank) * p_values[place]))
        adjusted[place] = largest
    return adjusted


@dataclass(frozen=True, slots=True)
class Order:
    """An order as published, and when the labels it was made from were frozen."""

    published_at: datetime
    frozen_at: datetime


@dataclass(frozen=True, slots=True)
class Lag:
    """How long the served order did not know of an event.

    `rounds` were published until the first made from labels after it (None: none yet), at `reflected_at`;
    `served` sentences were handed out meanwhile from orders that predate the event.
    """

    rounds: int | None
    reflected_at: datetime | None
    served: int


def order_lag(at: datetime, orders: Sequence[Order], handed_out: Sequence[tuple[datetime, datetime]]) -> Lag:
    """Count what was served from orders that predate an event.

    `handed_out` holds, for each sentence the active arm handed out, the time and when its order was frozen.
    """
    later = sorted(
        (order for order in orders if order.published_at > at), key=lambda order: order.published_at
    )
    known = next((number for number, order in enumerate(later, start=1) if order.frozen_at > at), None)
    return Lag(
        rounds=known,
        reflected_at=later[known - 1].published_at if known else None,
        served=sum(1 for when, frozen_at in handed_out if when > at >= frozen_at),
    )

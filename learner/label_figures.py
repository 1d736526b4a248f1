"""Analysis 2, divergence, the part that needs labels: what reading an arm's sentences was like.

Estimand: for each arm, what its sentences cost, how often they were corrected, skipped and declined, and how
far people follow what they are shown. Counts stand before ratios; None where there is nothing to count.
Differences active − random resample documents (learner/resampling.py) and are about these samples (E1).
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from learner.estimates import LEVEL, Estimate, NotEstimable, TheseSamples
from learner.gains import ARMS
from learner.reasons import Reason
from learner.resampling import DRAWS, MIN_DOCUMENTS, Array, document_weights, too_few_documents
from segmenter.metrics import Agreement

Kind = TypeVar("Kind", bound=Estimate)

# Readings with a suggestion on each side, below which anchoring is not told.
MIN_READINGS = 20


@dataclass(frozen=True, slots=True)
class Drawn:
    """A sentence of an arm's sample; the fields of the label are None while it has none.

    `edits` counts the boundaries changed in a suggestion that was shown; `skip_seconds` is the time of those
    who skipped it in an arm's turn.
    """

    arm: str
    document: int
    clusters: int
    state: str
    tokens: int | None = None
    seconds: float | None = None
    edits: int | None = None
    skips: int = 0
    skip_seconds: float = 0.0
    flagged: bool = False


LABELLED, DECLINED, OPEN = "labelled", "declined", "open"

Count = Callable[[Drawn], float]


def _of_labels(count: Count) -> Count:
    return lambda drawn: count(drawn) if drawn.state == LABELLED else 0.0


# Name → what is counted, over what it is divided by.
RATIOS: dict[str, tuple[Count, Count]] = {
    "tokens_per_sentence": (_of_labels(lambda drawn: drawn.tokens or 0), _of_labels(lambda _: 1)),
    "clusters_per_sentence": (_of_labels(lambda drawn: drawn.clusters), _of_labels(lambda _: 1)),
    "seconds_per_cluster": (
        _of_labels(lambda drawn: drawn.seconds or 0.0),
        _of_labels(lambda drawn: drawn.clusters),
    ),
    "edits_per_cluster": (
        lambda drawn: drawn.edits or 0,
        lambda drawn: drawn.clusters if drawn.edits is not None else 0,
    ),
    "share_skipped": (lambda drawn: drawn.skips > 0, lambda _: 1),
    "share_flagged": (lambda drawn: drawn.flagged, lambda _: 1),
    "share_declined": (lambda drawn: drawn.state == DECLINED, lambda _: 1),
}


def by_arm(drawn: Sequence[Drawn], agreement: dict[str, Agreement], *, seed: int) -> dict[str, Any]:
    """Return counts, ratios and their differences; `agreement` adds up the second readings of each arm.

    The share declined comes with its bounds: what it would be if no sentence that is still open were
    declined, and if all were.
    """
    arms = {arm: [one for one in drawn if one.arm == arm] for arm in ARMS}
    return {
        "counts": {arm: _counts(held) for arm, held in arms.items()},
        "ratios": {name: _ratio(name, arms, seed=seed) for name in RATIOS},
        "declined_bounds": {arm: _declined_bounds(held) for arm, held in arms.items()},
        "agreement": {
            arm: {"boundary_f1": held.boundary_f1, "kappa": held.kappa, "observed": held.observed}
            for arm, held in agreement.items()
        },
    }


def _counts(drawn: Sequence[Drawn]) -> dict[str, float]:
    labelled = [one for one in drawn if one.state == LABELLED]
    return {
        "drawn": len(drawn),
        "labelled": len(labelled),
        "declined": sum(one.state == DECLINED for one in drawn),
        "open": sum(one.state == OPEN for one in drawn),
        "skipped": sum(one.skips > 0 for one in drawn),
        "flagged": sum(one.flagged for one in drawn),
        "with_suggestion": sum(one.edits is not None for one in drawn),
        "tokens": sum(one.tokens or 0 for one in labelled),
        "clusters": sum(one.clusters for one in labelled),
        "seconds": sum(one.seconds or 0.0 for one in labelled),
        "skip_seconds": sum(one.skip_seconds for one in drawn),
        "edits": sum(one.edits or 0 for one in drawn),
    }


def _declined_bounds(drawn: Sequence[Drawn]) -> tuple[float, float] | None:
    if not drawn:
        return None
    declined = sum(one.state == DECLINED for one in drawn)
    still_open = sum(one.state == OPEN for one in drawn)
    return declined / len(drawn), (declined + still_open) / len(drawn)


def _ratio(name: str, arms: dict[str, list[Drawn]], *, seed: int) -> dict[str, Any]:
    above, below = RATIOS[name]
    documents = sorted({one.document for held in arms.values() for one in held})
    place = {document: number for number, document in enumerate(documents)}
    table = np.zeros((len(ARMS), len(documents), 2))
    for number, arm in enumerate(ARMS):
        for one in arms[arm]:
            table[number, place[one.document]] += above(one), below(one)
    ratios = divide(table.sum(axis=1))
    return {
        **{arm: _finite(value) for arm, value in zip(ARMS, ratios, strict=True)},
        "difference": difference(table, seed=seed),
    }


def divide(parts: Array) -> Array:
    """Return the first by the second along the last axis; nan where there is nothing to divide by."""
    above, below = parts[..., 0], parts[..., 1]
    return np.divide(above, below, out=np.full_like(above, np.nan), where=below > 0)


def over_documents(
    functional: Callable[[Array], Array], table: Array, *, of: type[Kind], seed: int, level: float = LEVEL
) -> Kind | NotEstimable:
    """Estimate a functional of sums over documents, the same documents drawn for all of `table`.

    `table` is (…, documents, k); `functional` maps sums (draws, …, k) to (draws,). `of` is the estimand.
    """
    value = float(functional(table.sum(axis=-2)[None])[0])
    if not np.isfinite(value):
        return NotEstimable(Reason("one_side_empty"))
    n = table.shape[-2]
    if n < MIN_DOCUMENTS:
        return of(value=value, notes=(too_few_documents(n),))
    weights = document_weights(n, draws=DRAWS, seed=seed)
    drawn = functional(np.tensordot(weights, table, axes=(1, table.ndim - 2)))
    tail = 100 * (1 - level) / 2
    low, high = np.nanpercentile(drawn, [tail, 100 - tail])
    return of(value=value, low=float(low), high=float(high), level=level, terms=("documents",))


def difference(table: Array, *, seed: int, level: float = LEVEL) -> TheseSamples | NotEstimable:
    """Return second − first of two ratios, from (two, documents, 2): parts by document.

    Both have their documents drawn together, since they may share them.
    """

    def apart(sums: Array) -> Array:
        ratios = divide(sums)
        return np.asarray(ratios[..., 1] - ratios[..., 0])

    return over_documents(apart, table, of=TheseSamples, seed=seed, level=level)


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


@dataclass(frozen=True, slots=True)
class Suggested:
    """A reading of a sentence that has a suggestion and an independent reference.

    `wrong` counts the places where the suggestion differs from the reference, `followed` those of them where
    the reading agrees with the suggestion. `shown` says whether the reader saw it.
    """

    arm: str
    document: int
    shown: bool
    wrong: int
    followed: int


def anchoring(readings: Sequence[Suggested], *, seed: int) -> dict[str, Any]:
    """Return P(reading agrees with a wrong place | shown) − P(… | hidden), and both with their counts.

    Hidden suggestions are those of the control share, which is chosen by key, so that the two groups of
    sentences differ by chance only. Assumes references made without sight of the suggestion.
    """
    documents = sorted({reading.document for reading in readings})
    place = {document: number for number, document in enumerate(documents)}
    table = np.zeros((2, len(documents), 2))
    held: dict[bool, int] = defaultdict(int)
    for reading in readings:
        held[reading.shown] += 1
        table[int(reading.shown), place[reading.document]] += reading.followed, reading.wrong
    totals, ratios = table.sum(axis=1), divide(table.sum(axis=1))
    enough = min(held[True], held[False]) >= MIN_READINGS
    return {
        name: {
            "readings": held[bool(side)],
            "wrong": int(totals[side, 1]),
            "followed": int(totals[side, 0]),
            "share": _finite(ratios[side]),
        }
        for side, name in enumerate(("hidden", "shown"))
    } | {
        "difference": difference(table, seed=seed)
        if enough
        else NotEstimable(
            Reason("too_few_readings", {"shown": held[True], "hidden": held[False], "least": MIN_READINGS})
        )
    }

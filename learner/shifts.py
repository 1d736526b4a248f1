"""Whether a series has shifted: the judgement alone, of values in order of time.

Each detector holds the latest window of a series against the one before it. The product brings series from
its tables and records what is found (learner/drift.py, learner/watching.py), bench/validity.py made-up ones
whose truth is known; both call what is here. Detectors look again and again, so that their thresholds are set
far out: a quiet project stays quiet. `SURE` is the chance of a shift as large in one look; the other limits
say from which size a shift matters.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from scipy.stats import chi2_contingency, ks_2samp, mannwhitneyu

# Values on each side of a comparison: sentences handed out, readings of one person that somebody else has
# judged too, labels of everybody, readings of one person.
SERVED_WINDOW = 120
JUDGED_WINDOW = 30
SHARE_WINDOW = 200
PACE_WINDOW = 50
# What has been served of a corpus that came later before its lengths are judged.
ARRIVED = 30

SURE = 1e-4
DOMAINS_SHIFT = 0.25
LENGTHS_SHIFT = 0.3
WORSE_BY = 1.5
SHARE_SHIFT = 0.3
PACE_DEVIATIONS = 5.0
PACE_RATIO = 1.3

Found = tuple[dict[str, Any], dict[str, Any]]
Compare = Callable[[Sequence[Any], Sequence[Any]], Found | None]


@dataclass(frozen=True, slots=True)
class Shift:
    """A find: the time of the first value of the later window, and what either window is like."""

    at: Any
    before: dict[str, Any]
    after: dict[str, Any]


class Judged(NamedTuple):
    """A reading held against another one of the sentence: boundaries that differ, and places for one.

    `other` is None where it is held against the settled reference.
    """

    person: int
    other: int | None
    sentence: int
    at: Any
    apart: int
    edges: int


def find(
    times: Sequence[Any], values: Sequence[Any], *, window: int, compare: Compare, since: Any = None
) -> Shift | None:
    """Compare the latest window of a series with the one before it.

    `since` is the time of the series' last find: until a window has filled since then there is none, or one
    shift would be found again and again.
    """
    first = len(values) - 2 * window
    if first < 0 or (since is not None and times[first] < since):
        return None
    middle = first + window
    found = compare(values[first:middle], values[middle:])
    return None if found is None else Shift(times[middle], *found)


def first_to_differ(
    readings: Sequence[Judged], *, known: Collection[int], since: Mapping[int, Any]
) -> tuple[int, Shift] | None:
    """Return who reads otherwise than before, judged by what differs from others' readings.

    A reading that differs from another says nothing of whose it is: readings shared with somebody who is
    `known` to have drifted are left out for the others, and the one who changed most is judged first; the
    others wait for the next look. `readings` are in order of time; `since` gives people's last finds.
    """
    # A reading held against several others counts once, with their mean.
    shares: dict[tuple[int, Any, int], list[float]] = {}
    for one in readings:
        if one.other not in known or one.person in known:
            shares.setdefault((one.person, one.at, one.sentence), []).append(one.apart / one.edges)
    people: dict[int, list[tuple[Any, float]]] = {}
    for (person, at, _), held in shares.items():
        people.setdefault(person, []).append((at, float(np.mean(held))))
    rises = {person: _rise([value for _, value in held]) for person, held in people.items()}
    for person in sorted(people, key=lambda person: -rises[person]):
        times, values = zip(*people[person], strict=True)
        shift = find(times, values, window=JUDGED_WINDOW, compare=worse, since=since.get(person))
        if shift is not None:
            return person, shift
    return None


def _rise(values: Sequence[float]) -> float:
    recent = values[-JUDGED_WINDOW:]
    return float(np.mean(recent) - np.mean(values[: -len(recent)] or recent))


def worse(before: Sequence[float], after: Sequence[float]) -> Found | None:
    """Compare shares of boundaries judged otherwise by ranks (Mann and Whitney); only a rise counts."""
    means = float(np.mean(before)), float(np.mean(after))
    if means[1] < WORSE_BY * means[0] or mannwhitneyu(after, before, alternative="greater").pvalue > SURE:
        return None
    return {"differs": round(means[0], 4)}, {"differs": round(means[1], 4), "readings": len(after)}


def domains(before: Sequence[str], after: Sequence[str]) -> Found | None:
    """Compare shares by chi-square; the shift is the share that would have to change its domain."""
    shares = _shares(before), _shares(after)
    names = sorted(shares[0] | shares[1])
    shift = _distance(*shares)
    if shift < DOMAINS_SHIFT:
        return None
    counts = Counter(before), Counter(after)
    if chi2_contingency([[count[name] for name in names] for count in counts]).pvalue > SURE:
        return None
    held = [{name: round(share.get(name, 0.0), 3) for name in names} for share in shares]
    return {"shares": held[0]}, {"shares": held[1], "shift": round(shift, 3)}


def lengths(before: Sequence[int], after: Sequence[int]) -> Found | None:
    """Compare lengths in clusters by Kolmogorov and Smirnov's test; the shift is its distance."""
    found = ks_2samp(before, after)
    if found.statistic < LENGTHS_SHIFT or found.pvalue > SURE:
        return None
    return (
        {"median": float(np.median(before))},
        {"median": float(np.median(after)), "shift": round(float(found.statistic), 3)},
    )


def lengths_of_arrival(before: Sequence[int], arrived: Sequence[int]) -> Found | None:
    """Compare what was first served of a corpus that came later with what was served before it.

    In the windows of all that is served a corpus is only as large as its share, which while the random arm
    catches up is about half: a distance of 0.49 between the texts is one of 0.25 between the windows.
    """
    if len(before) < SERVED_WINDOW or len(arrived) < ARRIVED:
        return None
    return lengths(before, arrived)


def work(before: Sequence[int], after: Sequence[int]) -> Found | None:
    """Compare who made the labels; the shift is the share of them that would have to change hands."""
    shares = _shares(before), _shares(after)
    shift = _distance(*shares)
    if shift < SHARE_SHIFT:
        return None
    held = [{str(person): round(share, 3) for person, share in sorted(one.items())} for one in shares]
    return {"shares": held[0]}, {"shares": held[1], "shift": round(shift, 3)}


def pace(before: Sequence[float], after: Sequence[float]) -> Found | None:
    """Compare seconds per cluster by the medians of their logarithms; slower and faster count.

    Robust: the difference is measured in standard errors by the median absolute deviation, so that a few
    sentences left open do not count.
    """
    samples = np.log(before), np.log(after)
    change = float(np.median(samples[1]) - np.median(samples[0]))
    if abs(change) < np.log(PACE_RATIO) or abs(change) < PACE_DEVIATIONS * _standard_error(*samples):
        return None
    held = [
        {"seconds_per_cluster": round(float(np.exp(np.median(sample))), 4), "readings": len(sample)}
        for sample in samples
    ]
    return held[0], {**held[1], "ratio": round(float(np.exp(change)), 3)}


def _shares(values: Sequence[Any]) -> dict[Any, float]:
    return {name: count / len(values) for name, count in Counter(values).items()}


def _distance(one: Mapping[Any, float], other: Mapping[Any, float]) -> float:
    """Return the total variation distance of two distributions."""
    return sum(abs(one.get(name, 0.0) - other.get(name, 0.0)) for name in one.keys() | other.keys()) / 2


def _standard_error(*samples: np.ndarray[Any, Any]) -> float:
    """Return the standard error of a difference of medians, by the normal law from the MAD of each sample."""
    variances = [
        (1.4826 * np.median(np.abs(sample - np.median(sample)))) ** 2 * (np.pi / 2) / len(sample)
        for sample in samples
    ]
    return float(np.sqrt(sum(variances)))

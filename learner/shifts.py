"""Whether a series has shifted: the judgement alone, of values in order of time.

Each detector holds the latest window of a series against the one before it, by several sizes of window where
small shifts count. The product brings series from its tables and records what is found (learner/drift.py,
learner/watching.py), bench/validity.py made-up ones whose truth is known; both call what is here. Detectors
look again and again, so that their thresholds are set far out: a quiet project stays quiet. `SURE` is the
chance of a shift as large in one look; the other limits say from which size a shift matters.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from scipy.stats import chi2_contingency, ks_2samp, mannwhitneyu, rankdata

# Sentences of a corpus that are compared with others, the lowest keys first, and how many it takes.
ARRIVED = (30, 300)
# Who works when goes by the week: labels and days of work on each side of whole weeks, and of how many
# weeks at the most. The variance of a share is between days, and of one or two days it is no variance.
SHARE_LABELS = 100
SHARE_DAYS = 5
MOST_WEEKS = 4

SURE = 1e-4
SURE_OF_DOMAINS = 1e-5
SURE_OF_A_PERSON = 3e-5
DOMAINS_SHIFT = 0.3
LENGTHS_SHIFT = 0.35
WORSE_BY = 1.5
SHARE_SHIFT = 0.25
SHARE_DEVIATIONS = 6.0
PACE_DEVIATIONS = 4.5
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


@dataclass(frozen=True, slots=True)
class Detector:
    """How many values of a series are held against as many before them, and by what.

    Short windows speak soon, long ones of smaller shifts. `is_measured` says that values have an order, so
    that the shift can be dated within the windows.
    """

    windows: tuple[int, ...]
    compare: Compare
    is_measured: bool = True

    @property
    def shortest(self) -> int:
        """Return the window that fills first."""
        return min(self.windows)

    @property
    def longest(self) -> int:
        """Return how many of the latest values are looked at."""
        return 2 * max(self.windows)

    def find(self, times: Sequence[Any], values: Sequence[Any], *, since: Any = None) -> Shift | None:
        """Compare the latest window of a series with the one before it, the shortest window first.

        `since` is the time of the series' last find: until a window has filled since then there is none, or
        one shift would be found again and again.
        """
        for window in self.windows:
            first = len(values) - 2 * window
            if first < 0 or (since is not None and times[first] < since):
                return None
            middle = first + window
            found = self.compare(values[first:middle], values[middle:])
            if found is not None:
                parted = first + _parting(values[first:]) if self.is_measured else middle
                return Shift(times[parted], *found)
        return None


def _parting(values: Sequence[float]) -> int:
    """Return the place from which on the values' ranks differ most from those before.

    Pettitt's (1979) sums, each by its own standard error: as they are they draw the date to the middle.
    """
    ranks = rankdata(values)
    before = np.arange(1, len(ranks))
    sums = np.cumsum(ranks - ranks.mean())[:-1]
    return int(np.argmax(sums**2 / (before * (len(ranks) - before)))) + 1


def first_to_differ(readings: Sequence[Judged], *, since: Mapping[int, Any]) -> tuple[int, Shift] | None:
    """Return who reads otherwise than before, judged by what differs from others' readings.

    `readings` are in order of time; `since` gives people's last finds. A reading that differs from another
    says nothing of whose it is: the one who changed most is judged first, and the others wait for the next
    look. Of two people either may be named.
    """
    series = {
        person: _in_time(_telling([one for one in readings if one.person == person], since))
        for person in {one.person for one in readings}
    }
    rises = {person: _rise([value for _, value in held]) for person, held in series.items()}
    for person in sorted(series, key=lambda person: -rises[person]):
        times, values = zip(*series[person], strict=True)
        shift = QUALITY.find(times, values, since=since.get(person))
        if shift is not None:
            return person, shift
    return None


def _telling(readings: Sequence[Judged], since: Mapping[int, Any]) -> Sequence[Judged]:
    """Return which of a person's readings tell whether this person has changed.

    Not those shared with somebody who was found to; or, where there are few others, all since the latest
    find.
    """
    others = [one for one in readings if one.other not in since]
    if len(others) >= min(len(readings), 2 * QUALITY.shortest):
        return others
    return [one for one in readings if one.at >= max(since.values())] or readings


def _in_time(readings: Sequence[Judged]) -> list[tuple[Any, float]]:
    """Return when and by which share of its boundaries each differs, the mean where it is held to several."""
    shares: dict[tuple[Any, int], list[float]] = {}
    for one in readings:
        shares.setdefault((one.at, one.sentence), []).append(one.apart / one.edges)
    held = [(at, sum(apart) / len(apart)) for (at, _), apart in shares.items()]
    return held[-QUALITY.longest :]


def _rise(values: Sequence[float]) -> float:
    recent = values[-QUALITY.shortest :]
    return float(np.mean(recent) - np.mean(values[: -len(recent)] or recent))


def worse(before: Sequence[float], after: Sequence[float]) -> Found | None:
    """Compare shares of boundaries judged otherwise by ranks (Mann and Whitney); only a rise counts."""
    means = float(np.mean(before)), float(np.mean(after))
    if (
        means[1] < WORSE_BY * means[0]
        or mannwhitneyu(after, before, alternative="greater").pvalue > SURE_OF_A_PERSON
    ):
        return None
    return {"differs": round(means[0], 4)}, {"differs": round(means[1], 4), "readings": len(after)}


def domains(before: Sequence[str], after: Sequence[str]) -> Found | None:
    """Compare shares by chi-square; the shift is the share that would have to change its domain."""
    counts = Counter(before), Counter(after)
    shares = _shares(counts[0]), _shares(counts[1])
    names = sorted(shares[0] | shares[1])
    shift = _distance(*shares)
    if shift < DOMAINS_SHIFT:
        return None
    if chi2_contingency([[count[name] for name in names] for count in counts]).pvalue > SURE_OF_DOMAINS:
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
    """Compare sentences by lot of a corpus that came later with ones by lot of what was there.

    Texts are compared, not what was served of them: an active arm takes the longest of fresh text first,
    which is no change of the environment; and in all that is served a corpus is only as large as its share.
    """
    if min(len(before), len(arrived)) < ARRIVED[0]:
        return None
    return lengths(before, arrived)


def find_work(days: Sequence[Counter[int]], *, since: float | None) -> tuple[int, Found] | None:
    """Compare who made the labels of the latest whole weeks with who made those of as many before.

    `days` are labels by person of each day back from now, from the first day of the project on; `since` is
    how many days ago the last find was. The shift is the share of labels that would have to change hands;
    returned with it is how many days ago it was, by the day that parts the labels best. Whole weeks, since
    people work by the day and by the week: of the latest few hundred labels somebody has made most, and
    nothing follows from it.
    """
    for weeks in range(1, MOST_WEEKS + 1):
        span = 7 * weeks
        if 2 * span > len(days) or (since is not None and since < 2 * span):
            return None
        after, before = days[:span], days[span : 2 * span]
        if all(
            _sum(side).total() >= SHARE_LABELS and sum(day.total() > 0 for day in side) >= SHARE_DAYS
            for side in (after, before)
        ):
            found = work(before, after)
            return None if found is None else (_parting_day(days[: 2 * span]), found)
    return None


def _sum(days: Sequence[Counter[int]]) -> Counter[int]:
    labels: Counter[int] = Counter()
    for day in days:
        labels.update(day)
    return labels


def _parting_day(days: Sequence[Counter[int]]) -> int:
    """Return how many of the latest days differ most from those before them, for their number of labels."""

    def parted(place: int) -> float:
        after, before = _sum(days[:place]), _sum(days[place:])
        size = after.total() * before.total() / (after.total() + before.total())
        if not size:
            return 0.0
        return size * _distance(_shares(before), _shares(after)) ** 2

    return max(range(1, len(days)), key=parted)


def work(before: Sequence[Counter[int]], after: Sequence[Counter[int]]) -> Found | None:
    """Compare who made the labels of some days with who made those of others.

    The shift is the share of the labels that would have to change hands. Days are the unit, since each is
    somebody's or not: for one person at least the difference has to be many standard errors.
    """
    sides = [_share_and_variance(days) for days in (before, after)]
    shares = [{person: share for person, (share, _) in one.items()} for one in sides]
    shift = _distance(*shares)
    if shift < SHARE_SHIFT or not any(
        abs(share - other) > SHARE_DEVIATIONS * np.sqrt(variance + others)
        for (share, variance), (other, others) in (
            [one.get(person, (0.0, 0.0)) for one in sides] for person in sides[0].keys() | sides[1].keys()
        )
    ):
        return None
    held = [{str(person): round(share, 3) for person, share in sorted(one.items())} for one in shares]
    return {"shares": held[0]}, {"shares": held[1], "shift": round(shift, 3)}


def _share_and_variance(days: Sequence[Counter[int]]) -> dict[int, tuple[float, float]]:
    """Return by person the share of labels and its variance, a ratio of sums over days (Cochran 1977)."""
    worked = [(day, day.total()) for day in days if day.total()]
    labels, number = sum(total for _, total in worked), len(worked)
    found = {}
    for person, made in _sum(days).items():
        share = made / labels
        apart = sum((day[person] - share * total) ** 2 for day, total in worked)
        found[person] = share, number / max(1, number - 1) * apart / labels**2
    return found


def paces(seconds: Sequence[float], clusters: Sequence[int]) -> list[float]:
    """Return the seconds per cluster of a person's readings in order of time, as if all had the usual length.

    A long sentence takes less per cluster, and when longer ones are served nobody has become faster. How
    seconds grow with clusters is the slope of the differences between neighbouring readings, in logarithms:
    a shift of either is in one difference only.
    """
    logs, sizes = np.log(seconds), np.log(clusters)
    steps = np.diff(sizes)
    slope = float(steps @ np.diff(logs) / (steps @ steps)) if steps.any() else 1.0
    usual = np.median(sizes) if len(sizes) else 0.0
    adjusted: list[float] = np.exp(logs - slope * (sizes - usual) - usual).tolist()
    return adjusted


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


# Sentences handed out, readings of one person that another reading or a reference can be held against, and
# readings of one person.
SERVED_DOMAINS = Detector((60, 120), domains, is_measured=False)
SERVED_LENGTHS = Detector((120,), lengths)
QUALITY = Detector((30, 60, 120), worse)
PACE = Detector((50, 100, 200), pace)


def _shares(counts: Counter[Any]) -> dict[Any, float]:
    return {name: count / counts.total() for name, count in counts.items()}


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

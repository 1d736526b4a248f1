"""The product's detectors of drift (learner/shifts.py) at work on made-up projects (bench/streams.py).

They look again after every `LOOK_EVERY` readings, as the watch looks again and again. A line says what was
found in one project, with times in rounds: `finds` are (kind, person or corpus, date given, when found), `at`
is when the event was.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bench.streams import CORPUS, EVENTS, ROUND, Array, Stream, Text, play
from learner import shifts

LOOK_EVERY = 25
Line = dict[str, Any]
Find = tuple[str, Any, int, int]


def detect(text: Text, seed: int, *, event: str = "", times: float = 0.0) -> Line:
    """Let the detectors watch a project, quiet or with an event of so many times the smallest size."""
    size = times * EVENTS[event][0] if event else 0.0
    stream = play(text, seed, event=event, size=size)
    first = np.flatnonzero(stream.other < 0)

    def rounds(reading: int) -> float:
        return round(float(np.searchsorted(first, reading)) / ROUND, 2)

    return {
        "at": rounds(stream.at),
        "rounds": len(first) / ROUND,
        "finds": [[kind, about, rounds(at), rounds(seen)] for kind, about, at, seen in watch(stream)],
    }


def alarms(lines: Sequence[Line]) -> dict[str, float]:
    """Return the share of projects in which each kind of find was made, and `any`."""
    kinds = [{find[0] for find in line["finds"]} for line in lines]
    shares = {kind: float(np.mean([kind in held for held in kinds])) for kind in sorted(set().union(*kinds))}
    return {"any": float(np.mean([bool(held) for held in kinds])), **shares}


def power(lines: Sequence[Line], event: str) -> dict[str, float]:
    """Return how often what an event asks for was found, was dated within a round, and what else was found.

    `dated` is a share of what was found; `other` are projects with a find of another kind or person.
    """
    asked = EVENTS[event][1]
    figures = {}
    for kind, about in asked:
        firsts = [_first(line, kind, about) for line in lines]
        found = [abs(at - line["at"]) <= 1 for at, line in zip(firsts, lines, strict=True) if at is not None]
        figures[f"{kind}_found"] = len(found) / len(lines)
        if found:
            figures[f"{kind}_dated"] = float(np.mean(found))
    others = [any((find[0], find[1]) not in asked for find in line["finds"]) for line in lines]
    return {**figures, "other": float(np.mean(others))}


def _first(line: Line, kind: str, about: Any) -> float | None:
    """Return the date given by the first right find after the event."""
    dates = [find[2] for find in line["finds"] if find[:2] == [kind, about] and find[3] > line["at"]]
    return dates[0] if dates else None


@dataclass
class Watch:
    """The detectors at work on a stream, and what they have found: (kind, person or corpus, when, seen)."""

    stream: Stream
    finds: list[Find] = field(default_factory=list)

    def __post_init__(self) -> None:
        stream = self.stream
        self.first = np.flatnonzero(stream.other < 0)
        # the first round comes before the first order: both arms draw by lot
        self.ranked = self.first[ROUND:]
        self.by_person = {int(one): np.flatnonzero(stream.person == one) for one in np.unique(stream.person)}
        self.agreement, self.accuracy = _judged(stream)

    def look(self, now: int) -> None:
        """Look at everything that was read before `now`, in the product's order."""
        stream = self.stream
        self._look_at_work(now)
        for person, readings in self.by_person.items():
            latest = _latest(readings, now, shifts.PACE)
            paces = shifts.paces(stream.seconds[latest], stream.clusters[latest])
            self._find(now, "annotator.pace_drifted", person, latest, paces, shifts.PACE)
        self._look_at_arrival(now)
        for kind, values, detector in (
            ("domains.shifted", stream.domain, shifts.SERVED_DOMAINS),
            ("lengths.shifted", stream.clusters, shifts.SERVED_LENGTHS),
        ):
            latest = _latest(self.ranked, now, detector)
            self._find(now, kind, None, latest, values[latest].tolist(), detector)
        self._look_at_quality(now, "annotator.agreement_drifted", self.agreement)
        self._look_at_quality(now, "annotator.accuracy_drifted", self.accuracy)

    def _since(self, kind: str, about: Any = None) -> int | None:
        """Return the time of the last find of a kind, of one person's where there is one."""
        at = [found[2] for found in self.finds if found[0] == kind and about in (None, found[1])]
        return max(at, default=None)

    def _find(
        self, now: int, kind: str, about: Any, times: Array, values: Sequence[Any], detector: shifts.Detector
    ) -> None:
        shift = detector.find(times.tolist(), values, since=self._since(kind, about))
        if shift is not None:
            self.finds.append((kind, about, shift.at, now))

    def _look_at_work(self, now: int) -> None:
        """Look at who has worked on each day back from now."""
        stream, here = self.stream, self.stream.days[now - 1]
        ago, people = np.floor(here - stream.days[:now]).astype(int), int(stream.person.max()) + 1
        number = min(int(here), 14 * shifts.MOST_WEEKS)
        recent = ago < number
        made = np.bincount(ago[recent] * people + stream.person[:now][recent], minlength=number * people)
        days = [Counter(dict(enumerate(day))) for day in made.reshape(number, people).tolist()]
        last = self._since("work.shifted")
        since = None if last is None else float(here - stream.days[last])
        found = shifts.find_work(days, since=since)
        if found is not None:
            at = int(np.searchsorted(stream.days, here - found[0]))
            self.finds.append(("work.shifted", None, at, now))

    def _look_at_arrival(self, now: int) -> None:
        """Look at the corpus that came, as the product does: once it is served, by its text."""
        served = self.first[: np.searchsorted(self.first, now)]
        arrived = served[self.stream.is_of_later[served]]
        is_known = any(found[:2] == ("lengths.shifted", CORPUS) for found in self.finds)
        if len(arrived) and not is_known and self.stream.arrival is not None:
            self.finds.append(("lengths.shifted", CORPUS, int(arrived[0]), now))

    def _look_at_quality(self, now: int, kind: str, judged: list[tuple[int, shifts.Judged]]) -> None:
        people = {found[1] for found in self.finds if found[0] == kind}
        since = {person: self._since(kind, person) for person in people}
        readings = [reading for seen, reading in judged if seen < now]
        found = shifts.first_to_differ(readings, since=since)
        if found is not None:
            person, shift = found
            self.finds.append((kind, person, shift.at, now))


def _latest(times: Array, now: int, detector: shifts.Detector) -> Array:
    """Return the latest of these readings that a detector looks at."""
    return times[: np.searchsorted(times, now)][-detector.longest :]


def _judged(stream: Stream) -> tuple[list[tuple[int, shifts.Judged]], list[tuple[int, shifts.Judged]]]:
    """Return readings held against others and against references, each with the time it can be seen."""
    agreement, accuracy = [], []
    for second in np.flatnonzero(stream.other >= 0).tolist():
        first = int(stream.other[second])
        apart = len(stream.wrong[first] ^ stream.wrong[second])
        for mine, theirs in ((first, second), (second, first)):
            person, other = int(stream.person[mine]), int(stream.person[theirs])
            about = int(stream.sentence[mine]), mine
            edges = int(stream.edges[mine])
            if person != other:
                agreement.append((second, shifts.Judged(person, other, *about, apart, edges)))
            if apart:
                wrong = len(stream.wrong[mine])
                accuracy.append((second, shifts.Judged(person, None, *about, wrong, edges)))
    in_time = [sorted(held, key=lambda one: one[1].at) for held in (agreement, accuracy)]
    return in_time[0], in_time[1]


def watch(stream: Stream) -> list[Find]:
    """Look again and again until all is read; return what was found."""
    watch = Watch(stream)
    for now in range(LOOK_EVERY, len(stream.sentence) + 1, LOOK_EVERY):
        watch.look(now)
    return watch.finds

"""Simulated annotators with a journal of every submit that was answered, to hold against the tables."""

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from learner import rehearsal


class Witness(rehearsal.Annotator):
    """An annotator of the rehearsals, who goes on after a refusal."""

    def forget(self) -> None:
        """Drop the sentence at hand, as a page does that is loaded again."""
        self._work = None


class Crowd:
    """Witnesses at work side by side, until `stop`."""

    def __init__(self, witnesses: Sequence[Witness], *, pause: float, journal: Path, seed: int) -> None:
        self._journal = journal
        self._pause, self._rng = pause, random.Random(seed)
        self._stop, self._lock = threading.Event(), threading.Lock()
        self.refusals: Counter[str] = Counter()
        self.last_answer = 0.0
        self._threads = [threading.Thread(target=self._work, args=[each], daemon=True) for each in witnesses]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Let everybody finish the submit they are at."""
        self._stop.set()
        for thread in self._threads:
            thread.join(rehearsal.PATIENCE_SECONDS + 60)

    def _work(self, witness: Witness) -> None:
        while not self._stop.is_set():
            known = len(witness.submitted)
            try:
                worked = witness.step()
            except rehearsal.ServiceError as error:
                self.refusals[str(error)[:200]] += 1
                witness.forget()
                worked = False
            if len(witness.submitted) > known:
                self._note(*list(witness.submitted.items())[-1])
            self._stop.wait(self._pause * self._rng.uniform(0.5, 1.5) if worked else 0.5)

    def _note(self, assignment: str, boundaries: Sequence[int]) -> None:
        with self._lock, self._journal.open("a") as file:
            file.write(json.dumps([assignment, boundaries]) + "\n")
            self.last_answer = time.monotonic()


def answered(journal: Path) -> Iterator[tuple[str, list[int]]]:
    """Yield what a journal holds: assignment and boundaries, an answered submit each."""
    with journal.open() as lines:
        for line in lines:
            assignment, boundaries = json.loads(line)
            yield assignment, boundaries


def compare(
    sent: Iterable[tuple[str, Sequence[int]]], rows: Iterable[tuple[Any, Sequence[int]]]
) -> Counter[str]:
    """Count the answered submits that are lost, doubled or changed among the readings stored.

    Each was sent once by its author; a request that got no answer was repeated under the same key.
    """
    kept: dict[str, list[Sequence[int]]] = {}
    for assignment, boundaries in rows:
        kept.setdefault(str(assignment), []).append(boundaries)
    found: Counter[str] = Counter(lost=0, doubled=0, changed=0)
    for assignment, boundaries in sent:
        stored = kept.get(assignment, [])
        found["lost"] += not stored
        found["doubled"] += len(stored) > 1
        found["changed"] += len(stored) == 1 and list(stored[0]) != list(boundaries)
    return found

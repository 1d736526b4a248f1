"""Simulated annotators of a rehearsal: what they answer, how long it takes, and when they work.

What a person does with a text follows from the scenario's seed, the person and the text alone, so that a
change of the order in which texts are served changes nothing else.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from math import exp, log
from typing import Any

from learner.gold_text import Text
from learner.rehearsal import Client, ServiceError, with_slips
from learner.rules import Rewrite
from learner.scenario import Colleague
from segmenter.text import boundaries_from_words

# Active seconds = pace · (base + per cluster + per boundary set or taken away) · everyday variation. What is
# set weighs more, clusters less than in the model that cost-aware ranking predicts by (segmenter/cost.py).
BASE_SECONDS = 2.0
PER_CLUSTER = 0.05
PER_ACTION = 0.9
VARIATION = 0.25
SLOWER_WHEN_HARD = 0.1
# Between two sentences, not counted as active.
PAUSE_SECONDS = 2.0


@dataclass(frozen=True)
class Answers:
    """What all people of a rehearsal go by: gold, guidelines as changes of it, and difficulty."""

    texts: Mapping[str, Text]
    rules: Mapping[str, Rewrite]
    difficulty: Mapping[str, float]
    slope: float
    seed: int

    def boundaries(self, text: str, guideline: str) -> tuple[int, ...]:
        """Return the boundaries that are right by a guideline. Raises ServiceError for an unknown text."""
        if text not in self.texts:
            raise ServiceError(f"The service serves a sentence that was not imported: {text[:60]!r}.")
        return boundaries_from_words(self.rules[guideline](self.texts[text].words), text=text)[0]


@dataclass
class Worker:
    """A person at work: their settings as they are now, and what they hold.

    `until` ends their stretch of work of the day they are at.
    """

    name: str
    is_like: Colleague
    client: Client
    membership: int
    guideline: str
    is_here: bool = True
    work: dict[str, Any] | None = None
    kept: list[str] = field(default_factory=list)
    until: datetime | None = None

    def answer(self, work: Mapping[str, Any], answers: Answers) -> tuple[list[int], float]:
        """Return the boundaries this person sets and the active seconds it takes."""
        text = "".join(work["clusters"])
        rng = random.Random(f"{answers.seed}|{self.name}|{text}")
        hard = answers.difficulty.get(text, 0.0)
        right = answers.boundaries(text, self.guideline)
        # Half more slips a standard deviation of difficulty, for a slope of a half; the mean stays the rate.
        rate = min(0.5, self.is_like.error_rate * growth(hard, answers.slope))
        chosen = with_slips(right, n_clusters=len(work["clusters"]), rate=rate, rng=rng)
        usual = BASE_SECONDS + PER_CLUSTER * len(work["clusters"]) + PER_ACTION * actions(work, chosen)
        varied = rng.lognormvariate(0.0, VARIATION) * growth(hard, SLOWER_WHEN_HARD)
        return chosen, self.is_like.pace * usual * varied

    def next_stretch(self, now: datetime) -> datetime:
        """Return when this person is next at work, and note until when: now, or the next morning."""
        if self.until is not None and now < self.until and self._starts(now.date()) <= now:
            return now
        day = now.date()
        if self._starts(day) < now or not self._works(day.weekday()):
            day += timedelta(days=1)
            while not self._works(day.weekday()):
                day += timedelta(days=1)
        start = self._starts(day)
        self.until = start + timedelta(minutes=self.is_like.minutes_a_day)
        return max(start, now)

    def _starts(self, day: date) -> datetime:
        # A little earlier or later each day.
        offset = random.Random(f"{self.name}|{day.isoformat()}").uniform(0, 20)
        midnight = datetime.fromisoformat(f"{day.isoformat()}T00:00:00+00:00")
        return midnight + timedelta(hours=self.is_like.from_hour, minutes=offset)

    def _works(self, weekday: int) -> bool:
        return self.is_like.weekends or weekday < 5


def actions(work: Mapping[str, Any], boundaries: Sequence[int]) -> int:
    """Return how many boundaries a person sets or takes away, from the suggestion or from nothing."""
    return len(set(boundaries) ^ set(work["suggestion"] or []))


def growth(hard: float, slope: float) -> float:
    """Return (1 + slope)^hard over its mean, hard being standard normal."""
    rise = log(1 + slope)
    return exp(rise * hard - rise**2 / 2)

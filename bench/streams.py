"""Made-up projects for the detectors of drift: what is served, who reads it, how well and how fast.

Texts are the demo corpus', several times over: each copy of a sentence is ranked by a model of its own seed,
so that copies part, and what is labelled makes its like worth less. Both arms draw in rounds, at random and
by one of three rankings, the first round at random; more of the same text arrives in the middle. People work
in sessions on some days of the week, each with a slip rate, a pace and a share of the work that stay;
everyday variation is as in learner/simulated_people.py. Some sentences are read by two people, and where
these differ the reference is settled. Time is counted in readings.

An event changes one of these things from the middle on, by a size in the units of its cause.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import count

import numpy as np
from scipy import sparse

from bench.replaying import Array, Gold, log_odds, train
from learner import shifts
from learner.simulated_people import BASE_SECONDS, PER_ACTION, PER_CLUSTER, growth

ROUND = 100
# Labels of a project, and for how many of them there is a copy of the corpus.
LABELS = (400, 2400)
LABELS_A_COPY = 400
# The usual slip rate, of boundaries missed and of as many put where there is none.
SLIPS = 0.05
HARDER, SLOWER_WHEN_HARD = 0.5, 0.1
# The share of sentences read twice, and after how many readings the second is due.
DOUBLES = (0.1, 0.2, 0.3)
SECOND_AFTER = 40
# On how many days of the week each person works, the chance that they do, readings of a person's session on
# average, and how seconds vary from one sentence to the next.
DAYS_A_WEEK = (1, 5)
PRESENT = 0.8
SESSION = (5.0, 60.0)
VARIATION = (0.25, 0.5)
RANKINGS = ("mean", "total", "per_second")
# The person whom an event befalls.
ONE = 0
# What a shift of lengths is about when it is a corpus'.
CORPUS = "corpus"

# Event → the smallest size of interest, fixed beforehand, and the finds (kind, person) that it asks for.
Asked = tuple[str, int | str | None]
EVENTS: dict[str, tuple[float, tuple[Asked, ...]]] = {
    # one person slips at twice the usual rate: at 5 → 10 % of the boundaries
    "slips": (SLIPS, (("annotator.agreement_drifted", ONE), ("annotator.accuracy_drifted", ONE))),
    # one person takes half as long again
    "pace": (0.5, (("annotator.pace_drifted", ONE),)),
    # of the labels, 30 % change hands
    "work": (0.3, (("work.shifted", None),)),
    # of what is served, 30 % is of a new domain
    "domains": (0.3, (("domains.shifted", None),)),
    # all that is served is half as long again
    "lengths": (0.5, (("lengths.shifted", None),)),
    # the corpus that arrives is half as long again
    "arrival": (0.5, (("lengths.shifted", CORPUS),)),
}


@dataclass(frozen=True)
class Text:
    """The corpus, and by sentence what a tagger counts in it and how many boundaries it has."""

    gold: Gold

    @cached_property
    def counts(self) -> sparse.csr_matrix:
        """(sentences, 2 · features): see Gold.sufficient."""
        return self.gold.sufficient(self.gold.label)

    @cached_property
    def boundaries(self) -> Array:
        """(sentences,): where a token starts."""
        return np.add.reduceat(self.gold.label, self.gold.first)

    @cached_property
    def slip_places(self) -> float:
        """Slips at a place for a slip rate of 1: missed boundaries, and as many put elsewhere."""
        return 2 * float(self.gold.label.mean())


def draw(text: Text, rng: np.random.Generator, *, labels: int) -> tuple[Array, Array]:
    """Return the sentences in the order served, as numbers of (copy, sentence), and which came later."""
    sentences, copies = len(text.gold), 2 + labels // LABELS_A_COPY
    weights = rng.exponential(size=(copies, sentences))
    is_later = np.repeat(np.arange(copies) >= (copies + 1) // 2, sentences)
    ranking = rng.choice(RANKINGS)
    drawn: list[Array] = []
    # what one arm has had labelled is not served again when the other draws it
    left = np.ones(copies * sentences, bool)
    for number in range(labels // ROUND):
        is_here = ~is_later if number < labels // ROUND // 2 else np.ones_like(is_later)
        lots = rng.random(copies * sentences)
        scores = lots if not drawn else _scores(text, weights, np.concatenate(drawn), ranking) + 1e-9 * lots
        batches = []
        for keys in (rng.random(len(lots)), scores):
            batches.append(_best(keys, left & is_here))
            left[batches[-1]] = False
        drawn.append(_interleaved(batches, rng))
    return np.concatenate(drawn), is_later


def _best(keys: Array, allowed: Array) -> Array:
    return np.argsort(np.where(allowed, -keys, np.inf), kind="stable")[: ROUND // 2]


def _interleaved(batches: list[Array], rng: np.random.Generator) -> Array:
    """Mix the arms' batches, each in its own order."""
    arms = rng.permutation(np.repeat([0, 1], ROUND // 2))
    mixed = np.empty(ROUND, np.int64)
    for arm, batch in enumerate(batches):
        mixed[arms == arm] = batch
    return mixed


def _scores(text: Text, weights: Array, drawn: Array, ranking: str) -> Array:
    """Return the entropy of each copy of each sentence, by the model of the copy's seed, as ranked by."""
    times = np.bincount(drawn % len(text.gold), minlength=len(text.gold))
    odds = log_odds(train((weights * times) @ text.counts), text.gold.windows)
    # entropy of a choice from its log odds, written so that no exponential is too large
    size = np.abs(odds)
    entropy = np.log1p(np.exp(-size)) + size / (1 + np.exp(size))
    entropy[text.gold.forced] = 0
    total = np.add.reduceat(entropy, text.gold.first, axis=0)
    clusters = text.gold.clusters[:, None]
    over = {
        "mean": clusters,
        "total": np.ones_like(clusters),
        "per_second": BASE_SECONDS + (PER_CLUSTER + PER_ACTION * SLIPS) * clusters,
    }
    return np.asarray(total / over[ranking]).T.ravel()


@dataclass(frozen=True)
class People:
    """Who works, by number: their share of the work, slip rate and pace; the last one comes with an event."""

    shares: Array
    rates: Array
    paces: Array

    @staticmethod
    def of(rng: np.random.Generator) -> "People":
        """Draw three to six people and a newcomer."""
        people = int(rng.integers(3, 7))
        return People(
            shares=np.append(rng.dirichlet(np.full(people, 5.0)), 0.0),
            rates=np.append(rng.uniform(0.01, 0.06, people), SLIPS),
            paces=np.append(rng.lognormal(0.0, 0.25, people), 1.0),
        )

    def turns(self, rng: np.random.Generator) -> Iterator[tuple[float, int]]:
        """Yield the time in days and who reads next: a session of each whose day it is, in turn."""
        mean = float(np.exp(rng.uniform(*np.log(SESSION))))
        number = rng.integers(*DAYS_A_WEEK, endpoint=True)
        weeks = [set(rng.permutation(5)[:number].tolist()) for _ in self.shares]
        for day in count():
            for person, share in enumerate(self.shares):
                if day % 7 in weeks[person] and rng.random() < PRESENT:
                    readings = rng.poisson(share * (len(self.shares) - 1) * mean)
                    for part in range(readings):
                        yield day + (person + part / readings) / len(self.shares), person


@dataclass(frozen=True)
class Stream:
    """A project as it was read; arrays are (readings,), in order of time, `at` is the event's reading.

    `other` is the reading of the same sentence before this one, -1 where this is the first; `wrong` are the
    places where a reading slipped, `edges` how many there are; `arrival` is what the lengths of the later
    corpus are found to be.
    """

    sentence: Array
    person: Array
    other: Array
    days: Array
    clusters: Array
    domain: Array
    is_of_later: Array
    seconds: Array
    edges: Array
    wrong: list[set[int]]
    arrival: shifts.Found | None
    at: int


def play(text: Text, seed: int, *, event: str = "", size: float = 0.0) -> Stream:
    """Let people read what is drawn; an event befalls them, or what is served, from the middle on."""
    rng = np.random.default_rng(seed)
    labels = ROUND * round(float(np.exp(rng.uniform(*np.log(LABELS)))) / ROUND)
    order, is_later = draw(text, rng, labels=labels)
    people = People.of(rng)
    sentence, person, other, days = _read(order, people, rng)
    source = sentence % len(text.gold)
    at = int(np.flatnonzero(other < 0)[labels // ROUND // 2 * ROUND])
    is_after = np.arange(len(sentence)) >= at
    is_hit = is_after & (rng.random(len(sentence)) < size)
    if event == "work":
        person = np.where(is_hit, len(people.shares) - 1, person)
    is_longer = {"lengths": is_after, "arrival": is_later[sentence]}.get(event, np.zeros_like(is_after))
    clusters = np.round(text.gold.clusters[source] * np.where(is_longer, 1 + size, 1.0))
    is_changed = is_after & (person == ONE)
    rates = people.rates[person]
    if event == "slips":
        rates = np.where(person == ONE, SLIPS + size * is_changed, rates)
    hard = rng.standard_normal(len(is_later))[sentence]
    chances = np.minimum(0.5, text.slip_places * rates * np.vectorize(growth)(hard, HARDER))
    edges = np.maximum(1, clusters.astype(int) - 1)
    actions = text.boundaries[source] * clusters / text.gold.clusters[source]
    usual = BASE_SECONDS + PER_CLUSTER * clusters + PER_ACTION * actions
    varied = rng.lognormal(0.0, rng.uniform(*VARIATION), len(sentence)) * np.vectorize(growth)(
        hard, SLOWER_WHEN_HARD
    )
    slower = 1 + size * is_changed if event == "pace" else 1.0
    return Stream(
        sentence=sentence,
        person=person,
        other=other,
        days=days,
        clusters=clusters,
        domain=np.where(is_hit & (event == "domains"), "new", text.gold.domains[source]),
        is_of_later=is_later[sentence],
        seconds=people.paces[person] * usual * varied * slower,
        edges=edges,
        wrong=[
            set(np.flatnonzero(rng.random(size) < chance).tolist())
            for size, chance in zip(edges, chances, strict=True)
        ],
        arrival=_judge_arrival(text, is_later, rng, longer=1 + size if event == "arrival" else 1.0),
        at=at,
    )


def _judge_arrival(
    text: Text, is_later: Array, rng: np.random.Generator, *, longer: float
) -> shifts.Found | None:
    """Compare sentences by lot of the corpus that comes with ones of what was there."""
    lots = rng.permutation(len(is_later))
    both = [lots[is_later[lots] == later][: shifts.ARRIVED[1]] % len(text.gold) for later in (False, True)]
    before, arrived = (text.gold.clusters[sentences] for sentences in both)
    return shifts.lengths_of_arrival(before.tolist(), np.round(longer * arrived).tolist())


def _read(order: Array, people: People, rng: np.random.Generator) -> tuple[Array, Array, Array, Array]:
    """Return for each reading its sentence, person, which reading of the sentence went before, and its time.

    Some sentences are read again by the next person at work who is another one, when that has become due.
    """
    is_double = rng.random(len(order)) < rng.choice(DOUBLES)
    rows: list[tuple[int, int, int, float]] = []
    due: list[int] = []
    served = iter(zip(order.tolist(), is_double, strict=True))
    for time, person in people.turns(rng):
        first = next((row for row in due if row + SECOND_AFTER <= len(rows) and rows[row][1] != person), None)
        if first is not None:
            due.remove(first)
            rows.append((rows[first][0], person, first, time))
            continue
        following = next(served, None)
        if following is None:
            break
        if following[1]:
            due.append(len(rows))
        rows.append((following[0], person, -1, time))
    sentence, person, other = np.array([row[:3] for row in rows]).T
    return sentence, person, other, np.array([row[3] for row in rows])

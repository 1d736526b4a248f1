"""Made-up experiments with a known truth, whose parts differ by chance of a stated size."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from learner.resampling import Refits

Array = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class Groups:
    """The key groups of both arms' samples, (groups, arms, 1): their luck, and their shares of the sample."""

    luck: Array
    shares: Array

    def effect(self) -> Array:
        """(arms, 1): what the groups add to their arm's log odds together."""
        return np.asarray((self.shares * self.luck).sum(axis=0))

    def without_each(self) -> Array:
        """(groups, arms, 1): the same of the other groups."""
        return np.asarray((self.effect() - self.shares * self.luck) / (1 - self.shares))


@dataclass(frozen=True)
class World:
    """Log odds of a right word = base + rounds' growth + gain of the active arm + chance, each part its own.

    Standard deviations: `sample` of a trained sample (it stays with an arm over the rounds), `model` of a
    model seed, `document` of a document, `both` of what a document is to one model. A sample of `sentences`
    falls into groups at random, and a part of it trains to `growth` · log(part) less.
    """

    rounds: int = 4
    seeds: int = 5
    documents: int = 45
    gain: float = 0.0
    sample: float = 0.06
    model: float = 0.03
    document: float = 0.3
    both: float = 0.1
    words: int = 90
    sentences: int = 105
    growth: float = 0.6

    def base(self) -> Array:
        odds = np.tile(1.0 + 0.25 * np.arange(self.rounds), (2, 1))
        odds[1] += self.gain
        return odds

    def groups(self, rng: np.random.Generator, count: int = 10) -> Groups:
        held = rng.multinomial(self.sentences, np.full(count, 1 / count), size=2).T[..., None]
        shares = np.maximum(held, 1) / np.maximum(held, 1).sum(axis=0)
        return Groups(luck=rng.normal(0, self.sample / np.sqrt(shares)), shares=shares)

    def true_f1(self, groups: Groups | None = None) -> Array:
        """(arms, rounds): over all documents and seeds, of this sample, or of a sample without any luck."""
        odds = self.base() if groups is None else self.base() + groups.effect()
        spread = np.sqrt(self.model**2 + self.document**2 + self.both**2)
        points, weights = np.polynomial.hermite_e.hermegauss(30)
        return (weights / weights.sum() / (1 + np.exp(-(odds[..., None] + spread * points)))).sum(axis=-1)

    def measure(self, rng: np.random.Generator, groups: Groups) -> tuple[Array, Refits]:
        """Counts (arms, rounds, seeds, documents, 8), and the refits without each group."""
        documents = rng.normal(0, self.document, size=self.documents)
        whole = self._counts(rng, groups.effect(), documents)
        effects = groups.without_each() + self.growth * np.log1p(-groups.shares)
        counts = np.stack([self._counts(rng, effect, documents) for effect in effects])
        return whole, Refits(counts, np.broadcast_to(groups.shares, (*groups.shares.shape[:2], self.rounds)))

    def _counts(self, rng: np.random.Generator, effect: Array, documents: Array) -> Array:
        shape = (2, self.rounds, self.seeds, self.documents)
        odds = (self.base() + effect)[..., None, None] + documents
        odds = odds + rng.normal(0, self.model, size=(*shape[:3], 1)) + rng.normal(0, self.both, size=shape)
        right = rng.binomial(self.words, 1 / (1 + np.exp(-odds)))
        counts = np.zeros((*shape, 8))
        counts[..., 3] = right
        counts[..., 4] = counts[..., 5] = self.words - right
        return counts


def counts_of(f1: Array, *, seeds: int = 1, documents: int = 1, words: int = 1000) -> Array:
    """Counts (…, seeds, documents, 8) whose word F1 is `f1` (…) for every seed and document."""
    right = np.round(np.asarray(f1) * words)[..., None, None]
    counts = np.zeros((*np.shape(f1), seeds, documents, 8))
    counts[..., 3] = right
    counts[..., 4] = counts[..., 5] = words - right
    return counts

"""Arms of a replay: a gold corpus split by document, and strategies that spend seconds on it round by round.

Nothing is charged but what a person would do: read, and correct the dictionary's suggestion, which is what an
experiment shows by default. So the seconds of a sentence depend on no model, and all arms of a replicate get
the same seconds in every round.
"""

import hashlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from segmenter.baselines import dictionary_boundaries
from segmenter.corpora import GoldSentence, read_gold
from segmenter.cost import CostModel, predicted_seconds
from segmenter.data import Example, edge_contexts, text_vectors
from segmenter.model import Tagger, TaggerConfig
from segmenter.predict import boundary_probabilities, committee_probabilities
from segmenter.query import Pool, acquisition_scores, arrange, find, order
from segmenter.train import evaluate_tagger, fit

Array = np.ndarray[Any, Any]

GENRES = ("article", "encyclopedia", "news", "novel")
# Pool → its parts: a corpus, or one genre of it.
POOLS = {
    "tud": ("tud",),
    "orchid": ("orchid",),
    "best": ("best",),
    "mixed": ("tud", "orchid", "best"),
    "genres": tuple(f"best {genre}" for genre in GENRES),
    **{f"best-{genre}": (f"best {genre}",) for genre in GENRES},
}
HALVES = ("choose", "report")
BLOCK = 50
"""Sentences of a block, which stands in for a document where a corpus names none."""
DROPOUT_SAMPLES = 4
"""Votes of a committee that is one network with dropout."""
COSTS = ("sentences", "clusters", "seconds")


@dataclass(frozen=True, slots=True)
class Plan:
    """What every arm of a run has in common; `half` is the half of the documents that all is drawn from."""

    pool: str
    half: str
    seed_size: int
    last: int
    """Sentences that the random arm has in its last round; the others get its seconds."""
    rounds: int
    pool_sentences: int
    test_sentences: int

    def schedule(self) -> list[int]:
        """Return the random arm's sentences in each round: every time by about the same factor more."""
        return np.round(np.geomspace(self.seed_size, self.last, self.rounds)).astype(int).tolist()


@dataclass(frozen=True, slots=True)
class World:
    """A replicate: the pool in the order of the random arm, what each sentence costs, and the test."""

    pool: list[Example]
    suggestions: list[tuple[int, ...]]
    clusters: Array
    seconds: Array
    test: list[Example]


def read_corpora(folder: Path, pool: str) -> dict[str, list[GoldSentence]]:
    """Return the sentences of the pool's parts."""
    corpora = {part.split()[0] for part in POOLS[pool]}
    sentences = {corpus: list(read_gold(folder / f"{corpus}.jsonl.gz")) for corpus in corpora}
    parts = {}
    for part in POOLS[pool]:
        corpus, _, genre = part.partition(" ")
        parts[part] = [one for one in sentences[corpus] if not genre or one.domain == genre]
    return parts


def draw_world(corpora: dict[str, list[GoldSentence]], plan: Plan, *, seed: int) -> World:
    """Draw test documents, pool and order; corpora give equal shares of both as far as they reach."""
    rng = np.random.default_rng(seed)
    pool: list[Example] = []
    test: list[Example] = []
    for name, sentences in corpora.items():
        groups = _documents(name, sentences, plan.half)
        names = rng.permutation(sorted(groups))
        # at most a quarter of the half, which matters for the small corpora
        quota = min(plan.test_sentences // len(corpora), sum(map(len, groups.values())) // 4)
        starts = np.cumsum([0, *(len(groups[key]) for key in names)])[:-1]
        test += [s.example for key in names[starts < quota] for s in groups[key]]
        others = [s.example for key in names[starts >= quota] for s in groups[key]]
        share = plan.pool_sentences // len(corpora)
        pool += [others[i] for i in rng.permutation(len(others))[:share]]
    pool = [pool[i] for i in rng.permutation(len(pool))]
    suggestions = [dictionary_boundaries(e.text, e.cluster_lengths) for e in pool]
    clusters = np.array([len(e.cluster_lengths) for e in pool], float)
    changed = [len(set(shown) ^ set(e.boundaries)) for shown, e in zip(suggestions, pool, strict=True)]
    return World(pool, suggestions, clusters, CostModel().seconds(clusters, np.array(changed, float)), test)


def replay(
    world: World, strategy: str, plan: Plan, config: TaggerConfig, *, seed: int
) -> Iterator[tuple[dict[str, float], list[int]]]:
    """Yield for every round its point (costs so far, F1 as fractions, seconds of fitting) and its sample.

    The sample are places in the pool. Every round trains from scratch.
    """
    rng = np.random.default_rng([seed, *strategy.encode()])
    schedule = plan.schedule()
    budgets = np.cumsum(world.seconds)[np.array(schedule) - 1]
    sample = list(range(plan.seed_size))
    for number in range(plan.rounds):
        start = time.process_time()
        tagger = fit([world.pool[i] for i in sample], config, seed=seed * 100 + number)
        fitted = time.process_time() - start
        counts = evaluate_tagger(tagger, world.test)
        point = {
            "round": float(number),
            "sentences": float(len(sample)),
            "clusters": float(world.clusters[sample].sum()),
            "seconds": round(float(world.seconds[sample].sum()), 1),
            "word_f1": counts.word_f1 or 0.0,
            "boundary_f1": counts.boundary_f1 or 0.0,
            "fit_seconds": round(fitted, 2),
        }
        yield point, list(sample)
        if number + 1 < plan.rounds:
            ranked = np.setdiff1d(np.arange(len(world.pool)), sample)
            if strategy != "random":
                batch = schedule[number + 1] - schedule[number]
                ranked = ranked[_ranked(tagger, world, ranked, strategy, batch, rng)]
            sample += _affordable(ranked, world.seconds, budgets[number + 1] - world.seconds[sample].sum())


def _affordable(ranked: Array, seconds: Array, budget: float) -> list[int]:
    """Return the first of `ranked` that the budget pays for, the last one overdrawing it at most."""
    spent_before = np.cumsum(seconds[ranked]) - seconds[ranked]
    # a microsecond, because sums in another order differ in their last digits
    return np.asarray(ranked[spent_before < budget - 1e-6]).tolist()


def _ranked(
    tagger: Tagger, world: World, left: Array, strategy: str, batch: int, rng: np.random.Generator
) -> Array:
    examples = [world.pool[i] for i in left]
    texts = [e.text for e in examples]
    needs = find(strategy).needs
    probabilities = list(boundary_probabilities(tagger, texts))
    votes = contexts = seconds = None
    if "votes" in needs:
        votes = list(committee_probabilities(tagger, texts, dropout_samples=DROPOUT_SAMPLES))
    if "contexts" in needs:
        contexts = edge_contexts(texts, [e.cluster_lengths for e in examples])
    if "seconds" in needs:
        seconds = predicted_seconds(CostModel(), probabilities, [world.suggestions[i] for i in left])
    scores = acquisition_scores(strategy, Pool(probabilities, votes, contexts, seconds), rng=rng)
    return arrange(
        strategy,
        order(scores, rng),
        batch=batch,
        vectors=lambda places: text_vectors([texts[place] for place in places]),
        rng=rng,
    )


def _documents(part: str, sentences: Sequence[GoldSentence], half: str) -> dict[str, list[GoldSentence]]:
    """Return the documents of one half, by name; a document's half follows from its name alone."""
    corpus = part.split()[0]
    groups: dict[str, list[GoldSentence]] = {}
    for number, sentence in enumerate(sentences):
        # the second part of ORCHID's ids is its document
        named = sentence.id.split("-")[1] if corpus == "orchid" else sentence.example.document
        groups.setdefault(f"{corpus} {named or number // BLOCK}", []).append(sentence)
    side = HALVES.index(half)
    return {
        name: group for name, group in groups.items() if hashlib.sha256(name.encode()).digest()[0] % 2 == side
    }

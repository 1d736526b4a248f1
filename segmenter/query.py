"""Query strategies: which sentence is worth an annotator's time.

An acquisition function takes what a model thinks of the sentences and returns one float a sentence:
**higher = sooner**, always finite and never negative. A strategy is such a function and what is done with
its scores: divided by the seconds a sentence is expected to take, spread over unlike texts, mixed with
sentences drawn by lot. `rng` decides what is random.

The names are those of the literature: Settles & Craven 2008 for the entropies, least confidence and margin;
Shen et al. 2018 for the length-normalised log-probability (mnlp). Boundaries are taken as independent, so
the probability of the best segmentation is the product of the likelier decisions.
"""

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
Scores = np.ndarray[Any, np.dtype[np.float64]]
Places = np.ndarray[Any, np.dtype[np.int64]]

TOP_K = 5
"""Edges that `topk_entropy` adds up: about the doubts one reading of a sentence can settle."""
RANDOM_SHARE = 0.2
"""Places that a mixture gives to sentences drawn by lot."""
RESOLVED = 0.5
"""Share of the doubts in a context that one label is taken to settle, for `coverage`."""
MOST_COVERED = 2000
"""Sentences that `coverage` picks one after the other; the others follow by what they were worth at most."""
TOO_ALIKE = 0.8
"""Cosine from which two texts are too alike for one batch."""
SPREAD_OVER = 10
"""A batch is spread over so many times its size of the best sentences."""


class UnknownStrategy(ValueError):
    """The strategy's name is not in STRATEGIES."""


@dataclass(frozen=True, slots=True)
class Pool:
    """What is known of sentences that wait to be chosen, one entry a sentence; None is what nobody asked for.

    `probabilities` hold one value for each inner cluster edge, `votes` (members, edges) what every member
    of a committee thinks, `contexts` (edges,) a number for the clusters around the edge, `seconds` what
    labelling is expected to take.
    """

    probabilities: Sequence[Array]
    votes: Sequence[Array] | None = None
    contexts: Sequence[Array] | None = None
    seconds: Scores | None = None

    def __len__(self) -> int:
        return len(self.probabilities)

    def get(self, name: str) -> Any:
        """Return the field, or raise ValueError where it was not given."""
        value = getattr(self, name)
        if value is None:
            raise ValueError(f"this strategy needs {name} of the pool")
        return value


@dataclass(frozen=True, slots=True)
class Strategy:
    """An acquisition function, and what is done with its scores."""

    score: Callable[..., Scores]
    per_second: bool = False
    spread: bool = False
    mixed: bool = False

    @property
    def needs(self) -> frozenset[str]:
        """Return the fields of the pool that it reads; nothing where it asks no model."""
        if self.score in (random, longest_first):
            return frozenset()
        extra = {bald: "votes", vote_entropy: "votes", coverage: "contexts"}.get(self.score)
        seconds = "seconds" if self.per_second else None
        return frozenset(filter(None, ("probabilities", extra, seconds)))

    @property
    def description(self) -> str:
        """Say in a line what the strategy does."""
        parts = [(self.score.__doc__ or "").partition("\n")[0].rstrip(".")]
        parts += ["per second it is expected to take"] if self.per_second else []
        parts += ["no two alike in a batch"] if self.spread else []
        parts += [f"{RANDOM_SHARE:.0%} drawn by lot"] if self.mixed else []
        return "; ".join(parts) + "."


def find(name: str) -> Strategy:
    """Return the strategy of that name. Raises UnknownStrategy."""
    try:
        return STRATEGIES[name]
    except KeyError:
        raise UnknownStrategy(f"strategy {name!r} is unknown; known: {', '.join(STRATEGIES)}") from None


def acquisition_scores(strategy: str, pool: Pool, *, rng: np.random.Generator) -> Scores:
    """Score every sentence by the named strategy; higher = sooner, finite, one float a sentence.

    Raises ValueError where the pool lacks what the strategy needs.
    """
    found = find(strategy)
    if found.score is coverage:
        scores = coverage(pool, rng=rng, costs=pool.get("seconds") if found.per_second else None)
    else:
        scores = found.score(pool, rng=rng)
        if found.per_second:
            scores = scores / np.maximum(pool.get("seconds"), 1e-9)
    # a probability that is not a number would otherwise poison the order
    return np.nan_to_num(scores, nan=0.0)


def arrange(
    strategy: str,
    ranked: Places,
    *,
    batch: int,
    vectors: Callable[[Places], Array],
    rng: np.random.Generator,
) -> Places:
    """Return sentence indices, handed in best first, in the order in which the strategy serves them.

    `vectors` gives one row for each of the sentences asked for; it is called where no two of the first
    `batch` may be alike.
    """
    found = find(strategy)
    if found.spread:
        head = ranked[: SPREAD_OVER * batch]
        ranked = np.concatenate([head[spread(vectors(head), size=batch)], ranked[len(head) :]])
    return mix_random(ranked, share=RANDOM_SHARE, rng=rng) if found.mixed else ranked


def mix_random(ranked: Places, *, share: float, rng: np.random.Generator) -> Places:
    """Reorder `ranked` so that each place goes, with probability `share`, to a sentence drawn by lot.

    The other places keep the order of the rank; every sentence stays in exactly once.
    """
    by_lot = rng.random(len(ranked)) < share
    drawn = rng.permutation(len(ranked))[: int(by_lot.sum())]
    mixed = np.empty_like(ranked)
    mixed[by_lot] = ranked[drawn]
    mixed[~by_lot] = np.delete(ranked, drawn)
    return mixed


def spread(vectors: Array, *, size: int) -> Places:
    """Return places 0, 1, … of ranked texts with those too alike moved out of the first `size`.

    `vectors` (sentences, width), best first, may have any length; two are too alike when their cosine reaches
    TOO_ALIKE. Those passed over follow right after the batch, in their order.
    """
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit = vectors / np.where(norms > 0, norms, 1)
    chosen: list[int] = []
    passed: list[int] = []
    for place in range(len(unit)):
        if len(chosen) == size:
            return np.array([*chosen, *passed, *range(place, len(unit))], np.int64)
        alike = bool(chosen) and float((unit[chosen] @ unit[place]).max()) >= TOO_ALIKE
        (passed if alike else chosen).append(place)
    return np.array([*chosen, *passed], np.int64)


def order(scores: Scores, rng: np.random.Generator) -> Places:
    """Return sentence indices from highest score to lowest, ties in an order drawn from `rng`."""
    return np.lexsort((rng.random(len(scores)), -np.asarray(scores)))


def random(pool: Pool, *, rng: np.random.Generator) -> Scores:
    """Score by lot."""
    return rng.random(len(pool))


def longest_first(pool: Pool, *, rng: np.random.Generator) -> Scores:
    """Score by the number of cluster edges: the control that shows what length alone gains."""
    return np.array([len(edges) for edges in pool.probabilities], float)


def total_entropy(pool: Pool, *, rng: np.random.Generator) -> Scores:
    """Add up the entropy (nats) of all edges: the entropy of the whole segmentation."""
    flat, lengths = _flatten(pool.probabilities)
    return _segment_sums(_entropy(flat), lengths)


def mean_entropy(pool: Pool, *, rng: np.random.Generator) -> Scores:
    """Average the entropy (nats) over the edges."""
    flat, lengths = _flatten(pool.probabilities)
    return _segment_sums(_entropy(flat), lengths) / np.maximum(lengths, 1)


def max_entropy(pool: Pool, *, rng: np.random.Generator) -> Scores:
    """Take the entropy (nats) of the most doubtful edge."""
    return _per_sentence(pool.probabilities, lambda edges: _entropy(edges).max())


def topk_entropy(pool: Pool, *, rng: np.random.Generator) -> Scores:
    """Add up the entropies (nats) of the TOP_K most doubtful edges."""
    return _per_sentence(pool.probabilities, lambda edges: np.sort(_entropy(edges))[-TOP_K:].sum())


def least_confidence(pool: Pool, *, rng: np.random.Generator) -> Scores:
    """Take 1 − the probability of the most likely segmentation."""
    flat, lengths = _flatten(pool.probabilities)
    return -np.expm1(_segment_sums(_log_confidence(flat), lengths))


def mnlp(pool: Pool, *, rng: np.random.Generator) -> Scores:
    """Take minus the log-probability of the most likely segmentation, over the edges."""
    flat, lengths = _flatten(pool.probabilities)
    return -_segment_sums(_log_confidence(flat), lengths) / np.maximum(lengths, 1)


def margin(pool: Pool, *, rng: np.random.Generator) -> Scores:
    """Take 1 − the difference in probability of the best and the second-best segmentation.

    With independent edges the second-best differs from the best at the most doubtful edge alone.
    A sentence with no edge has no second segmentation and gets 0.
    """
    flat, lengths = _flatten(pool.probabilities)
    best = np.exp(_segment_sums(_log_confidence(flat), lengths))
    doubt = _per_sentence(pool.probabilities, lambda edges: np.minimum(edges, 1 - edges).max())
    return 1 - best * (1 - doubt / np.maximum(1 - doubt, 0.5))


def bald(pool: Pool, *, rng: np.random.Generator) -> Scores:
    """Add up what the members' disagreement tells about each edge, in nats (Houlsby et al. 2011)."""
    gains = [_entropy(votes.mean(axis=0)) - _entropy(votes).mean(axis=0) for votes in pool.get("votes")]
    return np.array([max(0.0, gain.sum()) for gain in gains], float)


def vote_entropy(pool: Pool, *, rng: np.random.Generator) -> Scores:
    """Average over the edges the entropy (nats) of the members' hard votes (Dagan & Engelson 1995)."""
    shares = [(votes > 0.5).mean(axis=0) for votes in pool.get("votes")]
    return _per_sentence(shares, lambda edges: float(_entropy(edges).mean()))


def coverage(pool: Pool, *, rng: np.random.Generator, costs: Scores | None = None) -> Scores:
    """Take the pool's doubts (entropy, nats) in the contexts that a sentence has and better ones lack.

    One label in a context is taken to settle the share RESOLVED of all the pool's doubts in the same
    context, so a context that is frequent and doubtful is worth much, but only once. Picks greedily by
    worth, or by worth per cost where `costs` are given, and scores a sentence by what it was worth when its
    turn came. Worths only fall, so that a stale one bounds the true one (Minoux 1978). The only function
    here whose scores depend on the rest of the pool: scored in parts, each part pays for a context anew.
    """
    flat, lengths = _flatten(pool.probabilities)
    _, context = np.unique(
        np.concatenate([np.zeros(0, np.int64), *pool.get("contexts")]), return_inverse=True
    )
    unsettled: Array = np.bincount(context, weights=np.nan_to_num(_entropy(flat)))
    edges = np.split(context, np.cumsum(lengths)[:-1])
    seen = [np.unique(part) for part in edges[: len(lengths)]]
    costs = np.ones(len(seen)) if costs is None else np.maximum(costs, 1e-9)
    scores = np.array([RESOLVED * unsettled[part].sum() for part in seen], float) / costs
    heap = [(-scores[index], place, int(index)) for place, index in enumerate(order(scores, rng))]
    picked = 0
    while heap and picked < MOST_COVERED:
        _, place, index = heap[0]
        worth = float(RESOLVED * unsettled[seen[index]].sum() / costs[index])
        scores[index] = worth
        if len(heap) > 1 and -worth > min(heap[1:3])[0]:
            heapq.heapreplace(heap, (-worth, place, index))
            continue
        heapq.heappop(heap)
        unsettled[seen[index]] *= 1 - RESOLVED
        picked += 1
    return scores


STRATEGIES: dict[str, Strategy] = {
    "random": Strategy(random),
    "mean_entropy": Strategy(mean_entropy),
    "total_entropy": Strategy(total_entropy),
    "max_entropy": Strategy(max_entropy),
    "topk_entropy": Strategy(topk_entropy),
    "margin": Strategy(margin),
    "least_confidence": Strategy(least_confidence),
    "mnlp": Strategy(mnlp),
    "vote_entropy": Strategy(vote_entropy),
    "bald": Strategy(bald),
    "coverage": Strategy(coverage),
    "longest_first": Strategy(longest_first),
    "total_entropy_per_second": Strategy(total_entropy, per_second=True),
    "topk_entropy_per_second": Strategy(topk_entropy, per_second=True),
    "bald_per_second": Strategy(bald, per_second=True),
    "coverage_per_second": Strategy(coverage, per_second=True),
    "mean_entropy_spread": Strategy(mean_entropy, spread=True),
    "total_entropy_per_second_spread": Strategy(total_entropy, per_second=True, spread=True),
    "mean_entropy_mixed": Strategy(mean_entropy, mixed=True),
    "total_entropy_per_second_mixed": Strategy(total_entropy, per_second=True, mixed=True),
    "coverage_per_second_mixed": Strategy(coverage, per_second=True, mixed=True),
}


def _entropy(edges: Array) -> Array:
    """Return the entropy of each decision in nats; 0 where the probability is 0 or 1."""
    p = np.clip(np.asarray(edges, float), 1e-12, 1 - 1e-12)
    return -(p * np.log(p) + (1 - p) * np.log1p(-p))


def _log_confidence(edges: Array) -> Array:
    p = np.asarray(edges, float)
    return np.log(np.clip(np.maximum(p, 1 - p), 0.5, 1))


def _flatten(probabilities: Sequence[Array]) -> tuple[Array, Array]:
    lengths = np.array([len(edges) for edges in probabilities], dtype=np.int64)
    flat = np.concatenate([np.zeros(0), *probabilities])
    return flat, lengths


def _segment_sums(values: Array, lengths: Array) -> Scores:
    """Add up consecutive stretches of `values`; an empty stretch adds up to 0."""
    sentence = np.repeat(np.arange(len(lengths)), lengths)
    return np.bincount(sentence, weights=values, minlength=len(lengths)).astype(float)


def _per_sentence(probabilities: Sequence[Array], score: Callable[[Array], float]) -> Scores:
    return np.array([score(edges) if len(edges) else 0.0 for edges in probabilities], float)

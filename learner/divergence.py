"""Analysis 2, divergence, the part that needs no labels: how an arm's sample differs from the pool.

Estimand: the distance between an arm's sample and the population it was drawn from, which is known exactly.
Estimator: each figure of the sample is held against the same figure of random redraws of the pool of the same
size; such a band contains all that chance does, also the bias that distances have in small samples.
Assumptions: the pool handed in is the frame the sample was drawn from (the caller leaves out the seed set,
which both arms share, and what came in later). A figure outside its band says that the sample is not a random
one; it does not say whether that helps.

Sources: Jensen–Shannon divergence, Lin 1991; MMD, Gretton et al. 2012, by random Fourier features, Rahimi &
Recht 2007; classifier two-sample test, Lopez-Paz & Oquab 2017. The web process serves these figures, so that
n-grams are counted here and not by scikit-learn, which it does not load.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy import sparse
from scipy.stats import rankdata

from learner.estimates import NotEstimable
from learner.reasons import Reason

Array = np.ndarray[Any, Any]

REDRAWS = 200
CENTRAL = 0.95
HASH_BITS = 14
# Types are told apart by more bits, since each collision would lose one.
TYPE_BITS = 20
CODE_BITS = 21
LONGEST_NGRAM = 3
FOURIER_FEATURES = 256
FOLDS = 5
PERMUTATIONS = 200
NAMED_FEATURES = 3000
RIDGE = 1.0
TOLD_BY = 15
LENGTH = "length in clusters"


@dataclass(frozen=True)
class Texts:
    """Sentences as columns of equal length.

    `frame` holds the places of those that stand for the pool: all of it, or a random part. Samples may lie
    outside of it.
    """

    texts: Sequence[str]
    clusters: Array
    domains: Sequence[str]
    documents: Array
    frame: Array

    def __len__(self) -> int:
        return len(self.texts)

    @cached_property
    def ngrams(self) -> sparse.csr_matrix:
        """Counts of hashed character 1- to 3-grams, (sentences, features)."""
        return _hashed(self.texts, HASH_BITS)

    @cached_property
    def types(self) -> sparse.csr_matrix:
        """The same with so many features that hardly two n-grams share one."""
        return _hashed(self.texts, TYPE_BITS)

    @cached_property
    def embedded(self) -> Array:
        """Random Fourier features of the n-grams under a Gaussian kernel of median width.

        The squared distance of two means of them is the squared MMD. Their seed is fixed: they are a ruler.
        """
        rng = np.random.default_rng(0)
        unit = _normalised(self.ngrams)
        some = unit[rng.permutation(unit.shape[0])[:300]]
        squared = 2 - 2 * (some @ some.T).toarray()
        width = np.sqrt(np.median(squared[np.triu_indices_from(squared, k=1)])) or 1.0
        directions = rng.standard_normal((unit.shape[1], FOURIER_FEATURES)) / width
        turned = unit @ directions + rng.uniform(0, 2 * np.pi, FOURIER_FEATURES)
        return np.asarray(np.sqrt(2 / FOURIER_FEATURES) * np.cos(turned))

    @cached_property
    def domain_names(self) -> list[str]:
        """The domains, in the order of their codes."""
        return sorted(set(self.domains))

    @cached_property
    def domain_table(self) -> Array:
        """(sentences, domains): 1 where a sentence is of a domain."""
        place = {name: number for number, name in enumerate(self.domain_names)}
        table = np.zeros((len(self), len(place)))
        table[np.arange(len(self)), [place[name] for name in self.domains]] = 1
        return table


@dataclass(frozen=True, slots=True)
class AgainstChance:
    """A figure of a sample, of the whole pool (None: it is a distance from it), and of random redraws.

    `low` and `high` hold the central 95 % of the redraws; `as_far` is the share of redraws (this sample
    counted in) that lie as far from their middle, or for a distance as far from the pool.
    """

    value: float
    pool: float | None
    low: float
    high: float
    as_far: float

    @property
    def is_outside(self) -> bool:
        """Tell whether the figure lies outside the band of chance."""
        return not self.low <= self.value <= self.high


@dataclass(frozen=True, slots=True)
class Distances:
    """How one sample lies to the pool, by figure; `growth` is (clusters read, n-gram types) by tenths."""

    sentences: int
    figures: dict[str, AgainstChance]
    domains: dict[str, AgainstChance]
    growth: list[tuple[int, int]]
    redraws: int


def from_pool(
    sample: Sequence[int], pool: Texts, *, rng: np.random.Generator, redraws: int = REDRAWS
) -> Distances | NotEstimable:
    """Compare a sample, as places in `pool` in the order drawn, with redraws of its size from the frame.

    Figures: `mean_length` (clusters), `length_distance` (Kolmogorov–Smirnov), `domain_distance` (total
    variation), `ngram_divergence` (Jensen–Shannon, bits), `mmd` (squared, on character n-grams) and
    `ngram_types`, the vocabulary met in as many clusters as the sample has (not sentences: a sample of long
    sentences meets more in each).
    """
    n, frame = len(sample), pool.frame
    if n < 2 or n >= len(frame):
        return NotEstimable(Reason("nothing_to_compare", {"sentences": n, "frame": len(frame)}))
    drawn = np.stack([np.asarray(sample), *(rng.permutation(frame)[:n] for _ in range(redraws))])
    members = _membership(drawn, len(pool))
    domains = members @ pool.domain_table / n
    shares = pool.domain_table[frame].mean(axis=0)
    distances = {
        "length_distance": _kolmogorov_smirnov(pool.clusters[drawn], pool.clusters[frame]),
        "domain_distance": np.abs(domains - shares).sum(axis=1) / 2,
        "ngram_divergence": _jensen_shannon(members @ pool.ngrams, pool.ngrams[frame]),
        "mmd": ((members @ pool.embedded / n - pool.embedded[frame].mean(axis=0)) ** 2).sum(axis=1),
    }
    figures = {name: _distance(values) for name, values in distances.items()}
    lengths = pool.clusters[drawn].mean(axis=1)
    figures["mean_length"] = _two_sided(lengths, pool=float(pool.clusters[frame].mean()))
    figures["ngram_types"] = _types(drawn[0], pool, rng=rng, redraws=redraws)
    return Distances(
        sentences=n,
        figures=figures,
        domains={
            name: _two_sided(domains[:, number], pool=float(shares[number]))
            for number, name in enumerate(pool.domain_names)
        },
        growth=_growth(drawn[0], pool),
        redraws=redraws,
    )


def _membership(drawn: Array, size: int) -> sparse.csr_matrix:
    """Return (draws, pool): 1 where a draw has a sentence."""
    draws, n = drawn.shape
    places = (np.repeat(np.arange(draws), n), drawn.ravel())
    return sparse.csr_matrix((np.ones(draws * n), places), shape=(draws, size))


def _distance(values: Array) -> AgainstChance:
    """Hold a distance, the first value, against those of redraws, the others."""
    own, others = values[0], values[1:]
    return AgainstChance(
        value=float(own),
        pool=None,
        low=0.0,
        high=float(np.quantile(others, CENTRAL, method="higher")),
        as_far=float((1 + (others >= own).sum()) / len(values)),
    )


def _two_sided(values: Array, *, pool: float | None) -> AgainstChance:
    own, others = values[0], values[1:]
    tail = (1 - CENTRAL) / 2
    low = np.quantile(others, tail, method="lower")
    high = np.quantile(others, 1 - tail, method="higher")
    apart = np.abs(values - np.median(others))
    as_far = float((1 + (apart[1:] >= apart[0]).sum()) / len(values))
    return AgainstChance(value=float(own), pool=pool, low=float(low), high=float(high), as_far=as_far)


def _kolmogorov_smirnov(drawn: Array, lengths: Array) -> Array:
    """Return the largest gap between each row's distribution of lengths and that of all `lengths`."""
    steps = np.unique(np.append(lengths, drawn))
    whole = np.searchsorted(np.sort(lengths), steps, side="right") / len(lengths)
    ordered = np.sort(drawn, axis=1)
    shares = np.stack([np.searchsorted(row, steps, side="right") for row in ordered]) / drawn.shape[1]
    return np.asarray(np.abs(shares - whole).max(axis=1))


def _jensen_shannon(counts: sparse.csr_matrix, pool: sparse.csr_matrix) -> Array:
    """Return the divergence in bits, 0 to 1, of each row of counts from the pool's total."""
    whole = np.asarray(pool.sum(axis=0)).ravel()
    q = whole / whole.sum()
    own = counts.toarray()
    p = own / own.sum(axis=1, keepdims=True)
    middle = (p + q) / 2
    return np.asarray(_entropy(middle) - (_entropy(p) + _entropy(q)) / 2)


def _entropy(p: Array) -> Array:
    logs = np.log2(p, out=np.zeros_like(p), where=p > 0)
    return np.asarray(-(p * logs).sum(axis=-1))


def _types(sample: Array, pool: Texts, *, rng: np.random.Generator, redraws: int) -> AgainstChance:
    """Compare the number of n-gram types with that of random draws of as many clusters."""
    clusters = pool.clusters[sample].sum()
    values = [_types_of(sample, pool)]
    for _ in range(redraws):
        order = rng.permutation(pool.frame)
        enough = int(np.searchsorted(np.cumsum(pool.clusters[order]), clusters)) + 1
        values.append(_types_of(order[:enough], pool))
    return _two_sided(np.array(values, float), pool=None)


def _types_of(places: Array, pool: Texts) -> int:
    met = np.zeros(2**TYPE_BITS, bool)
    met[pool.types[places].indices] = True
    return int(met.sum())


def _growth(sample: Array, pool: Texts) -> list[tuple[int, int]]:
    """Return clusters read and n-gram types met after each tenth of the sample."""
    ends = np.unique(np.linspace(0, len(sample), 11).astype(int)[1:])
    return [(int(pool.clusters[sample[:end]].sum()), _types_of(sample[:end], pool)) for end in ends if end]


@dataclass(frozen=True, slots=True)
class ToldApart:
    """How well a classifier tells two samples apart on documents it has not seen.

    `auc` is 0.5 where it cannot; `high` is the 95 % quantile under permuted membership, `as_far` the p value.
    `first` and `second` name the features that speak for each sample, strongest first.
    """

    auc: float
    high: float
    as_far: float
    sentences: tuple[int, int]
    documents: int
    first: list[str]
    second: list[str]


def tell_apart(
    first: Sequence[int],
    second: Sequence[int],
    pool: Texts,
    *,
    rng: np.random.Generator,
    permutations: int = PERMUTATIONS,
) -> ToldApart | NotEstimable:
    """Test by a classifier whether two samples, as places in the pool, come from one population.

    Estimator: area under the ROC curve of a ridge classifier on character n-grams and length, over folds by
    document. p by permutation of membership, which under the hypothesis (both are simple random samples) is
    exchangeable between sentences. Sentences in both samples are left out of both.
    """
    shared = set(first) & set(second)
    places = [[place for place in sample if place not in shared] for sample in (first, second)]
    both = np.array(places[0] + places[1], int)
    documents = pool.documents[both]
    n_documents = len(np.unique(documents))
    if min(map(len, places)) < FOLDS or n_documents < FOLDS:
        sizes = {"first": len(places[0]), "second": len(places[1]), "documents": n_documents}
        return NotEstimable(Reason("too_few_to_fold", sizes))
    member = np.repeat([1.0, -1.0], [len(places[0]), len(places[1])])
    features, names = _named_features([pool.texts[place] for place in both], pool.clusters[both])
    members = np.stack([member, *(rng.permutation(member) for _ in range(permutations))], axis=1)
    areas = _areas(features, members, documents)
    told_by = features.T @ _ridge(features @ features.T, member[:, None])[:, 0]
    order = np.argsort(told_by)
    return ToldApart(
        auc=float(areas[0]),
        high=float(np.quantile(areas[1:], CENTRAL, method="higher")),
        as_far=float((1 + (areas[1:] >= areas[0]).sum()) / len(areas)),
        sentences=(len(places[0]), len(places[1])),
        documents=n_documents,
        first=[names[place] for place in order[::-1][:TOLD_BY] if told_by[place] > 0],
        second=[names[place] for place in order[:TOLD_BY] if told_by[place] < 0],
    )


def _named_features(texts: Sequence[str], clusters: Array) -> tuple[Array, list[str]]:
    """Return (sentences, features), centred, and the features' names."""
    rows, codes = _ngram_codes(texts)
    kinds, columns = np.unique(codes, return_inverse=True)
    present = sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(texts), len(kinds)))
    present.data[:] = 1
    common = np.argsort(-np.asarray(present.sum(axis=0)).ravel(), kind="stable")[:NAMED_FEATURES]
    counts = _normalised(present[:, common]).toarray()
    length = np.log(clusters)
    length = (length - length.mean()) / (length.std() or 1.0)
    # scaled to weigh about as much as the n-grams of a sentence do together
    features = np.column_stack([counts, length])
    names = [f"“{_decoded(int(code))}”" for code in kinds[common]]
    return features - features.mean(axis=0), [*names, LENGTH]


def _ngram_codes(texts: Sequence[str]) -> tuple[Array, Array]:
    """Return for every character 1- to 3-gram of every text the text's place and the n-gram as a number."""
    points = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    places = np.repeat(np.arange(len(texts)), [len(text) for text in texts])
    rows, codes = [], []
    code = np.zeros(len(points), np.uint64)
    for extra in range(LONGEST_NGRAM):
        end = len(points) - extra
        code = code[:end] | (points[extra:] << np.uint64(CODE_BITS * extra))
        inside = places[:end] == places[extra:]
        rows.append(places[:end][inside])
        codes.append(code[inside])
    return np.concatenate(rows), np.concatenate(codes)


def _hashed(texts: Sequence[str], bits: int) -> sparse.csr_matrix:
    """Return (texts, 2**bits): counts of character n-grams.

    Fibonacci hashing: the upper bits of a product with 2**64 / golden ratio (Knuth, TAOCP 6.4).
    """
    rows, codes = _ngram_codes(texts)
    columns = ((codes * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(64 - bits)).astype(np.int64)
    return sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(texts), 2**bits))


def _decoded(code: int) -> str:
    points = [(code >> (CODE_BITS * place)) % 2**CODE_BITS for place in range(LONGEST_NGRAM)]
    return "".join(map(chr, filter(None, points)))


def _normalised(table: sparse.csr_matrix) -> sparse.csr_matrix:
    """Return the rows at Euclidean length 1; empty ones stay empty."""
    lengths = np.sqrt(np.asarray(table.multiply(table).sum(axis=1)).ravel())
    return (
        sparse.diags_array(np.divide(1, lengths, out=np.ones_like(lengths), where=lengths > 0)).tocsr()
        @ table
    )


def _areas(features: Array, members: Array, documents: Array) -> Array:
    """Return the ROC area, averaged over folds, for each column of memberships (+1, −1)."""
    kernel = features @ features.T
    areas, weights = [], []
    fold = _folds(documents)
    for train, test in ((np.flatnonzero(fold != one), np.flatnonzero(fold == one)) for one in range(FOLDS)):
        scores = kernel[np.ix_(test, train)] @ _ridge(kernel[np.ix_(train, train)], members[train])
        areas.append(_roc_areas(scores, members[test] > 0))
        weights.append(len(test))
    held = np.array(areas)
    told = np.isfinite(held)
    weight = np.array(weights)[:, None] * told
    return np.asarray((np.where(told, held, 0) * weight).sum(axis=0) / weight.sum(axis=0))


def _folds(documents: Array) -> Array:
    """Return the fold of each sentence: documents whole, the largest first into the smallest fold."""
    names, place, sizes = np.unique(documents, return_inverse=True, return_counts=True)
    fold_of, filled = np.zeros(len(names), int), np.zeros(FOLDS, int)
    for document in np.argsort(-sizes, kind="stable"):
        fold_of[document] = filled.argmin()
        filled[filled.argmin()] += sizes[document]
    return np.asarray(fold_of[place])


def _ridge(kernel: Array, members: Array) -> Array:
    """Return the dual weights of ridge regression on the memberships, their mean taken off."""
    return np.linalg.solve(kernel + RIDGE * np.eye(len(kernel)), members - members.mean(axis=0))


def _roc_areas(scores: Array, positive: Array) -> Array:
    """Return the area for each column; nan where a column has one kind only (Mann & Whitney 1947)."""
    ranks = rankdata(scores, axis=0)
    many = positive.sum(axis=0).astype(float)
    few = len(positive) - many
    above = (ranks * positive).sum(axis=0) - many * (many + 1) / 2
    return np.divide(above, many * few, out=np.full(len(many), np.nan), where=many * few > 0)

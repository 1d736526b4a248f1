"""Whole experiments replayed in a second: the demo corpus, and a tagger that trains by adding up counts.

The tagger is naive Bayes on the clusters around an edge, each sentence weighted by an exponential draw of the
model seed (a Bayesian bootstrap, so that seeds differ as those of real training do, and refits with a common
seed share its draws). It is weaker than the product's taggers and a thousand times as quick; what it is for
is the analysis, which gets counts of the very shape that real rounds give.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate, groupby
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse

from learner.gains import ARMS, Curves
from learner.resampling import Refits
from segmenter.query import Pool, acquisition_scores
from segmenter.text import boundaries_from_words, cluster_lengths, clusters_from_lengths

CORPUS = Path(__file__).resolve().parent.parent / "annotation" / "demo" / "corpus"
Array = np.ndarray[Any, Any]

# Clusters of the window around an edge (0 = the one right of it) that make up each feature.
TEMPLATES = [(-1,), (0,), (-2, -1), (-1, 0), (0, 1), (-2, -1, 0), (-1, 0, 1), (-2, -1, 0, 1)]
FEATURES = 2**13
SMOOTHING = 2.0
# How many rounds a late label is late by.
LATE_ROUNDS = 2


@dataclass(frozen=True)
class Gold:
    """Sentences with their edges one after another; `label` is 1 where a token starts.

    `forced` marks edges where white space starts or ends and the start of a sentence, which nobody has to
    find; `first` is a sentence's first edge. White space itself counts as a word that everybody finds.
    `is_coarse` marks sentences that another splitter would make of the same text, two lines each.
    """

    documents: Array
    domains: Array
    is_coarse: Array
    clusters: Array
    first: Array
    sentence: Array
    features: Array
    label: Array
    forced: Array

    @staticmethod
    def read(folder: Path = CORPUS, *, with_coarse: bool = False) -> "Gold":
        """Read the demo corpus, or any folder of JSONL files of its shape; both cuts of it if asked for."""
        fine = [
            json.loads(line)
            for path in sorted(folder.glob("*.jsonl"))
            for line in path.read_text(encoding="utf-8").splitlines()
        ]
        rows = fine + (_by_two_lines(fine) if with_coarse else [])
        names: dict[str, int] = {}
        texts = [_read(row, number) for number, row in enumerate(rows)]
        clusters = [len(label) for _, _, label, _ in texts]
        return Gold(
            documents=np.array([names.setdefault(row["document"], len(names)) for row in rows]),
            domains=np.array([row["domain"] for row in rows]),
            is_coarse=np.arange(len(rows)) >= len(fine),
            clusters=np.array(clusters),
            first=np.array([0, *accumulate(clusters)][:-1]),
            sentence=np.concatenate([place for place, *_ in texts]),
            features=np.concatenate([features for _, features, *_ in texts]),
            label=np.concatenate([label for _, _, label, _ in texts]),
            forced=np.concatenate([forced for *_, forced in texts]),
        )

    def __len__(self) -> int:
        return len(self.documents)

    def sufficient(self, label: Array) -> sparse.csr_matrix:
        """Return (sentences, 2 · features): how often each feature stands at an edge of each label."""
        free = ~self.forced
        rows = np.repeat(self.sentence[free], len(TEMPLATES))
        columns = (self.features[free] + FEATURES * label[free, None]).ravel()
        shape = (len(self), 2 * FEATURES)
        return sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=shape)

    @cached_property
    def windows(self) -> sparse.csr_matrix:
        """(edges, features): how often each feature stands at each edge."""
        rows = np.repeat(np.arange(len(self.label)), len(TEMPLATES))
        shape = (len(self.label), FEATURES)
        return sparse.csr_matrix((np.ones(len(rows)), (rows, self.features.ravel())), shape=shape)

    @cached_property
    def ends(self) -> Array:
        """The edge after each sentence's last one."""
        return self.first + self.clusters


def _by_two_lines(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Cut the same documents after every second line; a last line that is left stands alone."""
    coarse = []
    for _, document in groupby(rows, key=lambda row: row["document"]):
        lines = list(document)
        for place in range(0, len(lines), 2):
            first, *second = lines[place : place + 2]
            words = [*first["words"], *(word for row in second for word in (" ", *row["words"]))]
            coarse.append({**first, "text": "".join(words), "words": words})
    return coarse


def _read(row: dict[str, Any], number: int) -> tuple[Array, Array, Array, Array]:
    """Return for every edge of a text: its sentence, features, label, and whether it is forced."""
    lengths = cluster_lengths(row["text"])
    cut = clusters_from_lengths(row["text"], lengths)
    boundaries, _ = boundaries_from_words(row["words"], text=row["text"], lengths=lengths)
    label = np.zeros(len(cut), np.int64)
    label[[0, *boundaries]] = 1
    space = np.array([cluster.isspace() for cluster in cut])
    forced = np.append(True, space[1:] != space[:-1])
    return np.full(len(cut), number), _features(cut), label | forced, forced


def _features(cut: Sequence[str]) -> Array:
    padded = ["", "", *cut, ""]
    names = [
        [
            f"{number}|" + "|".join(padded[place + 2 + step] for step in steps)
            for number, steps in enumerate(TEMPLATES)
        ]
        for place in range(len(cut))
    ]
    return np.array([[_hashed(name) for name in row] for row in names])


def _hashed(name: str) -> int:
    value = 0
    for point in map(ord, name):
        value = (value * 1_000_003 + point) % (2**61 - 1)
    return value % FEATURES


def train(counts: Array) -> Array:
    """Return (models, features + 1): log odds of a boundary by feature, and the prior.

    `counts` is (models, 2 · features): the weighted sum of the sentences' sufficient counts.
    """
    without, with_ = counts[:, :FEATURES] + SMOOTHING, counts[:, FEATURES:] + SMOOTHING
    prior = np.log(with_.sum(axis=1, keepdims=True) / without.sum(axis=1, keepdims=True))
    return np.column_stack([np.log(with_ / without) - prior, prior])


def log_odds(models: Array, windows: sparse.csr_matrix) -> Array:
    """Return (edges, models): log odds that a token starts at each of the edges with these windows."""
    return np.asarray(windows @ models[:, :-1].T + models[:, -1])


@dataclass(frozen=True)
class Test:
    """Sentences to measure on: their edges, and (documents, edges) which of them is whose, 1 or 0."""

    windows: sparse.csr_matrix
    label: Array
    forced: Array
    by_document: sparse.csr_matrix
    sentences: Array

    @staticmethod
    def of(gold: Gold, sentences: Array) -> "Test":
        """Take sentences of the gold corpus, the documents in order of their names."""
        edges = _edges(gold, sentences)
        _, document = np.unique(gold.documents[gold.sentence[edges]], return_inverse=True)
        return Test(
            windows=gold.windows[edges],
            label=gold.label[edges, None].astype(bool),
            forced=gold.forced[edges, None],
            by_document=sparse.csr_matrix((np.ones(len(edges)), (document, np.arange(len(edges))))),
            sentences=np.unique(gold.documents[sentences], return_counts=True)[1],
        )

    def measure(self, models: Array) -> Array:
        """Return (models, documents, 8): the counts of segmenter.metrics.Counts."""
        cut = (log_odds(models, self.windows) > 0) | self.forced
        label, free = self.label, ~self.forced
        starts = np.flatnonzero(label)
        ends = np.append(starts[1:], len(label))
        before = np.vstack([np.zeros((1, len(models)), int), np.cumsum(cut, axis=0)])
        # right: cut at its start and, up to the edge after its last, nowhere else but there
        after = np.vstack([cut, np.ones((1, len(models)), bool)])
        right = cut[starts] & after[ends] & (before[ends] - before[starts] == 1)
        boundaries = [cut & label & free, cut & ~label & free, ~cut & label & free]
        rights = self.by_document[:, starts] @ right.astype(float)
        columns = [
            *(self.by_document @ one.astype(float) for one in boundaries),
            rights,
            self.by_document @ cut.astype(float) - rights,
            self.by_document @ label.astype(float) - rights,
            np.broadcast_to(self.sentences[:, None], rights.shape),
            np.zeros_like(rights),
        ]
        return np.moveaxis(np.stack(columns, axis=-1), 0, 1)


@dataclass(frozen=True)
class Design:
    """The shape of an experiment; `strategies` are those of the two arms."""

    strategies: tuple[str, str] = ("random", "random")
    holdout_documents: int = 45
    seed_size: int = 30
    batch: int = 25
    rounds: int = 4
    seeds: int = 5
    groups: int = 10
    refit: bool = True
    event_after: int | None = None
    error_after: float = 0.05
    error_before: float = 0.05
    rules_after: float = 0.0
    arriving_share: float = 0.0
    coarse_share: float = 0.0
    late_share: float = 0.0
    blind_share: float = 0.0


def replay(gold: Gold, design: Design, *, seed: int) -> tuple[Curves, list[list[list[float]]]]:
    """Run one experiment: holdout, orders, seed set and models drawn anew; return its curves and label times.

    Both arms draw by keys of their own after the seed set; an active arm ranks by the model of its first
    seed. People slip at `error_before` of the boundaries, and put as many where there are none. After round
    `event_after` they slip at `error_after`; new rules join what `rules_after` of the pairs of clusters
    parted, while the holdout stays with the old rules; half of the domains arrive and are `arriving_share`
    of the text to draw from, while the holdout stays with the others; documents that make up `coarse_share`
    of it arrive, cut by another splitter (`gold` has to be read with both cuts); `late_share` of the longer
    sentences come in two rounds late, and a round freezes what comes before them; and models are blind to
    `blind_share` of the features. Times count labels.
    """
    experiment = _Experiment(gold, design, np.random.default_rng(seed))
    counts, refits, shares, times, sizes = [], [], [], [], []
    for round_ in range(design.rounds):
        experiment.begin(round_)
        counts.append(experiment.measure(np.ones((1, len(gold))))[0])
        if design.refit:
            refits.append(experiment.measure(experiment.group != np.arange(design.groups)[:, None]))
            shares.append(experiment.group_shares())
        times.append([_times(sample, design) for sample in experiment.frozen])
        sizes.append([len(sample) for sample in experiment.frozen])
    taken = np.array(sizes).T  # (arms, rounds)
    clusters = [
        np.cumsum(gold.clusters[sample])[of_arm - 1].astype(float)
        for sample, of_arm in zip(experiment.drawn, taken, strict=True)
    ]
    curves = Curves(
        rounds=list(range(1, design.rounds + 1)),
        counts=np.stack(counts, axis=1),
        costs={"annotations": taken.astype(float), "clusters": np.stack(clusters)},
        refits=Refits(np.stack(refits, axis=2), np.stack(shares, axis=2)) if design.refit else None,
    )
    return curves, [[of_round[arm] for of_round in times] for arm in range(len(ARMS))]


class _Experiment:
    """The state of one experiment: what each arm has drawn and frozen, and how it was labelled."""

    def __init__(self, gold: Gold, design: Design, rng: np.random.Generator) -> None:
        self.gold, self.design, self.rng = gold, design, rng
        self.round, self.is_after = 0, False
        # a generator of its own, so that a replay without these events stays what it was
        events = rng.spawn(1)[0]
        names = rng.permutation(np.unique(gold.documents))
        self.arriving = np.empty(0, np.int64)
        if design.arriving_share:
            names = self._set_apart(names, events)
        held_out, there = names[: design.holdout_documents], names[design.holdout_documents :]
        if design.coarse_share:
            count = round(design.coarse_share * len(there))
            self.arriving = _of(gold, there[:count], is_coarse=True)
            there = there[count:]
        self.test = Test.of(gold, _of(gold, held_out))
        self.pool = rng.permutation(_of(gold, there))
        self.group = rng.integers(design.groups, size=len(gold))
        self.model_weights = rng.exponential(size=(design.seeds, len(gold)))
        slips = rng.random(len(gold.label))
        self.before = gold.sufficient(_slipped(gold, slips, design.error_before))
        self.after = self.before
        if design.event_after is not None:
            new = replace(gold, label=_joined(gold, rng.random(FEATURES), design.rules_after))
            self.after = gold.sufficient(_slipped(new, slips, design.error_after))
        self.seen = events.random(FEATURES) >= design.blind_share
        is_long = gold.clusters >= np.median(gold.clusters)
        self.is_late = is_long & (events.random(len(gold)) < design.late_share)
        self.drawn = [self.pool[: design.seed_size].tolist() for _ in ARMS]
        self.due: list[list[int]] = [[0] * design.seed_size for _ in ARMS]
        self.frozen: list[list[int]] = [[] for _ in ARMS]
        self.labelled_after: list[set[int]] = [set() for _ in ARMS]

    def _set_apart(self, names: Array, rng: np.random.Generator) -> Array:
        """Take half of the domains out; of their documents the stated share arrives. Returns the others."""
        kinds = rng.permutation(np.unique(self.gold.domains))
        is_new = np.isin(self.gold.domains, kinds[: len(kinds) // 2])
        there = names[~np.isin(names, self.gold.documents[is_new])]
        share = self.design.arriving_share
        count = round(share / (1 - share) * (len(there) - self.design.holdout_documents))
        new = names[np.isin(names, self.gold.documents[is_new])][:count]
        self.arriving = _of(self.gold, new)
        return there

    def begin(self, round_: int) -> None:
        """Go on to a round: draw what it takes, after the event by its terms, and freeze."""
        event = self.design.event_after
        self.round, self.is_after = round_, event is not None and round_ >= event
        if round_:
            self._draw()
        self._freeze()

    def _draw(self) -> None:
        """Draw and label the next batch of both arms."""
        pool = np.concatenate([self.pool, self.arriving]) if self.is_after else self.pool
        for arm, strategy in enumerate(self.design.strategies):
            left = np.setdiff1d(pool, self.drawn[arm])
            scores = self._scores(left, arm, strategy)
            new = left[np.argsort(-scores, kind="stable")[: self.design.batch]].tolist()
            self.drawn[arm] += new
            is_late = self.is_late[new] & self.is_after
            self.due[arm] += (self.round + LATE_ROUNDS * is_late).tolist()
            if self.is_after:
                self.labelled_after[arm] |= set(new)

    def _freeze(self) -> None:
        """Take of each arm's draws what comes before the first that is not in by this round."""
        for arm, due in enumerate(self.due):
            missing = (place for place, round_ in enumerate(due) if round_ > self.round)
            self.frozen[arm] = self.drawn[arm][: next(missing, len(due))]

    def group_shares(self) -> Array:
        """Return (groups, arms): what share of an arm's sentences each key group holds."""
        held = [np.bincount(self.group[taken], minlength=self.design.groups) for taken in self.frozen]
        return np.stack([times / times.sum() for times in held], axis=1)

    def _scores(self, sentences: Array, arm: int, strategy: str) -> Array:
        if strategy == "random":
            return self.rng.random(len(sentences))
        model = self._train(arm, np.ones((1, len(self.gold))))[:1]
        odds = log_odds(model, self.gold.windows[_edges(self.gold, sentences)])[:, 0]
        parts = np.split(1 / (1 + np.exp(-odds)), np.cumsum(self.gold.clusters[sentences])[:-1])
        return acquisition_scores(strategy, Pool([part[1:] for part in parts]), rng=self.rng)

    def _train(self, arm: int, kept: Array) -> Array:
        """Return the models of each seed for each row of `kept`, (rows, sentences), one row after another."""
        weights = (kept[:, None] * self.model_weights).reshape(-1, len(self.gold))
        early = [sentence for sentence in self.frozen[arm] if sentence not in self.labelled_after[arm]]
        late = [sentence for sentence in self.frozen[arm] if sentence in self.labelled_after[arm]]
        counts = weights[:, early] @ self.before[early]
        models = train(counts + weights[:, late] @ self.after[late] if late else counts)
        if self.is_after:
            models[:, :-1] *= self.seen
        return models

    def measure(self, kept: Array) -> Array:
        """Return (rows, arms, seeds, documents, 8): models of what each row keeps of the samples."""
        measured = [self.test.measure(self._train(arm, kept)) for arm in range(len(ARMS))]
        shape = (len(kept), self.design.seeds, *measured[0].shape[1:])
        return np.stack([one.reshape(shape) for one in measured], axis=1)


def _of(gold: Gold, documents: Array, *, is_coarse: bool = False) -> Array:
    """Return the sentences of these documents by one of the two cuts."""
    return np.flatnonzero(np.isin(gold.documents, documents) & (gold.is_coarse == is_coarse))


def _edges(gold: Gold, sentences: Array) -> Array:
    return np.concatenate([np.arange(gold.first[one], gold.ends[one]) for one in sentences])


def _slipped(gold: Gold, slips: Array, rate: float) -> Array:
    """Return labels with slips: boundaries missed at the rate, and as many put where there is none."""
    boundary = gold.label.astype(bool)
    share = boundary.mean() / (1 - boundary.mean())
    wrong = slips < np.where(boundary, rate, rate * share)
    return np.where(gold.forced, gold.label, gold.label ^ wrong)


def _joined(gold: Gold, chances: Array, share: float) -> Array:
    """Return labels without a boundary in such a share of the pairs of clusters, always in the same ones."""
    pair = gold.features[:, TEMPLATES.index((-1, 0))]
    return np.where(gold.forced, gold.label, gold.label * (chances[pair] >= share))


def _times(sample: Sequence[int], design: Design) -> list[float]:
    return [float(max(0, number + 1 - design.seed_size)) for number in range(len(sample))]

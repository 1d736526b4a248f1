"""Whole experiments replayed in a second: the demo corpus, and a tagger that trains by adding up counts.

The tagger is naive Bayes on the clusters around an edge, each sentence weighted by an exponential draw of the
model seed (a Bayesian bootstrap, so that seeds differ as those of real training do, and refits with a common
seed share its draws). It is weaker than the product's taggers and a thousand times as quick; what it is for
is the analysis, which gets counts of the very shape that real rounds give.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse

from learner.gains import ARMS, Curves
from segmenter.query import Pool, acquisition_scores
from segmenter.text import boundaries_from_words, cluster_lengths, clusters_from_lengths

CORPUS = Path(__file__).resolve().parent.parent / "annotation" / "demo" / "corpus"
Array = np.ndarray[Any, Any]

# Clusters of the window around an edge (0 = the one right of it) that make up each feature.
TEMPLATES = [(-1,), (0,), (-2, -1), (-1, 0), (0, 1), (-2, -1, 0), (-1, 0, 1), (-2, -1, 0, 1)]
FEATURES = 2**13
SMOOTHING = 2.0


@dataclass(frozen=True)
class Gold:
    """Sentences with their edges one after another; `label` is 1 where a token starts.

    `forced` marks edges where white space starts or ends and the start of a sentence, which nobody has to
    find; `first` is a sentence's first edge. White space itself counts as a word that everybody finds.
    """

    documents: Array
    clusters: Array
    first: Array
    sentence: Array
    features: Array
    label: Array
    forced: Array

    @staticmethod
    def read(folder: Path = CORPUS) -> "Gold":
        """Read the demo corpus, or any folder of JSONL files of its shape."""
        rows = [
            json.loads(line)
            for path in sorted(folder.glob("*.jsonl"))
            for line in path.open(encoding="utf-8")
        ]
        names: dict[str, int] = {}
        texts = [_read(row, number) for number, row in enumerate(rows)]
        clusters = [len(label) for _, _, label, _ in texts]
        return Gold(
            documents=np.array([names.setdefault(row["document"], len(names)) for row in rows]),
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
    def ends(self) -> Array:
        """The edge after each sentence's last one."""
        return self.first + self.clusters


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
    totals = with_.sum(axis=1, keepdims=True), without.sum(axis=1, keepdims=True)
    odds = np.log(with_ / totals[0]) - np.log(without / totals[1])
    return np.column_stack([odds, np.log(totals[0] / totals[1])])


def log_odds(models: Array, gold: Gold, edges: Array) -> Array:
    """Return (models, edges): log odds that a token starts at each edge."""
    return models[:, gold.features[edges]].sum(axis=2) + models[:, -1:]


def measure(models: Array, gold: Gold, sentences: Array) -> Array:
    """Return (models, documents, 8): counts on the sentences, by document in order of first appearance."""
    edges = _edges(gold, sentences)
    cut = (log_odds(models, gold, edges) > 0) | gold.forced[edges]
    label = gold.label[edges].astype(bool)
    documents, document = np.unique(gold.documents[gold.sentence[edges]], return_inverse=True)
    free = ~gold.forced[edges]
    starts = np.flatnonzero(label)
    ends = np.append(starts[1:], len(edges))
    before = np.concatenate([np.zeros((len(models), 1), int), np.cumsum(cut, axis=1)], axis=1)
    # right: cut at its start and, up to the edge after its last, nowhere else but there
    after = np.column_stack([cut, np.ones(len(models), bool)])
    right = cut[:, starts] & after[:, ends] & (before[:, ends] - before[:, starts] == 1)
    rows = np.zeros((len(models), len(documents), 8))
    for column, of, values in (
        (0, document, cut & label & free),
        (1, document, cut & ~label & free),
        (2, document, ~cut & label & free),
        (3, document[starts], right),
        (4, document, cut),
        (5, document, np.broadcast_to(label, cut.shape)),
    ):
        for model, row in enumerate(values):
            rows[model, :, column] = np.bincount(of, weights=row, minlength=len(documents))
    rows[..., 4] -= rows[..., 3]
    rows[..., 5] -= rows[..., 3]
    rows[..., 6] = np.bincount(np.unique(gold.documents[sentences], return_inverse=True)[1])
    return rows


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
    error_after: float = 0.0
    error_before: float = 0.05


def replay(gold: Gold, design: Design, *, seed: int) -> tuple[Curves, list[list[list[float]]]]:
    """Run one experiment: holdout, orders, seed set and models drawn anew; return its curves and label times.

    Both arms draw by keys of their own after the seed set; an active arm ranks by the model of its first
    seed. People slip at `error_before` of the boundaries, and put as many where there are none; after round
    `event_after` at `error_after`. Times count labels.
    """
    experiment = _Experiment(gold, design, np.random.default_rng(seed))
    counts, refits, times = [], [], []
    for round_ in range(design.rounds):
        if round_:
            experiment.draw(is_after=design.event_after is not None and round_ >= design.event_after)
        counts.append(experiment.measure(np.ones(len(gold))))
        if design.refit:
            kept = (experiment.group != one for one in range(design.groups))
            refits.append(np.stack([experiment.measure(without.astype(float)) for without in kept]))
        times.append([_times(sample, design) for sample in experiment.drawn])
    sizes = design.seed_size + design.batch * np.arange(design.rounds)
    clusters = [np.cumsum(gold.clusters[sample])[sizes - 1].astype(float) for sample in experiment.drawn]
    curves = Curves(
        rounds=list(range(1, design.rounds + 1)),
        counts=np.stack(counts, axis=1),
        costs={"annotations": np.tile(sizes.astype(float), (2, 1)), "clusters": np.stack(clusters)},
        refits=np.stack(refits, axis=2) if design.refit else None,
    )
    return curves, [[of_round[arm] for of_round in times] for arm in range(len(ARMS))]


class _Experiment:
    """The state of one experiment: what each arm has drawn, and under which error rate it was labelled."""

    def __init__(self, gold: Gold, design: Design, rng: np.random.Generator) -> None:
        self.gold, self.design, self.rng = gold, design, rng
        names = rng.permutation(np.unique(gold.documents))
        held_out = np.isin(gold.documents, names[: design.holdout_documents])
        self.holdout = np.flatnonzero(held_out)
        self.pool = rng.permutation(np.flatnonzero(~held_out))
        self.group = rng.integers(design.groups, size=len(gold))
        self.model_weights = rng.exponential(size=(design.seeds, len(gold)))
        slips = rng.random(len(gold.label))
        self.before = gold.sufficient(_slipped(gold, slips, design.error_before))
        self.after = gold.sufficient(_slipped(gold, slips, design.error_after))
        self.drawn = [self.pool[: design.seed_size].tolist() for _ in ARMS]
        self.labelled_after: list[list[int]] = [[] for _ in ARMS]

    def draw(self, *, is_after: bool) -> None:
        """Draw and label the next batch of both arms."""
        for arm, strategy in enumerate(self.design.strategies):
            left = np.setdiff1d(self.pool, self.drawn[arm])
            scores = self._scores(left, arm, strategy)
            new = left[np.argsort(-scores, kind="stable")[: self.design.batch]].tolist()
            self.drawn[arm] += new
            if is_after:
                self.labelled_after[arm] += new

    def _scores(self, sentences: Array, arm: int, strategy: str) -> Array:
        if strategy == "random":
            return self.rng.random(len(sentences))
        model = self._train(arm, np.ones(len(self.gold)))[:1]
        odds = log_odds(model, self.gold, _edges(self.gold, sentences))[0]
        parts = np.split(1 / (1 + np.exp(-odds)), np.cumsum(self.gold.clusters[sentences])[:-1])
        return acquisition_scores(strategy, Pool([part[1:] for part in parts]), rng=self.rng)

    def _train(self, arm: int, kept: Array) -> Array:
        sample = np.zeros(len(self.gold))
        sample[self.drawn[arm]] = 1
        late = np.zeros(len(self.gold))
        late[self.labelled_after[arm]] = 1
        weights = self.model_weights * sample * kept
        return train(weights * (1 - late) @ self.before + weights * late @ self.after)

    def measure(self, kept: Array) -> Array:
        """Return (arms, seeds, documents, 8) of models trained on what is kept of the samples."""
        return np.stack(
            [measure(self._train(arm, kept), self.gold, self.holdout) for arm in range(len(ARMS))]
        )


def _edges(gold: Gold, sentences: Array) -> Array:
    return np.concatenate([np.arange(gold.first[one], gold.ends[one]) for one in sentences])


def _slipped(gold: Gold, slips: Array, rate: float) -> Array:
    """Return labels with slips: boundaries missed at the rate, and as many put where there is none."""
    boundary = gold.label.astype(bool)
    share = boundary.mean() / (1 - boundary.mean())
    wrong = slips < np.where(boundary, rate, rate * share)
    return np.where(gold.forced, gold.label, gold.label ^ wrong)


def _times(sample: Sequence[int], design: Design) -> list[float]:
    return [float(max(0, number + 1 - design.seed_size)) for number in range(len(sample))]

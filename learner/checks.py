"""Analyses 5 to 7: other models on the same samples, a sample as a test, and the readers' own noise."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from learner.estimates import NotEstimable, TheseSamples, TheseStrategies
from learner.gains import ARMS, mean_gain, mean_gain_weights
from learner.resampling import Array, Refits, Resampled, resample

ACTIVE_MINUS_RANDOM = np.array([-1.0, 1.0])


@dataclass(frozen=True, slots=True)
class Succession:
    """Active against random when one model has drawn the active sample and another is trained on both."""

    drawn_by: str
    trained: str
    e1: TheseSamples | NotEstimable
    e2: TheseStrategies | NotEstimable

    @property
    def is_own(self) -> bool:
        """Tell whether the model that drew the sample is the one trained on it."""
        return self.drawn_by == self.trained


def successors(
    cells: Mapping[tuple[str, str], tuple[Array, Refits | None]], *, figure: str, seed: int
) -> list[Succession]:
    """Analysis 5: compare the arms on the diagonal (the model that chose) and off it (its successors).

    `cells` gives for (drawn by, trained) the counts (arms, seeds, documents, 8) of models trained on samples
    of equal charged cost, and the refits without each key group, or None.
    Estimand: the difference active − random of the figure in each cell. Assumes that no model was tuned on
    these samples or this holdout. Source of the question: Lowell, Lipton & Wallace 2019.
    """
    found = []
    for (drawn_by, trained), (counts, refits) in sorted(cells.items()):
        resampled = resample(counts, figure, refits=refits, seed=seed)
        e1 = resampled.these_samples(_difference)
        found.append(Succession(drawn_by, trained, e1, resampled.these_strategies(_difference)))
    return found


def _difference(values: Array) -> Array:
    return np.asarray((values @ ACTIVE_MINUS_RANDOM)[..., None])


@dataclass(frozen=True, slots=True)
class NextDraws:
    """A checkpoint on the labels that one arm drew after its freeze, against the same on the holdout.

    `difference` is next draws − holdout; of the random arm it should be about 0, of the active arm it is what
    a team would have been wrong by that had no holdout.
    """

    round: int
    trained: str
    tested: str
    sentences: int
    value: float | None
    on_holdout: float | None
    difference: TheseSamples | NotEstimable


def biased_test(
    holdout: Array,
    next_draws: Mapping[str, Array],
    *,
    figure: str,
    round_number: int,
    trained: str,
    seed: int,
) -> list[NextDraws]:
    """Analysis 6: test one round's checkpoints on each arm's next draws, before these are trained on.

    `holdout` is (seeds, documents, 8), `next_draws` (seeds, documents of its own, 8) by arm. Estimand: the
    difference of the figure between the two tests. Interval: documents of both sides, drawn independently,
    and seeds. Assumes the holdout and the arm's labels follow the same guideline.
    """
    reference = resample(holdout[None], figure, seed=seed)
    found = []
    for number, arm in enumerate(ARMS, start=1):
        counts = next_draws[arm]
        tested = resample(counts[None], figure, seed=seed + number)
        found.append(
            NextDraws(
                round=round_number,
                trained=trained,
                tested=arm,
                sentences=int(counts[0, :, 6].sum()),
                value=_finite(tested.values[0]),
                on_holdout=_finite(reference.values[0]),
                difference=_side_by_side(reference, tested).these_samples(_difference),
            )
        )
    return found


def _side_by_side(first: Resampled, second: Resampled) -> Resampled:
    """Join two trajectories measured on different documents by the same models."""
    documents = None
    if first.documents is not None and second.documents is not None:
        documents = np.concatenate([first.documents, second.documents], axis=-1)
    return Resampled(
        by_seed=np.concatenate([first.by_seed, second.by_seed], axis=-1),
        documents=documents,
        refits=None,
        n_documents=min(first.n_documents, second.n_documents),
        seed=first.seed,
    )


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


@dataclass(frozen=True, slots=True)
class Noise:
    """What the labels' own noise allows: readers against each other, and the gain against each of them."""

    sentences: int
    ceiling: TheseSamples | NotEstimable
    by_reader: dict[str, dict[str, Any]]


def label_noise(
    between: Array,
    against: Mapping[str, Array],
    costs: Array,
    *,
    figure: str,
    seed: int,
) -> Noise:
    """Analysis 7: the agreement of holdout readers as a ceiling, and the mean gain against each of them.

    `between` is (documents, 8): one reader's segmentations counted against the other's, of sentences that
    both have read; F1 is the same both ways round. `against` gives by reader the counts (arms, rounds, seeds,
    documents, 8) with that reader's version as reference; `costs` is (arms, rounds). Estimand: the figure a
    model would reach that read like one reader and was judged by the other. Assumes readers were assigned to
    sentences at random.
    """
    agreement = resample(between[None, None], figure, seed=seed)
    ceiling = agreement.these_samples(lambda values: values)
    if isinstance(ceiling, TheseSamples) and ceiling.low is not None:
        # no model is trained here, so that no seeds are left out
        ceiling = replace(ceiling, notes=())
    weights = mean_gain_weights(costs, budget=None)
    return Noise(
        sentences=int(between[:, 6].sum()),
        ceiling=ceiling,
        by_reader={
            reader: mean_gain(resample(counts, figure, seed=seed), weights)
            for reader, counts in against.items()
        },
    )

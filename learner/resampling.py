"""Chance in a measured trajectory: documents, model seeds and the drawing of the samples, drawn jointly.

Everything starts from counts in an array (…, seeds, documents, 8), the eight of segmenter.metrics.Counts,
where … is the trajectory: arms × rounds, or before and after. Documents are the resampled unit, never words,
and the same documents and seeds are drawn for all of a trajectory, so that differences within it keep what
they have in common.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import norm
from scipy.stats import t as student_t

from learner.estimates import LEVEL, NotEstimable, TheseSamples, TheseStrategies
from learner.reasons import Reason

Array = np.ndarray[Any, np.dtype[np.float64]]
Functional = Callable[[Array], Array]

DRAWS = 1000
REFIT_DRAWS = 200
# With fewer, an interval from so few units is too narrow to be shown.
MIN_DOCUMENTS = 40
MIN_SEEDS = 5
KEY_GROUPS = 10
# Of the jackknife's variance, what the samples keep at the least, and the degrees of freedom it then has.
LEAST_SAMPLE_SHARE = 0.1
LEAST_SAMPLE_DEGREES = 4.0
# As good as normal.
MOST_DEGREES = 1e6
# Shares of key groups are the same when they differ by less.
SAME_SIZE = 1e-9

# Where segmenter.metrics.Counts keeps what each figure needs: (true positives, false positives, false
# negatives), or (right, all).
FIGURES: dict[str, tuple[int, ...]] = {"word_f1": (3, 4, 5), "boundary_f1": (0, 1, 2), "exact": (7, 6)}


def too_few_documents(documents: int) -> Reason:
    """Return why there is no interval."""
    return Reason("too_few_documents", {"documents": documents, "least": MIN_DOCUMENTS})


def ratio(counts: Array, figure: str) -> Array:
    """Return F1 or a share along the last axis of counts; nan where there is nothing to count."""
    columns = FIGURES[figure]
    parts = [counts[..., column] for column in columns]
    above = parts[0] * (2 if len(parts) == 3 else 1)
    below = above + parts[1] + parts[2] if len(parts) == 3 else parts[1]
    return np.divide(above, below, out=np.full_like(above, np.nan), where=below > 0)


def logit(share: Array) -> Array:
    """Return log odds; nan at 0 and 1, where they are not finite."""
    inside = (share > 0) & (share < 1)
    held = np.where(inside, share, 0.5)
    return np.where(inside, np.log(held) - np.log1p(-held), np.nan)


def identity(values: Array) -> Array:
    """Return the values as they are."""
    return values


@dataclass(frozen=True, slots=True)
class Refits:
    """The jackknife's trainings: the trajectory when each key group in turn is taken out of the samples.

    `counts` is (groups, …, seeds, documents, 8); `shares` is (groups, …): what share of a place's sample the
    group held, in labelled sentences.
    """

    counts: Array
    shares: Array


@dataclass(frozen=True, slots=True)
class Resampled:
    """A trajectory of a figure and its chance.

    `by_seed` is (seeds, …); `documents` is (draws, seeds, …), the figure on resampled documents, or None
    where there are too few; `refits` is (groups, seeds, …), the figure when each key group in turn is taken
    out of the samples before training, or None, `refit_documents` (fewer draws, groups, seeds, …) the same on
    resampled documents, and `shares` (groups, …) what of the samples was taken out.
    """

    by_seed: Array
    documents: Array | None
    refits: Array | None
    n_documents: int
    seed: int
    refit_documents: Array | None = None
    shares: Array | None = None

    @property
    def values(self) -> Array:
        """Return the trajectory: the mean over the seeds."""
        return self.by_seed.mean(axis=0)

    @property
    def n_seeds(self) -> int:
        """Return how many model seeds were trained."""
        return len(self.by_seed)

    def draws(self, functional: Functional, *, strategies: bool = False) -> Array:
        """Return (draws, k): the functional under other documents, seeds and, for strategies, samples.

        `functional` maps (…leading axes, trajectory) to (…leading axes, k) and is (nearly) linear.
        """
        if self.documents is None:
            raise ValueError(str(too_few_documents(self.n_documents)))
        rng = np.random.default_rng(self.seed)
        by_draw = functional(self.documents)
        drawn = by_draw.mean(axis=1)
        if self.n_seeds >= MIN_SEEDS:
            drawn = drawn + self._seed_term(functional, by_draw, rng)
        if strategies:
            parts, degrees = self._sample_parts(functional)
            drawn = _with_samples(drawn, parts, rng, degrees=degrees)
        return drawn

    def _seed_term(self, functional: Functional, by_draw: Array, rng: np.random.Generator) -> Array:
        """Draw the part of the seeds, by a t law.

        What seeds and documents do together is in the documents' draws already, so its share is taken off
        (two-way clustering: rows + columns − cells; Cameron, Gelbach & Miller 2011).
        """
        n = self.n_seeds
        by_seed = functional(self.by_seed)
        apart = by_seed - by_seed.mean(axis=0)
        variance = (apart**2).sum() / (n * (n - 1))
        cells = (by_draw - by_draw.mean(axis=1, keepdims=True)).var(axis=0).sum() / (n * (n - 1))
        kept = max(0.0, 1 - cells / variance) if variance > 0 else 0.0
        # Each place by itself: correlations from a handful of seeds are mostly noise, and would make bands
        # too narrow; independence is the widest case (Šidák 1967).
        errors = np.sqrt((apart**2).sum(axis=0) * kept / (n * (n - 1)))
        return rng.standard_t(n - 1, size=(len(by_draw), len(errors))) * errors

    def _sample_parts(self, functional: Functional) -> tuple[Array, float]:
        """Return (groups, k), whose parts' · parts is the samples' covariance, and its degrees of freedom.

        The delete-one-group jackknife (Efron & Tibshirani 1993, ch. 11).

        Groups are unequal by chance, and more so between the arms; a refit follows how much was left to
        learn from, which is fixed in the design. That part is taken off by regression on the groups' shares
        (a control variate; Lavenberg & Welch 1981). Refits differ by chance too, and the jackknife multiplies
        that; its expected part is estimated from what groups and seeds do together, and taken off, and so is
        what groups and documents do together, which the draws of documents contain already. What is left is
        known less well than from ten groups (Satterthwaite 1946), and by luck it may be next to nothing: both
        limits below were set by simulation, so that 95 % intervals hold wherever the samples matter
        (bench/validity.py).
        """
        if self.refits is None or self.shares is None:
            raise ValueError(str(Reason("no_refits")))
        refits, shares = functional(self.refits), functional(self.shares)
        groups = len(refits)
        sizes = shares - shares.mean(axis=0)
        apart, together = _freed(refits.mean(axis=-2), sizes), _cells(refits)
        variance = (groups - 1) / groups * (apart**2).sum()
        noise = _refit_noise((together**2).sum(), refits)
        shared = 0.0
        if self.refit_documents is not None:
            drawn = functional(self.refit_documents)
            by_document = (groups - 1) / groups * _freed(drawn.mean(axis=-2), sizes).var(axis=0).sum()
            shared = max(0.0, by_document - _refit_noise(_cells(drawn).var(axis=0).sum(), refits))
        kept = max(LEAST_SAMPLE_SHARE, 1 - (noise + shared) / variance) if variance > 0 else 0.0
        free = groups - 1 - int(_differ(sizes).any())
        degrees = max(LEAST_SAMPLE_DEGREES, free * kept**2)
        return apart * np.sqrt(kept * (groups - 1) / groups), degrees

    def these_samples(self, functional: Functional, *, level: float = LEVEL) -> TheseSamples | NotEstimable:
        """Estimate a scalar functional for these samples (E1)."""
        value = float(functional(self.values)[0])
        if not np.isfinite(value):
            return NotEstimable(Reason("nothing_to_count"))
        if self.documents is None:
            return TheseSamples(value=value, notes=(too_few_documents(self.n_documents),))
        low, high = _percentiles(self.draws(functional)[:, 0], level)
        return TheseSamples(
            value=value, low=low, high=high, level=level, terms=self.terms, notes=self.few_seeds
        )

    @property
    def terms(self) -> tuple[str, ...]:
        """Return what an interval of `draws` contains."""
        if self.documents is None:
            return ()
        return ("documents",) if self.few_seeds else ("documents", "seeds")

    @property
    def few_seeds(self) -> tuple[Reason, ...]:
        """Return the note that there are too few model seeds to draw them too, if so."""
        if self.n_seeds >= MIN_SEEDS:
            return ()
        return (Reason("too_few_seeds", {"seeds": self.n_seeds, "least": MIN_SEEDS}),)

    def these_strategies(
        self, functional: Functional, *, level: float = LEVEL
    ) -> TheseStrategies | NotEstimable:
        """Estimate a scalar functional for these strategies (E2): E1's terms and the samples' own."""
        reason = self.why_not_strategies()
        value = float(functional(self.values)[0])
        if reason is None and not np.isfinite(value):
            reason = Reason("nothing_to_count")
        if reason is not None:
            return NotEstimable(reason)
        low, high = _percentiles(self.draws(functional, strategies=True)[:, 0], level)
        return TheseStrategies(
            value=value,
            low=low,
            high=high,
            level=level,
            terms=("documents", "seeds", "sample"),
            notes=(Reason("choices_left_out"),),
        )

    def why_not_strategies(self) -> Reason | None:
        """Return why E2 cannot be estimated, None where it can."""
        if self.refits is None:
            return Reason("no_refits")
        if self.documents is None:
            return too_few_documents(self.n_documents)
        if self.n_seeds < MIN_SEEDS or self.refits.shape[1] < 2:
            return Reason("too_few_seeds_for_samples", {"seeds": self.n_seeds})
        return None


def resample(
    counts: Array,
    figure: str,
    *,
    refits: Refits | None = None,
    scale: Callable[[Array], Array] = identity,
    seed: int,
    draws: int = DRAWS,
) -> Resampled:
    """Resample the documents of a trajectory of counts (…, seeds, documents, 8).

    `scale` is applied to the figure of every seed (`logit`, say). `seed` makes the draws repeatable; two
    calls with one seed and one number of documents draw the same documents.
    """
    n = counts.shape[-2]
    weights = document_weights(n, draws=draws, seed=seed) if n >= MIN_DOCUMENTS else None

    def figures(table: Array) -> Array:
        return np.moveaxis(scale(ratio(table, figure)), -1, 0)

    def drawn(table: Array, weights: Array) -> Array:
        sums = np.tensordot(weights, table, axes=(1, table.ndim - 2))  # (draws, …, seeds, 8)
        return np.asarray(scale(ratio(sums, figure)))

    return Resampled(
        by_seed=figures(counts.sum(axis=-2)),
        documents=None if weights is None else np.moveaxis(drawn(counts, weights), -1, 1),
        refits=None
        if refits is None
        else np.moveaxis(scale(ratio(refits.counts.sum(axis=-2), figure)), -1, 1),
        n_documents=n,
        seed=seed,
        refit_documents=None
        if refits is None or weights is None
        else np.moveaxis(drawn(refits.counts, weights[:REFIT_DRAWS]), -1, 2),
        shares=None if refits is None else refits.shares,
    )


def document_weights(n: int, *, draws: int, seed: int) -> Array:
    """Return (draws, n): how often each document counts in each draw, n in all.

    Drawing with replacement, rescaled (Rao & Wu 1988) so that the percentiles are as wide as a t interval
    from n documents; a weight may fall a little below 0.
    """
    rng = np.random.default_rng(seed)
    times_drawn = rng.multinomial(n, np.full(n, 1 / n), size=draws)
    return 1 + np.sqrt(n / (n - 1)) * t_over_z(n - 1) * (times_drawn - 1)


def t_over_z(degrees: float, *, level: float = LEVEL) -> float:
    """Return how much wider a t interval is than a normal one."""
    tail = 1 - (1 - level) / 2
    return float(student_t.ppf(tail, degrees) / norm.ppf(tail))


def _freed(by_group: Array, sizes: Array) -> Array:
    """Return what groups do, (…, groups, k), about 0 and freed of their sizes (groups, k), which have mean 0.

    Residuals of least squares with a slope for each of the k places; the regression takes one of the groups'
    degrees of freedom, for which they are widened. Where the groups are equal there is nothing to free.
    """
    groups = len(sizes)
    apart = by_group - by_group.mean(axis=-2, keepdims=True)
    differ = _differ(sizes)
    squares = np.where(differ, (sizes**2).sum(axis=0), 1.0)
    slopes = np.where(differ, (apart * sizes).sum(axis=-2) / squares, 0.0)
    widening = np.where(differ, np.sqrt((groups - 1) / (groups - 2)), 1.0)
    return np.asarray((apart - slopes[..., None, :] * sizes) * widening)


def _differ(sizes: Array) -> Array:
    """Tell for each of the k places whether the groups differ in size by more than rounding."""
    return np.asarray(np.abs(sizes).max(axis=0) > SAME_SIZE)


def _cells(refits: Array) -> Array:
    """Return what groups and seeds do together in (…, groups, seeds, k): neither of them by itself."""
    by_group = refits.mean(axis=-2, keepdims=True)
    by_seed = refits.mean(axis=-3, keepdims=True)
    return np.asarray(refits - by_group - by_seed + refits.mean(axis=(-3, -2), keepdims=True))


def _refit_noise(squares: float, refits: Array) -> float:
    """Return what noise of refitting adds to the jackknife's variance, from the cells' sum of squares."""
    groups, seeds = refits.shape[:2]
    return float((groups - 1) ** 2 / groups * squares / ((groups - 1) * (seeds - 1)) / seeds)


def _with_samples(drawn: Array, parts: Array, rng: np.random.Generator, *, degrees: float) -> Array:
    """Return (draws, k): the draws of documents and seeds with the samples' normal part, as t variables.

    The degrees are those of the sum, of whose variance only the samples' share is known from few groups
    (Welch 1947; Satterthwaite 1946): t variables of the samples alone, added to the other draws, make
    intervals too wide. Each place gets a chi-square of its own, since its variance was estimated by itself;
    with a common one, simultaneous bands came out too narrow.
    """
    centre, of_samples = drawn.mean(axis=0), (parts**2).sum(axis=0)
    whole = drawn.var(axis=0) + of_samples
    share = np.divide(of_samples, whole, out=np.ones_like(whole), where=whole > 0)
    of_sum = np.minimum(degrees / np.maximum(share, 1e-6) ** 2, MOST_DEGREES)
    apart = drawn - centre + rng.standard_normal((len(drawn), len(parts))) @ parts
    return np.asarray(centre + apart * np.sqrt(of_sum / rng.chisquare(of_sum, size=apart.shape)))


def _percentiles(draws: Array, level: float) -> tuple[float, float]:
    tail = 100 * (1 - level) / 2
    low, high = np.nanpercentile(draws, [tail, 100 - tail])
    return float(low), float(high)


@dataclass(frozen=True, slots=True)
class Band:
    """Intervals at every place of a curve: each by itself (pointwise), and all at once (simultaneous)."""

    values: list[float]
    pointwise: list[tuple[float, float]]
    simultaneous: list[tuple[float, float]]
    terms: tuple[str, ...]
    level: float = LEVEL

    def above_zero_from(self) -> int | None:
        """Return the first place from which the simultaneous band stays above 0 to the end; None: nowhere."""
        below = [place for place, (low, _) in enumerate(self.simultaneous) if not low > 0]
        first = below[-1] + 1 if below else 0
        return first if first < len(self.values) else None


def band(
    resampled: Resampled, functional: Functional, *, strategies: bool = False, level: float = LEVEL
) -> Band | NotEstimable:
    """Return pointwise intervals and the sup-t band (Montiel Olea & Plagborg-Møller 2019) of a curve.

    The band's width at each place is proportional to the standard error there; it holds at all places at once
    in `level` of experiments. A statement such as "better from round k" needs it.
    """
    reason = resampled.why_not_strategies() if strategies else None
    if resampled.documents is None:
        reason = too_few_documents(resampled.n_documents)
    values = functional(resampled.values)
    if reason is None and not np.isfinite(values).all():
        reason = Reason("nothing_to_count")
    if reason is not None:
        return NotEstimable(reason)
    draws = resampled.draws(functional, strategies=strategies)
    errors = draws.std(axis=0, ddof=1)
    apart = np.abs(draws - draws.mean(axis=0))
    largest = np.divide(apart, errors, out=np.zeros_like(apart), where=errors > 0).max(axis=1)
    # The documents' draws are as wide as a t interval at the level; at several places at once its farther
    # tails count, which are wider: t variables proper, with what was estimated by all places in common.
    degrees = resampled.n_documents - 1
    rng = np.random.default_rng(resampled.seed + 1)
    tails = np.sqrt(degrees / rng.chisquare(degrees, size=len(largest))) / t_over_z(degrees, level=level)
    critical = float(np.quantile(largest * tails, level))
    return Band(
        values=values.tolist(),
        pointwise=[_percentiles(column, level) for column in draws.T],
        simultaneous=[
            (float(value - critical * error), float(value + critical * error))
            for value, error in zip(values, errors, strict=True)
        ],
        terms=(*resampled.terms, *(("sample",) if strategies else ())),
        level=level,
    )


def from_replicates(values: Sequence[float], *, level: float = LEVEL) -> TheseStrategies | NotEstimable:
    """Estimate E2 from replicate streams: the whole experiment repeated, all draws made anew.

    Estimator: mean with a t interval. Assumes streams drawn independently of one another.
    """
    n = len(values)
    if n < MIN_SEEDS:
        return NotEstimable(Reason("too_few_streams", {"streams": n, "least": MIN_SEEDS}))
    mean = float(np.mean(values))
    half = float(student_t.ppf(1 - (1 - level) / 2, n - 1) * np.std(values, ddof=1) / np.sqrt(n))
    return TheseStrategies(
        value=mean, low=mean - half, high=mean + half, level=level, terms=("documents", "seeds", "sample")
    )

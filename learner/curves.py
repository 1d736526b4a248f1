"""Points of the learning curves: figures on the holdout and their intervals, from stored counts. No torch."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
from scipy.stats import t as student_t

from annotation.keys import key
from annotation.models import Project
from learner.holdout import Holdout
from learner.models import Checkpoint, CurvePoint, Round

LEVEL = 0.95
DRAWS = 1000
# With fewer, an interval from so few units is too narrow to be shown.
MIN_DOCUMENTS = 40
MIN_SEEDS = 5

# Where segmenter.metrics.Counts keeps what each figure needs: (true positives, false positives, false
# negatives), or (right, all).
FIGURES: dict[str, tuple[int, ...]] = {"word_f1": (3, 4, 5), "boundary_f1": (0, 1, 2), "exact": (7, 6)}

Array = np.ndarray[Any, np.dtype[np.float64]]


def store_point(round_: Round, arm: str, holdout: Holdout, *, now: datetime) -> None:
    """Write the arm's point of a round from its checkpoints' counts, in place of an earlier measurement."""
    checkpoints = Checkpoint.objects.filter(round=round_, arm=arm).order_by("seed")
    counts = [checkpoint.metrics["documents"] for checkpoint in checkpoints]
    metrics, intervals = figures(counts, project=round_.project)
    frozen_at = round_.frozen_at or round_.opened_at
    CurvePoint.objects.update_or_create(
        round=round_,
        arm=arm,
        defaults={
            "metrics": metrics,
            "intervals": intervals,
            "holdout": {**holdout.counts(), "reference": holdout.fingerprint},
            "provisional": not holdout.is_complete,
            "at": frozen_at,
            "measured_at": now,
        },
    )


def figures(
    counts: Sequence[Mapping[str, Sequence[int]]], *, project: Project
) -> tuple[dict[str, dict[str, float | None]], dict[str, Any]]:
    """Return the figures with their intervals, and what the intervals contain.

    `counts` holds, for each model seed, the counts of every document. A value is the mean over the seeds.
    The interval resamples documents (the same draws for both arms and all rounds, so that differences can be
    taken draw by draw) and widens by a t term over the seeds; words are never the resampled unit. It says how
    well these labelled samples are measured, not how a new draw of them would turn out.
    """
    documents = sorted({name for of_seed in counts for name in of_seed}, key=int)
    table = np.array([[of_seed[name] for name in documents] for of_seed in counts], float)
    table = table.reshape(len(counts), len(documents), 8)
    resampled = _resampled(table, project) if len(documents) >= MIN_DOCUMENTS else None
    metrics = {name: _figure(table, resampled, columns) for name, columns in FIGURES.items()}
    return metrics, _contents(len(documents), len(counts))


def _contents(documents: int, seeds: int) -> dict[str, Any]:
    terms = ["documents"] if documents >= MIN_DOCUMENTS else []
    if terms and seeds >= MIN_SEEDS:
        terms.append("seeds")
    return {
        "level": LEVEL,
        "terms": terms,
        "documents": documents,
        "seeds": seeds,
        "draws": DRAWS if terms else 0,
        "method": "percentile bootstrap over documents" + (", t term over seeds" if len(terms) > 1 else ""),
    }


def _resampled(table: Array, project: Project) -> Array:
    """Return (draws, seeds, 8): the counts summed over documents drawn with replacement."""
    n = table.shape[1]
    rng = np.random.default_rng(key(project.seed, "bootstrap", "documents"))
    times_drawn = rng.multinomial(n, np.full(n, 1 / n), size=DRAWS)
    return np.einsum("bd,sdc->bsc", times_drawn, table)


def _figure(table: Array, resampled: Array | None, columns: tuple[int, ...]) -> dict[str, float | None]:
    by_seed = _ratio(table.sum(axis=1), columns)
    if not len(by_seed) or np.isnan(by_seed).any():
        return {"value": None, "low": None, "high": None}
    value = float(by_seed.mean())
    if resampled is None:
        return {"value": value, "low": None, "high": None}
    tail = 100 * (1 - LEVEL) / 2
    low, high = np.nanpercentile(_ratio(resampled, columns).mean(axis=1), [tail, 100 - tail])
    from_seeds = _seed_term(by_seed)
    return {
        "value": value,
        "low": float(max(0.0, value - np.hypot(value - low, from_seeds))),
        "high": float(min(1.0, value + np.hypot(high - value, from_seeds))),
    }


def _seed_term(by_seed: Array) -> float:
    """Return the half-width that the choice of model seeds adds; 0 where there are too few to tell."""
    if len(by_seed) < MIN_SEEDS:
        return 0.0
    standard_error = by_seed.std(ddof=1) / np.sqrt(len(by_seed))
    return float(student_t.ppf(1 - (1 - LEVEL) / 2, len(by_seed) - 1) * standard_error)


def _ratio(counts: Array, columns: tuple[int, ...]) -> Array:
    """Return F1 (three columns) or a share (two) along the last axis; nan where there is nothing to count."""
    parts = [counts[..., column] for column in columns]
    above = parts[0] * (2 if len(parts) == 3 else 1)
    below = above + parts[1] + parts[2] if len(parts) == 3 else parts[1]
    return np.divide(above, below, out=np.full_like(above, np.nan), where=below > 0)

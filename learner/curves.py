"""Points of the learning curves: figures on the holdout and their intervals, from stored counts. No torch."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np

from annotation.keys import key
from annotation.models import Project
from learner.estimates import LEVEL, NotEstimable
from learner.holdout import Holdout
from learner.models import Checkpoint, CurvePoint, Round
from learner.resampling import DRAWS, FIGURES, Resampled, identity, resample


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

    `counts` holds, for each model seed, the counts of every document. A value is the mean over the seeds. The
    interval is that of all analyses (learner/resampling.py); it says how well these labelled samples are
    measured, not how a new draw of them would turn out.
    """
    documents = sorted({name for of_seed in counts for name in of_seed}, key=int)
    table = np.array([[of_seed[name] for name in documents] for of_seed in counts], float)
    table = table.reshape(1, len(counts), len(documents), 8)
    seed = key(project.seed, "bootstrap", "documents") % 2**32
    resampled = {figure: resample(table, figure, seed=seed) for figure in FIGURES}
    return {figure: _figure(held) for figure, held in resampled.items()}, _contents(resampled["word_f1"])


def _figure(resampled: Resampled) -> dict[str, float | None]:
    estimate = resampled.these_samples(identity)
    if isinstance(estimate, NotEstimable):
        return {"value": None, "low": None, "high": None}
    low, high = estimate.low, estimate.high
    return {
        "value": estimate.value,
        "low": None if low is None else max(0.0, low),
        "high": None if high is None else min(1.0, high),
    }


def _contents(resampled: Resampled) -> dict[str, Any]:
    terms = resampled.terms
    return {
        "level": LEVEL,
        "terms": list(terms),
        "documents": resampled.n_documents,
        "seeds": resampled.n_seeds,
        "draws": DRAWS if terms else 0,
        "method": "rescaled bootstrap over documents" + (", t term over seeds" if len(terms) > 1 else ""),
    }

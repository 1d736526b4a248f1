"""Measuring checkpoints on the holdout, now and again when its reference has changed."""

from collections import defaultdict
from dataclasses import astuple
from datetime import datetime
from typing import Any

import numpy as np
from django.db import transaction
from django.db.models import QuerySet

from annotation.models import Project
from learner import curves
from learner.holdout import Holdout, read_holdout
from learner.models import Checkpoint, CurvePoint
from segmenter import checkpoint as files
from segmenter.metrics import CALIBRATION_BINS, Counts, calibration_bins, count
from segmenter.model import Tagger
from segmenter.predict import boundary_probabilities
from segmenter.text import clusters_from_lengths


def load(checkpoint: Checkpoint) -> Tagger:
    """Read a checkpoint's tagger from the store."""
    return files.load(checkpoint.folder)


def measure(tagger: Tagger, holdout: Holdout) -> dict[str, Any]:
    """Return the tagger's counts on the holdout by document, and which reference they are against.

    `reliability` are the bins of `metrics.calibration_bins` over all its edges.
    """
    by_document: dict[int, Counts] = defaultdict(Counts)
    bins = np.zeros((CALIBRATION_BINS, 3))
    predictions = boundary_probabilities(tagger, (reference.text for reference in holdout.references))
    for reference, probabilities in zip(holdout.references, predictions, strict=True):
        predicted = (np.flatnonzero(probabilities > 0.5) + 1).tolist()
        clusters = clusters_from_lengths(reference.text, reference.lengths)
        by_document[reference.document_id] += count(predicted, reference.boundaries, clusters)
        is_boundary = np.isin(np.arange(1, len(probabilities) + 1), reference.boundaries)
        bins += calibration_bins(probabilities, is_boundary)
    return {
        "reference": holdout.fingerprint,
        "documents": {str(document): list(astuple(counts)) for document, counts in by_document.items()},
        "reliability": bins.tolist(),
    }


def has_stale_points(project: Project) -> bool:
    """Tell whether the holdout is complete and points were measured against another reference."""
    if not CurvePoint.objects.filter(round__project=project).exists():
        return False
    holdout = read_holdout(project)
    return holdout.is_complete and _stale(project, holdout).exists()


@transaction.atomic
def measure_one_again(project: Project, *, now: datetime) -> bool:
    """Measure the checkpoints behind one stale point again; False when there is none left to do.

    Waits until the holdout is complete: until then points are provisional, and measuring all of them after
    every round would soon take longer than the rounds.
    """
    holdout = read_holdout(project)
    if not holdout.is_complete:
        return False
    stale = _stale(project, holdout).select_related("round__project")
    point = stale.select_for_update(skip_locked=True, of=("self",)).order_by("-round__number").first()
    if point is None:
        return False
    for checkpoint in Checkpoint.objects.filter(round=point.round, arm=point.arm):
        checkpoint.metrics = measure(load(checkpoint), holdout)
        checkpoint.save(update_fields=["metrics"])
    curves.store_point(point.round, point.arm, holdout, now=now)
    return True


def _stale(project: Project, holdout: Holdout) -> QuerySet[CurvePoint]:
    points = CurvePoint.objects.filter(round__project=project)
    return points.exclude(holdout__reference=holdout.fingerprint, provisional=False)

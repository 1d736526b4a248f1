"""What the bridges of guidelines show, from what is stored: of labels, and of models trained on them."""

from collections.abc import Sequence
from itertools import chain
from typing import Any

import numpy as np

from annotation.keys import key
from annotation.models import Project
from learner import effects, guideline_bridges, guideline_effects
from learner.analysis_data import have_seeds, read_replays, seeds_table
from learner.gains import ARMS
from learner.models import GuidelineBridge, Replay
from learner.reasons import Reason


def of_labels(project: Project) -> list[dict[str, Any]]:
    """Return what each bridge says of the labels (learner/guideline_effects.py), and what it cost."""
    people = guideline_bridges.people(project)
    return [
        {
            "version": bridge.guideline.version,
            "opened_at": bridge.opened_at,
            "switched_at": bridge.switched_at,
            "progress": guideline_bridges.progress(bridge),
            "labels": guideline_effects.label_effects(
                guideline_bridges.label_pairs(bridge), people, seed=_seed(bridge)
            ),
        }
        for bridge in _opened(project)
    ]


def of_models(project: Project, seeds: Sequence[int], figure: str) -> list[dict[str, Any]]:
    """Return what a guideline did to models of frozen samples, in the shape of other bridges.

    Estimator and assumptions: `effects.bridge`; E1, since the samples are these. The comparisons are
    `guideline_bridges.COMPARED`; one whose models are not all there yet is left out.
    """
    found = []
    for bridge in _opened(project):
        if bridge.round is None:
            continue
        stored = read_replays([bridge.round], Replay.Purpose.GUIDELINE)
        for code, cells in guideline_bridges.COMPARED.items():
            variants = [guideline_bridges.variant(bridge, cell) for cell in cells]
            by_arm = [[stored.get((bridge.round.pk, name, arm), {}) for arm in ARMS] for name in variants]
            if have_seeds(chain(*by_arm), seeds):
                counts = np.stack(
                    [np.stack([seeds_table(by_seed, seeds) for by_seed in arms]) for arms in by_arm]
                )
                held = effects.bridge(counts, figure=figure, seed=_seed(bridge))
                about = Reason(code, {"version": bridge.guideline.version})
                found.append(
                    {"round": bridge.round.number, "change": "guideline", "about": about, "effect": held}
                )
    return found


def _opened(project: Project) -> list[GuidelineBridge]:
    bridges = GuidelineBridge.objects.filter(project=project)
    return list(bridges.select_related("guideline", "round", "project"))


def _seed(bridge: GuidelineBridge) -> int:
    return key(bridge.project.seed, "analysis", f"guideline {bridge.guideline.version}") % 2**32

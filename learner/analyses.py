"""The analyses 1 to 8 of a project, each as plain values for an API, a report or a file of JSON.

Each reads what is stored and says nothing that the design cannot say. Analyses 5 to 7 and the intervals about
strategies need models that were trained or measured for them; `manage.py analyse --replay` makes these.
"""

from collections.abc import Callable
from dataclasses import replace
from itertools import chain
from typing import Any

import numpy as np

from annotation.keys import key
from annotation.models import Document, Project
from learner import (
    assumptions,
    checks,
    conflicts,
    divergence,
    effects,
    gains,
    guideline_results,
    label_figures,
    outlook,
    plans,
    repairs,
)
from learner.analysis_data import (
    Trajectory,
    have_seeds,
    read_orders,
    read_refits,
    read_replays,
    read_trajectory,
    seeds_table,
)
from learner.estimates import NotEstimable, as_json
from learner.gains import ARMS
from learner.models import Checkpoint, Event, Plan, Replay, RoundArm
from learner.reasons import Reason
from learner.resampling import Array, Refits, identity, logit, resample
from learner.sample_data import (
    Samples,
    current_guideline_version,
    read_drawn,
    read_labels,
    read_samples,
    read_second_readings,
    read_suggested,
)
from segmenter.metrics import expected_calibration_error

# Levels at which savings are told, the same for every project and fixed before anybody looks.
TARGETS = (0.7, 0.75, 0.8, 0.85, 0.9, 0.95)
# Kinds that only say how the loop turned or who looked; all others may have changed something.
BOOKKEEPING = (
    "round.",
    "bridge.",
    "checkpoint.",
    "order.",
    "project.created",
    "project.started",
    "release.started",
    "plan.",
    "holdout.opened",
    "pretraining.started",
    "pretraining.paused",
    "pretraining.resumed",
    plans.VIEWED,
)
ROWS_SHOWN = 200
# The classifier looks at so many sentences a sample, and each round's batch gets so many redraws.
TOLD_APART = 600
REDRAWS_A_ROUND = 60

NO_ROUNDS = NotEstimable(Reason("no_rounds"))


def analyse(project: Project, name: str, *, figure: str = "word_f1", unit: str = "seconds") -> dict[str, Any]:
    """Return one analysis by name, ready for json. Raises `KeyError` for a name that is not in ANALYSES."""
    return dict(as_json(ANALYSES[name](project, figure, unit)))


def curves(project: Project, figure: str, unit: str) -> dict[str, Any]:
    """Analysis 1: the arms' curves, the gain at equal cost, its mean, and savings (learner/gains.py)."""
    trajectory = _with_refits(project, read_trajectory(project))
    if trajectory is None:
        return NO_ROUNDS.as_json()
    compared = gains.compare(
        trajectory.curves,
        figure=figure,
        unit=unit,
        budget=None,
        targets=TARGETS,
        seed=_seed(project, "curves"),
    )
    return {**compared, **_about(trajectory), "sampling_fraction": _sampling_fraction(project)}


def where_it_leads(project: Project, figure: str, unit: str) -> dict[str, Any]:
    """What further levels would cost, and what one more round would bring (learner/outlook.py)."""
    trajectory = read_trajectory(project)
    if trajectory is None:
        return NO_ROUNDS.as_json()
    found = outlook.outlook(trajectory.curves, figure=figure, seed=_seed(project, "outlook"))
    return {**found, **_about(trajectory)}


def by_domain(project: Project, figure: str, unit: str) -> dict[str, Any]:
    """Both arms' curves on each domain's documents of the holdout; a band only where these are enough."""
    trajectory = read_trajectory(project)
    if trajectory is None:
        return NO_ROUNDS.as_json()
    domain_of = dict(Document.objects.filter(pk__in=trajectory.documents).values_list("pk", "domain"))
    found = []
    for domain in sorted(set(domain_of.values())):
        places = [at for at, number in enumerate(trajectory.documents) if domain_of.get(number) == domain]
        counts = trajectory.curves.counts[..., places, :]
        resampled = resample(counts, figure, seed=_seed(project, f"domain {domain}"))
        costs = trajectory.curves.costs[unit]
        arms = [gains.arm_curve(resampled, arm, costs) for arm in range(len(ARMS))]
        found.append({"domain": domain, "documents": len(places), "curves": arms})
    return {**_about(trajectory), "figure": figure, "unit": unit, "domains": found}


def planned(project: Project, figure: str, unit: str) -> dict[str, Any]:
    """The planned endpoint and what there is to say of it by now; the plan says figure and unit."""
    plan = plans.current(project)
    if plan is None:
        return NotEstimable(Reason("no_plan")).as_json()
    about = {
        "plan": plans.content_of(plan)
        | {"version": plan.version, "locked_at": plan.locked_at, "sha256": plan.sha256},
        "is_intact": plan.locked_at is None or plans.is_intact(plan),
        "expected_detectable": plans.detectable(plan.expected_error),
        "looks": plans.looks(project),
    }
    trajectory = _with_refits(project, read_trajectory(project))
    if trajectory is None:
        return {**about, "outcome": NO_ROUNDS}
    costs = trajectory.curves.costs[plan.unit]
    resampled = {
        scale.__name__: resample(
            trajectory.curves.counts,
            plan.figure,
            refits=trajectory.curves.refits,
            scale=scale,
            seed=_seed(project, "plan"),
        )
        for scale in (identity, logit)
    }
    weights = gains.mean_gain_weights(costs, budget=plan.budget)
    endpoint = {name: gains.mean_gain(one, weights) for name, one in resampled.items()}
    estimand = "e2" if plan.estimand == Plan.Estimand.STRATEGIES else "e1"
    return {
        **about,
        **_about(trajectory),
        "endpoint": endpoint["identity"],
        "sensitivity_logit": endpoint["logit"],
        "outcome": plans.judge(plan, endpoint["identity"][estimand], spent=float(costs[:, -1].min())),
    }


def compare_samples(project: Project, figure: str, unit: str) -> dict[str, Any]:
    """Analysis 2: how the samples differ from the pool and each other, and what reading them was like."""
    samples = read_samples(project)
    labels = label_figures.by_arm(
        read_drawn(project), read_second_readings(project).by_arm, seed=_seed(project, "labels")
    )
    anchoring = label_figures.anchoring(read_suggested(project), seed=_seed(project, "anchoring"))
    if samples is None:
        return {"samples": NotEstimable(Reason("pool_empty")), "labels": labels, "anchoring": anchoring}
    rng = np.random.default_rng(_seed(project, "divergence"))
    return {
        "pool": {"sentences": samples.size, "compared_with": len(samples.texts.frame)},
        "samples": {arm: divergence.from_pool(samples.places[arm], samples.texts, rng=rng) for arm in ARMS},
        "told_apart": divergence.tell_apart(
            _thinned(samples.places["active"], rng),
            _thinned(samples.places["random"], rng),
            samples.texts,
            rng=rng,
        ),
        "by_round": _by_round(project, samples, rng),
        "labels": labels,
        "anchoring": anchoring,
    }


def _thinned(places: list[int], rng: np.random.Generator) -> list[int]:
    if len(places) <= TOLD_APART:
        return places
    return [int(place) for place in rng.permutation(places)[:TOLD_APART]]


def _by_round(project: Project, samples: Samples, rng: np.random.Generator) -> list[dict[str, Any]]:
    """Compare what each round added to an arm with the pool."""
    found = []
    for arm in ARMS:
        before = 0
        rounds = RoundArm.objects.filter(round__project=project, round__state="closed", arm=arm)
        for number, upto in rounds.order_by("round__number").values_list("round__number", "upto"):
            drawn = zip(samples.numbers[arm], samples.places[arm], strict=True)
            batch = [place for draw, place in drawn if before < draw <= upto]
            held = divergence.from_pool(batch, samples.texts, rng=rng, redraws=REDRAWS_A_ROUND)
            found.append({"arm": arm, "round": number, "batch": held})
            before = upto
    return found


def events(project: Project, figure: str, unit: str) -> dict[str, Any]:
    """Analysis 3: what events did to the arms, and how long the order did not know (learner/effects.py)."""
    trajectory = _with_refits(project, read_trajectory(project, level_only=True))
    if trajectory is None:
        return NO_ROUNDS.as_json()
    frozen_at = [round_.frozen_at for round_ in trajectory.rounds if round_.frozen_at is not None]
    recorded = Event.objects.filter(project=project)
    rows = [event for event in recorded if not event.kind.startswith(BOOKKEEPING)]
    inside = [event for event in rows if frozen_at[0] <= event.at < frozen_at[-1]]
    dated = [effects.Dated(event.kind, event.at) for event in inside]
    orders, handed_out = read_orders(project)
    judged = [
        {
            "events": window.events,
            "effect": effects.effect(
                trajectory.curves,
                trajectory.labelled_at,
                window,
                figure=figure,
                unit=unit,
                nulls={},
                seed=_seed(project, "events"),
            ),
        }
        for window in effects.windows(dated, frozen_at)
    ]
    return {
        **_about(trajectory),
        "windows": judged,
        "outside": [effects.Dated(event.kind, event.at) for event in rows if event not in inside],
        "lags": [
            {"kind": event.kind, "at": event.at.isoformat()}
            | {"lag": effects.order_lag(event.at, orders, handed_out)}
            for event in inside
        ],
        "drift": effects.find_drift(
            trajectory.curves, trajectory.labelled_at, figure=figure, unit=unit, nulls={}
        ),
        "bridges": _bridges(project, trajectory, figure)
        + guideline_results.of_models(project, trajectory.seeds, figure),
        "guideline_bridges": guideline_results.of_labels(project),
    }


def _bridges(project: Project, trajectory: Trajectory, figure: str) -> list[dict[str, Any]]:
    """Compare models of other presets trained on a round's frozen samples with the round's own."""
    found = []
    for place, round_ in enumerate(trajectory.rounds):
        own = trajectory.curves.counts[:, place]
        for preset, counts in _successor_counts(trajectory, round_.pk).items():
            held = effects.bridge(np.stack([own, counts]), figure=figure, seed=_seed(project, "bridge"))
            about = Reason("bridge_model", {"preset": preset})
            found.append({"round": round_.number, "change": "model", "about": about, "effect": held})
    return found


def label_conflicts(project: Project, figure: str, unit: str) -> dict[str, Any]:
    """Analysis 4: strings cut in two ways, rules that moved, what repair costs (learner/conflicts.py)."""
    labels, holdout = read_labels(project)
    found = conflicts.find_conflicts(labels)
    current = current_guideline_version(project)
    older = {label.guideline for label in labels} - {current}
    plan = repairs.plan_from(project, labels, holdout)
    return {
        "readings": len(labels),
        "tokens": sum(len(label.tokens) for label in labels),
        "strings": len(found),
        "minority": sum(conflict.minority for conflict in found),
        "same_sentence": conflicts.same_sentence(labels),
        "conflicts": [_conflict(conflict) for conflict in found[:ROWS_SHOWN]],
        "shifts": conflicts.shifts(found, old=older, new=[current])[:ROWS_SHOWN],
        "repair": plan if isinstance(plan, NotEstimable) else _plan(plan),
    }


def _conflict(conflict: conflicts.Conflict) -> dict[str, Any]:
    return {
        "string": conflict.string,
        "whole": conflict.all.whole,
        "cut": conflict.all.cut,
        "cuts": dict(conflict.cuts),
        "by_guideline": dict(conflict.by_guideline),
        "by_annotator": dict(conflict.by_annotator),
        "by_arm": dict(conflict.by_arm),
        "sentences": sorted(conflict.sentences)[:ROWS_SHOWN],
    }


def _plan(plan: conflicts.RepairPlan) -> dict[str, Any]:
    return {
        "sentences": plan.sentences,
        "changes_known": plan.changes_known,
        "changes": plan.changes,
        "seconds": plan.seconds,
        "repairs": plan.repairs[:ROWS_SHOWN],
    }


def successors(project: Project, figure: str, unit: str) -> dict[str, Any]:
    """Analysis 5: the latest round's samples under other models (learner/checks.py)."""
    trajectory = read_trajectory(project)
    if trajectory is None:
        return NO_ROUNDS.as_json()
    latest = trajectory.rounds[-1]
    drawn_by = str(latest.config.get("preset", ""))
    cells: dict[tuple[str, str], tuple[Array, Refits | None]] = {
        (drawn_by, drawn_by): (trajectory.curves.counts[:, -1], None)
    }
    for preset, counts in _successor_counts(trajectory, latest.pk).items():
        cells[drawn_by, preset] = counts, None
    costs = {unit: table[:, -1] for unit, table in trajectory.curves.costs.items()}
    table = checks.successors(cells, figure=figure, seed=_seed(project, "successors"))
    return {**_about(trajectory), "round": latest.number, "costs": costs, "cells": table}


def _successor_counts(trajectory: Trajectory, round_id: int) -> dict[str, Array]:
    """Return (arms, seeds, documents, 8) by preset of those successors that are complete for the round."""
    stored = read_replays(trajectory.rounds, Replay.Purpose.SUCCESSOR, reference=trajectory.reference)
    presets = sorted({variant for round_, variant, _ in stored if round_ == round_id})
    found = {}
    for preset in presets:
        by_arm = [stored.get((round_id, preset, arm), {}) for arm in ARMS]
        if have_seeds(by_arm, trajectory.seeds):
            tables = [seeds_table(by_seed, trajectory.seeds, trajectory.documents) for by_seed in by_arm]
            found[preset] = np.stack(tables)
    return found


def biased_test(project: Project, figure: str, unit: str) -> dict[str, Any]:
    """Analysis 6: each round's checkpoints on what the arms drew next (learner/checks.py)."""
    trajectory = read_trajectory(project)
    if trajectory is None:
        return NO_ROUNDS.as_json()
    stored = read_replays(trajectory.rounds, Replay.Purpose.NEXT_DRAWS)
    rows = []
    for place, round_ in enumerate(trajectory.rounds):
        for number, trained in enumerate(ARMS):
            tests = {arm: stored.get((round_.pk, arm, trained), {}) for arm in ARMS}
            if have_seeds(tests.values(), trajectory.seeds):
                rows += checks.biased_test(
                    trajectory.curves.counts[number, place],
                    {arm: seeds_table(by_seed, trajectory.seeds) for arm, by_seed in tests.items()},
                    figure=figure,
                    round_number=round_.number,
                    trained=trained,
                    seed=_seed(project, "biased test"),
                )
    return {**_about(trajectory), "rows": rows}


def noise(project: Project, figure: str, unit: str) -> dict[str, Any]:
    """Analysis 7: readers of the holdout against each other, and the gain by each (learner/checks.py)."""
    trajectory = read_trajectory(project)
    between = read_second_readings(project).between
    if trajectory is None or not len(between):
        return NotEstimable(Reason("no_second_readings")).as_json()
    stored = read_replays(trajectory.rounds, Replay.Purpose.READER)
    against = {}
    for reader in sorted({variant for _, variant, _ in stored}):
        own = {name: by_seed for name, by_seed in stored.items() if name[1] == reader}
        counts = _reader_counts(trajectory, own)
        if counts is not None:
            against[reader] = counts
    held = checks.label_noise(
        between, against, trajectory.curves.costs[unit], figure=figure, seed=_seed(project, "noise")
    )
    return {**_about(trajectory), "noise": held}


def _reader_counts(trajectory: Trajectory, stored: Any) -> Array | None:
    """Return (arms, rounds, seeds, documents, 8) against one reader; None while a round is missing."""
    by_place = {(round_, arm): by_seed for (round_, _, arm), by_seed in stored.items()}
    wanted = [[by_place.get((round_.pk, arm), {}) for round_ in trajectory.rounds] for arm in ARMS]
    seeds = trajectory.seeds
    if not have_seeds(chain(*wanted), seeds):
        return None
    documents = sorted(
        {int(name) for rounds in wanted for one in rounds for held in one.values() for name in held}
    )
    return np.stack([np.stack([seeds_table(one, seeds, documents) for one in rounds]) for rounds in wanted])


def calibration(project: Project, figure: str, unit: str) -> dict[str, Any]:
    """How often an edge of the holdout is a boundary where the last models gave so many per cent."""
    trajectory = read_trajectory(project)
    if trajectory is None:
        return NO_ROUNDS.as_json()
    checkpoints = Checkpoint.objects.filter(round=trajectory.rounds[-1], arm__in=ARMS)
    arms = {}
    for arm in ARMS:
        measured = [one.metrics.get("reliability") for one in checkpoints if one.arm == arm]
        if None in measured:
            return NotEstimable(Reason("not_measured", {"round": trajectory.rounds[-1].number})).as_json()
        bins = np.sum(measured, axis=0)
        arms[arm] = {"error": expected_calibration_error(bins), "bins": bins.tolist()}
    return {**_about(trajectory), "arms": arms}


def guidelines(project: Project, figure: str, unit: str) -> dict[str, Any]:
    """Analysis 8: the assumptions of offline evaluation, each with the figure that shows whether it held."""
    results = {
        name: as_json(ANALYSES[name](project, figure, unit))
        for name in ANALYSES
        if name not in ("plan", "guidelines")
    }
    return {"assumptions": assumptions.judge(results)}


def _with_refits(project: Project, trajectory: Trajectory | None) -> Trajectory | None:
    if trajectory is None:
        return None
    refits = read_refits(project, trajectory)
    return replace(trajectory, curves=replace(trajectory.curves, refits=refits))


def _about(trajectory: Trajectory) -> dict[str, Any]:
    """Return what a reader needs in order to judge any figure of a trajectory."""
    return {
        "rounds": list(trajectory.curves.rounds),
        "frozen_at": [round_.frozen_at for round_ in trajectory.rounds],
        "left_out": trajectory.left_out,
        "documents": len(trajectory.documents),
        "seeds": len(trajectory.seeds),
        "provisional": trajectory.is_provisional,
    }


def _sampling_fraction(project: Project) -> dict[str, float | None]:
    """Return the share of the pool that each arm has drawn; above 0.3 the arms converge by arithmetic."""
    samples = read_samples(project)
    if samples is None or not samples.size:
        return dict.fromkeys(ARMS)
    return {arm: len(samples.places[arm]) / samples.size for arm in ARMS}


def _seed(project: Project, name: str) -> int:
    return key(project.seed, "analysis", name) % 2**32


# Those that compare the arms on the holdout: looks at them are logged.
COMPARES_ARMS = {"plan", "curves", "events", "successors", "noise", "calibration", "guidelines"}
ANALYSES: dict[str, Callable[[Project, str, str], dict[str, Any]]] = {
    "plan": planned,
    "curves": curves,
    "outlook": where_it_leads,
    "domains": by_domain,
    "divergence": compare_samples,
    "events": events,
    "conflicts": label_conflicts,
    "successors": successors,
    "biased-test": biased_test,
    "noise": noise,
    "calibration": calibration,
    "guidelines": guidelines,
}

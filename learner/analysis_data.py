"""What the analyses read of rounds: the arms' measured trajectories, and the orders served. No model code."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from django.db import connection

from annotation.keys import key, normalise
from annotation.models import Project, Sentence
from learner.effects import Order
from learner.gains import ARMS, UNITS, Curves
from learner.holdout import read_holdout
from learner.models import Checkpoint, Replay, Round, RoundArm
from learner.resampling import KEY_GROUPS, Array, Refits

COUNTS = 8
Stored = dict[tuple[int, str, str], dict[int, Mapping[str, Sequence[int]]]]
Metrics = Mapping[tuple[str, int], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Trajectory:
    """The closed rounds that can be compared, and those that cannot.

    `labelled_at` holds, for each arm and round, when the labels of the frozen sample were made (seconds since
    1970). `left_out` are rounds measured against an older reference of the holdout, or not with the seeds
    that the others have; `documents` and `seeds` name the axes of the counts.
    """

    curves: Curves
    rounds: list[Round]
    labelled_at: list[list[Sequence[float]]]
    documents: list[int]
    seeds: list[int]
    reference: str
    left_out: list[int]
    is_provisional: bool


def read_trajectory(project: Project, *, level_only: bool = False) -> Trajectory | None:
    """Return both arms' rounds as measured against one reference with the same seeds; None without any.

    Reference and seeds are those of the latest measured round.
    """
    closed = list(Round.objects.filter(project=project, state=Round.State.CLOSED).order_by("number"))
    metrics = _metrics(closed)
    measured = [
        round_ for round_ in closed if round_.pk in metrics and not (level_only and round_.catching_up)
    ]
    if not measured:
        return None
    latest = metrics[measured[-1].pk]
    seeds = sorted({seed for _, seed in latest})
    reference = next(iter(latest.values()))["reference"]
    kept = [round_ for round_ in measured if _is_alike(metrics[round_.pk], seeds, reference)]
    documents = sorted(
        {int(name) for round_ in kept for one in metrics[round_.pk].values() for name in one["documents"]}
    )
    if not kept or not documents:
        return None
    arms = _arms(kept)
    return Trajectory(
        curves=Curves(
            rounds=[round_.number for round_ in kept],
            counts=_table([metrics[round_.pk] for round_ in kept], seeds, documents),
            costs={
                unit: np.array([[getattr(one, unit) for one in rounds] for rounds in arms], float)
                for unit in UNITS
            },
        ),
        rounds=kept,
        labelled_at=_labelled_at(arms),
        documents=documents,
        seeds=seeds,
        reference=reference,
        left_out=[round_.number for round_ in closed if round_ not in kept],
        is_provisional=not read_holdout(project).is_complete,
    )


def _metrics(rounds: Sequence[Round]) -> dict[int, Metrics]:
    """Return the stored counts by round, arm and seed."""
    found: dict[int, dict[tuple[str, int], dict[str, Any]]] = defaultdict(dict)
    for checkpoint in Checkpoint.objects.filter(round__in=rounds, arm__in=ARMS):
        found[checkpoint.round_id][checkpoint.arm, checkpoint.seed] = checkpoint.metrics
    return dict(found)


def _is_alike(metrics: Metrics, seeds: Iterable[int], reference: str) -> bool:
    wanted = [metrics.get((arm, seed)) for arm in ARMS for seed in seeds]
    return all(one is not None and one["reference"] == reference for one in wanted)


def _table(metrics: Sequence[Metrics], seeds: Sequence[int], documents: Sequence[int]) -> Array:
    """Return (arms, rounds, seeds, documents, 8)."""
    return np.array(
        [
            [[rows(one[arm, seed]["documents"], documents) for seed in seeds] for one in metrics]
            for arm in ARMS
        ],
        float,
    )


def rows(by_document: Mapping[str, Sequence[int]], documents: Sequence[int]) -> list[Sequence[int]]:
    """Return the counts of each document; zeros where nothing of it was measured."""
    return [by_document.get(str(document), [0] * COUNTS) for document in documents]


def _arms(rounds: Sequence[Round], *, with_samples: bool = False) -> list[list[RoundArm]]:
    frozen = RoundArm.objects.filter(round__in=rounds, arm__in=ARMS).defer("adjudication_ids")
    if not with_samples:
        frozen = frozen.defer("adjudication_ids", "sentence_ids")
    by_name = {(one.round_id, one.arm): one for one in frozen}
    return [[by_name[round_.pk, arm] for round_ in rounds] for arm in ARMS]


def read_refits(project: Project, trajectory: Trajectory) -> Refits | None:
    """Return the jackknife's trainings, places being arms × rounds; None while one is missing."""
    stored = read_replays(trajectory.rounds, Replay.Purpose.WITHOUT_GROUP, reference=trajectory.reference)
    wanted = [
        stored.get((round_.pk, str(group), arm), {})
        for group in range(KEY_GROUPS)
        for arm in ARMS
        for round_ in trajectory.rounds
    ]
    if not have_seeds(wanted, trajectory.seeds):
        return None
    table = [seeds_table(by_seed, trajectory.seeds, trajectory.documents) for by_seed in wanted]
    counts = np.reshape(table, (KEY_GROUPS, len(ARMS), len(trajectory.rounds), *table[0].shape))
    return Refits(counts=counts, shares=_group_shares(project, trajectory.rounds))


def _group_shares(project: Project, rounds: Sequence[Round]) -> Array:
    """Return (groups, arms, rounds): the share of an arm's labelled sentences that each key group holds."""
    labelled = [[_labelled_in(frozen) for frozen in of_arm] for of_arm in _arms(rounds, with_samples=True)]
    groups = key_groups(project, {id_ for of_arm in labelled for ids in of_arm for id_ in ids})
    held = [
        [np.bincount([groups[id_] for id_ in ids], minlength=KEY_GROUPS) / max(1, len(ids)) for ids in of_arm]
        for of_arm in labelled
    ]
    return np.moveaxis(np.array(held), -1, 0)


def _labelled_in(frozen: RoundArm) -> list[int]:
    return [id_ for id_, label in zip(frozen.sentence_ids, frozen.annotation_ids, strict=True) if label]


def key_groups(project: Project, ids: Iterable[int]) -> dict[int, int]:
    """Return each sentence's group of the jackknife, the same in both arms and all rounds."""
    texts = Sentence.objects.filter(pk__in=ids).values_list("pk", "text")
    return {id_: key(project.seed, "jackknife", normalise(text)) % KEY_GROUPS for id_, text in texts}


def read_replays(rounds: Sequence[Round], purpose: str, *, reference: str | None = None) -> Stored:
    """Return the stored counts of one purpose by round id, variant and arm, then by seed.

    With `reference` those alone that were measured against it: others cannot be held against a trajectory's.
    """
    replays = Replay.objects.filter(round__in=rounds, purpose=purpose)
    if reference is not None:
        replays = replays.filter(reference=reference)
    found: Stored = defaultdict(dict)
    for replay in replays:
        found[replay.round_id, replay.variant, replay.arm][replay.seed] = replay.counts
    return dict(found)


def have_seeds(replays: Iterable[Mapping[int, Any]], seeds: Sequence[int]) -> bool:
    """Tell whether each of these replays, by seed, is there for all the seeds."""
    return all(set(by_seed) >= set(seeds) for by_seed in replays)


def seeds_table(
    by_seed: Mapping[int, Mapping[str, Sequence[int]]],
    seeds: Sequence[int],
    documents: Sequence[int] | None = None,
) -> Array:
    """Return (seeds, documents, 8) of one arm's replays; the documents are those measured, unless given.

    There may be replays by more seeds: a project that has lowered their number keeps its older rounds.
    """
    if documents is None:
        documents = sorted({int(name) for seed in seeds for name in by_seed[seed]})
    return np.array([rows(by_seed[seed], documents) for seed in seeds], float)


def _labelled_at(arms: Sequence[Sequence[RoundArm]]) -> list[list[Sequence[float]]]:
    ids = {id_ for rounds in arms for arm in rounds for id_ in arm.annotation_ids if id_}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, extract(epoch FROM created_at)::float8 FROM annotation_annotation WHERE id = ANY(%s)",
            [list(ids)],
        )
        times = dict(cursor.fetchall())
    return [[[times[id_] for id_ in arm.annotation_ids if id_] for arm in rounds] for rounds in arms]


def read_orders(project: Project) -> tuple[list[Order], list[tuple[datetime, datetime]]]:
    """Return the published orders, and what the active arm handed out: when, and its order's freeze."""
    published = Round.objects.filter(project=project, state=Round.State.CLOSED)
    orders = {
        generation: Order(published_at=published_at, frozen_at=frozen_at)
        for generation, published_at, frozen_at in published.values_list(
            "generation", "generation__published_at", "frozen_at"
        )
        if published_at is not None and frozen_at is not None
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.leased_at, d.generation_id FROM annotation_assignment a "
            "JOIN annotation_queue q ON q.id = a.queue_id AND q.project_id = %s AND q.kind = 'active' "
            "JOIN annotation_draw d ON d.queue_id = a.queue_id AND d.number = a.number "
            "WHERE d.generation_id IS NOT NULL ORDER BY a.leased_at",
            [project.pk],
        )
        handed_out = [
            (at, orders[generation].frozen_at) for at, generation in cursor.fetchall() if generation in orders
        ]
    return list(orders.values()), handed_out

"""Models trained and measured for the analyses only. Heavy: for a shell or a worker, not for the web process.

What there is to do follows from the rounds; what is stored is not done again, so that a run that was cut off
goes on where it stopped. Figures are measured against the holdout as labelled now.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import torch
from django.db import connection

from annotation.models import Project
from learner import guideline_bridges
from learner.analysis_data import key_groups, read_trajectory
from learner.gains import ARMS
from learner.holdout import Holdout, Reference, primary_corpora, read_holdout
from learner.measuring import load, measure
from learner.models import Checkpoint, GuidelineBridge, Replay, Round, RoundArm
from learner.resampling import KEY_GROUPS
from learner.training import train_arm

Purpose = Replay.Purpose
READERS = ("first", "second")


@dataclass(frozen=True, slots=True)
class Job:
    """One replay to store: who is trained or loaded, and what it is measured on."""

    round: Round
    purpose: str
    arm: str
    seed: int
    variant: str
    holdout: Holdout
    work: Callable[["Job"], dict[str, Any]]


def pending(
    project: Project, purposes: Sequence[str], *, presets: Sequence[str] = (), on: int | None = None
) -> list[Job]:
    """Return what is still to be done for these purposes, the latest round first.

    `presets` are the successors to train on the samples of the round with the id `on`; None: the latest.
    """
    trajectory = read_trajectory(project)
    if trajectory is None:
        return []
    on = trajectory.rounds[-1].pk if on is None else on
    stored = {
        (replay.round_id, replay.purpose, replay.arm, replay.seed, replay.variant): replay.reference
        for replay in Replay.objects.filter(round__project=project, purpose__in=purposes).defer("counts")
    }
    jobs = (
        job
        for round_ in reversed(trajectory.rounds)
        for purpose in purposes
        for job in _jobs(round_, purpose, trajectory.seeds, presets if round_.pk == on else ())
    )
    return [
        job
        for job in jobs
        if stored.get((job.round.pk, job.purpose, job.arm, job.seed, job.variant)) != job.holdout.fingerprint
    ]


def train_successor(round_: Round, preset: str, *, now: datetime) -> bool:
    """Train one model of another preset that a round's samples lack; tell whether there was one."""
    jobs = pending(round_.project, [Purpose.SUCCESSOR], presets=[preset], on=round_.pk)
    if jobs:
        run(jobs[0], now=now)
    return bool(jobs)


def train_guideline_bridge(bridge: GuidelineBridge, *, now: datetime) -> bool:
    """Train or measure one model that a bridge of a guideline lacks; tell whether there was one."""
    own = [
        job
        for job in pending(bridge.project, [Purpose.GUIDELINE])
        if job.variant.startswith(guideline_bridges.variant(bridge, ""))
    ]
    if own:
        run(own[0], now=now)
    return bool(own)


def run(job: Job, *, now: datetime) -> None:
    """Do a job and store its counts in place of earlier ones."""
    torch.set_num_threads(1)
    Replay.objects.update_or_create(
        round=job.round,
        purpose=job.purpose,
        arm=job.arm,
        seed=job.seed,
        variant=job.variant,
        defaults={
            "counts": job.work(job)["documents"],
            "reference": job.holdout.fingerprint,
            "at": now,
        },
    )


def _jobs(round_: Round, purpose: str, seeds: Sequence[int], presets: Sequence[str]) -> Iterator[Job]:
    tests: dict[str, Holdout]
    work: Callable[[Job], dict[str, Any]]
    match purpose:
        case Purpose.WITHOUT_GROUP:
            tests = dict.fromkeys(map(str, range(KEY_GROUPS)), read_holdout(round_.project))
            work = _without_group
        case Purpose.SUCCESSOR:
            tests = dict.fromkeys(presets, read_holdout(round_.project))
            work = _successor
        case Purpose.READER:
            tests, work = _readers(round_.project), _loaded
        case Purpose.NEXT_DRAWS:
            tests, work = {}, _loaded
        case Purpose.GUIDELINE:
            tests, work = {}, _by_rules
        case _:
            raise ValueError(f"{purpose!r} is not a purpose of a replay.")
    for arm in ARMS:
        own = tests
        if purpose == Purpose.NEXT_DRAWS:
            own = _next_draws(round_, trained=arm)
        elif purpose == Purpose.GUIDELINE:
            own = _both_rules(round_, arm)
        for variant, holdout in own.items():
            for seed in seeds:
                if holdout.references:
                    yield Job(round_, purpose, arm, seed, variant, holdout, work)


def _without_group(job: Job) -> dict[str, Any]:
    """Train the arm without one key group; a sentence's group is the same in both arms."""
    arm = RoundArm.objects.get(round=job.round, arm=job.arm)
    groups = key_groups(job.round.project, arm.sentence_ids)
    kept = [place for place, id_ in enumerate(arm.sentence_ids) if groups[id_] != int(job.variant)]
    part = RoundArm(
        round=job.round,
        arm=job.arm,
        sentence_ids=[arm.sentence_ids[place] for place in kept],
        annotation_ids=[arm.annotation_ids[place] for place in kept],
        adjudication_ids=[arm.adjudication_ids[place] for place in kept],
    )
    tagger, _ = train_arm(part, job.seed, config=job.round.config)
    return measure(tagger, job.holdout)


def _successor(job: Job) -> dict[str, Any]:
    """Train another preset on the arm's frozen sample."""
    arm = RoundArm.objects.get(round=job.round, arm=job.arm)
    tagger, _ = train_arm(arm, job.seed, config={**job.round.config, "preset": job.variant})
    return measure(tagger, job.holdout)


def _loaded(job: Job) -> dict[str, Any]:
    """Measure the round's own checkpoint on another test."""
    checkpoint = Checkpoint.objects.get(round=job.round, arm=job.arm, seed=job.seed)
    return measure(load(checkpoint), job.holdout)


_NEXT = """
SELECT s.id, s.text, s.cluster_lengths, s.document_id, coalesce(j.boundaries, n.boundaries)
FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS f(sentence_id, annotation_id, adjudication_id)
JOIN annotation_sentence s ON s.id = f.sentence_id
JOIN annotation_annotation n ON n.id = f.annotation_id
LEFT JOIN annotation_adjudication j ON j.id = f.adjudication_id
ORDER BY s.id
"""


def _both_rules(round_: Round, arm: str) -> dict[str, Holdout]:
    """Return the holdout as read by older and by newer rules, by variant, for the round's bridges."""
    found = {}
    for bridge in GuidelineBridge.objects.filter(round=round_).exclude(read_at=None):
        reread = guideline_bridges.read(bridge)
        held = [one for one in guideline_bridges.of_group(bridge, reread, "holdout") if one.is_measured]
        for cell in guideline_bridges.cells(bridge, arm):
            found[guideline_bridges.variant(bridge, cell.name)] = _test(
                (one.text, one.lengths, one.document, (one.new or ()) if cell.is_new_rules else one.old)
                for one in held
            )
    return found


def _by_rules(job: Job) -> dict[str, Any]:
    """Measure the round's own checkpoint, or one trained on what the bridge had read again of the arm."""
    version, name = job.variant.split("|")
    cell = next(cell for cell in guideline_bridges.CELLS if cell.name == name)
    if cell.is_new_labels is None:
        return _loaded(job)
    bridge = GuidelineBridge.objects.get(round=job.round, guideline__version=version)
    reread = guideline_bridges.read(bridge)
    held = guideline_bridges.of_group(bridge, reread, job.arm)
    ids = [one.new_ids if cell.is_new_labels else one.old_ids for one in held]
    part = RoundArm(
        round=job.round,
        arm=job.arm,
        sentence_ids=[one.sentence for one in held],
        annotation_ids=[annotation for annotation, _ in ids],
        adjudication_ids=[adjudication for _, adjudication in ids],
    )
    tagger, _ = train_arm(part, job.seed, config=job.round.config)
    return measure(tagger, job.holdout)


def _next_draws(round_: Round, *, trained: str) -> dict[str, Holdout]:
    """Return what each arm has drawn since the round's freeze, by arm, as the next closed round froze it.

    Sentences that the trained arm has learned from already, in the other arm's turn, are left out.
    """
    later = Round.objects.filter(
        project=round_.project, number__gt=round_.number, state=Round.State.CLOSED
    ).order_by("number")
    following = later.first()
    if following is None:
        return {}
    known = {arm.arm: set(arm.sentence_ids) for arm in round_.arms.all()}
    found = {}
    for arm in following.arms.filter(arm__in=ARMS):
        with connection.cursor() as cursor:
            cursor.execute(_NEXT, [arm.sentence_ids, arm.annotation_ids, arm.adjudication_ids])
            rows = cursor.fetchall()
        seen = known[arm.arm] | known[trained]
        found[arm.arm] = _test(row[1:] for row in rows if row[0] not in seen)
    return found


_READINGS = """
SELECT s.text, s.cluster_lengths, s.document_id,
    json_agg(n.boundaries ORDER BY a.finished_at, a.slot)
FROM annotation_sentence s JOIN annotation_document d ON d.id = s.document_id AND NOT d.sealed
JOIN annotation_assignment a ON a.sentence_id = s.id AND a.state = 'submitted'
CROSS JOIN LATERAL (SELECT n.id, n.boundaries FROM annotation_annotation n
    WHERE n.assignment_id = a.id ORDER BY n.revision DESC LIMIT 1) n
WHERE s.corpus_id = ANY(%s) AND s.split = 'holdout' AND s.retired_at IS NULL
GROUP BY s.id HAVING count(*) > 1 ORDER BY s.id
"""


def _readers(project: Project) -> dict[str, Holdout]:
    """Return the holdout as its first and as its second reader segmented it; sentences read twice only."""
    with connection.cursor() as cursor:
        cursor.execute(_READINGS, [primary_corpora(project)])
        rows = cursor.fetchall()
    return {
        reader: _test(
            (text, lengths, document, readings[number]) for text, lengths, document, readings in rows
        )
        for number, reader in enumerate(READERS)
    }


def _test(rows: Iterable[tuple[str, bytes, int, Sequence[int]]]) -> Holdout:
    """Return labelled sentences as models are measured on them; any change is another fingerprint."""
    references = [
        Reference(text, bytes(lengths), document, tuple(boundaries))
        for text, lengths, document, boundaries in rows
    ]
    return Holdout(
        references=references,
        sentences=len(references),
        documents=len({reference.document_id for reference in references}),
        done=len(references),
        fingerprint=hashlib.sha256(repr(references).encode()).hexdigest()[:16],
    )

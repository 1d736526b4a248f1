"""Bridges of a guideline: the same sentences read under the old and the new rules, to tell what these did.

Sampling rule: of the holdout every sentence whose reference is of older rules; of each arm's sample, the seed
set left out, the `per_arm` sentences with the lowest keys for this purpose among those read under older rules
only. The key depends on project seed, version and text, so that the choice knows neither labels nor scores.

A bridge orders one more reading of each (annotation/rereading.py): blind, by somebody who has not read the
sentence, as measurement, which the one rule of charging (annotation/charging.py) charges to no arm.
References stay with the old rules meanwhile, and pass to the new ones in one step (`switch`). What a bridge
shows is computed by learner/guideline_effects.py and learner/guideline_results.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction

from annotation import audit, rereading
from annotation.adjudication import settle
from annotation.annotations import current_guideline
from annotation.errors import Conflict
from annotation.keys import key, normalise
from annotation.models import Guideline, Project
from config.lanes import send
from learner import events
from learner.gains import ARMS
from learner.guideline_effects import Pair
from learner.holdout import primary_corpora
from learner.models import GuidelineBridge, Replay, Round
from learner.sample_data import REACHED
from segmenter.text import clusters_from_lengths


@dataclass(frozen=True, slots=True)
class Cell:
    """A model of a bridge and the rules it is measured by.

    `is_new_labels`: trained on what was read again of the arm, by which labels; None: as the round froze it.
    """

    name: str
    is_new_labels: bool | None
    is_new_rules: bool


CELLS = (
    Cell("frozen by old", None, False),
    Cell("frozen by new", None, True),
    Cell("old labels by old", False, False),
    Cell("old labels by new", False, True),
    Cell("new labels by new", True, True),
)
# What two cells tell, from the first to the second, by the code of learner/reasons.py.
COMPARED = {
    "bridge_rules": ("frozen by old", "frozen by new"),
    "bridge_labels": ("old labels by new", "new labels by new"),
    "bridge_both": ("old labels by old", "new labels by new"),
}

HOLDOUT = "holdout"
GROUPS = (HOLDOUT, *ARMS)

# What was read, or settled, under older rules only.
_OUTDATED = """
s.retired_at IS NULL
AND EXISTS (SELECT 1 FROM annotation_annotation n WHERE n.sentence_id = s.id)
AND NOT EXISTS (SELECT 1 FROM annotation_annotation n
    WHERE n.sentence_id = s.id AND n.guideline_id = %(guideline)s)
AND NOT EXISTS (SELECT 1 FROM annotation_adjudication j
    WHERE j.sentence_id = s.id AND j.guideline_id = %(guideline)s)
"""
_CANDIDATES = f"""
SELECT 'holdout', s.id, s.text, s.n_clusters FROM annotation_sentence s
WHERE s.project_id = %(project)s AND s.split = 'holdout' AND {_OUTDATED}
UNION ALL
SELECT DISTINCT q.kind, s.id, s.text, s.n_clusters FROM annotation_draw d {REACHED}
JOIN annotation_sentence s ON s.id = d.sentence_id AND s.split = 'pool' AND {_OUTDATED}
"""  # noqa: S608  (no input in it)


@dataclass(frozen=True, slots=True)
class Choice:
    """The sentences that a bridge would read, by group, and their clusters in all."""

    groups: dict[str, list[int]]
    clusters: int

    @property
    def sizes(self) -> dict[str, int]:
        """Return how many sentences each group has."""
        return {name: len(ids) for name, ids in self.groups.items()}

    @property
    def sentences(self) -> list[int]:
        """Return every sentence once; both arms may have drawn it."""
        return sorted({id_ for ids in self.groups.values() for id_ in ids})


def choose(project: Project, guideline: Guideline, *, per_arm: int) -> Choice:
    """Choose by the sampling rule at the head of this file."""
    with connection.cursor() as cursor:
        cursor.execute(_CANDIDATES, {"project": project.pk, "guideline": guideline.pk})
        rows = cursor.fetchall()
    purpose = f"bridge|{guideline.version}"
    groups: dict[str, list[int]] = {}
    for name in GROUPS:
        ranked = sorted(
            (key(project.seed, purpose, normalise(row[2])), row[1]) for row in rows if row[0] == name
        )
        groups[name] = [id_ for _, id_ in (ranked if name == HOLDOUT else ranked[:per_arm])]
    clusters = {row[1]: row[3] for row in rows}
    chosen = {id_ for ids in groups.values() for id_ in ids}
    return Choice(groups, sum(clusters[id_] for id_ in chosen))


def preview(project: Project, *, per_arm: int) -> tuple[Guideline, Choice]:
    """Return what a bridge to the guideline in force would read.

    Raises Conflict where no rules have changed, where nothing was read under older ones, and where there is
    a bridge of this version.
    """
    guideline = current_guideline(project.pk)
    if guideline is None or guideline.version == 1:
        raise Conflict("nothing_replaced")
    if GuidelineBridge.objects.filter(project=project, guideline=guideline).exists():
        raise Conflict("bridged", version=guideline.version)
    choice = choose(project, guideline, per_arm=per_arm)
    if not choice.sentences:
        raise Conflict("nothing_outdated")
    return guideline, choice


@transaction.atomic
def open_bridge(project: Project, *, per_arm: int, actor: User, now: datetime) -> GuidelineBridge:
    """Have the chosen sentences read under the guideline in force. An event. Raises Conflict as `preview`."""
    guideline, choice = preview(project, per_arm=per_arm)
    try:
        with transaction.atomic():
            bridge = GuidelineBridge.objects.create(
                project=project,
                guideline=guideline,
                round=_last_before(project, guideline),
                sentences=choice.groups,
                per_arm=per_arm,
                opened_by=actor,
                opened_at=now,
            )
    except IntegrityError:
        raise Conflict("bridged", version=guideline.version) from None
    rereading.order(project, choice.sentences)
    audit.note(thing=f"version {guideline.version}", after={"per_arm": per_arm})
    events.record(
        project,
        "bridge.opened",
        at=now,
        actor_id=actor.pk,
        after={
            "version": guideline.version,
            **choice.sizes,
            "expected_seconds": round(choice.clusters * pace(project)),
        },
    )
    return bridge


def _last_before(project: Project, guideline: Guideline) -> Round | None:
    """Return the last round whose labels are all of older rules: its models are what is held against both."""
    closed = project.rounds.filter(state=Round.State.CLOSED, frozen_at__lte=guideline.published_at)
    return closed.order_by("-number").first()


def pace(project: Project) -> float:
    """Return the project's seconds per cluster over all that was read; 0 before the first label."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(a.active_ms)::float8 / 1000 / nullif(sum(s.n_clusters), 0), 0) "
            "FROM annotation_assignment a JOIN annotation_sentence s ON s.id = a.sentence_id "
            "WHERE a.project_id = %s AND a.state = 'submitted'",
            [project.pk],
        )
        return float(cursor.fetchone()[0])


@dataclass(frozen=True, slots=True)
class Reread:
    """A sentence of a bridge; `new` is None until it is read. Ids are (annotation, adjudication or 0)."""

    sentence: int
    document: int
    is_measured: bool
    text: str
    lengths: bytes
    is_waived: bool
    old: tuple[int, ...]
    old_ids: tuple[int, int]
    new: tuple[int, ...] | None
    new_ids: tuple[int, int]
    seconds: float

    @property
    def pair(self) -> Pair:
        """Return both readings; of a sentence that has them."""
        clusters = clusters_from_lengths(self.text, self.lengths)
        return Pair(self.document, clusters, self.old, self.new or ())


# Before: the adjudication that held at the bridge's opening, else the latest revision, by then, of the
# earliest reading. After: an adjudication since, else the earliest reading under the new rules.
_REREAD = """
SELECT s.id, s.document_id, NOT d.sealed AND s.corpus_id = ANY(%(corpora)s), s.text, s.cluster_lengths,
    s.declined_at IS NOT NULL OR s.retired_at IS NOT NULL,
    coalesce(settled.boundaries, old.boundaries), old.id, coalesce(settled.id, 0),
    CASE WHEN new.id IS NOT NULL THEN coalesce(resettled.boundaries, new.boundaries) END,
    coalesce(new.id, 0), coalesce(resettled.id, 0), coalesce(new.ms, 0)
FROM annotation_sentence s JOIN annotation_document d ON d.id = s.document_id
CROSS JOIN LATERAL (SELECT n.id, n.boundaries FROM annotation_annotation n
    JOIN annotation_assignment a ON a.id = n.assignment_id AND a.state = 'submitted'
    WHERE n.sentence_id = s.id AND n.created_at <= %(opened)s
    ORDER BY a.finished_at, a.slot, n.revision DESC LIMIT 1) old
LEFT JOIN LATERAL (SELECT j.id, j.boundaries FROM annotation_adjudication j
    WHERE j.sentence_id = s.id AND j.created_at <= %(opened)s
    ORDER BY j.revision DESC LIMIT 1) settled ON true
LEFT JOIN LATERAL (SELECT n.id, n.boundaries, a.active_ms AS ms FROM annotation_annotation n
    JOIN annotation_assignment a ON a.id = n.assignment_id AND a.state = 'submitted'
    WHERE n.sentence_id = s.id AND n.guideline_id = %(guideline)s
    ORDER BY a.finished_at, a.slot, n.revision DESC LIMIT 1) new ON true
LEFT JOIN LATERAL (SELECT j.id, j.boundaries FROM annotation_adjudication j
    WHERE j.sentence_id = s.id AND j.created_at > %(opened)s
    ORDER BY j.revision DESC LIMIT 1) resettled ON true
WHERE s.id = ANY(%(ids)s) ORDER BY s.id
"""


def read(bridge: GuidelineBridge) -> dict[int, Reread]:
    """Return the bridge's sentences by id with both their readings, as far as they have been read."""
    values: dict[str, Any] = {
        "ids": sorted({id_ for ids in bridge.sentences.values() for id_ in ids}),
        "corpora": primary_corpora(bridge.project),
        "opened": bridge.opened_at,
        "guideline": bridge.guideline_id,
    }
    with connection.cursor() as cursor:
        cursor.execute(_REREAD, values)
        rows = cursor.fetchall()
    return {
        row[0]: Reread(
            sentence=row[0],
            document=row[1],
            is_measured=row[2],
            text=row[3],
            lengths=bytes(row[4]),
            is_waived=row[5],
            old=tuple(row[6]),
            old_ids=(row[7], row[8]),
            new=None if row[9] is None else tuple(row[9]),
            new_ids=(row[10], row[11]),
            seconds=row[12] / 1000,
        )
        for row in rows
    }


def is_read(reread: dict[int, Reread]) -> bool:
    """Tell whether every sentence has its second reading; nobody can read what is declined or retired."""
    return all(one.new is not None or one.is_waived for one in reread.values())


def of_group(bridge: GuidelineBridge, reread: dict[int, Reread], name: str) -> list[Reread]:
    """Return the sentences of a group that have both readings."""
    held = [reread[id_] for id_ in bridge.sentences.get(name, ()) if id_ in reread]
    return [one for one in held if one.new is not None]


_PEOPLE = """
SELECT s.document_id, s.text, s.cluster_lengths, one.boundaries, other.boundaries
FROM (SELECT DISTINCT ON (a.id) a.sentence_id, a.slot, n.annotator_id, n.guideline_id, n.boundaries
    FROM annotation_assignment a JOIN annotation_annotation n ON n.assignment_id = a.id
    WHERE a.project_id = %(project)s AND a.state = 'submitted' ORDER BY a.id, n.revision DESC) one
JOIN LATERAL (SELECT n.boundaries FROM annotation_assignment a
    JOIN annotation_annotation n ON n.assignment_id = a.id
    WHERE a.sentence_id = one.sentence_id AND a.state = 'submitted' AND a.slot > one.slot
      AND n.annotator_id <> one.annotator_id AND n.guideline_id = one.guideline_id
    ORDER BY a.slot, n.revision DESC LIMIT 1) other ON true
JOIN annotation_sentence s ON s.id = one.sentence_id AND s.retired_at IS NULL
ORDER BY s.id, one.slot
"""


def people(project: Project) -> list[Pair]:
    """Return neighbouring readings of one sentence by two people under one and the same version."""
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE, {"project": project.pk})
        return [
            Pair(document, clusters_from_lengths(text, bytes(lengths)), tuple(one), tuple(other))
            for document, text, lengths, one, other in cursor.fetchall()
        ]


def progress(bridge: GuidelineBridge) -> dict[str, Any]:
    """Return how far the readings are and what they have cost, and will."""
    reread = read(bridge)
    done = [one for one in reread.values() if one.new is not None]
    open_clusters = sum(len(one.lengths) for one in reread.values() if one.new is None and not one.is_waived)
    return {
        "sentences": len(reread),
        "read": len(done) + sum(one.is_waived and one.new is None for one in reread.values()),
        "groups": {name: len(bridge.sentences.get(name, ())) for name in GROUPS},
        "seconds": sum(one.seconds for one in done),
        "clusters": sum(len(one.lengths) for one in done),
        "expected_seconds": open_clusters * pace(bridge.project),
        "changed": sum(one.old != one.new for one in done),
        **_trained(bridge),
    }


def _trained(bridge: GuidelineBridge) -> dict[str, int]:
    """Count the models of the bridge, those there are and all; none without a round before the rules."""
    if bridge.round is None:
        return {"trained": 0, "trainings": 0}
    stored = bridge.round.replays.filter(
        purpose=Replay.Purpose.GUIDELINE, variant__startswith=variant(bridge, "")
    )
    trainings = sum(len(cells(bridge, arm)) for arm in ARMS) * len(bridge.round.config["seeds"])
    return {"trained": stored.count(), "trainings": trainings}


def watch(project: Project, *, now: datetime) -> None:
    """Record once that a bridge is read, with its cost, and have its models trained."""
    for bridge in GuidelineBridge.objects.filter(project=project, read_at=None).select_related("guideline"):
        if not is_read(read(bridge)):
            continue
        if GuidelineBridge.objects.filter(pk=bridge.pk, read_at=None).update(read_at=now):
            held = progress(bridge)
            after = {name: held[name] for name in ("sentences", "seconds", "clusters", "changed")}
            events.record(
                project, "bridge.read", at=now, after={"version": bridge.guideline.version, **after}
            )
            send("learner.tasks.train_guideline_bridge", bridge.pk, lane="train")


@transaction.atomic
def switch(bridge: GuidelineBridge, *, actor: User, now: datetime) -> int:
    """Pass the holdout's references to the new rules in one step; return how many change. An event.

    The curves are measured again by themselves, all of them against the new references. Raises Conflict
    until everything is read, and for a second step.
    """
    locked = GuidelineBridge.objects.select_for_update(no_key=True).get(pk=bridge.pk)
    reread = read(locked)
    if locked.switched_at is not None:
        raise Conflict("switched")
    if not is_read(reread):
        raise Conflict("bridge_unread")
    changing = [one for one in of_group(locked, reread, HOLDOUT) if one.old != one.new and not one.new_ids[1]]
    note = f"bridge to guideline {locked.guideline.version}"
    for one in changing:
        settle(locked.project, one.sentence, one.new or (), note=note, adjudicator=actor, now=now)
    locked.switched_at = now
    locked.save(update_fields=["switched_at"])
    audit.note(after={"references": len(changing)})
    events.record(
        locked.project,
        "bridge.switched",
        at=now,
        actor_id=actor.pk,
        after={"version": locked.guideline.version, "references": len(changing)},
    )
    return len(changing)


def variant(bridge: GuidelineBridge, cell: str) -> str:
    """Return the variant under which a cell's replays are stored."""
    return f"{bridge.guideline.version}|{cell}"


def cells(bridge: GuidelineBridge, arm: str) -> list[Cell]:
    """Return the models of an arm that there can be: without sentences read again there is none to train."""
    return [cell for cell in CELLS if cell.is_new_labels is None or bridge.sentences.get(arm)]


def label_pairs(bridge: GuidelineBridge) -> dict[str, Sequence[Pair]]:
    """Return the pairs of readings by group."""
    reread = read(bridge)
    return {name: [one.pair for one in of_group(bridge, reread, name)] for name in GROUPS}

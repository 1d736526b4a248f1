"""What annotators send in: submit, revise, flag. Append-only; nothing accepted is lost, nothing twice."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from annotation import charging, leases, sql
from annotation.errors import Adjudicated, BadBoundaries, Conflict, RevisedElsewhere
from annotation.models import Adjudication, Annotation, Assignment, Flag, Guideline, Sentence
from segmenter.text import InvalidBoundaries, check_boundaries

State = Assignment.State


@dataclass(frozen=True, slots=True)
class Reading:
    """What a person sends: boundaries as cluster indices, and what it took them."""

    boundaries: list[int]
    client_key: uuid.UUID
    active_ms: int
    key_actions: int
    # Which revision it is meant as, 0 the first; None: whichever comes next.
    revision: int | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """The annotation that a submit left behind."""

    id: int
    assignment_id: uuid.UUID
    revision: int
    created_at: datetime


def submit(assignment_id: uuid.UUID, reading: Reading, *, annotator_id: int, now: datetime) -> Stored:
    """Store a person's segmentation of the sentence they hold, or a revision of one they sent before.

    The same `client_key` again returns what is stored. Work on a lapsed lease is kept: in its own slot
    where that is still free, else as a reading beyond the overlap. Raises `BadBoundaries`, `Conflict` once
    the sentence is adjudicated, and `RevisedElsewhere` where the reading is not the revision it was meant as.
    """
    _check(reading, n_clusters=None)
    try:
        return _submit(assignment_id, reading, annotator_id=annotator_id, now=now)
    except IntegrityError as error:
        if "a_submit_is_stored_once" in str(error):
            key = str(reading.client_key)
            raise Conflict("key_used", key=key, details={"client_key": key}) from error
        if "one_holder_a_slot" not in str(error):
            raise
        # Somebody was handed the sentence while late work took its slot: now it gets a further one.
        return _submit(assignment_id, reading, annotator_id=annotator_id, now=now)


@transaction.atomic
def _submit(assignment_id: uuid.UUID, reading: Reading, *, annotator_id: int, now: datetime) -> Stored:
    stored = _store(assignment_id, reading, annotator_id=annotator_id, now=now)
    return stored or _store_otherwise(assignment_id, reading, annotator_id=annotator_id, now=now)


def _check(reading: Reading, *, n_clusters: int | None) -> None:
    try:
        check_boundaries(reading.boundaries, n_clusters=n_clusters or max(reading.boundaries, default=0) + 1)
    except InvalidBoundaries as error:
        shown = reading.boundaries[:20]
        raise BadBoundaries("bad_boundaries", problem=str(error), details={"boundaries": shown}) from error


# One statement: the annotation, the end of the lease, the fact for the learner, and the second readings that
# a first one opens (in the measurement queue, at a place that tells nothing of their age).
STORE = """
WITH held AS (
    SELECT a.id, a.project_id, a.sentence_id, a.slot, a.required_annotations, a.guideline_id, s.order_key,
        q.kind
    FROM annotation_assignment a
    JOIN annotation_sentence s ON s.id = a.sentence_id JOIN annotation_queue q ON q.id = a.queue_id
    WHERE a.id = %(assignment)s AND a.annotator_id = %(annotator)s AND a.state = %(state)s
      AND s.n_clusters > %(last)s
    FOR NO KEY UPDATE OF a
), finished AS (
    UPDATE annotation_assignment a
    SET state = 'submitted', active_ms = a.active_ms + %(active_ms)s,
        finished_at = coalesce(a.finished_at, %(now)s)
    FROM held WHERE a.id = held.id
), stored AS (
    INSERT INTO annotation_annotation (
        assignment_id, sentence_id, annotator_id, revision, boundaries, guideline_id, active_ms, key_actions,
        client_key, created_at)
    SELECT id, sentence_id, %(annotator)s, %(revision)s, %(boundaries)s::smallint[], guideline_id,
        %(active_ms)s, %(key_actions)s, %(client_key)s, %(now)s
    FROM held RETURNING id, sentence_id, revision
), told AS (
    INSERT INTO annotation_outboxentry (project_id, kind, payload, at)
    SELECT held.project_id, 'annotation.submitted',
        jsonb_build_object(
            'annotation', stored.id, 'sentence', stored.sentence_id, 'revision', stored.revision),
        %(now)s
    FROM held, stored
), second AS (
    INSERT INTO annotation_offer (queue_id, number, sentence_id, slot)
    SELECT q.id, (held.order_key & 4294967295) << 30, held.sentence_id, slots.slot
    FROM held JOIN annotation_queue q ON q.project_id = held.project_id AND q.kind = 'measurement',
        generate_series(1, held.required_annotations - 1) AS slots(slot)
    WHERE held.slot = 0 AND held.kind <> 'measurement' AND %(revision)s = 0
    ON CONFLICT DO NOTHING
)
SELECT id FROM stored
"""


def _store(
    assignment_id: uuid.UUID,
    reading: Reading,
    *,
    annotator_id: int,
    now: datetime,
    state: str = State.LEASED,
    revision: int = 0,
) -> Stored | None:
    """Store a reading of an assignment in the state named; None where that is not so."""
    values = {
        "boundaries": reading.boundaries,
        "client_key": reading.client_key,
        "active_ms": reading.active_ms,
        "key_actions": reading.key_actions,
        "assignment": assignment_id,
        "annotator": annotator_id,
        "state": str(state),
        "revision": revision,
        "last": max(reading.boundaries, default=0),
        "now": now,
    }
    row = sql.row(STORE, values)
    return row and Stored(row.id, assignment_id, revision, now)


def _store_otherwise(
    assignment_id: uuid.UUID, reading: Reading, *, annotator_id: int, now: datetime
) -> Stored:
    """Store what is not the plain case: sent again, a revision, or work on a lease that lapsed."""
    charging.lock(annotator_id)
    assignment = leases.latest_of(leases.own_assignment(assignment_id, annotator_id=annotator_id))
    _check(reading, n_clusters=assignment.sentence.n_clusters)
    same = Annotation.objects.filter(assignment=assignment, client_key=reading.client_key).first()
    if same is not None:
        return Stored(same.pk, assignment.pk, same.revision, same.created_at)
    revision = _next_revision(assignment, reading)
    if assignment.state not in Assignment.HELD:
        _take_up_again(assignment)
        charging.charge([assignment.pk])
    stored = _store(
        assignment.pk, reading, annotator_id=annotator_id, now=now, state=assignment.state, revision=revision
    )
    if stored is None:
        raise Conflict("changed_meanwhile", assignment=str(assignment_id))
    return stored


def _next_revision(assignment: Assignment, reading: Reading) -> int:
    if assignment.state != State.SUBMITTED:
        return 0
    if Adjudication.objects.filter(sentence_id=assignment.sentence_id).exists():
        raise Adjudicated("adjudicated")
    latest = Annotation.objects.filter(assignment=assignment).order_by("-revision")
    stored, boundaries = latest.values_list("revision", "boundaries")[0]
    if reading.revision not in (None, stored + 1):
        details = {"revision": stored, "boundaries": boundaries}
        raise RevisedElsewhere("revised_elsewhere", details=details)
    return stored + 1


def _take_up_again(assignment: Assignment) -> None:
    """Find a slot for work that comes after its lease lapsed, or after a skip."""
    if not leases.take_back(assignment):
        sentence = Sentence.objects.select_for_update(no_key=True).get(pk=assignment.sentence_id)
        sentence.required_annotations += 1
        sentence.save(update_fields=["required_annotations"])
        assignment.slot = sentence.required_annotations - 1
        assignment.required_annotations = sentence.required_annotations
    assignment.state, assignment.finished_at = State.LEASED, None
    assignment.save(update_fields=["state", "finished_at", "slot", "required_annotations"])


def flag(assignment_id: uuid.UUID, *, annotator_id: int, comment: str, now: datetime) -> Flag:
    """Record a remark on the sentence a person holds or held."""
    with transaction.atomic():
        assignment = leases.own_assignment(assignment_id, annotator_id=annotator_id)
        return Flag.objects.create(
            sentence_id=assignment.sentence_id, annotator_id=annotator_id, comment=comment, created_at=now
        )


def current_guideline(project_id: int) -> Guideline | None:
    """Return the guideline in force, None before the first is published."""
    return Guideline.objects.filter(project_id=project_id).order_by("-version").first()

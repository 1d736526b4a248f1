"""Who reads what next: a turn for the person, and the lowest open offer of that turn's queue.

A claim takes one open offer with SKIP LOCKED and locks only the person's own membership, so people never
wait for one another. What is open was drawn in annotation/drawing.py.
"""

import json
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from annotation import charging, interleave, sql
from annotation.drawing import draw_ahead
from annotation.leases import expire_leases
from annotation.models import Membership, Project, Queue
from segmenter.text import clusters_from_lengths

Kind = Queue.Kind

# One at work, one fetched ahead, one being saved.
MAX_LEASES = 3

TURNS = {
    interleave.RANDOM: Kind.RANDOM,
    interleave.ACTIVE: Kind.ACTIVE,
    interleave.MEASUREMENT: Kind.MEASUREMENT,
}


@dataclass(frozen=True, slots=True)
class Work:
    """What an annotator is handed. Nothing in it tells the arm, the rank or the score."""

    assignment_id: uuid.UUID
    clusters: list[str]
    suggestion: list[int] | None
    doubtful: list[int]
    alternatives: list[list[int]]
    guideline_version: int | None
    lease_until: datetime
    lease_seconds: int
    idle_cut_seconds: int


def create_queues(project: Project) -> None:
    """Give a new project its three queues."""
    Queue.objects.bulk_create([Queue(project=project, kind=kind) for kind in Kind])


# The person's turn and leases, and what the claim has to know of the project. The membership's row is locked.
# What an arm reuses of the person is added up only where a new block may be due: when no arm's turn is left.
DESK = f"""
SELECT m.id AS membership_id, m.user_id, m.block, m.block_number, m.charged_random, m.charged_active,
    p.id AS project_id, p.seed, p.active_share, p.holdout_serve_share, p.overlap_share,
    p.lease_seconds, p.suggestion_policy, p.suggestion_source,
    (SELECT jsonb_object_agg(q.kind, jsonb_build_array(q.id, q.last_number, CASE q.kind
            WHEN 'random' THEN true
            WHEN 'active' THEN q.last_number = 0 OR q.position < coalesce(g.size, 0)
            ELSE false END,
            CASE WHEN ltrim(m.block, 'm') = '' AND q.kind <> 'measurement'
                THEN ({charging.REUSED}) ELSE 0 END))
     FROM annotation_queue q LEFT JOIN annotation_generation g ON g.id = q.generation_id
     WHERE q.project_id = p.id) AS queues,
    ARRAY(SELECT a.id FROM annotation_assignment a
        WHERE a.annotator_id = m.user_id AND a.project_id = p.id AND a.state = 'leased'
          AND a.lease_until > %(now)s
        ORDER BY a.leased_at) AS leases
FROM annotation_membership m JOIN annotation_project p ON p.id = m.project_id
WHERE m.id = %(membership)s FOR NO KEY UPDATE OF m
"""  # noqa: S608  (no input in it)


def claim_next(membership_id: int, *, now: datetime, held: Collection[uuid.UUID] = ()) -> Work | None:
    """Hand a person a sentence: one they hold already and do not name in `held`, else a new one.

    None means that there is nothing for this person now. The membership's row is locked, so two requests of
    one person are served one after the other.
    """
    desk, work = _claim(membership_id, now=now, held=held)
    # Other people's leases end in a transaction of their own: none of ours may be waited for meanwhile.
    if work is None and len(desk.leases) < MAX_LEASES and expire_leases(now=now, project_id=desk.project_id):
        _, work = _claim(membership_id, now=now, held=held)
    return work


@transaction.atomic
def _claim(membership_id: int, *, now: datetime, held: Collection[uuid.UUID]) -> tuple[Any, Work | None]:
    """Return the person's desk and what they get, None where there is nothing or they hold enough."""
    desk = sql.row(DESK, {"membership": membership_id, "now": now})
    waiting = [lease for lease in desk.leases if lease not in held]
    if waiting:
        return desk, _work(sql.row(HELD_WORK, {"id": waiting[0]}))
    return desk, _claim_new(desk, now=now) if len(desk.leases) < MAX_LEASES else None


def _claim_new(desk: Any, *, now: datetime) -> Work | None:
    queues = json.loads(desk.queues)
    reused = {kind: cost for kind, (*_, cost) in queues.items()}
    block, number = (desk.block, desk.block_number) if desk.block else _next_block(desk, reused)
    first = TURNS[block[0]]
    work = _claim_turn(desk, queues, first, block=block[1:], number=number, now=now)
    if work is None and first == Kind.MEASUREMENT:
        # Where measurement has nothing for this person its turns fall away: given to one arm, they would
        # move the ratio.
        block = block.lstrip(interleave.MEASUREMENT)
        if not block:
            block, number = _next_block(desk._replace(block_number=number), reused)
            block = block.lstrip(interleave.MEASUREMENT) or interleave.RANDOM
        first = TURNS[block[0]]
        work = _claim_turn(desk, queues, first, block=block[1:], number=number, now=now)
    # Where the turn's arm has nothing for this person the others stand in; the ratio is made up later.
    for kind in Kind:
        if work is None and kind != first:
            work = _claim_turn(desk, queues, kind, block=block[1:], number=number, now=now)
    return work


def _next_block(desk: Any, reused: dict[str, int]) -> tuple[str, int]:
    """Return the person's next block, the next turn first, and its number."""
    number = desk.block_number + 1
    # By the person's number in the project: the same project, seeded alike elsewhere, has the same turns.
    earlier = Membership.objects.filter(project_id=desk.project_id, pk__lt=desk.membership_id)
    block = interleave.next_block(
        desk.seed,
        str(earlier.count()),
        number,
        active_share=desk.active_share,
        measurement_share=min(0.9, desk.holdout_serve_share + desk.overlap_share),
        charged_random=desk.charged_random + reused[Kind.RANDOM],
        charged_active=desk.charged_active + reused[Kind.ACTIVE],
    )
    return block, number


def _claim_turn(
    desk: Any, queues: dict[str, Any], kind: str, *, block: str, number: int, now: datetime
) -> Work | None:
    """Claim from one queue; `block` is what the person has left after this turn."""
    queue_id, drawn, can_draw, _ = queues[kind]
    values = {
        "membership": desk.membership_id,
        "annotator": desk.user_id,
        "queue": queue_id,
        "kind": str(kind),
        "block": block,
        "block_number": number,
        "now": now,
        "until": now + timedelta(seconds=desk.lease_seconds),
        "policy": desk.suggestion_policy,
        "source": "" if desk.suggestion_policy == "none" else desk.suggestion_source,
    }
    return _claim_from(values, drawn if can_draw else None, desk.project_id)


def _claim_from(values: dict[str, Any], drawn: int | None, project_id: int) -> Work | None:
    """Claim the lowest open offer of a queue, drawing more where none is left.

    `drawn` is the number of the queue's latest draw, None where its order is at its end.
    """
    work = _claim_offer(values)
    while work is None and drawn is not None:
        drawn = draw_ahead(project_id, values["kind"], after=drawn, now=values["now"])
        if drawn is not None:
            work = _claim_offer(values)
    return work


# What the page gets, from an assignment `a`.
WORK = """
SELECT a.id, s.text, s.cluster_lengths,
    CASE WHEN a.suggestion_shown THEN suggestion.boundaries END AS suggestion,
    CASE WHEN a.suggestion_shown AND p.show_doubt THEN suggestion.doubtful END AS doubtful,
    CASE WHEN a.suggestion_shown AND p.show_doubt THEN suggestion.alternatives END AS alternatives,
    guideline.version, a.lease_until, p.lease_seconds, p.idle_cut_seconds
FROM {assignment} a
JOIN annotation_sentence s ON s.id = a.sentence_id
JOIN annotation_project p ON p.id = a.project_id
LEFT JOIN annotation_suggestion suggestion ON suggestion.id = a.suggestion_id
LEFT JOIN annotation_guideline guideline ON guideline.id = a.guideline_id
"""
HELD_WORK = WORK.format(assignment="annotation_assignment") + " WHERE a.id = %(id)s"

# The lowest open offer becomes a lease; the turn is over and charged, to the other arm as well where that has
# drawn the sentence. A row without an id says that the offer was stale, a missing row that there is none.
TURN_OVER = "block = %(block)s, block_number = %(block_number)s,"
CLAIM = f"""
WITH pick AS (
    SELECT o.id FROM annotation_offer o
    WHERE o.queue_id = %(queue)s
      AND NOT EXISTS (
        SELECT 1 FROM annotation_assignment a
        WHERE a.sentence_id = o.sentence_id AND a.annotator_id = %(annotator)s
          AND a.state IN ('leased', 'submitted', 'skipped'))
    ORDER BY o.number LIMIT 1 FOR UPDATE SKIP LOCKED
), taken AS (
    DELETE FROM annotation_offer o USING pick WHERE o.id = pick.id
    RETURNING o.sentence_id, o.slot, o.number
), lease AS (
    INSERT INTO annotation_assignment (
        id, project_id, queue_id, number, sentence_id, slot, required_annotations, annotator_id, state,
        leased_at, lease_until, guideline_id, suggestion_policy, suggestion_id, suggestion_shown,
        skip_reason, active_ms)
    SELECT %(id)s, s.project_id, %(queue)s, t.number, s.id, t.slot, s.required_annotations, %(annotator)s,
        'leased', %(now)s, %(until)s,
        (SELECT g.id FROM annotation_guideline g WHERE g.project_id = s.project_id
         ORDER BY g.version DESC LIMIT 1),
        %(policy)s, suggestion.id,
        suggestion.id IS NOT NULL AND NOT s.control AND s.split <> 'holdout', '', 0
    FROM taken t JOIN annotation_sentence s
        ON s.id = t.sentence_id AND s.retired_at IS NULL AND s.declined_at IS NULL
    LEFT JOIN annotation_suggestion suggestion
        ON suggestion.sentence_id = s.id AND suggestion.source = %(source)s
    ON CONFLICT DO NOTHING RETURNING *
), turns AS ({charging.TURNS.format(assignments="lease")}),
counted AS ({charging.COUNT.format(also=TURN_OVER, sign="+")}), marked AS ({charging.MARK})
SELECT work.* FROM taken LEFT JOIN ({WORK.format(assignment="lease")}) work ON true
"""  # noqa: S608  (no input in it)


def _claim_offer(values: dict[str, Any]) -> Work | None:
    """Turn the lowest open offer into a lease.

    An offer may be stale. Both arms can draw a sentence, and the other arm may have handed it out: then the
    constraint on (sentence, slot) refuses the lease. Or the sentence was withdrawn while somebody held it.
    The stale offer is gone then, and the next is tried.
    """
    while True:
        row = sql.row(CLAIM, values | {"id": uuid.uuid4()})
        if row is None:
            return None
        if row.id is not None:
            return _work(row)


def _work(row: Any) -> Work:
    return Work(
        assignment_id=row.id,
        clusters=clusters_from_lengths(row.text, bytes(row.cluster_lengths)),
        suggestion=row.suggestion,
        doubtful=row.doubtful or [],
        alternatives=json.loads(row.alternatives or "[]"),
        guideline_version=row.version,
        lease_until=row.lease_until,
        lease_seconds=row.lease_seconds,
        idle_cut_seconds=row.idle_cut_seconds,
    )

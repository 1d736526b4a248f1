"""Publishing: a new order of the active queue is stored beside the old one and then served in one step."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from annotation import outbox
from annotation.models import Generation, Offer, Queue
from annotation.orders import CHUNK, next_in_generation, next_in_random_order

Kind = Queue.Kind


def write_generation(
    queue: Queue,
    sentence_ids: Sequence[int],
    scores: Sequence[float],
    *,
    source: str,
    strategy: str,
) -> Generation:
    """Store an order, best first, without serving it yet.

    `publish` does that, in a transaction of its own: with a million places to write in the same one, whoever
    draws would wait for the queue's lock until all of it is on the disk.
    """
    with transaction.atomic():
        number = (queue.generations.order_by("-number").values_list("number", flat=True).first() or 0) + 1
        generation = Generation.objects.create(
            queue=queue,
            number=number,
            source=source,
            strategy=strategy,
            size=len(sentence_ids),
        )
        _write_chunks(generation, sentence_ids, scores)
    return generation


COPY_CHUNKS = "COPY annotation_orderchunk (generation_id, number, sentence_ids, scores) FROM STDIN"


def _write_chunks(generation: Generation, sentence_ids: Sequence[int], scores: Sequence[float]) -> None:
    # COPY: through the ORM a million places take four times as long.
    with connection.cursor() as cursor, cursor.copy(COPY_CHUNKS) as copy:
        for start in range(0, len(sentence_ids), CHUNK):
            chunk = slice(start, start + CHUNK)
            copy.write_row((generation.pk, start // CHUNK, list(sentence_ids[chunk]), list(scores[chunk])))


# Draws past the last one handed out were made ahead from the old order. A claim under way keeps its draw: its
# offer is locked, so it is passed over here, and still seen by the second half of the condition.
UNDO_DRAWS_AHEAD = """
WITH past AS (
    SELECT coalesce(max(number), 0) AS number FROM annotation_assignment WHERE queue_id = %(queue)s
), ahead AS (
    SELECT o.id, o.number FROM annotation_offer o
    JOIN annotation_draw d ON d.queue_id = o.queue_id AND d.number = o.number
    WHERE o.queue_id = %(queue)s AND o.number > (SELECT number FROM past) AND d.generation_id IS NOT NULL
    FOR UPDATE OF o SKIP LOCKED
), gone AS (
    DELETE FROM annotation_offer o USING ahead WHERE o.id = ahead.id RETURNING o.number
)
DELETE FROM annotation_draw d
WHERE d.queue_id = %(queue)s AND d.number > (SELECT number FROM past) AND d.generation_id IS NOT NULL
  AND (d.number IN (SELECT number FROM gone) OR NOT EXISTS (
    SELECT 1 FROM annotation_offer o WHERE o.queue_id = d.queue_id AND o.number = d.number))
"""


@transaction.atomic
def publish(generation: Generation, *, now: datetime) -> None:
    """Serve this order from now on, in one step; draws ahead that nobody was handed go back to the pool."""
    queue = Queue.objects.select_for_update(no_key=True).select_related("project").get(pk=generation.queue_id)
    if queue.generation_id == generation.pk:
        return
    queue.generation, queue.position = generation, 0
    queue.save(update_fields=["generation", "position"])
    Generation.objects.filter(pk=generation.pk).update(published_at=now)
    with connection.cursor() as cursor:
        cursor.execute(UNDO_DRAWS_AHEAD, {"queue": queue.pk})
    payload = {"generation": generation.number, "source": generation.source, "size": generation.size}
    outbox.write(queue.project, "order.published", payload, at=now)


def upcoming(queue: Queue, size: int, *, next_order: Generation | None = None) -> list[int]:
    """Return the sentences a queue will serve next, soonest first: open offers, then its order.

    `next_order` stands for the active queue's order where it is about to be published.
    """
    open_ids = list(
        Offer.objects.filter(queue=queue).order_by("number").values_list("sentence_id", flat=True)[:size]
    )
    if queue.kind == Kind.ACTIVE and next_order is not None:
        # In full: offers that the other arm has handed out stand among the open ones until they are tried.
        return open_ids + _first(next_order, size)
    missing = size - len(open_ids)
    if missing <= 0 or queue.kind == Kind.MEASUREMENT:
        return open_ids
    if queue.kind == Kind.RANDOM:
        return open_ids + next_in_random_order(queue.project, queue.last_number, missing, move=False)
    return open_ids + [id_ for id_, _, _ in next_in_generation(queue, missing)]


def _first(generation: Generation, size: int) -> list[int]:
    chunks = generation.chunks.filter(number__lt=-(-size // CHUNK)).order_by("number")
    return [id_ for ids in chunks.values_list("sentence_ids", flat=True) for id_ in ids][:size]

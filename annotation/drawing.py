"""Drawing: an arm takes the next sentences of its order into its sample and opens them to be read.

Draws are made in small batches ahead of serving, under the arms' locks; claims (annotation/queues.py) only
take what is open. Which sentences are a sample's is settled here and nowhere else.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection, transaction

from annotation import outbox
from annotation.models import Draw, Offer, Project, Queue
from annotation.orders import next_in_generation, next_in_random_order

Kind = Queue.Kind
# A sentence as its order gives it: id, and in a published order rank and acquisition score.
Place = tuple[int, int | None, float | None]

# Draws made ahead of serving: enough that 32 people claim for about half a second between two draws.
BATCH = 64


@transaction.atomic
def draw_ahead(project_id: int, kind: str, *, after: int, now: datetime) -> int | None:
    """Draw the next batch of an arm from its order, open its offers, and return the latest draw's number.

    Where somebody else has drawn past `after` meanwhile, that is enough and nothing is drawn. None means that
    the order is at its end (for the active arm: until the next one is published). The first draw of a project
    draws the seed set for both arms.
    """
    project = Project.objects.get(pk=project_id)
    queues = {queue.kind: queue for queue in _locked_arms(project)}
    queue = queues[kind]
    if queue.last_number > after or _draw_seed_set(project, queues, now=now):
        return queue.last_number
    rows: Sequence[Place]
    if kind == Kind.RANDOM:
        rows = [(id_, None, None) for id_ in next_in_random_order(project, queue.last_number, BATCH)]
    else:
        rows = next_in_generation(queue, BATCH)
    _draw(queue, rows, now=now)
    return queue.last_number if rows else None


def _locked_arms(project: Project) -> Iterable[Queue]:
    # Both rows, in one order: the other arm's draws decide whether a sentence has to be served again. Not FOR
    # UPDATE: that would stop the foreign-key check of a claim, which this transaction may come to wait for.
    arms = Queue.objects.filter(project=project, kind__in=[Kind.RANDOM, Kind.ACTIVE])
    return arms.select_for_update(no_key=True).order_by("pk")


def _draw_seed_set(project: Project, queues: dict[str, Queue], *, now: datetime) -> bool:
    """Draw the first keys of the random order into both arms, once; True when this call did it."""
    if queues[Kind.RANDOM].last_number:
        return False
    ids = next_in_random_order(project, 0, project.seed_size)
    if not ids:
        return False
    with connection.cursor() as cursor:
        cursor.execute("UPDATE annotation_sentence SET split = 'seed' WHERE id = ANY(%s)", [ids])
    for queue in queues.values():
        _draw(queue, [(id_, None, None) for id_ in ids], now=now)
    Project.objects.filter(pk=project.pk).update(started_at=now)
    outbox.write(project, "project.started", {"seed_size": len(ids)}, at=now)
    return True


# For each sentence drawn: its cost, whether it has been declined, the slot the other arm waits on or has read
# (null: the other arm has not drawn it), who reads or has read it there, and under which rules.
STANDING = """
SELECT s.id, s.n_clusters, s.declined_at IS NOT NULL, s.required_annotations, other.slot, a.state,
    a.annotator_id, a.suggestion_policy,
    a.guideline_id IS NOT DISTINCT FROM (
        SELECT g.id FROM annotation_guideline g WHERE g.project_id = s.project_id
        ORDER BY g.version DESC LIMIT 1)
FROM annotation_sentence s
LEFT JOIN LATERAL (
    SELECT max(d.slot) AS slot FROM annotation_draw d WHERE d.sentence_id = s.id) other ON true
LEFT JOIN annotation_assignment a
    ON a.sentence_id = s.id AND a.slot = other.slot AND a.state IN ('leased', 'submitted')
WHERE s.id = ANY(%s)
"""

WIDEN = "UPDATE annotation_sentence SET required_annotations = required_annotations + 1 WHERE id = ANY(%s)"


def _draw(queue: Queue, rows: Sequence[Place], *, now: datetime) -> None:
    """Append draws to a queue and open an offer for each sentence that still has to be served.

    A label made for the other arm under the same guideline and suggestion policy is reused, not served
    again, and charged to this arm from here on (annotation/charging.py); one made under other rules is asked
    for anew, in a further slot.
    """
    with connection.cursor() as cursor:
        cursor.execute(STANDING, [[id_ for id_, _, _ in rows]])
        standing = {row[0]: row[1:] for row in cursor.fetchall()}
    draws, offers, widened = [], [], []
    for number, (id_, rank, score) in enumerate(rows, start=queue.last_number + 1):
        clusters, declined, required, slot, state, reader, policy, same_guideline = standing[id_]
        slot = slot or 0
        if state == "submitted" and not (same_guideline and policy == queue.project.suggestion_policy):
            slot, state, reader = required, None, None
            widened.append(id_)
        draws.append(
            Draw(
                queue=queue,
                number=number,
                sentence_id=id_,
                slot=slot,
                rank=rank,
                score=score,
                clusters=clusters,
                reused_from_id=reader,
                drawn_at=now,
                generation_id=queue.generation_id if rank is not None else None,
            )
        )
        if state is None and not declined:
            offers.append(Offer(queue=queue, number=number, sentence_id=id_, slot=slot))
    Draw.objects.bulk_create(draws)
    Offer.objects.bulk_create(offers)
    if widened:
        with connection.cursor() as cursor:
            cursor.execute(WIDEN, [widened])
    queue.last_number += len(rows)
    queue.save(update_fields=["last_number", "position"])


def measurement_number(order_key: int) -> int:
    """Return a sentence's place in the measurement queue, which tells nothing of its arm.

    From the low half of the key: the random arm draws by the high half, and its sentences would else be read
    a second time, and adjudicated, long before those of the active arm. STORE in annotation/annotations.py
    has the same rule.
    """
    return (order_key & 0xFFFFFFFF) << 30

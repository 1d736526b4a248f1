"""The two orders: by key, stratum by stratum, with late strata catching up; and as last published.

In the random order each import is a stratum whose sample is the complete prefix of its keys, hence a simple
random sample of it at every moment; while the strata's frontiers are level it is one of the whole corpus.
"""

from collections import Counter, deque

from django.db import connection
from django.db.models import Max

from annotation.keys import key, share_of
from annotation.models import Corpus, OrderChunk, Project, Queue, Sentence

# Sentences a chunk of a published order.
CHUNK = 1000

# Next keys of every served stratum at once: an index walk of `size` entries a stratum. Of a withdrawn corpus
# those are left that others hold as well.
NEXT_KEYS = """
SELECT c.id, next.order_key, next.id FROM annotation_corpus c CROSS JOIN LATERAL (
    SELECT s.order_key, s.id FROM annotation_sentence s
    WHERE s.corpus_id = c.id AND s.split IN ('pool', 'seed') AND s.retired_at IS NULL
      AND s.order_key > coalesce(c.frontier, -9223372036854775808)
    ORDER BY s.order_key, s.id LIMIT %(size)s) next
WHERE c.project_id = %(project)s AND c.state IN ('ready', 'withdrawn') ORDER BY c.id, next.order_key, next.id
"""


def next_in_random_order(project: Project, drawn: int, size: int, *, move: bool = True) -> list[int]:
    """Return the next `size` sentences of the random order after `drawn` draws, and move the frontiers.

    A stratum lags while its next key is below the furthest frontier. Lagging strata get `catch_up_share` of
    the draws, thrown for each draw from the project's seed. The caller holds the random queue's lock;
    `move=False` only looks ahead.
    """
    with connection.cursor() as cursor:
        cursor.execute(NEXT_KEYS, {"project": project.pk, "size": size})
        rows = cursor.fetchall()
    ahead: dict[int, deque[tuple[int, int]]] = {}
    for corpus_id, order_key, sentence_id in rows:
        ahead.setdefault(corpus_id, deque()).append((order_key, sentence_id))
    furthest = _furthest(project)
    moved: dict[int, int] = {}
    chosen: list[int] = []
    while len(chosen) < size and ahead:
        lagging = {c for c, keys in ahead.items() if furthest is not None and keys[0][0] < furthest}
        level = ahead.keys() - lagging
        coin = share_of(key(project.seed, "interleaving", f"catch up|{drawn + len(chosen)}"))
        candidates = lagging if lagging and (not level or coin < project.catch_up_share) else level
        corpus_id = min(candidates, key=lambda c: ahead[c][0])
        order_key, sentence_id = ahead[corpus_id].popleft()
        if not ahead[corpus_id]:
            del ahead[corpus_id]
        chosen.append(sentence_id)
        moved[corpus_id] = order_key
        furthest = order_key if furthest is None else max(furthest, order_key)
    if move:
        for corpus_id, frontier in moved.items():
            Corpus.objects.filter(pk=corpus_id).update(frontier=frontier)
    return chosen


def is_catching_up(project: Project) -> bool:
    """Tell whether a stratum lags behind the furthest: until then figures weight strata."""
    furthest = _furthest(project)
    with connection.cursor() as cursor:
        cursor.execute(NEXT_KEYS, {"project": project.pk, "size": 1})
        return furthest is not None and any(order_key < furthest for _, order_key, _ in cursor.fetchall())


def frame(project: Project) -> dict[str, int]:
    """Return the frame's version, which each import and withdrawal raises, and the sentences in it."""
    states = Counter(Corpus.objects.filter(project=project).values_list("state", flat=True))
    in_frame = Sentence.objects.filter(project=project, split__in=["pool", "seed"], retired_at=None)
    states_of_frame = [Corpus.State.READY, Corpus.State.WITHDRAWN]
    return {
        "version": states[Corpus.State.READY] + 2 * states[Corpus.State.WITHDRAWN],
        "sentences": in_frame.filter(corpus__state__in=states_of_frame).count(),
    }


def _furthest(project: Project) -> int | None:
    corpora = Corpus.objects.filter(project=project, state=Corpus.State.READY)
    return corpora.aggregate(furthest=Max("frontier"))["furthest"]


NEXT_IN_GENERATION = """
SELECT o.id, o.rank, o.score FROM unnest(%(ids)s::bigint[], %(scores)s::float8[])
    WITH ORDINALITY AS o(id, score, rank)
JOIN annotation_sentence s ON s.id = o.id
WHERE s.split = 'pool' AND s.retired_at IS NULL
  AND NOT EXISTS (SELECT 1 FROM annotation_draw d WHERE d.queue_id = %(queue)s AND d.sentence_id = o.id)
ORDER BY o.rank
"""


def next_in_generation(queue: Queue, size: int) -> list[tuple[int, int | None, float | None]]:
    """Return up to `size` (sentence id, rank, score) from the published order and move past them."""
    if queue.generation_id is None:
        return []
    rows: list[tuple[int, int | None, float | None]] = []
    chunks = OrderChunk.objects.filter(generation_id=queue.generation_id).values_list(
        "sentence_ids", "scores"
    )
    while len(rows) < size:
        number, offset = divmod(queue.position, CHUNK)
        chunk = chunks.filter(number=number).first()
        if chunk is None or offset >= len(chunk[0]):
            break
        end = offset + size - len(rows)
        ids, scores = (column[offset:end] for column in chunk)
        with connection.cursor() as cursor:
            cursor.execute(NEXT_IN_GENERATION, {"ids": ids, "scores": scores, "queue": queue.pk})
            rows += [(id_, queue.position + rank - 1, score) for id_, rank, score in cursor.fetchall()]
        queue.position += len(ids)
    return rows

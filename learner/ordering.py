"""From scores to an order: the pool in shards, merged, near-duplicates out, written to be published.

No model code: shards are scored in learner/scoring.py, by other processes.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from django.db import connection

from annotation import publishing
from annotation.keys import key
from annotation.models import Generation, Queue, Sentence
from learner.models import Round, ScoreShard
from segmenter.data import text_vectors
from segmenter.query import arrange, order

SHARD_SIZE = 5000

# Everything outside holdout and the active sample, labelled or not. A draw past the last one handed out is
# not counted as drawn: publishing takes it back.
POOL = """
    s.project_id = %(project)s AND s.split = 'pool' AND s.retired_at IS NULL
    AND s.corpus_id IN (
        SELECT c.id FROM annotation_corpus c
        WHERE c.project_id = %(project)s AND c.state IN ('ready', 'withdrawn'))
    AND NOT EXISTS (
        SELECT 1 FROM annotation_draw d WHERE d.sentence_id = s.id AND d.queue_id = %(queue)s
          AND (d.generation_id IS NULL OR d.number <= (
            SELECT coalesce(max(a.number), 0) FROM annotation_assignment a WHERE a.queue_id = %(queue)s)))
"""

_RANGES = f"""
SELECT min(id), max(id) FROM (
    SELECT s.id, (row_number() OVER (ORDER BY s.id) - 1) / %(size)s AS shard
    FROM annotation_sentence s WHERE {POOL}
) pool GROUP BY shard ORDER BY shard
"""  # noqa: S608  (no input in it)

# Groups that the active sample holds already, and the groups of the pool.
_GROUPS = """
SELECT s.id, s."group" FROM annotation_sentence s
WHERE s.project_id = %(project)s AND s."group" IS NOT NULL AND s.split = 'pool'
"""
_DRAWN_GROUPS = """
SELECT DISTINCT s."group" FROM annotation_draw d JOIN annotation_sentence s ON s.id = d.sentence_id
WHERE d.queue_id = %(queue)s AND s."group" IS NOT NULL
  AND (d.generation_id IS NULL OR d.number <= (
    SELECT coalesce(max(a.number), 0) FROM annotation_assignment a WHERE a.queue_id = %(queue)s))
"""


def split_pool(round_: Round, *, size: int = SHARD_SIZE) -> list[ScoreShard]:
    """Replace the round's shards: the pool as it stands now, in ranges of sentence ids."""
    round_.shards.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(_RANGES, {**_parameters(round_), "size": size})
        ranges = cursor.fetchall()
    return ScoreShard.objects.bulk_create(
        ScoreShard(round=round_, number=number, first_id=first, last_id=last)
        for number, (first, last) in enumerate(ranges)
    )


def write_order(round_: Round) -> Generation:
    """Merge the round's finished shards into one order and store it. Needs the round's lock."""
    ids, scores = merged(round_)
    return publishing.write_generation(
        active_queue(round_),
        ids,
        scores,
        source=round_.scorer.source if round_.scorer else round_.config["strategy"],
        strategy=round_.config["strategy"],
    )


def active_queue(round_: Round) -> Queue:
    """Return the queue whose order the round makes."""
    return Queue.objects.get(project_id=round_.project_id, kind=Queue.Kind.ACTIVE)


def seeded_rng(round_: Round, purpose: str) -> np.random.Generator:
    """Return the generator for one purpose of a round; it follows from the project's seed."""
    return np.random.default_rng(key(round_.project.seed, "strategy", f"{round_.number}|{purpose}"))


def _parameters(round_: Round) -> dict[str, Any]:
    return {"project": round_.project_id, "queue": active_queue(round_).pk}


def merged(round_: Round) -> tuple[list[int], list[float]]:
    """Return ids and scores as the strategy arranges them: ties by lot, of near-duplicates only the best."""
    # By number, because the lot of a tie depends on a sentence's place here.
    shards = list(round_.shards.order_by("number").values_list("ids", "scores"))
    ids = np.concatenate([np.zeros(0, np.int64), *(np.array(ids, np.int64) for ids, _ in shards)])
    scores = np.concatenate([np.zeros(0), *(np.array(scores, float) for _, scores in shards)])
    best_first = order(scores, seeded_rng(round_, "ties"))
    kept = arrange(
        round_.config["strategy"],
        best_first[_first_of_each_group(round_, ids[best_first])],
        batch=round_.project.round_size,
        vectors=lambda places: text_vectors(_texts(ids[places].tolist())),
        rng=seeded_rng(round_, "arrangement"),
    )
    return ids[kept].tolist(), scores[kept].tolist()


def _texts(ids: list[int]) -> list[str]:
    texts = dict(Sentence.objects.filter(pk__in=ids).values_list("pk", "text"))
    return [texts[id_] for id_ in ids]


def _first_of_each_group(round_: Round, ids: np.ndarray[Any, np.dtype[np.int64]]) -> Sequence[int]:
    """Return the places in `ids` to keep: the first of each group, of none that the active sample holds."""
    with connection.cursor() as cursor:
        cursor.execute(_GROUPS, _parameters(round_))
        groups = dict(cursor.fetchall())
        cursor.execute(_DRAWN_GROUPS, _parameters(round_))
        seen = {group for (group,) in cursor.fetchall()}
    kept = []
    for place, id_ in enumerate(ids.tolist()):
        group = groups.get(id_)
        if group is not None:
            if group in seen:
                continue
            seen.add(group)
        kept.append(place)
    return kept

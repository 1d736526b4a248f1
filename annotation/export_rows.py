"""The rows of an export: which label stands for a sentence, read from one snapshot in batches."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import psycopg
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from annotation.models import Export, Queue

BATCH = 5000
WORD_END = "\0"
"""Stands between the words of a row. No text holds it: PostgreSQL cannot store it."""


class Row(NamedTuple):
    """One label of one sentence, with where it comes from. Annotators are numbers, never names.

    `words` is the text with WORD_END at every boundary. `label` is `annotation` or `adjudication`, `label_id`
    the number of that row. `active_ms` and `key_actions` are None for an adjudication, draws and rank where
    that arm has not drawn the sentence.
    """

    id: int
    text: str
    words: str
    document: str
    domain: str
    source: str
    licence: str
    corpus: int
    split: str
    sealed: bool
    occurrences: int
    label: str
    label_id: int
    annotator: int
    revision: int
    guideline_version: int | None
    created_at: Any
    active_ms: int | None
    key_actions: int | None
    suggestion: str | None
    random_draw: int | None
    active_draw: int | None
    active_rank: int | None
    active_score: float | None
    arm: str | None
    weight: float | None


Columns = Mapping[str, Sequence[Any]]
"""A batch of rows: the values of each field of Row, all of one length."""


def rows_of(columns: Columns) -> Iterator[Row]:
    """Yield a batch row by row."""
    return map(Row._make, zip(*columns.values(), strict=True))


ANNOTATION = """
n.sentence_id, n.boundaries, 'annotation' AS label, n.id AS label_id, n.annotator_id, n.revision,
    n.guideline_id, n.created_at, n.active_ms, n.key_actions, shown.source AS suggestion
FROM annotation_annotation n JOIN annotation_assignment a ON a.id = n.assignment_id
LEFT JOIN annotation_suggestion shown ON shown.id = a.suggestion_id AND a.suggestion_shown
LEFT JOIN drawn ON drawn.sentence_id = n.sentence_id
WHERE a.project_id = %(project)s
"""
ALL = f"SELECT {ANNOTATION}"
ADJUDICATED = """
SELECT DISTINCT ON (j.sentence_id) j.sentence_id, j.boundaries, 'adjudication' AS label, j.id AS label_id,
    j.adjudicator_id AS annotator_id, j.revision, j.guideline_id, j.created_at, NULL::int AS active_ms,
    NULL::int AS key_actions, NULL::varchar AS suggestion
FROM annotation_adjudication j JOIN annotation_sentence s ON s.id = j.sentence_id
WHERE s.project_id = %(project)s ORDER BY j.sentence_id, j.revision DESC
"""
# The rule of a round's freeze: the reference; else the reading in the slot by which the arm drew the sentence
# (without an arm, the first slot), else the earliest; and of that its latest revision.
TRAINING = f"""
WITH reference AS ({ADJUDICATED}), earliest AS (
    SELECT DISTINCT ON (n.sentence_id) {ANNOTATION} AND a.state = 'submitted'
    ORDER BY n.sentence_id, (a.slot = coalesce(drawn.slot, 0)) DESC, a.finished_at, a.slot, n.revision DESC
)
SELECT * FROM reference UNION ALL
SELECT * FROM earliest e WHERE NOT EXISTS (SELECT 1 FROM reference r WHERE r.sentence_id = e.sentence_id)
"""  # noqa: S608  (no input in it)
LABELS = {Export.Which.ALL: ALL, Export.Which.ADJUDICATED: ADJUDICATED, Export.Which.TRAINING: TRAINING}

# A draw of the active arm is reached once one as late has been handed out; a new order takes back the others.
ROWS = """
WITH random AS (
    SELECT sentence_id, slot, number FROM annotation_draw WHERE queue_id = %(random)s
), active AS (
    SELECT sentence_id, slot, number, rank, score FROM annotation_draw
    WHERE queue_id = %(active)s AND (generation_id IS NULL OR number <= (
        SELECT coalesce(max(number), 0) FROM annotation_assignment WHERE queue_id = %(active)s))
), drawn AS (
    SELECT sentence_id, slot FROM random WHERE %(arm)s::text = 'random'
    UNION ALL SELECT sentence_id, slot FROM active WHERE %(arm)s::text = 'active'
), stratum AS (
    SELECT c.id AS corpus_id, (
        SELECT count(*) FROM annotation_sentence s
        WHERE s.corpus_id = c.id AND s.split IN ('pool', 'seed') AND s.retired_at IS NULL) AS frame, (
        SELECT count(*) FROM random JOIN annotation_sentence s ON s.id = random.sentence_id
        WHERE s.corpus_id = c.id AND s.retired_at IS NULL) AS drawn
    FROM annotation_corpus c WHERE c.project_id = %(project)s AND c.state IN ('ready', 'withdrawn')
), label AS ({labels})
SELECT s.cluster_lengths, array_send(l.boundaries), s.id, s.text, d.name, d.domain, c.source, c.licence,
    s.corpus_id, s.split, d.sealed, s.occurrences, l.label, l.label_id, l.annotator_id, l.revision, g.version,
    l.created_at, l.active_ms, l.key_actions, l.suggestion, random.number, active.number, active.rank,
    active.score,
    CASE WHEN random.number IS NULL THEN CASE WHEN active.number IS NULL THEN NULL ELSE 'active' END
        WHEN active.number IS NULL THEN 'random' ELSE 'both' END,
    CASE WHEN random.number IS NOT NULL AND s.retired_at IS NULL
        THEN stratum.frame::float8 / nullif(stratum.drawn, 0) END
FROM label l JOIN annotation_sentence s ON s.id = l.sentence_id
JOIN annotation_document d ON d.id = s.document_id JOIN annotation_corpus c ON c.id = s.corpus_id
LEFT JOIN annotation_guideline g ON g.id = l.guideline_id
LEFT JOIN random ON random.sentence_id = s.id LEFT JOIN active ON active.sentence_id = s.id
LEFT JOIN stratum ON stratum.corpus_id = s.corpus_id
WHERE (%(arm)s::text IS NULL OR EXISTS (SELECT 1 FROM drawn WHERE drawn.sentence_id = s.id))
  AND (%(split)s::text IS NULL OR s.split = %(split)s)
  AND (%(since)s::timestamptz IS NULL OR l.created_at >= %(since)s)
  AND (%(until)s::timestamptz IS NULL OR l.created_at < %(until)s)
  AND (%(guideline_version)s::int IS NULL OR g.version = %(guideline_version)s)
ORDER BY s.id, l.label_id
"""


@contextmanager
def snapshot() -> Iterator[psycopg.Connection[Any]]:
    """Yield a connection of its own whose reads all see the database as it is at the first one."""
    own: BaseDatabaseWrapper = connection.copy()
    try:
        own.ensure_connection()
        raw = own.connection
        raw.autocommit = False
        raw.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        raw.read_only = True
        raw.execute("SET LOCAL work_mem = '128MB'")
        # A plan whose first rows come early: what is written of them is written while the others are read.
        # Sorting all labels first costs PostgreSQL as much, and lets everybody else wait for it.
        raw.execute("SET LOCAL cursor_tuple_fraction = 0.1")
        yield raw
    finally:
        if own.connection is not None:
            # The connection goes back into a pool, and its next user writes.
            own.connection.rollback()
            own.connection.read_only = own.connection.isolation_level = None
            own.connection.autocommit = True
        own.close()


def read(raw: psycopg.Connection[Any], export: Export) -> Iterator[Columns]:
    """Yield the export's rows in batches, in the order of the sentences.

    One batch is fetched ahead, so that PostgreSQL works on it while the one before it is written.
    """
    with raw.cursor("export", binary=True) as cursor, ThreadPoolExecutor(max_workers=1) as thread:
        cursor.execute(_statement(export), _values(export))
        coming = thread.submit(cursor.fetchmany, BATCH)
        while fetched := coming.result():
            coming = thread.submit(cursor.fetchmany, BATCH)
            yield _columns(fetched)


def front(raw: psycopg.Connection[Any], export: Export, *, rows: int) -> tuple[Columns, int, int]:
    """Return the first rows of an export, and how many rows and sentences it has."""
    statement, values = _statement(export), _values(export)
    counted = f"SELECT count(*), count(DISTINCT counted.id) FROM ({statement}) AS counted"  # noqa: S608
    total, sentences = raw.execute(counted, values).fetchone() or (0, 0)
    with raw.cursor("front", binary=True) as cursor:
        cursor.execute(f"{statement} LIMIT {rows}", values)
        return _columns(cursor.fetchall()), total, sentences


def _statement(export: Export) -> str:
    return ROWS.format(labels=LABELS[Export.Which(export.which)])


def _values(export: Export) -> dict[str, Any]:
    queues = dict(Queue.objects.filter(project=export.project_id).values_list("kind", "id"))
    unfiltered = dict.fromkeys(("arm", "split", "since", "until", "guideline_version"))
    arms = {"random": queues["random"], "active": queues["active"]}
    return unfiltered | export.filters | arms | {"project": export.project_id}


def _columns(fetched: Sequence[tuple[Any, ...]]) -> Columns:
    if not fetched:
        return dict.fromkeys(Row._fields, ())
    lengths, boundaries, ids, texts, *others = zip(*fetched, strict=True)
    words = cut_words(texts, lengths, boundaries)
    return dict(zip(Row._fields, (ids, texts, words, *others), strict=True))


# How PostgreSQL sends an array of smallint: twenty bytes ahead, none of them for an empty one, then each
# element with its length before it.
_AHEAD = 20
_ELEMENT = np.dtype([("length", ">i4"), ("value", ">i2")])


def cut_words(texts: Sequence[str], lengths: Sequence[bytes], boundaries: Sequence[bytes]) -> list[str]:
    """Return each text with WORD_END at its boundaries, from the stored lengths of its clusters.

    `boundaries` are as PostgreSQL sends them. All texts at once: one by one this took as long as everything
    else in an export together.
    """
    clusters = np.cumsum([0, *map(len, lengths)])
    ends = np.cumsum(np.frombuffer(b"".join(lengths), np.uint8), dtype=np.int64)
    text_ends = np.cumsum([0, *map(len, texts)])
    if not np.array_equal(np.append(0, ends)[clusters], text_ends):
        raise ValueError("the cluster lengths of a sentence do not add up to its text")
    elements = [sent[_AHEAD:] for sent in boundaries]
    counts = np.fromiter(map(len, elements), np.int64, len(texts)) // _ELEMENT.itemsize
    indices = np.frombuffer(b"".join(elements), _ELEMENT)["value"].astype(np.int64)
    # A word starts where the cluster before it ends.
    starts = ends[indices + np.repeat(clusters[:-1], counts) - 1]
    codes = np.frombuffer("".join(texts).encode("utf-32-le"), np.uint32)
    joined = np.insert(codes, starts, ord(WORD_END)).tobytes().decode("utf-32-le")
    edges = (text_ends + np.cumsum([0, *counts])).tolist()
    return [joined[start:end] for start, end in pairwise(edges)]

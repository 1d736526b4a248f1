"""Writing prepared sentences: COPY into the tables, with what the project holds already counted as repeats.

Needs the transaction of the chunk and the project's import lock: nobody else adds sentences meanwhile.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import psycopg
from django.db import connection
from django.db.models import Max, Min

from annotation.models import Corpus, Document, Sentence
from annotation.preparing import Chunk

# Sentences without a document stand in blocks of so many, apart by domain.
BLOCK = 50
# Documents whose next position is remembered; those beyond are looked up again.
REMEMBERED = 50_000

# Columns of a sentence as they are copied, each with the type whose binary form stands for it: on either
# side that takes a third of the work of the text format.
SENTENCE = {
    "id": "int8",
    "project_id": "int8",
    "corpus_id": "int8",
    "document_id": "int8",
    "position": "int4",
    "text": "text",
    "cluster_lengths": "bytea",
    "n_clusters": "int2",
    "text_hash": "bytea",  # 16 bytes, as a uuid's
    "occurrences": "int4",
    "order_key": "int8",
    "split": "text",
    "required_annotations": "int2",
    "control": "bool",
    "signature": "bytea",
}
COPY_SENTENCES = f"COPY annotation_sentence ({', '.join(SENTENCE)}) FROM STDIN (FORMAT BINARY)"
COPY_GOLD = "COPY annotation_goldsegmentation (sentence_id, boundaries) FROM STDIN"

# Strings that the project holds. One that lies in a withdrawn corpus, and that nobody was ever handed, makes
# room for the new import.
HELD = """
SELECT uuid_send(s.text_hash), s.id, s.retired_at IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM annotation_draw d WHERE d.sentence_id = s.id)
    AND NOT EXISTS (SELECT 1 FROM annotation_assignment a WHERE a.sentence_id = s.id)
    AND NOT EXISTS (SELECT 1 FROM annotation_adjudication j WHERE j.sentence_id = s.id)
FROM annotation_sentence s WHERE s.project_id = %s AND s.text_hash = ANY(%s::uuid[])
"""
REPEATS = """
INSERT INTO annotation_repeat (corpus_id, sentence_id, count)
SELECT %s, r.id, r.count FROM unnest(%s::bigint[], %s::int[]) AS r(id, count)
ON CONFLICT (corpus_id, sentence_id) DO UPDATE SET count = annotation_repeat.count + excluded.count
"""
NEXT_IDS = "SELECT array_agg(nextval('annotation_sentence_id_seq')) FROM generate_series(1, %s)"
# What hangs on a sentence that nobody was handed.
LOOSE_TABLES = ("goldsegmentation", "suggestion", "offer", "flag", "repeat")


class Loader:
    """Writes the chunks of one import in order. `blocks` counts sentences without a document, by domain."""

    def __init__(self, corpus: Corpus, *, blocks: dict[str, int]) -> None:
        self.blocks = blocks
        self._corpus = corpus
        self._positions: dict[str, tuple[int, int]] = {}

    def write(self, chunk: Chunk) -> Counter[str]:
        """Write a chunk and return what was counted: sentences, gold, repeats within and across imports."""
        counts: Counter[str] = Counter()
        held = self._held(chunk.text_hashes)
        places = self._places(chunk)
        ids = iter(_next_ids(len(chunk.texts)))
        fresh: list[tuple[int, int]] = []
        repeats: Counter[int] = Counter()
        for at, text_hash in enumerate(chunk.text_hashes):
            id_ = held.get(text_hash)
            if id_ is None:
                id_ = held[text_hash] = next(ids)
                fresh.append((id_, at))
            else:
                repeats[id_] += 1
        _copy(COPY_SENTENCES, self._sentences(chunk, places, fresh), types=list(SENTENCE.values()))
        boundaries = ((id_, chunk.boundaries[at]) for id_, at in fresh)
        gold = [(id_, f"{{{','.join(map(str, cuts))}}}") for id_, cuts in boundaries if cuts is not None]
        _copy(COPY_GOLD, gold)
        self._count_repeats(repeats, {id_ for id_, _ in fresh}, counts)
        counts["sentences"] += len(fresh)
        counts["clusters"] += sum(len(chunk.lengths[at]) for _, at in fresh)
        counts["characters"] += sum(len(chunk.texts[at]) for _, at in fresh)
        counts["gold"] += len(gold)
        counts["moved_boundaries"] += chunk.moved
        return counts

    def _held(self, text_hashes: Sequence[bytes]) -> dict[bytes, int]:
        listed = ",".join([text_hash.hex() for text_hash in text_hashes])
        rows = run(HELD, [self._corpus.project_id, f"{{{listed}}}"])
        loose = [id_ for _, id_, is_loose in rows if is_loose]
        if loose:
            delete_sentences(loose)
        return {bytes(text_hash): id_ for text_hash, id_, is_loose in rows if not is_loose}

    def _count_repeats(self, repeats: Counter[int], own: set[int], counts: Counter[str]) -> None:
        if not repeats:
            return
        rows = run(
            "SELECT id FROM annotation_sentence WHERE corpus_id = %s AND id = ANY(%s)",
            [self._corpus.pk, [id_ for id_ in repeats if id_ not in own]],
        )
        own = own | {id_ for (id_,) in rows}
        within = sum(count for id_, count in repeats.items() if id_ in own)
        counts["duplicates_within"] += within
        counts["duplicates_across"] += repeats.total() - within
        run(REPEATS, [self._corpus.pk, list(repeats), list(repeats.values())])

    def _sentences(
        self, chunk: Chunk, places: Sequence[tuple[int, int]], fresh: Iterable[tuple[int, int]]
    ) -> Iterator[tuple[Any, ...]]:
        project_id, corpus_id = self._corpus.project_id, self._corpus.pk
        for id_, at in fresh:
            lengths = chunk.lengths[at]
            yield (
                *(id_, project_id, corpus_id, *places[at], chunk.texts[at], lengths, len(lengths)),
                *(chunk.text_hashes[at], 1, chunk.order_keys[at], "pool", chunk.required[at]),
                *(chunk.controls[at], chunk.signatures[at]),
            )

    def _places(self, chunk: Chunk) -> list[tuple[int, int]]:
        """Return (document id, position in it) for each sentence, making documents that are new."""
        names = [
            document or self._block(domain)
            for document, domain in zip(chunk.documents, chunk.domains, strict=True)
        ]
        domains = dict(zip(reversed(names), reversed(chunk.domains), strict=True))
        unknown = [name for name in domains if name not in self._positions]
        if unknown:
            self._look_up(unknown, domains)
        places = []
        for name in names:
            place = document_id, position = self._positions[name]
            places.append(place)
            self._positions[name] = document_id, position + 1
        return places

    def _block(self, domain: str) -> str:
        number = self.blocks.get(domain, 0)
        self.blocks[domain] = number + 1
        return f"{domain or 'block'} {number // BLOCK + 1:06d}"

    def _look_up(self, names: list[str], domains: dict[str, str]) -> None:
        if len(self._positions) > REMEMBERED:
            keep = domains.keys() - set(names)
            self._positions = {name: self._positions[name] for name in keep}
        Document.objects.bulk_create(
            (Document(corpus=self._corpus, name=name, domain=domains[name]) for name in names),
            ignore_conflicts=True,
            batch_size=1000,
        )
        rows = run(
            """
            SELECT d.name, d.id, coalesce((
                SELECT max(s.position) + 1 FROM annotation_sentence s WHERE s.document_id = d.id), 0)
            FROM annotation_document d WHERE d.corpus_id = %s AND d.name = ANY(%s)
            """,
            [self._corpus.pk, names],
        )
        self._positions |= {name: (document_id, position) for name, document_id, position in rows}


def delete_sentences(ids: Sequence[int]) -> None:
    """Delete sentences that nobody was ever handed, with what hangs on them."""
    for table in LOOSE_TABLES:
        run(f"DELETE FROM annotation_{table} WHERE sentence_id = ANY(%s)", [ids])  # noqa: S608  (own names)
    run("DELETE FROM annotation_sentence WHERE id = ANY(%s)", [ids])


def remove(corpus: Corpus) -> None:
    """Delete everything that an import has written but its own row."""
    for first, last in id_ranges(corpus):
        ids = run(
            "SELECT id FROM annotation_sentence WHERE id BETWEEN %s AND %s AND corpus_id = %s",
            [first, last, corpus.pk],
        )
        delete_sentences([id_ for (id_,) in ids])
    corpus.repeats.all().delete()
    corpus.documents.all().delete()


def id_ranges(corpus: Corpus, *, size: int = 20_000) -> Iterator[tuple[int, int]]:
    """Yield (first, last) of stretches of ids that hold all sentences of a corpus, maybe others."""
    ends = Sentence.objects.filter(corpus=corpus).aggregate(first=Min("id"), last=Max("id"))
    if ends["first"] is not None:
        for first in range(ends["first"], ends["last"] + 1, size):
            yield first, first + size - 1


def _next_ids(count: int) -> Sequence[int]:
    return run(NEXT_IDS, [count])[0][0] if count else []


def _copy(statement: str, rows: Iterable[Sequence[Any]], *, types: Sequence[str] = ()) -> None:
    """Copy rows in, in the binary format where `types` names the columns' types. `rows` must not query."""
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        if types:
            copy.set_types(types)
        for row in rows:
            copy.write_row(row)


def run(statement: str, values: Sequence[Any]) -> list[Any]:
    """Run a statement with its values sent apart: Django's own cursors write long arrays into the text."""
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []

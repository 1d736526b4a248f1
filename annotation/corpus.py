"""Importing a corpus.

An import runs in chunks, each a transaction that also stores how far it has come, so that the same call after
a kill goes on from there. Its sentences are served only once the last short transaction has set splits and
groups and made the corpus `ready`. A bad file leaves nothing but its row, with the error in the report.
"""

import hashlib
import os
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import Exists, OuterRef, Q

from annotation import audit, clock, keys, loading, near_duplicates, outbox, splits
from annotation.errors import BadFile, BadInput, Conflict
from annotation.models import Corpus, Draw, Project, Sentence
from annotation.preparing import Preparer
from annotation.readers import FORMATS, InputFile, bad_file
from annotation.readers.containers import file_label
from annotation.splitters import SPLITTERS
from config.lanes import send

State = Corpus.State
Progress = Callable[[int, int], None]
"""Called with (bytes read, bytes in all) of the file on disk."""

# First half of the advisory lock's key, the second is the project.
IMPORT_LOCK = 7_001
# Distinct values of `source` in a file that the report lists.
SOURCES_LISTED = 20
COUNTED = (
    "records",
    "sentences",
    "characters",
    "clusters",
    "documents",
    "duplicates_within",
    "duplicates_across",
    "gold",
    "moved_boundaries",
    "near_duplicates",
    "near_duplicate_groups",
    "holdout",
    "holdout_documents",
    "sealed_documents",
    "withheld",
    "withheld_with_group",
    "withheld_matching_frozen_holdout",
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Description:
    """What a manager says of a file. Empty fields are filled from the file where it knows."""

    name: str = ""
    source: str = ""
    licence: str = ""
    domain: str = ""
    splitter: str = "line"
    file_format: str | None = None


def import_file(
    project: Project,
    path: Path,
    *,
    file_name: str | None = None,
    progress: Progress | None = None,
    now: datetime | None = None,
    **description: Any,
) -> Corpus:
    """Import a file from disk and return its corpus; see `Description` for what can be said of it.

    The same file again adds nothing and returns the corpus it made; after a kill it goes on. Raises BadFile,
    and Conflict while another import of the project is under way.
    """
    corpus = register(project, path, file_name=file_name, now=now or clock.now(project), **description)
    return run(corpus, path, progress=progress)


def receive(
    project: Project, blocks: Iterable[bytes], *, file_name: str, now: datetime, **description: Any
) -> Corpus:
    """Keep an uploaded file and start its import in the background. Raises Conflict where it is known."""
    settings.UPLOAD_STORE.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=settings.UPLOAD_STORE)
    try:
        with open(handle, "wb") as file:
            for block in blocks:
                file.write(block)
        with transaction.atomic():
            corpus = register(project, Path(draft), file_name=file_name, now=now, **description)
            if corpus.state == State.READY:
                name, day = corpus.name, corpus.imported_at.date()
                raise Conflict("imported_before", name=name, day=str(day), details={"corpus": corpus.pk})
            os.replace(draft, upload_path(corpus))
            audit.note(thing=f"corpus {corpus.pk}", after={"name": corpus.name, "sha256": corpus.file_sha256})
            send("annotation.tasks.import_corpus", corpus.pk)
    finally:
        Path(draft).unlink(missing_ok=True)
    return corpus


def upload_path(corpus: Corpus) -> Path:
    """Return where the uploaded file of a corpus lies until it is imported."""
    return settings.UPLOAD_STORE / f"corpus-{corpus.pk}"


def import_upload(corpus_id: int) -> None:
    """Import the uploaded file of a corpus: a background task, which may run twice."""
    corpus = Corpus.objects.get(pk=corpus_id)
    path = upload_path(corpus)
    if corpus.state == State.IMPORTING and path.exists():
        try:
            run(corpus, path)
        except BadFile:
            pass  # the row says what was wrong
        except Conflict:
            return  # another import holds the project; the beat comes back to this one
    if corpus.state != State.IMPORTING:
        path.unlink(missing_ok=True)


def take_up_uploads() -> None:
    """Start every import that waits for a worker, or whose worker died."""
    for corpus in Corpus.objects.filter(state=State.IMPORTING):
        if upload_path(corpus).exists():
            send("annotation.tasks.import_corpus", corpus.pk)


def register(
    project: Project, path: Path, *, file_name: str | None = None, now: datetime, **fields: Any
) -> Corpus:
    """Return the row of a file's import: the one it has, or a new one in state importing."""
    described = Description(**fields)
    if described.splitter not in SPLITTERS:
        raise BadInput("splitter_unknown", splitter=described.splitter, known=", ".join(SPLITTERS))
    if described.file_format is not None and described.file_format not in FORMATS:
        raise BadInput("format_unknown", format=described.file_format, known=", ".join(FORMATS))
    label = file_label(path, file_name)
    values = {
        "name": described.name or label,
        "source": described.source,
        "licence": described.licence,
        "domain": described.domain,
        "splitter": described.splitter,
        "file_format": described.file_format or "",
        "file_name": label,
        "imported_at": now,
    }
    for name, value in values.items():
        if isinstance(value, str):
            _check_text(name, value)
    sha256 = _hash(path)
    same = Corpus.objects.filter(
        project=project, file_sha256=sha256, state__in=[State.IMPORTING, State.READY]
    )
    try:
        with transaction.atomic():
            return same.first() or Corpus.objects.create(project=project, file_sha256=sha256, **values)
    except IntegrityError:
        return same.get()


def _check_text(name: str, value: str) -> None:
    longest = getattr(Corpus._meta.get_field(name), "max_length", None)
    if longest and len(value) > longest:
        raise BadInput("corpus_field_long", field=name, longest=longest, value=value[:40])
    if "\0" in value:
        raise BadInput("corpus_field_zero", field=name)


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def run(corpus: Corpus, path: Path, *, progress: Progress | None = None) -> Corpus:
    """Import, or go on importing, the file of a corpus. Does nothing where the corpus is ready."""
    with _import_lock(corpus.project_id):
        corpus.refresh_from_db()
        if corpus.state != State.IMPORTING:
            return corpus
        started = time.monotonic()
        try:
            _load(corpus, path, progress or (lambda *_: None))
        except BadFile as error:
            _fail(corpus, error)
            raise
        _settle(corpus, seconds=time.monotonic() - started)
    return corpus


@contextmanager
def _import_lock(project_id: int) -> Iterator[None]:
    """Hold the project's import lock. It belongs to the connection, so it goes when the process dies."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [IMPORT_LOCK, project_id])
        if not cursor.fetchone()[0]:
            raise Conflict("import_under_way")
    try:
        yield
    finally:
        if connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [IMPORT_LOCK, project_id])


def _load(corpus: Corpus, path: Path, progress: Progress) -> None:
    state = corpus.progress
    loader = loading.Loader(corpus, blocks=state.get("blocks", {}))
    counts, sources = Counter(state.get("counts", {})), Counter(state.get("sources", {}))
    preparer = Preparer(corpus.project, split=SPLITTERS[corpus.splitter], domain=corpus.domain)
    known = corpus.file_format if corpus.file_format in FORMATS else None
    with InputFile(path, name=corpus.file_name, file_format=known) as file:
        records = islice(file.records(), state.get("records", 0), None)
        for chunk in _ahead(preparer.chunks(records)):
            with transaction.atomic():
                # A chunk lost in a crash is read again, so none of them waits for the disk.
                with connection.cursor() as cursor:
                    cursor.execute("SET LOCAL synchronous_commit = off")
                counts += loader.write(chunk)
                counts["records"] += chunk.records
                for source, count in chunk.sources.items():
                    if source in sources or len(sources) < SOURCES_LISTED:
                        sources[source] += count
                corpus.file_format = file.format
                corpus.progress = {
                    "records": counts["records"],
                    "bytes": file.bytes_read,
                    "of": file.size,
                    "blocks": loader.blocks,
                    "counts": counts,
                    "sources": sources,
                }
                corpus.save(update_fields=["progress", "file_format"])
            progress(file.bytes_read, file.size)
    if not counts["sentences"] + counts["duplicates_within"] + counts["duplicates_across"]:
        raise bad_file("file_no_sentence", file=file.file)


def _ahead(items: Iterator[T]) -> Iterator[T]:
    """Yield the items, making the next one in a thread while the caller works: it waits for PostgreSQL."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        coming = thread.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = thread.submit(next, items, None)
            yield item


def _fail(corpus: Corpus, error: BadFile) -> None:
    loading.remove(corpus)
    corpus.state, corpus.progress = State.FAILED, {}
    corpus.report = {"error": error.message, **error.details}
    corpus.save(update_fields=["state", "progress", "report"])


COUNT_REPEATS = """
UPDATE annotation_sentence s SET occurrences = s.occurrences + %s * r.count
FROM annotation_repeat r WHERE r.corpus_id = %s AND s.id = r.sentence_id
"""
SET_GROUPS = """
UPDATE annotation_sentence s SET "group" = g.number
FROM unnest(%s::bigint[], %s::bigint[]) AS g(id, number) WHERE s.id = g.id
"""
MERGE_GROUPS = """
UPDATE annotation_sentence SET "group" = %s WHERE project_id = %s AND "group" = ANY(%s)
"""


def _settle(corpus: Corpus, *, seconds: float) -> None:
    """Find near-duplicates, then, in one short transaction, draw the holdout and make the corpus ready."""
    groups = _find_groups(corpus)
    now = clock.now(corpus.project)
    with transaction.atomic():
        grouped = _store_groups(corpus, groups)
        with connection.cursor() as cursor:
            cursor.execute(COUNT_REPEATS, [1, corpus.pk])
        drawn = splits.draw(corpus, groups)
        splits.apply(corpus, drawn)
        counts = Counter(corpus.progress["counts"]) + drawn.counts
        counts["documents"] = corpus.documents.count()
        counts["near_duplicates"] = grouped
        counts["near_duplicate_groups"] = len(groups)
        sources = dict(corpus.progress["sources"])
        corpus.report = {
            **{name: counts[name] for name in COUNTED},
            "blocks_for_documents": bool(corpus.progress["blocks"]),
            "sources": sources,
            "seconds": round(seconds, 1),
        }
        corpus.source = corpus.source or ", ".join(sources)[:400]
        corpus.state, corpus.progress = (
            State.READY,
            {"bytes": corpus.progress["of"], "of": corpus.progress["of"]},
        )
        corpus.save(update_fields=["report", "source", "state", "progress"])
        payload = {"corpus": corpus.pk, "name": corpus.name, **corpus.report}
        outbox.write(corpus.project, "corpus.imported", payload, at=now)


def _find_groups(corpus: Corpus) -> list[list[int]]:
    """Compare the new sentences with one another and with all of the project's.

    Retired ones count where an arm has drawn them: they stay in its sample, and what is like them must not
    be held out.
    """
    known = Sentence.objects.filter(project=corpus.project_id).exclude(signature=b"")
    signed = known.filter(Q(retired_at=None) | Exists(Draw.objects.filter(sentence=OuterRef("pk"))))
    size = signed.count()
    if not size:
        return []
    ids, is_new = np.empty(size, np.int64), np.empty(size, bool)
    with tempfile.TemporaryFile() as file:
        signatures = np.memmap(file, np.uint64, "w+", shape=(size, near_duplicates.BANDS))
        filled = 0
        for rows in _batches(signed.values_list("id", "corpus_id", "signature"), 10_000):
            end = filled + len(rows)
            ids[filled:end] = [row[0] for row in rows]
            is_new[filled:end] = [row[1] == corpus.pk for row in rows]
            joined = b"".join(row[2] for row in rows)
            signatures[filled:end] = np.frombuffer(joined, np.uint64).reshape(len(rows), -1)
            filled = end
        return near_duplicates.find_groups(ids[:filled], signatures[:filled], is_new[:filled], _texts_of)


def _batches(rows: Any, size: int) -> Iterator[list[Any]]:
    iterator = rows.iterator(chunk_size=size)
    while batch := list(islice(iterator, size)):
        yield batch


def _texts_of(ids: Iterable[int]) -> dict[int, str]:
    rows = loading.run("SELECT id, text FROM annotation_sentence WHERE id = ANY(%s)", [list(ids)])
    return {id_: keys.normalise(text) for id_, text in rows}


def _store_groups(corpus: Corpus, groups: list[list[int]]) -> int:
    """Give near-duplicates one group and return how many of this import have one.

    A group goes by its smallest id. A newcomer that is like members of two older groups makes one of them.
    """
    members = [id_ for group in groups for id_ in group]
    known = dict(Sentence.objects.filter(pk__in=members, group__isnull=False).values_list("id", "group"))
    numbers: list[int] = []
    with connection.cursor() as cursor:
        for group in groups:
            older = sorted({number for id_ in group if (number := known.get(id_)) is not None})
            number = older[0] if older else group[0]
            numbers += [number] * len(group)
            if older[1:]:
                cursor.execute(MERGE_GROUPS, [number, corpus.project_id, older[1:]])
        cursor.execute(SET_GROUPS, [members, numbers])
    return Sentence.objects.filter(pk__in=members, corpus=corpus).count()

"""Writers of exports: rows in, the bytes of one format out, into a zip that is hashed on the way."""

import hashlib
import re
import zipfile
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from functools import lru_cache
from itertools import accumulate, compress, pairwise
from json.encoder import encode_basestring
from operator import not_
from pathlib import Path
from types import TracebackType
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from isal import isal_zlib

from annotation.export_rows import WORD_END, Columns, Row, rows_of
from annotation.readers.formats import BEST_TAGS, conllu_form

COMPRESSION_LEVEL = 1
RAW_DEFLATE = -15
"""The window of the deflate streams in a zip, which have no header of their own."""


class Archive:
    """A zip being written; its members' SHA-256 and sizes are kept for the manifest.

    Packing runs in a thread of its own, one block behind the caller.
    """

    def __init__(self, path: Path) -> None:
        self._zip = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED)
        self._thread = ThreadPoolExecutor(max_workers=1)
        self.files: list[dict[str, Any]] = []

    def __enter__(self) -> "Archive":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._thread.shutdown()
        self._zip.close()

    def open(self, name: str) -> "Part":
        """Start a member. Only one may be open at a time."""
        member: Any = self._zip.open(name, "w", force_zip64=True)
        # ISA-L packs in a fifth of zlib's time, and smaller; zipfile has no door for another packer.
        member._compressor = isal_zlib.compressobj(COMPRESSION_LEVEL, isal_zlib.DEFLATED, RAW_DEFLATE)
        return Part(member, self._thread, name, self.files)

    def add(self, name: str, data: bytes) -> None:
        """Write a small member at once."""
        with self.open(name) as part:
            part.write(data)


class Part:
    """A member of the archive, with as much of a file as pyarrow asks for."""

    def __init__(
        self, member: Any, thread: ThreadPoolExecutor, name: str, files: list[dict[str, Any]]
    ) -> None:
        self._member, self._thread, self._name, self._files = member, thread, name, files
        self._hash = hashlib.sha256()
        self._size = 0
        self._pending: Future[None] | None = None
        self.closed = False

    def __enter__(self) -> "Part":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()

    def write(self, block: Any) -> int:
        """Hand a block to the packing thread, and wait for the one before it."""
        data = bytes(block)
        self._wait()
        self._pending = self._thread.submit(self._pack, data)
        self._size += len(data)
        return len(data)

    def tell(self) -> int:
        """Return how many bytes were written."""
        return self._size

    def flush(self) -> None:
        """Do nothing: blocks go on as they come."""

    def close(self) -> None:
        """End the member and note its hash and size."""
        if not self.closed:
            self.closed = True
            self._wait()
            self._member.close()
            self._files.append({"name": self._name, "bytes": self._size, "sha256": self._hash.hexdigest()})

    def _pack(self, data: bytes) -> None:
        self._hash.update(data)
        self._member.write(data)

    def _wait(self) -> None:
        if self._pending is not None:
            self._pending.result()
            self._pending = None


def write_jsonl(archive: Archive, batches: Iterable[Columns]) -> None:
    """Write an object a line, in the shape that imports read."""
    with archive.open("data.jsonl") as part:
        for columns in batches:
            part.write("".join(map(json_line, rows_of(columns))).encode())


# What stands between the words of a row in a list of JSON.
_QUOTED = '", "'


def json_line(row: Row) -> str:
    """Return a row as a line of JSON.

    Written out by hand: a general encoder takes longer than everything else in an export together.
    """
    text = encode_basestring(row.text)
    # Text that needs no escapes has no words that do.
    plain = len(text) == len(row.text) + 2
    words = (
        row.words
        if plain
        else WORD_END.join(encode_basestring(word)[1:-1] for word in row.words.split(WORD_END))
    )
    return (
        f'{{"id": {row.id}, "text": {text}, "words": ["{words.replace(WORD_END, _QUOTED)}"], '
        f"{_context(row.document, row.domain, row.source, row.licence)}, "
        f'"corpus": {row.corpus}, "split": "{row.split}", "sealed": {"true" if row.sealed else "false"}, '
        f'"occurrences": {row.occurrences}, "label": "{row.label}", "label_id": {row.label_id}, '
        f'"annotator": {row.annotator}, "revision": {row.revision}, '
        f'"guideline_version": {_number(row.guideline_version)}, '
        f'"created_at": "{row.created_at.isoformat()}", '
        f'"active_ms": {_number(row.active_ms)}, "key_actions": {_number(row.key_actions)}, '
        f'"suggestion": {"null" if row.suggestion is None else encode_basestring(row.suggestion)}, '
        f'"random_draw": {_number(row.random_draw)}, "active_draw": {_number(row.active_draw)}, '
        f'"active_rank": {_number(row.active_rank)}, "active_score": {_number(row.active_score)}, '
        f'"arm": {"null" if row.arm is None else encode_basestring(row.arm)}, '
        f'"weight": {_number(row.weight)}}}\n'
    )


@lru_cache(maxsize=1024)
def _context(document: str, domain: str, source: str, licence: str) -> str:
    values = {"document": document, "domain": domain, "source": source, "licence": licence}
    return ", ".join(f'"{name}": {encode_basestring(value)}' for name, value in values.items())


def _number(value: float | None) -> str:
    return "null" if value is None else repr(value)


# What a line of the BEST format cannot hold: its own bars and tags, and a byte order mark at its start.
_NOT_IN_BEST = re.compile(rf"\||^\ufeff|{BEST_TAGS.pattern}")


def write_best(archive: Archive, batches: Iterable[Columns]) -> None:
    """Write a line of words a row; texts that the format cannot hold go into `data-not-in-best.jsonl`."""
    left_out: list[str] = []
    with archive.open("data.best") as part:
        for columns in batches:
            fits = [_NOT_IN_BEST.search(text) is None for text in columns["text"]]
            lines = [words.replace(WORD_END, "|") + "|\n" for words in compress(columns["words"], fits)]
            part.write("".join(lines).encode())
            left_out += map(json_line, compress(rows_of(columns), map(not_, fits)))
    if left_out:
        archive.add("data-not-in-best.jsonl", "".join(left_out).encode())


def write_conllu(archive: Archive, batches: Iterable[Columns]) -> None:
    """Write CoNLL-U: tokens without white space of their own, and exact word ends in a comment."""
    with archive.open("data.conllu") as part:
        document = None
        for columns in batches:
            lines: list[str] = []
            for row in rows_of(columns):
                if (row.corpus, row.document) != document:
                    document = row.corpus, row.document
                    lines.append(f"# newdoc id = {_one_line(row.document)}\n")
                lines.append(_conllu_sentence(row))
            part.write("".join(lines).encode())


_COMMENTS = (
    "domain",
    "source",
    "corpus",
    "split",
    "label",
    "label_id",
    "annotator",
    "revision",
    "guideline_version",
    "created_at",
    "active_ms",
    "random_draw",
    "active_draw",
    "active_rank",
    "arm",
    "weight",
)


def _conllu_sentence(row: Row) -> str:
    words = row.words.split(WORD_END)
    ends = accumulate(map(len, words))
    comments = [f"# sent_id = {row.id}-{row.label}-{row.label_id}", f"# text = {row.text}"]
    comments.append(f"# word_ends = {' '.join(map(str, ends))}")
    values = ((name, getattr(row, name)) for name in _COMMENTS)
    comments += [f"# {name} = {_one_line(value)}" for name, value in values if value not in (None, "")]
    tokens = []
    number = 0
    for word, following in pairwise([*words, ""]):
        if word.isspace():
            continue
        number += 1
        misc = "_" if following.isspace() else "SpaceAfter=No"
        tokens.append(f"{number}\t{_form(word)}\t_\t_\t_\t_\t_\t_\t_\t{misc}")
    return "\n".join([*comments, *tokens]) + "\n\n"


# Words come again and again.
_form = lru_cache(maxsize=50_000)(conllu_form)


def _one_line(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else " ".join(str(value).splitlines())


_SCHEMA = pa.schema(
    [
        ("id", pa.int64()),
        ("text", pa.large_string()),
        ("words", pa.list_(pa.string())),
        *((name, pa.string()) for name in ("document", "domain", "source", "licence")),
        ("corpus", pa.int64()),
        ("split", pa.string()),
        ("sealed", pa.bool_()),
        ("occurrences", pa.int32()),
        ("label", pa.string()),
        *((name, pa.int64()) for name in ("label_id", "annotator")),
        *((name, pa.int32()) for name in ("revision", "guideline_version")),
        ("created_at", pa.timestamp("us", tz="UTC")),
        *((name, pa.int32()) for name in ("active_ms", "key_actions")),
        ("suggestion", pa.string()),
        *((name, pa.int64()) for name in ("random_draw", "active_draw", "active_rank")),
        ("active_score", pa.float64()),
        ("arm", pa.string()),
        ("weight", pa.float64()),
    ]
)


def write_parquet(archive: Archive, batches: Iterable[Columns]) -> None:
    """Write a Parquet table, a row group a batch."""
    with archive.open("data.parquet") as part, pq.ParquetWriter(part, _SCHEMA) as writer:
        for columns in batches:
            words = pc.split_pattern(pa.array(columns["words"], pa.string()), WORD_END)
            arrays = [
                words if kind.name == "words" else pa.array(columns[kind.name], kind.type) for kind in _SCHEMA
            ]
            writer.write_batch(pa.record_batch(arrays, schema=_SCHEMA))


WRITERS: dict[str, Callable[[Archive, Iterable[Columns]], None]] = {
    "jsonl": write_jsonl,
    "best": write_best,
    "conllu": write_conllu,
    "parquet": write_parquet,
}

"""Gold segmentation from JSONL files (plain or gzip), one object a line with `text` and `words`."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from segmenter.data import Example
from segmenter.text import ClusterTooLong, WordsDoNotJoin, boundaries_from_words, cluster_lengths


class BadLine(ValueError):
    """A line of a corpus file cannot be used; the message names file and line."""


@dataclass(frozen=True, slots=True)
class GoldSentence:
    """A labelled sentence and where it is from; its example's document is empty where the file has none."""

    id: str
    domain: str
    example: Example


def read_gold(path: Path | str) -> Iterator[GoldSentence]:
    """Yield the sentences of a gold file in order; raises BadLine at the first line that is not one."""
    for number, record in read_records(path):
        words = record.get("words")
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            raise BadLine(f"{path}, line {number}: `words` is not a list of strings")
        text = record["text"]
        try:
            lengths = cluster_lengths(text)
            boundaries, _ = boundaries_from_words(words, text=text, lengths=lengths)
        except WordsDoNotJoin as error:
            raise BadLine(f"{path}, line {number}: {error}") from error
        identity = str(record.get("id", number))
        yield GoldSentence(
            id=identity,
            domain=str(record.get("domain", "")),
            example=Example(text, boundaries, lengths, str(record.get("document", ""))),
        )


def read_records(path: Path | str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield (line number, object) of a JSONL file of objects with a string `text`; skip empty lines.

    Every text can be cut into clusters. Raises BadLine at the first line that cannot be used.
    """
    try:
        with open_text(Path(path)) as lines:
            for number, line in enumerate(lines, start=1):
                if not line.strip():
                    continue
                yield number, _record(line, path=path, number=number)
    except OSError as error:
        raise BadLine(f"{path} cannot be read: {error.strerror or error}") from error
    except (EOFError, zlib.error) as error:
        raise BadLine(f"{path} is damaged or cut off: {error}") from error
    except UnicodeDecodeError as error:
        raise BadLine(f"{path} is not UTF-8: {error.reason} at byte {error.start}") from error


def _record(line: str, *, path: Path | str, number: int) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except ValueError as error:
        raise BadLine(f"{path}, line {number}: not JSON: {error}") from error
    if not isinstance(record, dict) or not isinstance(record.get("text"), str):
        raise BadLine(f"{path}, line {number}: no string `text`")
    try:
        cluster_lengths(record["text"])
    except ClusterTooLong as error:
        raise BadLine(f"{path}, line {number}: {error}") from error
    return record


def open_text(path: Path) -> TextIO:
    """Open a plain or gzipped UTF-8 file for reading."""
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8")
    return path.open(encoding="utf-8")

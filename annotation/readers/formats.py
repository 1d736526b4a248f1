"""One reader a format, each a generator of records; and how a format is told from name and content."""

import csv
import json
import re
import tempfile
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from annotation.readers.containers import (
    FREE_BYTES,
    LARGEST_INFLATED,
    LARGEST_RATIO,
    Stream,
    read_lines,
    spool,
)
from annotation.readers.records import Record, bad_file
from annotation.readers.spans import is_doccano, read_doccano, read_label_studio

SUFFIXES = {
    ".txt": "text",
    ".text": "text",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".parquet": "parquet",
    ".best": "best",
    ".conllu": "conllu",
    ".conll": "conllu",
}
# Files that people mistake for text, by how they begin; what is said of them.
NOT_TEXT = {
    b"%PDF": "file_is_pdf",
    b"\x89PNG": "file_is_image",
    b"\xff\xd8\xff": "file_is_image",
    b"GIF8": "file_is_image",
    b"\xd0\xcf\x11\xe0": "file_is_office",
    b"PK\x03\x04": "file_is_zip_inside",
    b"\x1f\x8b": "file_is_gzip_inside",
    b"\x7fELF": "file_is_program",
    b"\xff\xfe": "file_is_utf16",
    b"\xfe\xff": "file_is_utf16",
}
# Tags of the BEST corpora inside a line; they are no text.
BEST_TAGS = re.compile(r"</?(?:NE|AB|POEM)>")
COLUMNS = ("text", "words", "document", "domain", "source")


def detect(head: bytes, *, name: str, file: str) -> str:
    """Return the format of a file from its first bytes and its name; raises BadFile for what is no text."""
    if head.startswith(b"PAR1"):
        return "parquet"
    for magic, said in NOT_TEXT.items():
        if head.startswith(magic):
            raise bad_file(said, file=file)
    if b"\0" in head:
        raise bad_file("file_zero_byte", file=file, byte=head.index(0))
    suffix = name[name.rfind(".") :].lower() if "." in name else ""
    by_name = SUFFIXES.get(suffix)
    if by_name == "parquet":
        raise bad_file("file_no_parquet_magic", file=file, value=head[:8])
    if by_name not in (None, "text", "jsonl"):
        return by_name
    found = _detect_text(head.decode(errors="ignore").removeprefix("\ufeff"))
    return found if by_name != "jsonl" or found == "doccano" else by_name


def _detect_text(head: str) -> str:
    lines = [line.rstrip("\r") for line in head.split("\n")[:20] if line.strip()]
    if not lines:
        return "text"
    if lines[0].startswith("{") and '"' in lines[0]:
        return "doccano" if is_doccano(lines[0]) else "jsonl"
    if re.match(r"\[\s*(?:\{|$)", lines[0]):
        return "label_studio"
    # The last line of the head may be cut off.
    whole = lines[:-1] or lines
    if all(line.endswith("|") for line in whole):
        return "best"
    if any(line.count("\t") == 9 for line in whole) and re.match(r"#|\d", lines[0]):
        return "conllu"
    return "text"


def read_text(stream: Stream, *, file: str) -> Iterator[Record]:
    """Read plain text, a record a line; lines without text are passed over."""
    for number, line in read_lines(stream, file=file):
        if line and not line.isspace():
            yield Record(file, number, line)


def read_jsonl(stream: Stream, *, file: str) -> Iterator[Record]:
    """Read an object a line: `text`, and where they are there `words`, `document`, `domain`, `source`."""
    loads = json.JSONDecoder().decode
    for number, line in read_lines(stream, file=file):
        if not line or line.isspace():
            continue
        try:
            values = loads(line)
        except (ValueError, RecursionError) as error:
            raise bad_file("file_no_json", file=file, line=number, error=str(error), value=line) from error
        if not isinstance(values, dict):
            raise bad_file("file_no_object", file=file, line=number, value=line)
        yield _record(values, file=file, number=number)


def _record(values: dict[str, Any], *, file: str, number: int) -> Record:
    """Check what a row holds and make a record of it. A row without `text` may have it in its words."""
    words = values.get("words")
    if words is not None and not (isinstance(words, list) and all(type(word) is str for word in words)):
        raise bad_file("file_no_words", file=file, line=number, value=words)
    text = values.get("text")
    if text is None and words is not None:
        text = "".join(words)
    if type(text) is not str:
        raise bad_file("file_no_text", file=file, line=number, value=text)
    record = Record(file, number, text, words)
    for name in ("document", "domain", "source"):
        value = values.get(name)
        if value is not None:
            if type(value) is not str:
                raise bad_file("file_no_string", file=file, line=number, field=name, value=value)
            setattr(record, name, value)
    return record


def read_csv(stream: Stream, *, file: str, delimiter: str = ",") -> Iterator[Record]:
    """Read a table whose first row names the columns; `words` are separated by vertical bars."""
    at = 0

    def lines() -> Iterator[str]:
        nonlocal at
        for number, line in read_lines(stream, file=file):
            at = number
            # The csv module wants the line ends: they may lie inside a quoted cell.
            yield line + "\n"

    rows = csv.reader(lines(), delimiter=delimiter, strict=True)
    try:
        header = [name.strip().lower() for name in next(rows, [])]
        if "text" not in header and "words" not in header:
            raise bad_file("file_no_column", file=file, line=1, value=header)
        for row in rows:
            if not any(row):
                continue
            if len(row) != len(header):
                sizes = {"cells": len(row), "columns": len(header)}
                raise bad_file("file_row_cells", file=file, line=at, value=row, **sizes)
            cells = dict(zip(header, row, strict=True))
            values: dict[str, Any] = {name: cells[name] for name in COLUMNS if name in cells}
            if "words" in values:
                values["words"] = split_bars(values["words"]) if values["words"] else None
            yield _record(values, file=file, number=at)
    except csv.Error as error:
        raise bad_file("file_no_table", file=file, line=at, value=str(error)) from error


def read_tsv(stream: Stream, *, file: str) -> Iterator[Record]:
    """Read a table with tabs between its cells."""
    return read_csv(stream, file=file, delimiter="\t")


def read_best(stream: Stream, *, file: str) -> Iterator[Record]:
    """Read lines of words with a vertical bar after each; the tags of named entities are dropped."""
    for number, line in read_lines(stream, file=file):
        words = split_bars(BEST_TAGS.sub("", line))
        text = "".join(words)
        if text and not text.isspace():
            yield Record(file, number, text, words)


def split_bars(line: str) -> list[str]:
    """Return the words of a line of the BEST format."""
    return [word for word in line.split("|") if word]


def read_conllu(stream: Stream, *, file: str) -> Iterator[Record]:
    """Read CoNLL-U: the text is its comment where there is one, and white space between tokens is a word."""
    comments: dict[str, str] = {}
    tokens: list[tuple[str, bool]] = []
    document, skip_to, start, number = "", 0, 1, 0
    for number, line in read_lines(stream, file=file):
        if not line.strip():
            if tokens:
                yield _sentence(comments, tokens, document, file=file, number=start)
            comments, tokens, skip_to = {}, [], 0
        elif line.startswith("#"):
            name, separator, value = line[1:].partition("=")
            if not separator:
                continue
            # One space belongs to the comment's form, every other one to its value.
            comments[name.strip()] = value[1:] if value.startswith(" ") else value
            if name.strip() in ("newdoc id", "document"):
                document = value.strip()
        else:
            start = start if tokens else number
            token, skip_to = _token(line, skip_to, file=file, number=number)
            tokens += [token] if token else []
    if tokens:
        yield _sentence(comments, tokens, document, file=file, number=start)


def _token(line: str, skip_to: int, *, file: str, number: int) -> tuple[tuple[str, bool] | None, int]:
    """Return the surface form of a token line and whether a space follows; None for parts of one above."""
    columns = line.split("\t")
    if len(columns) != 10 or not columns[1]:
        raise bad_file("file_token_columns", file=file, line=number, value=line)
    id_, form, misc = columns[0], columns[1], columns[9]
    found = re.fullmatch(r"(\d+)(?:-(\d+)|(\.\d+))?", id_, re.ASCII)
    if not found or len(id_) > 20:
        raise bad_file("file_token_number", file=file, line=number, value=id_)
    if found[3] or (not found[2] and int(found[1]) <= skip_to):
        return None, skip_to
    return (form, "SpaceAfter=No" not in misc.split("|")), int(found[2] or 0) or skip_to


def _sentence(
    comments: dict[str, str], tokens: list[tuple[str, bool]], document: str, *, file: str, number: int
) -> Record:
    text = comments.get("text")
    if text is None:
        words = [part for form, space in tokens for part in ((form, " ") if space else (form,))]
        words = words[:-1] if tokens[-1][1] else words
        text = "".join(words)
    else:
        words = _exact_words(comments.get("word_ends"), tokens, text) or _align(
            tokens, text, file=file, number=number
        )
    record = Record(file, number, text, words, document)
    record.domain, record.source = comments.get("domain", ""), comments.get("source", "")
    return record


def _exact_words(ends: str | None, tokens: list[tuple[str, bool]], text: str) -> list[str] | None:
    """Cut by the comment `word_ends` of our own exports, which also knows white space inside and at the ends
    of words; None where it is not there or the tokens were edited since.
    """
    if ends is None or not re.fullmatch(r"\d{1,6}(?: \d{1,6})*", ends, re.ASCII):
        return None
    places = [0, *map(int, ends.split())]
    if places[-1] != len(text) or any(left >= right for left, right in pairwise(places)):
        return None
    words = [text[left:right] for left, right in pairwise(places)]
    forms = [conllu_form(word) for word in words if not word.isspace()]
    return words if (forms or [conllu_form(text)]) == [form for form, _ in tokens] else None


def conllu_form(word: str) -> str:
    """Return a word as the FORM column can hold it: no tab, no white space at its ends, never empty."""
    return re.sub(r"[\t\u2028\u2029]", " ", word).strip() or "_"


def _align(tokens: list[tuple[str, bool]], text: str, *, file: str, number: int) -> list[str]:
    words, position = [], 0
    for form, _ in tokens:
        start = text.find(form, position)
        if start < 0 or text[position:start].strip():
            raise bad_file("file_token_astray", file=file, line=number, at=position, value=form)
        words += [text[position:start], form] if start > position else [form]
        position = start + len(form)
    if text[position:].strip():
        raise bad_file("file_text_left", file=file, line=number, value=text[position:])
    return [*words, text[position:]] if position < len(text) else words


def read_parquet(stream: Stream, *, file: str) -> Iterator[Record]:
    """Read a Parquet table with the columns of a JSONL object; `words` is a list of strings."""
    with tempfile.TemporaryFile() as spooled:
        spool(stream, spooled)
        packed = spooled.seek(0, 2)
        spooled.seek(0)
        try:
            table = pq.ParquetFile(spooled)
            groups = (table.metadata.row_group(i) for i in range(table.metadata.num_row_groups))
            swollen = sum(group.total_byte_size for group in groups)
            if swollen > LARGEST_INFLATED or swollen > max(FREE_BYTES, LARGEST_RATIO * packed):
                limits = {"times": LARGEST_RATIO, "limit": LARGEST_INFLATED >> 30}
                raise bad_file("file_swollen", file=file, value=swollen, **limits)
            names = [name for name in COLUMNS if name in table.schema_arrow.names]
            if "text" not in names and "words" not in names:
                raise bad_file("file_no_column", file=file, value=table.schema_arrow.names)
            number = 0
            for batch in table.iter_batches(batch_size=2000, columns=names):
                for values in batch.to_pylist():
                    number += 1
                    yield _record(values, file=file, number=number)
        except (pa.ArrowException, OSError, ValueError) as error:
            raise bad_file("file_no_parquet", file=file, value=str(error)) from error


READERS: dict[str, Callable[..., Iterator[Record]]] = {
    "text": read_text,
    "jsonl": read_jsonl,
    "csv": read_csv,
    "tsv": read_tsv,
    "best": read_best,
    "conllu": read_conllu,
    "parquet": read_parquet,
    "label_studio": read_label_studio,
    "doccano": read_doccano,
}

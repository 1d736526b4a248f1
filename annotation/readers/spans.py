"""Exports of tools in which words are marked as spans: Label Studio's JSON and doccano's JSONL.

A text without any span is read as text alone. One with spans has to be covered by them but for white space,
which then is a word of its own: what is marked only here and there is no segmentation.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from annotation.readers.containers import Stream, read_lines
from annotation.readers.records import Record, bad_file

# A JSON array has to be held whole; 100,000 tasks take about 60 MB.
LARGEST_ARRAY = 512 << 20
BLOCK = 1 << 20


def read_label_studio(stream: Stream, *, file: str) -> Iterator[Record]:
    """Read Label Studio's exports JSON and JSON-MIN; of several annotations the first that was not cancelled.

    `line` of a record is the task's place in the array, from 1. Offsets are UTF-16 code units, as its page
    counts them.
    """
    for number, task in enumerate(_array(stream, file=file), 1):
        if not isinstance(task, dict):
            raise bad_file("file_no_task", file=file, line=number, value=task)
        data = task.get("data", task)
        text = data.get("text") if isinstance(data, dict) else None
        if type(text) is not str:
            raise bad_file("file_no_text", file=file, line=number, value=data)
        places = _utf16_places(text)
        spans = [
            tuple(places.get(end, -1) if places else end for end in span)
            for span in _label_studio_spans(task, file=file, number=number)
        ]
        yield _record(text, spans, data, file=file, number=number)


def _array(stream: Stream, *, file: str) -> list[Any]:
    blocks = bytearray()
    while block := stream.read(BLOCK):
        blocks += block
        if len(blocks) > LARGEST_ARRAY:
            raise bad_file("file_array_large", file=file, limit=LARGEST_ARRAY >> 20)
    try:
        tasks = json.loads(blocks.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise bad_file("file_no_json", file=file, error=str(error), value=bytes(blocks[:80])) from error
    if not isinstance(tasks, list):
        raise bad_file("file_no_tasks", file=file, value=tasks)
    return tasks


def _label_studio_spans(task: dict[str, Any], *, file: str, number: int) -> list[Any]:
    if "annotations" not in task:
        marked = task.get("label") or []
    else:
        done = [one for one in task["annotations"] or [] if not one.get("was_cancelled")]
        results = done[0].get("result") or [] if done else []
        marked = [one.get("value") for one in results if one.get("type") == "labels"]
    try:
        return [(value["start"], value["end"]) for value in marked]
    except (KeyError, TypeError) as error:
        raise bad_file("file_no_span", file=file, line=number, value=marked) from error


def _utf16_places(text: str) -> dict[int, int]:
    """Return code points by UTF-16 code units; empty where both count alike."""
    if not any(sign > "\uffff" for sign in text):
        return {}
    places, unit = {}, 0
    for place, sign in enumerate(text):
        places[unit] = place
        unit += 2 if sign > "\uffff" else 1
    return {**places, unit: len(text)}


def read_doccano(stream: Stream, *, file: str) -> Iterator[Record]:
    """Read doccano's JSONL of sequence labelling: `text`, and `label` (or `entities`) in code points."""
    for number, line in read_lines(stream, file=file):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise bad_file("file_no_json", file=file, line=number, error=str(error), value=line) from error
        text = row.get("text") if isinstance(row, dict) else None
        if type(text) is not str:
            raise bad_file("file_no_text", file=file, line=number, value=row)
        yield _record(text, _doccano_spans(row, file=file, number=number), row, file=file, number=number)


def _doccano_spans(row: dict[str, Any], *, file: str, number: int) -> list[Any]:
    marked = row.get("label") or row.get("labels") or row.get("entities") or []
    try:
        return [
            (one["start_offset"], one["end_offset"]) if isinstance(one, dict) else (one[0], one[1])
            for one in marked
        ]
    except (KeyError, IndexError, TypeError) as error:
        raise bad_file("file_no_span", file=file, line=number, value=marked) from error


def is_doccano(line: str) -> bool:
    """Tell whether a line of JSONL is one of doccano's; our own exports have `label` too, beside `words`."""
    return any(f'"{name}"' in line for name in ("label", "labels", "entities")) and '"words"' not in line


def _record(text: str, spans: Sequence[Any], row: dict[str, Any], *, file: str, number: int) -> Record:
    record = Record(file, number, text, _words(text, spans, file=file, number=number) if spans else None)
    for name in ("document", "domain", "source"):
        if type(row.get(name)) is str:
            setattr(record, name, row[name])
    return record


def _words(text: str, spans: Sequence[Any], *, file: str, number: int) -> list[str]:
    words, last = [], 0
    for start, end in sorted(spans, key=_place):
        if not (type(start) is type(end) is int and last <= start < end <= len(text)):
            span = {"start": str(start), "end": str(end)}
            raise bad_file("file_span_astray", file=file, line=number, value=text, **span)
        words += _between(text, last, start, file=file, number=number)
        words.append(text[start:end])
        last = end
    return words + _between(text, last, len(text), file=file, number=number)


def _place(span: Any) -> tuple[int, int]:
    """Sort by start; what is no pair of numbers comes first, and is refused there."""
    start, end = span
    return (start, end) if type(start) is type(end) is int else (-1, -1)


def _between(text: str, start: int, end: int, *, file: str, number: int) -> list[str]:
    piece = text[start:end]
    if piece and not piece.isspace():
        raise bad_file("file_unspanned", file=file, line=number, start=start, end=end, value=piece)
    return [piece] if piece else []

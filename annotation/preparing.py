"""Preparing sentences for import: everything that follows from the text alone, without the database."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from typing import Any

from annotation import keys, near_duplicates
from annotation.errors import BadFile
from annotation.models import Project
from annotation.readers import Record, bad_file
from annotation.splitters import LINE_BREAK
from segmenter.clusters import cluster_lengths_of
from segmenter.text import LONGEST_CLUSTER, ClusterTooLong, WordsDoNotJoin, boundaries_from_words

LONGEST_SENTENCE = 2000
LONGEST_NAME = 200
LONGEST_DOMAIN = 80
# Sentences that are prepared, and then written, together.
CHUNK = 10_000

# Tabs are text, line breaks end a sentence. So are U+0080 to U+009F, which real corpora hold where Windows
# bullets went through a wrong decoder. A lone surrogate can only come out of a JSON escape.
FORBIDDEN = re.compile("[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")
FORBIDDEN_IN_NAMES = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(slots=True)
class Chunk:
    """Sentences in the order of the file, a list for each thing known of them; what was counted on the way.

    Lists, because columns are computed for thousands of sentences at once. `boundaries` has None where the
    file gives no words.
    """

    texts: list[str] = field(default_factory=list)
    documents: list[str] = field(default_factory=list)
    domains: list[str] = field(default_factory=list)
    lengths: list[bytes] = field(default_factory=list)
    boundaries: list[tuple[int, ...] | None] = field(default_factory=list)
    text_hashes: list[bytes] = field(default_factory=list)
    order_keys: list[int] = field(default_factory=list)
    required: list[int] = field(default_factory=list)
    controls: list[bool] = field(default_factory=list)
    signatures: list[bytes] = field(default_factory=list)
    records: int = 0
    moved: int = 0
    sources: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class _Read:
    """What a chunk's sentences were read from, and the form under which each counts."""

    records: list[Record] = field(default_factory=list)
    words: list[list[str] | None] = field(default_factory=list)
    normalised: list[str] = field(default_factory=list)


class Preparer:
    """Prepares the records of one import with the project's seed and shares."""

    def __init__(self, project: Project, *, split: Callable[[str], list[str]], domain: str) -> None:
        self._seed = project.seed
        self._overlap = project.overlap_share * keys.SPAN
        self._control = project.control_share * keys.SPAN
        self._split = split
        self._domain = domain

    def chunks(self, records: Iterable[Record]) -> Iterator[Chunk]:
        """Yield the records' sentences in chunks that end where a record ends."""
        chunk, read = Chunk(), _Read()
        for record in records:
            self._add(record, chunk, read)
            if len(chunk.texts) >= CHUNK:
                yield self._finish(chunk, read)
                chunk, read = Chunk(), _Read()
        if chunk.records:
            yield self._finish(chunk, read)

    def _add(self, record: Record, chunk: Chunk, read: _Read) -> None:
        chunk.records += 1
        if record.source:
            chunk.sources[record.source] = chunk.sources.get(record.source, 0) + 1
        found = FORBIDDEN.search(record.text)
        if found:
            raise _bad(record, "file_control_character", at=found.start(), value=found[0])
        _check_name(record, "document", LONGEST_NAME)
        _check_name(record, "domain", LONGEST_DOMAIN)
        if record.words is not None:
            pieces: Iterable[tuple[str, list[str] | None]] = _pieces_with_words(record)
        else:
            pieces = [(text, None) for text in self._split(record.text)]
        domain = record.domain or self._domain
        for text, words in pieces:
            normalised = keys.normalise(text)
            if normalised:
                chunk.texts.append(text)
                chunk.documents.append(record.document)
                chunk.domains.append(domain)
                read.records.append(record)
                read.words.append(words)
                read.normalised.append(normalised)

    def _finish(self, chunk: Chunk, read: _Read) -> Chunk:
        """Compute the columns that follow from the texts."""
        _cut(chunk, read)
        names = [normalised.encode() for normalised in read.normalised]
        chunk.text_hashes = list(map(keys.text_hash_bytes, names))
        chunk.order_keys = list(map(keys.signed, keys.keys_of(self._seed, "order", names)))
        overlap = keys.keys_of(self._seed, "overlap", names)
        chunk.required = [2 if key < self._overlap else 1 for key in overlap]
        chunk.controls = [key < self._control for key in keys.keys_of(self._seed, "control", names)]
        chunk.signatures = near_duplicates.sign(read.normalised)
        return chunk


def _cut(chunk: Chunk, read: _Read) -> None:
    """Find the clusters, and the boundaries where there are words. Raises BadFile with the line."""
    lengths = cluster_lengths_of(chunk.texts)
    for text, words, record in zip(chunk.texts, read.words, read.records, strict=True):
        boundaries = None
        try:
            own = next(lengths)
            if words is not None:
                boundaries, moved = boundaries_from_words(words, text=text, lengths=own)
                chunk.moved += moved
        except ClusterTooLong as error:
            sizes = {"length": error.length, "longest": LONGEST_CLUSTER}
            raise _bad(record, "file_cluster_long", at=error.position, value=record.text, **sizes) from error
        except WordsDoNotJoin as error:
            differ = {"expected": repr(error.expected), "found": repr(error.found)}
            raise _bad(record, "file_words_astray", at=error.position, value=record.text, **differ) from error
        if len(own) > LONGEST_SENTENCE:
            sizes = {"clusters": len(own), "longest": LONGEST_SENTENCE}
            raise _bad(record, "file_sentence_long", value=text, **sizes)
        chunk.lengths.append(own)
        chunk.boundaries.append(boundaries)


def _check_name(record: Record, field_name: str, longest: int) -> None:
    value = getattr(record, field_name)
    if value and (len(value) > longest or FORBIDDEN_IN_NAMES.search(value)):
        raise _bad(record, "file_name_bad", field=field_name, longest=longest, value=value)


def _bad(record: Record, code: str, **values: Any) -> BadFile:
    return bad_file(code, file=record.file, line=record.line, **values)


def _pieces_with_words(record: Record) -> Iterator[tuple[str, list[str]]]:
    """Yield the lines of a text with their words; a word that holds a line break is cut there."""
    words = record.words or []
    # Words that do not join are found out where boundaries are made of them.
    if not LINE_BREAK.search(record.text) or "".join(words) != record.text:
        yield record.text, words
        return
    ends = set(accumulate(map(len, words)))
    for line in re.finditer(r"[^\r\n\v\f]+", record.text):
        cuts = [line.start(), *sorted(end for end in ends if line.start() < end < line.end()), line.end()]
        yield line[0], [record.text[left:right] for left, right in pairwise(cuts)]

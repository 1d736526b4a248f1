"""What an import would bring, and a look at what one has brought. Nothing is stored."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db.models import CharField, Count
from django.db.models.functions import MD5, Cast

from annotation.adjudication import clusters_of
from annotation.errors import BadFile
from annotation.models import Corpus, Project, Sentence
from annotation.preparing import Chunk, Preparer
from annotation.readers import InputFile, Record, bad_file
from annotation.splitters import SPLITTERS
from segmenter.text import clusters_from_lengths

# A preview answers while somebody waits, so that it reads only the front of a long file.
RECORDS_READ = 20_000
SENTENCES_SHOWN = 12


@dataclass(slots=True)
class Found:
    """What the front of a file holds."""

    records: int = 0
    sentences: int = 0
    clusters: int = 0
    gold: int = 0
    moved: int = 0
    known: int = 0
    hashes: set[UUID] = field(default_factory=set)
    documents: set[str] = field(default_factory=set)
    domains: Counter[str] = field(default_factory=Counter)
    shown: list[dict[str, Any]] = field(default_factory=list)

    def add(self, chunk: Chunk, project: Project) -> None:
        """Count a chunk of prepared sentences."""
        hashes = {UUID(bytes=digest) for digest in chunk.text_hashes} - self.hashes
        self.known += Sentence.objects.filter(project=project, text_hash__in=hashes).count()
        self.hashes |= hashes
        self.records += chunk.records
        self.moved += chunk.moved
        self.sentences += len(chunk.texts)
        self.clusters += sum(map(len, chunk.lengths))
        self.gold += sum(boundaries is not None for boundaries in chunk.boundaries)
        self.documents.update(chunk.documents)
        self.domains.update(chunk.domains)
        left = min(SENTENCES_SHOWN - len(self.shown), len(chunk.texts))
        self.shown += [_prepared(chunk, index) for index in range(left)]


def of_file(project: Project, path: Path, *, file_name: str, domain: str, splitter: str) -> dict[str, Any]:
    """Read the front of a file as an import would, and say what it found.

    `error` and `why` say what an import would stop at, None where nothing is wrong in what was read; `whole`
    whether that was all of it. Counts are of what was read. `imported_as` names the corpus that holds the
    same file.
    """
    found, why, whole = Found(), None, False
    preparer = Preparer(project, split=SPLITTERS[splitter], domain=domain)
    file_format = ""
    try:
        with InputFile(path, name=file_name) as file:
            records = _Front(file.records())
            for chunk in preparer.chunks(records):
                found.add(chunk, project)
                file_format = file.format
            whole = records.is_whole
    except BadFile as bad:
        why = bad.why
    if why is None and not found.sentences:
        why = bad_file("file_no_sentence", file=file_name).why
    with path.open("rb") as raw:
        sha256 = hashlib.file_digest(raw, "sha256").hexdigest()
    same = Corpus.objects.filter(
        project=project, file_sha256=sha256, state__in=["importing", "ready"]
    ).first()
    return {
        "format": file_format,
        "whole": whole,
        "error": why and str(why),
        "why": why and why.as_json(),
        "imported_as": same.name if same else None,
        "records": found.records,
        "sentences": found.sentences,
        "clusters": found.clusters,
        "documents": len(found.documents - {""}),
        "gold": found.gold,
        "moved_boundaries": found.moved,
        "repeated": found.sentences - len(found.hashes),
        "known": found.known,
        "domains": [{"domain": name, "sentences": n} for name, n in found.domains.most_common()],
        "shown": found.shown,
    }


class _Front:
    """The first records of a file; `is_whole` once these were all."""

    def __init__(self, records: Iterator[Record]) -> None:
        self._records = records
        self.is_whole = False

    def __iter__(self) -> Iterator[Record]:
        yield from islice(self._records, RECORDS_READ)
        self.is_whole = next(self._records, None) is None


def _prepared(chunk: Chunk, index: int) -> dict[str, Any]:
    boundaries = chunk.boundaries[index]
    return {
        "clusters": clusters_from_lengths(chunk.texts[index], chunk.lengths[index]),
        "boundaries": None if boundaries is None else list(boundaries),
        "document": chunk.documents[index],
        "domain": chunk.domains[index],
    }


def of_corpus(corpus: Corpus) -> dict[str, Any]:
    """Return a corpus's domains with their sizes, and some of its sentences by lot; never of the holdout."""
    sizes = corpus.documents.values_list("domain").annotate(
        Count("pk", distinct=True), size=Count("sentences")
    )
    domains = sizes.order_by("-size", "domain")
    # The hash of the id: the same few each time, and none of them because of its place in a queue.
    by_lot = Sentence.objects.filter(corpus=corpus).exclude(split=Sentence.Split.HOLDOUT)
    shown = by_lot.order_by(MD5(Cast("pk", CharField()))).select_related("document")[:SENTENCES_SHOWN]
    return {
        "domains": [
            {"domain": domain, "documents": documents, "sentences": size}
            for domain, documents, size in domains
        ],
        "shown": [
            {
                "clusters": clusters_of(sentence),
                "boundaries": None,
                "document": sentence.document.name,
                "domain": sentence.document.domain,
            }
            for sentence in shown
        ],
    }

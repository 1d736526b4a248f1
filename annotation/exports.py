"""Exports: labels with their provenance as one zip with a manifest, written in the background.

All rows come from one snapshot of the database and pass through memory in batches, whatever their number.
"""

import json
import logging
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import ne
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from annotation import audit, clock, data_card, export_rows, release, webhooks, written_files
from annotation.errors import BadInput, Conflict
from annotation.export_files import WRITERS, Archive, json_line
from annotation.export_rows import WORD_END, Columns, rows_of
from annotation.models import Corpus, Export, Guideline, Project, Sentence
from config.lanes import send

log = logging.getLogger(__name__)

State = Export.State
FILTERS: dict[str, Sequence[Any] | None] = {
    "arm": ("random", "active"),
    "split": Sentence.Split.values,
    "since": None,
    "until": None,
    "guideline_version": None,
}

# First half of the advisory lock's key, the second is the export.
EXPORT_LOCK = 7_002
TASK = "annotation.tasks.export_annotations"
ROWS_SHOWN = 5
BY = ("arm", "split", "domain")


def create(
    project: Project,
    *,
    format: str,
    which: str,
    name: str = "",
    filters: Mapping[str, Any] | None = None,
    requested_by: User | None = None,
    now: datetime,
) -> Export:
    """Order an export: `run` writes it.

    `which`: `adjudicated` (references only), `all` (every annotation and revision) or `training` (one label
    a sentence, by the rule of a round's freeze). `filters`: `arm`, `split`, `guideline_version`, and `since`
    and `until` (half-open) for when the label was made. A `name` makes it an edition, to be cited by; no two
    of a project share one. Raises BadInput, and Conflict for a name that is taken.
    """
    _check("format", format, Export.Format.values)
    try:
        with transaction.atomic():
            return Export.objects.create(
                project=project,
                requested_by=requested_by,
                format=format,
                which=which,
                name=name,
                filters=_checked(which, filters or {}),
                created_at=now,
            )
    except IntegrityError as error:
        raise Conflict("edition_there", name=name, details={"name": name}) from error


def preview(project: Project, *, which: str, filters: Mapping[str, Any]) -> dict[str, Any]:
    """Say what an export would hold: its rows and sentences, and the first rows as JSONL would have them."""
    export = Export(project=project, which=which, filters=_checked(which, filters))
    with export_rows.snapshot() as raw:
        shown, rows, sentences = export_rows.front(raw, export, rows=ROWS_SHOWN)
    return {
        "rows": rows,
        "sentences": sentences,
        "shown": [json.loads(json_line(row)) for row in rows_of(shown)],
    }


def _checked(which: str, filters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the filters that are set, as JSON keeps them. Raises BadInput."""
    _check("which", which, Export.Which.values)
    found = {name: value for name, value in filters.items() if value is not None}
    for name, value in found.items():
        _check("filter", name, FILTERS)
        if FILTERS[name] is not None:
            _check(name, value, FILTERS[name] or ())
        if isinstance(value, datetime):
            found[name] = value.isoformat()
    return found


@transaction.atomic
def request(project: Project, **ordered: Any) -> Export:
    """Order an export, see `create`, and start it in the background."""
    export = create(project, **ordered)
    asked = {name: getattr(export, name) for name in ("name", "format", "which", "filters")}
    audit.note(thing=f"export {export.pk}", after=asked)
    send(TASK, export.pk)
    return export


def _check(name: str, value: Any, allowed: Iterable[Any]) -> None:
    if value not in allowed:
        raise BadInput(
            "choice_unknown",
            field=name,
            value=str(value),
            known=", ".join(allowed),
            details={name: str(value)},
        )


def take_up() -> None:
    """Start every export that waits for a worker, or whose worker died."""
    written_files.take_up(Export, lock=EXPORT_LOCK, task=TASK)


def run(export_id: int) -> Export:
    """Write the file of an export: a background task, which may run twice. Its row keeps what went wrong."""
    return written_files.run(Export, export_id, lock=EXPORT_LOCK, write=_write, tell=_tell)


def _tell(export: Export) -> None:
    webhooks.tell(export.project, "export.ready", export=export.pk, name=export.name)


@dataclass(slots=True)
class Tally:
    """What went into an export."""

    export_id: int
    rows: int = 0
    sentences: int = 0
    tokens: int = 0
    characters: int = 0
    annotators: set[int] = field(default_factory=set)
    versions: set[int] = field(default_factory=set)
    corpora: Counter[int] = field(default_factory=Counter)
    by: dict[str, Counter[str]] = field(default_factory=lambda: {name: Counter() for name in BY})
    last: int = 0

    def counting(self, batches: Iterable[Columns]) -> Iterator[Columns]:
        """Pass batches on, counting them, and keep the row of the export up to date."""
        for columns in batches:
            ids, words = columns["id"], columns["words"]
            self.rows += len(ids)
            self.tokens += len(words) + sum(row.count(WORD_END) for row in words)
            self.characters += sum(map(len, columns["text"]))
            # The rows of one sentence follow one another.
            self.sentences += sum(map(ne, ids, (self.last, *ids)))
            self.last = ids[-1]
            self.corpora.update(columns["corpus"])
            for name, counts in self.by.items():
                counts.update(value or "" for value in columns[name])
            self.annotators.update(columns["annotator"])
            self.versions.update(filter(None, columns["guideline_version"]))
            Export.objects.filter(pk=self.export_id).update(progress={"rows": self.rows})
            yield columns


def _write(export: Export) -> None:
    """Write the zip beside its place, then move it there; the manifest is its last member."""
    settings.EXPORT_STORE.mkdir(parents=True, exist_ok=True)
    target = written_files.path_of(export)
    draft = target.with_suffix(".part")
    tally = Tally(export.pk)
    try:
        with export_rows.snapshot() as raw, Archive(draft) as archive:
            WRITERS[export.format](archive, tally.counting(export_rows.read(raw, export)))
            guidelines = Guideline.objects.filter(project=export.project_id, version__in=tally.versions)
            for guideline in guidelines:
                archive.add(f"guidelines/{guideline.version}.md", guideline.text.encode())
            corpora = Corpus.objects.filter(pk__in=tally.corpora)
            export.manifest = _manifest(export, tally, corpora, guidelines, archive.files)
            archive.add("card.md", data_card.write(export.manifest).encode())
            export.manifest["files"] = list(archive.files)
            archive.add("manifest.json", json.dumps(export.manifest, ensure_ascii=False, indent=1).encode())
        os.replace(draft, target)
    finally:
        draft.unlink(missing_ok=True)
    export.size, export.progress = target.stat().st_size, {"rows": tally.rows}


def _manifest(
    export: Export,
    tally: Tally,
    corpora: Iterable[Corpus],
    guidelines: Iterable[Guideline],
    files: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    return {
        "name": export.name,
        "project": {"id": export.project_id, "name": export.project.name},
        "format": export.format,
        "which": export.which,
        "filters": export.filters,
        "asked_for_at": export.created_at.isoformat(),
        "written_at": clock.now(export.project).isoformat(),
        "counts": {
            "rows": tally.rows,
            "sentences": tally.sentences,
            "tokens": tally.tokens,
            "characters": tally.characters,
            "annotators": len(tally.annotators),
        },
        "rows_by": {name: dict(counts.most_common()) for name, counts in tally.by.items()},
        "guidelines": [
            {"version": one.version, "published_at": one.published_at.isoformat()} for one in guidelines
        ],
        "corpora": [
            {
                "id": corpus.pk,
                "name": corpus.name,
                "source": corpus.source,
                "licence": corpus.licence,
                "splitter": corpus.splitter,
                "file_name": corpus.file_name,
                "file_sha256": corpus.file_sha256,
                "imported_at": corpus.imported_at.isoformat(),
                "withdrawn_at": corpus.withdrawn_at and corpus.withdrawn_at.isoformat(),
                "rows": tally.corpora[corpus.pk],
            }
            for corpus in corpora
        ],
        "software": {"name": "Tatkham", **release.version()},
        "files": list(files),
    }

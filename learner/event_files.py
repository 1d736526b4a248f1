"""Events to and from files: CSV for a spreadsheet, JSON for a program."""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from annotation import audit
from annotation.errors import BadFile
from annotation.models import Project
from annotation.spreadsheets import exact, harmless
from learner.events import record_by_hand
from learner.models import Event

COLUMNS = ("kind", "at", "until", "recorded_by", "actor", "before", "after", "note")


def rows_of(found: Iterable[Event]) -> list[dict[str, Any]]:
    """Return events as plain rows, remarks at the end of the note."""
    return [
        {
            "kind": event.kind,
            "at": event.at.isoformat(),
            "until": event.until.isoformat() if event.until else None,
            "recorded_by": event.recorded_by,
            "actor": event.actor.username if event.actor else None,
            "before": event.before,
            "after": event.after,
            "note": "\n\n".join(filter(None, [event.note, *(one.note for one in event.remarks.all())])),
        }
        for event in found
    ]


def as_csv(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return rows as CSV for a spreadsheet, a first row with the names; `before` and `after` as JSON."""
    with io.StringIO(newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        for row in rows:
            packed = {name: _packed(row[name]) for name in ("before", "after")}
            writer.writerow({name: harmless(cell) for name, cell in {**row, **packed}.items()})
        return file.getvalue()


def _packed(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False) if value else ""


def read_csv(text: str) -> list[dict[str, Any]]:
    """Return the rows of a CSV file as a request would give them; columns of no meaning are left out.

    What is wrong with a value is for the request's checks to say. Raises BadFile for what is no table.
    """
    reader = csv.DictReader(io.StringIO(text))
    try:
        return [_event(cells) for cells in reader]
    except csv.Error as error:
        line = reader.line_num
        raise BadFile("events_no_table", line=line, error=str(error), details={"line": line}) from error


def _event(cells: Mapping[str, str]) -> dict[str, Any]:
    row = {name: exact(cell) for name, cell in cells.items() if name in COLUMNS and cell}
    event: dict[str, Any] = {name: row[name] for name in ("kind", "at", "until", "note") if name in row}
    for name in ("before", "after"):
        if name in row:
            try:
                event[name] = json.loads(row[name])
            except (ValueError, RecursionError):
                event[name] = row[name]
    return event


@transaction.atomic
def take_in(project: Project, rows: Sequence[Mapping[str, Any]], *, actor: User) -> int:
    """Record all events but those that are known by kind, time and note; return how many are new."""
    known: set[tuple[str, datetime, str]] = set(
        Event.objects.filter(project=project).values_list("kind", "at", "note")
    )
    new = 0
    for row in rows:
        name = (row["kind"], row["at"], row["note"])
        if name not in known:
            known.add(name)
            record_by_hand(project, **row, actor=actor)
            new += 1
    audit.note(thing="", after={"recorded": new})
    return new

"""A report of all analyses: one page that stands by itself, its figures as files, and the data behind it.

For a reader who was not there: each section says what it answers, how to read it, and what it cannot say.
"""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pyarrow as pa
import pyarrow.parquet as pq
from django.template.loader import render_to_string
from matplotlib.figure import Figure

from annotation import clock, release, written_files
from annotation.models import Project
from annotation.spreadsheets import harmless
from learner import report_figures, reports
from learner.analyses import ANALYSES, BOOKKEEPING, analyse
from learner.models import Event, Report
from learner.report_tables import SECTIONS, Results, Row, Tables
from learner.report_texts import TEXTS, TITLES, heads, in_words
from learner.resampling import FIGURES

ROWS_SHOWN = 25
ROUND_FIGURES = ("mean_length", "ngram_divergence", "domain_distance")


@dataclass
class Drawn:
    """A figure by its file name, with what to see in it."""

    name: str
    caption: str
    figure: Figure

    @property
    def svg(self) -> str:
        """Return the figure as an element of a page."""
        with io.StringIO() as file:
            self.figure.savefig(file, format="svg", metadata={"Date": None})
            text = file.getvalue()
        return text[text.index("<svg") :]


@dataclass
class Section:
    """A section of the page."""

    name: str
    title: str
    text: Sequence[str]
    figures: list[Drawn] = field(default_factory=list)
    tables: list[dict[str, Any]] = field(default_factory=list)


def run(report_id: int) -> Report:
    """Write the file of a report: a background task, which may run twice. Its row keeps what went wrong."""
    return written_files.run(Report, report_id, lock=reports.REPORT_LOCK, write=_write_file)


def _write_file(report: Report) -> None:
    target = written_files.path_of(report)
    written_files.write_zip(
        target, lambda folder: write(report.project, folder, figure=report.figure, unit=report.unit)
    )
    report.size = target.stat().st_size


def write(project: Project, folder: Path, *, figure: str, unit: str) -> Path:
    """Write report.html, figures/, data/ and analyses.json into a folder; return the page's path."""
    results = {name: analyse(project, name, figure=figure, unit=unit) for name in ANALYSES}
    by_figure = {name: analyse(project, "curves", figure=name, unit=unit) for name in FIGURES}
    events = _events(project)
    tables: dict[str, Tables] = {name: make(results) for name, make in SECTIONS.items()}
    tables["events"] = {"events": events, **tables["events"]}
    with mpl.rc_context(report_figures.STYLE):
        sections = [
            Section(
                name=name,
                title=TITLES[name],
                text=TEXTS[name],
                figures=list(_figures(name, results, by_figure, held, events)),
                tables=[_table(title, rows) for title, rows in held.items() if rows],
            )
            for name, held in tables.items()
        ]
    page = render_to_string(
        "learner/report.html",
        {
            "title": f"{project.name}: what active sampling gained, and why",
            "about": TEXTS["report"][0],
            "made": _made(project),
            "heads": heads(results),
            "sections": sections,
        },
    )
    _write_files(folder, sections, tables, results)
    path = folder / "report.html"
    path.write_text(page, encoding="utf-8")
    return path


def _events(project: Project) -> list[Row]:
    found = Event.objects.filter(project=project).select_related("actor").order_by("at", "id")
    return [
        {
            "kind": event.kind,
            "at": event.at.isoformat(),
            "until": event.until and event.until.isoformat(),
            "recorded_by": event.recorded_by,
            "before": event.before,
            "after": event.after,
            "note": event.note,
        }
        for event in found
    ]


def _made(project: Project) -> str:
    now: datetime = clock.now(project)
    software = ", ".join(f"{name} {value}" for name, value in release.version().items())
    return f"Made at {now.isoformat(timespec='seconds')} by the project's clock; Tatkham, {software}."


def _figures(
    name: str, results: Results, by_figure: Mapping[str, Any], tables: Tables, events: Sequence[Row]
) -> Iterator[Drawn]:
    """Yield a section's figures, those that there is something to draw for."""
    changes = [row for row in events if not row["kind"].startswith(BOOKKEEPING)]
    if name == "curves" and tables:
        caption = "Both arms on the holdout; shaded: pointwise 95 % intervals; dotted: events."
        yield Drawn("curves", caption, report_figures.curves(by_figure, changes))
        caption = "The gain at equal charged cost. “Better from here on” needs the wider, simultaneous band."
        yield Drawn("gain", caption, report_figures.gain(results["curves"]))
    if name == "divergence" and tables["divergence"]:
        caption = "Each figure of the samples in the band that random samples of the same size fill."
        yield Drawn("divergence", caption, report_figures.against_chance(tables["divergence"]))
        rows = tables["divergence_by_round"]
        if rows:
            caption = "What each round added to each arm; shaded: random batches of the same size."
            yield Drawn("divergence_by_round", caption, report_figures.by_round(rows, ROUND_FIGURES))
    if name == "events":
        yield Drawn("timeline", "Everything that was recorded.", report_figures.timeline(events))
        effects = [
            {**row, "what": f"window {row['window']}: {row['series']}"} for row in tables["event_effects"]
        ]
        if any(row["value"] is not None for row in effects):
            caption = "The trajectory model's δ in logits, by window and curve, with E1 intervals."
            yield Drawn("effects", caption, report_figures.forest(effects, label="what", axis="δ, logits"))
        bridges = [
            {**row, "what": f"round {row['round']} → {row['about']}: {row['arm']}"}
            for row in tables["bridges"]
            if row["question"] == "e1"
        ]
        if bridges:
            caption = "Bridges: the same frozen samples after − before."
            yield Drawn(
                "bridges", caption, report_figures.forest(bridges, label="what", axis="after − before")
            )
        labels = [
            {**row, "what": f"version {row['version']}: {row['group']}, {row['figure']}"}
            for row in tables["guideline_labels"]
        ]
        if labels:
            caption = "What a guideline did to labels of sentences read under both versions; shares."
            yield Drawn(
                "guideline", caption, report_figures.forest(labels, label="what", axis="after − before")
            )
    if name == "conflicts" and tables["repairs"]:
        caption = "What annotating again is expected to change, in the order proposed."
        yield Drawn("repairs", caption, report_figures.repairs(tables["repairs"]))
    if name == "checks" and tables["calibration"]:
        caption = (
            "Edges of the holdout by the probability that the last round's models gave them. On the grey "
            "line probabilities mean what they say; below it the models are too sure of boundaries."
        )
        arms = results["calibration"]["arms"]
        yield Drawn("calibration", caption, report_figures.reliability(arms))
    if name == "checks" and tables["successors"]:
        rows = [
            {**row, "what": f"drawn by {row['drawn_by']}, trained {row['trained']} ({row['question']})"}
            for row in tables["successors"]
        ]
        caption = "Active against random when another model is trained on the same samples."
        yield Drawn("successors", caption, report_figures.forest(rows, label="what", axis="active − random"))


def _table(name: str, rows: Sequence[Row]) -> dict[str, Any]:
    columns = list(rows[0])
    return {
        "name": name,
        "title": name.replace("_", " "),
        "columns": [column.replace("_", " ") for column in columns],
        "rows": [[_cell(row.get(column)) for column in columns] for row in rows[:ROWS_SHOWN]],
        "left_out": max(0, len(rows) - ROWS_SHOWN),
    }


def _cell(value: Any) -> dict[str, Any]:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    text = f"{value:.4g}" if isinstance(value, float) and abs(value) < 1e4 else in_words(value)
    return {"text": text, "is_number": is_number}


def _write_files(
    folder: Path, sections: Sequence[Section], tables: Mapping[str, Tables], results: Results
) -> None:
    for name in ("figures", "data"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for section in sections:
        for drawn in section.figures:
            (folder / "figures" / f"{drawn.name}.svg").write_text(drawn.svg, encoding="utf-8")
            drawn.figure.savefig(folder / "figures" / f"{drawn.name}.png", dpi=150)
    for held in tables.values():
        for name, rows in held.items():
            if rows:
                _write_table(folder / "data", name, rows)
    text = json.dumps(results, ensure_ascii=False, indent=1)
    (folder / "analyses.json").write_text(text + "\n", encoding="utf-8")


def _write_table(folder: Path, name: str, rows: Sequence[Row]) -> None:
    """Write a table as CSV for a spreadsheet and as Parquet for programs, where texts are exact.

    What is neither a number nor a text is written as text, facts of events as JSON.
    """
    columns = list(dict.fromkeys(column for row in rows for column in row))
    rows = [{name: _packed(cell) for name, cell in row.items()} for row in rows]
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows({name: harmless(cell) for name, cell in row.items()} for row in rows)
    pq.write_table(
        pa.table({column: _column([row.get(column) for row in rows]) for column in columns}),
        folder / f"{name}.parquet",
    )


def _packed(cell: Any) -> Any:
    if not isinstance(cell, dict):
        return cell
    return json.dumps(cell, ensure_ascii=False) if cell else ""


def _column(values: Sequence[Any]) -> Any:
    try:
        return pa.array(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return pa.array([None if value is None else str(value) for value in values])

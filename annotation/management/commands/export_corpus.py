"""manage.py export_corpus: what the manager's page does, from a shell, at once."""

import shutil
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.dateparse import parse_datetime

from annotation import clock, exports, written_files
from annotation.errors import DomainError
from annotation.management.projects import find_project
from annotation.models import Export


class Command(BaseCommand):
    """Writes labels with their provenance into a zip."""

    help = "Export annotations as JSONL, BEST, CoNLL-U or Parquet in a zip with a manifest."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the zip to write")
        parser.add_argument("--project", required=True, help="name or number")
        parser.add_argument("--format", choices=Export.Format.values, default="jsonl")
        parser.add_argument("--which", choices=Export.Which.values, default="training")
        for name, allowed in exports.FILTERS.items():
            kind = int if name == "guideline_version" else str
            parser.add_argument(f"--{name.replace('_', '-')}", choices=allowed, type=kind)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        project = find_project(options["project"])
        filters = {name: options[name] for name in exports.FILTERS}
        for name in ("since", "until"):
            filters[name] = filters[name] and _moment(name, filters[name])
        try:
            export = exports.create(
                project,
                format=options["format"],
                which=options["which"],
                filters=filters,
                now=clock.now(project),
            )
        except DomainError as error:
            raise CommandError(error.message) from error
        export = exports.run(export.pk)
        if export.state != Export.State.READY:
            raise CommandError(f"The export failed: {export.error}")
        shutil.copyfile(written_files.path_of(export), file)
        counts = export.manifest["counts"]
        self.stdout.write(f"{file}: {counts['rows']} rows of {counts['sentences']} sentences")


def _moment(name: str, value: str) -> Any:
    moment = parse_datetime(value) if value else None
    if moment is None or moment.tzinfo is None:
        raise CommandError(f"--{name} is {value!r}; expected a time such as 2026-01-05T09:00:00Z.")
    return moment

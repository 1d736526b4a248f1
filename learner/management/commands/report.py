"""manage.py report PROJECT FOLDER: a report of all analyses."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from annotation.models import Project
from learner.gains import UNITS
from learner.report_writing import write
from learner.resampling import FIGURES


class Command(BaseCommand):
    """Writes one page that stands by itself, its figures as SVG and PNG, and the data as CSV and Parquet."""

    help = "Write a report of all analyses of a project into a folder."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("project", type=int, help="the project's number")
        parser.add_argument("folder", type=Path, help="made where there is none")
        parser.add_argument("--figure", choices=list(FIGURES), default="word_f1")
        parser.add_argument("--unit", choices=UNITS, default="seconds")

    def handle(self, *args: Any, project: int, folder: Path, **options: Any) -> None:
        found = Project.objects.filter(pk=project).first()
        if found is None:
            raise CommandError(f"There is no project {project}.")
        page = write(found, folder, figure=options["figure"], unit=options["unit"])
        self.stdout.write(f"Written: {page}")

"""manage.py export_model PROJECT FOLDER: a round's model as a package with `segment(text)`."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from annotation.management.projects import find_project
from learner import packages
from learner.models import Arm
from segmenter.export import BadExport, export


class Command(BaseCommand):
    """Writes the package and prints what it was made from."""

    help = "Write a round's model as a package that anybody can install; it needs no torch."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("project", help="the project's name or id")
        parser.add_argument("folder", type=Path, help="is made; must be empty")
        parser.add_argument("--round", type=int, help="its number; the latest closed one if not given")
        parser.add_argument(
            "--arm", choices=Arm.values, help="whose model; if not given, the one with most labels"
        )
        parser.add_argument("--name", default=packages.NAME, help="what one imports")

    def handle(self, *args: Any, project: str, folder: Path, name: str, **options: Any) -> None:
        checkpoint = packages.find(find_project(project), number=options["round"], arm=options["arm"])
        if checkpoint is None:
            raise CommandError("There is no model of a closed round that fits.")
        try:
            version = packages.version_of(checkpoint)
            export(checkpoint.folder, folder, name=name, version=version)
        except BadExport as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"Wrote the {checkpoint.arm} model of round {checkpoint.round.number}; "
            f"pip install {folder}, then: from {name} import segment"
        )

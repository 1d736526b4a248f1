"""manage.py open_holdout PROJECT: open the sealed half of the holdout, once, for the final report."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from annotation import clock
from annotation.errors import DomainError
from annotation.models import Project
from learner import sealed


class Command(BaseCommand):
    """Prints the figures of both arms on the sealed half; an error where it was opened before."""

    help = "Open the sealed half of the holdout, once and for all, and measure the latest round on it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("project", type=int, help="the project's id")

    def handle(self, *args: Any, project: int, **options: Any) -> None:
        found = Project.objects.filter(pk=project).first()
        if found is None:
            raise CommandError(f"There is no project {project}.")
        try:
            event = sealed.open_sealed(found, now=clock.now(found))
        except DomainError as error:
            raise CommandError(error.message) from error
        self.stdout.write(json.dumps(event.after, ensure_ascii=False, indent=2))

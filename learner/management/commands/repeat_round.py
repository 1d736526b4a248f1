"""manage.py repeat_round PROJECT NUMBER: train a round's models again and compare them with those stored."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from learner.models import Round
from learner.repeating import repeat


class Command(BaseCommand):
    """Prints a line for each model; ends with an error where one came out otherwise."""

    help = "Train a round's models again from what the round stored, and compare weights and figures."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("project", type=int, help="the project's id")
        parser.add_argument("number", type=int, help="the round's number")

    def handle(self, *args: Any, project: int, number: int, **options: Any) -> None:
        round_ = Round.objects.select_related("project").filter(project=project, number=number).first()
        if round_ is None:
            raise CommandError(f"Project {project} has no round {number}.")
        differ = 0
        for repeated in repeat(round_):
            same = repeated.same_weights and repeated.same_figures is not False
            differ += not same
            figures = {True: "same figures", False: "other figures", None: "another holdout by now"}
            self.stdout.write(
                f"{repeated.checkpoint.arm} seed {repeated.checkpoint.seed}: "
                f"{'same' if repeated.same_weights else 'other'} weights, {figures[repeated.same_figures]}"
            )
        if differ:
            raise CommandError(f"{differ} of round {number}'s models came out otherwise.")

"""manage.py pretrain PROJECT: start a project's pre-training in the background, pause it, show it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from annotation import clock
from annotation.errors import Conflict
from annotation.management.projects import find_project
from learner import pretraining
from learner.models import Pretraining
from segmenter.pretrain import PretrainConfig
from segmenter.seq2seq import Seq2SeqConfig


class Command(BaseCommand):
    """Starts it, or with a flag changes or shows the one there is."""

    help = "Pre-train on the project's pool in the background; rounds that begin after it start from it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("project", help="the project's name or number")
        parser.add_argument("--steps", type=int, default=PretrainConfig().steps)
        parser.add_argument("--tau", type=float, default=PretrainConfig().tau, help="share of hybrid steps")
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--pause", action="store_true", help="stop it; it can go on later")
        what.add_argument("--resume", action="store_true", help="go on after a pause or a failure")
        what.add_argument("--show", action="store_true", help="only say how far it is")

    def handle(self, *args: Any, **options: Any) -> None:
        project = find_project(options["project"])
        now = clock.now(project)
        found = Pretraining.objects.filter(project=project).first()
        try:
            if options["pause"] or options["resume"] or options["show"]:
                if found is None:
                    raise CommandError(f"{project} has no pre-training.")
                if options["pause"]:
                    pretraining.pause(found, now=now, actor_id=None)
                elif options["resume"]:
                    pretraining.resume(found, now=now, actor_id=None)
            else:
                schedule = PretrainConfig(steps=options["steps"], tau=options["tau"]).to_json()
                found = pretraining.start(
                    project, schedule=schedule, model=Seq2SeqConfig().to_json(), now=now, actor_id=None
                )
        except Conflict as error:
            raise CommandError(str(error)) from error
        found.refresh_from_db()
        progress = found.progress
        self.stdout.write(
            f"{found.state}: {progress['done']} of {progress['total']} steps {found.error}".rstrip()
        )

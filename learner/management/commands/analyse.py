"""manage.py analyse: the analyses of a project, from a shell."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from annotation import clock
from annotation.models import Project
from learner import replays
from learner.analyses import ANALYSES, analyse
from learner.gains import UNITS
from learner.models import Replay
from learner.report_tables import note
from learner.resampling import FIGURES
from segmenter.model import PRESETS


class Command(BaseCommand):
    """Prints what learner/analyses.py says; with --replay trains and measures first what some of it needs."""

    help = "Say what active sampling gained, how the samples differ, and what the events did."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("project", type=int, help="the project's number")
        parser.add_argument("--only", nargs="+", choices=list(ANALYSES), metavar="NAME", default=[])
        parser.add_argument("--figure", choices=list(FIGURES), default="word_f1")
        parser.add_argument("--unit", choices=UNITS, default="seconds")
        parser.add_argument("--json", action="store_true", help="print everything as one object of JSON")
        parser.add_argument(
            "--replay",
            nargs="+",
            choices=Replay.Purpose.values,
            default=[],
            help="first train or measure what is missing for these (without_group is ten times all training)",
        )
        parser.add_argument(
            "--preset", nargs="+", choices=list(PRESETS), default=[], help="models for --replay successor"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        project = Project.objects.filter(pk=options["project"]).first()
        if project is None:
            raise CommandError(f"There is no project {options['project']}.")
        jobs = replays.pending(project, options["replay"], presets=options["preset"])
        for job in tqdm(jobs, desc="replays", disable=not jobs):
            replays.run(job, now=clock.now(project))
        results = {
            name: analyse(project, name, figure=options["figure"], unit=options["unit"])
            for name in options["only"] or ANALYSES
        }
        if options["json"]:
            self.stdout.write(json.dumps(results, ensure_ascii=False))
        else:
            self.stdout.write("\n\n".join(_text(name, result) for name, result in results.items()))


def _text(name: str, result: dict[str, Any]) -> str:
    """Return the heads of a result, short enough for a terminal."""
    lines = [name.upper()]
    if "not_estimable" in result:
        lines.append(f"  {note(result)}")
    elif name == "curves":
        gain = result["mean_gain"]
        lines += [f"  mean gain, {of}: {_interval(gain[of.lower()])}" for of in ("E1", "E2")]
    elif name == "guidelines":
        lines += [f"  {row['verdict']:14}  {row['assumption']['text']}" for row in result["assumptions"]]
    else:
        lines.append(f"  {', '.join(result)}: see --json")
    return "\n".join(lines)


def _interval(estimate: dict[str, Any]) -> str:
    if "not_estimable" in estimate:
        return note(estimate)
    if estimate["low"] is None:
        return f"{estimate['value']:+.4f}; {note(estimate)}"
    return f"{estimate['value']:+.4f} ({estimate['low']:+.4f} to {estimate['high']:+.4f})"

"""manage.py simulate: rehearsals of whole experiments, played against the service."""

import json
import secrets
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from getpass import getpass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from config import processes
from config.supervisor import ServiceError
from learner import findings, rehearsal
from learner.scenario import Scenario, ScenarioError, load
from learner.simulation import Simulation


class Command(BaseCommand):
    """Plays scenario files; starts the service for it, unless --url names one that runs."""

    help = "Play whole experiments on simulated time: people, changes of their environment, what is found."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("scenario", type=Path, nargs="+", help="YAML files, see docs/scenarios")
        parser.add_argument("--data", type=Path, action="append", default=[], help="folder of gold corpora")
        parser.add_argument("--seed", type=int, help="in place of the scenario's own")
        parser.add_argument("--url", help="a running service; asks for the password of a staff account")
        parser.add_argument("--username", default="manager", help="that account")
        parser.add_argument("--port", type=int, default=8000, help="where the service is started")
        parser.add_argument("--json", dest="file", type=Path, metavar="FILE", help="write what happened")

    def handle(self, *args: Any, scenario: list[Path], seed: int | None, **options: Any) -> None:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        try:
            chosen = [_reseeded(load(path), seed) for path in scenario]
            with _service(options) as (url, manager):
                played = [
                    self._try(one, path, url, manager, options["data"])
                    for one, path in zip(chosen, scenario, strict=True)
                ]
        except (ScenarioError, ServiceError, rehearsal.ServiceError) as error:
            raise CommandError(str(error)) from None
        if options["file"] is not None:
            text = json.dumps(played, ensure_ascii=False, indent=1)
            options["file"].write_text(text + "\n", encoding="utf-8")
        missed = sum(not finding["holds"] for one in played for finding in one["findings"])
        if missed:
            raise CommandError(f"{missed} of the findings do not hold.")

    def _try(
        self, scenario: Scenario, path: Path, url: str, manager: rehearsal.Client, data: list[Path]
    ) -> dict[str, Any]:
        """Play one; a scenario that cannot be played to its end does not keep the others from it."""
        try:
            return self._play(scenario, path, url, manager, data)
        except (ScenarioError, rehearsal.ServiceError) as error:
            self.stdout.write(f"{scenario.name}: NOT PLAYED: {error}")
            return {"scenario": scenario.name, "findings": [{"why": str(error), "holds": False}]}

    def _play(
        self, scenario: Scenario, path: Path, url: str, manager: rehearsal.Client, data: list[Path]
    ) -> dict[str, Any]:
        with tqdm(total=scenario.rounds, desc=scenario.name, unit="round", file=sys.stderr) as bar:

            def show(closed: int, text: str) -> None:
                bar.set_postfix_str(text, refresh=False)
                bar.update(max(0, closed - bar.n))

            folders = [path.resolve().parent, *data]
            simulation = Simulation(scenario, manager, url=url, folders=folders, show=show)
            simulation.play()
        judged = findings.judge(scenario.finds, manager, project=simulation.project, start=simulation.start)
        self.stdout.write(
            f"{scenario.name}: project {simulation.project}, {simulation.labels} labels "
            f"in {simulation.hours:.0f} simulated hours"
        )
        for one in judged:
            self.stdout.write(f"  {'found' if one.holds else 'NOT SO'}: {one.why} [{one.seen}]")
        return {
            "scenario": scenario.name,
            "seed": scenario.seed,
            "project": simulation.project,
            "labels": simulation.labels,
            "hours": round(simulation.hours, 2),
            "points": _points(manager, simulation.project),
            "findings": [{"why": one.why, "holds": one.holds, "seen": one.seen} for one in judged],
        }


def _reseeded(scenario: Scenario, seed: int | None) -> Scenario:
    return scenario if seed is None else Scenario(**{**vars(scenario), "seed": seed})


@contextmanager
def _service(options: dict[str, Any]) -> Iterator[tuple[str, rehearsal.Client]]:
    """Give the address of a service and a manager's session with it."""
    if options["url"]:
        password = getpass(f"Password of {options['username']}: ")
        yield (
            options["url"],
            rehearsal.Client(options["url"], username=options["username"], password=password),
        )
        return
    with processes.running_service(settings.HOME, host="127.0.0.1", port=options["port"]):
        url, password = f"http://127.0.0.1:{options['port']}", secrets.token_urlsafe(16)
        user, _ = User.objects.get_or_create(username="rehearsals", defaults={"is_staff": True})
        user.set_password(password)
        user.save(update_fields=["password"])
        yield url, rehearsal.Client(url, username=user.username, password=password)


def _points(manager: rehearsal.Client, project: int) -> list[dict[str, Any]]:
    """Return the curves: the same scenario and seed give the same."""
    names = ("round", "arm", "annotations", "clusters", "seconds")
    points = manager.get(f"/api/projects/{project}/curves")["points"]
    return [
        {name: point[name] for name in names} | {"word_f1": point["metrics"]["word_f1"]["value"]}
        for point in points
    ]

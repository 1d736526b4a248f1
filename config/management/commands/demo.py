"""manage.py demo: the main job, from an empty machine to learning curves and a served page."""

import json
import signal
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from annotation.models import Project
from config import demo, processes
from config.supervisor import ServiceError
from learner import rehearsal


class Command(BaseCommand):
    """Runs the whole service on the demo corpus; the acts are in config/demo.py."""

    help = (
        "Start everything, label the demo corpus by simulated annotators, print the learning curves, serve."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="end after the curves")
        parser.add_argument("--json", dest="file", type=Path, metavar="FILE", help="write what happened")
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, host: str, port: int, once: bool, file: Path | None, **options: Any) -> None:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        try:
            with processes.running_service(settings.HOME, host=host, port=port):
                self._run(f"http://{host}:{port}", once=once, file=file)
        except (ServiceError, rehearsal.ServiceError) as error:
            raise CommandError(str(error)) from None
        except KeyboardInterrupt:
            self.stdout.write("Stopped.")

    def _run(self, url: str, *, once: bool, file: Path | None) -> None:
        project, log_ins = self._make_project()
        self.stdout.write(f"\nTatkham is served on {url}")
        for log_in in log_ins:
            self.stdout.write(f"  {log_in.role:10} {log_in.username:11} password {log_in.password}")
        self._label(project, url)
        outcome = demo.outcome(project)
        self.stdout.write("\n" + demo.curves_text(outcome["rounds"]))
        if file is not None:
            file.write_text(json.dumps(outcome, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        if not once:
            self.stdout.write(f"\nServing on {url} — Ctrl-C stops it.")
            while True:
                signal.pause()

    def _make_project(self) -> tuple[Project, list[demo.LogIn]]:
        with tqdm(total=6, desc="demo corpus", unit="file", file=sys.stderr) as bar:

            def show(name: str) -> None:
                bar.set_postfix_str(name)
                bar.update()

            return demo.make_project(show)

    def _label(self, project: Project, url: str) -> None:
        if demo.closed_rounds(project) >= demo.ROUNDS:
            return
        with tqdm(total=demo.ROUNDS, desc="rounds", unit="round", file=sys.stderr) as bar:

            def show(closed: int, _: int) -> None:
                if closed > bar.n:
                    bar.update(closed - bar.n)

            demo.label(project, url, show)

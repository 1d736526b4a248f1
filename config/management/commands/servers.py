"""manage.py servers start|stop|status|run: PostgreSQL and Valkey by themselves, for development."""

import os
import signal
import subprocess
import sys
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import processes
from config.supervisor import ServiceError


class Command(BaseCommand):
    """Runs the two servers in the background, where a shell, a migration or a test run finds them."""

    help = "Start or stop the embedded PostgreSQL and Valkey of TATKHAM_HOME."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("act", choices=["start", "stop", "status", "run"])

    def handle(self, *args: Any, act: str, **options: Any) -> None:
        {"start": self._start, "stop": self._stop, "status": self._tell, "run": self._run}[act]()

    def _start(self) -> None:
        home = settings.HOME
        if processes.servers_pid(home) is None:
            home.logs.mkdir(parents=True, exist_ok=True)
            with (home.logs / "servers.log").open("ab") as output:
                command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "servers", "run"]
                process = subprocess.Popen(
                    command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
                )
            while not processes.servers_answer(home):
                if process.poll() is not None:
                    raise CommandError(f"The servers did not start; see {home.logs / 'servers.log'}.")
                time.sleep(0.05)
        self._tell()

    def _run(self) -> None:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        try:
            with processes.running_servers(settings.HOME):
                while True:
                    signal.pause()
        except ServiceError as error:
            raise CommandError(str(error)) from None

    def _stop(self) -> None:
        pid = processes.servers_pid(settings.HOME)
        if pid is not None:
            os.kill(pid, signal.SIGTERM)
        while processes.servers_pid(settings.HOME) is not None:
            time.sleep(0.05)
        self._tell()

    def _tell(self) -> None:
        pid = processes.servers_pid(settings.HOME)
        self.stdout.write(f"running (pid {pid}) in {settings.HOME.root}" if pid else "not running")

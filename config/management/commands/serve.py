"""manage.py serve: the whole service in the foreground, for one machine."""

import signal
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import processes
from config.supervisor import ServiceError


class Command(BaseCommand):
    """Runs servers, web, workers and beat until Ctrl-C or SIGTERM."""

    help = (
        "Run the whole service: PostgreSQL and Valkey (unless their addresses are set), web, workers, beat."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        try:
            with processes.running_service(settings.HOME, host=host, port=port):
                self.stdout.write(f"Tatkham is served on http://{host}:{port} — Ctrl-C stops it.")
                self.stdout.write(f"Its logs are in {settings.HOME.logs}.")
                while True:
                    signal.pause()
        except ServiceError as error:
            raise CommandError(str(error)) from None
        except KeyboardInterrupt:
            self.stdout.write("Stopped.")

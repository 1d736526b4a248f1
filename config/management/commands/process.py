"""manage.py process NAME: one process of the service in the foreground, as a container runs it."""

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from config import processes


class Command(BaseCommand):
    """Becomes the program, so that signals and the exit status are its own."""

    help = "Become one process of the service; the servers are those of DATABASE_URL and REDIS_URL."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", choices=processes.NAMES)
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, name: str, host: str, port: int, **options: Any) -> None:
        program = processes.make_program(name, host=host, port=port)
        os.environ.update(program.environment)
        os.execvp(program.command[0], list(program.command))

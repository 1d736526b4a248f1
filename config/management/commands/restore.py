"""manage.py restore FOLDER: checks a backup, then puts it in place; web, workers and beat must be stopped."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import backups, processes
from config.supervisor import ServiceError


class Command(BaseCommand):
    """Restores a backup, or with --check only reads it."""

    help = "Check a backup and restore it; refuses a database with rows unless told to replace them."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--check", action="store_true", help="read every file and restore nothing")
        parser.add_argument("--replace", action="store_true", help="what the database holds now is lost")

    def handle(self, *args: Any, folder: Path, check: bool, replace: bool, **options: Any) -> None:
        try:
            if check:
                backup = backups.check(folder)
            else:
                with processes.running_servers(settings.HOME):
                    backup = backups.restore(folder, replace=replace)
        except (backups.BackupError, ServiceError) as error:
            raise CommandError(str(error)) from error
        made, done = backup.manifest["made_at"][:16], "is whole" if check else "is restored"
        self.stdout.write(f"The backup of {made} {done}: {backup.rows:,} rows.")

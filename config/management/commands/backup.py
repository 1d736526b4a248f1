"""manage.py backup FOLDER: the database and the checkpoints, with a manifest; the service may be running."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from config import backups, processes
from config.supervisor import ServiceError


class Command(BaseCommand):
    """Writes a backup into a new folder and says what is in it."""

    help = "Write a backup of the database and the checkpoints into a new folder."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="is made; must not exist")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        try:
            with processes.running_servers(settings.HOME):
                backup = backups.make(folder.absolute(), now=timezone.now())
        except (backups.BackupError, ServiceError) as error:
            raise CommandError(str(error)) from error
        files = backup.manifest["files"]
        size = sum(file["bytes"] for file in files.values())
        self.stdout.write(f"{folder}: {backup.rows:,} rows, {len(files)} files, {size:,} bytes.")
        for path in backup.manifest["checkpoints_missing"]:
            self.stderr.write(f"The checkpoint {path} is named by a row but is not in the store.")

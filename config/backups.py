"""Backups: the database as pg_dump writes it, the checkpoints its rows name, and a manifest of both.

A backup is a folder that is there whole or not at all. A restore checks every file against the manifest
before it touches anything; the database changes in one transaction, and the checkpoints after it.
"""

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from psycopg.conninfo import make_conninfo

from annotation import release
from config.binaries import find_dump_programs
from learner.models import Checkpoint, Pretraining

FORMAT = 1
MANIFEST = "manifest.json"
DUMP = "database.dump"
CHECKPOINTS = "checkpoints"
# Rows of these mean that somebody works with the database.
OWNED = ("auth_user", "annotation_project")


class BackupError(Exception):
    """A backup cannot be made or restored; the message is a sentence for whoever asked."""


@dataclass(frozen=True)
class Backup:
    """A folder that has been read and found whole."""

    folder: Path
    manifest: Mapping[str, Any]

    @property
    def rows(self) -> int:
        """Return how many rows all tables have together."""
        return sum(self.manifest["counts"].values())


def make(folder: Path, *, now: datetime) -> Backup:
    """Write a backup into a folder that is not there yet; the service may go on meanwhile.

    Counts, list of checkpoints and dump are of one moment. A checkpoint that a row names is never changed.
    """
    if folder.exists():
        raise BackupError(f"{folder} exists already; a backup is written into a new folder.")
    draft = folder.with_name(f"{folder.name}.partial-{os.getpid()}")
    draft.mkdir(parents=True, mode=0o700)
    try:
        with _snapshot() as snapshot:
            counts, migrations, paths = _counts(), _applied(), _checkpoint_paths()
            arguments = ["--format", "custom", "--no-owner", "--no-privileges", "--snapshot", snapshot]
            _run("pg_dump", *arguments, "--file", str(draft / DUMP))
        missing = _copy_checkpoints(paths, draft / CHECKPOINTS)
        manifest = {
            "format": FORMAT,
            "made_at": now.isoformat(),
            "software": release.version(),
            "postgresql": _server_version(),
            "migrations": migrations,
            "counts": counts,
            "checkpoints_missing": missing,
            "files": {name: _described(draft / name) for name in _files(draft)},
        }
        _write_through(draft / MANIFEST, json.dumps(manifest, indent=1, ensure_ascii=False) + "\n")
        os.rename(draft, folder)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return Backup(folder, manifest)


def check(folder: Path) -> Backup:
    """Read a backup and hold every file against its manifest. Raises BackupError."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BackupError(f"{folder} holds no backup: {MANIFEST} cannot be read ({error}).") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        found = manifest.get("format") if isinstance(manifest, dict) else None
        raise BackupError(f"{folder} is a backup of format {found!r}; this version reads format {FORMAT}.")
    for name, said in manifest["files"].items():
        _check_name(name)
        path = folder / name
        if not path.is_file():
            raise BackupError(f"The backup is damaged: {name} is missing.")
        if _described(path) != said:
            raise BackupError(f"The backup is damaged: {name} is not what it was when it was written.")
    return Backup(folder, manifest)


def restore(folder: Path, *, replace: bool = False) -> Backup:
    """Put a backup in place of an empty database, or with `replace` of any; then bring it up to date.

    Raises BackupError before anything is touched where the backup is damaged, was made by later software, or
    where somebody uses the database. A dump that cannot be restored leaves the database as it was.
    """
    backup = check(folder)
    _check_version(backup.manifest)
    if not replace and (table := _first_in_use()):
        raise BackupError(
            f"The database is not empty: {table} has rows. To replace all of it, say --replace."
        )
    _check_alone()
    staged = [_stage(folder, path) for path in _checkpoints_in(backup)]
    connection.close()
    options = ["--clean", "--if-exists", "--no-owner", "--no-privileges", "--single-transaction"]
    _run("pg_restore", *options, "--exit-on-error", str(folder / DUMP))
    for draft, target in staged:
        shutil.rmtree(target, ignore_errors=True)
        os.rename(draft, target)
    found = _counts()
    if found != backup.manifest["counts"]:
        raise BackupError(f"The restored tables differ from the manifest: {_difference(backup, found)}.")
    call_command("migrate", interactive=False, verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return backup


@contextmanager
def _snapshot() -> Iterator[str]:
    """Hold one moment of the database open and give its name, by which pg_dump sees the same."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        yield cursor.fetchone()[0]


def _server_version() -> int:
    """Return the server's version as PostgreSQL numbers it, such as 180006."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        return int(cursor.fetchone()[0])


def _tables() -> list[str]:
    with connection.cursor() as cursor:
        return sorted(connection.introspection.table_names(cursor))


def _counts() -> dict[str, int]:
    quoted = {table: connection.ops.quote_name(table) for table in _tables()}
    with connection.cursor() as cursor:
        counts = {}
        for table, name in quoted.items():
            cursor.execute(f"SELECT count(*) FROM {name}")  # noqa: S608  (a table's own name, quoted)
            counts[table] = cursor.fetchone()[0]
        return counts


def _applied() -> list[str]:
    loader = MigrationLoader(connection)
    return sorted(f"{app}.{name}" for app, name in loader.applied_migrations)


def _checkpoint_paths() -> list[str]:
    paths = set(Checkpoint.objects.values_list("path", flat=True))
    paths |= set(Pretraining.objects.exclude(path="").values_list("path", flat=True))
    return sorted(paths)


def _copy_checkpoints(paths: list[str], target: Path) -> list[str]:
    """Copy what the rows name and return what is not there any more."""
    store = Path(settings.CHECKPOINT_STORE)
    for path in paths:
        if (store / path).is_dir():
            shutil.copytree(store / path, target / path)
    return [path for path in paths if not (store / path).is_dir()]


def _checkpoints_in(backup: Backup) -> list[Path]:
    inside = (Path(name) for name in backup.manifest["files"] if name.startswith(f"{CHECKPOINTS}/"))
    return sorted({path.parent.relative_to(CHECKPOINTS) for path in inside})


def _stage(folder: Path, path: Path) -> tuple[Path, Path]:
    """Copy a checkpoint beside the place where it belongs; return the copy and the place."""
    target = Path(settings.CHECKPOINT_STORE) / path
    draft = target.with_name(f"{target.name}.restoring")
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(folder / CHECKPOINTS / path, draft)
    return draft, target


def _check_version(manifest: Mapping[str, Any]) -> None:
    known = {f"{app}.{name}" for app, name in MigrationLoader(connection).disk_migrations}
    later = sorted(set(manifest["migrations"]) - known)
    if later:
        raise BackupError(
            f"The backup was made by other software ({manifest['software']['release']}): this one does not "
            f"know its migration {later[0]}."
        )
    made_by, here = manifest["postgresql"] // 10_000, _server_version() // 10_000
    if made_by > here:
        raise BackupError(f"The backup is of PostgreSQL {made_by}; the server here is older, {here}.")


def _first_in_use() -> str | None:
    tables = _tables()
    with connection.cursor() as cursor:
        for table in OWNED:
            if table in tables:
                cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {table})")  # noqa: S608  (no input in it)
                if cursor.fetchone()[0]:
                    return table
    return None


def _check_alone() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        others = cursor.fetchone()[0]
    if others:
        raise BackupError(
            f"{others} other connections use the database; stop web, workers and beat before a restore."
        )


def _run(program: str, *arguments: str) -> None:
    """Run a program of PostgreSQL on Django's database; the password stands in no process list."""
    values = connection.settings_dict
    options = {k: v for k, v in values["OPTIONS"].items() if k not in {"pool", "prepare_threshold"}}
    place = {"host": values["HOST"], "port": values["PORT"], "user": values["USER"], "dbname": values["NAME"]}
    target = make_conninfo(**{name: value for name, value in {**options, **place}.items() if value})
    command = [str(find_dump_programs() / program), "--dbname", target, *arguments]
    environment = {**os.environ, "PGPASSWORD": values["PASSWORD"]} if values["PASSWORD"] else None
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BackupError(f"{program} failed: {done.stderr.strip()[-500:]}")


def _files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def _check_name(name: str) -> None:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        raise BackupError(f"The backup is damaged: its manifest names {name!r}.")


def _described(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"bytes": path.stat().st_size, "sha256": digest}


def _write_through(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _difference(backup: Backup, found: Mapping[str, int]) -> str:
    said = backup.manifest["counts"]
    table = min(name for name in {*said, *found} if said.get(name) != found.get(name))
    return f"{table} has {found.get(table)} rows, not {said.get(table)}"

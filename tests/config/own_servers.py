"""Embedded servers of a test's own: `manage.py servers run` in another process, possibly in a namespace."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import psycopg
import pytest

from config import embedded, processes
from config.home import POSTGRES_PORT, Home
from config.settings import BASE_DIR
from tests.waiting import PATIENCE_SECONDS, wait_for

COMMAND = [sys.executable, str(BASE_DIR / "manage.py"), "servers", "run"]


class OwnServers:
    """Servers of one home. `prefix` is a command that runs the given one in other circumstances."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.process: subprocess.Popen[bytes] | None = None
        self._said = home.root.with_name(f"{home.root.name[:20]}.said")

    def start(self, *, prefix: Sequence[str] = (), **variables: str) -> None:
        self.process = self._run(prefix, variables)
        wait_for(lambda: self.answer() or self.process.poll() is not None, says=self._complaint)
        if self.process.poll() is not None:
            pytest.fail(self._complaint())

    def fail_to_start(self, *, prefix: Sequence[str] = (), **variables: str) -> str:
        """Start servers that cannot be started; return what the user is told."""
        process = self._run(prefix, variables)
        assert process.wait(PATIENCE_SECONDS) != 0
        return self._said.read_text()

    def answer(self) -> bool:
        return processes.servers_pid(self.home) is not None and embedded.answers(self.home)

    def connect(self) -> psycopg.Connection:
        return psycopg.connect(
            host=str(self.home.sockets), port=POSTGRES_PORT, user="tatkham", dbname="tatkham", autocommit=True
        )

    def show(self, setting: str) -> str:
        with self.connect() as connection:
            return connection.execute(f"SHOW {setting}").fetchone()[0]

    def postmaster_pid(self) -> int:
        return int((self.home.postgres / "postmaster.pid").read_text().split()[0])

    def valkey_pid(self) -> int:
        return int((self.home.valkey / "valkey.pid").read_text())

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(PATIENCE_SECONDS)

    def logs(self) -> str:
        return "".join(f"\n{file}:\n{file.read_text()}" for file in self.home.logs.glob("*.log"))

    def _complaint(self) -> str:
        return f"The servers did not start: {self._said.read_text()}{self.logs()}"

    def _run(self, prefix: Sequence[str], variables: dict[str, str]) -> "subprocess.Popen[bytes]":
        kept = {
            name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}
        }
        environment = {
            **kept,
            "TATKHAM_HOME": str(self.home.root),
            "DJANGO_SETTINGS_MODULE": "config.settings",
            **variables,
        }
        with self._said.open("wb") as said:
            return subprocess.Popen(
                [*prefix, *COMMAND], env=environment, cwd="/", stdout=subprocess.DEVNULL, stderr=said
            )


def works(*command: str) -> bool:
    """Tell whether this machine allows a command that makes a namespace."""
    try:
        return subprocess.run([*command, "true"], capture_output=True).returncode == 0
    except FileNotFoundError:
        return False


def process_user(pid: int) -> int:
    """Return the uid that a process runs as, seen from here."""
    return Path(f"/proc/{pid}").stat().st_uid

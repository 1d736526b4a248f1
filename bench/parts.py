"""A service for a bench that breaks its parts: started as an owner would, its processes by name."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import psycopg
import requests

ROOT = Path(__file__).resolve().parent.parent
# What tells the command line of each.
WORDS = {
    "web": "granian",
    "worker-default": "--queues default",
    "worker-train": "--queues train",
    "beat": "config.celery beat",
    "valkey": "valkey-server",
    "postgres": "postgres -D",
}
POLL_SECONDS = 0.05


class NeverHappened(Exception):
    """What was waited for did not come in its time."""


def wait(what: str, is_so: Callable[[], Any], *, seconds: float) -> Any:
    """Ask until the answer is something and return it. Raises NeverHappened."""
    deadline = time.monotonic() + seconds
    while not (answer := is_so()):
        if time.monotonic() > deadline:
            raise NeverHappened(f"{what}: not within {seconds:.0f} s")
        time.sleep(POLL_SECONDS)
    return answer


class Service:
    """`manage.py serve` in a home of its own, with a wall clock that can be stepped."""

    def __init__(self, home: Path, *, port: int, database_url: str) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self._home, self._port, self._database_url = home, port, database_url
        self._clock = home / "clock-offset"

    def __enter__(self) -> "Service":
        self._home.mkdir(parents=True, exist_ok=True)
        self.step_clock(0)
        # Ends with us, also where we are killed.
        launch = [
            "-I",
            "-S",
            str(ROOT / "config" / "launch.py"),
            "--die-with-parent",
            str(int(signal.SIGTERM)),
        ]
        command = [sys.executable, *launch, "--parent", str(os.getpid()), "--", sys.executable, "manage.py"]
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT / "bench" / "stepped_clock"),
            "TATKHAM_BENCH_CLOCK": str(self._clock),
        }
        with (self._home / "serve.log").open("ab") as output:
            self._process = subprocess.Popen(
                [*command, "serve", "--port", str(self._port)],
                cwd=ROOT,
                env=environment,
                stdout=output,
                stderr=output,
            )
        wait("the service", lambda: self._process.poll() is not None or self._is_ready(), seconds=120)
        if self._process.poll() is not None:
            raise RuntimeError(f"The service did not start; see {self._home / 'serve.log'}.")
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(120)

    def _is_ready(self) -> bool:
        with contextlib.suppress(requests.RequestException):
            return requests.get(f"{self.address}/api/ready", timeout=5).ok and len(self.parts()) == len(WORDS)
        return False

    def parts(self) -> dict[str, psutil.Process]:
        """Return the service's own processes, those that run now, by the supervisor's names."""
        found = {}
        for process in psutil.Process(self._process.pid).children():
            with contextlib.suppress(psutil.Error):
                command = " ".join(process.cmdline())
                found |= {name: process for name, word in WORDS.items() if word in command}
        return found

    def processes_of(self, *names: str) -> Iterator[psutil.Process]:
        """Yield a part's process and all below it."""
        for name, process in self.parts().items():
            if name in names:
                with contextlib.suppress(psutil.Error):
                    yield from [process, *process.children(recursive=True)]

    def kill(self, name: str) -> float:
        """Kill a part's own process and return when its successor was there."""
        process = self.parts()[name]
        process.kill()
        wait(name, lambda: self.parts().get(name, process) != process, seconds=60)
        return time.monotonic()

    def kill_below(self, name: str) -> float:
        """Kill a process below a part's own, the busiest, and return when: the part replaces it by itself."""
        below = list(self.processes_of(name))[1:]
        if not below:
            raise NeverHappened(f"{name} has no process below it")
        max(below, key=lambda process: sum(process.cpu_times()[:2])).kill()
        return time.monotonic()

    def step_clock(self, seconds: float) -> None:
        """Have every Python process of the service read a wall clock that is so far off."""
        draft = self._clock.with_suffix(".new")
        draft.write_text(str(seconds))
        draft.replace(self._clock)

    def ask(self, statement: str, values: Any = None, *, patience: float = 120.0) -> list[tuple[Any, ...]]:
        """Return a query's rows over a new connection, as soon as the database takes one."""
        deadline = time.monotonic() + patience
        while True:
            try:
                with psycopg.connect(self._database_url, autocommit=True, connect_timeout=5) as connection:
                    return connection.execute(statement, values).fetchall()
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(POLL_SECONDS)

    def connect(self) -> psycopg.Connection:
        """Return a connection in which a transaction can be held open."""
        return psycopg.connect(self._database_url)

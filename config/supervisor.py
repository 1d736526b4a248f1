"""Start programs as direct children, keep them running, stop them in order.

Direct children with their output in files: a captured pipe of a server hangs for ever when a grandchild keeps
it open, and the death of a process that is not our child stays unseen until PID 1 has reaped it.
"""

import contextlib
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

log = logging.getLogger(__name__)

LAUNCH = Path(__file__).with_name("launch.py")
LOOK_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 2.0
# A program that ran this long before it died starts again without a pause.
STABLE_SECONDS = 10.0
RETRY_SECONDS = 10.0
LOG_BYTES = 20 * 1024 * 1024


class ServiceError(Exception):
    """A program of the service could not be started; the message names it and its log file."""


@dataclass(frozen=True)
class Program:
    """One program to run. `is_ready` is asked until it says yes; None means ready once started."""

    name: str
    command: Sequence[str]
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    launch_options: Sequence[str] = ()
    is_ready: Callable[[], bool] | None = None
    ready_seconds: float = 30.0
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 10.0


class Supervisor:
    """Runs programs in the order given. Use as a context manager, or call `stop` in a finally."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._programs: dict[str, Program] = {}
        self._together: list[tuple[Program, ...]] = []
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._started: dict[str, float] = {}
        self._failures: dict[str, int] = {}
        self._not_before: dict[str, float] = {}
        self._lock = threading.RLock()
        self._stopping = threading.Event()
        self._stopped = threading.Event()
        self._watcher: threading.Thread | None = None

    def __enter__(self) -> "Supervisor":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self, *programs: Program) -> None:
        """Start programs side by side and wait until all are ready; whichever dies later is started again.

        A program that dies while it starts is tried again for RETRY_SECONDS, because a server that was killed
        may need a moment until its remains are gone. Raises ServiceError when it never is.
        """
        with self._lock:
            self._together.append(programs)
            for program in programs:
                self._programs[program.name] = program
                self._spawn(program)
        began = time.monotonic()
        for program in programs:
            self._wait(program, began=began)
        if self._watcher is None:
            self._watcher = threading.Thread(target=self._watch, name="supervisor", daemon=True)
            self._watcher.start()

    def _wait(self, program: Program, *, began: float) -> None:
        while not self._is_ready(program):
            seconds = time.monotonic() - began
            died = self._failures.get(program.name, 0) > 0
            if seconds > (RETRY_SECONDS if died else program.ready_seconds):
                raise ServiceError(f"{program.name} did not start.\n{self._last_lines(program)}")
            time.sleep(LOOK_SECONDS / 2)

    def pid(self, name: str) -> int | None:
        """Return the process id of a program, None while it is down."""
        with self._lock:
            process = self._running.get(name)
            return process.pid if process and process.poll() is None else None

    def stop(self) -> None:
        """Stop everything, the last started first; a program that does not end in its time is killed."""
        self._stopping.set()
        with self._lock:
            while self._together:
                programs = self._together.pop()
                for program in programs:
                    self._ask_to_end(program)
                for program in programs:
                    self._see_end(program)
            self._programs.clear()
        self._stopped.set()
        if self._watcher:
            self._watcher.join()

    def _is_ready(self, program: Program) -> bool:
        with self._lock:
            self._start_again_if_dead(program)
            alive = self.pid(program.name) is not None
        return alive and (program.is_ready is None or program.is_ready())

    def _watch(self) -> None:
        while not self._stopping.wait(LOOK_SECONDS):
            with self._lock:
                for program in () if self._stopping.is_set() else list(self._programs.values()):
                    self._start_again_if_dead(program)
        # When this thread ends Linux ends what it has started, and the order of the stop would be lost.
        self._stopped.wait()

    def _start_again_if_dead(self, program: Program) -> None:
        process = self._running.get(program.name)
        now = time.monotonic()
        if process is not None:
            if process.poll() is None:
                return
            log.error("%s ended with status %s and is started again", program.name, process.returncode)
            # Its own children would go on, a web process with the port in hand. PostgreSQL's lead their own
            # groups.
            _kill_group(process)
            del self._running[program.name]
            was_stable = now - self._started[program.name] > STABLE_SECONDS
            failures = 1 if was_stable else self._failures.get(program.name, 0) + 1
            self._failures[program.name] = failures
            self._not_before[program.name] = now + min(0.1 * 2 ** (failures - 1), LONGEST_PAUSE_SECONDS)
        if now >= self._not_before.get(program.name, 0.0):
            self._spawn(program)

    def _spawn(self, program: Program) -> None:
        options = ["--die-with-parent", str(int(program.stop_signal)), "--parent", str(os.getpid())]
        command = [sys.executable, "-I", "-S", str(LAUNCH), *options, *program.launch_options, "--"]
        self._started[program.name] = time.monotonic()
        with self._open_log(program) as output:
            self._running[program.name] = subprocess.Popen(
                [*command, *program.command],
                cwd=program.folder,
                env={**os.environ, **program.environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                # Ctrl-C in a terminal reaches the supervisor alone, which then stops the others in order.
                start_new_session=True,
            )

    def _ask_to_end(self, program: Program) -> None:
        if process := self._running.get(program.name):
            process.send_signal(program.stop_signal)

    def _see_end(self, program: Program) -> None:
        process = self._running.pop(program.name, None)
        if process is None:
            return
        try:
            process.wait(program.stop_seconds)
        except subprocess.TimeoutExpired:
            log.warning("%s did not stop in %s s and is killed", program.name, program.stop_seconds)
            _kill_group(process)
            process.wait()

    def log_file(self, program: Program) -> Path:
        """Return the file that holds the program's output."""
        return self._logs / f"{program.name}.log"

    def _open_log(self, program: Program) -> BinaryIO:
        path = self.log_file(program)
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and path.stat().st_size > LOG_BYTES:
            path.replace(path.with_suffix(".log.1"))
        return path.open("ab")

    def _last_lines(self, program: Program) -> str:
        path = self.log_file(program)
        lines = path.read_text(errors="replace").splitlines()[-15:] if path.exists() else []
        return "\n".join([f"The end of {path}:", *lines])


def _kill_group(process: "subprocess.Popen[bytes]") -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)

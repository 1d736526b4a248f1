"""Moves the wall clock of every Python process of a service under bench/faults.py, while it runs.

Python loads this by its name where the folder is on PYTHONPATH. A file holds the offset in seconds; a thread
looks at it ten times a second. As with a clock that was set, time.monotonic goes on unchanged. PostgreSQL and
Valkey keep the machine's clock.
"""

import contextlib
import os
import threading
import time
from pathlib import Path

import time_machine

_FILE = Path(os.environ["TATKHAM_BENCH_CLOCK"])
_LOOK_SECONDS = 0.1
_travel: time_machine.travel | None = None
_shown = 0.0


def _follow() -> None:
    global _travel, _shown
    while True:
        with contextlib.suppress(OSError, ValueError):
            if (offset := float(_FILE.read_text())) != _shown:
                if _travel:
                    _travel.stop()
                _travel, _shown = time_machine.travel(time.time() + offset) if offset else None, offset
                if _travel:
                    _travel.start()
        time.sleep(_LOOK_SECONDS)


def _start() -> None:
    threading.Thread(target=_follow, name="stepped clock", daemon=True).start()


_start()
# Threads do not live on in a forked child; the step does.
os.register_at_fork(after_in_child=_start)

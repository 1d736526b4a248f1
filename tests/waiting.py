"""Waiting for what other processes do. How quickly they do it is for bench/ to judge, not for a test."""

import time
from collections.abc import Callable

# What a process may need for anything while the machine is busy; more than any of them needs when it is not.
PATIENCE_SECONDS = 240


def wait_for(
    condition: Callable[[], object],
    *,
    every: float = 0.05,
    says: Callable[[], object] = lambda: "waited in vain",
) -> None:
    """Return once `condition` holds, asked `every` so many seconds; or fail with what `says` returns."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, says()
        time.sleep(every)

"""Celery's beat, with two habits less: waiting an interval after its start, and trusting the wall clock."""

import time
from typing import Any

from celery.beat import Scheduler

# Below it are the corrections of a time service, above it somebody has set the clock.
STEP_SECONDS = 1.0


class SteadyScheduler(Scheduler):
    """Sends every task at its start and whenever the clock was set.

    Celery's own waits for the wall clock to pass its last turn: set back by an hour, it is silent for one.
    """

    _clock = float("-inf")

    def tick(self, *args: Any, **kwargs: Any) -> Any:
        """Send a task that is due and return the seconds until the next one."""
        clock = time.time() - time.monotonic()
        if abs(clock - self._clock) > STEP_SECONDS:
            for entry in self.schedule.values():
                entry.last_run_at = entry.default_now() - entry.schedule.run_every
            # Made from the entries' times.
            self._heap = None
        self._clock = clock
        return super().tick(*args, **kwargs)

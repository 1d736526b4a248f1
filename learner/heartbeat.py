"""Leases of processes that live: a thread prolongs one while the work that it is for goes on.

Steps that report how far they are renew their lease by the way, but reading many labels, encoding them or
measuring a large holdout may take minutes without a report, on a busy machine all the more. A lease lapses
when the process is gone, not when it is slow.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import Error, connection

log = logging.getLogger(__name__)

# Several beats fit into the shortest lease, so that one that fails costs nothing.
BEAT_SECONDS = 10.0


@contextmanager
def beating(prolong: Callable[[], bool], *, seconds: float = BEAT_SECONDS) -> Iterator[None]:
    """Call `prolong` every so many seconds until the block ends or it says False: the lease has gone."""
    ended = threading.Event()
    thread = threading.Thread(target=_beat, args=(prolong, seconds, ended), name="heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _beat(prolong: Callable[[], bool], seconds: float, ended: threading.Event) -> None:
    try:
        while not ended.wait(seconds):
            try:
                if not prolong():
                    return
            except Error as error:
                # The next beat connects anew; whether the database is back, the work will see by itself.
                log.warning("a heartbeat failed: %s", error)
                connection.close()
    finally:
        connection.close()

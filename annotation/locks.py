"""Advisory locks: one process at a time writes one file; a process that dies loses its locks."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def try_lock(kind: int, number: int) -> Iterator[bool]:
    """Take the lock of a thing for the block, and tell whether nobody else had it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [kind, number])
        is_ours = cursor.fetchone()[0]
    try:
        yield is_ours
    finally:
        if is_ours and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [kind, number])


def held(kind: int) -> list[int]:
    """Return the numbers of this kind that somebody has locked."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND classid = %s", [kind]
        )
        return [objid for (objid,) in cursor.fetchall()]

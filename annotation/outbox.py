"""Facts for the learner, written in the transaction of the data they tell of."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from annotation.models import OutboxEntry, Project


def write(project: Project, kind: str, payload: dict[str, Any], *, at: datetime) -> None:
    """Record a fact. Needs the transaction that writes what it tells of."""
    OutboxEntry.objects.create(project=project, kind=kind, payload=payload, at=at)


def take(limit: int) -> Iterator[OutboxEntry]:
    """Yield up to `limit` facts, oldest first, and delete them with the caller's transaction.

    SKIP LOCKED: two readers never take the same fact, and one that dies leaves its facts to the next.
    """
    entries = list(OutboxEntry.objects.select_for_update(skip_locked=True).order_by("id")[:limit])
    yield from entries
    OutboxEntry.objects.filter(pk__in=[entry.pk for entry in entries]).delete()

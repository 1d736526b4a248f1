"""Acts as tests write them: one person claims and submits, at a time the test sets."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from annotation import annotations, leases, queues
from annotation.annotations import Reading
from annotation.models import Annotation, Assignment, Membership


@dataclass
class Desk:
    """People at work, by a clock that only moves when told."""

    now: datetime = field(default_factory=lambda: datetime(2026, 1, 5, 9, tzinfo=UTC))

    def wait(self, **spans: float) -> None:
        self.now += timedelta(**spans)

    def claim(self, membership: Membership, *, held: tuple[uuid.UUID, ...] = ()) -> Assignment | None:
        work = queues.claim_next(membership.pk, now=self.now, held=held)
        return work and Assignment.objects.select_related("queue", "sentence").get(pk=work.assignment_id)

    def submit(self, assignment: Assignment, *boundaries: int, key: uuid.UUID | None = None) -> Annotation:
        reading = Reading(list(boundaries), key or uuid.uuid4(), active_ms=1000, key_actions=2)
        stored = annotations.submit(
            assignment.pk, reading, annotator_id=assignment.annotator_id, now=self.now
        )
        return Annotation.objects.get(pk=stored.id)

    def skip(self, assignment: Assignment) -> None:
        leases.skip(
            assignment.pk, annotator_id=assignment.annotator_id, reason="cut off", active_ms=500, now=self.now
        )

    def work(self, membership: Membership, count: int = 1) -> list[Assignment]:
        """Claim and submit so many sentences; fewer come back when there is nothing left."""
        done = []
        while len(done) < count and (assignment := self.claim(membership)):
            self.submit(assignment)
            done.append(assignment)
        return done


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str | bytes], Path]:
    """Return what writes a file with that name and content."""

    def write(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write

"""The audit trail: one entry for each act of a manager, in the transaction of the act.

The API opens an entry around each act it lets through (annotation/api/permissions.py), so that none is left
out; the act says with `note` what it did, for only the act sees before and after under its own locks. Outside
of an entry, as in a command on the machine, a note goes nowhere.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from annotation.models import AuditEntry, Project

LOCKED_OUT = "account.locked"

_open: ContextVar[AuditEntry | None] = ContextVar("audit_entry", default=None)


@contextmanager
def recording(
    act: str,
    *,
    actor: User | None,
    project: Project | None = None,
    person: User | None = None,
    thing: str = "",
    request_id: str = "",
) -> Iterator[AuditEntry]:
    """Run an act in a transaction that ends with its entry; an act that raises leaves none."""
    entry = AuditEntry(
        project=project, actor=actor, person=person, act=act, thing=thing, request_id=request_id
    )
    with transaction.atomic():
        token = _open.set(entry)
        try:
            yield entry
        finally:
            _open.reset(token)
        entry.at = timezone.now()
        entry.save()


def note(
    *,
    thing: str | None = None,
    person: User | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Say what the act under way did; of several notes the last one counts.

    Secrets, names of people and what people wrote stay out: nothing here is ever erased.
    """
    entry = _open.get()
    if entry is None:
        return
    entry.thing = entry.thing if thing is None else thing
    entry.person = person
    entry.before, entry.after = dict(before or {}), dict(after or {})


def of_project(project: Project) -> QuerySet[AuditEntry]:
    """Return a project's entries, the newest first, with those about the accounts of its people."""
    members = project.memberships.values("user")
    accounts = Q(project=None) & (Q(actor__in=members) | Q(person__in=members))
    found = AuditEntry.objects.filter(Q(project=project) | accounts)
    return found.select_related("actor", "person").order_by("-pk")


def page(
    project: Project, *, before: int | None, limit: int, person: int | None, act: str
) -> tuple[list[AuditEntry], int | None]:
    """Return up to `limit` entries older than the entry `before`, and what asks for the next page.

    `person`: as actor or as whom it was about. `act`: a whole name or its first part (`member`).
    """
    found = of_project(project)
    if before is not None:
        found = found.filter(pk__lt=before)
    if person is not None:
        found = found.filter(Q(actor=person) | Q(person=person))
    if act:
        found = found.filter(Q(act=act) | Q(act__startswith=f"{act}."))
    rows = list(found[: limit + 1])
    return rows[:limit], rows[limit - 1].pk if len(rows) > limit else None


@contextmanager
def recording_once(
    act: str, *, actor: User | None, person: User, within: timedelta, request_id: str = ""
) -> Iterator[None]:
    """Run an act that programs repeat: of those within a time the first leaves an entry about the person."""
    if AuditEntry.objects.filter(person=person, act=act, at__gt=timezone.now() - within).exists():
        yield
        return
    with recording(act, actor=actor, person=person, request_id=request_id):
        yield


def note_lock_out(username: str, *, within: timedelta) -> None:
    """Record that wrong passwords closed the log-in to an account, once in the time it stays closed."""
    person = User.objects.filter(username=username).first()
    if person is not None:
        with recording_once(LOCKED_OUT, actor=None, person=person, within=within):
            pass

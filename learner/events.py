"""Events: what happened in the loop and around it. Append-only; facts of the outbox become events here."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from annotation import audit, outbox, webhooks
from annotation.errors import Conflict
from annotation.models import OutboxEntry, Project
from config.lanes import send
from learner import bridges
from learner.models import Event, EventRemark

# Facts that are read in one transaction.
FACTS_AT_ONCE = 500

# What a changed setting is called. Settings that are not listed are `settings.changed`.
SETTING_KINDS = {
    "strategy": "strategy.changed",
    "suggestion_policy": "suggestions.changed",
    "model_preset": "model.changed",
    "model_seeds": "model.changed",
    "active_share": "ratio.changed",
    "ratio_unit": "ratio.changed",
    "catch_up_share": "ratio.changed",
    "overlap_share": "overlap.changed",
    "holdout_readers": "overlap.changed",
    "control_share": "suggestions.changed",
    "lease_seconds": "lease.changed",
    "idle_cut_seconds": "lease.changed",
    "round_size": "rounds.changed",
    "round_hours": "rounds.changed",
    "paused_at": "project.paused",
    "training_paused_at": "training.paused",
}

# Facts after which the heads of the queues may lack suggestions.
_CHANGES_HEADS = {"corpus.imported", "project.started", "project.changed", "order.published"}


def record(
    project: Project,
    kind: str,
    *,
    at: datetime,
    until: datetime | None = None,
    actor_id: int | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    note: str = "",
    mark: str | None = None,
) -> None:
    """Append an event that the software knows of. With a `mark` the same find is recorded only once."""
    fields: dict[str, Any] = {
        "project": project,
        "kind": kind,
        "at": at,
        "until": until,
        "actor_id": actor_id,
        "before": before or {},
        "after": after or {},
        "note": note,
    }
    if mark is None:
        event, is_new = Event.objects.create(**fields), True
    else:
        event, is_new = Event.objects.get_or_create(project=project, mark=mark, defaults=fields)
    if is_new:
        _tell(event)


def _tell(event: Event) -> None:
    """Let webhooks know: what was noted stays here, only what it was and its number go out."""
    webhooks.tell(event.project, "event.recorded", event=event.pk, kind=event.kind)


def record_by_hand(
    project: Project,
    kind: str,
    *,
    at: datetime,
    until: datetime | None,
    note: str,
    before: dict[str, Any],
    after: dict[str, Any],
    actor: User,
) -> Event:
    """Append an event that a person reports."""
    event = Event.objects.create(
        project=project,
        kind=kind,
        at=at,
        until=until,
        before=before,
        after=after,
        note=note,
        actor=actor,
        recorded_by=Event.RecordedBy.HAND,
    )
    audit.note(thing=f"event {event.pk}", after={"kind": kind, "at": at})
    _tell(event)
    return event


def remark(event: Event, note: str, *, author: User, now: datetime) -> None:
    """Append a note to an event; the event itself stays as it was recorded."""
    EventRemark.objects.create(event=event, note=note, author=author, at=now)


def collect(limit: int = FACTS_AT_ONCE) -> int:
    """Take up to `limit` facts from the outbox, record what they amount to, and return how many there were.

    Facts and events change hands in one transaction: a reader that dies leaves both as they were.
    """
    with transaction.atomic():
        taken = list(outbox.take(limit))
        for fact in taken:
            _READERS.get(fact.kind, _keep)(fact)
        for project_id in {fact.project_id for fact in taken if fact.kind in _CHANGES_HEADS}:
            send("learner.tasks.fill_suggestions", project_id)
    return len(taken)


def _keep(fact: OutboxEntry) -> None:
    """Record a fact under its own kind.

    The payload may name the actor and say what was `before` and `after`; the rest of it is part of `after`.
    """
    payload = dict(fact.payload)
    actor_id = payload.pop("actor", None)
    note = payload.pop("note", "")
    before = payload.pop("before", {})
    after = payload.pop("after", {})
    record(
        fact.project,
        fact.kind,
        at=fact.at,
        actor_id=actor_id,
        before=before,
        after={**payload, **after},
        note=note,
    )


def _ignore(fact: OutboxEntry) -> None:
    """Pass over a single piece of work: it is in the annotations, and no event of the experiment."""


def _split_settings(fact: OutboxEntry) -> None:
    """Record changed settings, an event for each kind of setting that changed."""
    before, after = fact.payload.get("before", {}), fact.payload.get("after", {})
    kinds: dict[str, list[str]] = {}
    for name in after:
        if before.get(name) != after[name]:
            kinds.setdefault(_setting_kind(name, after[name]), []).append(name)
    model = after.get("model_preset", before.get("model_preset"))
    if model != before.get("model_preset") and model in bridges.MODELS:
        # On the samples as they are: later rounds are trained by the new model alone.
        with suppress(Conflict):
            bridges.request(fact.project, model=model)
    for kind, names in kinds.items():
        record(
            fact.project,
            kind,
            at=fact.at,
            actor_id=fact.payload.get("actor"),
            before={name: before.get(name) for name in names},
            after={name: after[name] for name in names},
        )


def _setting_kind(name: str, value: Any) -> str:
    kind = SETTING_KINDS.get(name, "settings.changed")
    return kind.replace(".paused", ".resumed") if value is None else kind


_READERS: dict[str, Callable[[OutboxEntry], None]] = {
    "annotation.submitted": _ignore,
    "annotation.skipped": _ignore,
    "annotation.adjudicated": _ignore,
    "project.changed": _split_settings,
}

"""The plan: what an experiment set out to show, fixed before its first label, and whether it has been shown.

A plan is a draft until it is locked, by a manager or, as it then stands, by the software at the first label.
A locked plan is never changed: a later one is a further version and an event. Looks at the arms' curves are
events too, since a reader who looks often and stops when it pleases has another error rate than the one
planned.
"""

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Min
from scipy.stats import norm

from annotation import audit
from annotation.errors import Conflict
from annotation.models import Assignment, Project, Queue
from learner import events
from learner.estimates import Estimate, NotEstimable
from learner.models import Event, Plan
from learner.reasons import Reason

LEVEL, POWER = 0.95, 0.9
# An effect of so many standard errors is found with the power, two-sided: 3.24.
DETECTABLE_ERRORS = float(norm.ppf(1 - (1 - LEVEL) / 2) + norm.ppf(POWER))

# The kind of event by which a look at the arms is logged.
VIEWED = "curves.viewed"
FIELDS = (
    "figure",
    "unit",
    "estimand",
    "budget",
    "exclusions",
    "smallest_effect",
    "expected_error",
    "stopping",
    "note",
)


def current(project: Project) -> Plan | None:
    """Return the plan in force, a draft included; None where nobody has written one."""
    return project.plans.order_by("-version").first()


def write(project: Project, values: Mapping[str, Any], *, author: User, now: datetime) -> Plan:
    """Write the draft, or, once a plan is locked, a further version that is locked at once.

    Of a further version `note` has to say why. Raises Conflict.
    """
    lock_if_begun(project)
    latest = current(project)
    if latest is None or latest.locked_at is None:
        return _write_draft(project, latest, values, author=author, now=now)
    changed = {name: value for name, value in values.items() if value != getattr(latest, name)}
    if not values.get("note"):
        raise Conflict("plan_needs_note")
    content = {name: getattr(latest, name) for name in FIELDS} | changed
    try:
        with transaction.atomic():
            plan = _lock(
                Plan(project=project, version=latest.version + 1, author=author, at=now, **content), now=now
            )
            _note_change(plan, latest, changed)
            events.record(
                project,
                "plan.changed",
                at=now,
                actor_id=author.pk,
                before={name: getattr(latest, name) for name in changed},
                after={**changed, "version": plan.version, "sha256": plan.sha256},
                note=values["note"],
            )
    except IntegrityError as error:
        raise Conflict("plan_changed") from error
    return plan


def _write_draft(
    project: Project, draft: Plan | None, values: Mapping[str, Any], *, author: User, now: datetime
) -> Plan:
    plan = draft or Plan(project=project, version=1)
    _note_change(plan, plan, values)
    for name, value in values.items():
        setattr(plan, name, value)
    plan.author, plan.at = author, now
    plan.save()
    return plan


def _note_change(plan: Plan, old: Plan, values: Mapping[str, Any]) -> None:
    before = {name: getattr(old, name) for name in values}
    changed = [name for name, value in values.items() if value != before[name]]
    audit.note(
        thing=f"plan {plan.version}",
        before={name: before[name] for name in changed},
        after={name: values[name] for name in changed},
    )


def lock(project: Project, *, actor: User | None, now: datetime) -> Plan:
    """Lock the plan as it stands; the usual one where nobody has written any. Raises Conflict."""
    with transaction.atomic():
        # The project's row orders a manager and the software that lock at once.
        Project.objects.select_for_update(no_key=True).get(pk=project.pk)
        plan = current(project) or Plan(project=project, version=1, at=now)
        if plan.locked_at is not None:
            raise Conflict("plan_locked")
        _lock(plan, now=now)
        audit.note(thing=f"plan {plan.version}", after={"sha256": plan.sha256})
        after = {"version": plan.version, "sha256": plan.sha256, **content_of(plan)}
        events.record(project, "plan.locked", at=now, actor_id=actor.pk if actor else None, after=after)
    return plan


def lock_if_begun(project: Project) -> None:
    """Lock the plan as it stands where an arm has got its first label and nobody has locked it before."""
    if project.plans.filter(locked_at__isnull=False).exists():
        return
    arms = Queue.objects.filter(project=project, kind__in=[Queue.Kind.RANDOM, Queue.Kind.ACTIVE])
    labels = Assignment.objects.filter(queue__in=list(arms), state=Assignment.State.SUBMITTED)
    first = labels.aggregate(at=Min("finished_at"))["at"]
    if first is not None:
        # A manager or another process may have been quicker.
        with suppress(Conflict):
            lock(project, actor=None, now=first)


def _lock(plan: Plan, *, now: datetime) -> Plan:
    plan.locked_at, plan.sha256 = now, _hash(plan)
    plan.save()
    return plan


def _hash(plan: Plan) -> str:
    content = json.dumps(content_of(plan), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()


def content_of(plan: Plan) -> dict[str, Any]:
    """Return what the hash is of."""
    return {name: getattr(plan, name) for name in FIELDS}


def is_intact(plan: Plan) -> bool:
    """Tell whether a locked plan is what was locked."""
    return _hash(plan) == plan.sha256


def detectable(error: float | None) -> float | None:
    """Return the effect found with 90 % power at a standard error."""
    return None if error is None else DETECTABLE_ERRORS * error


def record_view(project: Project, *, viewer: User, what: str, now: datetime) -> None:
    """Log that a manager looked at figures that compare the arms, once an hour for each of them."""
    events.record(
        project,
        VIEWED,
        at=now,
        actor_id=viewer.pk,
        after={"what": what},
        mark=f"{VIEWED}|{viewer.pk}|{what}|{now:%Y-%m-%dT%H}",
    )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What there is to say of the planned endpoint by now.

    `error` is the standard error that the interval stands for, `detectable` the effect it would find with
    90 % power. `verdict` is one of `active is better`, `active is worse`, `no difference shown`, `too early`
    and `not estimable`; `notes` say why.
    """

    verdict: str
    notes: tuple[Reason, ...]
    spent: float
    error: float | None = None
    detectable: float | None = None


def judge(plan: Plan, estimate: Estimate | NotEstimable, *, spent: float) -> Outcome:
    """Hold the planned endpoint against its estimate; `spent` is what both arms have cost, in its unit.

    Before the horizon nothing is judged under a fixed horizon: the interval is that of a single look.
    """
    if isinstance(estimate, NotEstimable) or estimate.low is None or estimate.high is None:
        notes = (estimate.reason,) if isinstance(estimate, NotEstimable) else estimate.notes
        return Outcome("not estimable", notes, spent)
    error = (estimate.high - estimate.low) / 2 / float(norm.ppf(1 - (1 - estimate.level) / 2))
    outcome = partial(Outcome, spent=spent, error=error, detectable=detectable(error))
    if plan.budget is not None and spent < plan.budget:
        percent = int(100 * spent / plan.budget)
        return outcome("too early", (Reason("before_horizon", {"percent": percent}),))
    smallest = {"smallest": plan.smallest_effect}
    if estimate.excludes_zero:
        small = abs(estimate.value) < plan.smallest_effect
        reason = Reason("zero_outside_but_small", smallest) if small else Reason("zero_outside")
        return outcome("active is better" if estimate.low > 0 else "active is worse", (reason,))
    inside = -plan.smallest_effect < estimate.low and estimate.high < plan.smallest_effect
    return outcome("no difference shown", (Reason("within_smallest" if inside else "holds_both", smallest),))


def looks(project: Project) -> int:
    """Count the logged looks at the arms' curves."""
    return Event.objects.filter(project=project, kind=VIEWED).count()

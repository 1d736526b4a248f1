"""Projects: create one, change its settings. Every change is told to the learner with before and after."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from annotation import audit, guidelines, outbox, people
from annotation.annotations import current_guideline
from annotation.errors import BadInput, Conflict
from annotation.models import Membership, Project
from annotation.queues import create_queues

# Names that the learner knows; a contract test holds them against its own lists.
STRATEGIES = (
    "random",
    "mean_entropy",
    "total_entropy",
    "max_entropy",
    "topk_entropy",
    "margin",
    "least_confidence",
    "mnlp",
    "vote_entropy",
    "bald",
    "coverage",
    "longest_first",
    "total_entropy_per_second",
    "topk_entropy_per_second",
    "bald_per_second",
    "coverage_per_second",
    "mean_entropy_spread",
    "total_entropy_per_second_spread",
    "mean_entropy_mixed",
    "total_entropy_per_second_mixed",
    "coverage_per_second_mixed",
)

# A later change would make the holdout of one import another sample than that of the next.
FIXED_BY_IMPORT = {"holdout_share", "holdout_limit", "holdout_per_document"}
# What a project never shares with the one it was made from.
OWN_TO_A_PROJECT = {
    "id",
    "name",
    "seed",
    "created_at",
    "started_at",
    "paused_at",
    "simulated_now",
    "suggestion_source",
}
# The seed set is drawn once.
FIXED_BY_START = {"seed_size"}


@transaction.atomic
def create(settings: Mapping[str, Any], *, creator: User, now: datetime, request_id: str = "") -> Membership:
    """Make a project with its queues, and its creator the first manager; return that membership."""
    _check(settings)
    with audit.recording("project.created", actor=creator, request_id=request_id) as entry:
        project = entry.project = Project.objects.create(**settings)
        create_queues(project)
        membership = Membership.objects.create(project=project, user=creator, role=Membership.Role.MANAGER)
    outbox.write(project, "project.created", {"actor": creator.pk, "name": project.name}, at=now)
    return membership


@transaction.atomic
def clone(project: Project, *, name: str, with_people: bool, creator: User, now: datetime) -> Membership:
    """Make a project with another's settings and current guideline, and its people where asked for.

    Texts and labels are not copied, and the seed is drawn anew: it is another experiment.
    """
    settings = {
        field.name: getattr(project, field.name)
        for field in Project._meta.concrete_fields
        if field.name not in OWN_TO_A_PROJECT
    }
    membership = create(settings | {"name": name}, creator=creator, now=now)
    current = current_guideline(project.pk)
    if current is not None:
        guidelines.publish(membership.project, current.text, author=creator, now=now)
    if with_people:
        for member in project.memberships.filter(active=True).exclude(user=creator).select_related("user"):
            people.join(membership.project, member.user, role=member.role, actor=creator, now=now)
    audit.note(thing=f"project {membership.project_id}", after={"people": with_people})
    return membership


@transaction.atomic
def change(project: Project, changes: Mapping[str, Any], *, actor: User, now: datetime) -> Project:
    """Change settings and return the project as it is then.

    Raises Conflict for a setting that is fixed by now. What keeps its value is no change.
    """
    _check(changes)
    project = Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    before = {name: getattr(project, name) for name in changes}
    after = {name: value for name, value in changes.items() if value != before[name]}
    if not after:
        return project
    _refuse_fixed(project, after)
    for name, value in after.items():
        setattr(project, name, value)
    if "suggestion_policy" in after:
        # What lies there was made under the old policy; the learner fills in for the new one.
        project.suggestion_source = ""
    project.save(update_fields=[*after, "suggestion_source"])
    change = {
        "before": {name: _plain(before[name]) for name in after},
        "after": {name: _plain(value) for name, value in after.items()},
    }
    audit.note(before=change["before"], after=change["after"])
    outbox.write(project, "project.changed", {"actor": actor.pk, **change}, at=now)
    return project


def _check(settings: Mapping[str, Any]) -> None:
    strategy = settings.get("strategy")
    if strategy is not None and strategy not in STRATEGIES:
        details = {"strategy": strategy, "known": list(STRATEGIES)}
        raise BadInput("strategy_unknown", strategy=strategy, details=details)


def _refuse_fixed(project: Project, after: Mapping[str, Any]) -> None:
    fixed = set(FIXED_BY_START) if project.started_at else set()
    if project.corpora.exists():
        fixed |= FIXED_BY_IMPORT
    for name in sorted(fixed & after.keys()):
        raise Conflict(
            "fixed_by_start" if name in FIXED_BY_START else "fixed_by_import",
            setting=name,
            value=getattr(project, name),
            wanted=after[name],
            details={"setting": name},
        )


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value

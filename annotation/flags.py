"""Flags as a manager sees them: what annotators remarked, and what has been dealt with."""

from datetime import datetime

from django.db.models import F, QuerySet

from annotation.errors import NotFound
from annotation.models import Flag, Project


def of_project(project: Project) -> QuerySet[Flag]:
    """Return the flags of a project with their sentences and people, open ones first, newest first."""
    flags = Flag.objects.filter(sentence__project=project).select_related("sentence", "annotator")
    return flags.order_by(F("resolved_at").asc(nulls_first=True), "-pk")


def resolve(project: Project, flag_id: int, *, now: datetime) -> Flag:
    """Mark a flag as dealt with; the second time changes nothing."""
    Flag.objects.filter(sentence__project=project, pk=flag_id, resolved_at=None).update(resolved_at=now)
    flag = of_project(project).filter(pk=flag_id).first()
    if flag is None:
        raise NotFound("not_in_project", thing="flag", id=flag_id)
    return flag

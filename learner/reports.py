"""Reports: asked for, and taken up again where a worker died. Written by learner/report_writing.py."""

from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from annotation import audit, locks
from annotation.models import Project
from config.lanes import send
from learner.models import Report

State = Report.State

# First half of the advisory lock's key, the second is the report.
REPORT_LOCK = 7_003
# So long a message may take to reach a worker before another one is sent.
PATIENCE = timedelta(minutes=1)


@transaction.atomic
def request(project: Project, *, figure: str, unit: str, requested_by: User | None, now: datetime) -> Report:
    """Order a report and start it in the background."""
    report = Report.objects.create(
        project=project, figure=figure, unit=unit, requested_by=requested_by, created_at=now
    )
    audit.note(thing=f"report {report.pk}", after={"figure": figure, "unit": unit})
    send("learner.tasks.write_report", report.pk)
    return report


def path_of(report: Report) -> Path:
    """Return where the file of a report lies once it is ready."""
    return Path(settings.EXPORT_STORE) / report.file_name


def take_up() -> None:
    """Start every report that waits for a worker, or whose worker died."""
    unfinished = Report.objects.filter(state__in=[State.WAITING, State.RUNNING])
    overdue = unfinished.filter(created_at__lt=timezone.now() - PATIENCE)
    for report_id in overdue.exclude(pk__in=locks.held(REPORT_LOCK)).values_list("pk", flat=True):
        send("learner.tasks.write_report", report_id)

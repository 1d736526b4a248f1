"""Reports: asked for, and taken up again where a worker died. Written by learner/report_writing.py."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from annotation import audit, written_files
from annotation.models import Project
from config.lanes import send
from learner.models import Report

# First half of the advisory lock's key, the second is the report.
REPORT_LOCK = 7_003
TASK = "learner.tasks.write_report"


@transaction.atomic
def request(project: Project, *, figure: str, unit: str, requested_by: User | None, now: datetime) -> Report:
    """Order a report and start it in the background."""
    report = Report.objects.create(
        project=project, figure=figure, unit=unit, requested_by=requested_by, created_at=now
    )
    audit.note(thing=f"report {report.pk}", after={"figure": figure, "unit": unit})
    send(TASK, report.pk)
    return report


def take_up() -> None:
    """Start every report that waits for a worker, or whose worker died."""
    written_files.take_up(Report, lock=REPORT_LOCK, task=TASK)

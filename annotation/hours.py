"""Hours at work, for pay: who did how much on which day. Read only."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import connection

from annotation.models import Membership, Project

# A day is one in Thailand, as everywhere people see days. A revision counts on the day it was made. The time
# of an assignment includes that of its revisions, of which there are few: joining them alone, and not all
# readings, is what makes this quick.
WORK = """
WITH revised AS (
    SELECT n.annotator_id, n.created_at, n.active_ms, a.finished_at
    FROM annotation_annotation n JOIN annotation_assignment a ON a.id = n.assignment_id
    WHERE a.project_id = %(project)s AND n.revision > 0
)
SELECT annotator_id, (at AT TIME ZONE interval '7 hours')::date AS day, sum(sentences), sum(revisions),
    sum(skips), sum(active_ms) / 1000.0, max(at)
FROM (
    SELECT annotator_id, finished_at AS at, (state = 'submitted')::int AS sentences, 0 AS revisions,
        (state = 'skipped')::int AS skips, active_ms
    FROM annotation_assignment WHERE project_id = %(project)s AND state IN ('submitted', 'skipped')
    UNION ALL
    SELECT annotator_id, created_at, 0, 1, 0, active_ms FROM revised
    UNION ALL
    SELECT annotator_id, finished_at, 0, 0, 0, -active_ms FROM revised
) acts
WHERE (%(annotator)s::bigint IS NULL OR annotator_id = %(annotator)s)
  AND (%(since)s::timestamptz IS NULL OR at >= %(since)s)
  AND (%(until)s::timestamptz IS NULL OR at < %(until)s)
GROUP BY annotator_id, day ORDER BY day DESC, annotator_id
"""


def of_project(project: Project, *, since: datetime, until: datetime) -> list[dict[str, Any]]:
    """Return what each person did on each day of [since, until), the latest first.

    Days have sentences, revisions, skips, active seconds, and when the last of these came.
    """
    rows = _days(project.pk, since=since, until=until)
    users = User.objects.in_bulk({row["annotator"] for row in rows})
    return [row | {"user": users[row["annotator"]]} for row in rows]


def of_member(membership: Membership) -> list[dict[str, Any]]:
    """Return what one person did on each day, the latest first."""
    return _days(membership.project_id, annotator=membership.user_id)


def _days(
    project_id: int,
    *,
    annotator: int | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(WORK, {"project": project_id, "annotator": annotator, "since": since, "until": until})
        rows = cursor.fetchall()
    names = ("annotator", "day", "sentences", "revisions", "skips", "active_seconds", "last_at")
    return [dict(zip(names, row, strict=True)) for row in rows]

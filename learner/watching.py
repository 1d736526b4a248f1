"""The watch: what happens without anybody saying so. Each find is recorded once, by its mark.

Thresholds are for a picture of the experiment, not for a test of it: they are set wide, so that a quiet
project stays quiet, and the analysis judges effects by itself.
"""

from collections import Counter
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Max, Min

from annotation import release
from annotation.declining import IDLE
from annotation.models import Assignment, Membership, Project
from learner import drift, events, guideline_bridges, lag, plans, shifts
from learner.models import Event, Round

State = Assignment.State

ROUND_TAKES_LONG = timedelta(hours=1)
DAY = timedelta(days=1)
# The served order is stale when so many rounds' worth of labels are not in it.
STALE_ROUNDS = 3


def watch(project: Project, *, now: datetime) -> None:
    """Look at a project once and record what is new. Safe to call by several processes at once."""
    plans.lock_if_begun(project)
    _watch_release(project, now=now)
    _watch_round(project, now=now)
    _watch_order(project, now=now)
    _watch_presence(project, now=now)
    _watch_shares(project, now=now)
    _watch_pace(project)
    drift.watch(project)
    guideline_bridges.watch(project, now=now)


def _watch_release(project: Project, *, now: datetime) -> None:
    """Record the software's first run on this project, and every change of it."""
    current = release.version()
    known = Event.objects.filter(project=project, kind__in=["release.started", "release.changed"])
    last = known.order_by("-at", "-id").first()
    if last is None:
        events.record(project, "release.started", at=now, after=current, mark="release")
    elif last.after != current:
        events.record(
            project,
            "release.changed",
            at=now,
            before=last.after,
            after=current,
            mark=f"release|{last.pk}",
        )


def _watch_round(project: Project, *, now: datetime) -> None:
    for round_ in project.rounds.filter(state__in=Round.UNDER_WAY, opened_at__lt=now - ROUND_TAKES_LONG):
        events.record(
            project,
            "round.delayed",
            at=round_.opened_at + ROUND_TAKES_LONG,
            after={"round": round_.number, "state": round_.state},
            mark=f"round.delayed|{round_.number}",
        )


def _watch_order(project: Project, *, now: datetime) -> None:
    stale = lag.staleness(project, now=now)
    if stale is None or stale.labels < STALE_ROUNDS * project.round_size:
        return
    served = project.rounds.filter(state=Round.State.CLOSED).aggregate(Max("number"))["number__max"]
    events.record(
        project,
        "order.stale",
        at=now,
        after={"round": served, "labels": stale.labels, "minutes": stale.minutes},
        mark=f"order.stale|{served}",
    )


def _watch_presence(project: Project, *, now: datetime) -> None:
    """Record annotators who have stopped for long, and those who are back."""
    annotators = Membership.objects.filter(
        project=project, active=True, role=Membership.Role.ANNOTATOR
    ).values_list("user_id", flat=True)
    worked = (
        Assignment.objects.filter(project=project, annotator__in=annotators, finished_at__isnull=False)
        .values_list("annotator")
        .annotate(last=Max("finished_at"))
    )
    for user_id, last in worked.filter(state__in=[State.SUBMITTED, State.SKIPPED]):
        silence = (
            Event.objects.filter(project=project, kind="annotator.idle", after__user=user_id)
            .order_by("-at", "-id")
            .first()
        )
        if now - last >= IDLE:
            events.record(
                project,
                "annotator.idle",
                at=last + IDLE,
                after={"user": user_id, "last_work": last.isoformat()},
                mark=f"annotator.idle|{user_id}|{last.isoformat()}",
            )
        elif silence is not None and silence.at < last:
            events.record(
                project,
                "annotator.returned",
                at=last,
                before=silence.after,
                after={"user": user_id},
                mark=f"annotator.returned|{silence.pk}",
            )


def _watch_shares(project: Project, *, now: datetime) -> None:
    """Record when the labels of the latest weeks are shared out among people otherwise than before."""
    last = drift.last_find(project, "work.shifted", {})
    since = None if last is None else (now - last.at) / DAY
    found = shifts.find_work(_labels_by_day(project, now=now), since=since)
    if found is not None:
        days_ago, (before, after) = found
        events.record(
            project,
            "work.shifted",
            at=now - days_ago * DAY,
            before=before,
            after=after,
            mark=f"work.shifted|{last.pk if last else 0}",
        )


def _labels_by_day(project: Project, *, now: datetime) -> list[Counter[int]]:
    """Return labels by person of each whole day back from now, at most as far back as is compared."""
    submitted = Assignment.objects.filter(project=project, state=State.SUBMITTED, finished_at__lte=now)
    began = submitted.aggregate(Min("finished_at"))["finished_at__min"]
    if began is None:
        return []
    days: list[Counter[int]] = [Counter() for _ in range(min((now - began) // DAY, 14 * shifts.MOST_WEEKS))]
    with connection.cursor() as cursor:
        cursor.execute(_LABELS, {"project": project.pk, "now": now, "from": now - len(days) * DAY})
        for day, person, labels in cursor.fetchall():
            days[day][person] += labels
    return days


_LABELS = """
SELECT floor(extract(epoch FROM %(now)s - finished_at) / 86400)::int AS day, annotator_id, count(*)
FROM annotation_assignment
WHERE project_id = %(project)s AND state = 'submitted' AND finished_at > %(from)s AND finished_at <= %(now)s
GROUP BY day, annotator_id
"""


def _watch_pace(project: Project) -> None:
    """Record when a person's latest readings are much slower or faster than those before them."""
    annotators = Membership.objects.filter(project=project, active=True, role=Membership.Role.ANNOTATOR)
    for user_id in annotators.values_list("user_id", flat=True):
        times, paces = _latest_paces(project, user_id)
        drift.look(project, "annotator.pace_drifted", {"user": user_id}, times, paces, shifts.PACE)


def _latest_paces(project: Project, user_id: int) -> tuple[list[datetime], list[float]]:
    """Return times and paces of the person's latest readings, in order of time."""
    rows = (
        Assignment.objects.filter(
            project=project,
            annotator=user_id,
            state=State.SUBMITTED,
            active_ms__gt=0,
            sentence__n_clusters__gt=0,
        )
        .order_by("-finished_at", "-id")
        .values_list("finished_at", "active_ms", "sentence__n_clusters")[: shifts.PACE.longest]
    )
    read = [(at, ms / 1000, clusters) for at, ms, clusters in reversed(rows) if at is not None]
    adjusted = shifts.paces([seconds for _, seconds, _ in read], [clusters for *_, clusters in read])
    return [at for at, *_ in read], adjusted

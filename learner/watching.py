"""The watch: what happens without anybody saying so. Each find is recorded once, by its mark.

Thresholds are for a picture of the experiment, not for a test of it: they are set wide, so that a quiet
project stays quiet, and the analysis judges effects by itself.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.db.models import Max

from annotation import release
from annotation.declining import IDLE
from annotation.models import Assignment, Membership, Project
from learner import drift, events, guideline_bridges, lag, plans
from learner.models import Event, Round

State = Assignment.State

ROUND_TAKES_LONG = timedelta(hours=1)
# The served order is stale when so many rounds' worth of labels are not in it.
STALE_ROUNDS = 3
# Labels on each side of a comparison of who does the work; smaller samples shift by chance.
SHARE_WINDOW = 200
SHARE_SHIFT = 0.3
# Readings of one person on each side of a comparison of pace.
PACE_WINDOW = 50
PACE_DEVIATIONS = 5.0
PACE_RATIO = 1.3


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
    """Record when the latest labels are shared out among people otherwise than those before them.

    The shift is the total variation distance of the two distributions: the share of labels that would have
    to change hands.
    """
    submitted = Assignment.objects.filter(project=project, state=State.SUBMITTED)
    people = list(
        submitted.order_by("-finished_at", "-id").values_list("annotator_id", flat=True)[: 2 * SHARE_WINDOW]
    )
    if len(people) < 2 * SHARE_WINDOW:
        return
    last = Event.objects.filter(project=project, kind="work.shifted").order_by("-at", "-id").first()
    seen = last.after["labels"] if last else 0
    labels = submitted.count()
    # The windows of two finds do not overlap, or one shift would be found again and again.
    if last is not None and labels < seen + SHARE_WINDOW:
        return
    after, before = _shares(people[:SHARE_WINDOW]), _shares(people[SHARE_WINDOW:])
    shift = sum(abs(after.get(name, 0) - before.get(name, 0)) for name in after.keys() | before.keys()) / 2
    if shift >= SHARE_SHIFT:
        events.record(
            project,
            "work.shifted",
            at=now,
            before={"shares": before},
            after={"shares": after, "shift": round(shift, 3), "labels": labels},
            mark=f"work.shifted|{seen}",
        )


def _shares(people: Sequence[int]) -> dict[str, float]:
    ids, counts = np.unique(np.array(people), return_counts=True)
    return {str(id_): round(count / len(people), 3) for id_, count in zip(ids, counts, strict=True)}


def _watch_pace(project: Project) -> None:
    for user_id in Membership.objects.filter(
        project=project, active=True, role=Membership.Role.ANNOTATOR
    ).values_list("user_id", flat=True):
        _watch_pace_of(project, user_id)


def _watch_pace_of(project: Project, user_id: int) -> None:
    """Record when a person's latest readings are much slower or faster than those before them.

    Robust: medians of log seconds per cluster, their difference measured in standard errors by the median
    absolute deviation, so that a few sentences left open do not count.
    """
    readings = _latest_readings(project, user_id)
    if len(readings) < 2 * PACE_WINDOW:
        return
    started = readings[PACE_WINDOW - 1][1]
    last = (
        Event.objects.filter(project=project, kind="annotator.pace_drifted", after__user=user_id)
        .order_by("-at", "-id")
        .first()
    )
    if last is not None and readings[-1][1] <= last.at:
        return
    pace = np.log([seconds for seconds, _ in readings])
    after, before = pace[:PACE_WINDOW], pace[PACE_WINDOW:]
    change = float(np.median(after) - np.median(before))
    if abs(change) >= np.log(PACE_RATIO) and abs(change) >= PACE_DEVIATIONS * _standard_error(after, before):
        events.record(
            project,
            "annotator.pace_drifted",
            at=started,
            before=_pace(before),
            after={"user": user_id, **_pace(after), "ratio": round(float(np.exp(change)), 3)},
            mark=f"annotator.pace_drifted|{user_id}|{last.pk if last else 0}",
        )


def _latest_readings(project: Project, user_id: int) -> list[tuple[float, datetime]]:
    """Return seconds per cluster and time of the person's latest readings, the newest first."""
    rows = (
        Assignment.objects.filter(
            project=project,
            annotator=user_id,
            state=State.SUBMITTED,
            active_ms__gt=0,
            sentence__n_clusters__gt=0,
        )
        .order_by("-finished_at", "-id")
        .values_list("active_ms", "sentence__n_clusters", "finished_at")[: 2 * PACE_WINDOW]
    )
    return [(ms / 1000 / n_clusters, at) for ms, n_clusters, at in rows if at is not None]


def _pace(log_seconds: np.ndarray[Any, Any]) -> dict[str, Any]:
    return {
        "seconds_per_cluster": round(float(np.exp(np.median(log_seconds))), 4),
        "readings": len(log_seconds),
    }


def _standard_error(*samples: np.ndarray[Any, Any]) -> float:
    """Return the standard error of a difference of medians, by the normal law from the MAD of each sample."""
    variances = [
        (1.4826 * np.median(np.abs(sample - np.median(sample)))) ** 2 * (np.pi / 2) / len(sample)
        for sample in samples
    ]
    return float(np.sqrt(sum(variances)))

"""Rounds, curves and events over HTTP, for managers."""

import zlib
from typing import Any, ClassVar

from django.db.models import F, Func, IntegerField, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.cache import get_conditional_response
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from annotation import overview
from annotation.api.inputs import parse, parse_query
from annotation.api.permissions import MANAGERS, ProjectView
from annotation.errors import NotFound
from annotation.models import Project
from learner import events, lag, plans, rounds, simulated_time
from learner.api import shapes
from learner.holdout import read_holdout
from learner.models import CurvePoint, Event, Round, RoundArm
from segmenter.query import STRATEGIES


class Overview(ProjectView):
    """Where the project and its loop stand."""

    roles: ClassVar = {"GET": MANAGERS}

    @extend_schema(
        parameters=[OpenApiParameter("If-None-Match", OpenApiTypes.STR, OpenApiParameter.HEADER)],
        responses={200: shapes.Overview, 304: None},
    )
    def get(self, request: Request, project_id: int) -> Any:
        """Return all figures, or 304 where the entity tag that is sent along still holds."""
        standing = overview.read_standing(self.project, now=self.now)
        loop = shapes.Loop(
            {
                "round": rounds_of(self.project).order_by("-number").first(),
                "stale": lag.staleness(self.project, now=self.now),
            }
        ).data
        revision = f"{standing.revision}-{zlib.crc32(repr(loop).encode()):08x}"
        tag = f'"{revision}"'
        unchanged = get_conditional_response(request._request, etag=tag)
        if unchanged is not None:
            return unchanged
        figures = overview.overview(self.project, standing, now=self.now) | {"revision": revision}
        return Response(shapes.Overview(figures | loop).data, headers={"ETag": tag})


class Clock(ProjectView):
    """The clock of a rehearsal."""

    roles: ClassVar = {"POST": MANAGERS}
    # A rehearsal moves its clock thousands of times, in steps that each commit.
    acts: ClassVar = {"POST": None}

    @extend_schema(operation_id="clock_advance", request=shapes.NewTime, responses=shapes.ClockState)
    def post(self, request: Request, project_id: int) -> Response:
        """Move the clock on and do what is due by then; 409 for a project on the real clock."""
        now = parse(shapes.NewTime, request)["now"]
        latest = simulated_time.advance(self.project, to=now)
        return Response(shapes.ClockState({"now": now, "round": latest}).data)


class Rounds(ProjectView):
    """The project's rounds."""

    roles: ClassVar = {"GET": MANAGERS, "POST": MANAGERS}
    acts: ClassVar = {"POST": "round.opened"}

    @extend_schema(operation_id="rounds_list", responses=shapes.RoundState(many=True))
    def get(self, request: Request, project_id: int) -> Response:
        """List the rounds, the latest first."""
        latest_first = rounds_of(self.project).order_by("-number")
        return Response(shapes.RoundState(latest_first, many=True).data)

    @extend_schema(operation_id="rounds_open", request=None, responses={201: shapes.RoundState})
    def post(self, request: Request, project_id: int) -> Response:
        """Open a round now."""
        round_ = rounds.open_round(
            self.project, trigger=Round.Trigger.HAND, now=self.now, actor_id=self.user.pk
        )
        return _round(self.project, round_.pk, status=201)


class RoundCancel(ProjectView):
    """The end of a round under way."""

    roles: ClassVar = {"POST": MANAGERS}
    acts: ClassVar = {"POST": "round.cancelled"}

    @extend_schema(operation_id="rounds_cancel", request=None, responses=shapes.RoundState)
    def post(self, request: Request, project_id: int, round_id: int) -> Response:
        """Cancel a round; the order served before goes on being served."""
        rounds.cancel(find_round(self.project, round_id), now=self.now, actor_id=self.user.pk)
        return _round(self.project, round_id)


class RoundRestart(ProjectView):
    """Another try of a failed round."""

    roles: ClassVar = {"POST": MANAGERS}
    acts: ClassVar = {"POST": "round.restarted"}

    @extend_schema(operation_id="rounds_restart", request=None, responses=shapes.RoundState)
    def post(self, request: Request, project_id: int, round_id: int) -> Response:
        """Try a failed round again with the labels it froze."""
        rounds.restart(
            find_round(self.project, round_id),
            now=self.now,
            actor_id=self.user.pk,
            real_now=timezone.now(),
        )
        return _round(self.project, round_id)


class Curves(ProjectView):
    """The learning curves."""

    roles: ClassVar = {"GET": MANAGERS}

    @extend_schema(operation_id="curves_read", responses=shapes.Curves)
    def get(self, request: Request, project_id: int) -> Response:
        """Return the points of all arms, the events to draw beside them, and how far the holdout is."""
        plans.record_view(self.project, viewer=self.user, what="curves", now=self.now)
        curves = {
            "points": points_of(self.project),
            # Who looked when says nothing about the curves.
            "events": events_of(self.project).exclude(kind=plans.VIEWED),
            "holdout": read_holdout(self.project).counts(),
        }
        return Response(shapes.Curves(curves).data)


class Events(ProjectView):
    """What happened."""

    roles: ClassVar = {"GET": MANAGERS, "POST": MANAGERS}
    acts: ClassVar = {"POST": "event.recorded"}

    @extend_schema(
        operation_id="events_list",
        parameters=[shapes.EventFilter],
        responses=shapes.EventRow(many=True),
    )
    def get(self, request: Request, project_id: int) -> Response:
        """List events in order of time."""
        asked = parse_query(shapes.EventFilter, request)
        found = events_of(self.project)
        if "kind" in asked:
            found = found.filter(Q(kind=asked["kind"]) | Q(kind__startswith=f"{asked['kind']}."))
        if "after" in asked:
            found = found.filter(at__gt=asked["after"])
        return Response(shapes.EventRow(found, many=True).data)

    @extend_schema(
        operation_id="events_record",
        request=shapes.NewEvent,
        responses={201: shapes.EventRow},
    )
    def post(self, request: Request, project_id: int) -> Response:
        """Record an event by hand."""
        event = events.record_by_hand(self.project, **parse(shapes.NewEvent, request), actor=self.user)
        return Response(shapes.EventRow(event).data, status=201)


class EventRemarks(ProjectView):
    """Later thoughts on an event."""

    roles: ClassVar = {"PATCH": MANAGERS}
    acts: ClassVar = {"PATCH": "event.remarked"}

    @extend_schema(operation_id="events_remark", request=shapes.Remark, responses=shapes.EventRow)
    def patch(self, request: Request, project_id: int, event_id: int) -> Response:
        """Append a remark; nothing else of an event can be changed."""
        event = events_of(self.project).filter(pk=event_id).first()
        if event is None:
            raise NotFound("not_in_project", thing="event", id=event_id)
        events.remark(event, parse(shapes.Remark, request)["note"], author=self.user, now=self.now)
        return Response(shapes.EventRow(events_of(self.project).get(pk=event_id)).data)


class Strategies(ProjectView):
    """The query strategies that a project may choose from."""

    roles: ClassVar = {"GET": MANAGERS}

    @extend_schema(operation_id="strategies_list", responses=shapes.StrategyRow(many=True))
    def get(self, request: Request, project_id: int) -> Response:
        """List the strategies with what they do."""
        rows = [{"name": name, "description": strategy.description} for name, strategy in STRATEGIES.items()]
        return Response(shapes.StrategyRow(rows, many=True).data)


def rounds_of(project: Project) -> QuerySet[Round]:
    """Return the project's rounds with their arms; not the ids frozen, which are long."""
    drawn = Func(F("sentence_ids"), function="cardinality", output_field=IntegerField())
    arms = RoundArm.objects.annotate(drawn=drawn).defer("sentence_ids", "annotation_ids", "adjudication_ids")
    return Round.objects.filter(project=project).prefetch_related(Prefetch("arms", arms))


def find_round(project: Project, round_id: int) -> Round:
    """Return a round of this project. Raises `NotFound`."""
    round_ = Round.objects.filter(project=project, pk=round_id).first()
    if round_ is None:
        raise NotFound("not_in_project", thing="round", id=round_id)
    return round_


def points_of(project: Project) -> QuerySet[CurvePoint]:
    """Return the project's curve points with what each had cost."""
    arm = RoundArm.objects.filter(round=OuterRef("round"), arm=OuterRef("arm"))
    costs: dict[str, Any] = {
        name: Subquery(arm.values(name)) for name in ("annotations", "clusters", "seconds")
    }
    points = CurvePoint.objects.filter(round__project=project).select_related("round")
    return points.annotate(**costs).order_by("round__number", "arm")


def events_of(project: Project) -> QuerySet[Event]:
    """Return the project's events in order of time."""
    found = Event.objects.filter(project=project).select_related("actor").prefetch_related("remarks")
    return found.order_by("at", "id")


def _round(project: Project, round_id: int, *, status: int = 200) -> Response:
    return Response(shapes.RoundState(rounds_of(project).get(pk=round_id)).data, status=status)

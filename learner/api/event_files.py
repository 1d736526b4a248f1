"""Events to and from files over HTTP, for managers."""

from typing import Any, ClassVar

from django.http import HttpResponse, JsonResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.input_reasons import first_wrong
from annotation.api.inputs import parse, parse_query
from annotation.api.permissions import MANAGERS, ProjectView
from annotation.errors import BadInput
from learner import event_files
from learner.api.shapes import NewEvent
from learner.api.views import events_of

MOST_EVENTS = 10_000


class EventFileQuery(serializers.Serializer[Any]):
    """Which kind of file."""

    kind = serializers.ChoiceField(choices=["csv", "json"], default="csv")


class EventFile(serializers.Serializer[Any]):
    """Events to take in: as objects, or as the text of a CSV file with the columns of the export."""

    events = serializers.ListField(child=serializers.DictField(), max_length=MOST_EVENTS, required=False)
    csv = serializers.CharField(max_length=10_000_000, required=False, trim_whitespace=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Check every event as if it had been reported by itself; one that is wrong refuses all."""
        if ("events" in attrs) == ("csv" in attrs):
            raise BadInput("events_or_csv")
        rows = attrs["events"] if "events" in attrs else event_files.read_csv(attrs["csv"])
        checked = [NewEvent(data=row) for row in rows]
        wrong = {place: one for place, one in enumerate(checked, 1) if not one.is_valid()}
        if wrong:
            place, first = next(iter(wrong.items()))
            errors = {f"event {number}": one.errors for number, one in wrong.items()}
            raise BadInput("event_wrong", place=place, problem=first_wrong(first), details=errors)
        return {"rows": [one.validated_data for one in checked]}


class TakenIn(serializers.Serializer[Any]):
    """How many events were recorded, and how many were known already."""

    recorded = serializers.IntegerField()
    known = serializers.IntegerField()


class EventsFile(ProjectView):
    """All events as a file."""

    roles: ClassVar = {"GET": MANAGERS, "POST": MANAGERS}
    acts: ClassVar = {"POST": "events.imported"}

    @extend_schema(
        operation_id="events_export",
        parameters=[EventFileQuery],
        responses={(200, "text/csv"): OpenApiTypes.STR, (200, "application/json"): OpenApiTypes.OBJECT},
    )
    def get(self, request: Request, project_id: int) -> Any:
        """Download all events, oldest first."""
        kind = parse_query(EventFileQuery, request)["kind"]
        rows = event_files.rows_of(events_of(self.project))
        name = {"Content-Disposition": f'attachment; filename="events-{project_id}.{kind}"'}
        if kind == "json":
            return JsonResponse({"events": rows}, headers=name, json_dumps_params={"ensure_ascii": False})
        return HttpResponse(event_files.as_csv(rows), content_type="text/csv; charset=utf-8", headers=name)

    @extend_schema(operation_id="events_import", request=EventFile, responses={201: TakenIn})
    def post(self, request: Request, project_id: int) -> Response:
        """Record the events of a file, all or none; those known by kind, time and note are passed over."""
        rows = parse(EventFile, request)["rows"]
        new = event_files.take_in(self.project, rows, actor=self.user)
        return Response(TakenIn({"recorded": new, "known": len(rows) - new}).data, status=201)

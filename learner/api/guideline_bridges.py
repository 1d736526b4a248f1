"""Bridges of a guideline over HTTP, for managers; what they show is in the analysis `events`."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.inputs import parse, parse_query
from annotation.api.permissions import MANAGERS, ProjectView
from annotation.errors import NotFound
from learner import guideline_bridges
from learner.models import GuidelineBridge


class NewGuidelineBridge(serializers.Serializer[Any]):
    """How much to read again under the guideline in force."""

    per_arm = serializers.IntegerField(
        min_value=0, max_value=10_000, default=100, help_text="sentences of each arm's sample"
    )


class GroupSizes(serializers.Serializer[Any]):
    """Sentences by what they were chosen from; one may be of both arms."""

    holdout = serializers.IntegerField()
    random = serializers.IntegerField()
    active = serializers.IntegerField()


class GuidelineBridgePreview(serializers.Serializer[Any]):
    """What a bridge to the guideline in force would read, and take."""

    version = serializers.IntegerField()
    sentences = serializers.IntegerField()
    groups = GroupSizes()
    expected_seconds = serializers.FloatField()


class GuidelineBridgeRow(serializers.Serializer[Any]):
    """A bridge, how far its readings and models are, and what they cost: measurement, charged to no arm."""

    version = serializers.IntegerField()
    opened_at = serializers.DateTimeField()
    read_at = serializers.DateTimeField(allow_null=True)
    switched_at = serializers.DateTimeField(allow_null=True)
    sentences = serializers.IntegerField()
    read = serializers.IntegerField()
    groups = GroupSizes()
    changed = serializers.IntegerField(help_text="sentences read otherwise, so far")
    seconds = serializers.FloatField(help_text="of the readings, so far")
    clusters = serializers.IntegerField(help_text="of the sentences read, so far")
    expected_seconds = serializers.FloatField(help_text="of the readings to come")
    trained = serializers.IntegerField()
    trainings = serializers.IntegerField(help_text="0 where no round was frozen before the guideline")


class Switched(serializers.Serializer[Any]):
    """How many references of the holdout changed."""

    references = serializers.IntegerField()


def _row(bridge: GuidelineBridge) -> dict[str, Any]:
    times = {name: getattr(bridge, name) for name in ("opened_at", "read_at", "switched_at")}
    return {"version": bridge.guideline.version, **times, **guideline_bridges.progress(bridge)}


class GuidelineBridges(ProjectView):
    """The same sentences read under the old and the new rules."""

    roles: ClassVar = {"GET": MANAGERS, "POST": MANAGERS}
    acts: ClassVar = {"POST": "guideline_bridge.opened"}

    @extend_schema(operation_id="guideline_bridges_list", responses=GuidelineBridgeRow(many=True))
    def get(self, request: Request, project_id: int) -> Response:
        """List the bridges, the oldest first."""
        bridges = GuidelineBridge.objects.filter(project=self.project).select_related("guideline", "round")
        return Response(GuidelineBridgeRow([_row(bridge) for bridge in bridges], many=True).data)

    @extend_schema(
        operation_id="guideline_bridges_open", request=NewGuidelineBridge, responses={201: GuidelineBridgeRow}
    )
    def post(self, request: Request, project_id: int) -> Response:
        """Have the holdout and a random part of each arm read again under the guideline in force.

        Recorded as an event. 409 before the second version, where nothing is out of date, and for a second
        bridge of one version.
        """
        asked = parse(NewGuidelineBridge, request)
        bridge = guideline_bridges.open_bridge(self.project, **asked, actor=self.user, now=self.now)
        return Response(GuidelineBridgeRow(_row(bridge)).data, status=201)


class GuidelineBridgePreviews(ProjectView):
    """The cost of a bridge, before it is asked for."""

    roles: ClassVar = {"GET": MANAGERS}

    @extend_schema(
        operation_id="guideline_bridges_preview",
        parameters=[NewGuidelineBridge],
        responses=GuidelineBridgePreview,
    )
    def get(self, request: Request, project_id: int) -> Response:
        """Say what a bridge would read and how long that takes at the project's pace; 409 as for asking."""
        asked = parse_query(NewGuidelineBridge, request)
        guideline, choice = guideline_bridges.preview(self.project, **asked)
        row = {
            "version": guideline.version,
            "sentences": len(choice.sentences),
            "groups": choice.sizes,
            "expected_seconds": choice.clusters * guideline_bridges.pace(self.project),
        }
        return Response(GuidelineBridgePreview(row).data)


class GuidelineBridgeSwitch(ProjectView):
    """The step from the old references to the new ones."""

    roles: ClassVar = {"POST": MANAGERS}
    acts: ClassVar = {"POST": "guideline_bridge.switched"}

    @extend_schema(operation_id="guideline_bridges_switch", request=None, responses={201: Switched})
    def post(self, request: Request, project_id: int, version: int) -> Response:
        """Pass the holdout's references to the rules of this version; 409 until the bridge is read."""
        bridge = GuidelineBridge.objects.filter(project=self.project, guideline__version=version).first()
        if bridge is None:
            raise NotFound("guideline_bridge_none", version=version)
        references = guideline_bridges.switch(bridge, actor=self.user, now=self.now)
        return Response(Switched({"references": references}).data, status=201)

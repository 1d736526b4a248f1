"""Bridges over HTTP, for managers; what they show is in the analysis `events`."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.inputs import parse
from annotation.api.permissions import MANAGERS, ProjectView
from learner import bridges
from learner.models import Replay


class NewBridge(serializers.Serializer[Any]):
    """The change to build a bridge for."""

    model = serializers.ChoiceField(choices=bridges.MODELS, help_text="train the latest samples by this one")


class BridgeRow(serializers.Serializer[Any]):
    """A bridge, and how many of its trainings are done."""

    round = serializers.IntegerField()
    model = serializers.CharField()
    trained = serializers.IntegerField()
    trainings = serializers.IntegerField()


class Bridges(ProjectView):
    """Frozen samples trained under a changed setting too."""

    roles: ClassVar = {"GET": MANAGERS, "POST": MANAGERS}
    acts: ClassVar = {"POST": "bridge.requested"}

    @extend_schema(operation_id="bridges_list", responses=BridgeRow(many=True))
    def get(self, request: Request, project_id: int) -> Response:
        """List the bridges with what has been trained for them."""
        stored = Replay.objects.filter(round__project=self.project, purpose=Replay.Purpose.SUCCESSOR)
        counts: dict[tuple[int, str], int] = {}
        seeds: dict[int, int] = {}
        for replay in stored.select_related("round").defer("counts").order_by("round__number", "variant"):
            name = (replay.round.number, replay.variant)
            counts[name] = counts.get(name, 0) + 1
            seeds[replay.round.number] = len(replay.round.config["seeds"])
        rows = [
            {"round": number, "model": model, "trained": trained, "trainings": 2 * seeds[number]}
            for (number, model), trained in counts.items()
        ]
        return Response(BridgeRow(rows, many=True).data)

    @extend_schema(operation_id="bridges_request", request=NewBridge, responses={202: None})
    def post(self, request: Request, project_id: int) -> Response:
        """Train the latest round's samples by another model too; in the background, between rounds."""
        bridges.request(self.project, **parse(NewBridge, request))
        return Response(status=202)

"""The repair queue over HTTP, for managers."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.inputs import parse, parse_query
from annotation.api.outputs import strings
from annotation.api.permissions import MANAGERS, ProjectView
from annotation.errors import Conflict
from learner import repairs
from learner.estimates import NotEstimable


class RepairPage(serializers.Serializer[Any]):
    """How many sentences to show."""

    limit = serializers.IntegerField(min_value=1, max_value=1000, default=100)


class RepairOrder(serializers.Serializer[Any]):
    """How many sentences, from the first, are to be read again."""

    sentences = serializers.IntegerField(min_value=1, max_value=100_000)


class Ordered(serializers.Serializer[Any]):
    """How many sentences will be read again."""

    sentences = serializers.IntegerField()


class RepairRow(serializers.Serializer[Any]):
    """A sentence to read again; `strings` are those likelier than not to be treated otherwise by now."""

    sentence = serializers.IntegerField()
    clusters = strings()
    is_holdout = serializers.BooleanField()
    strings = serializers.ListField(child=serializers.CharField())
    changes = serializers.FloatField(help_text="boundaries expected to change")
    seconds = serializers.FloatField(help_text="expected of the reading")
    changes_so_far = serializers.FloatField(help_text="with all rows before it")
    seconds_so_far = serializers.FloatField(help_text="with all rows before it")


class RepairQueue(serializers.Serializer[Any]):
    """What was read under older guidelines, and what reading all of it again would change and take."""

    sentences = serializers.IntegerField()
    changes_known = serializers.IntegerField(help_text="sentences with a string seen under the new rules")
    changes = serializers.FloatField()
    seconds = serializers.FloatField()
    rows = RepairRow(many=True)


class Repairs(ProjectView):
    """What to read again after a change of guideline."""

    roles: ClassVar = {"GET": MANAGERS, "POST": MANAGERS}
    acts: ClassVar = {"POST": "repair.ordered"}

    @extend_schema(operation_id="repairs_read", parameters=[RepairPage], responses=RepairQueue)
    def get(self, request: Request, project_id: int) -> Response:
        """List the sentences, holdout first, then by expected changes a second; 409 without a guideline."""
        limit = parse_query(RepairPage, request)["limit"]
        plan = repairs.plan_of(self.project)
        if isinstance(plan, NotEstimable):
            raise Conflict(plan.reason.code)
        queue = {
            "sentences": plan.sentences,
            "changes_known": plan.changes_known,
            "changes": plan.changes,
            "seconds": plan.seconds,
            "rows": repairs.rows(self.project, plan.repairs[:limit]),
        }
        return Response(RepairQueue(queue).data)

    @extend_schema(operation_id="repairs_order", request=RepairOrder, responses={201: Ordered})
    def post(self, request: Request, project_id: int) -> Response:
        """Have the first sentences of the list read again; recorded as an event."""
        asked = parse(RepairOrder, request)
        ordered = repairs.order(self.project, **asked, actor=self.user, now=self.now)
        return Response(Ordered({"sentences": ordered}).data, status=201)

"""The plan over HTTP, for managers."""

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.inputs import parse_part
from annotation.api.permissions import MANAGERS, ProjectView
from annotation.errors import NotFound
from learner import plans
from learner.gains import UNITS
from learner.models import Plan
from learner.resampling import FIGURES


class PlanDraft(serializers.ModelSerializer[Plan]):
    """What a plan says; what is left out stays as it is."""

    figure = serializers.ChoiceField(choices=list(FIGURES), required=False)
    unit = serializers.ChoiceField(choices=UNITS, required=False)
    budget = serializers.FloatField(required=False, allow_null=True, min_value=1)
    smallest_effect = serializers.FloatField(required=False, min_value=0, max_value=1)
    expected_error = serializers.FloatField(required=False, allow_null=True, min_value=0, max_value=1)

    class Meta:
        model = Plan
        fields = plans.FIELDS


class PlanVersion(serializers.ModelSerializer[Plan]):
    """A version of the plan. `detectable_effect` is found with 90 % power at the expected error."""

    author = serializers.CharField(source="author.username", allow_null=True, default=None)
    detectable_effect = serializers.SerializerMethodField()

    class Meta:
        model = Plan
        fields = (*plans.FIELDS, "version", "author", "at", "locked_at", "sha256", "detectable_effect")

    def get_detectable_effect(self, plan: Plan) -> float | None:
        """Return 3.24 expected standard errors."""
        return plans.detectable(plan.expected_error)


class Plans(ProjectView):
    """What the experiment set out to show."""

    roles: ClassVar = {"GET": MANAGERS, "POST": MANAGERS}
    acts: ClassVar = {"POST": "plan.written"}

    @extend_schema(operation_id="plans_list", responses=PlanVersion(many=True))
    def get(self, request: Request, project_id: int) -> Response:
        """List the versions, the one in force first; empty before one is written or locked."""
        versions = self.project.plans.select_related("author").order_by("-version")
        return Response(PlanVersion(versions, many=True).data)

    @extend_schema(operation_id="plans_write", request=PlanDraft, responses={201: PlanVersion})
    def post(self, request: Request, project_id: int) -> Response:
        """Write the draft; after the lock a further version, whose `note` says why, and an event."""
        values = parse_part(PlanDraft, request)
        plan = plans.write(self.project, values, author=self.user, now=self.now)
        return Response(PlanVersion(plan).data, status=201)


class PlanLock(ProjectView):
    """The lock of the plan."""

    roles: ClassVar = {"POST": MANAGERS}
    acts: ClassVar = {"POST": "plan.locked"}

    @extend_schema(operation_id="plans_lock", request=None, responses=PlanVersion)
    def post(self, request: Request, project_id: int) -> Response:
        """Lock the draft for good; 409 where the plan is locked. The first label does it otherwise."""
        if plans.current(self.project) is None:
            raise NotFound("plan_unwritten")
        return Response(PlanVersion(plans.lock(self.project, actor=self.user, now=self.now)).data)

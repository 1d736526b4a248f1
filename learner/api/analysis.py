"""The analyses over HTTP, for managers."""

from typing import Any, ClassVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.inputs import parse_query
from annotation.api.permissions import MANAGERS, ProjectView
from annotation.errors import NotFound
from learner import plans
from learner.analyses import ANALYSES, COMPARES_ARMS, analyse
from learner.gains import UNITS
from learner.resampling import FIGURES


class AnalysisQuery(serializers.Serializer[Any]):
    """Which figure on the holdout, against which unit of charged cost; some analyses need neither."""

    figure = serializers.ChoiceField(choices=list(FIGURES), default="word_f1")
    unit = serializers.ChoiceField(choices=UNITS, default="seconds")


class Analysis(ProjectView):
    """One of the analyses of docs/analysis.md."""

    roles: ClassVar = {"GET": MANAGERS}

    @extend_schema(
        operation_id="analysis_read", parameters=[AnalysisQuery], responses={200: OpenApiTypes.OBJECT}
    )
    def get(self, request: Request, project_id: int, name: str) -> Response:
        """Return an analysis by name, computed now from what is stored; its shape is in docs/analysis.md."""
        asked = parse_query(AnalysisQuery, request)
        if name not in ANALYSES:
            raise NotFound("analysis_unknown", name=name, known=", ".join(ANALYSES))
        if name in COMPARES_ARMS:
            plans.record_view(self.project, viewer=self.user, what=name, now=self.now)
        return Response(analyse(self.project, name, **asked))

"""Reports over HTTP: asked for, listed, downloaded."""

from typing import ClassVar

from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.files import download
from annotation.api.inputs import parse
from annotation.api.outputs import Why
from annotation.api.permissions import MANAGERS, ProjectView
from learner import plans, reports
from learner.api.analysis import AnalysisQuery
from learner.models import Report


class ReportRow(serializers.ModelSerializer[Report]):
    """One report: what was asked for, and what came of it."""

    why = Why(allow_null=True)

    class Meta:
        model = Report
        fields = ("id", "figure", "unit", "state", "error", "why", "size", "created_at", "finished_at")


class Reports(ProjectView):
    """The project's reports."""

    roles: ClassVar = {"GET": MANAGERS, "POST": MANAGERS}
    acts: ClassVar = {"POST": "report.requested"}

    @extend_schema(operation_id="reports_list", responses=ReportRow(many=True))
    def get(self, request: Request, project_id: int) -> Response:
        """List the reports, newest first."""
        return Response(ReportRow(self.project.reports.order_by("-pk"), many=True).data)

    @extend_schema(operation_id="reports_request", request=AnalysisQuery, responses={202: ReportRow})
    def post(self, request: Request, project_id: int) -> Response:
        """Ask for a report of all analyses; its file is written in the background."""
        asked = parse(AnalysisQuery, request)
        report = reports.request(self.project, **asked, requested_by=self.user, now=self.now)
        return Response(ReportRow(report).data, status=202)


class ReportFile(ProjectView):
    """The file of a report."""

    roles: ClassVar = {"GET": MANAGERS}

    @extend_schema(operation_id="reports_file", responses={(200, "application/zip"): OpenApiTypes.BINARY})
    def get(self, request: Request, project_id: int, report_id: int) -> FileResponse:
        """Download the zip: report.html, its figures, its data; 409 before it is ready."""
        report = self.project.reports.filter(pk=report_id).first()
        answer = download("report", report_id, report)
        plans.record_view(self.project, viewer=self.user, what="report", now=self.now)
        return answer

"""Exports: asked for, listed, downloaded."""

from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from annotation import exports
from annotation.api import inputs, outputs
from annotation.api.files import download
from annotation.api.permissions import MANAGERS, ProjectView


class ExportsView(ProjectView):
    """The project's exports."""

    roles = {"GET": MANAGERS, "POST": MANAGERS}
    acts = {"POST": "export.requested"}

    @extend_schema(responses=outputs.ExportRow(many=True))
    def get(self, request: Request, project_id: int) -> Response:
        """List the exports, newest first."""
        return Response(outputs.ExportRow(self.project.exports.order_by("-pk"), many=True).data)

    @extend_schema(request=inputs.NewExport, responses={202: outputs.ExportRow})
    def post(self, request: Request, project_id: int) -> Response:
        """Ask for an export; its file is written in the background."""
        filters = inputs.parse(inputs.NewExport, request)
        named = {name: filters.pop(name) for name in ("format", "which", "name")}
        export = exports.request(self.project, **named, filters=filters, requested_by=self.user, now=self.now)
        return Response(outputs.ExportRow(export).data, status=202)


class ExportPreviewView(ProjectView):
    """A look at an export before it is made."""

    roles = {"GET": MANAGERS}

    @extend_schema(parameters=[inputs.ExportFilter], responses=outputs.ExportPreview)
    def get(self, request: Request, project_id: int) -> Response:
        """Say how many rows an export would have, and show the first."""
        filters = inputs.parse_query(inputs.ExportFilter, request)
        which = filters.pop("which")
        return Response(exports.preview(self.project, which=which, filters=filters))


class ExportFileView(ProjectView):
    """The file of an export."""

    roles = {"GET": MANAGERS}

    @extend_schema(responses={(200, "application/zip"): OpenApiTypes.BINARY})
    def get(self, request: Request, project_id: int, export_id: int) -> FileResponse:
        """Download the zip file; 409 before it is ready."""
        export = self.project.exports.filter(pk=export_id).first()
        return download("export", export_id, export)

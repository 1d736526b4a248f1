"""A round's model over HTTP: asked for as a package, downloaded."""

from typing import ClassVar

from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.outputs import Why
from annotation.api.permissions import MANAGERS, ProjectView
from annotation.errors import Conflict, NotFound
from learner import packages
from learner.models import Checkpoint, ModelPackage, Round


class PackageState(serializers.ModelSerializer[ModelPackage]):
    """Whether the file can be downloaded by now, why not, and whose model it is."""

    arm = serializers.CharField(source="checkpoint.arm")
    why = Why(allow_null=True)

    class Meta:
        model = ModelPackage
        fields = ("state", "error", "why", "arm")


class PackageView(ProjectView):
    """Base of the views of a closed round's model as a package."""

    def checkpoint(self, round_id: int) -> Checkpoint:
        """Return the round's model. Raises NotFound."""
        round_ = Round.objects.filter(project=self.project, pk=round_id).first()
        found = packages.find(self.project, number=round_.number) if round_ else None
        if found is None:
            raise NotFound("round_without_model", round=round_id)
        return found


class Package(PackageView):
    """The model of a closed round as a package that needs neither torch nor this application."""

    roles: ClassVar = {"GET": MANAGERS, "POST": MANAGERS}
    acts: ClassVar = {"POST": "package.requested"}

    @extend_schema(operation_id="package_read", responses=PackageState)
    def get(self, request: Request, project_id: int, round_id: int) -> Response:
        """Say how far the package is; 404 before somebody has asked for it."""
        return Response(PackageState(packages.state_of(self.checkpoint(round_id))).data)

    @extend_schema(operation_id="package_request", request=None, responses={202: PackageState})
    def post(self, request: Request, project_id: int, round_id: int) -> Response:
        """Have the round's package written in the background; one that failed is tried again."""
        checkpoint = self.checkpoint(round_id)
        if not checkpoint.folder.is_dir():
            raise NotFound("model_files_gone", round=checkpoint.round.number)
        return Response(PackageState(packages.request(checkpoint)).data, status=202)


class PackageFile(PackageView):
    """The file of a package."""

    roles: ClassVar = {"GET": MANAGERS}

    @extend_schema(operation_id="package_file", responses={(200, "application/zip"): OpenApiTypes.BINARY})
    def get(self, request: Request, project_id: int, round_id: int) -> FileResponse:
        """Download the zip: unpack it and `pip install` the folder; 409 before it is written."""
        checkpoint = self.checkpoint(round_id)
        path = packages.path_of(checkpoint)
        if not path.is_file():
            number = checkpoint.round.number
            raise Conflict("package_unwritten", round=number, details={"state": "waiting"})
        return FileResponse(path.open("rb"), as_attachment=True, filename=f"tatkham-{path.name}")

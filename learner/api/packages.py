"""A round's model over HTTP: asked for as a package, downloaded."""

from typing import Any, ClassVar

from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.permissions import MANAGERS, ProjectView
from annotation.errors import Conflict, NotFound
from learner import packages
from learner.models import Checkpoint, Round


class PackageState(serializers.Serializer[Any]):
    """Whether the file can be downloaded by now, and whose model it is."""

    is_ready = serializers.BooleanField()
    arm = serializers.CharField()


class Package(ProjectView):
    """The model of a closed round as a package that needs neither torch nor this application."""

    roles: ClassVar = {"GET": MANAGERS, "POST": MANAGERS}
    acts: ClassVar = {"POST": "package.requested"}

    @extend_schema(operation_id="package_request", request=None, responses={202: PackageState})
    def post(self, request: Request, project_id: int, round_id: int) -> Response:
        """Have the round's package written in the background; ask again to learn whether it is there."""
        checkpoint = self._checkpoint(round_id)
        if not checkpoint.folder.is_dir():
            raise NotFound(f"The files of round {checkpoint.round.number}'s model are gone from the store.")
        state = {"is_ready": packages.request(checkpoint), "arm": checkpoint.arm}
        return Response(PackageState(state).data, status=202)

    @extend_schema(operation_id="package_file", responses={(200, "application/zip"): OpenApiTypes.BINARY})
    def get(self, request: Request, project_id: int, round_id: int) -> FileResponse:
        """Download the zip: unpack it and `pip install` the folder; 409 before it is written."""
        checkpoint = self._checkpoint(round_id)
        path = packages.path_of(checkpoint)
        if not path.is_file():
            raise Conflict(
                f"The package of round {checkpoint.round.number} is not written yet.", state="waiting"
            )
        return FileResponse(path.open("rb"), as_attachment=True, filename=f"tatkham-{path.name}")

    def _checkpoint(self, round_id: int) -> Checkpoint:
        round_ = Round.objects.filter(project=self.project, pk=round_id).first()
        found = packages.find(self.project, number=round_.number) if round_ else None
        if found is None:
            raise NotFound(f"There is no closed round {round_id} with a model in this project.")
        return found

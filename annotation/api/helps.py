"""What helps an annotator: how a string was cut before, practice, comments come back, own hours."""

import uuid

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from annotation import hours, lookups, practice, progress
from annotation.api import inputs, outputs
from annotation.api.permissions import ANNOTATORS, ProjectView
from annotation.errors import NotFound
from annotation.models import Assignment


class LookupView(ProjectView):
    """How a string was cut before."""

    roles = {"GET": ANNOTATORS}

    @extend_schema(parameters=[inputs.LookupString], responses=outputs.Lookup)
    def get(self, request: Request, project_id: int, assignment_id: uuid.UUID) -> Response:
        """Say how a string of the sentence was cut by the caller and in settled references."""
        string = inputs.parse_query(inputs.LookupString, request)["string"]
        assignment = (
            Assignment.objects.select_related("sentence")
            .filter(pk=assignment_id, project=self.project, annotator=self.user)
            .first()
        )
        if assignment is None:
            raise NotFound("no_assignment", assignment=str(assignment_id))
        return Response(outputs.Lookup(lookups.look_up(assignment, string)).data)


class PracticeView(ProjectView):
    """Sentences to practise on."""

    roles = {"GET": ANNOTATORS}

    @extend_schema(responses=outputs.PracticeSentence(many=True))
    def get(self, request: Request, project_id: int) -> Response:
        """List sentences with their reference; none of them is ever handed out."""
        return Response(practice.sentences(self.membership))


class CommentsView(ProjectView):
    """What adjudicators made of one's work."""

    roles = {"GET": ANNOTATORS}

    @extend_schema(responses=outputs.Comment(many=True))
    def get(self, request: Request, project_id: int) -> Response:
        """List own sentences settled otherwise or with a note, the latest first."""
        return Response(outputs.Comment(progress.feedback(self.membership), many=True).data)


class OwnHoursView(ProjectView):
    """One's own hours."""

    roles = {"GET": ANNOTATORS}

    @extend_schema(responses=outputs.Day(many=True))
    def get(self, request: Request, project_id: int) -> Response:
        """List the caller's work by day, the latest first."""
        return Response(outputs.Day(hours.of_member(self.membership), many=True).data)

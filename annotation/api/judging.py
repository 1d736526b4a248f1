"""Where annotators differ: agreement, disagreements, the reference settled; and what they flagged."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from annotation import adjudication, flags, overview
from annotation.api import inputs, outputs
from annotation.api.permissions import JUDGES, MANAGERS, ProjectView

FLAGS_LISTED = 500


class AgreementView(ProjectView):
    """Agreement between annotators."""

    roles = {"GET": MANAGERS}

    @extend_schema(responses=outputs.AgreementFigures)
    def get(self, request: Request, project_id: int) -> Response:
        """Return boundary F1 and Cohen's kappa of each pair and over all."""
        return Response(overview.agreement(self.project))


class DisagreementsView(ProjectView):
    """Sentences that annotators read differently."""

    roles = {"GET": JUDGES}

    @extend_schema(parameters=[inputs.DisagreementPage], responses=outputs.Disagreement(many=True))
    def get(self, request: Request, project_id: int) -> Response:
        """List them with their readings; `after` is the last sentence of the page before."""
        page = inputs.parse_query(inputs.DisagreementPage, request)
        found = adjudication.disagreements(self.project, **page)
        return Response(outputs.Disagreement(found, many=True).data)


class AdjudicateView(ProjectView):
    """The reference of a sentence."""

    roles = {"POST": JUDGES}
    # Work on sentences: each decision stays, with who and when, in a table of its own.
    acts = {"POST": None}

    @extend_schema(request=inputs.Settle, responses={201: outputs.AdjudicationRow})
    def post(self, request: Request, project_id: int, sentence_id: int) -> Response:
        """Settle the reference; settled again, the later one counts."""
        values = inputs.parse(inputs.Settle, request)
        settled = adjudication.settle(
            self.project, sentence_id, **values, adjudicator=self.user, now=self.now
        )
        return Response(outputs.AdjudicationRow(settled).data, status=201)


class FlagsView(ProjectView):
    """What annotators remarked."""

    roles = {"GET": MANAGERS}

    @extend_schema(responses=outputs.FlagRow(many=True))
    def get(self, request: Request, project_id: int) -> Response:
        """List the latest 500, open ones first."""
        return Response(outputs.FlagRow(flags.of_project(self.project)[:FLAGS_LISTED], many=True).data)


class ResolveFlagView(ProjectView):
    """A remark dealt with."""

    roles = {"POST": MANAGERS}
    acts = {"POST": "flag.resolved"}

    @extend_schema(request=None, responses=outputs.FlagRow)
    def post(self, request: Request, project_id: int, flag_id: int) -> Response:
        """Mark the remark as dealt with."""
        return Response(outputs.FlagRow(flags.resolve(self.project, flag_id, now=self.now)).data)

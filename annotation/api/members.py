"""People of a project: members, links by which they join, hours, accuracy."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth import login
from django.middleware.csrf import get_token
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from drf_spectacular.utils import extend_schema
from rest_framework.authentication import SessionAuthentication
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotation import accuracy, hours, invitations, overview, people
from annotation.api import inputs, outputs
from annotation.api.permissions import MANAGERS, ProjectView
from annotation.errors import NotAllowed, NotFound
from annotation.models import Membership, Project

PERIOD = timedelta(days=31)


class MembersView(ProjectView):
    """The people of the project."""

    roles = {"GET": MANAGERS, "POST": MANAGERS}
    acts = {"POST": "member.added"}

    @extend_schema(responses=outputs.Member(many=True))
    def get(self, request: Request, project_id: int) -> Response:
        """List everybody with figures of their work, also those whose membership has ended."""
        rows = overview.members(self.project)
        return Response(outputs.Member(rows, many=True).data)  # type: ignore[arg-type]

    @extend_schema(request=inputs.NewMember, responses={201: outputs.MemberRow})
    def post(self, request: Request, project_id: int) -> Response:
        """Add a person, with a new account where there is none of that name."""
        values = inputs.parse(inputs.NewMember, request)
        membership = people.add(self.project, **values, actor=self.user, now=self.now)
        return Response(outputs.MemberRow(membership).data, status=201)


class MemberView(ProjectView):
    """One person of the project."""

    roles = {"PATCH": MANAGERS, "DELETE": MANAGERS}
    acts = {"PATCH": "member.changed", "DELETE": "member.erased"}

    @extend_schema(request=inputs.MemberChange, responses=outputs.MemberRow)
    def patch(self, request: Request, project_id: int, membership_id: int) -> Response:
        """Change a person's role, end the membership or take it up again."""
        changes = inputs.parse_part(inputs.MemberChange, request)
        member = find_member(self.project, membership_id)
        membership = people.change(member, **changes, actor=self.user, now=self.now)
        return Response(outputs.MemberRow(membership).data)

    @extend_schema(responses={200: outputs.Erased})
    def delete(self, request: Request, project_id: int, membership_id: int) -> Response:
        """End the membership and erase what the person wrote, and the account where it is of no other use.

        Labels stay under a number. Cannot be undone.
        """
        member = find_member(self.project, membership_id)
        return Response({"account": people.forget(member, actor=self.user, now=self.now)})


def find_member(project: Project, membership_id: int) -> Membership:
    """Return a membership of the project; `NotFound` where it has none of that id."""
    membership = project.memberships.select_related("user").filter(pk=membership_id).first()
    if membership is None:
        raise NotFound("not_in_project", thing="member", id=membership_id)
    return membership


class MemberPasswordView(ProjectView):
    """A password that somebody has forgotten."""

    roles = {"POST": MANAGERS}
    acts = {"POST": "member.password_reset"}
    # Whoever has the password is in every project of the account.
    closed_to_project_tokens = frozenset({"POST"})

    @extend_schema(request=inputs.ResetPassword, responses={204: None})
    def post(self, request: Request, project_id: int, membership_id: int) -> Response:
        """Set a person's password anew. 403 for an account that is at home in other people's projects too."""
        password = inputs.parse(inputs.ResetPassword, request)["password"]
        membership = find_member(self.project, membership_id)
        people.reset_password(membership.user, password, actor=self.user)
        return Response(status=204)


class InvitationsView(ProjectView):
    """Links by which people join."""

    roles = {"GET": MANAGERS, "POST": MANAGERS}
    acts = {"POST": "invitation.made"}

    @extend_schema(responses=outputs.InvitationRow(many=True))
    def get(self, request: Request, project_id: int) -> Response:
        """List them, newest first, also those that are over."""
        rows = self.project.invitations.select_related("created_by").order_by("-pk")
        return Response(outputs.InvitationRow(rows, many=True).data)

    @extend_schema(request=inputs.NewInvitation, responses={201: outputs.MadeInvitation})
    def post(self, request: Request, project_id: int) -> Response:
        """Make a link. The answer has its token: /invite/ and the token is the address to pass on."""
        asked = inputs.parse(inputs.NewInvitation, request)
        made, token = invitations.create(self.project, **asked, actor=self.user, now=timezone.now())
        return Response(outputs.InvitationRow(made).data | {"token": token}, status=201)


class RevokeView(ProjectView):
    """The end of a link."""

    roles = {"POST": MANAGERS}
    acts = {"POST": "invitation.revoked"}

    @extend_schema(request=None, responses=outputs.InvitationRow)
    def post(self, request: Request, project_id: int, invitation_id: int) -> Response:
        """Let nobody join by it any more."""
        revoked = invitations.revoke(self.project, invitation_id, now=timezone.now())
        return Response(outputs.InvitationRow(revoked).data)


@method_decorator(never_cache, name="dispatch")
class InvitationView(APIView):
    """What a link opens. Whoever has the link may ask; nobody has to be logged in."""

    permission_classes = (AllowAny,)
    http_method_names = ["get", "post", "head"]

    @extend_schema(responses=outputs.OpenInvitation)
    def get(self, request: Request, token: str) -> Response:
        """Say what the link invites to; 404 for one that is over. Sets the cookie against forgery."""
        get_token(request)
        found = invitations.find(token)
        by = found.created_by.get_full_name() or found.created_by.username
        return Response({"project": found.project.name, "role": found.role, "by": by})

    @extend_schema(request=inputs.Acceptance, responses={201: outputs.OwnMembership})
    def post(self, request: Request, token: str) -> Response:
        """Join: with the account that is logged in, else with a new one, which is logged in then."""
        if request.auth is None:
            SessionAuthentication().enforce_csrf(request)
        account = inputs.parse(inputs.Acceptance, request)
        user = request.user if request.user.is_authenticated else None
        if user is None and not settings.PASSWORD_LOGIN:
            raise NotAllowed("sign_on_only")
        membership = invitations.accept(token, user=user, **account)
        if user is None:
            login(request._request, membership.user, backend="django.contrib.auth.backends.ModelBackend")
        return Response(outputs.OwnMembership(membership).data, status=201)


class HoursView(ProjectView):
    """Hours at work, for pay."""

    roles = {"GET": MANAGERS}

    @extend_schema(parameters=[inputs.Period], responses=outputs.WorkDay(many=True))
    def get(self, request: Request, project_id: int) -> Response:
        """List what each person did on each day."""
        asked = inputs.parse_query(inputs.Period, request)
        until = asked.get("until", self.now)
        rows = hours.of_project(self.project, since=asked.get("since", until - PERIOD), until=until)
        return Response(outputs.WorkDay(rows, many=True).data)


class AccuracyView(ProjectView):
    """How often people are right."""

    roles = {"GET": MANAGERS}

    @extend_schema(responses=outputs.Accuracy(many=True))
    def get(self, request: Request, project_id: int) -> Response:
        """Return boundary F1 of each person on sentences that several read by lot."""
        return Response(outputs.Accuracy(accuracy.of_project(self.project), many=True).data)

"""What a manager does: projects and their settings, guidelines."""

from django.contrib.auth.models import User
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from annotation import guidelines, projects
from annotation.api import inputs, outputs
from annotation.api.authentication import grant_of
from annotation.api.permissions import MANAGERS, PersonView, ProjectView, request_id_of
from annotation.errors import NotAllowed
from annotation.models import Membership


class ProjectsView(PersonView):
    """The caller's projects."""

    http_method_names = ["get", "post", "head"]
    open_to_every_token = frozenset({"GET"})

    @extend_schema(responses=outputs.ProjectRow(many=True))
    def get(self, request: Request) -> Response:
        """List the projects that the caller belongs to; a token for one of them lists that one."""
        own = Membership.objects.filter(user=self.user, active=True)
        grant = grant_of(request)
        if grant is not None and grant.project is not None:
            own = own.filter(project=grant.project)
        return Response(outputs.ProjectRow(own.select_related("project").order_by("pk"), many=True).data)

    @extend_schema(request=inputs.NewProject, responses={201: outputs.ProjectRow})
    def post(self, request: Request) -> Response:
        """Make a project; staff accounts only. The caller becomes its manager."""
        _refuse_unless_staff(self.user)
        settings = inputs.parse(inputs.NewProject, request)
        now = timezone.now()
        if "rehearsal" in settings:
            rehearsal = settings.pop("rehearsal")
            now = rehearsal["now"]
            settings |= {"simulated_now": now, "seed": rehearsal["seed"]}
        membership = projects.create(settings, creator=self.user, now=now, request_id=request_id_of(request))
        return Response(outputs.ProjectRow(membership).data, status=201)


def _refuse_unless_staff(user: User) -> None:
    if not user.is_staff:
        raise NotAllowed("staff_only")


class ProjectDetailView(ProjectView):
    """A project's settings."""

    roles = {"GET": MANAGERS, "PATCH": MANAGERS}
    acts = {"PATCH": "settings.changed"}

    @extend_schema(responses=outputs.ProjectDetail)
    def get(self, request: Request, project_id: int) -> Response:
        """Return all settings."""
        return Response(outputs.ProjectDetail(self.project).data)

    @extend_schema(request=inputs.ProjectSettings, responses=outputs.ProjectDetail)
    def patch(self, request: Request, project_id: int) -> Response:
        """Change settings; recorded as an event. 409 for a setting that is fixed by now."""
        changes = inputs.parse_part(inputs.ProjectSettings, request)
        for name in {"paused", "training_paused"} & changes.keys():
            since = getattr(self.project, f"{name}_at") or self.now
            changes[f"{name}_at"] = since if changes.pop(name) else None
        project = projects.change(self.project, changes, actor=self.user, now=self.now)
        return Response(outputs.ProjectDetail(project).data)


class CloneView(ProjectView):
    """Another project like this one."""

    roles = {"POST": MANAGERS}
    acts = {"POST": "project.cloned"}
    # What it makes is another project.
    closed_to_project_tokens = frozenset({"POST"})

    @extend_schema(request=inputs.Clone, responses={201: outputs.ProjectRow})
    def post(self, request: Request, project_id: int) -> Response:
        """Make a project with these settings and this guideline; staff accounts only. No texts or labels."""
        _refuse_unless_staff(self.user)
        asked = inputs.parse(inputs.Clone, request)
        membership = projects.clone(
            self.project,
            name=asked["name"],
            with_people=asked["people"],
            creator=self.user,
            now=timezone.now(),
        )
        return Response(outputs.ProjectRow(membership).data, status=201)


class GuidelinesView(ProjectView):
    """All versions of the written rules."""

    roles = {"GET": MANAGERS, "POST": MANAGERS}
    acts = {"POST": "guideline.published"}

    @extend_schema(responses=outputs.GuidelineVersion(many=True))
    def get(self, request: Request, project_id: int) -> Response:
        """List the versions, oldest first."""
        versions = self.project.guidelines.select_related("author").order_by("version")
        return Response(outputs.GuidelineVersion(versions, many=True).data)

    @extend_schema(request=inputs.NewGuideline, responses={201: outputs.GuidelineVersion})
    def post(self, request: Request, project_id: int) -> Response:
        """Publish the next version; recorded as an event."""
        text = inputs.parse(inputs.NewGuideline, request)["text"]
        guideline = guidelines.publish(self.project, text, author=self.user, now=self.now)
        return Response(outputs.GuidelineVersion(guideline).data, status=201)

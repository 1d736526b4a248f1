"""Who may do what: a view below a project answers its members only, by role, and starts from the project."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import wraps
from typing import Any, ClassVar, cast

from django.contrib.auth.models import User
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.request import Request
from rest_framework.views import APIView

from annotation import audit, clock, people
from annotation.errors import NotAllowed, NotFound
from annotation.models import Membership, Project

MANAGER, ANNOTATOR, ADJUDICATOR = (
    Membership.Role.MANAGER,
    Membership.Role.ANNOTATOR,
    Membership.Role.ADJUDICATOR,
)

MANAGERS = frozenset({MANAGER})
ANNOTATORS = frozenset({ANNOTATOR})
JUDGES = frozenset({MANAGER, ADJUDICATOR})
MEMBERS = frozenset({MANAGER, ANNOTATOR, ADJUDICATOR})


class PersonView(APIView):
    """A view for whoever is logged in, in a session or by a token."""

    @property
    def user(self) -> User:
        """The person who calls."""
        return cast(User, self.request.user)


class ProjectView(PersonView):
    """Base of the views below /api/projects/{project_id}.

    Gives `self.project`, `self.membership` and `self.now` (the project's clock). `roles` names for each
    method who may call it. To anybody who is not a member the project does not exist, and an assignment in
    the address must be the caller's, in this project.

    `acts` names what each method does that changes something and is open to managers; it runs in one
    transaction with its entry in the audit trail. None: not in the trail, or not by this class; a comment
    says why.
    """

    roles: ClassVar[Mapping[str, frozenset[Membership.Role]]] = {}
    acts: ClassVar[Mapping[str, str | None]] = {}
    http_method_names = ["get", "post", "patch", "delete", "head"]

    project: Project
    membership: Membership
    now: datetime

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        methods = {
            method.upper() for method in cls.http_method_names if method != "head" and hasattr(cls, method)
        }
        if methods != cls.roles.keys():
            raise TypeError(
                f"{cls.__name__} answers {sorted(methods)} but says who may for {sorted(cls.roles)}."
            )
        changing = {method for method, roles in cls.roles.items() if method != "GET" and MANAGER in roles}
        if changing != cls.acts.keys():
            raise TypeError(
                f"{cls.__name__} lets managers {sorted(changing)} but names acts for {sorted(cls.acts)}."
            )
        for method, act in cls.acts.items():
            handler = cls.__dict__.get(method.lower())
            if act is not None and handler is not None:
                setattr(cls, method.lower(), _recorded(handler, act))

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Find the caller's membership, hold it against `roles`, and refuse what is not theirs."""
        super().initial(request, *args, **kwargs)
        method = "GET" if request.method == "HEAD" else str(request.method)
        if method not in self.roles:
            raise MethodNotAllowed(method)
        project_id, assignment_id = kwargs["project_id"], kwargs.get("assignment_id")
        found = people.find_membership(self.user, project_id, assignment_id=assignment_id)
        if found is None:
            raise NotFound("not_a_member", project=project_id)
        self.membership, owns = found
        self.project = self.membership.project
        self.now = clock.now(self.project)
        self._check_role(method)
        if assignment_id is not None and not owns:
            raise NotFound("no_assignment", assignment=str(assignment_id))

    def _check_role(self, method: str) -> None:
        if not self.membership.active:
            raise NotAllowed("membership_ended", details={"reason": "inactive"})
        if self.membership.role not in self.roles[method]:
            role = str(self.membership.role)
            raise NotAllowed("role_refused", role=role, details={"role": role})

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Have browsers ask again each time; figures and sentences change under them."""
        response = super().finalize_response(request, response, *args, **kwargs)
        response.headers.setdefault("Cache-Control", "private, no-cache")
        return response


def _recorded(handler: Callable[..., Any], act: str) -> Callable[..., Any]:
    """Wrap a method of a view so that what it does and its entry in the audit trail are stored together."""

    @wraps(handler)
    def record(view: ProjectView, request: Request, *args: Any, **kwargs: Any) -> Any:
        named = {name: value for name, value in kwargs.items() if name != "project_id"}
        thing = " ".join(f"{name.removesuffix('_id')} {value}" for name, value in named.items())
        with audit.recording(
            act, project=view.project, actor=view.user, thing=thing, request_id=request_id_of(request)
        ):
            return handler(view, request, *args, **kwargs)

    return record


def request_id_of(request: Request) -> str:
    """Return the id under which the log knows a request."""
    return getattr(request._request, "request_id", "")

"""Logging in and out of the browser's session; whose name and password these are."""

from contextlib import AbstractContextManager
from typing import Any

from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.utils.decorators import method_decorator
from django.utils.translation.trans_real import parse_accept_lang_header
from django.views.decorators.cache import never_cache
from drf_spectacular.utils import extend_schema
from rest_framework.authentication import SessionAuthentication
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotation import audit, people
from annotation.api import inputs, outputs
from annotation.api.permissions import request_id_of
from annotation.errors import NotLoggedIn, TooOften
from annotation.models import Membership

LANGUAGES = ("th", "en")


@method_decorator(never_cache, name="dispatch")
class SessionView(APIView):
    """Who is logged in. Asking also sets the cookie that later requests need against forgery."""

    permission_classes = (AllowAny,)
    http_method_names = ("get", "post", "delete", "head")

    @extend_schema(responses=outputs.Session)
    def get(self, request: Request) -> Response:
        """Say who is logged in; 401 when nobody is."""
        get_token(request)
        if not request.user.is_authenticated:
            raise NotLoggedIn("not_logged_in")
        return Response(_session(request, request.user))

    @extend_schema(request=inputs.LogIn, responses=outputs.Session)
    def post(self, request: Request) -> Response:
        """Log in."""
        SessionAuthentication().enforce_csrf(request)
        user = check_credentials(request, inputs.parse(inputs.LogIn, request))
        login(request._request, user, backend="django.contrib.auth.backends.ModelBackend")
        return Response(_session(request, user))

    @extend_schema(responses={204: None})
    def delete(self, request: Request) -> Response:
        """Log out. What the person held is free at once."""
        if request.user.is_authenticated:
            people.release_everything(request.user)
            logout(request._request)
        return Response(status=204)


def recording(act: str, user: User, request: Request) -> AbstractContextManager[object]:
    """Open an entry of the audit trail around what a person does with their own account."""
    return audit.recording(act, actor=user, person=user, request_id=request_id_of(request))


def check_credentials(request: Request, credentials: dict[str, str]) -> User:
    """Return whose name and password these are; 401 for wrong ones, 429 after too many."""
    user = authenticate(request._request, **credentials)
    if getattr(request._request, "axes_locked_out", False):
        audit.note_lock_out(credentials["username"], within=settings.AXES_COOLOFF_TIME)
        minutes = settings.AXES_COOLOFF_TIME.total_seconds() / 60
        raise TooOften("passwords_wrong", minutes=round(minutes))
    if user is None or not (settings.PASSWORD_LOGIN or user.is_staff):
        raise NotLoggedIn("password_wrong")
    return user


def keep_answer(request: HttpRequest, answer: HttpResponse, credentials: Any) -> HttpResponse:
    """Leave the answer to a throttled log-in as it is, in our one error shape. Called by django-axes."""
    return answer


def _session(request: Request, user: User) -> dict[str, Any]:
    memberships = Membership.objects.filter(user=user, active=True).select_related("project").order_by("pk")
    session = {
        "user": user,
        "email": user.email,
        "has_password": people.has_password(user),
        "language": _language(request),
        "may_create_projects": user.is_staff,
        "memberships": memberships,
    }
    return outputs.Session(session).data


def _language(request: Request) -> str:
    """Return the first of our languages that the browser asks for."""
    for tag, _ in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        if tag.split("-")[0] in LANGUAGES:
            return tag.split("-")[0]
    return "en"

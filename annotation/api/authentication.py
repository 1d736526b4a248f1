"""Access tokens of programs: who sends one, and what it is good for, held for every view in one place.

They come with every request of a busy client, so the look-up is one prepared statement.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from django.contrib.auth.models import User
from django.db import connection
from django.db.models import Q
from django.utils import timezone
from rest_framework.authentication import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from annotation import access_tokens, sql
from annotation.errors import NotAllowed
from annotation.models import AccessToken
from annotation.shown_once import hash_of

# How exact `last_used_at` is: a request more often than that writes nothing.
USE_IS_NOTED = timedelta(hours=1)

_FIELDS = [field.attname for field in User._meta.concrete_fields]
_HOLDER = f"""
SELECT {", ".join(f"u.{name}" for name in _FIELDS)},
    t.id AS token, t.scope, t.project_id AS project,
    coalesce(t.last_used_at < %(noted_before)s, true) AS is_used_anew
FROM annotation_accesstoken t JOIN auth_user u ON u.id = t.user_id
WHERE t.key_sha256 = %(key_sha256)s AND t.expires_at > %(now)s AND t.created_at > %(oldest)s AND u.is_active
"""  # noqa: S608  (names of columns)


@dataclass(frozen=True, slots=True)
class Grant:
    """What a request with a token has as `request.auth`: which token, and what it is good for."""

    token: int
    scope: str
    project: int | None


def grant_of(request: Request) -> Grant | None:
    """Return what the token of a request is good for; None for a session, which has no token."""
    return cast("Grant | None", request.auth)


class AccessTokenAuthentication(TokenAuthentication):
    """`Authorization: Token …`: whose it is, and whether it is good for what is asked.

    A token to read is refused for whatever changes something, a token for a project for whatever is not below
    that project's address. A view says where that is too much or too little: `open_to_every_token` names the
    methods that mind by themselves what a token is for, `closed_to_project_tokens` those below a project that
    reach beyond it.
    """

    def authenticate(self, request: Request) -> tuple[User, Grant] | None:
        """Return the token's person and what it is good for; None where none is sent."""
        found = super().authenticate(request)
        if found is not None:
            _refuse_unless_good_for(found[1], request)
        return found

    def authenticate_credentials(self, key: str) -> tuple[User, Any]:
        """Return the token's person and what it is good for."""
        now = timezone.now()
        row = sql.row(
            _HOLDER,
            {
                "key_sha256": hash_of(key),
                "now": now,
                "oldest": now - access_tokens.longest(),
                "noted_before": now - USE_IS_NOTED,
            },
        )
        if row is None:
            raise AuthenticationFailed
        if row.is_used_anew:
            _note_use(row.token, now)
        user = User.from_db(connection.alias, _FIELDS, row[: len(_FIELDS)])
        return user, Grant(row.token, row.scope, row.project)


def _note_use(token: int, now: datetime) -> None:
    """Write down that a token is in use; of several requests at once one does."""
    stale = Q(last_used_at=None) | Q(last_used_at__lt=now - USE_IS_NOTED)
    AccessToken.objects.filter(stale, pk=token).update(last_used_at=now)


def _refuse_unless_good_for(grant: Grant, request: Request) -> None:
    view, kwargs = request.parser_context["view"], request.parser_context["kwargs"]
    method = "GET" if request.method == "HEAD" else str(request.method)
    if method in getattr(view, "open_to_every_token", ()):
        return
    if grant.scope == AccessToken.Scope.READ and method not in SAFE_METHODS:
        raise NotAllowed("token_is_read_only")
    if grant.project is None:
        return
    if kwargs.get("project_id") != grant.project or method in getattr(view, "closed_to_project_tokens", ()):
        raise NotAllowed("token_is_for_one_project", project=grant.project)

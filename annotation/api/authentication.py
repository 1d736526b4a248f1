"""Tokens of programs, looked up by one prepared statement: they come with every request of a busy client."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone
from rest_framework.authentication import TokenAuthentication
from rest_framework.authtoken.models import Token
from rest_framework.exceptions import AuthenticationFailed

from annotation import sql

_FIELDS = [field.attname for field in User._meta.concrete_fields]
_USER_OF_TOKEN = f"""
SELECT {", ".join(f"u.{name}" for name in _FIELDS)}
FROM authtoken_token t JOIN auth_user u ON u.id = t.user_id
WHERE t.key = %(key)s AND t.created > %(oldest)s AND u.is_active
"""  # noqa: S608  (names of columns)


def lifetime() -> timedelta:
    """Return how long a token holds from when it was made."""
    return timedelta(days=settings.TOKEN_DAYS)


def held(user: User) -> Token | None:
    """Return the person's token where there is one that holds."""
    return Token.objects.filter(user=user, created__gt=timezone.now() - lifetime()).first()


def issue(user: User) -> Token:
    """Make a token for a person who holds none; of two at once both get the same."""
    Token.objects.filter(user=user, created__lte=timezone.now() - lifetime()).delete()
    return Token.objects.get_or_create(user=user)[0]


class PreparedTokenAuthentication(TokenAuthentication):
    """`Authorization: Token …`, as in the framework."""

    def authenticate_credentials(self, key: str) -> tuple[User, Any]:
        """Return the token's user; `request.auth` is the key."""
        row = sql.row(_USER_OF_TOKEN, {"key": key, "oldest": timezone.now() - lifetime()})
        if row is None:
            raise AuthenticationFailed
        return User.from_db(connection.alias, _FIELDS, row), key

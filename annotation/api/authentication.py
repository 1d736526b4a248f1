"""Tokens of programs, looked up by one prepared statement: they come with every request of a busy client."""

from typing import Any

from django.contrib.auth.models import User
from django.db import connection
from rest_framework.authentication import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed

from annotation import sql

_FIELDS = [field.attname for field in User._meta.concrete_fields]
_USER_OF_TOKEN = f"""
SELECT {", ".join(f"u.{name}" for name in _FIELDS)}
FROM authtoken_token t JOIN auth_user u ON u.id = t.user_id
WHERE t.key = %(key)s AND u.is_active
"""  # noqa: S608  (names of columns)


class PreparedTokenAuthentication(TokenAuthentication):
    """`Authorization: Token …`, as in the framework."""

    def authenticate_credentials(self, key: str) -> tuple[User, Any]:
        """Return the token's user; `request.auth` is the key."""
        row = sql.row(_USER_OF_TOKEN, {"key": key})
        if row is None:
            raise AuthenticationFailed("This token is not valid; ask for a new one.")
        return User.from_db(connection.alias, _FIELDS, row), key

"""Statements of the hot path: prepared on the server, inside Django's transaction.

The ORM spends more on building a query than PostgreSQL on answering it. Only claiming and submitting are
written this way; they are most of what the service does all day.
"""

from collections.abc import Mapping
from typing import Any

import psycopg
from django.db import connection
from psycopg.rows import namedtuple_row


def row(statement: str, values: Mapping[str, Any]) -> Any:
    """Run a statement and return its first row as a named tuple, None where it has none.

    It takes part in the transaction under way, if there is one. Raises Django's database errors.
    """
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    with connection.wrap_database_errors, _cursor() as cursor:
        return cursor.execute(statement, values, prepare=True).fetchone()


def _cursor() -> psycopg.Cursor[Any]:
    # Django's own cursors write values into the statement, which cannot be prepared then.
    return psycopg.Cursor(connection.connection, row_factory=namedtuple_row)

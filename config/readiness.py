"""Whether a request could be served now."""

import redis
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, Error, connection, connections
from django.db.migrations.executor import MigrationExecutor

_migrated = False


def parts() -> dict[str, str]:
    """Return what each part that the web process needs, or would like, says: `ok`, or what is wrong."""
    database = _database()
    return {
        "database": database,
        "migrations": _migrations() if database == "ok" else "unknown",
        "broker": _broker(),
    }


def is_ready(found: dict[str, str]) -> bool:
    """Tell whether requests can be served: a request needs the database and its tables, and nothing else.

    Without a broker work is only started later; a proxy that took the web out for it would stop people for
    nothing.
    """
    return found["database"] == found["migrations"] == "ok"


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return "unreachable"
    return "ok"


def _migrations() -> str:
    """Compare tables and software; what was up to date once stays so for this process."""
    global _migrated
    try:
        if not _migrated:
            executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
            _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    except Error:
        return "unknown"
    return "ok" if _migrated else "missing"


def _broker() -> str:
    try:
        with broker() as connected:
            connected.ping()
    except redis.RedisError:
        return "unreachable"
    return "ok"


def broker() -> redis.Redis:
    """Return a connection to Valkey that gives up after a second."""
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1)

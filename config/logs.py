"""Log lines: as text or as JSON, each with the request or the task it was written in.

What a line is about is looked up when one is written, not before: a request that logs nothing pays for its id
alone. python-json-logger turns a record with its extras into JSON; structlog would ask for every call to be
written anew, and a formatter of our own for every kind of value to be thought of.
"""

import json
import logging
import re
import time
import uuid
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.functional import empty
from pythonjsonlogger.json import JsonFormatter

access = logging.getLogger("tatkham.access")

HEADER = "X-Request-ID"
# What others call a request: no spaces, no quotes, nothing that could be taken for another line or field.
WELL_FORMED = re.compile(r"[A-Za-z0-9._~+/=:-]{8,64}")
# Django hangs the request itself on some records; its address may hold the token of an invitation.
LEFT_OUT = ["request", "server_time", "color_message", "taskName"]

under_way: ContextVar[Callable[[], Mapping[str, Any]] | None] = ContextVar("about", default=None)


class About(logging.Filter):
    """Puts onto each record what it is about: fields for JSON, and for text all of them in `about`."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Add to the record and keep it."""
        fields = about()
        for name, value in fields.items():
            setattr(record, name, value)
        record.about = "".join(f" {name}={value}" for name, value in fields.items())
        return True


def about() -> Mapping[str, Any]:
    """Return what is under way here: a request's id, user and project, or a task's ids; empty elsewhere."""
    look = under_way.get()
    return look() if look is not None else {}


def json_formatter() -> logging.Formatter:
    """Return what writes a record as one line of JSON: at, level, logger, message, and what it is about."""
    return JsonFormatter(
        "%(levelname)s %(name)s %(message)s",
        rename_fields={"levelname": "level", "name": "logger"},
        timestamp="at",
        json_ensure_ascii=False,
        reserved_attrs=[*_ATTRIBUTES, *LEFT_OUT, "about"],
    )


# What every record has; the rest of a record is what it is about.
_ATTRIBUTES = [*vars(logging.makeLogRecord({})), "message", "asctime"]


def requests(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware, the outermost: gives each request an id, and with ACCESS_LOG a line."""
    is_logged = settings.ACCESS_LOG

    def answer(request: HttpRequest) -> HttpResponse:
        given = request.headers.get(HEADER, "")
        request_id = given if WELL_FORMED.fullmatch(given) else uuid.uuid4().hex
        request.request_id = request_id  # type: ignore[attr-defined]
        token = under_way.set(lambda: _of_request(request))
        began = time.perf_counter()
        try:
            response = get_response(request)
            if is_logged:
                _log_access(request, response, 1000 * (time.perf_counter() - began))
        finally:
            under_way.reset(token)
        response.headers[HEADER] = request_id
        return response

    return answer


def _log_access(request: HttpRequest, response: HttpResponse, ms: float) -> None:
    # The route, not the address: that of an invitation is a key.
    match = request.resolver_match
    fields = {
        "method": request.method,
        "route": match.route if match else "",
        "status": response.status_code,
        "ms": round(ms, 1),
    }
    access.info("%(method)s /%(route)s %(status)s %(ms)s ms", fields, extra=fields)


def _of_request(request: HttpRequest) -> dict[str, Any]:
    found: dict[str, Any] = {"request_id": request.request_id}  # type: ignore[attr-defined]
    # Asking the lazy user who it is would read the database, perhaps from within a failed transaction.
    user = request.__dict__.get("user")
    user = getattr(user, "_wrapped", user)
    user_id = None if user is empty else getattr(user, "pk", None)
    if user_id is not None:
        found["user_id"] = user_id
    match = request.resolver_match
    if match is not None and "project_id" in match.kwargs:
        found["project_id"] = match.kwargs["project_id"]
    return found


def configuration(*, level: str, is_json: bool) -> dict[str, Any]:
    """Return Django's LOGGING: all lines to standard error."""
    text = {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s%(about)s"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"about": {"()": "config.logs.About"}},
        "formatters": {"line": {"()": "config.logs.json_formatter"} if is_json else text},
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["about"]},
        },
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "tatkham.access": {"level": "INFO"},
            # Two lines for each turn of the beat, all day long.
            "celery.beat": {"level": "WARNING"},
            "celery.worker.strategy": {"level": "WARNING"},
            "celery.app.trace": {"level": "WARNING"},
            # Refusals are no trouble of the server, and their lines hold addresses, some of which are keys.
            "django.request": {"level": "ERROR"},
        },
    }


def granian_configuration() -> str:
    """Return the logging configuration by which granian writes its own lines as JSON."""
    formatter = {"()": "config.logs.json_formatter"}
    return json.dumps({"formatters": {"generic": formatter, "access": formatter}})

"""One shape for everything that goes wrong: {"code", "message", "details"}. DRF calls `handle`."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response

from annotation.errors import NO_SPACE, BadInput, Conflict, DomainError, NotAllowed, NotFound, TooLarge
from annotation.reasons import Reason

# A domain error gets the status of the first class it is an instance of.
DOMAIN_STATUS = {
    NotFound: 404,
    NotAllowed: 403,
    Conflict: 409,
    TooLarge: 413,
    BadInput: 400,
    DomainError: 400,
}

# What is said of a field, by the framework's word for what is wrong; our own begin with `field_`.
FIELD_REASONS = {
    "required": "field_missing",
    "blank": "field_missing",
    "null": "field_missing",
    "max_length": "field_long",
    "min_value": "field_outside",
    "max_value": "field_outside",
    "empty": "field_file_empty",
}

# What DRF calls things, where it differs from the contract.
CODES = {
    400: "bad_input",
    401: "not_authenticated",
    403: "not_allowed",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    413: "too_large",
    415: "unsupported_media_type",
    429: "throttled",
    503: "unavailable",
    507: "no_space",
}


def handle(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """Turn an error into the response for it; None for one that nobody foresaw, which is a 500."""
    match error:
        case DomainError():
            status = next(status for kind, status in DOMAIN_STATUS.items() if isinstance(error, kind))
            return answer(status, error.message, code=error.code, details=error.details)
        case exceptions.NotAuthenticated() | exceptions.AuthenticationFailed():
            # 401 even where the session is asked first; DRF would make it a 403.
            return answer(401, str(error.detail), headers={"WWW-Authenticate": "Token"})
        case exceptions.ValidationError():
            why = _first_reason(error.detail)
            return answer(400, str(why), details={**_as_details(error.detail), "why": why.as_json()})
        case exceptions.Throttled():
            return answer(429, str(error.detail))
        case exceptions.APIException():
            return answer(error.status_code, str(error.detail))
        case Http404():
            return _say(404, "nothing_here")
        case PermissionDenied():
            return _say(403, "forbidden")
        case RequestDataTooBig():
            return _say(413, "request_too_large")
        case OSError() if error.errno in NO_SPACE:
            return _say(507, "no_space")
        case OperationalError() | InterfaceError():
            return _say(503, "database_away")
    return None


def _say(status: int, code: str) -> Response:
    why = Reason(code)
    return answer(status, str(why), details={"why": why.as_json()})


def answer(
    status: int,
    message: str,
    *,
    code: str | None = None,
    details: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return a response in the error shape."""
    body = {"code": code or CODES.get(status, "error"), "message": message, "details": details or {}}
    return Response(body, status=status, headers=headers)


def _as_details(detail: Any) -> dict[str, Any]:
    return dict(detail) if isinstance(detail, dict) else {"errors": detail}


def _first_reason(detail: Any, *, field: str = "") -> Reason:
    """Say the first thing that is wrong, with the name of its field."""
    if isinstance(detail, dict):
        name, inner = next(iter(detail.items()))
        path = field if name == "non_field_errors" else f"{field}.{name}".lstrip(".")
        return _first_reason(inner, field=path)
    if isinstance(detail, list):
        return _first_reason(detail[0], field=field)
    if not field:
        return Reason("input_wrong", {"error": str(detail)})
    given = str(getattr(detail, "code", ""))
    code = given if given.startswith("field_") else FIELD_REASONS.get(given, "field_wrong")
    return Reason(code, {"field": field, "error": str(detail)})

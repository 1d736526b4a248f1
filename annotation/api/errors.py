"""One shape for everything that goes wrong: {"code", "message", "details"}. DRF calls `handle`."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response

from annotation.errors import (
    NO_SPACE,
    BadInput,
    Conflict,
    DomainError,
    NotAllowed,
    NotFound,
    NotLoggedIn,
    TooLarge,
    TooOften,
)
from annotation.reasons import Reason

# A domain error gets the status of the first class it is an instance of.
DOMAIN_STATUS = {
    NotFound: 404,
    NotLoggedIn: 401,
    NotAllowed: 403,
    Conflict: 409,
    TooLarge: 413,
    TooOften: 429,
    BadInput: 400,
    DomainError: 400,
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
            return _answer(status, error.code, error.message, error.details)
        case exceptions.NotAuthenticated():
            # 401 even where the session is asked first; DRF would make it a 403.
            return _refuse(401, "not_logged_in")
        case exceptions.AuthenticationFailed():
            return _refuse(401, "token_wrong")
        case exceptions.PermissionDenied():
            return _refuse(403, "forgery_mark" if str(error.detail).startswith("CSRF") else "forbidden")
        case exceptions.Throttled():
            return _refuse(429, "too_often")
        case exceptions.ParseError():
            return _refuse(400, "input_unreadable", error=str(error.detail))
        case exceptions.APIException():
            return _refuse(error.status_code, "input_wrong", error=str(error.detail))
        case Http404():
            return _refuse(404, "nothing_here")
        case PermissionDenied():
            return _refuse(403, "forbidden")
        case RequestDataTooBig():
            return _refuse(413, "request_too_large")
        case OSError() if error.errno in NO_SPACE:
            return _refuse(507, "no_space")
        case OperationalError() | InterfaceError():
            return _refuse(503, "database_away")
    return None


def _refuse(status: int, code: str, **values: str) -> Response:
    why = Reason(code, values)
    return _answer(status, CODES.get(status, "error"), str(why), {"why": why.as_json()})


def _answer(status: int, code: str, message: str, details: Mapping[str, Any]) -> Response:
    headers = {"WWW-Authenticate": "Token"} if status == 401 else None
    return Response({"code": code, "message": message, "details": details}, status=status, headers=headers)

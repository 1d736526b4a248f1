"""One shape for everything that goes wrong: {"code", "message", "details"}. DRF calls `handle`."""

import errno
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response

from annotation.errors import BadInput, Conflict, DomainError, NotAllowed, NotFound

# A domain error gets the status of the first class it is an instance of.
DOMAIN_STATUS = {NotFound: 404, NotAllowed: 403, Conflict: 409, BadInput: 400, DomainError: 400}

# A full disk, a quota used up, a limit on file sizes.
NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}

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
            return answer(400, _first_message(error.detail), details=_as_details(error.detail))
        case exceptions.Throttled():
            return answer(429, str(error.detail))
        case exceptions.APIException():
            return answer(error.status_code, str(error.detail))
        case Http404():
            return answer(404, "There is nothing at this address.")
        case PermissionDenied():
            return answer(403, "You are not allowed to do this.")
        case RequestDataTooBig():
            return answer(413, "The request is larger than this server takes.")
        case OSError() if error.errno in NO_SPACE:
            return answer(507, "The server has no space left for this; it was not stored.")
        case OperationalError() | InterfaceError():
            return answer(503, "The database cannot be reached; try again in a moment.")
    return None


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


def _first_message(detail: Any, *, field: str = "") -> str:
    """Say the first thing that is wrong, with the name of its field."""
    if isinstance(detail, dict):
        name, inner = next(iter(detail.items()))
        path = field if name == "non_field_errors" else f"{field}.{name}".lstrip(".")
        return _first_message(inner, field=path)
    if isinstance(detail, list):
        return _first_message(detail[0], field=field)
    return f"{field}: {detail}" if field else str(detail)

"""Errors of the domain, each with a stable code; api/errors.py turns them into HTTP."""

import errno
from collections.abc import Mapping
from typing import Any

from django.db import InterfaceError, OperationalError

from annotation.reasons import Reason, Value

# A full disk, a quota used up, a limit on file sizes.
NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class DomainError(Exception):
    """Something asked for that the rules refuse, for a reason: its code and its values.

    `details` is what a program may want besides; the reason itself is added to it as `why`.
    """

    code = "refused"

    def __init__(
        self, why: str | Reason, /, *, details: Mapping[str, Any] | None = None, **values: Value
    ) -> None:
        self.why = why if isinstance(why, Reason) else Reason(why, values)
        super().__init__(self.message)
        self.details = {**(details or {}), "why": self.why.as_json()}

    @property
    def message(self) -> str:
        """The reason as a sentence in English, which shows the value."""
        return str(self.why)


class NotFound(DomainError):
    """The thing named does not exist for the person who asks."""

    code = "not_found"


class NotLoggedIn(DomainError):
    """Nobody is known to ask, or the name and password are wrong."""

    code = "not_authenticated"


class NotAllowed(DomainError):
    """The person's role does not permit this."""

    code = "not_allowed"


class Conflict(DomainError):
    """The state of the thing has moved on; the caller should look again."""

    code = "conflict"


class Adjudicated(Conflict):
    """The reference of a sentence is settled; readings of it are no longer changed."""

    code = "adjudicated"


class RevisedElsewhere(Conflict):
    """Another reading of the same person came first; sending it unseen would replace that one."""

    code = "revised_elsewhere"


class BadInput(DomainError):
    """The input breaks a rule that the caller can mend."""

    code = "bad_input"


class TooOften(DomainError):
    """The same was asked for too often; later it is let through again."""

    code = "throttled"


class TooLarge(DomainError):
    """More than the server takes at once."""

    code = "too_large"


class BadBoundaries(BadInput):
    """Boundaries that are not sorted, not unique, or not inside the sentence."""

    code = "bad_boundaries"


class BadFile(BadInput):
    """A file that cannot be imported; nothing of it was kept."""

    code = "bad_file"


def reason_of(error: Exception) -> Reason:
    """Return why work failed: the cause where it is one we know, else the technical text in a sentence."""
    said = f"{type(error).__name__}: {error}"
    match error:
        case DomainError():
            return error.why
        case OSError() if error.errno in NO_SPACE:
            return Reason("no_space")
        case MemoryError():
            return Reason("no_memory", {"error": said})
        case OperationalError() | InterfaceError():
            return Reason("database_away")
    return Reason("unforeseen", {"error": said})

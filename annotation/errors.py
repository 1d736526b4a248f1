"""Errors of the domain, each with a stable code; api/errors.py turns them into HTTP."""

from typing import Any


class DomainError(Exception):
    """Something asked for that the rules refuse. The message is a sentence that shows the value."""

    code = "refused"

    def __init__(self, message: str, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.details = details


class NotFound(DomainError):
    """The thing named does not exist for the person who asks."""

    code = "not_found"


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


class BadBoundaries(BadInput):
    """Boundaries that are not sorted, not unique, or not inside the sentence."""

    code = "bad_boundaries"


class BadFile(BadInput):
    """A file that cannot be imported; nothing of it was kept."""

    code = "bad_file"

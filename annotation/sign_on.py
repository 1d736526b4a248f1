"""Single sign-on: which account somebody has whom the OpenID provider vouches for.

Accounts are found by issuer and subject. A new account comes of an invitation alone: a place at the provider
does not give one here.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from annotation import invitations
from annotation.errors import Conflict, DomainError, NotAllowed
from annotation.models import Identity

# What Django's user names may not hold.
_NOT_IN_USERNAME = re.compile(r"[^\w.@+-]+")


class NoAccount(DomainError):
    """The provider knows this person, and nobody has given them an account here."""

    code = "no_account"


def find_or_join(
    claims: Mapping[str, Any], *, held: User | None, invitation: str, match_email: bool, now: datetime
) -> User:
    """Return the account of a person, from the checked claims of an ID token.

    An identity that is not known yet is bound to the account `held`, which began to sign in; else, where
    `match_email`, to the one account with the e-mail that the provider has verified, never to staff's; else
    to a new account that joins by the `invitation`. Raises NoAccount, NotAllowed for a closed account,
    NotFound for an invitation that is over.
    """
    key = {"issuer": claims["iss"], "subject": claims["sub"]}
    known = Identity.objects.select_related("user").filter(**key).first()
    user = known.user if known else held or (_of_email(claims) if match_email else None)
    if user is not None and not user.is_active:
        raise NotAllowed("account_closed")
    if known is not None:
        return known.user
    if user is None and not invitation:
        raise NoAccount("no_account")
    try:
        with transaction.atomic():
            user = user or _join(claims, invitation)
            Identity.objects.create(user=user, created_at=now, **key)
    except IntegrityError as error:
        raise Conflict("identity_taken") from error
    return user


def _of_email(claims: Mapping[str, Any]) -> User | None:
    """Return the one account with an e-mail that the provider has verified, if there is one."""
    email = claims.get("email")
    if not email or claims.get("email_verified") is not True:
        return None
    found = list(User.objects.filter(email__iexact=email, is_staff=False)[:2])
    return found[0] if len(found) == 1 else None


def _join(claims: Mapping[str, Any], invitation: str) -> User:
    name = "".join(filter(str.isprintable, str(claims.get("name") or "")))
    wanted = str(claims.get("preferred_username") or claims.get("email") or claims["sub"]).split("@")[0]
    username = _free(_NOT_IN_USERNAME.sub("-", wanted)[:140] or "person")
    return invitations.accept(invitation, username=username, password=None, name=name[:150]).user


def _free(username: str) -> str:
    """Return the name, with the next free number behind it where somebody has it already."""
    taken = set(User.objects.filter(username__startswith=username).values_list("username", flat=True))
    number, free = 1, username
    while free in taken:
        number += 1
        free = f"{username}-{number}"
    return free

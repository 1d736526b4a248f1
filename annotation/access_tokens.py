"""Access tokens of people: made, listed, revoked. What one is good for is held in api/authentication.py."""

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from annotation import audit
from annotation.errors import BadInput, Conflict, NotFound
from annotation.models import AccessToken, Membership
from annotation.shown_once import hash_of

# By which people and scanners of secrets know a key: tatkham_[0-9a-f]{48}.
PREFIX = "tatkham_"
KEY_BYTES = 24
# Of each kind a person may hold so many at a time: those made on the page, and log-ins of programs.
MOST = 50


def longest() -> timedelta:
    """Return how long a token may hold from when it was made."""
    return timedelta(days=settings.TOKEN_DAYS)


def ends_at(token: AccessToken) -> datetime:
    """Return until when a token holds: a shorter TOKEN_DAYS counts for tokens that exist as well."""
    return min(token.expires_at, token.created_at + longest())


def live(user: User, *, now: datetime) -> QuerySet[AccessToken]:
    """Return the person's tokens that hold, the newest first."""
    found = user.access_tokens.filter(expires_at__gt=now, created_at__gt=now - longest())
    return found.select_related("project").order_by("-pk")


@transaction.atomic
def make(
    user: User,
    *,
    now: datetime,
    by_password: bool = False,
    name: str = "",
    scope: str = AccessToken.Scope.WRITE,
    project: int | None = None,
    days: int | None = None,
) -> tuple[AccessToken, str]:
    """Make a token and return it with its key, which is shown this once. `now` is real time.

    A person's `MOST` log-ins make room for another: a program that logs in at each start goes on, and no loop
    fills the table. What was made on the page is never taken away; then it is Conflict.
    Raises BadInput for too many days, NotFound for a project that the person does not belong to.
    """
    days = settings.TOKEN_DAYS if days is None else days
    if days > settings.TOKEN_DAYS:
        raise BadInput("token_days", days=days, most=settings.TOKEN_DAYS)
    if project is not None and not _is_at_home(user, project):
        raise NotFound("not_a_member", project=project)
    _make_room(user, by_password=by_password, now=now)
    key = PREFIX + secrets.token_hex(KEY_BYTES)
    token = AccessToken.objects.create(
        user=user,
        name=name,
        key_sha256=hash_of(key),
        scope=scope,
        project_id=project,
        by_password=by_password,
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    after = {"scope": str(scope), "project": project, "days": days, "by_password": by_password}
    audit.note(thing=thing_of(token), person=user, after=after)
    return token, key


def _is_at_home(user: User, project: int) -> bool:
    return Membership.objects.filter(user=user, project=project, active=True).exists()


def _make_room(user: User, *, by_password: bool, now: datetime) -> None:
    # The account's row, so that two made at once are counted one after the other.
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    holding = live(user, now=now)
    user.access_tokens.exclude(pk__in=holding.values("pk")).delete()
    held = holding.filter(by_password=by_password)
    if by_password:
        # The one not heard of for longest goes.
        latest = held.order_by(Coalesce("last_used_at", "created_at").desc(), "-pk")
        user.access_tokens.filter(pk__in=list(latest.values_list("pk", flat=True)[MOST - 1 :])).delete()
    elif held.count() >= MOST:
        raise Conflict("tokens_full", most=MOST)


def revoke(user: User, token_id: int) -> None:
    """End one of the person's tokens. Raises NotFound where there is none of that number."""
    token = user.access_tokens.filter(pk=token_id).first()
    if token is None:
        raise NotFound("no_token", id=token_id)
    audit.note(thing=thing_of(token), person=user)
    token.delete()


def revoke_all(user: User) -> None:
    """End all of the person's tokens: with a new password, or when the account closes."""
    user.access_tokens.all().delete()


def thing_of(token: AccessToken) -> str:
    """Return what the audit trail calls a token."""
    return f"access token {token.pk}"

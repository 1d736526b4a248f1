"""Invitations: a manager makes a link, and whoever opens it joins the project."""

import secrets
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from annotation import audit, clock, people
from annotation.errors import BadInput, NotFound
from annotation.models import Invitation, Membership, Project
from annotation.shown_once import hash_of

# Who may change settings and see everybody's figures is added by name, not by a link that may be passed on.
ROLES = (Membership.Role.ANNOTATOR, Membership.Role.ADJUDICATOR)


def create(
    project: Project, *, role: str, places: int, days: int, actor: User, now: datetime
) -> tuple[Invitation, str]:
    """Make an invitation and return it with its token, which is shown this once. `now` is real time."""
    if role not in ROLES:
        raise BadInput("invitation_role", role=role, known=", ".join(ROLES), details={"role": role})
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        project=project,
        role=role,
        token_sha256=hash_of(token),
        places=places,
        created_by=actor,
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    audit.note(thing=f"invitation {invitation.pk}", after={"role": role, "places": places, "days": days})
    return invitation, token


def revoke(project: Project, invitation_id: int, *, now: datetime) -> Invitation:
    """End an invitation; the second time changes nothing."""
    invitation = project.invitations.filter(pk=invitation_id).first()
    if invitation is None:
        raise NotFound("not_in_project", thing="invitation", id=invitation_id)
    if invitation.revoked_at is None:
        invitation.revoked_at = now
        invitation.save(update_fields=["revoked_at"])
    return invitation


def find(token: str) -> Invitation:
    """Return the open invitation of a token. Raises NotFound for one that is unknown, over or full."""
    return _open(
        Invitation.objects.select_related("project", "created_by").filter(token_sha256=hash_of(token))
    )


def _open(found: QuerySet[Invitation]) -> Invitation:
    invitation = found.filter(revoked_at=None, expires_at__gt=timezone.now()).first()
    if invitation is None or invitation.taken >= invitation.places:
        raise NotFound("invitation_over")
    return invitation


@transaction.atomic
def accept(
    token: str,
    *,
    user: User | None = None,
    username: str = "",
    password: str | None = "",
    name: str = "",
    email: str = "",
) -> Membership:
    """Join by an invitation: as `user`, or with a new account. A place is taken only where that works."""
    # The row's lock orders two who take the last place at once; the constraint stands behind it.
    held = Invitation.objects.select_for_update(no_key=True, of=("self",)).select_related(
        "project", "created_by"
    )
    invitation = _open(held.filter(token_sha256=hash_of(token)))
    user = user or people.create_account(username, password=password, name=name, email=email)
    project = invitation.project
    membership = people.join(
        project, user, role=invitation.role, actor=invitation.created_by, now=clock.now(project)
    )
    invitation.taken += 1
    invitation.save(update_fields=["taken"])
    return membership

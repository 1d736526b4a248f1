"""People of a project: who is a member, who joins, who changes roles, who leaves."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from functools import reduce

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet

from annotation import access_tokens, audit, clock, leases, outbox, sql
from annotation.errors import BadInput, Conflict, NotAllowed
from annotation.models import Adjudication, Assignment, Flag, Identity, Membership, Project
from annotation.reasons import Reason

Role = Membership.Role


_OWN = [field.attname for field in Membership._meta.concrete_fields]
_PROJECTS = [field.attname for field in Project._meta.concrete_fields]
_MEMBERSHIP = f"""
SELECT {", ".join(f"m.{name} AS own_{name}" for name in _OWN)},
    {", ".join(f"p.{name}" for name in _PROJECTS)},
    EXISTS (SELECT 1 FROM annotation_assignment a
        WHERE a.id = %(assignment)s::uuid AND a.project_id = p.id AND a.annotator_id = m.user_id) AS owns
FROM annotation_membership m JOIN annotation_project p ON p.id = m.project_id
WHERE m.user_id = %(user)s AND m.project_id = %(project)s
"""  # noqa: S608  (names of columns)


def find_membership(
    user: User, project_id: int, *, assignment_id: uuid.UUID | None = None
) -> tuple[Membership, bool] | None:
    """Return the person's membership with its project, and whether the assignment is theirs.

    None for an outsider. Every request below a project begins with this, so it is one prepared statement.
    """
    values = {"user": user.pk, "project": project_id, "assignment": assignment_id}
    row = sql.row(_MEMBERSHIP, values)
    if row is None:
        return None
    membership = Membership.from_db(connection.alias, _OWN, row[: len(_OWN)])
    membership.project = Project.from_db(connection.alias, _PROJECTS, row[len(_OWN) : -1])
    return membership, row.owns


@transaction.atomic
def add(
    project: Project,
    *,
    username: str,
    password: str,
    name: str,
    email: str = "",
    role: str,
    actor: User,
    now: datetime,
) -> Membership:
    """Add a person, with a new account where there is none of that name.

    Password, name and e-mail address are for new accounts only: nobody changes somebody else's account this
    way. Raises Conflict where the person is a member already, BadInput for a password that is missing or too
    weak.
    """
    user = User.objects.filter(username=username).first()
    if user is None:
        user = create_account(username, password=password, name=name, email=email)
    elif password or name or email:
        raise Conflict("account_there", username=username)
    return join(project, user, role=role, actor=actor, now=now)


@transaction.atomic
def join(project: Project, user: User, *, role: str, actor: User, now: datetime) -> Membership:
    """Make somebody with an account a member. Raises Conflict where they are one already."""
    username = user.username
    try:
        with transaction.atomic():
            membership = Membership.objects.create(project=project, user=user, role=role)
    except IntegrityError as error:
        raise Conflict("member_already", username=username, details={"username": username}) from error
    after = {"role": role, "active": True}
    audit.note(thing=f"membership {membership.pk}", person=user, after=after)
    payload = {"actor": actor.pk, "user": user.pk, "after": after}
    outbox.write(project, "membership.joined", payload, at=now)
    return membership


def reset_password(user: User, password: str, *, actor: User) -> None:
    """Let a manager give a new password to somebody who has forgotten theirs.

    Only where the manager answers for the account: in every project it belongs to, and never for staff.
    Else managing one project would open the doors of another.
    """
    managed = Membership.objects.filter(user=actor, role=Role.MANAGER, active=True).values("project")
    elsewhere = Membership.objects.filter(user=user).exclude(project__in=managed)
    if user.is_staff or elsewhere.exists():
        name = user.username
        raise NotAllowed("account_elsewhere", username=name, details={"username": name})
    set_password(user, password)
    audit.note(person=user)


def set_password(user: User, password: str) -> None:
    """Store a new password: sessions and access tokens end. Raises BadInput where it is too weak."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise _refused(user, error) from error
    user.set_password(password)
    with transaction.atomic():
        user.save(update_fields=["password"])
        access_tokens.revoke_all(user)


def set_email(user: User, email: str) -> None:
    """Store the address by which a person gets a link for a forgotten password; empty: none."""
    _check_email(email)
    audit.note(person=user, before={"email": bool(user.email)}, after={"email": bool(email)})
    user.email = email
    user.save(update_fields=["email"])


def _check_email(email: str) -> None:
    """Refuse an address where addresses tell at sign-on whose an account is: only an administrator sets them.

    Whoever gave an account the address of a colleague would have that colleague sign in to it.
    """
    if email and settings.OIDC_MATCH_EMAIL:
        raise NotAllowed("email_by_administrator")


def has_password(user: User) -> bool:
    """Tell whether this is somebody who logs in by password."""
    return user.is_active and user.has_usable_password() and (settings.PASSWORD_LOGIN or user.is_staff)


def create_account(username: str, *, password: str | None, name: str, email: str = "") -> User:
    """Make an account; without a password it is for who signs in elsewhere.

    Raises BadInput for a name or password that will not do, Conflict for a taken name, NotAllowed for an
    e-mail address where an administrator sets them.
    """
    _check_email(email)
    user = User(username=username, first_name=name, email=email)
    try:
        user.clean_fields(exclude=["password"])
        if password is not None:
            validate_password(password, user)
    except ValidationError as error:
        raise _refused(user, error) from error
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:
        raise Conflict("username_taken", username=username, details={"username": username}) from error
    return user


# Causes that Django names and we have sentences for; the password's rules are its standard ones.
_PASSWORD_RULES = {"password_too_similar", "password_too_common", "password_entirely_numeric"}


def _refused(user: User, error: ValidationError) -> BadInput:
    """Return why an account or a password will not do: all that is wrong, one sentence after the other."""
    details = {"username": user.username}
    found = [_why(user, name, one) for name, ones in _by_field(error) for one in ones]
    why = reduce(lambda first, second: Reason("both", {"first": first, "second": second}), found)
    return BadInput(why, details=details)


def _by_field(error: ValidationError) -> Iterable[tuple[str, list[ValidationError]]]:
    return error.error_dict.items() if hasattr(error, "error_dict") else [("password", error.error_list)]


def _why(user: User, name: str, error: ValidationError) -> Reason:
    if error.code in _PASSWORD_RULES:
        return Reason(str(error.code))
    if error.code == "password_too_short":
        return Reason("password_too_short", {"least": int((error.params or {})["min_length"])})
    if name == "username":
        return Reason("username_invalid", {"username": user.username})
    return Reason("account_invalid", {"error": " ".join(error.messages)})


@transaction.atomic
def change(
    membership: Membership, *, role: str | None = None, active: bool | None = None, actor: User, now: datetime
) -> Membership:
    """Give a member another role, end the membership or take it up again.

    What a person held who may no longer annotate is free at once. Raises Conflict where the project would be
    left without a manager.
    """
    project = membership.project
    # All managers' rows, so that two of them cannot end each other's role at the same moment.
    list(_managers(project).select_for_update(no_key=True).order_by("pk"))
    membership = Membership.objects.select_for_update(no_key=True).get(pk=membership.pk)
    before = {"role": str(membership.role), "active": membership.active}
    after = {
        "role": before["role"] if role is None else str(role),
        "active": before["active"] if active is None else active,
    }
    if before == after:
        return membership
    membership.role, membership.active = str(after["role"]), bool(after["active"])
    membership.save(update_fields=["role", "active"])
    if not _managers(project).exists():
        raise Conflict("last_manager", details={"membership": membership.pk})
    if not (membership.active and membership.role == Role.ANNOTATOR):
        _release(project, membership.user_id, now=now)
    audit.note(person=membership.user, before=before, after=after)
    payload = {"actor": actor.pk, "user": membership.user_id, "before": before, "after": after}
    outbox.write(project, _kind(before["active"], after["active"]), payload, at=now)
    return membership


@transaction.atomic
def forget(membership: Membership, *, actor: User, now: datetime) -> bool:
    """End a membership and erase what a person left behind in words; say whether their account went too.

    Remarks, reasons of skips and comments on decisions are emptied; notes on events are the project's. Where
    the person belongs to no other project and is no administrator, name and password go, and nobody can log
    in to the account again. Labels stay under the account's number: the samples are made of them, and exports
    name nobody. Cannot be undone. Raises Conflict for the last manager.
    """
    membership = change(membership, active=False, actor=actor, now=now)
    project, user = membership.project, membership.user
    Flag.objects.filter(sentence__project=project, annotator=user).update(comment="")
    skipped = Assignment.objects.filter(project=project, annotator=user, state=Assignment.State.SKIPPED)
    skipped.update(skip_reason="")
    Adjudication.objects.filter(sentence__project=project, adjudicator=user).update(note="")
    # An account that administers the service is not a project's to close.
    closes = not (user.is_staff or Membership.objects.filter(user=user).exclude(pk=membership.pk).exists())
    audit.note(person=user, after={"active": False, "account_closed": closes})
    if not closes:
        return False
    user.username, user.first_name, user.last_name, user.email = f"removed-{user.pk}", "", "", ""
    user.is_active = user.is_staff = user.is_superuser = False
    user.set_unusable_password()
    user.save()
    Identity.objects.filter(user=user).delete()
    access_tokens.revoke_all(user)
    return True


def _managers(project: Project) -> QuerySet[Membership]:
    return Membership.objects.filter(project=project, role=Role.MANAGER, active=True)


def _kind(was_active: object, is_active: object) -> str:
    if was_active == is_active:
        return "membership.changed"
    return "membership.joined" if is_active else "membership.left"


def release_everything(user: User) -> None:
    """Give back all that a person holds, in every project: for log-out."""
    for project in Project.objects.filter(assignment__annotator=user, assignment__state="leased").distinct():
        _release(project, user.pk, now=clock.now(project))


def _release(project: Project, user_id: int, *, now: datetime) -> None:
    held = Assignment.objects.filter(project=project, annotator_id=user_id, state="leased")
    leases.release(held.values_list("pk", flat=True), annotator_id=user_id, now=now)

"""Forgotten passwords: a link by e-mail, by which a person sets a new one (docs/adr/0023).

Links are signed and not stored. Django's generator binds one to the account's password, e-mail address and
last log-in, so that it ends with its first use, and with any use of the password. Nothing that can be seen
from outside tells whether there is an account: the answer to asking is always the same, and what depends on
the account is done by a task.
"""

import logging
import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.crypto import salted_hmac

from annotation import audit, letters, people
from annotation.errors import NotFound, TooOften
from annotation.models import AuditEntry, ResetAsked
from config.lanes import send

log = logging.getLogger(__name__)

ASKED = "account.reset_asked"
WITHIN = timedelta(hours=1)
# From one address: people of one office may share it.
ASKED_AT_MOST = 20
# To one account, whoever asks: nobody's mailbox is filled, and each of the links goes on working.
MAILS_AT_MOST = 3
# Accounts that one e-mail address may belong to.
ACCOUNTS_AT_MOST = 10

_LINK = re.compile(r"([0-9]{1,9})\.([0-9a-z]+-[0-9a-f]+)")
_tokens = PasswordResetTokenGenerator()


def ask(account: str, *, address: str, now: datetime) -> None:
    """Have a link mailed to whom a user name or an e-mail address belongs. `now` is real time.

    Does the same for accounts that are not there; only the task then finds nothing to do. Raises TooOften for
    an address of the network that has asked too often.
    """
    _count(address, now=now)
    found = User.objects.filter(Q(username=account) | Q(email__iexact=account)).order_by("pk")
    send("annotation.tasks.send_reset_links", *found.values_list("pk", flat=True)[:ACCOUNTS_AT_MOST])


def _count(address: str, *, now: datetime) -> None:
    """Note that an address asks. Noted first and counted then: of several at once none is overlooked."""
    ResetAsked.objects.filter(at__lt=now - WITHIN).delete()
    hmac = salted_hmac("annotation.resets", address, algorithm="sha256").hexdigest()
    this = ResetAsked.objects.create(address_hmac=hmac, at=now)
    if ResetAsked.objects.filter(address_hmac=hmac).count() > ASKED_AT_MOST:
        # What is refused does not count, so that the others of the office wait no longer than an hour.
        this.delete()
        raise TooOften("reset_asked_too_often", minutes=WITHIN.seconds // 60)


def send_links(user_ids: Iterable[int], *, now: datetime, request_id: str = "") -> None:
    """Mail a link to each of these people who may have one. Twice the same is two mails, of at most a few."""
    for user_id in user_ids:
        user = _note_asking(user_id, now=now, request_id=request_id)
        if user is not None:
            _mail(user)


@transaction.atomic
def _note_asking(user_id: int, *, now: datetime, request_id: str) -> User | None:
    """Put the asking into the audit trail and return who gets the link; None for who gets none."""
    # The lock orders two tasks, or both would count one mail too few.
    user = User.objects.select_for_update(no_key=True).filter(pk=user_id).first()
    if user is None or not user.email or not people.has_password(user):
        return None
    before = AuditEntry.objects.filter(person=user, act=ASKED, at__gt=now - WITHIN)
    if before.count() >= MAILS_AT_MOST:
        return None
    with audit.recording(ASKED, actor=None, person=user, request_id=request_id):
        return user


def _mail(user: User) -> None:
    values = {
        "username": user.username,
        "site": settings.PUBLIC_URL,
        "minutes": settings.PASSWORD_RESET_TIMEOUT // 60,
        "link": make_link(user),
    }
    message = EmailMessage(
        letters.RESET_SUBJECT,
        letters.RESET_TEXT.format(**values),
        to=[user.email],
        headers={"Auto-Submitted": "auto-generated"},
    )
    try:
        message.send()
    except OSError as error:
        # What a mail server says may repeat the address; people stand in the log by number.
        code = getattr(error, "smtp_code", error.errno)
        log.error("the mail to account %s was not taken: %s %s", user.pk, type(error).__name__, code)


def make_link(user: User) -> str:
    """Return the address of the page; the secret stands behind the #, which no server is sent."""
    return f"{settings.PUBLIC_URL}/reset#{user.pk}.{_tokens.make_token(user)}"


def find_holder(secret: str) -> User:
    """Return whose link this is, by what stands behind its #. Raises NotFound for one that is over."""
    return _holder(User.objects.all(), secret)


@transaction.atomic
def set_password(secret: str, password: str) -> User:
    """Set a person's password by their link, which ends sessions and the link.

    Raises NotFound for a link that is over, BadInput for a password that is too weak.
    """
    # Under the lock: of two uses at once the second finds the link used.
    user = _holder(User.objects.select_for_update(no_key=True), secret)
    people.set_password(user, password)
    audit.note(person=user)
    return user


def _holder(found: QuerySet[User], secret: str) -> User:
    parts = _LINK.fullmatch(secret)
    if parts is None:
        raise NotFound("reset_over")
    user = found.filter(pk=int(parts[1])).first()
    if user is None or not people.has_password(user) or not _tokens.check_token(user, parts[2]):
        raise NotFound("reset_over")
    return user

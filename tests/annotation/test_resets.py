"""Links for forgotten passwords: who is mailed one, how often, and when a link is over."""

import socket
import threading
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User, update_last_login
from django.core import mail
from django.db import connection
from django.utils import timezone

from annotation import people, resets
from annotation.errors import BadInput, NotFound
from annotation.models import AuditEntry
from tests.factories import make_user
from tests.mailbox import link_in

pytestmark = pytest.mark.django_db
NEW = "ตัดคำทุกวันนะ9"


@pytest.fixture
def anong():
    return make_user("anong", email="anong@example.org")


def secret_of(user):
    return resets.make_link(user).partition("#")[2]


def test_the_mail_says_in_thai_and_english_what_to_do_and_leads_to_the_configured_address(anong):
    resets.send_links([anong.pk], now=timezone.now(), request_id="r-12345678")
    (letter,) = mail.outbox
    assert letter.to == ["anong@example.org"]
    assert letter.from_email == "Tatkham <no-reply@tatkham.example.org>"
    assert "ของบัญชี anong ที่ https://tatkham.example.org" in letter.body
    assert "The link works once, within 60 minutes." in letter.body
    assert resets.find_holder(link_in(letter.body).partition("#")[2]) == anong
    assert letter.message()["Auto-Submitted"] == "auto-generated"
    entry = AuditEntry.objects.get()
    assert (entry.act, entry.actor, entry.person, entry.request_id) == (
        resets.ASKED,
        None,
        anong,
        "r-12345678",
    )
    assert (entry.before, entry.after, entry.thing) == ({}, {}, "")


@pytest.mark.parametrize("fields", [{"is_active": False}, {"email": ""}, {"password": "!signs-on-elsewhere"}])
def test_who_has_no_address_no_password_or_no_account_any_more_gets_no_mail(anong, fields):
    secret = secret_of(anong)
    User.objects.filter(pk=anong.pk).update(**fields)
    resets.send_links([anong.pk, 0], now=timezone.now())
    assert mail.outbox == []
    assert not AuditEntry.objects.exists()
    with pytest.raises(NotFound):
        resets.find_holder(secret)


def test_where_passwords_are_for_staff_links_are_too(anong, settings):
    settings.PASSWORD_LOGIN = False
    staff = make_user("manee", email="manee@example.org", is_staff=True)
    resets.send_links([anong.pk, staff.pk], now=timezone.now())
    assert [letter.to for letter in mail.outbox] == [["manee@example.org"]]
    with pytest.raises(NotFound):
        resets.find_holder(secret_of(anong))


def test_an_account_gets_so_many_mails_an_hour_whoever_asks(anong):
    now = timezone.now()
    for _ in range(resets.MAILS_AT_MOST + 2):
        resets.send_links([anong.pk], now=now)
    assert len(mail.outbox) == AuditEntry.objects.count() == resets.MAILS_AT_MOST
    for letter in mail.outbox:
        assert resets.find_holder(link_in(letter.body).partition("#")[2]) == anong
    resets.send_links([anong.pk], now=now + timedelta(hours=1, minutes=1))
    assert len(mail.outbox) == resets.MAILS_AT_MOST + 1


def test_an_address_of_several_accounts_gets_a_mail_for_each(anong, django_capture_on_commit_callbacks):
    second = make_user("anong2", email="Anong@example.org")
    resets.send_links([anong.pk, second.pk], now=timezone.now())
    assert [letter.to for letter in mail.outbox] == [["anong@example.org"], ["Anong@example.org"]]
    with django_capture_on_commit_callbacks() as started:
        resets.ask("ANONG@example.org", address="203.0.113.5", now=timezone.now())
    assert started[0].args[1] == (anong.pk, second.pk)


def test_a_link_is_over_after_an_hour(anong):
    secret, now = secret_of(anong), timezone.now()
    with time_machine.travel(now + timedelta(minutes=59)):
        assert resets.find_holder(secret) == anong
    with (
        time_machine.travel(now + timedelta(minutes=61)),
        pytest.raises(NotFound, match="used or is too old"),
    ):
        resets.find_holder(secret)


@pytest.mark.parametrize(
    "act",
    [
        lambda user: people.set_password(user, NEW),
        lambda user: people.set_email(user, "another@example.org"),
        lambda user: update_last_login(User, user),
    ],
    ids=["password", "email", "log-in"],
)
def test_a_link_is_over_when_the_account_has_moved_on(anong, act):
    secret = secret_of(anong)
    act(anong)
    with pytest.raises(NotFound):
        resets.set_password(secret, NEW)


def test_a_link_of_another_account_or_none_opens_nothing(anong):
    token = secret_of(anong).partition(".")[2]
    other = make_user("boonmee", email="anong@example.org")
    made_up = [
        f"{other.pk}.{token}",
        f"{anong.pk}.{token[:-1]}0x",
        f"{anong.pk}.",
        token,
        "",
        "0.a-b",
        "๑.a-b",
    ]
    for secret in [*made_up, f"{'9' * 30}.{token}", f"{anong.pk}.{'z' * 13}-{'0' * 32}"]:
        with pytest.raises(NotFound):
            resets.find_holder(secret)


def test_a_weak_password_is_refused_for_its_reason(anong):
    with pytest.raises(BadInput) as refused:
        resets.set_password(secret_of(anong), "short")
    assert refused.value.why.code == "password_too_short"


def test_a_mail_server_that_is_away_is_logged_without_an_address(anong, settings, caplog):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = free.getsockname()
        resets.send_links([anong.pk], now=timezone.now())
    assert f"the mail to account {anong.pk} was not taken: ConnectionRefusedError" in caplog.text
    assert "example.org" not in caplog.text


@pytest.mark.django_db(transaction=True)
def test_of_two_who_use_a_link_at_once_one_sets_the_password():
    user = make_user("anong", email="anong@example.org")
    secret, both, found = secret_of(user), threading.Barrier(2), []

    def use(password):
        both.wait()
        try:
            resets.set_password(secret, password)
            found.append(password)
        except NotFound:
            found.append(None)
        finally:
            connection.close()

    threads = [threading.Thread(target=use, args=[f"{NEW}{number}"]) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (password,) = [one for one in found if one]
    assert len(found) == 2
    user.refresh_from_db()
    assert user.check_password(password)


@pytest.mark.django_db(transaction=True)
def test_a_task_of_workers_mails_nobody_twice_too_often(run_task, mailbox):
    user = make_user("anong", email="anong@example.org")
    for _ in range(resets.MAILS_AT_MOST + 1):
        run_task("annotation.tasks.send_reset_links", user.pk)
    assert len(mailbox.wait(resets.MAILS_AT_MOST)) == AuditEntry.objects.count() == resets.MAILS_AT_MOST

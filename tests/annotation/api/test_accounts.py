"""A person's own account over HTTP: password, e-mail address, and a password that was forgotten."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.utils import timezone
from rest_framework.test import APIClient

from annotation import access_tokens, resets
from annotation.api.addresses import client_address
from annotation.models import AccessToken, AuditEntry, Membership, ResetAsked
from tests.annotation.api.conftest import PASSWORD, log_in, post_marked
from tests.factories import make_user
from tests.mailbox import link_in

pytestmark = pytest.mark.django_db
NEW = "ตัดคำทุกวันนะ9"
EMAIL = "anong@example.org"


def change_password(browser, old, new=NEW):
    return post_marked(browser, "/api/password", {"old": old, "new": new})


def test_a_person_changes_their_password_and_goes_on_in_this_browser_only(people, browser):
    elsewhere = APIClient(enforce_csrf_checks=True)
    log_in(browser, people.annotator.username)
    log_in(elsewhere, people.annotator.username)
    access_tokens.make(people.annotator, now=timezone.now())
    assert change_password(browser, PASSWORD).status_code == 204
    assert browser.get("/api/session").status_code == 200
    assert elsewhere.get("/api/session").status_code == 401
    assert not AccessToken.objects.exists()
    assert log_in(elsewhere, people.annotator.username, NEW).status_code == 200


@pytest.mark.parametrize(("old", "new", "status"), [("wrong", NEW, 401), (PASSWORD, "123", 400)])
def test_a_password_is_changed_only_knowing_the_old_one_and_to_a_good_one(people, browser, old, new, status):
    log_in(browser, people.annotator.username)
    assert change_password(browser, old, new).status_code == status
    people.annotator.refresh_from_db()
    assert people.annotator.check_password(PASSWORD)


def test_a_manager_resets_a_password_of_people_nobody_else_answers_for(people, by):
    member = Membership.objects.get(user=people.annotator)
    reset = lambda: by(people.manager).post(  # noqa: E731
        people.path(f"/members/{member.pk}/password"), {"password": NEW}
    )
    assert reset().status_code == 204
    people.annotator.refresh_from_db()
    assert people.annotator.check_password(NEW)
    other = people.outsider.memberships.get().project
    Membership.objects.create(project=other, user=people.annotator, role="annotator")
    assert reset().status_code == 403
    Membership.objects.create(project=other, user=people.manager, role="manager")
    assert reset().status_code == 204
    User.objects.filter(pk=people.annotator.pk).update(is_staff=True)
    assert reset().status_code == 403


def change_email(browser, email, password=PASSWORD):
    return post_marked(browser, "/api/email", {"password": password, "email": email})


def test_a_person_sets_changes_and_removes_their_email_address(people, browser):
    log_in(browser, people.annotator.username)
    for email in (EMAIL, "another@example.org", ""):
        assert change_email(browser, email).status_code == 204
        assert browser.get("/api/session").json()["email"] == email
    told = [(entry.before, entry.after) for entry in AuditEntry.objects.order_by("pk")]
    assert told == [
        ({"email": False}, {"email": True}),
        ({"email": True}, {"email": True}),
        ({"email": True}, {"email": False}),
    ]
    entry = AuditEntry.objects.latest("pk")
    assert (entry.act, entry.actor, entry.person) == ("account.email_changed",) + 2 * (people.annotator,)


@pytest.mark.parametrize(
    ("email", "password", "status"),
    [(EMAIL, "wrong", 401), ("no address", PASSWORD, 400), ("a@b.org\nBcc: c@d.org", PASSWORD, 400)],
)
def test_an_email_address_needs_the_password_and_to_be_one(people, browser, email, password, status):
    log_in(browser, people.annotator.username)
    answer = change_email(browser, email, password)
    assert answer.status_code == status
    if status == 400:
        assert answer.json()["details"]["why"]["code"] == "field_email"
    people.annotator.refresh_from_db()
    assert people.annotator.email == ""


def test_nobody_sets_an_address_by_which_sign_on_would_know_an_account(people, browser, settings):
    settings.OIDC_MATCH_EMAIL = True
    log_in(browser, people.annotator.username)
    answer = change_email(browser, EMAIL)
    assert (answer.status_code, answer.json()["details"]["why"]["code"]) == (403, "email_by_administrator")
    assert browser.get("/api/sign-on").json()["takes_emails"] is False
    User.objects.filter(pk=people.annotator.pk).update(email=EMAIL)
    assert change_email(browser, "").status_code == 204


def test_the_page_is_told_who_has_a_password(people, by, settings):
    has_password = lambda: by(people.annotator).get("/api/session").json()["has_password"]  # noqa: E731
    assert has_password() is True
    settings.PASSWORD_LOGIN = False
    assert has_password() is False
    User.objects.filter(pk=people.annotator.pk).update(is_staff=True)
    assert has_password() is True


@pytest.fixture
def asked(people, by, django_capture_on_commit_callbacks):
    """Return a function that asks for a link and returns the answer and how many tasks that would start."""
    people.annotator.email = EMAIL
    people.annotator.save()

    def ask(account, **headers):
        with django_capture_on_commit_callbacks() as started:
            answer = by(None).post("/api/password/forgotten", {"account": account}, headers=headers)
        return answer, len(started)

    return ask


def test_asking_is_answered_alike_whoever_is_asked_for(people, asked):
    accounts = (
        people.annotator.username,
        EMAIL,
        EMAIL.upper(),
        people.second.username,
        "nobody",
        "no@example.org",
    )
    found = [asked(account) for account in accounts]
    assert {(answer.status_code, answer.content, started) for answer, started in found} == {(204, b"", 1)}
    assert ResetAsked.objects.count() == len(accounts)
    assert AuditEntry.objects.count() == 0


def test_an_address_of_the_network_asks_so_often_an_hour(people, asked):
    for _ in range(resets.ASKED_AT_MOST):
        assert asked("nobody")[0].status_code == 204
    refused, started = asked(people.annotator.username)
    assert (refused.status_code, refused.json()["code"], started) == (429, "throttled", 0)
    assert refused.json()["details"]["why"]["code"] == "reset_asked_too_often"
    assert ResetAsked.objects.count() == resets.ASKED_AT_MOST
    ResetAsked.objects.update(at=timezone.now() - timedelta(hours=1, seconds=1))
    assert asked(people.annotator.username)[0].status_code == 204
    assert ResetAsked.objects.count() == 1


@pytest.mark.parametrize(("proxies", "seen"), [(0, "127.0.0.1"), (1, "203.0.113.6"), (2, "203.0.113.5")])
def test_an_address_is_what_our_own_proxies_have_seen(rf, settings, proxies, seen):
    settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | {"NUM_PROXIES": proxies}
    assert client_address(rf.get("/", headers={"X-Forwarded-For": "203.0.113.5, 203.0.113.6"})) == seen


def test_without_mail_no_link_is_offered_and_none_is_sent(people, asked, by, settings):
    assert by(None).get("/api/sign-on").json()["reset_links"] is True
    settings.EMAIL_URL = ""
    answer, started = asked(people.annotator.username)
    assert (answer.status_code, answer.json()["details"]["why"]["code"], started) == (404, "reset_none", 0)
    assert by(None).get("/api/sign-on").json()["reset_links"] is False


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/password/forgotten", {"account": "somsri"}),
        ("/api/password/link", {"link": "1.a-b"}),
        ("/api/password/reset", {"link": "1.a-b", "password": NEW}),
    ],
)
def test_another_site_has_nobody_ask_for_a_link_or_use_one(people, browser, path, body):
    assert browser.post(path, body).status_code == 403
    browser.get("/api/session")
    assert post_marked(browser, path, body).status_code in (204, 404)


def mail_secret(user):
    """Mail a person a link, and return what stands behind its #."""
    User.objects.filter(pk=user.pk).update(email=EMAIL)
    resets.send_links([user.pk], now=timezone.now())
    return link_in(mail.outbox[0].body).partition("#")[2]


@pytest.fixture
def secret(people):
    return mail_secret(people.annotator)


def test_a_link_sets_a_password_once_and_ends_whatever_was_open(people, browser, by):
    log_in(browser, people.second.username)
    elsewhere = by(people.annotator)
    secret = mail_secret(people.annotator)
    access_tokens.make(people.annotator, now=timezone.now())
    assert elsewhere.get("/api/session").status_code == 200
    anybody = by(None)
    # Looking at it, as a mail server's scanner may, does not use it.
    for _ in range(2):
        opened = anybody.post("/api/password/link", {"link": secret})
        assert opened.json() == {"username": people.annotator.username}
    assert anybody.post("/api/password/reset", {"link": secret, "password": NEW}).status_code == 204
    assert elsewhere.get("/api/session").status_code == 401
    assert browser.get("/api/session").status_code == 200, "somebody else's session"
    assert not AccessToken.objects.exists()
    entry = AuditEntry.objects.get(act="account.password_reset")
    assert (entry.actor, entry.person, entry.project) == (None, people.annotator, None)
    assert secret.partition(".")[2] not in str([vars(entry) for entry in AuditEntry.objects.all()])
    for path, body in (("link", {}), ("reset", {"password": NEW + "9"})):
        over = anybody.post(f"/api/password/{path}", {"link": secret} | body)
        assert (over.status_code, over.json()["details"]["why"]["code"]) == (404, "reset_over")
    people.annotator.refresh_from_db()
    assert people.annotator.check_password(NEW)


@pytest.mark.parametrize(
    ("password", "why"),
    [("123", "both"), ("90817263549", "password_entirely_numeric"), (EMAIL, "password_too_similar")],
)
def test_a_weak_password_is_refused_and_the_link_goes_on_working(people, by, secret, password, why):
    anybody = by(None)
    weak = anybody.post("/api/password/reset", {"link": secret, "password": password})
    assert (weak.status_code, weak.json()["details"]["why"]["code"]) == (400, why)
    assert not AuditEntry.objects.filter(act="account.password_reset").exists()
    assert anybody.post("/api/password/reset", {"link": secret, "password": NEW}).status_code == 204


def test_a_new_password_opens_a_log_in_that_wrong_ones_had_closed(people, browser, secret):
    for _ in range(11):
        answer = log_in(browser, people.annotator.username, "wrong")
    assert answer.status_code == 429
    assert post_marked(browser, "/api/password/reset", {"link": secret, "password": NEW}).status_code == 204
    assert log_in(browser, people.annotator.username, NEW).status_code == 200


def test_the_managers_of_a_person_see_in_the_trail_what_was_asked_for_and_set(people, by, secret):
    by(None).post("/api/password/reset", {"link": secret, "password": NEW})
    trail = by(people.manager).get(people.path("/audit"), {"act": "account"}).json()["results"]
    assert [(row["act"], row["actor"], row["person"]["id"]) for row in trail] == [
        ("account.password_reset", None, people.annotator.pk),
        ("account.reset_asked", None, people.annotator.pk),
    ]


@pytest.mark.django_db(transaction=True)
def test_a_link_comes_by_mail_from_a_worker_and_lets_the_person_in(by, workers, mailbox, browser, settings):
    user = make_user("anong", email=EMAIL)
    make_user("somsri", email="somsri@example.org")
    anybody = by(None)
    asking = {"X-Request-ID": "asked-in-the-evening", "Host": "localhost"}
    assert anybody.post("/api/password/forgotten", {"account": "nobody"}).status_code == 204
    assert anybody.post("/api/password/forgotten", {"account": EMAIL}, headers=asking).status_code == 204
    (letter,) = mailbox.wait()
    assert (letter["To"], letter["From"]) == (EMAIL, "Tatkham <no-reply@tatkham.example.org>")
    secret = link_in(letter.get_content()).partition("#")[2]
    entry = AuditEntry.objects.get()
    assert (entry.act, entry.person, entry.request_id) == (resets.ASKED, user, "asked-in-the-evening")
    assert anybody.post("/api/password/reset", {"link": secret, "password": NEW}).status_code == 204
    assert log_in(browser, "anong", NEW).status_code == 200
    token = secret.partition(".")[2]
    written = [path.read_text(errors="ignore") for path in settings.HOME.logs.glob("*")]
    assert written
    assert [text for text in written if token in text or EMAIL in text] == []

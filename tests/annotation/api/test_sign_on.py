"""Signing in by an OpenID provider: a real one on loopback, asked as a browser would ask it."""

from datetime import timedelta

import pytest
import requests
from django.contrib.auth.models import User
from django.utils import timezone
from joserfc.jwk import RSAKey
from rest_framework.test import APIClient

from annotation import people as members
from annotation.models import Assignment, Identity, Membership
from tests.factories import make_invitation
from tests.openid_provider import CLIENT_ID, CLIENT_SECRET, OpenIdProvider

pytestmark = pytest.mark.django_db
PASSWORD = "ตัดคำตัดคำ"


@pytest.fixture
def provider(settings):
    provider = OpenIdProvider()
    settings.OIDC_ISSUER, settings.OIDC_NAME = provider.issuer, "มหาวิทยาลัย"
    settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = CLIENT_ID, CLIENT_SECRET
    yield provider
    provider.close()


def to_provider(browser, **query):
    """Begin to sign in; return where the provider sends the browser back to."""
    start = browser.get("/api/sign-on/start", query)
    assert start.status_code == 302, start.content
    return requests.get(start["Location"], allow_redirects=False, timeout=10).headers["Location"]


def sign_in(browser, **query):
    """Go the whole way; return the address that the browser ends at."""
    return browser.get(to_provider(browser, **query))["Location"]


def identify(user, provider, subject="person-1"):
    return Identity.objects.create(
        user=user, issuer=provider.issuer, subject=subject, created_at=timezone.now()
    )


def logged_in(browser):
    answer = browser.get("/api/session")
    return answer.json()["user"]["username"] if answer.status_code == 200 else None


def test_who_is_known_is_logged_in_and_comes_to_where_they_wanted(people, provider, browser):
    identify(people.annotator, provider)
    assert sign_in(browser, next="/projects/1") == "/projects/1"
    assert logged_in(browser) == people.annotator.username


def test_nobody_is_sent_to_another_site(people, provider, browser):
    identify(people.annotator, provider)
    assert sign_in(browser, next="https://example.org/") == "/"
    assert sign_in(browser, next="//example.org/") == "/"


def test_logging_out_gives_back_what_was_held(people, provider, browser):
    identify(people.annotator, provider)
    sign_in(browser)
    mark = {"X-CSRFToken": browser.get("/api/session").client.cookies["csrftoken"].value}
    assert browser.post(people.path("/next"), {"held": []}, headers=mark).status_code == 200
    assert Assignment.objects.filter(annotator=people.annotator, state="leased").exists()
    assert browser.delete("/api/session", headers=mark).status_code == 204
    assert not Assignment.objects.filter(annotator=people.annotator, state="leased").exists()
    assert logged_in(browser) is None


@pytest.mark.parametrize(
    "instead",
    [
        {"nonce": "of another attempt"},
        {"aud": "another service"},
        {"iss": "https://elsewhere.example"},
        {"exp": 1_000_000_000},
        {"sub": ""},
    ],
    ids=lambda claims: next(iter(claims)),
)
def test_a_token_that_is_not_for_this_attempt_logs_nobody_in(people, provider, browser, instead):
    identify(people.annotator, provider)
    provider.instead = instead
    assert sign_in(browser) == "/?refused=provider"
    assert logged_in(browser) is None


def test_a_token_signed_by_another_key_logs_nobody_in(people, provider, browser):
    identify(people.annotator, provider)
    provider.signing_key = RSAKey.generate_key(2048)
    assert sign_in(browser) == "/?refused=provider"
    assert logged_in(browser) is None


def test_an_answer_to_somebody_elses_attempt_logs_nobody_in(people, provider, browser):
    identify(people.annotator, provider)
    back = to_provider(APIClient())
    assert browser.get(back)["Location"] == "/?refused=provider"
    to_provider(browser)
    assert browser.get(back)["Location"] == "/?refused=provider"
    assert logged_in(browser) is None


def test_an_answer_counts_once(people, provider, browser):
    identify(people.annotator, provider)
    back = to_provider(browser)
    assert browser.get(back)["Location"] == "/"
    browser.logout()
    assert browser.get(back)["Location"] == "/?refused=provider"
    assert logged_in(browser) is None


def test_a_closed_account_stays_closed(people, provider, browser):
    identify(people.annotator, provider)
    User.objects.filter(pk=people.annotator.pk).update(is_active=False)
    assert sign_in(browser) == "/?refused=not_allowed"
    assert logged_in(browser) is None


def test_who_was_forgotten_is_not_known_any_more(people, provider, browser):
    identify(people.annotator, provider)
    membership = Membership.objects.get(user=people.annotator)
    members.forget(membership, actor=people.manager, now=timezone.now())
    assert sign_in(browser) == "/?refused=no_account"


def test_a_stranger_gets_no_account(people, provider, browser):
    before = User.objects.count()
    assert sign_in(browser) == "/?refused=no_account"
    assert (User.objects.count(), logged_in(browser)) == (before, None)


def test_a_stranger_with_an_invitation_joins_and_is_known_from_then_on(people, provider, browser):
    User.objects.create(username="anong")
    _, token = make_invitation(people.project, people.manager)
    assert sign_in(browser, invitation=token) == "/"
    joined = Identity.objects.get().user
    assert (joined.username, joined.first_name) == ("anong-2", "อนงค์ ใจดี")
    assert Membership.objects.get(user=joined).role == "annotator"
    assert not joined.has_usable_password()
    again = APIClient()
    sign_in(again)
    assert logged_in(again) == "anong-2"


def test_an_invitation_that_is_over_is_refused_before_the_provider_is_asked(people, provider, browser):
    _, token = make_invitation(people.project, people.manager)
    people.project.invitations.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert browser.get("/api/sign-on/start", {"invitation": token}).status_code == 404


def test_who_is_logged_in_gets_the_identity_bound_to_their_account(people, provider, by, browser):
    client = by(people.annotator).client
    client.defaults["HTTP_SEC_FETCH_SITE"] = "same-origin"
    assert sign_in(client) == "/"
    assert Identity.objects.get().user == people.annotator
    sign_in(browser)
    assert logged_in(browser) == people.annotator.username


@pytest.mark.parametrize("came_from", ["cross-site", "same-site", "none", None])
def test_another_site_binds_no_identity_to_who_is_logged_in(people, provider, by, came_from):
    client = by(people.annotator).client
    if came_from:
        client.defaults["HTTP_SEC_FETCH_SITE"] = came_from
    assert sign_in(client) == "/?refused=no_account"
    assert not Identity.objects.exists()


@pytest.mark.parametrize(
    ("match", "verified", "staff", "expected"),
    [
        (True, True, False, "/"),
        (False, True, False, "/?refused=no_account"),
        (True, False, False, "/?refused=no_account"),
        (True, "true", False, "/?refused=no_account"),
        (True, True, True, "/?refused=no_account"),
    ],
)
def test_an_e_mail_finds_an_account_only_if_verified_and_allowed(
    people, provider, browser, settings, match, verified, staff, expected
):
    User.objects.filter(pk=people.annotator.pk).update(email="Anong@example.org", is_staff=staff)
    settings.OIDC_MATCH_EMAIL = match
    provider.person |= {"email": "anong@example.org", "email_verified": verified}
    assert sign_in(browser) == expected
    assert Identity.objects.exists() == (expected == "/")


def test_a_provider_that_is_gone_is_said_so(people, provider, browser, settings):
    settings.OIDC_ISSUER = "http://127.0.0.1:9"
    assert browser.get("/api/sign-on/start")["Location"] == "/?refused=provider"


def test_without_a_provider_there_is_none(people, browser):
    ways = browser.get("/api/sign-on").json()
    assert (ways["passwords"], ways["provider"]) == (True, None)
    for path in ("start", "callback"):
        assert browser.get(f"/api/sign-on/{path}").status_code == 404


def test_passwords_can_be_left_to_staff(people, provider, browser, settings):
    settings.PASSWORD_LOGIN = False
    ways = browser.get("/api/sign-on").json()
    assert (ways["passwords"], ways["provider"]) == (False, "มหาวิทยาลัย")
    User.objects.filter(pk=people.manager.pk).update(is_staff=True)
    answers = {
        user: browser.post("/api/token", {"username": user.username, "password": PASSWORD}).status_code
        for user in (people.manager, people.annotator)
    }
    assert answers == {people.manager: 200, people.annotator: 401}
    browser.get("/api/session")
    newcomer = {"username": "newcomer", "password": "ตัดคำไทยให้ถูก"}
    mark = {"X-CSRFToken": browser.cookies["csrftoken"].value}
    joined = browser.post(
        f"/api/invitations/{make_invitation(people.project, people.manager)[1]}", newcomer, headers=mark
    )
    assert joined.status_code == 403

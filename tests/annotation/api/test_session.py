"""Logging in and out, by session and by token; forgery and guessing of passwords."""

from datetime import datetime, timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.models import User
from django.utils import timezone
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from annotation.models import Assignment, Membership
from tests.factories import make_user

pytestmark = pytest.mark.django_db
PASSWORD = "ตัดคำตัดคำ"


@pytest.fixture
def browser():
    """A browser as it is: cookies, and forgery checked."""
    return APIClient(enforce_csrf_checks=True)


def log_in(browser, username, password=PASSWORD):
    browser.get("/api/session")
    token = browser.cookies["csrftoken"].value
    return browser.post(
        "/api/session", {"username": username, "password": password}, headers={"X-CSRFToken": token}
    )


def test_logging_in_tells_who_one_is_and_where_one_belongs(people, browser):
    answer = log_in(browser, people.annotator.username)
    assert answer.status_code == 200
    session = answer.json()
    assert session["user"]["username"] == people.annotator.username
    assert session["memberships"] == [
        {
            "project": {"id": people.project.pk, "name": people.project.name, "paused": False},
            "role": "annotator",
        }
    ]
    assert browser.get("/api/session").json() == session


def test_a_log_in_without_the_mark_against_forgery_is_refused(people, browser):
    answer = browser.post("/api/session", {"username": people.annotator.username, "password": PASSWORD})
    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")


def test_a_request_of_a_session_without_the_mark_is_refused(people, browser):
    log_in(browser, people.annotator.username)
    assert browser.post(people.path("/next"), {"held": []}).status_code == 403
    mark = browser.cookies["csrftoken"].value
    answer = browser.post(people.path("/next"), {"held": []}, headers={"X-CSRFToken": mark})
    assert answer.status_code == 200


def test_a_wrong_password_and_an_unknown_name_are_answered_alike(people, browser):
    answers = [log_in(browser, name, "wrong") for name in (people.annotator.username, "nobody")]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert answers[0].json() == answers[1].json()
    assert answers[0].json()["details"]["why"]["code"] == "password_wrong"


def test_an_account_that_is_closed_cannot_log_in(people, browser):
    people.annotator.is_active = False
    people.annotator.save()
    assert log_in(browser, people.annotator.username).status_code == 401


def test_logging_out_frees_what_one_held(people, browser):
    log_in(browser, people.annotator.username)
    mark = {"X-CSRFToken": browser.cookies["csrftoken"].value}
    held = browser.post(people.path("/next"), {"held": []}, headers=mark).json()["work"]["assignment"]
    assert browser.delete("/api/session", headers=mark).status_code == 204
    assert Assignment.objects.get(pk=held).state == "released"
    assert browser.get("/api/session").status_code == 401


def test_a_program_works_by_token_until_it_is_revoked(people):
    program = APIClient(enforce_csrf_checks=True)
    token = program.post("/api/token", {"username": people.annotator.username, "password": PASSWORD}).json()
    program.credentials(HTTP_AUTHORIZATION=f"Token {token['token']}")
    assert program.post(people.path("/next"), {"held": []}).status_code == 200
    assert program.delete("/api/token").status_code == 204
    assert program.post(people.path("/next"), {"held": []}).status_code == 401
    assert not Token.objects.exists()


@pytest.mark.parametrize("path", ["/api/session", "/api/token"])
def test_guessing_a_password_is_stopped_for_that_name_only(people, browser, path):
    browser.get("/api/session")

    def guess(username, password):
        mark = {"X-CSRFToken": browser.cookies["csrftoken"].value}
        return browser.post(path, {"username": username, "password": password}, headers=mark)

    name = people.annotator.username
    answers = [guess(name, f"guess {number}").status_code for number in range(10)]
    assert answers[:9] == [401] * 9
    stopped = guess(name, PASSWORD)
    assert (stopped.status_code, stopped.json()["code"]) == (429, "throttled")
    assert stopped.json()["message"].endswith("Try again in 15 minutes.")
    assert guess(people.second.username, PASSWORD).status_code == 200
    AccessAttempt.objects.all().delete()
    assert guess(name, PASSWORD).status_code == 200


@pytest.mark.parametrize(
    ("asked", "language"),
    [("th-TH,th;q=0.9,en;q=0.8", "th"), ("en-GB,th;q=0.5", "en"), ("de", "en"), ("", "en")],
)
def test_the_language_is_the_first_of_ours_that_the_browser_asks_for(by, asked, language):
    caller = by(make_user())
    assert caller.get("/api/session", **{"Accept-Language": asked}).json()["language"] == language


def test_staff_accounts_may_create_projects(by, staff):
    assert by(staff).get("/api/session").json()["may_create_projects"] is True


NEW = "ตัดคำทุกวันนะ9"


def change_password(browser, old, new=NEW):
    mark = browser.cookies["csrftoken"].value
    return browser.post("/api/password", {"old": old, "new": new}, headers={"X-CSRFToken": mark})


def test_a_person_changes_their_password_and_goes_on_in_this_browser_only(people, browser):
    elsewhere = APIClient(enforce_csrf_checks=True)
    log_in(browser, people.annotator.username)
    log_in(elsewhere, people.annotator.username)
    Token.objects.create(user=people.annotator)
    assert change_password(browser, PASSWORD).status_code == 204
    assert browser.get("/api/session").status_code == 200
    assert elsewhere.get("/api/session").status_code == 401
    assert not Token.objects.exists()
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


def test_a_token_ends_by_itself_and_says_when(people, settings):
    settings.TOKEN_DAYS = 30
    answer = ask_for_token(people.annotator)
    made = Token.objects.get()
    assert datetime.fromisoformat(answer["expires_at"]) == made.created + timedelta(days=30)
    program = APIClient(headers={"Authorization": f"Token {answer['token']}"})
    for days, status in ((29.9, 200), (30.1, 401)):
        Token.objects.update(created=timezone.now() - timedelta(days=days))
        assert program.get("/api/session").status_code == status
    renewed = ask_for_token(people.annotator)
    assert renewed["token"] != answer["token"]
    assert ask_for_token(people.annotator) == renewed


def ask_for_token(user):
    return APIClient().post("/api/token", {"username": user.username, "password": PASSWORD}).json()

"""Logging in and out, forgery and guessing of passwords."""

import pytest
from axes.models import AccessAttempt

from annotation.models import Assignment
from tests.annotation.api.conftest import PASSWORD, log_in
from tests.factories import make_user

pytestmark = pytest.mark.django_db


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


def test_behind_a_proxy_a_name_is_closed_for_the_address_that_guessed_and_no_other(people, browser, settings):
    settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | {"NUM_PROXIES": 1}

    def log_in_from(address, password):
        # The first is what the caller says of itself; our proxy has put what it saw behind that.
        browser.defaults["HTTP_X_FORWARDED_FOR"] = f"203.0.113.77, {address}"
        return log_in(browser, people.annotator.username, password).status_code

    guesses = [log_in_from("203.0.113.5", "wrong") for _ in range(11)]
    assert guesses[-1] == 429
    assert log_in_from("203.0.113.6", PASSWORD) == 200


@pytest.mark.parametrize(
    ("asked", "language"),
    [("th-TH,th;q=0.9,en;q=0.8", "th"), ("en-GB,th;q=0.5", "en"), ("de", "en"), ("", "en")],
)
def test_the_language_is_the_first_of_ours_that_the_browser_asks_for(by, asked, language):
    caller = by(make_user())
    assert caller.get("/api/session", **{"Accept-Language": asked}).json()["language"] == language


def test_staff_accounts_may_create_projects(by, staff):
    assert by(staff).get("/api/session").json()["may_create_projects"] is True

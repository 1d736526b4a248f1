"""Access tokens: made, used, listed, revoked; what of them is kept, and what each is good for."""

import hashlib
import re
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from annotation import access_tokens, sql
from annotation.models import AccessToken, AuditEntry, Identity, Membership
from tests.factories import make_member, make_project
from tests.security.world import every_row

pytestmark = pytest.mark.django_db
PASSWORD = "ตัดคำตัดคำ"


def program(key):
    """Return a program that sends a key with each request."""
    return APIClient(enforce_csrf_checks=True, headers={"Authorization": f"Token {key}"})


def log_in(user, **wanted):
    """Return the answer to a program's log-in."""
    return APIClient().post("/api/token", {"username": user.username, "password": PASSWORD, **wanted})


def why(answer):
    return answer.status_code, answer.json()["details"]["why"]["code"]


def make(user, **wanted):
    return access_tokens.make(user, now=timezone.now(), **wanted)[1]


def test_a_program_works_by_token_until_it_is_revoked(people):
    key = log_in(people.annotator).json()["token"]
    other = log_in(people.annotator).json()["token"]
    assert program(key).post(people.path("/next"), {"held": []}).status_code == 200
    assert program(key).delete("/api/token").status_code == 204
    assert program(key).post(people.path("/next"), {"held": []}).status_code == 401
    assert program(other).get("/api/session").status_code == 200


def test_who_sends_no_token_revokes_none(people, by):
    make(people.annotator)
    assert why(by(people.annotator).delete("/api/token")) == (400, "token_not_sent")
    assert by(None).delete("/api/token").status_code == 401
    assert AccessToken.objects.count() == 1


def test_only_the_hash_of_a_key_is_kept_and_scanners_of_secrets_know_it(people, by, caplog):
    caplog.set_level("DEBUG")
    made = by(people.annotator).post("/api/tokens", {"name": "สคริปต์"}).json()["token"]
    keys = [made, log_in(people.annotator).json()["token"]]
    for key in keys:
        assert re.fullmatch(r"tatkham_[0-9a-f]{48}", key)
        assert program(key).get("/api/session").status_code == 200
        assert AccessToken.objects.filter(key_sha256=hashlib.sha256(key.encode()).hexdigest()).exists()
        assert not any(key in row for row in every_row())
        assert key not in caplog.text
    assert not any("สคริปต์" in str((entry.thing, entry.after)) for entry in AuditEntry.objects.all())


def test_a_token_made_on_the_page_is_listed_and_revoked_there(people, by):
    browser = by(people.annotator)
    wanted = {"name": "nightly", "scope": "read", "project": people.project.pk, "days": 7}
    made = browser.post("/api/tokens", wanted)
    assert made.status_code == 201
    key = made.json()["token"]
    listed = browser.get("/api/tokens").json()
    assert listed["longest_days"] == 90
    (row,) = listed["tokens"]
    assert made.json() == row | {"token": key}
    assert (row["name"], row["scope"], row["by_password"]) == ("nightly", "read", False)
    assert row["project"] == {"id": people.project.pk, "name": people.project.name, "paused": False}
    held = datetime.fromisoformat(row["expires_at"]) - datetime.fromisoformat(row["created_at"])
    assert held == timedelta(days=7)
    assert program(key).get(people.path("/guideline")).status_code == 200
    assert browser.delete(f"/api/tokens/{row['id']}").status_code == 204
    assert program(key).get(people.path("/guideline")).status_code == 401
    assert why(browser.delete(f"/api/tokens/{row['id']}")) == (404, "no_token")


def test_tokens_of_others_are_neither_listed_nor_revoked(people, by):
    make(people.annotator)
    other = by(people.manager)
    assert other.get("/api/tokens").json()["tokens"] == []
    assert why(other.delete(f"/api/tokens/{AccessToken.objects.get().pk}")) == (404, "no_token")
    assert AccessToken.objects.exists()


@pytest.mark.parametrize(("scope", "status"), [("read", 403), ("write", 200)])
def test_a_token_to_read_changes_nothing(people, scope, status):
    sent = program(log_in(people.annotator, scope=scope).json()["token"])
    assert sent.get(people.path("/history")).status_code == 200
    assert sent.head("/api/projects").status_code == 200
    answer = sent.post(people.path("/next"), {"held": []})
    assert answer.status_code == status
    if status == 403:
        assert why(answer) == (403, "token_is_read_only")


def test_a_token_for_a_project_is_good_for_nothing_else(people):
    elsewhere = make_member(make_project(), "annotator", people.annotator).project
    sent = program(log_in(people.annotator, project=people.project.pk).json()["token"])
    assert sent.post(people.path("/next"), {"held": []}).status_code == 200
    refused = (403, "token_is_for_one_project")
    assert why(sent.get(f"/api/projects/{elsewhere.pk}/history")) == refused
    assert why(sent.get("/api/session")) == refused
    assert why(sent.post("/api/password", {"old": PASSWORD, "new": "ตัดคำทุกวันนะ9"})) == refused
    assert why(sent.post("/api/projects", {"name": "อีกงาน"})) == refused
    assert [row["id"] for row in sent.get("/api/projects").json()] == [people.project.pk]


def test_nor_for_what_begins_in_it_and_reaches_beyond(people, staff):
    make_member(people.project, "manager", staff)
    sent = program(make(staff, project=people.project.pk))
    member = people.project.memberships.get(user=people.annotator)
    assert sent.patch(people.path(), {"round_size": 60}).status_code == 200
    refused = (403, "token_is_for_one_project")
    assert why(sent.post(people.path("/clone"), {"name": "อีกงาน"})) == refused
    reset = people.path(f"/members/{member.pk}/password")
    assert why(sent.post(reset, {"password": "ตัดคำทุกวันนะ9"})) == refused


def test_a_token_for_a_project_of_others_is_not_made(people, by):
    elsewhere = people.outsider.memberships.get().project_id
    assert why(by(people.annotator).post("/api/tokens", {"project": elsewhere})) == (404, "not_a_member")
    Membership.objects.filter(user=people.annotator).update(active=False)
    assert why(log_in(people.annotator, project=people.project.pk)) == (404, "not_a_member")
    assert not AccessToken.objects.exists()


def test_no_token_makes_lists_or_revokes_tokens(people):
    make(people.annotator)
    sent = program(make(people.annotator))
    assert why(sent.get("/api/tokens")) == (403, "token_for_tokens")
    assert why(sent.post("/api/tokens", {"days": 90})) == (403, "token_for_tokens")
    assert why(sent.delete(f"/api/tokens/{AccessToken.objects.first().pk}")) == (403, "token_for_tokens")
    assert AccessToken.objects.count() == 2


def test_no_token_binds_the_account_to_somebody_at_the_provider(people, settings):
    """Whoever is bound may log in, and is held to no scope then."""
    settings.OIDC_ISSUER = "http://127.0.0.1:9"
    sent = program(make(people.annotator, scope="read"))
    sent.get("/api/sign-on/start", headers={"Sec-Fetch-Site": "same-origin"})
    assert sent.session["sign_on"]["user"] is None
    assert not Identity.objects.exists()


def test_a_token_ends_by_itself_and_says_when(people, settings):
    settings.TOKEN_DAYS = 30
    answer = log_in(people.annotator, days=3).json()
    made = AccessToken.objects.get()
    assert datetime.fromisoformat(answer["expires_at"]) == made.created_at + timedelta(days=3)
    sent = program(answer["token"])
    assert sent.get("/api/session").status_code == 200
    AccessToken.objects.update(expires_at=timezone.now())
    assert sent.get("/api/session").status_code == 401
    assert why(log_in(people.annotator, days=31)) == (400, "token_days")


def test_a_shorter_time_counts_for_tokens_that_exist(people, by, settings):
    settings.TOKEN_DAYS = 30
    sent = program(log_in(people.annotator).json()["token"])
    AccessToken.objects.update(created_at=timezone.now() - timedelta(days=8))
    assert sent.get("/api/session").status_code == 200
    settings.TOKEN_DAYS = 7
    assert sent.get("/api/session").status_code == 401
    assert by(people.annotator).get("/api/tokens").json() == {"tokens": [], "longest_days": 7}


def test_expired_tokens_go_when_a_new_one_is_made(people):
    make(people.annotator)
    make(people.manager)
    AccessToken.objects.update(expires_at=timezone.now())
    make(people.annotator)
    assert AccessToken.objects.filter(user=people.annotator).count() == 1
    assert AccessToken.objects.filter(user=people.manager).count() == 1


def test_log_ins_make_room_and_what_was_made_on_the_page_stays(people, by, monkeypatch):
    monkeypatch.setattr(access_tokens, "MOST", 3)
    browser = by(people.annotator)
    kept = browser.post("/api/tokens").json()["token"]
    keys = [log_in(people.annotator).json()["token"] for _ in range(3)]
    # The first one is in use; the second one has not been heard of for longest.
    assert program(keys[0]).get("/api/session").status_code == 200
    keys.append(log_in(people.annotator).json()["token"])
    assert [program(key).get("/api/session").status_code for key in [kept, *keys]] == [
        200,
        200,
        401,
        200,
        200,
    ]
    for _ in range(2):
        assert browser.post("/api/tokens").status_code == 201
    assert why(browser.post("/api/tokens")) == (409, "tokens_full")
    assert AccessToken.objects.count() == 6


def test_use_is_noted_once_an_hour_and_costs_no_query_else(people):
    key = make(people.annotator)
    sent = program(key)
    with CaptureQueriesContext(
        connection,
    ) as first:
        sent.get("/api/projects")
    with CaptureQueriesContext(connection) as second:
        sent.get("/api/projects")
    assert [query["sql"] for query in first if "last_used_at" in query["sql"]] != []
    assert [query["sql"] for query in second if "accesstoken" in query["sql"]] == []
    used = AccessToken.objects.get().last_used_at
    assert used is not None
    AccessToken.objects.update(last_used_at=used - timedelta(hours=2))
    sent.get("/api/projects")
    assert AccessToken.objects.get().last_used_at >= used


def test_who_a_token_is_and_what_it_is_good_for_is_one_statement(people, monkeypatch):
    sent = program(make(people.annotator))
    sent.get("/api/projects")
    asked = []
    row = sql.row
    monkeypatch.setattr(sql, "row", lambda *given: asked.append(given[0]) or row(*given))
    with CaptureQueriesContext(connection) as others:
        sent.get("/api/projects")
    assert len(asked) == 1
    assert [query["sql"] for query in others if "auth_user" in query["sql"]] == []


def test_the_trail_has_what_was_made_on_the_page_and_the_first_log_in_of_a_day(people, by):
    browser = by(people.annotator)
    made = browser.post("/api/tokens", {"scope": "read"}).json()["id"]
    browser.delete(f"/api/tokens/{made}")
    for _ in range(3):
        log_in(people.annotator)
    entries = AuditEntry.objects.order_by("pk").values_list("act", "thing", "person")
    assert [entry[0] for entry in entries] == [
        "account.token_made",
        "account.token_revoked",
        "account.program_log_in",
    ]
    assert entries[0][1:] == (f"access token {made}", people.annotator.pk)
    assert AuditEntry.objects.earliest("pk").after["scope"] == "read"

"""What the site answers outside of the apps: the page, health, readiness, and addresses nobody serves."""

import pytest
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from config import csp, pages, readiness

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "address", ["/", "/api/health", "/api/nothing", "/assets/nothing.js", "/api/schema.json"]
)
def test_every_answer_carries_the_content_security_policy(client, address):
    assert client.get(address).headers["Content-Security-Policy"] == csp.POLICY


def test_the_policy_allows_nothing_inline_and_nothing_from_elsewhere():
    assert "unsafe" not in csp.POLICY
    assert "http" not in csp.POLICY
    assert csp.POLICY.startswith("default-src 'none'")


def test_any_address_of_the_front_end_gets_its_page_and_a_token_against_forgery(client, settings, tmp_path):
    settings.FRONTEND_DIST = tmp_path
    (tmp_path / "index.html").write_text("<title>ตัดคำ</title>")
    for address in ("/", "/annotate", "/projects/3/curves"):
        answer = client.get(address)
        assert answer.content.decode() == "<title>ตัดคำ</title>"
        assert "csrftoken" in answer.cookies
        assert "no-store" in answer.headers["Cache-Control"]


def test_a_front_end_that_was_not_built_is_named_with_the_command_that_builds_it(client, settings, tmp_path):
    settings.FRONTEND_DIST = tmp_path
    answer = client.get("/")
    assert answer.status_code == 503
    assert "python3 manage.py" in answer.content.decode()


def test_an_unknown_address_of_the_api_answers_in_the_apis_error_shape(client):
    answer = client.get("/api/nothing")
    assert answer.status_code == 404
    problem = answer.json()
    assert (problem["code"], problem["message"]) == ("not_found", "There is nothing at this address.")
    assert problem["details"]["why"]["code"] == "nothing_here"


def test_an_error_nobody_foresaw_shows_nothing_of_itself(rf):
    answer = pages.server_error(rf.get("/api/projects"))
    assert answer.status_code == 500
    assert b"Traceback" not in answer.content


def test_health_asks_nothing_of_the_database(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert Client().get("/api/health").json() == {"status": "ok"}


def test_readiness_asks_database_tables_and_broker(django_assert_num_queries):
    said = {"status": "ok", "database": "ok", "migrations": "ok", "broker": "ok"}
    assert Client().get("/api/ready").json() == said
    # That the tables are up to date is known by now.
    with django_assert_num_queries(1):
        assert Client().get("/api/ready").json() == said


def test_tables_that_are_not_up_to_date_are_not_ready(client, monkeypatch):
    monkeypatch.setattr(readiness, "_migrated", False)
    MigrationRecorder.Migration.objects.filter(app="learner").delete()
    answer = client.get("/api/ready")
    assert (answer.status_code, answer.json()["migrations"]) == (503, "missing")


def test_a_broker_that_is_away_is_told_and_takes_nobody_out(client, settings):
    settings.REDIS_URL = "unix:///nowhere/valkey.sock"
    answer = client.get("/api/ready")
    assert (answer.status_code, answer.json()["broker"]) == (200, "unreachable")


def test_the_page_and_the_health_answers_are_read_only(client):
    for address in ("/", "/api/health", "/api/ready"):
        assert client.post(address).status_code == 405

"""No page of another site acts for somebody logged in, and every answer says how browsers may use it."""

import pytest
from rest_framework.test import APIClient

from tests.security.test_roles import FORMS, PEOPLE, ROWS, body_of
from tests.security.world import every_row

CHANGING = [row for row in ROWS if row[0] != "GET"]
# Its file takes a trained model: tests/learner/test_export_model.py looks at what it is sent with.
WITHOUT_A_FILE = {"P/rounds/{round_id}/package/file"}


@pytest.mark.parametrize(
    ("method", "path", "statuses"), CHANGING, ids=[f"{row[0]} {row[1]}" for row in CHANGING]
)
def test_a_session_changes_nothing_without_the_mark_against_forgery(worlds, method, path, statuses):
    person = next((one for one in PEOPLE if statuses[one] < 400), "manager")
    user, operation = worlds.own.people[person], f"{method} {path}"
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(user)
    before = every_row()
    form = {"format": "multipart"} if operation in FORMS else {}
    answer = getattr(client, method.lower())(worlds.own.fill(path), body_of(operation, user), **form)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
    assert every_row() == before


@pytest.mark.parametrize("path", [row[1] for row in ROWS if row[0] == "GET"])
def test_every_answer_says_how_browsers_may_use_it(worlds, path):
    client = APIClient()
    person = "annotator" if "/assignments/" in path or path in ("P/history", "P/practice") else "manager"
    client.force_login(worlds.own.people[person])
    answer = client.get(worlds.own.fill(path), body_of(f"GET {path}", None))
    headers = answer.headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    if path.startswith("P"):
        assert headers["Cache-Control"] == "private, no-cache"
    if path.endswith("/file") and path not in WITHOUT_A_FILE:
        assert headers["Content-Disposition"].startswith("attachment")
        assert headers["Content-Type"].partition(";")[0] in ("application/zip", "text/csv")
        b"".join(answer.streaming_content if answer.streaming else [])

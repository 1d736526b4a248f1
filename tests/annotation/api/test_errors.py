"""Whatever goes wrong, the answer has one shape."""

import errno

import pytest
from rest_framework.exceptions import Throttled
from rest_framework.test import APIClient

from annotation.api.errors import handle

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("method", "path", "body", "content_type", "status", "code"),
    [
        ("post", "/next", "{", "application/json", 400, "bad_input"),
        ("post", "/next", "[]", "application/json", 400, "bad_input"),
        ("post", "/next", '"held"', "application/json", 400, "bad_input"),
        ("post", "/next", "held=1", "application/x-www-form-urlencoded", 415, "unsupported_media_type"),
        ("post", "/next", '{"held": ["' + "x" * 5_000_000 + '"]}', "application/json", 413, "too_large"),
        ("post", "/next", b'{"held": ["\xff"]}', "application/json", 400, "bad_input"),
        ("delete", "/next", "", "application/json", 405, "method_not_allowed"),
        ("options", "/next", "", "application/json", 405, "method_not_allowed"),
        ("get", "/history?limit=0", "", "application/json", 400, "bad_input"),
        ("get", "/history?before=x", "", "application/json", 400, "bad_input"),
    ],
)
def test_each_error_has_the_one_shape(people, by, method, path, body, content_type, status, code):
    client = by(people.annotator).client
    answer = client.generic(method.upper(), people.path(path), body, content_type=content_type)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.content
    assert answer.json().keys() == {"code", "message", "details"}
    assert answer.json()["message"] == answer.json()["details"]["why"]["text"]


def test_what_the_framework_refuses_is_said_as_a_reason(people, by):
    nobody, browser = APIClient(), APIClient(enforce_csrf_checks=True)
    browser.force_login(people.annotator)
    program = APIClient(headers={"Authorization": "Token 0123"})
    path = people.path("/next")
    answers = [caller.post(path, {}) for caller in (nobody, program, browser)]
    said = [(answer.status_code, answer.json()["details"]["why"]["code"]) for answer in answers]
    assert said == [(401, "not_logged_in"), (401, "token_wrong"), (403, "forgery_mark")]
    assert [answer.headers.get("WWW-Authenticate") for answer in answers] == ["Token", "Token", None]


def test_a_throttled_request_is_said_as_a_reason():
    answer = handle(Throttled(), {})
    assert (answer.status_code, answer.data["details"]["why"]["code"]) == (429, "too_often")


def test_a_project_number_beyond_all_numbers_is_not_found(people, by):
    assert by(people.annotator).client.get(f"/api/projects/{10**30}/guideline").status_code == 404


def test_an_error_nobody_foresaw_is_left_to_be_logged():
    assert handle(ZeroDivisionError(), {}) is None


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_full_disk_is_told(number):
    answer = handle(OSError(number, "full"), {})
    assert (answer.status_code, answer.data["code"]) == (507, "no_space")


def test_another_error_of_the_system_is_one_nobody_foresaw():
    assert handle(OSError(errno.EIO, "broken"), {}) is None

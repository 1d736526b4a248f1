"""People who call the API, each with a browser of their own; every answer is held against the schema."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import jsonschema
import pytest
from django.contrib.auth.models import User
from django.urls import resolve
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

from annotation.models import Project
from tests.factories import make_corpus, make_member, make_project, make_user


@dataclass
class People:
    """A project with one person of each role, and an outsider who manages another project."""

    project: Project
    manager: User
    annotator: User
    second: User
    adjudicator: User
    outsider: User

    def path(self, rest: str = "") -> str:
        return f"/api/projects/{self.project.pk}{rest}"


@pytest.fixture
def people(db: None) -> People:
    project = make_project(overlap_share=0, holdout_serve_share=0)
    make_corpus(project, 12)
    outsider = make_member(make_project(), "manager").user
    roles = ("manager", "annotator", "annotator", "adjudicator")
    return People(project, *(make_member(project, role).user for role in roles), outsider)


@pytest.fixture
def staff(db: None) -> User:
    return make_user(is_staff=True)


PASSWORD = "ตัดคำตัดคำ"
"""Of every account that the factories make."""


@pytest.fixture
def browser() -> APIClient:
    """A browser as it is: cookies, and forgery checked."""
    return APIClient(enforce_csrf_checks=True)


def log_in(browser: APIClient, username: str, password: str = PASSWORD) -> Any:
    """Log in by the form, and return the answer."""
    browser.get("/api/session")
    return post_marked(browser, "/api/session", {"username": username, "password": password})


def post_marked(browser: APIClient, path: str, body: Any) -> Any:
    """Send what a page sends, with the mark against forgery that it has got before."""
    return browser.post(path, body, headers={"X-CSRFToken": browser.cookies["csrftoken"].value})


class Caller:
    """One person's browser."""

    def __init__(self, user: User | None) -> None:
        # An error nobody foresaw is answered as 500, as it is in earnest.
        self.client = APIClient(raise_request_exception=False)
        if user is not None:
            self.client.force_login(user)

    def get(self, path: str, query: Any = None, **headers: str) -> Any:
        return self._checked(self.client.get(path, query, headers=headers))

    def post(self, path: str, body: Any = None, **options: Any) -> Any:
        return self._checked(self.client.post(path, {} if body is None else body, **options))

    def patch(self, path: str, body: Any) -> Any:
        return self._checked(self.client.patch(path, body))

    def delete(self, path: str) -> Any:
        return self._checked(self.client.delete(path))

    def _checked(self, response: Any) -> Any:
        request = response.request
        check_against_schema(request["PATH_INFO"], request["REQUEST_METHOD"].lower(), response)
        if response.streaming:
            # Read to its end a file is closed. response.close() would end the connection the test lives on.
            response.body = b"".join(response.streaming_content)
        return response


@pytest.fixture
def by(db: None) -> type[Caller]:
    """Return what makes a browser of a person; `by(None)` is somebody not logged in."""
    return Caller


def check_against_schema(path: str, method: str, response: Any) -> None:
    """Fail where an answer is not what the OpenAPI schema says of its operation and status."""
    route = re.sub(r"<\w+:(\w+)>", r"{\1}", "/" + resolve(path).route)
    operation = openapi()["paths"][route].get(method)
    if operation is None:
        assert response.status_code == 405
        return
    described = operation["responses"].get(str(response.status_code)) or operation["responses"]["default"]
    if str(response.status_code) not in operation["responses"]:
        assert response.status_code >= 400
    kinds = described.get("content", {})
    kind = response.headers.get("Content-Type", "").partition(";")[0]
    assert kind in kinds or not kinds, f"{kind} is none of {list(kinds)}"
    schema = kinds.get(kind, {}).get("schema")
    if kind == "application/json":
        jsonschema.validate(response.json(), schema | {"components": openapi()["components"]})


@lru_cache(maxsize=1)
def openapi() -> dict[str, Any]:
    """Return the schema as JSON Schema understands it, with nothing in an answer left undescribed."""
    return _strict(SchemaGenerator().get_schema(request=None, public=True))


def _strict(node: Any) -> Any:
    if isinstance(node, list):
        return [_strict(one) for one in node]
    if not isinstance(node, dict):
        return node
    node = {name: _strict(value) for name, value in node.items()}
    if node.get("type") == "object" and "properties" in node:
        node.setdefault("additionalProperties", False)
    if node.pop("nullable", False):
        return {"anyOf": [node, {"type": "null"}]}
    return node

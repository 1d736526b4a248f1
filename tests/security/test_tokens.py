"""What a token is good for, for every operation of the role table: never for more than its person is."""

import re
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from annotation import access_tokens
from annotation.models import Membership
from tests.security.test_roles import FORMS, ROWS, body_of
from tests.security.world import World, every_row, undone

# Django answers these without asking who calls.
OPEN = {"GET /health", "GET /ready", "GET /metrics"}
# Views that mind a token's project by themselves; everybody may give up a token.
FOR_EVERY_TOKEN = {"GET /projects", "DELETE /token"}
# Below a project, and beyond it all the same.
BEYOND = {"POST P/clone", "POST P/members/{membership_id}/password"}
# Of the session alone.
OF_SESSION = {"GET /tokens", "POST /tokens", "DELETE /tokens/{token_id}"}
# Who is logged in by a session is nobody there when a token is sent; the token is not read.
SIGN_ON = {"GET /sign-on/start", "GET /sign-on/callback"}
# That somebody looked at a result is a fact of the experiment, whoever looks.
LOOKS = {"GET P/curves", "GET P/reports/{report_id}/file"}
PEOPLE = ("manager", "annotator", "adjudicator", "staff")


def send(user: Any, key: str, operation: str, address: str) -> Any:
    """Send a row's request as a program of the person would."""
    client = APIClient(headers={"Authorization": f"Token {key}"}, raise_request_exception=False)
    form = {"format": "multipart"} if operation in FORMS else {}
    answer = getattr(client, operation.split()[0].lower())(address, body_of(operation, user), **form)
    if answer.streaming:
        b"".join(answer.streaming_content)
    return answer


def key_of(user: Any, world: World | None = None, scope: str = "write") -> str:
    project = world and world.project.pk
    return access_tokens.make(user, scope=scope, project=project, now=timezone.now())[1]


def why(answer: Any) -> str:
    return answer.json()["details"]["why"]["code"]


OPERATIONS = [
    (f"{method} {path}", path, statuses)
    for method, path, statuses in ROWS
    if f"{method} {path}" not in OPEN | SIGN_ON
]
NAMES = [operation for operation, _, _ in OPERATIONS]


@pytest.mark.parametrize(("operation", "path", "statuses"), OPERATIONS, ids=NAMES)
def test_a_token_to_read_reads_what_its_person_may_and_changes_nothing(worlds, operation, path, statuses):
    address = worlds.own.fill(path)
    for person in PEOPLE:
        with undone():
            user = worlds.own.people[person]
            key = key_of(user, scope="read")
            before = every_row()
            answer = send(user, key, operation, address)
            if operation == "DELETE /token":
                assert answer.status_code == 204
                continue
            changed = before ^ every_row()
            looked = {row for row in changed if operation in LOOKS and '"curves.viewed"' in row}
            assert changed == looked, f"{person} changed something by a token to read"
            if not operation.startswith("GET"):
                assert (answer.status_code, why(answer)) == (403, "token_is_read_only")
            elif operation in OF_SESSION:
                assert (answer.status_code, why(answer)) == (403, "token_for_tokens")
            else:
                assert answer.status_code == statuses[person]


@pytest.mark.parametrize(("operation", "path", "statuses"), OPERATIONS, ids=NAMES)
def test_a_token_for_another_project_is_good_for_nothing_here(worlds, operation, path, statuses):
    address = worlds.own.fill(path)
    for person in PEOPLE:
        with undone():
            user = worlds.own.people[person]
            Membership.objects.create(project=worlds.other.project, user=user, role="manager")
            key = key_of(user, worlds.other)
            before = every_row()
            answer = send(user, key, operation, address)
            if operation == "DELETE /token":
                assert answer.status_code == 204
                continue
            assert every_row() == before, f"{person} changed something by a token for another project"
            if operation == "GET /projects":
                assert [row["id"] for row in answer.json()] == [worlds.other.project.pk]
            else:
                assert (answer.status_code, why(answer)) == (403, "token_is_for_one_project")


BELOW = [row for row in OPERATIONS if re.match("P(/|$)", row[1])]


@pytest.mark.parametrize(("operation", "path", "statuses"), BELOW, ids=[row[0] for row in BELOW])
def test_a_token_for_the_project_does_there_what_its_person_may(worlds, operation, path, statuses):
    address = worlds.own.fill(path)
    for person in ("manager", "annotator", "adjudicator"):
        with undone():
            user = worlds.own.people[person]
            answer = send(user, key_of(user, worlds.own), operation, address)
            if operation in BEYOND:
                assert (answer.status_code, why(answer)) == (403, "token_is_for_one_project")
            else:
                assert answer.status_code == statuses[person]


@pytest.mark.parametrize("operation", sorted(SIGN_ON))
def test_a_token_says_nothing_where_one_signs_in(worlds, operation):
    user = worlds.own.people["manager"]
    answer = send(user, "no token at all", operation, worlds.own.fill(operation.split()[1]))
    assert answer.status_code == 404


def test_the_exceptions_are_these(worlds):
    """A view that takes every token, or shuts out those for a project, says so in the table above too."""
    from django.urls import get_resolver

    from tests.security.test_roles import operations

    found: dict[str, set[str]] = {"open_to_every_token": set(), "closed_to_project_tokens": set()}
    resolver = get_resolver()
    for method, path in operations(resolver.url_patterns):
        view = getattr(resolver.resolve(worlds.own.fill(path)).func, "view_class", None)
        for name, among in found.items():
            if method in getattr(view, name, ()):
                among.add(f"{method} {path}")
    assert found == {"open_to_every_token": FOR_EVERY_TOKEN, "closed_to_project_tokens": BEYOND}

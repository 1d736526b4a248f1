"""Who may call what. One table: a row for each operation of the service, a column for each kind of person.

`other` manages another project, `staff` administers the service and belongs to no project, `left` was an
annotator here, `closed` is a manager here whose account was closed.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import URLPattern, URLResolver, get_resolver

from annotation.models import Assignment, Membership
from tests.annotation.api.conftest import check_against_schema, openapi
from tests.security.world import PASSWORD, every_row, undone

# manager, annotator, adjudicator, other, staff, left, closed, anonymous: the columns, as in PEOPLE below.
TABLE = """
    GET    /health                                       200  200  200  200  200  200  200  200
    GET    /ready                                        200  200  200  200  200  200  200  200
    GET    /metrics                                      404  404  404  404  404  404  404  404
    GET    /schema.json                                  200  200  200  200  200  200  200  200
    GET    /session                                      200  200  200  200  200  200  401  401
    POST   /session                                      200  200  200  200  200  200  401  401
    DELETE /session                                      204  204  204  204  204  204  204  204
    GET    /sign-on                                      200  200  200  200  200  200  200  200
    GET    /sign-on/start                                404  404  404  404  404  404  404  404
    GET    /sign-on/callback                             404  404  404  404  404  404  404  404
    POST   /password                                     204  204  204  204  204  204  401  401
    POST   /password/forgotten                           204  204  204  204  204  204  204  204
    POST   /password/link                                404  404  404  404  404  404  404  404
    POST   /password/reset                               404  404  404  404  404  404  404  404
    POST   /email                                        204  204  204  204  204  204  401  401
    POST   /token                                        200  200  200  200  200  200  401  401
    DELETE /token                                        400  400  400  400  400  400  401  401
    GET    /tokens                                       200  200  200  200  200  200  401  401
    POST   /tokens                                       201  201  201  201  201  201  401  401
    DELETE /tokens/{token_id}                            404  204  404  404  404  404  401  401
    GET    /invitations/{token}                          200  200  200  200  200  200  200  200
    POST   /invitations/{token}                          409  409  409  201  201  409  201  201
    GET    /projects                                     200  200  200  200  200  200  401  401
    POST   /projects                                     403  403  403  403  201  403  401  401
    GET    P                                             200  403  403  404  404  403  401  401
    PATCH  P                                             200  403  403  404  404  403  401  401
    POST   P/clone                                       403  403  403  404  404  403  401  401
    POST   P/next                                        403  200  403  404  404  403  401  401
    POST   P/release                                     403  200  403  404  404  403  401  401
    POST   P/assignments/{assignment_id}/submit          403  200  403  404  404  403  401  401
    POST   P/assignments/{assignment_id}/skip            403  200  403  404  404  403  401  401
    POST   P/assignments/{assignment_id}/flag            403  201  403  404  404  403  401  401
    POST   P/assignments/{assignment_id}/renew           403  200  403  404  404  403  401  401
    GET    P/assignments/{assignment_id}/lookup          403  200  403  404  404  403  401  401
    GET    P/history                                     403  200  403  404  404  403  401  401
    GET    P/practice                                    403  200  403  404  404  403  401  401
    GET    P/comments                                    403  200  403  404  404  403  401  401
    GET    P/hours/own                                   403  200  403  404  404  403  401  401
    GET    P/guideline                                   200  200  200  404  404  403  401  401
    GET    P/guidelines                                  200  403  403  404  404  403  401  401
    POST   P/guidelines                                  201  403  403  404  404  403  401  401
    GET    P/members                                     200  403  403  404  404  403  401  401
    POST   P/members                                     201  403  403  404  404  403  401  401
    PATCH  P/members/{membership_id}                     200  403  403  404  404  403  401  401
    DELETE P/members/{membership_id}                     200  403  403  404  404  403  401  401
    POST   P/members/{membership_id}/password            204  403  403  404  404  403  401  401
    GET    P/members/hours                               200  403  403  404  404  403  401  401
    GET    P/members/accuracy                            200  403  403  404  404  403  401  401
    GET    P/invitations                                 200  403  403  404  404  403  401  401
    POST   P/invitations                                 201  403  403  404  404  403  401  401
    POST   P/invitations/{invitation_id}/revoke          200  403  403  404  404  403  401  401
    GET    P/corpora                                     200  403  403  404  404  403  401  401
    POST   P/corpora                                     202  403  403  404  404  403  401  401
    POST   P/corpora/preview                             200  403  403  404  404  403  401  401
    GET    P/corpora/{corpus_id}/sample                  200  403  403  404  404  403  401  401
    POST   P/corpora/{corpus_id}/withdraw                200  403  403  404  404  403  401  401
    GET    P/exports                                     200  403  403  404  404  403  401  401
    POST   P/exports                                     202  403  403  404  404  403  401  401
    GET    P/exports/preview                             200  403  403  404  404  403  401  401
    GET    P/exports/{export_id}/file                    200  403  403  404  404  403  401  401
    GET    P/agreement                                   200  403  403  404  404  403  401  401
    GET    P/disagreements                               200  403  200  404  404  403  401  401
    POST   P/sentences/{sentence_id}/adjudicate          201  403  201  404  404  403  401  401
    GET    P/audit                                       200  403  403  404  404  403  401  401
    GET    P/audit/file                                  200  403  403  404  404  403  401  401
    GET    P/webhooks                                    200  403  403  404  404  403  401  401
    POST   P/webhooks                                    201  403  403  404  404  403  401  401
    DELETE P/webhooks/{webhook_id}                       204  403  403  404  404  403  401  401
    POST   P/webhooks/{webhook_id}/test                  202  403  403  404  404  403  401  401
    GET    P/flags                                       200  403  403  404  404  403  401  401
    POST   P/flags/{flag_id}/resolve                     200  403  403  404  404  403  401  401
    GET    P/overview                                    200  403  403  404  404  403  401  401
    POST   P/clock                                       409  403  403  404  404  403  401  401
    GET    P/rounds                                      200  403  403  404  404  403  401  401
    POST   P/rounds                                      201  403  403  404  404  403  401  401
    POST   P/rounds/{round_id}/cancel                    409  403  403  404  404  403  401  401
    POST   P/rounds/{round_id}/restart                   200  403  403  404  404  403  401  401
    GET    P/rounds/{round_id}/package                   404  403  403  404  404  403  401  401
    GET    P/rounds/{round_id}/package/file              404  403  403  404  404  403  401  401
    POST   P/rounds/{round_id}/package                   404  403  403  404  404  403  401  401
    GET    P/curves                                      200  403  403  404  404  403  401  401
    GET    P/events                                      200  403  403  404  404  403  401  401
    POST   P/events                                      201  403  403  404  404  403  401  401
    PATCH  P/events/{event_id}                           200  403  403  404  404  403  401  401
    GET    P/events/file                                 200  403  403  404  404  403  401  401
    POST   P/events/file                                 201  403  403  404  404  403  401  401
    GET    P/repairs                                     200  403  403  404  404  403  401  401
    POST   P/repairs                                     201  403  403  404  404  403  401  401
    GET    P/bridges                                     200  403  403  404  404  403  401  401
    POST   P/bridges                                     409  403  403  404  404  403  401  401
    GET    P/guideline-bridges                           200  403  403  404  404  403  401  401
    POST   P/guideline-bridges                           409  403  403  404  404  403  401  401
    GET    P/guideline-bridges/preview                   409  403  403  404  404  403  401  401
    POST   P/guideline-bridges/{version}/switch          404  403  403  404  404  403  401  401
    GET    P/strategies                                  200  403  403  404  404  403  401  401
    GET    P/plans                                       200  403  403  404  404  403  401  401
    POST   P/plans                                       201  403  403  404  404  403  401  401
    POST   P/plans/lock                                  409  403  403  404  404  403  401  401
    GET    P/reports                                     200  403  403  404  404  403  401  401
    POST   P/reports                                     202  403  403  404  404  403  401  401
    GET    P/reports/{report_id}/file                    200  403  403  404  404  403  401  401
    GET    P/analysis/{name}                             200  403  403  404  404  403  401  401
"""
PEOPLE = ("manager", "annotator", "adjudicator", "other", "staff", "left", "closed", "anonymous")
ROWS = [
    (method, path, dict(zip(PEOPLE, map(int, statuses), strict=True)))
    for method, path, *statuses in map(str.split, TABLE.split("\n")[1:-1])
]
CODES = {400: "bad_input", 401: "not_authenticated", 403: "not_allowed", 404: "not_found", 409: "conflict"}
FORMS = {"POST P/corpora", "POST P/corpora/preview"}


def body_of(operation: str, user: Any) -> dict[str, Any]:
    """Return what a person sends, valid for somebody who may."""
    username = user.username if user else "nobody"
    newcomer = {"username": "newcomer", "password": "ตัดคำไทยให้ถูก"}
    bodies = {
        "POST /session": {"username": username, "password": PASSWORD},
        "POST /token": {"username": username, "password": PASSWORD},
        "POST /password": {"old": PASSWORD, "new": "ตัดคำไทยให้ถูกใหม่"},
        "POST /password/forgotten": {"account": username},
        "POST /password/link": {"link": f"{user.pk if user else 1}.made-up"},
        "POST /password/reset": {"link": f"{user.pk if user else 1}.made-up", "password": "ตัดคำไทยให้ถูกใหม่"},
        "POST /email": {"password": PASSWORD, "email": "somebody@example.org"},
        "POST /projects": {"name": "อีกงาน"},
        "POST /invitations/{token}": newcomer,
        "PATCH P": {"name": "ชื่อใหม่"},
        "POST P/clone": {"name": "อีกงาน"},
        "POST P/release": {"assignments": []},
        "POST P/assignments/{assignment_id}/submit": {
            "boundaries": [2],
            "client_key": "0b8e7a52-4f0e-4b0e-9a0a-0d6f3a1c7a11",
            "active_ms": 10,
            "key_actions": 1,
        },
        "POST P/assignments/{assignment_id}/skip": {"reason": "cut off", "active_ms": 10},
        "POST P/assignments/{assignment_id}/flag": {"comment": "คำผิด"},
        "GET P/assignments/{assignment_id}/lookup": {"string": "กิน"},
        "POST P/guidelines": {"text": "# กติกาใหม่"},
        "POST P/members": newcomer | {"role": "annotator"},
        "POST P/webhooks": {"url": "https://hooks.example.org/x", "kinds": ["round.closed"]},
        "PATCH P/members/{membership_id}": {"active": False},
        "POST P/members/{membership_id}/password": {"password": "ตัดคำไทยให้ถูกใหม่"},
        "POST P/invitations": {"role": "annotator"},
        "POST P/exports": {"format": "jsonl"},
        "POST P/sentences/{sentence_id}/adjudicate": {"boundaries": [3]},
        "POST P/clock": {"now": "2026-01-05T09:00:00Z"},
        "POST P/events": {"kind": "vendor.changed", "at": "2026-01-05T09:00:00Z", "note": "ใหม่"},
        "PATCH P/events/{event_id}": {"note": "a late thought"},
        "POST P/events/file": {"events": [{"kind": "vendor.changed", "at": "2026-01-05T09:00:00Z"}]},
        "POST P/repairs": {"sentences": 1},
        "POST P/bridges": {"model": "small"},
        "POST P/plans": {"note": "why"},
    }
    if operation in FORMS:
        return {"file": SimpleUploadedFile("a.txt", "ฝนตกหนัก\n".encode())}
    return bodies.get(operation, {})


def call(by: Any, user: Any, operation: str, address: str) -> Any:
    """Send a row's request as a person's browser would; the answer is held against the schema."""
    method = operation.split()[0]
    form = {"format": "multipart"} if operation in FORMS else {}
    # An account that is closed cannot log in any more; a session from before is what it has.
    answer = getattr(by(user).client, method.lower())(address, body_of(operation, user), **form)
    if re.sub(r"^/api|\?.*$", "", address) not in ("/health", "/ready", "/metrics", "/schema.json"):
        check_against_schema(address, method.lower(), answer)
    if answer.streaming:
        b"".join(answer.streaming_content)
    return answer


@pytest.mark.parametrize(("method", "path", "statuses"), ROWS, ids=[f"{row[0]} {row[1]}" for row in ROWS])
def test_each_person_may_do_what_the_table_says(worlds, by, method, path, statuses):
    address, found = worlds.own.fill(path), {}
    before = every_row()
    for person in PEOPLE:
        with undone():
            answer = call(by, worlds.own.people[person], f"{method} {path}", address)
            found[person] = answer.status_code
            if answer.status_code >= 400:
                assert answer.json()["code"] == CODES[answer.status_code]
                assert every_row() == before, f"{person} was refused and changed something all the same"
    assert found == statuses


def names_of(path: str) -> list[str]:
    return [name for name in re.findall(r"{(\w+)}", path) if name.endswith("_id")]


REACHING = [(method, path, statuses) for method, path, statuses in ROWS if names_of(path)]


@pytest.mark.parametrize(("method", "path", "statuses"), REACHING, ids=[f"{m} {p}" for m, p, _ in REACHING])
def test_things_of_another_project_are_not_there(worlds, by, method, path, statuses):
    """Also for somebody who belongs to both projects: the address names the project."""
    person = next((person for person in PEOPLE if statuses[person] not in (401, 403, 404)), "manager")
    user = worlds.own.people[person]
    (name,) = names_of(path)
    address = worlds.own.fill(path, **{name: worlds.other.names[name]})
    before = every_row()
    assert call(by, user, f"{method} {path}", address).status_code == 404
    assert every_row() == before
    Membership.objects.create(
        project=worlds.other.project, user=user, role=worlds.own.project.memberships.get(user=user).role
    )
    before = every_row()
    assert call(by, user, f"{method} {path}", address).status_code == 404
    assert every_row() == before


def operations(patterns: list[Any], prefix: str = "/") -> Iterator[tuple[str, str]]:
    """Yield (method, path) of everything below /api/ that the server answers."""
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from operations(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern) and route.startswith("/api/"):
            path = re.sub(r"<\w+:(\w+)>", r"{\1}", route.removeprefix("/api"))
            path = path.replace("/projects/{project_id}", "P")
            view = getattr(pattern.callback, "view_class", None)
            methods = [name for name in view.http_method_names if hasattr(view, name)] if view else ["get"]
            yield from ((name.upper(), path) for name in methods if name not in ("head", "options"))


def test_the_table_has_a_row_for_every_operation():
    assert sorted((method, path) for method, path, _ in ROWS) == sorted(
        operations(get_resolver().url_patterns)
    )


def test_every_operation_of_the_schema_is_in_the_table():
    described = {
        (method.upper(), path.removeprefix("/api").replace("/projects/{project_id}", "P"))
        for path, operations in openapi()["paths"].items()
        for method in operations
        if method in ("get", "post", "patch", "put", "delete")
    }
    assert described <= {(method, path) for method, path, _ in ROWS}


def test_another_annotators_assignment_is_out_of_reach(worlds, by):
    held, second = worlds.own.names["assignment_id"], by(worlds.own.people["second"])
    assert second.post(worlds.own.fill("P/assignments/{assignment_id}/renew")).status_code == 404
    assert second.post(worlds.own.fill("P/release"), {"assignments": [held]}).json() == {"released": 0}


def test_what_is_named_in_a_body_has_to_be_of_the_project_too(worlds, by):
    held = worlds.other.names["assignment_id"]
    user = worlds.other.people["annotator"]
    Membership.objects.create(project=worlds.own.project, user=user, role="annotator")
    answer = by(user).post(worlds.own.fill("P/release"), {"assignments": [held]})
    assert answer.json() == {"released": 0}
    assert Assignment.objects.get(pk=held).state == "leased"
    answer = by(user).get(worlds.own.fill("P/history"), {"before": str(worlds.other.names["assignment_id"])})
    assert answer.status_code in (200, 404)
    assert "sentences" not in answer.json() or answer.json()["sentences"] == []


def test_who_has_left_is_told_so(worlds, by):
    answer = by(worlds.own.people["left"]).post(worlds.own.fill("P/next"))
    assert (answer.status_code, answer.json()["details"]["reason"]) == (403, "inactive")

"""Requests made from the OpenAPI schema, right ones and wrong ones, as each kind of person.

Whatever comes: no 5xx, an answer in the shape and with a code that are described, no word of another project,
no row of another project changed, and nothing changed at all by what was refused.

Inputs follow from the schema alone (derandomized), so a run can be repeated. The default run makes a few for
each operation; `python3 manage.py test --slow tests/security` makes at least 10,000 wrong ones.
"""

import json
import random
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlsplit

import jsonschema
import pytest
import requests
import schemathesis
from django.urls import Resolver404
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from rest_framework.test import APIClient
from schemathesis import GenerationMode

from annotation.api.errors import CODES
from tests.annotation.api.conftest import check_against_schema
from tests.security.test_roles import ROWS
from tests.security.world import every_row, undone

MARK_OF_OTHER = "ความลับ"
# Codes of the domain, beside those that a status has by itself; docs/api.md lists all.
KNOWN_CODES = {*CODES.values(), "adjudicated", "revised_elsewhere", "bad_boundaries", "bad_file", "conflict"}
PEOPLE = ("manager", "annotator", "adjudicator", "other", "anonymous")
SERVER = "http://testserver"
SENT_BY_EVERYBODY = 5
# Two of three addresses name what is there; the others something of another project, or anything.
CHOICES = ("own", "own", "own", "own", "other", "made up")

SCHEMA = schemathesis.openapi.from_dict(
    json.loads(json.dumps(SchemaGenerator().get_schema(request=None, public=True), default=str))
)
OPERATIONS = {
    (one.method.upper(), one.path.removeprefix("/api").replace("/projects/{project_id}", "P")): one
    for one in (result.ok() for result in SCHEMA.get_all_operations())
}
# Bodies that no schema makes: no JSON, JSON of another shape, numbers and letters that programs trip over.
RAW = st.one_of(
    st.binary(max_size=40),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
        max_leaves=6,
    ).map(lambda value: json.dumps(value).encode()),
    st.sampled_from([b"[" * 3000, b'{"a":' * 3000, b"\xff\xfe", b"NaN", b"1e999", b'"\\ud800"', b"\x00"]),
)
KINDS = st.sampled_from(["application/json", "text/plain", "multipart/form-data; boundary=x", "", "x"])


def some_of(strategy: st.SearchStrategy[Any], count: int) -> list[Any]:
    """Return so many values, the same each time; fewer where there are no more."""
    found: list[Any] = []

    @settings(
        max_examples=count,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def keep(value: Any) -> None:
        found.append(value)

    # An operation without any input has nothing that could be wrong.
    with suppress(Unsatisfiable):
        keep()
    return found[:count]


def requests_of(method: str, path: str, mode: GenerationMode, count: int) -> list[requests.PreparedRequest]:
    """Return requests whose parameters and bodies keep the schema, or break it somewhere."""
    cases = some_of(OPERATIONS[method, path].as_strategy(generation_mode=mode), count)
    return [requests.Request(**case.as_transport_kwargs(base_url=SERVER)).prepare() for case in cases]


def raw_requests_of(method: str, path: str, count: int) -> list[requests.PreparedRequest]:
    """Return requests with bodies that were made without looking at the schema."""
    if method == "GET":
        return []
    address = SERVER + template_of(path).replace("{", "").replace("}", "")
    return [
        requests.Request(method, address, data=body, headers={"Content-Type": kind}).prepare()
        for body, kind in some_of(st.tuples(RAW, KINDS), count)
    ]


def template_of(path: str) -> str:
    """Return the address of a row of the table as the schema has it."""
    return "/api" + re.sub("^P", "/projects/{project_id}", path)


def address_of(request: requests.PreparedRequest, path: str, worlds: Any, lot: random.Random) -> str:
    """Return a request's address with real ids in most places of its path."""
    parts = urlsplit(str(request.url))
    steps = []
    for made_up, step in zip(parts.path.split("/"), template_of(path).split("/"), strict=False):
        name = step.strip("{}")
        # Whoever has the link of an invitation may use it, wherever it leads.
        choice = "own" if name == "token" else lot.choice(CHOICES)
        if not step.startswith("{") or choice == "made up":
            steps.append(step if not step.startswith("{") else made_up)
        else:
            world = getattr(worlds, choice)
            steps.append(str(world.project.pk if name == "project_id" else world.names[name]))
    return "/".join(steps) + (f"?{parts.query}" if parts.query else "")


class Prober:
    """One person who sends anything, and what every answer is held against."""

    def __init__(self, worlds: Any, person: str) -> None:
        self.client = APIClient(raise_request_exception=False)
        self.worlds, self.person = worlds, person
        user = worlds.own.people[person]
        if user is not None:
            self.client.force_login(user)
        self.cookies = self.client.cookies.output(header="", sep=";")
        self.before = every_row()

    def send(self, request: requests.PreparedRequest, address: str) -> int:
        """Send a request, take back what it did, and return the status of its answer."""
        # Logging out empties the browser's cookies.
        self.client.cookies = SimpleCookie(self.cookies)
        body = request.body.encode() if isinstance(request.body, str) else request.body or b""
        kind = request.headers.get("Content-Type", "application/json")
        method = str(request.method)
        shown = f"{self.person}: {method} {address} {kind} {body[:200]!r}"
        with undone():
            answer = self.client.generic(method, address, body, content_type=kind)
            content = b"".join(answer.streaming_content) if answer.streaming else answer.content
            assert answer.status_code < 500, f"{shown} -> {answer.status_code}"
            self.check_shape(method, answer, shown)
            self.check_reach(method, answer.status_code, content, shown)
        return answer.status_code

    def check_shape(self, method: str, answer: Any, shown: str) -> None:
        """Hold status, code and content against the schema and the list of codes."""
        try:
            check_against_schema(answer.request["PATH_INFO"], method.lower(), answer)
        except Resolver404:
            # A made-up id that is not even of the right kind: no operation answers there.
            assert answer.status_code == 404, shown
        except (AssertionError, jsonschema.ValidationError) as error:
            raise AssertionError(f"{shown} -> {answer.status_code}: {str(error)[:300]}") from None
        if answer.status_code >= 400:
            assert answer.json()["code"] in KNOWN_CODES, f"{shown} -> {answer.content[:200]!r}"

    def check_reach(self, method: str, status: int, content: bytes, shown: str) -> None:
        """See that nothing of the other project was told or changed, and nothing by what was refused."""
        if method != "GET":
            now = every_row()
            assert status < 400 or now == self.before, f"{shown} -> {status}, and rows changed"
            if self.person != "other":
                assert self.worlds.rows_of_other <= now, f"{shown} -> {status}, another project changed"
        if self.person != "other" and status < 400:
            assert MARK_OF_OTHER not in content.decode(errors="ignore"), f"{shown} told of another project"


def probe(worlds: Any, method: str, path: str, *, wrong: int, raw: int, right: int) -> tuple[int, list[str]]:
    """Send so many requests to one operation; return how many wrong inputs came to it, and what went wrong.

    Everybody sends the first few of each kind, the others only those whom the table lets through: to anybody
    else it is all one what they send.
    """
    statuses = next(row[2] for row in ROWS if row[:2] == (method, path))
    lot, failures, tried = random.Random(f"{method} {path}"), [], 0
    probers = [Prober(worlds, person) for person in PEOPLE]
    kinds = (
        (True, requests_of(method, path, GenerationMode.NEGATIVE, wrong)),
        (True, raw_requests_of(method, path, raw)),
        (False, requests_of(method, path, GenerationMode.POSITIVE, right)),
    )
    for is_wrong, made in kinds:
        for place, request in enumerate(made):
            address = address_of(request, path, worlds, lot)
            for prober in probers:
                is_let_in = statuses[prober.person] not in (401, 403, 404)
                if place < SENT_BY_EVERYBODY or is_let_in:
                    tried += is_wrong and is_let_in
                    with collected(failures):
                        prober.send(request, address)
    return tried, failures


@contextmanager
def collected(failures: list[str]) -> Iterator[None]:
    """Go on after a failure, and keep what it says."""
    try:
        yield
    except AssertionError as error:
        failures.append(str(error)[:500])


@pytest.mark.parametrize(("method", "path"), OPERATIONS, ids=[f"{row[0]} {row[1]}" for row in OPERATIONS])
def test_whatever_is_sent_is_answered_as_described(worlds, method, path):
    _, failures = probe(worlds, method, path, wrong=3, raw=1, right=1)
    assert not failures, "\n".join(failures[:6])


@pytest.mark.slow
def test_ten_thousand_wrong_inputs_are_answered_as_described(worlds):
    tried, failures = 0, []
    for method, path in OPERATIONS:
        more, found = probe(worlds, method, path, wrong=100, raw=45, right=15)
        tried, failures = tried + more, failures + found
    print(f"{tried:,} wrong inputs, {len(failures):,} answered otherwise than described")
    assert not failures, "\n".join(failures[:40])
    assert tried >= 10_000


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("P/events", {"kind": "a.b", "at": "0001-01-01T00:00:00Z"}),
        ("P/events", {"kind": "a.b", "at": "9999-12-31T23:59:59Z"}),
        ("P/events", {"kind": "a.b", "at": "2026-01-05T09:00:00Z", "before": {"a": ["\x00"]}}),
        ("P/events", {"kind": "a.b", "at": "2026-01-05T09:00:00Z", "after": {"\ud800": 1}}),
        (
            "P/events/file",
            {"events": [{"kind": "a.b", "at": "2026-01-05T09:00:00Z", "after": {"a": "\x00"}}]},
        ),
        ("P/events/file", {"csv": "kind,at\n" + "x" * 200_000}),
        ("P/plans", {"note": "\x00"}),
    ],
)
def test_what_the_database_or_the_calendar_cannot_hold_is_refused(worlds, by, path, body):
    manager, as_ascii = by(worlds.own.people["manager"]).client, json.dumps(body)
    answer = manager.post(worlds.own.fill(path), as_ascii, content_type="application/json")
    assert (answer.status_code, answer.json()["code"][:4]) == (400, "bad_")


def test_hours_may_be_asked_for_up_to_any_moment_but_the_first(worlds, by):
    manager, path = by(worlds.own.people["manager"]), worlds.own.fill("P/members/hours")
    assert manager.get(path, {"until": "0001-01-01T00:00:00Z"}).status_code == 400
    assert manager.get(path, {"until": "1900-01-01T00:00:00Z"}).json() == []

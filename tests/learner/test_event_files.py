"""Events to and from files: what is exported can be imported, all or nothing, nothing twice."""

import pytest

from learner import events
from learner.models import Event
from tests.factories import make_member, make_project

pytestmark = pytest.mark.django_db
AT = "2026-01-05T08:00:00+00:00"


@pytest.fixture
def project(desk):
    project = make_project()
    events.record(
        project, "vendor.changed", at=desk.now, before={"name": "ก"}, after={"name": "ข"}, note="a, “b”\nc"
    )
    return project


@pytest.fixture
def path(project):
    return f"/api/projects/{project.pk}/events/file"


@pytest.fixture
def manager(by, project):
    return by(make_member(project, "manager").user)


def test_an_export_as_csv_comes_back_into_another_project_as_it_was(by, manager, path):
    text = manager.client.get(path).content.decode()
    other = make_project()
    answered = by(make_member(other, "manager").user).post(
        f"/api/projects/{other.pk}/events/file", {"csv": text}
    )
    assert answered.json() == {"recorded": 1, "known": 0}
    first, second = Event.objects.order_by("pk")
    names = ("kind", "at", "until", "before", "after", "note")
    assert [getattr(first, name) for name in names] == [getattr(second, name) for name in names]
    assert (first.recorded_by, second.recorded_by) == ("software", "hand")


def test_an_export_as_json_is_read_too_and_nothing_is_recorded_twice(manager, path):
    rows = manager.client.get(path, {"kind": "json"}).json()["events"]
    body = {"events": [*rows, {"kind": "holiday.started", "at": AT}]}
    assert manager.post(path, body).json() == {"recorded": 1, "known": 1}
    assert manager.post(path, body).json() == {"recorded": 0, "known": 2}


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "Holiday", "at": AT},
        {"kind": "holiday.started"},
        {"kind": "holiday.started", "at": "tomorrow"},
        {"kind": "holiday.started", "at": AT, "until": "2025-01-01T00:00:00+00:00"},
        {"kind": "holiday.started", "at": AT, "before": "yes"},
    ],
)
def test_one_wrong_event_refuses_all_and_is_named(manager, path, wrong):
    answered = manager.post(path, {"events": [{"kind": "holiday.started", "at": AT}, wrong]})
    assert answered.status_code == 400
    details = answered.json()["details"]
    assert list(details) == ["event 2", "why"]
    assert (details["why"]["code"], details["why"]["values"]["place"]) == ("event_wrong", 2)
    assert Event.objects.count() == 1


@pytest.mark.parametrize("body", [{}, {"csv": "kind,at\n", "events": []}])
def test_a_file_is_one_of_two(manager, path, body):
    assert manager.post(path, body).status_code == 400


@pytest.mark.parametrize("role", ["annotator", "adjudicator"])
def test_nobody_else_reads_or_writes_them(by, project, path, role):
    caller = by(make_member(project, role).user)
    assert caller.get(path).status_code == 403
    assert caller.post(path, {"events": []}).status_code == 403


def test_to_an_outsider_there_are_none(by, path):
    assert by(make_member(make_project(), "manager").user).get(path).status_code == 404

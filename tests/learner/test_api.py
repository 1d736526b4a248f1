"""Rounds, curves and events over HTTP: who may, what comes back, what is refused."""

import pytest

from annotation.models import Project
from learner import events, rounds
from learner.holdout import read_holdout
from learner.models import Event
from tests.annotation.api.conftest import People
from tests.factories import make_member, make_project
from tests.learner.working import answer, make_loop, turn

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> People:
    """A project whose first round is due, with one person of each role, and an outsider."""
    project = make_loop()
    outsider = make_member(make_project(), "manager").user
    roles = ("manager", "annotator", "annotator", "adjudicator")
    return People(project, *(make_member(project, role).user for role in roles), outsider)


@pytest.fixture
def labelled(people, desk) -> Project:
    answer(desk, people.project.memberships.get(user=people.annotator), 30)
    return people.project


def closed(project, desk):
    return turn(rounds.open_if_due(project, now=desk.now))


def test_an_open_round_is_shown_and_a_second_one_refused(people, labelled, by):
    manager = by(people.manager)
    opened = manager.post(people.path("/rounds")).json()
    assert (opened["number"], opened["state"], opened["trigger"], opened["arms"]) == (1, "open", "hand", [])
    assert opened["progress"] == {"step": "freezing", "done": 0, "total": 1}
    refused = manager.post(people.path("/rounds"))
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    assert [row["id"] for row in manager.get(people.path("/rounds")).json()] == [opened["id"]]


def test_a_round_cannot_be_opened_before_there_is_anything_to_learn_from(people, by):
    assert by(people.manager).post(people.path("/rounds")).status_code == 409


def test_a_closed_round_tells_what_each_arm_had(people, labelled, by, desk):
    round_ = closed(labelled, desk)
    row = by(people.manager).get(people.path("/rounds")).json()[0]
    frozen = {arm.arm: arm for arm in round_.arms.all()}
    assert row["state"] == "closed"
    assert {arm["arm"]: (arm["annotations"], arm["clusters"], arm["drawn"]) for arm in row["arms"]} == {
        name: (arm.annotations, arm.clusters, len(arm.sentence_ids)) for name, arm in frozen.items()
    }
    assert row["config"]["strategy"] == "total_entropy_per_second"


def test_a_round_of_another_project_does_not_exist(people, labelled, by, desk):
    round_ = rounds.open_if_due(labelled, now=desk.now)
    theirs = people.outsider.memberships.get().project
    response = by(people.outsider).post(f"/api/projects/{theirs.pk}/rounds/{round_.pk}/cancel")
    assert response.status_code == 404
    round_.refresh_from_db()
    assert round_.state == "open"


def test_curves_have_a_point_a_round_and_arm_at_its_cost(people, labelled, by, desk):
    round_ = closed(labelled, desk)
    curves = by(people.manager).get(people.path("/curves")).json()
    assert [(point["round"], point["arm"]) for point in curves["points"]] == [(1, "active"), (1, "random")]
    random = round_.arms.get(arm="random")
    point = curves["points"][1]
    assert (point["annotations"], point["clusters"], point["seconds"]) == (
        random.annotations,
        random.clusters,
        random.seconds,
    )
    assert 0 <= point["metrics"]["word_f1"]["value"] <= 1
    assert (point["metrics"]["word_f1"]["low"], point["interval"]["terms"]) == (None, [])
    assert curves["holdout"] == read_holdout(labelled).counts()
    assert "round.closed" in [event["kind"] for event in curves["events"]]


def test_curves_of_a_new_project_are_empty(people, by):
    curves = by(people.manager).get(people.path("/curves")).json()
    assert (curves["points"], curves["events"]) == ([], [])
    assert curves["holdout"] == {"sentences": 6, "documents": 6, "done": 0}


def test_an_event_by_hand_names_who_recorded_it_and_can_only_be_remarked_on(people, by):
    manager = by(people.manager)
    sent = {
        "kind": "holiday.started",
        "at": "2026-04-13T00:00:00Z",
        "until": "2026-04-15T00:00:00Z",
        "note": "สงกรานต์",
    }
    recorded = manager.post(people.path("/events"), sent).json()
    assert recorded | sent == recorded
    assert recorded["actor"] == {"id": people.manager.pk, "username": people.manager.username}
    assert recorded["recorded_by"] == "hand"
    changed = manager.patch(
        people.path(f"/events/{recorded['id']}"), {"note": "a day longer", "kind": "x.y"}
    ).json()
    assert changed["note"] == "สงกรานต์\n\na day longer"
    assert changed["kind"] == "holiday.started"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "Holiday"}, "kind"),
        ({"kind": "holiday"}, "kind"),
        ({"at": "yesterday"}, "at"),
        ({"until": "2025-01-01T00:00:00Z"}, "until"),
    ],
)
def test_an_event_that_makes_no_sense_is_refused(people, by, change, field):
    body = {"kind": "holiday.started", "at": "2026-04-13T00:00:00Z", "note": ""} | change
    response = by(people.manager).post(people.path("/events"), body)
    assert response.status_code == 400
    assert field in response.json()["details"]
    assert not Event.objects.exists()


def test_events_are_listed_by_kind_family_and_time(people, by, desk):
    for kind in ("round.closed", "round.failed", "roundabout.built"):
        events.record(people.project, kind, at=desk.now)
        desk.wait(hours=1)
    manager = by(people.manager)

    def found(**query: str) -> list[str]:
        return [event["kind"] for event in manager.get(people.path("/events"), query).json()]

    assert found() == ["round.closed", "round.failed", "roundabout.built"]
    assert found(kind="round") == ["round.closed", "round.failed"]
    assert found(kind="round.failed") == ["round.failed"]
    assert found(after="2026-01-05T09:30:00Z") == ["round.failed", "roundabout.built"]


def test_the_strategies_are_those_a_project_may_choose(people, by):
    from annotation.projects import STRATEGIES

    rows = by(people.manager).get(people.path("/strategies")).json()
    assert [row["name"] for row in rows] == list(STRATEGIES)
    assert all(row["description"] for row in rows)


def test_the_overview_shows_the_latest_round_and_the_lag_and_says_when_nothing_changed(
    people, labelled, by, desk
):
    manager = by(people.manager)
    before = manager.get(people.path("/overview"))
    assert (before.json()["round"], before.json()["stale"]) == (None, None)
    closed(labelled, desk)
    after = manager.get(people.path("/overview"))
    assert after["ETag"] != before["ETag"]
    assert (after.json()["round"]["number"], after.json()["stale"]["labels"]) == (1, 0)
    again = manager.get(people.path("/overview"), **{"If-None-Match": after["ETag"]})
    assert again.status_code == 304

"""The clock of a rehearsal: it moves when told, and what is due by time is done then."""

from datetime import timedelta

import pytest

from annotation.models import Assignment, Project
from learner import rounds, simulated_time, tasks
from learner.models import Event, Round
from tests.factories import make_member, make_project, make_user
from tests.learner.working import later, turn

pytestmark = pytest.mark.django_db
START = "2026-01-05T08:00:00+00:00"
SEED = "ab" * 32


@pytest.fixture
def rehearsal(loop, desk):
    loop.simulated_now = desk.now
    loop.save()
    return loop


def test_staff_make_a_rehearsal_with_its_clock_and_seed(by):
    body = {"name": "ซ้อม", "rehearsal": {"now": START, "seed": SEED}}
    made = by(make_user(is_staff=True)).post("/api/projects", body)
    project = Project.objects.get(pk=made.json()["id"])
    assert (project.simulated_now.isoformat(), project.seed) == (START, SEED)


def test_a_seed_of_another_shape_is_refused(by):
    body = {"name": "ซ้อม", "rehearsal": {"now": START, "seed": "1"}}
    assert by(make_user(is_staff=True)).post("/api/projects", body).status_code == 400


def test_leases_lapse_by_the_simulated_clock(rehearsal, desk):
    held = desk.claim(make_member(rehearsal))
    simulated_time.advance(rehearsal, to=desk.now + timedelta(seconds=rehearsal.lease_seconds - 1))
    assert Assignment.objects.get(pk=held.pk).state == "leased"
    simulated_time.advance(rehearsal, to=desk.now + timedelta(seconds=rehearsal.lease_seconds + 1))
    assert Assignment.objects.get(pk=held.pk).state == "expired"


def test_a_round_that_is_due_opens_when_the_clock_moves_and_not_by_real_time(rehearsal, desk):
    tasks.advance_rounds()
    assert not Round.objects.exists()
    latest = simulated_time.advance(rehearsal, to=desk.now)
    assert (latest.number, latest.state, latest.opened_at) == (1, "open", desk.now)


def test_the_watch_looks_once_an_hour(rehearsal, desk):
    simulated_time.advance(rehearsal, to=desk.now.replace(minute=59))
    assert not Event.objects.filter(kind="release.started").exists()
    simulated_time.advance(rehearsal, to=desk.now + timedelta(hours=1))
    assert Event.objects.filter(kind="release.started").count() == 1


def test_the_clock_never_goes_back_and_the_real_one_is_not_moved(by, rehearsal, desk):
    manager = by(make_member(rehearsal, "manager").user)
    path = f"/api/projects/{rehearsal.pk}/clock"
    body = {"now": (desk.now + timedelta(minutes=5)).isoformat()}
    assert manager.post(path, body).status_code == 200
    assert manager.post(path, {"now": desk.now.isoformat()}).status_code == 409
    real = make_project()
    other = by(make_member(real, "manager").user)
    assert other.post(f"/api/projects/{real.pk}/clock", body).status_code == 409


@pytest.mark.parametrize("role", ["annotator", "adjudicator"])
def test_only_managers_move_it(by, rehearsal, desk, role):
    caller = by(make_member(rehearsal, role).user)
    body = {"now": desk.now.isoformat()}
    assert caller.post(f"/api/projects/{rehearsal.pk}/clock", body).status_code == 403


class TestPausedTraining:
    def test_a_round_freezes_and_waits_until_training_is_resumed(self, loop, desk, by):
        manager = by(make_member(loop, "manager").user)
        path = f"/api/projects/{loop.pk}"
        assert manager.client.patch(path, {"training_paused": True}).json()["training_paused_at"]
        loop.refresh_from_db()
        round_ = rounds.open_round(loop, trigger="hand", now=desk.now)
        for _ in range(3):
            rounds.advance(round_.pk, real_now=later(minutes=5))
        round_.refresh_from_db()
        assert (round_.state, round_.progress["step"]) == ("training", "paused")
        assert round_.frozen_at is not None
        manager.client.patch(path, {"training_paused": False})
        assert turn(round_).state == "closed"

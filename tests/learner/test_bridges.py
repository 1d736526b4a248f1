"""Bridges: the samples as frozen before a change of the model, trained under the new one too."""

import pytest

from learner import bridges, events, replays, rounds
from learner.analyses import analyse
from learner.models import Replay
from segmenter.model import PRESETS
from tests.factories import make_member, make_project
from tests.learner.working import turn

pytestmark = pytest.mark.django_db


@pytest.fixture
def round_(loop, desk):
    return turn(rounds.open_round(loop, trigger="hand", now=desk.now))


@pytest.fixture
def sent(monkeypatch):
    asked = []
    monkeypatch.setattr(bridges, "send", lambda *args, **options: asked.append((*args, options)))
    return asked


def test_the_models_to_bridge_to_exist():
    assert set(bridges.MODELS) <= set(PRESETS)


def test_a_change_of_the_model_asks_for_a_bridge_from_the_latest_round(by, loop, round_, sent):
    manager = by(make_member(loop, "manager").user)
    assert manager.client.patch(f"/api/projects/{loop.pk}", {"model_preset": "small"}).status_code == 200
    events.collect()
    assert sent == [("learner.tasks.train_bridge", round_.pk, "small", {"lane": "train"})]


def test_before_the_first_round_a_change_of_the_model_needs_none(by, loop, sent):
    manager = by(make_member(loop, "manager").user)
    manager.client.patch(f"/api/projects/{loop.pk}", {"model_preset": "small"})
    events.collect()
    assert not sent


def test_a_bridge_trains_both_arms_with_the_rounds_seeds_and_is_an_effect(loop, round_, desk, monkeypatch):
    monkeypatch.setitem(PRESETS, "small", PRESETS["test"])
    trained = 0
    while replays.train_successor(round_, "small", now=desk.now):
        trained += 1
    assert trained == 2
    assert set(Replay.objects.values_list("arm", "variant")) == {("random", "small"), ("active", "small")}
    (bridge,) = analyse(loop, "events")["bridges"]
    # The very same model on the very same samples: nothing changes.
    assert (bridge["round"], bridge["about"]["values"]) == (round_.number, {"preset": "small"})
    assert bridge["effect"]["difference"]["e1"]["value"] == 0


class TestApi:
    @pytest.fixture
    def path(self, loop):
        return f"/api/projects/{loop.pk}/bridges"

    def test_a_manager_asks_for_one_and_sees_how_far_it_is(
        self, by, loop, round_, path, sent, desk, monkeypatch
    ):
        monkeypatch.setitem(PRESETS, "small", PRESETS["test"])
        manager = by(make_member(loop, "manager").user)
        assert manager.post(path, {"model": "small"}).status_code == 202
        replays.train_successor(round_, "small", now=desk.now)
        assert manager.get(path).json() == [
            {"round": 1, "model": "small", "trained": 1, "trainings": 2},
        ]

    def test_there_is_none_before_a_round_and_none_to_a_model_that_is_not(self, by, loop, path, sent):
        manager = by(make_member(loop, "manager").user)
        assert manager.post(path, {"model": "small"}).status_code == 409
        assert manager.post(path, {"model": "huge"}).status_code == 400

    @pytest.mark.parametrize("role", ["annotator", "adjudicator"])
    def test_nobody_else_may(self, by, loop, path, role):
        assert by(make_member(loop, role).user).post(path, {"model": "small"}).status_code == 403

    def test_to_an_outsider_there_are_none(self, by, path):
        assert by(make_member(make_project(), "manager").user).get(path).status_code == 404

"""What Prometheus is told, and who is told nothing."""

import pytest
from django.utils import timezone

from learner.models import Round
from tests.annotation.conftest import Desk, desk
from tests.factories import make_corpus, make_member, make_project

__all__ = ["Desk", "desk"]

pytestmark = pytest.mark.django_db

TOKEN = "a token of Prometheus"


@pytest.fixture
def scrape(client, settings):
    settings.METRICS_TOKEN = TOKEN

    def ask():
        answer = client.get("/api/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        assert answer.status_code == 200
        lines = (line for line in answer.content.decode().splitlines() if not line.startswith("#"))
        return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}

    return ask


@pytest.mark.parametrize(
    "header", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Token {TOKEN}"}]
)
def test_without_the_token_there_is_nothing(client, settings, header):
    settings.METRICS_TOKEN = TOKEN
    assert client.get("/api/metrics", headers=header).status_code == 404


def test_where_no_token_is_set_there_is_nothing_for_anybody(client, settings):
    settings.METRICS_TOKEN = ""
    assert client.get("/api/metrics", headers={"Authorization": "Bearer "}).status_code == 404


def test_queues_leases_and_rounds_are_counted_by_project(scrape, desk):
    project = make_project()
    make_corpus(project, 12)
    member = make_member(project)
    desk.work(member, 2)
    desk.claim(member)
    project.rounds.create(number=1, trigger="hand", opened_at=desk.now, state=Round.State.FAILED)
    found = scrape()
    assert found[f'tatkham_leases{{project="{project.pk}"}}'] == 1
    assert found[f'tatkham_open_offers{{project="{project.pk}",queue="random"}}'] > 0
    assert found[f'tatkham_rounds{{project="{project.pk}",state="failed"}}'] == 1
    assert found[f'tatkham_rounds{{project="{project.pk}",state="closed"}}'] == 0
    assert found["tatkham_facts_waiting"] > 0
    assert found["tatkham_broker_up"] == 1
    assert found['tatkham_lane_messages{lane="train"}'] >= 0


def test_the_served_orders_lag_is_told_in_labels_and_seconds(scrape, desk):
    desk.now = timezone.now()
    project = make_project()
    make_corpus(project, 12)
    project.rounds.create(
        number=1, trigger="hand", opened_at=desk.now, frozen_at=desk.now, state=Round.State.CLOSED
    )
    desk.wait(minutes=-5)
    project.rounds.update(frozen_at=desk.now)
    desk.wait(seconds=1)
    desk.work(make_member(project), 3)
    found = scrape()
    assert found[f'tatkham_order_lag_labels{{project="{project.pk}"}}'] == 3
    assert found[f'tatkham_order_lag_seconds{{project="{project.pk}"}}'] == 300


def test_a_broker_that_is_away_leaves_the_rest_in_place(scrape, settings):
    settings.REDIS_URL = "unix:///nowhere/valkey.sock"
    found = scrape()
    assert found["tatkham_broker_up"] == 0
    assert "tatkham_facts_waiting" in found


def test_requests_are_timed_by_route_not_by_address(scrape, client):
    name = 'tatkham_request_seconds_count{method="GET",route="api/projects/<int:project_id>",status="401"}'
    before = scrape().get(name, 0)
    client.get("/api/projects/1")
    client.get("/api/projects/2")
    assert scrape()[name] == before + 2

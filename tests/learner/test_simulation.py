"""A whole rehearsal against a real web process and real workers, twice: the same experiment comes out."""

from pathlib import Path

import pytest
import yaml
from django.contrib.auth.models import User

from annotation.models import Annotation
from learner import findings
from learner.models import Event
from learner.rehearsal import Client
from learner.scenario import load
from learner.simulation import Simulation

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("passwords"),
]

SCENARIO = {
    "like": "quiet.yaml",
    "name": "two-rounds",
    "rounds": 2,
    "project": {"holdout_share": 0.1, "seed_size": 12, "round_size": 12},
    "guidelines": {"joined": {"text": "# joined", "join_after": ["การ"]}},
    "changes": [
        {"at": {"round": 1}, "guideline": "joined"},
        {"at": {"hour": 3}, "leaves": "dao"},
        {"at": {"hour": 4}, "event": {"kind": "tool.slow"}},
    ],
    "finds": [{"why": "left", "event": "membership.left", "between": [2.9, 3.2]}],
}


@pytest.fixture
def scenario(tmp_path, settings):
    folder = settings.BASE_DIR / "docs" / "scenarios"
    path = tmp_path / "two-rounds.yaml"
    path.write_text(yaml.safe_dump(SCENARIO | {"like": str(folder / "quiet.yaml")}, allow_unicode=True))
    return load(path), [Path(folder)]


def play(web, scenario):
    User.objects.create_user("rehearsals", password="ตัดคำตัดคำ", is_staff=True)
    manager = Client(str(web), username="rehearsals", password="ตัดคำตัดคำ")
    simulation = Simulation(scenario[0], manager, url=str(web), folders=scenario[1])
    simulation.play()
    return manager, simulation


def test_the_same_seed_gives_the_same_experiment_and_what_happened_is_found(web, beat, run_task, scenario):
    manager, first = play(web, scenario)
    run_task("learner.tasks.collect_events")
    judged = findings.judge(scenario[0].finds, manager, project=first.project, start=first.start)
    assert all(one.holds for one in judged), judged
    assert Event.objects.filter(kind="tool.slow", project=first.project).exists()
    readings = read(first.project)
    points = manager.get(f"/api/projects/{first.project}/curves")["points"]
    User.objects.filter(username="rehearsals").update(username="earlier")
    manager, second = play(web, scenario)
    assert (second.labels, second.hours) == (first.labels, first.hours)
    assert read(second.project) == readings
    again = manager.get(f"/api/projects/{second.project}/curves")["points"]
    assert [point["metrics"] for point in again] == [point["metrics"] for point in points]


def read(project):
    rows = Annotation.objects.filter(sentence__project=project).order_by("pk")
    return list(rows.values_list("sentence__text", "boundaries", "active_ms", "created_at"))

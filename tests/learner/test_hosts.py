"""Workers on two hosts: they share PostgreSQL, Valkey and the checkpoint store, and nothing else."""

import pytest
from django.conf import settings

from config import processes
from config.celery import LANES, app
from config.supervisor import Supervisor
from learner.models import Round
from tests.conftest import database_url_of_tests
from tests.factories import make_member
from tests.learner.working import answer, make_loop
from tests.waiting import wait_for

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def hosts(tmp_path, transactional_db):
    """Run the training worker in a home of its own and the default worker in another.

    No others: the session's take nothing in a test that does not ask for them.
    """
    with Supervisor(tmp_path / "logs") as supervisor:
        for lane in LANES:
            environment = {
                "TATKHAM_HOME": str(tmp_path / lane),
                "DATABASE_URL": database_url_of_tests(),
                "REDIS_URL": settings.REDIS_URL,
                "CHECKPOINT_STORE": str(settings.CHECKPOINT_STORE),
                "SECRET_KEY": settings.SECRET_KEY,
            }
            supervisor.start(processes.make_program(f"worker-{lane}", environment=environment))
        wait_for(lambda: len(app.control.ping(timeout=0.5)) >= len(LANES))
        yield supervisor


def test_a_round_trained_on_one_host_is_scored_on_another(hosts, desk):
    project = make_loop(model_preset="tiny", holdout_serve_share=0)
    answer(desk, make_member(project), 9)

    def is_closed() -> bool:
        # As the beat does.
        app.send_task("learner.tasks.advance_rounds", queue="default")
        return Round.objects.filter(project=project, state="closed").exists()

    wait_for(is_closed, every=1, says=lambda: list(Round.objects.values("state", "progress", "why")))
    round_ = Round.objects.get(project=project, state="closed")
    assert (round_.attempt, round_.generation.source) == (1, round_.scorer.source)

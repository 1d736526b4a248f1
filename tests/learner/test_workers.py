"""A round on real workers: every message goes through the broker, and a worker is killed in between."""

import os
import signal
from collections.abc import Callable

import pytest

from annotation.models import Queue
from learner import rounds
from learner.models import Event, Round
from tests.factories import make_member
from tests.learner.working import answer, later, make_loop
from tests.waiting import wait_for

pytestmark = pytest.mark.django_db(transaction=True)


def wait_until(round_: Round, is_so: Callable[[Round], bool]) -> None:
    def is_there() -> bool:
        round_.refresh_from_db()
        assert round_.state != "failed", round_.error
        return is_so(round_)

    wait_for(is_there, says=lambda: f"{round_.state} {round_.progress} {round_.error}")


def test_a_round_whose_training_worker_is_killed_closes_all_the_same(workers, run_task, desk):
    project = make_loop(model_preset="small", suggestion_policy="dictionary", holdout_serve_share=0)
    answer(desk, make_member(project), 9)
    run_task("learner.tasks.advance_rounds")
    round_ = Round.objects.get(project=project)
    wait_until(round_, lambda r: r.holder is not None and r.progress["done"] > 0)

    killed = workers.pid("worker-train")
    os.killpg(killed, signal.SIGKILL)
    # Only beat sends again what the broker hands to a process that is dying, and no beat runs here.
    wait_for(lambda: workers.pid("worker-train") not in (killed, None))
    # The lease has not lapsed yet: nobody else may start.
    rounds.advance(round_.pk, real_now=later())
    round_.refresh_from_db()
    assert (round_.attempt, round_.state) == (1, "training")
    rounds.advance(round_.pk, real_now=later(seconds=70))

    wait_until(round_, lambda r: r.state == "closed")
    # Two at the training; the third is the first at the suggestions for the new order.
    assert round_.attempt == 3
    assert Queue.objects.get(project=project, kind="active").generation == round_.generation
    assert Event.objects.filter(project=project, kind="round.closed").exists()
    run_task("learner.tasks.collect_events")
    assert Event.objects.filter(project=project, kind="order.published").exists()
    # Asked for when the round closed; the lane is first in, first out.
    run_task("learner.tasks.watch")
    project.refresh_from_db()
    assert project.suggestion_source == "dictionary"

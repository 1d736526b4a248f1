"""send starts a task when the rows it is about are there, and never fails the one who sends."""

import os
import subprocess
import sys

import pytest
from celery.signals import before_task_publish
from django.db import transaction

from config.lanes import send
from config.settings import BASE_DIR
from tests.waiting import PATIENCE_SECONDS

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sent(servers):
    """Return the list of tasks that have gone to the broker, with their lanes."""
    found = []

    def note(sender, routing_key, **_):
        found.append((sender, routing_key))

    before_task_publish.connect(note, weak=False)
    yield found
    before_task_publish.disconnect(note)


def test_a_task_starts_when_the_transaction_commits_and_not_before(sent):
    with transaction.atomic():
        send("nobody.listens", 1, lane="train")
        assert sent == []
    assert sent == [("nobody.listens", "train")]


def test_a_transaction_that_is_rolled_back_starts_nothing(sent):
    with transaction.atomic():
        send("nobody.listens", 1)
        transaction.set_rollback(True)
    assert sent == []


def test_a_broker_that_cannot_be_reached_is_logged_and_does_not_fail_the_sender(servers):
    script = "import django; django.setup(); from config.lanes import send; send('nobody.listens', 7)"
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "REDIS_URL": "unix:///nowhere/x.sock",
    }
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=environment,
        cwd=BASE_DIR,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
    )
    assert done.returncode == 0, done.stderr
    assert "task nobody.listens(7,) was not started on lane default" in done.stderr

"""A lease lasts as long as its process lives and its row allows, however long a step takes to report."""

import threading
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from learner import rounds
from learner.heartbeat import beating
from learner.models import Round
from tests.factories import make_project
from tests.waiting import PATIENCE_SECONDS

FAST = 0.01


def test_it_beats_until_the_block_ends():
    beats = []
    enough = threading.Event()

    def prolong() -> bool:
        beats.append(1)
        if len(beats) == 3:
            enough.set()
        return True

    with beating(prolong, seconds=FAST):
        assert enough.wait(PATIENCE_SECONDS)
    assert not [thread for thread in threading.enumerate() if thread.name == "heartbeat"]


def test_it_ends_once_the_lease_has_gone():
    beats = []
    with beating(lambda: bool(beats.append(1)), seconds=FAST):
        for thread in threading.enumerate():
            if thread.name == "heartbeat":
                thread.join(PATIENCE_SECONDS)
    assert beats == [1]


def test_a_database_that_is_away_for_a_beat_ends_nothing():
    beats = []
    again = threading.Event()

    def prolong() -> bool:
        beats.append(1)
        if len(beats) == 1:
            raise OperationalError("the connection was cut")
        again.set()
        return True

    with beating(prolong, seconds=FAST):
        assert again.wait(PATIENCE_SECONDS)


@pytest.mark.django_db(transaction=True)
def test_a_training_that_says_nothing_keeps_its_round_and_a_cancelled_one_does_not():
    now = timezone.now()
    round_ = Round.objects.create(
        project=make_project(),
        number=1,
        trigger="hand",
        opened_at=now,
        labels_until=now,
        attempts_allowed=3,
        attempt=1,
        state="training",
    )
    nearly_lapsed = now - timedelta(seconds=59)
    held = rounds.take(round_.pk, 1, real_now=nearly_lapsed)
    taken = Round.objects.get().lease_until
    beaten = threading.Event()

    def prolong() -> bool:
        is_held = rounds.prolong(held, real_now=timezone.now())
        beaten.set()
        return is_held

    with beating(prolong, seconds=FAST):
        assert beaten.wait(PATIENCE_SECONDS)
    kept = Round.objects.get().lease_until
    assert kept >= taken + timedelta(seconds=59)
    Round.objects.update(state="cancelled")
    assert not rounds.prolong(held, real_now=timezone.now() + timedelta(hours=1))
    assert Round.objects.get().lease_until == kept

"""The beat: at its start and after a step of the clock it sends at once; else at its intervals."""

import time_machine
from celery import Celery

from config.beat import SteadyScheduler

START = 1_800_000_000.0


def make_beat():
    app = Celery("test", broker="memory://", set_as_current=False)
    app.conf.beat_schedule = {"a turn": {"task": "a turn", "schedule": 5.0}}
    beat = SteadyScheduler(app)
    beat.sent = []
    beat.apply_entry = lambda entry, producer=None: beat.sent.append(entry.name)
    return beat


def turn(beat):
    """Let beat send what is due; return the seconds it would sleep then."""
    while (seconds := beat.tick()) == 0:
        pass
    return seconds


def test_it_sends_at_its_start_and_then_at_its_intervals():
    with time_machine.travel(START, tick=True):
        beat = make_beat()
        assert 0 < turn(beat) <= 5
        assert len(beat.sent) == 1
        turn(beat)
        assert len(beat.sent) == 1


def test_a_clock_set_back_by_an_hour_does_not_silence_it():
    with time_machine.travel(START, tick=True):
        beat = make_beat()
        turn(beat)
    with time_machine.travel(START - 3600, tick=True):
        assert 0 < turn(beat) <= 5
    assert len(beat.sent) == 2

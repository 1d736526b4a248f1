"""The detectors at work on made-up projects: what the bench counts as an alarm, as found and as dated."""

import numpy as np
import pytest

from bench import detecting, streams
from bench.replaying import Gold

ONE = streams.ONE


@pytest.fixture(scope="module")
def text():
    return streams.Text(Gold.read())


def line(*finds, at=5.0):
    return {"at": at, "rounds": 10.0, "finds": [list(find) for find in finds]}


def test_a_project_in_which_anything_is_found_is_an_alarm_once():
    lines = [line(), line(("work.shifted", None, 3, 4), ("work.shifted", None, 6, 7))]
    assert detecting.alarms(lines) == {"any": 0.5, "work.shifted": 0.5}


def test_found_is_the_right_kind_and_person_after_the_event_and_dated_within_a_round():
    kind = "annotator.pace_drifted"
    lines = [
        line((kind, ONE, 5.5, 7)),
        line((kind, ONE, 3.0, 7)),
        line((kind, ONE, 2.0, 3)),
        line((kind, ONE + 1, 5.0, 7)),
    ]
    found = detecting.power(lines, "pace")
    assert found == {f"{kind}_found": 0.5, f"{kind}_dated": 0.5, "other": 0.25}


def test_a_stream_is_whole_and_the_same_for_a_seed(text):
    one, other = streams.play(text, 2), streams.play(text, 2)
    first = one.other < 0
    assert (one.sentence == other.sentence).all()
    assert (one.seconds == other.seconds).all()
    assert len(np.unique(one.sentence[first])) == first.sum()
    second = np.flatnonzero(~first)
    assert (one.person[second] != one.person[one.other[second]]).all()
    assert (one.sentence[second] == one.sentence[one.other[second]]).all()
    assert (np.diff(one.days) >= 0).all()


@pytest.mark.parametrize("event", streams.EVENTS)
def test_an_event_of_many_times_its_size_changes_what_comes_after_and_nothing_before(text, event):
    quiet, hit = streams.play(text, 4), streams.play(text, 4, event=event, size=0.9)
    names = ("person", "clusters", "domain", "seconds")
    before = slice(0, quiet.at)
    assert all((getattr(quiet, name)[before] == getattr(hit, name)[before]).all() for name in names)
    changed = [name for name in names if (getattr(quiet, name) != getattr(hit, name)).any()]
    slips = [np.mean([len(wrong) for wrong in one.wrong[one.at :]]) for one in (quiet, hit)]
    assert changed or slips[1] > slips[0]


def test_a_person_twice_as_slow_is_found_and_dated(text):
    found = detecting.power([detecting.detect(text, 10, event="pace", times=2.0)], "pace")
    assert found["annotator.pace_drifted_found"] == 1
    assert found["annotator.pace_drifted_dated"] == 1

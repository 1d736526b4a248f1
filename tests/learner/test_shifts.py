"""Whether a series has shifted: windows, dates, who is named, and what is everyday variation."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from learner import shifts
from learner.shifts import Detector, Judged


def above(before, after):
    return ({"mean": np.mean(before)}, {"mean": np.mean(after)}) if np.mean(after) > np.mean(before) else None


class TestFind:
    DETECTOR = Detector((2,), above, is_measured=False)

    def test_the_latest_window_is_held_against_the_one_before_and_dated_by_its_first(self):
        shift = self.DETECTOR.find([10, 20, 30, 40, 50], [9, 1, 1, 2, 4])
        assert (shift.at, shift.before["mean"], shift.after["mean"]) == (40, 1, 3)

    def test_there_is_none_until_both_windows_are_full(self):
        assert self.DETECTOR.find([1, 2, 3], [1, 1, 9]) is None

    def test_windows_reach_no_farther_back_than_the_last_find(self):
        times, values = list(range(6)), [0, 1, 2, 3, 4, 5]
        assert self.DETECTOR.find(times, values, since=3) is None
        assert self.DETECTOR.find(times, values, since=2).at == 4

    def test_longer_windows_are_looked_at_where_shorter_ones_show_nothing(self):
        detector = replace(self.DETECTOR, windows=(2, 3))
        assert detector.longest == 6
        shift = detector.find(range(6), [1, 1, 1, 3, 2, 2])
        assert (shift.at, shift.after["mean"]) == (3, pytest.approx(7 / 3))

    def test_measured_values_are_dated_within_the_windows(self):
        detector = Detector((4,), above)
        assert detector.find(range(8), [1, 2, 7, 7, 7, 7, 7, 7]).at == 2

    def test_a_date_near_the_end_is_not_drawn_to_the_middle(self):
        rng = np.random.default_rng(2)
        dates = [
            Detector((60,), above)
            .find(range(120), rng.lognormal(0, 0.5, 120) * np.repeat([1, 3], [95, 25]))
            .at
            for _ in range(50)
        ]
        assert np.mean(np.abs(np.array(dates) - 95)) < 2


def readings(rates, *, count=60, change=30, edges=40, seed=1):
    """Sentences read by two people in turn; rates are (before, after) of each person."""
    rng = np.random.default_rng(seed)
    made = []
    for number in range(count):
        pair = rng.choice(len(rates), 2, replace=False).tolist()
        wrong = [rng.binomial(edges, rates[person][number >= change]) for person in pair]
        for person, other in (pair, pair[::-1]):
            made.append(Judged(person, other, number, number, sum(wrong), edges))
    return made


class TestPeople:
    RATES = [(0.03, 0.03), (0.03, 0.4), (0.03, 0.03)]

    def test_who_begins_to_differ_is_named(self):
        person, shift = shifts.first_to_differ(readings(self.RATES, count=120, change=60), since={})
        assert person == 1
        assert shift.after["differs"] > shift.before["differs"]

    def test_readings_shared_with_who_is_known_to_drift_say_nothing_of_others(self):
        made = readings(self.RATES, count=120, change=60)
        assert shifts.first_to_differ(made, since={1: 119}) is None

    def test_where_all_others_are_known_the_last_one_is_judged_by_what_came_since(self):
        made = readings([(0.1, 0.1), (0.1, 0.1), (0.03, 0.4)], count=200, change=150)
        assert shifts.first_to_differ(made, since={0: 20, 1: 20})[0] == 2

    def test_steady_people_are_not_named(self):
        made = readings([(0.05, 0.05)] * 3, count=200, change=100)
        assert shifts.first_to_differ(made, since={}) is None


def days(*labels):
    """Labels by person for each day, the latest first."""
    return [Counter({person: made for person, made in enumerate(day) if made}) for day in labels]


class TestWork:
    BEFORE = [(10, 9, 0), (9, 11, 0), (10, 10, 0), (11, 10, 0), (0, 0, 0), (0, 0, 0), (12, 10, 0)]

    def test_who_takes_over_is_found_and_dated_to_the_day(self):
        since_change = [(0, 10, 10), (0, 11, 9), (0, 0, 0), (0, 0, 0), (0, 11, 9), (0, 10, 12), (0, 9, 10)]
        ago, (before, after) = shifts.find_work(days(*since_change, *self.BEFORE, *self.BEFORE), since=None)
        assert ago == 7
        assert before["shares"]["0"] == pytest.approx(0.5, abs=0.05)
        assert after["shift"] >= shifts.SHARE_SHIFT

    def test_one_day_off_and_one_day_more_are_everyday_variation(self):
        week = [(0, 21, 0), (21, 0, 0), *self.BEFORE[2:]]
        assert shifts.find_work(days(*week, *self.BEFORE), since=None) is None

    def test_somebody_without_a_label_on_a_day_counts_as_absent(self):
        shifted = [Counter(a=0, b=0), *[Counter(a=0, b=20)] * 6, *[Counter(a=20, b=0)] * 7]
        ago, _ = shifts.find_work(shifted, since=None)
        assert ago == 7

    def test_single_days_of_work_say_nothing(self):
        free = [(0, 0)] * 6
        weeks = [(20, 100), *free, (100, 20), *free, (100, 30), *free, (90, 20), *free]
        assert shifts.find_work(days(*weeks, *weeks), since=None) is None

    def test_a_project_younger_than_two_weeks_is_not_judged(self):
        assert shifts.find_work(days(*[(0, 90)] * 6, *[(90, 0)] * 7), since=None) is None

    def test_the_weeks_compared_begin_after_the_last_find(self):
        shifted = days(*[(0, 20, 1)] * 7, *[(20, 0, 1)] * 7)
        assert shifts.find_work(shifted, since=None)
        assert shifts.find_work(shifted, since=10.0) is None


def test_a_corpus_of_few_sentences_is_not_judged():
    assert shifts.lengths_of_arrival([10] * 100, [20] * 29) is None
    assert shifts.lengths_of_arrival([10] * 100, [20] * 30) is not None


def test_pace_counts_in_both_directions_and_not_a_few_open_sentences():
    rng = np.random.default_rng(4)
    usual, later = rng.lognormal(0, 0.3, 50), rng.lognormal(0, 0.3, 50)
    assert shifts.pace(usual, 2 * later)[1]["ratio"] > 1.5
    assert shifts.pace(usual, later / 2)[1]["ratio"] < 0.7
    later[:3] = 600
    assert shifts.pace(usual, later) is None


def test_who_is_served_longer_sentences_has_not_become_faster():
    rng = np.random.default_rng(5)
    clusters = np.round(rng.lognormal(3.7, 0.4, 200) * np.repeat([1, 2], 100)).astype(int)
    seconds = (8 + 0.2 * clusters) * rng.lognormal(0, 0.3, 200)
    assert shifts.pace(*np.split(seconds / clusters, 2)) is not None
    assert shifts.pace(*np.split(np.array(shifts.paces(seconds, clusters)), 2)) is None
    slower = seconds * np.repeat([1, 1.6], 100)
    ratio = shifts.pace(*np.split(np.array(shifts.paces(slower, clusters)), 2))[1]["ratio"]
    assert ratio == pytest.approx(1.6, rel=0.15)


def test_readings_of_one_length_have_their_own_pace():
    assert shifts.paces([10.0, 20.0], [10, 10]) == pytest.approx([1.0, 2.0])
    assert shifts.paces([], []) == []

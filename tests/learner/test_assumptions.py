import pytest

from learner.assumptions import ASSUMPTIONS, judge


def interval(low, high):
    return {"value": (low + high) / 2, "low": low, "high": high}


def verdict_on(name, results):
    (row,) = [row for row in judge(results) if str(row["assumption"]).startswith(name)]
    return row["verdict"]


def test_without_results_no_assumption_is_judged():
    rows = judge({})
    assert len(rows) == len(ASSUMPTIONS)
    assert {row["verdict"] for row in rows} == {"cannot be said"}


@pytest.mark.parametrize(
    ("difference", "verdict"),
    [
        (interval(0.1, 0.3), "failed"),
        (interval(-0.3, -0.1), "failed"),
        (interval(-0.1, 0.3), "not shown"),
        ({"value": 0.2, "low": None, "high": None}, "cannot be said"),
        ({"not_estimable": "too few"}, "cannot be said"),
    ],
)
def test_equal_cost_fails_where_the_interval_leaves_zero_out(difference, verdict):
    labels = {"ratios": {"seconds_per_cluster": {"difference": difference}}}
    assert verdict_on("Every sentence costs", {"divergence": {"labels": labels}}) == verdict


def test_the_sample_is_judged_as_a_test_by_the_latest_active_checkpoint_on_active_draws():
    rows = [
        {"trained": "active", "tested": "active", "difference": interval(-0.2, -0.1)},
        {"trained": "active", "tested": "random", "difference": interval(-0.1, 0.1)},
        {"trained": "random", "tested": "active", "difference": interval(-0.1, 0.1)},
    ]
    assert verdict_on("The labels collected", {"biased-test": {"rows": rows}}) == "failed"


def test_a_gain_of_the_samples_that_is_none_of_the_strategies_fails():
    def verdict(e1, e2):
        gain = {"e1": e1, "e2": e2}
        return verdict_on("A gain of this sample", {"curves": {"mean_gain": gain}})

    assert verdict(interval(0.1, 0.2), interval(-0.1, 0.4)) == "failed"
    assert verdict(interval(0.1, 0.2), interval(0.05, 0.25)) == "held"
    assert verdict(interval(0.1, 0.2), {"not_estimable": "no refits"}) == "cannot be said"


def test_a_successor_that_loses_fails_the_sample_as_a_lasting_resource():
    cells = [
        {"drawn_by": "small", "trained": "small", "e1": interval(0.1, 0.2)},
        {"drawn_by": "small", "trained": "fast", "e1": interval(-0.3, -0.1)},
    ]
    assert verdict_on("The model that chooses", {"successors": {"cells": cells}}) == "failed"
    assert verdict_on("The model that chooses", {"successors": {"cells": cells[:1]}}) == "cannot be said"


def test_a_world_without_events_is_quiet():
    assert verdict_on("Nothing changes", {"events": {"windows": []}}) == "held"
    busy = {"windows": [{"events": [{"kind": "guideline.published"}]}]}
    assert verdict_on("Nothing changes", {"events": busy}) == "failed"


def test_readers_who_differ_show_that_labels_are_not_right():
    assert verdict_on("Labels are right", {"noise": {"noise": {"ceiling": interval(0.9, 0.95)}}}) == "failed"
    assert verdict_on("Labels are right", {"noise": {"noise": {"ceiling": interval(0.99, 1.0)}}}) == "held"

"""The whole loop with kills in between, as the bench plays it."""

import pytest


@pytest.mark.slow
def test_nothing_is_lost_and_nothing_served_twice_while_web_workers_and_beat_are_killed(run_bench):
    report = run_bench("loop", "--kill", "--port", "8799")
    assert report["figures"]["processes_killed"] == 5
    assert report["figures"]["submits"] >= 250
    assert [target for target in report["targets"] if not target["met"]] == []

"""Reliability as rows: what falls into which bin, and what an empty bin gives."""

import numpy as np
import pytest

from segmenter.metrics import calibration_bins
from segmenter.reliability import reliability_figure, reliability_rows


def test_a_bin_gives_its_mean_probability_and_how_often_it_came_true() -> None:
    bins = calibration_bins(np.array([0.1, 0.15, 0.9, 0.8]), np.array([0, 1, 1, 1]), n_bins=2)
    low, high = reliability_rows(bins)
    assert (low["from"], low["to"], low["decisions"]) == (0, 0.5, 2)
    assert (low["probability"], low["frequency"]) == (pytest.approx(0.125), 0.5)
    assert (high["probability"], high["frequency"]) == (pytest.approx(0.85), 1)


def test_bins_without_decisions_are_left_out_and_no_decision_at_all_can_be_drawn() -> None:
    nothing = calibration_bins(np.zeros(0), np.zeros(0))
    assert reliability_rows(nothing) == []
    assert reliability_figure(nothing, label="nothing").axes[0].get_legend() is not None
    assert [row["decisions"] for row in reliability_rows(calibration_bins(np.array([0.5]), np.ones(1)))] == [
        1
    ]

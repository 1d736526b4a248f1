"""Where curves are heading: on curves that follow the assumed form, on flat ones, on too few rounds."""

import numpy as np
import pytest

from learner.gains import Curves
from learner.outlook import outlook

WORDS = 400


def curves_of(errors, *, documents=60, seeds=1, rng=None):
    """Both arms with the given error in each round, spread evenly over documents, at 100, 200, … labels."""
    rounds = len(errors)
    counts = np.zeros((2, rounds, seeds, documents, 8))
    for place, error in enumerate(errors):
        wrong = np.full((2, seeds, documents), error * WORDS)
        if rng is not None:
            wrong = rng.binomial(WORDS, error, size=wrong.shape)
        counts[:, place, ..., 3] = WORDS - wrong
        counts[:, place, ..., 4] = counts[:, place, ..., 5] = wrong
    labels = 100.0 * np.arange(1, rounds + 1)
    costs = {"annotations": labels, "clusters": 40 * labels, "seconds": 9 * labels}
    return Curves(range(rounds), counts, {unit: np.stack([cost, cost]) for unit, cost in costs.items()})


def test_a_power_law_is_followed_exactly():
    errors = [0.3 * n**-0.5 for n in (1, 2, 3, 4)]
    found = outlook(curves_of(errors), figure="word_f1", seed=1)
    arm = found["arms"][0]
    assert arm["now"] == pytest.approx(0.85)
    # 0.3 · n^−½ = 0.14 at n = 4.59, in hundreds of labels of nine seconds each.
    level = next(one for one in arm["levels"] if one["level"] == pytest.approx(0.86))
    assert level["annotations"].value == pytest.approx(100 * (0.3 / 0.14) ** 2 - 400, rel=1e-6)
    assert level["seconds"].value == pytest.approx(9 * level["annotations"].value, rel=1e-6)
    assert arm["next_round"].value == pytest.approx(0.15 - 0.3 * 5**-0.5, rel=1e-6)
    assert found["verdict"] == "rising"


def test_the_interval_holds_the_truth_about_as_often_as_it_says():
    errors = [0.3 * n**-0.4 for n in range(1, 6)]
    truth = 0.3 * 5**-0.4 - 0.3 * 6**-0.4
    held = 0
    for number in range(60):
        rng = np.random.default_rng(number)
        gain = outlook(curves_of(errors, rng=rng), figure="word_f1", seed=number)["arms"][0]["next_round"]
        held += gain.low <= truth <= gain.high
    assert held >= 51


def test_a_level_far_away_is_refused():
    errors = [0.3 * n**-0.05 for n in (1, 2, 3, 4)]
    found = outlook(curves_of(errors), figure="word_f1", seed=1)
    assert found["arms"][0]["levels"][-1]["annotations"].reason.code == "too_far"


def test_a_flat_curve_has_levelled_off():
    rng = np.random.default_rng(3)
    found = outlook(curves_of([0.1] * 8, rng=rng), figure="word_f1", seed=1)
    assert found["verdict"] == "levelled off"


def test_few_documents_give_no_interval_and_no_verdict():
    errors = [0.3 * n**-0.5 for n in (1, 2, 3, 4)]
    found = outlook(curves_of(errors, documents=20), figure="word_f1", seed=1)
    arm = found["arms"][0]
    assert (arm["next_round"].low, found["verdict"]) == (None, "unclear")
    assert arm["notes"][0].values["documents"] == 20


def test_two_rounds_say_nothing():
    assert "not_estimable" in outlook(curves_of([0.3, 0.2]), figure="word_f1", seed=1)

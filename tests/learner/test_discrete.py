import numpy as np
import pytest
from scipy.stats import binom

from learner.discrete import adjusted
from learner.effects import holm


def sign_test(count: int, n: int):
    below = binom.cdf(np.arange(n + 1), n, 0.5)
    every = np.minimum(1.0, 2 * np.minimum(below, below[::-1]))
    return float(every[count]), every


def test_a_test_that_cannot_get_there_does_not_count():
    # Of three occurrences the least p is 1/4; of ten it is 2/1024.
    tests = [sign_test(0, 10)] + [sign_test(1, 3)] * 50
    assert adjusted(tests)[0] == pytest.approx(2 / 1024)


def test_it_never_says_more_than_p_and_never_less_than_holm_would():
    rng = np.random.default_rng(1)
    tests = [sign_test(int(rng.binomial(n, 0.5)), int(n)) for n in rng.integers(1, 30, size=40)]
    alone = [p for p, _ in tests]
    for p, ours, usual in zip(alone, adjusted(tests), holm(alone), strict=True):
        assert p - 1e-12 <= ours <= usual + 1e-12


def test_where_nothing_is_so_it_seldom_says_anything():
    rng = np.random.default_rng(2)
    tests = [[sign_test(int(rng.binomial(n, 0.5)), n) for n in (4, 8, 12, 20, 40)] for _ in range(1000)]
    alarms = sum(min(adjusted(family)) <= 0.05 for family in tests)
    # 50 expected at the most, for discrete tests fewer; 71 is three standard errors above.
    assert 0 < alarms <= 71


def test_none_is_none():
    assert adjusted([]) == []

"""The judges of bench/validity.py let a fair design pass and find an unfair one."""

import random

import numpy as np
import pytest

from bench import inclusion, timing
from bench.replaying import Design, Gold, replay


def projects(weight, count=300):
    """Samples of both corpora, drawn one after another with chances in proportion to `weight` of a number."""
    rng = np.random.default_rng(3)
    weights = np.array([weight(number) for number in range(inclusion.SENTENCES)], float)
    chances = weights / weights.sum()
    return [
        [rng.choice(inclusion.SENTENCES, size, replace=False, p=chances).tolist() for size in inclusion.TAKEN]
        for _ in range(count)
    ]


class TestInclusion:
    def test_simple_random_samples_pass(self):
        assert min(inclusion.p_values(projects(lambda number: 1)).values()) > 0.05

    def test_what_the_active_arm_ranks_high_must_not_come_more_often(self):
        found = inclusion.p_values(projects(lambda number: 10 + inclusion.FEATURES["length"](number)))
        assert found["active_score_1"] < 0.001

    def test_what_is_handed_in_late_must_not_drop_out(self):
        found = inclusion.p_values(projects(lambda number: 30 - inclusion.KEPT[number]))
        assert found["seconds_1"] < 0.001

    def test_sentences_of_a_document_must_not_come_together(self):
        rng = random.Random(5)
        fair = projects(lambda number: 1)
        for project in fair[::2]:
            document = rng.randrange(inclusion.DOCUMENTS)
            own = [document + inclusion.DOCUMENTS * place for place in range(inclusion.LENGTHS)]
            project[0] = rng.sample(own, inclusion.TAKEN[0])
        found = inclusion.p_values(fair)
        assert found["inclusion_1"] > 0.001
        assert found["pairs_of_a_document_1"] < 0.001


class TestTiming:
    def latencies(self, slower):
        rng = np.random.default_rng(2)
        return {
            name: {
                "random": rng.gamma(9, 1, 1000).tolist(),
                "active": (rng.gamma(9, 1, 1000) + slower).tolist(),
            }
            for name in ("submitted", "brought")
        }

    def test_arms_that_answer_alike_pass(self):
        assert min(p for _, p in timing.told_apart(self.latencies(0)).values()) > 0.01

    def test_a_millisecond_is_told(self):
        for right, p in timing.told_apart(self.latencies(1)).values():
            assert p < 0.001
            assert right == pytest.approx(0.57, abs=0.03)


def test_new_rules_join_the_same_pairs_of_clusters_everywhere_and_leave_the_holdout():
    gold = Gold.read()
    design = Design(rounds=6, batch=10, refit=False, seeds=2, event_after=3)
    changed = Design(**{**vars(design), "rules_after": 0.3})
    plain, new = (replay(gold, one, seed=4)[0].counts.sum(axis=(2, 3)) for one in (design, changed))
    # until the third round nothing differs; then models miss boundaries that the holdout has
    assert (plain[:, :3] == new[:, :3]).all()
    assert (new[:, -1, 2] > 1.2 * plain[:, -1, 2]).all()
    assert (plain[..., 0] + plain[..., 2] == new[..., 0] + new[..., 2]).all()

import numpy as np
import pytest

from learner.checks import biased_test, label_noise, successors
from learner.estimates import NotEstimable, TheseSamples
from learner.resampling import Refits
from tests.learner.worlds import World, counts_of


class TestSuccessors:
    def test_a_sample_may_help_the_model_that_chose_it_and_harm_the_next(self):
        cells = {
            ("cnn", "cnn"): (counts_of(np.array([0.70, 0.75]), seeds=5, documents=40), None),
            ("cnn", "crf"): (counts_of(np.array([0.70, 0.68]), seeds=5, documents=40), None),
        }
        own, other = successors(cells, figure="word_f1", seed=1)
        assert own.is_own
        assert not other.is_own
        assert own.e1.value == pytest.approx(0.05)
        assert other.e1.value == pytest.approx(-0.02)
        assert isinstance(other.e2, NotEstimable)

    def test_with_refits_the_cells_speak_of_the_strategies(self):
        rng = np.random.default_rng(0)
        world = World(rounds=1, gain=0.5)
        counts, refits = world.measure(rng, world.groups(rng))
        last = Refits(refits.counts[:, :, 0], refits.shares[..., 0])
        cells = {("a", "b"): (counts[:, 0], last)}
        (cell,) = successors(cells, figure="word_f1", seed=1)
        assert cell.e2.low > 0
        assert cell.e2.high - cell.e2.low > cell.e1.high - cell.e1.low


class TestTheTestASampleWouldBe:
    def compare(self, holdout, random, active, **shape):
        return biased_test(
            counts_of(holdout, **shape),
            {"random": counts_of(random, **shape), "active": counts_of(active, **shape)},
            figure="word_f1",
            round_number=3,
            trained="active",
            seed=1,
        )

    def test_hard_draws_make_a_model_look_worse_than_it_is(self):
        random, active = self.compare(0.8, 0.8, 0.6, seeds=5, documents=40)
        assert (random.tested, active.tested) == ("random", "active")
        assert active.difference.value == pytest.approx(-0.2)
        assert active.on_holdout == pytest.approx(0.8)
        assert active.difference.excludes_zero
        assert isinstance(active.difference, TheseSamples)

    def test_the_random_arms_next_draws_are_as_good_a_test_as_the_holdout(self):
        rng, held = np.random.default_rng(3), 0
        world = World(rounds=1, documents=42, sample=0)
        for _ in range(60):
            first, second = (world.measure(rng, world.groups(rng, 2))[0][0, 0] for _ in range(2))
            random, _ = biased_test(
                first,
                {"random": second, "active": second},
                figure="word_f1",
                round_number=1,
                trained="random",
                seed=int(rng.integers(1_000_000)),
            )
            held += random.difference.low <= 0 <= random.difference.high
        # of 60 true 95 % intervals, fewer than 51 hold in 1 of 2,000 such tests
        assert held >= 51

    def test_thirty_documents_give_the_difference_without_an_interval(self):
        _, active = self.compare(0.8, 0.8, 0.6, seeds=5, documents=30)
        assert active.difference.value == pytest.approx(-0.2)
        assert active.difference.low is None


class TestLabelNoise:
    COSTS = np.array([[1.0, 2.0], [1.0, 2.0]])

    def test_readers_against_each_other_are_the_ceiling(self):
        between = counts_of(0.92, documents=50)[0]
        against = {
            "first": counts_of(np.array([[0.5, 0.6], [0.5, 0.7]]), seeds=5, documents=50),
            "second": counts_of(np.array([[0.5, 0.6], [0.5, 0.6]]), seeds=5, documents=50),
        }
        found = label_noise(between, against, self.COSTS, figure="word_f1", seed=1)
        assert found.ceiling.value == pytest.approx(0.92)
        assert found.ceiling.terms == ("documents",)
        assert found.ceiling.notes == ()
        # the gain that one reader sees grows from 0 to 0.1; the other sees none
        assert found.by_reader["first"]["e1"].value == pytest.approx(0.05)
        assert found.by_reader["second"]["e1"].value == pytest.approx(0.0)

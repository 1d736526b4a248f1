import json
from dataclasses import replace

import numpy as np
import pytest

from learner import gains
from learner.estimates import NotEstimable, TheseSamples, TheseStrategies, as_json
from learner.gains import Curves, common_costs, compare, cost_to_reach, gain_at, mean_gain, mean_gain_weights
from learner.resampling import Band, band, from_replicates, logit, resample
from tests.learner.worlds import World, counts_of

# The seed set, and two rounds in which active learns faster and has paid a little more.
COSTS = np.array([[100.0, 200.0, 300.0], [100.0, 220.0, 320.0]])
F1 = np.array([[0.5, 0.6, 0.7], [0.5, 0.72, 0.77]])


def curves(f1=F1, costs=COSTS, **shape):
    return Curves(rounds=[1, 2, 3], counts=counts_of(f1, **shape), costs={"seconds": costs})


def mean_difference(resampled, costs, budget=None):
    return mean_gain(resampled, mean_gain_weights(costs, budget=budget))


class TestReadingCurvesAtOneCost:
    def test_the_gain_is_read_between_the_rounds_on_straight_lines(self):
        at_200 = gain_at(COSTS, np.array([200.0]))(F1)
        # active is 100/120 of the way from 0.5 to 0.72 there
        assert at_200 == pytest.approx(0.5 + 0.22 * 100 / 120 - 0.6)

    def test_costs_are_compared_only_where_both_arms_have_been(self):
        assert common_costs(np.array([[50.0, 200.0, 300.0], [100.0, 150.0, 280.0]])).tolist() == [
            150.0,
            280.0,
        ]

    def test_the_mean_gain_is_the_area_between_the_curves_over_the_range(self):
        weights = mean_gain_weights(COSTS, budget=None)
        fine = np.linspace(100, 300, 200_001)
        by_hand = (np.interp(fine, COSTS[1], F1[1]) - np.interp(fine, COSTS[0], F1[0])).mean()
        assert (weights * F1).sum() == pytest.approx(by_hand, abs=1e-5)

    def test_a_budget_ends_the_range(self):
        weights = mean_gain_weights(COSTS, budget=200)
        # the difference grows in a straight line from 0 at the seed set
        assert (weights * F1).sum() == pytest.approx(gain_at(COSTS, np.array([200.0]))(F1)[0] / 2)

    def test_arms_without_a_common_range_have_no_mean_gain(self):
        costs = np.array([[100.0, 200.0], [300.0, 400.0]])
        answer = mean_difference(resample(counts_of(F1[:, :2]), "word_f1", seed=1), costs)
        assert isinstance(answer["e1"], NotEstimable)
        assert isinstance(answer["e2"], NotEstimable)


class TestWhatCannotBeSaid:
    def test_below_forty_documents_there_is_no_interval(self):
        answer = mean_difference(resample(counts_of(F1, seeds=5, documents=39), "word_f1", seed=1), COSTS)
        assert isinstance(answer["e1"], TheseSamples)
        assert answer["e1"].low is None
        assert answer["e1"].notes[0].values["documents"] == 39

    def test_below_five_seeds_the_interval_says_that_it_leaves_them_out(self):
        answer = mean_difference(resample(counts_of(F1, seeds=4, documents=40), "word_f1", seed=1), COSTS)
        assert answer["e1"].terms == ("documents",)
        assert answer["e1"].notes[0].values["seeds"] == 4

    def test_without_refits_nothing_is_said_about_the_strategies(self):
        answer = mean_difference(resample(counts_of(F1, seeds=5, documents=40), "word_f1", seed=1), COSTS)
        assert isinstance(answer["e2"], NotEstimable)

    def test_a_figure_at_its_limit_has_no_logit(self):
        resampled = resample(counts_of(np.ones((2, 3)), documents=40), "word_f1", scale=logit, seed=1)
        assert isinstance(mean_difference(resampled, COSTS)["e1"], NotEstimable)

    def test_four_replicate_streams_are_too_few(self):
        assert isinstance(from_replicates([0.1, 0.2, 0.3, 0.4]), NotEstimable)


class TestSavings:
    def test_saved_is_what_random_paid_more_for_the_same_level(self):
        held = gains.saving(resample(counts_of(F1), "word_f1", seed=1), COSTS, 0.66)
        # random reaches 0.66 at 260, active at 100 + 120 · 16/22
        assert held.at_least == held.at_most == pytest.approx(260 - (100 + 120 * 16 / 22))
        assert held.reached == {"random": True, "active": True}

    def test_a_level_that_only_active_reached_saves_at_least_what_random_has_paid_by_now(self):
        held = gains.saving(resample(counts_of(F1), "word_f1", seed=1), COSTS, 0.72)
        assert held.at_least == pytest.approx(300 - 220)
        assert held.at_most is None
        assert held.reached == {"random": False, "active": True}

    def test_a_level_that_only_random_reached_is_a_loss_of_at_least_so_much(self):
        held = gains.saving(resample(counts_of(F1[::-1].copy()), "word_f1", seed=1), COSTS[::-1].copy(), 0.72)
        assert held.at_least is None
        assert held.at_most == pytest.approx(220 - 300)

    def test_a_level_that_nobody_reached_says_nothing(self):
        held = gains.saving(resample(counts_of(F1), "word_f1", seed=1), COSTS, 0.9)
        assert (held.at_least, held.at_most) == (None, None)

    def test_a_dip_after_a_lucky_round_does_not_count_as_reached_early(self):
        lucky = np.array([0.5, 0.8, 0.6, 0.7])
        costs = np.array([1.0, 2.0, 3.0, 4.0])
        # made monotone, rounds 2 to 4 are 0.7 together
        assert cost_to_reach(lucky, costs, 0.75) == (costs[-1], float("inf"))
        assert cost_to_reach(lucky, costs, 0.6) == pytest.approx((1.5, 1.5))

    def test_a_level_passed_before_the_first_round_was_reached_at_no_known_cost(self):
        costs = np.array([4.0, 8.0])
        assert cost_to_reach(np.array([0.8, 0.9]), costs, 0.7) == (0.0, 4.0)

    def test_draws_that_do_not_reach_the_level_leave_the_interval_open(self):
        rng = np.random.default_rng(3)
        world = World(rounds=3)
        counts, _ = world.measure(rng, world.groups(rng))
        resampled = resample(counts, "word_f1", seed=1, draws=200)
        held = gains.saving(resampled, COSTS, float(resampled.values[0, -1]) + 0.001)
        assert held.high is None
        assert 0 < held.share_reached["random"] < 1


class TestBands:
    def test_better_from_the_first_round_after_which_the_band_stays_above_zero(self):
        held = Band(
            values=[1.0] * 4, pointwise=[], terms=(), simultaneous=[(1, 2), (-1, 2), (0.1, 2), (1, 2)]
        )
        assert held.above_zero_from() == 2

    def test_a_band_that_ends_at_zero_is_better_from_nowhere(self):
        held = Band(values=[1.0] * 2, pointwise=[], terms=(), simultaneous=[(1, 2), (0, 2)])
        assert held.above_zero_from() is None

    def test_the_simultaneous_band_is_wider_than_each_interval_by_itself(self):
        rng = np.random.default_rng(0)
        counts, _ = World().measure(rng, World().groups(rng))
        held = band(resample(counts, "word_f1", seed=1), lambda values: values[..., 1, :])
        for (low, high), (lower, higher) in zip(held.pointwise, held.simultaneous, strict=True):
            assert lower < low
            assert high < higher


REPLAYS = 150


@pytest.fixture(scope="module")
def replays():
    """What each of many experiments answers, the truth of its own samples, and that of the strategies."""
    world = World(gain=0.1)
    weights = mean_gain_weights(np.tile([1.0, 2.0, 3.0, 4.0], (2, 1)), budget=None)
    rng = np.random.default_rng(11)
    truth, found = (world.true_f1() * weights).sum(), []
    for replay in range(REPLAYS):
        groups = world.groups(rng)
        counts, refits = world.measure(rng, groups)
        resampled = resample(counts, "word_f1", refits=refits, seed=replay, draws=300)
        own = (world.true_f1(groups) * weights).sum()
        found.append((mean_gain(resampled, weights), own, truth))
    return found


def e2_width(*, growth, seed, equal=False):
    """The width of E2 in a world that learns so fast, its groups' shares known or taken for equal."""
    rng = np.random.default_rng(seed)
    world = World(growth=growth)
    counts, refits = world.measure(rng, world.groups(rng))
    if equal:
        refits = replace(refits, shares=np.full_like(refits.shares, 0.1))
    resampled = resample(counts, "word_f1", refits=refits, seed=seed, draws=300)
    answer = mean_difference(resampled, np.tile([1.0, 2.0, 3.0, 4.0], (2, 1)))["e2"]
    return answer.high - answer.low


class TestIntervalsHold:
    """Small Monte Carlo; the full one is bench/validity.py. Of 150 true 95 % intervals 135 to 149 hold."""

    def test_e1_covers_the_truth_of_these_samples(self, replays):
        held = sum(answer["e1"].low <= own <= answer["e1"].high for answer, own, _ in replays)
        assert 135 <= held <= 149

    def test_e2_covers_the_truth_of_the_strategies(self, replays):
        held = sum(answer["e2"].low <= truth <= answer["e2"].high for answer, _, truth in replays)
        assert 135 <= held <= 149
        assert all(isinstance(answer["e2"], TheseStrategies) for answer, _, _ in replays)

    def test_e1_is_no_answer_to_the_question_of_e2(self, replays):
        held = sum(answer["e1"].low <= truth <= answer["e1"].high for answer, _, truth in replays)
        assert held < 0.85 * REPLAYS

    def test_how_unequal_the_key_groups_are_does_not_widen_e2(self):
        """Refits follow what is left to learn from; without the shares that passed for luck of the draw."""
        flat, steep, unknown = [], [], []
        for seed in range(100, 120):
            flat.append(e2_width(growth=0, seed=seed))
            steep.append(e2_width(growth=1.2, seed=seed))
            unknown.append(e2_width(growth=1.2, seed=seed, equal=True))
        assert np.mean(steep) < 1.2 * np.mean(flat)
        assert np.mean(unknown) > 1.5 * np.mean(flat)

    def test_replicate_streams_cover_the_truth(self):
        rng = np.random.default_rng(2)
        answers = [from_replicates(rng.normal(0.3, 1, size=6).tolist()) for _ in range(400)]
        assert 0.93 <= np.mean([answer.low <= 0.3 <= answer.high for answer in answers]) <= 0.97


def test_everything_about_a_figure_goes_into_json():
    answer = as_json(
        compare(
            curves(seeds=5, documents=40),
            figure="word_f1",
            unit="seconds",
            budget=None,
            targets=[0.66, 0.72],
            seed=1,
        )
    )
    assert json.loads(json.dumps(answer)) == answer
    assert answer["mean_gain"]["e1"]["estimand"] == "these samples"
    assert "not_estimable" in answer["mean_gain"]["e2"]
    assert answer["gain"]["e1"]["better_from_cost"] == 200.0

import numpy as np
import pytest

from segmenter.query import (
    MOST_COVERED,
    RANDOM_SHARE,
    RESOLVED,
    STRATEGIES,
    Pool,
    Strategy,
    UnknownStrategy,
    acquisition_scores,
    arrange,
    coverage,
    find,
    mix_random,
    order,
    spread,
)

CERTAIN = np.array([0.999, 0.001, 0.999, 0.001], np.float32)
DOUBTFUL = np.array([0.5, 0.45, 0.6, 0.5], np.float32)
EMPTY = np.zeros(0, np.float32)
DETERMINISTIC = [name for name in STRATEGIES if name != "random"]
ALONE = [name for name in DETERMINISTIC if STRATEGIES[name].score is not coverage]
UNCERTAINTY = [name for name in DETERMINISTIC if name != "longest_first"]


def pool(probabilities: list[np.ndarray]) -> Pool:
    """All that any strategy asks for: two members that lean to either side, contexts all different."""
    starts = np.cumsum([0, *map(len, probabilities)])
    return Pool(
        probabilities,
        votes=[np.stack([p**0.5, p**2]) for p in probabilities],
        contexts=[start + np.arange(len(p)) for start, p in zip(starts, probabilities, strict=False)],
        seconds=np.array([1.0 + len(p) for p in probabilities]),
    )


def scores(name: str, probabilities: list[np.ndarray], seed: int = 0) -> np.ndarray:
    return acquisition_scores(name, pool(probabilities), rng=np.random.default_rng(seed))


@pytest.mark.parametrize("name", STRATEGIES)
def test_every_strategy_gives_one_finite_float_of_at_least_0_a_sentence(name: str) -> None:
    extremes = np.array([0.0, 1.0, 0.5], np.float32)
    result = scores(name, [CERTAIN, EMPTY, extremes, np.full(3000, 0.5, np.float32), np.array([np.nan])])
    assert result.shape == (5,)
    assert result.dtype == np.float64
    assert np.isfinite(result).all()
    assert (result >= 0).all()


@pytest.mark.parametrize("name", STRATEGIES)
def test_every_strategy_accepts_an_empty_pool(name: str) -> None:
    assert scores(name, []).shape == (0,)
    none = np.zeros(0, np.int64)
    vectors = np.zeros((0, 3))
    assert len(arrange(name, none, batch=5, vectors=lambda _: vectors, rng=np.random.default_rng(0))) == 0


@pytest.mark.parametrize("name", STRATEGIES)
def test_every_strategy_arranges_the_whole_pool_and_keeps_its_best_in_the_batch(name: str) -> None:
    ranked = np.random.default_rng(1).permutation(200)
    # one of a kind each, so that nothing is passed over
    arranged = arrange(
        name, ranked, batch=20, vectors=lambda at: np.eye(200)[at], rng=np.random.default_rng(2)
    )
    assert sorted(arranged) == list(range(200))
    assert len(set(arranged[:20]) & set(ranked[:20])) >= 12


@pytest.mark.parametrize("name", STRATEGIES)
def test_the_same_generator_gives_the_same_scores(name: str) -> None:
    assert (scores(name, [CERTAIN, DOUBTFUL], 7) == scores(name, [CERTAIN, DOUBTFUL], 7)).all()


@pytest.mark.parametrize("name", STRATEGIES)
def test_every_strategy_says_what_it_does_and_reads_no_more_than_it_names(name: str) -> None:
    strategy = find(name)
    assert strategy.description.endswith(".")
    whole = pool([CERTAIN, DOUBTFUL])
    given = {field: getattr(whole, field) for field in strategy.needs - {"probabilities"}}
    rng = np.random.default_rng(0)
    assert (
        acquisition_scores(name, Pool(whole.probabilities, **given), rng=rng)
        == scores(name, [CERTAIN, DOUBTFUL])
    ).all()


@pytest.mark.parametrize("name", [name for name, s in STRATEGIES.items() if len(s.needs) > 1])
def test_what_is_missing_of_the_pool_is_named(name: str) -> None:
    with pytest.raises(ValueError, match=r"this strategy needs \w+ of the pool"):
        acquisition_scores(name, Pool([DOUBTFUL]), rng=np.random.default_rng(0))


@pytest.mark.parametrize("name", ALONE)
def test_scores_do_not_depend_on_the_rest_of_the_pool(name: str) -> None:
    together = scores(name, [CERTAIN, EMPTY, DOUBTFUL])
    alone = [scores(name, [edges])[0] for edges in (CERTAIN, EMPTY, DOUBTFUL)]
    assert together == pytest.approx(alone)


@pytest.mark.parametrize("name", UNCERTAINTY)
def test_doubt_comes_before_certainty_and_certainty_before_nothing(name: str) -> None:
    doubtful, certain, empty = scores(name, [DOUBTFUL, CERTAIN, EMPTY])
    assert doubtful > certain >= empty


def test_scores_by_hand() -> None:
    edges = [np.array([0.5, 1.0])]
    ln2 = np.log(2)
    expected = {
        "total_entropy": ln2,
        "mean_entropy": ln2 / 2,
        "max_entropy": ln2,
        "topk_entropy": ln2,
        "least_confidence": 0.5,
        "mnlp": ln2 / 2,
        "margin": 1.0,
        "longest_first": 2.0,
    }
    for name, value in expected.items():
        assert scores(name, edges)[0] == pytest.approx(value, abs=1e-9), name


def test_the_margin_is_that_of_the_two_best_segmentations() -> None:
    edges = np.array([0.8, 0.3])
    by_probability = sorted((0.8 * 0.7, 0.8 * 0.3, 0.2 * 0.7, 0.2 * 0.3), reverse=True)
    assert scores("margin", [edges])[0] == pytest.approx(1 - (by_probability[0] - by_probability[1]))


def test_the_order_is_from_high_to_low_with_ties_by_lot() -> None:
    values = np.array([0.0, 2.0, 0.0, 1.0, 0.0, 0.0])
    first = order(values, np.random.default_rng(1))
    assert first[:2].tolist() == [1, 3]
    assert sorted(first.tolist()) == list(range(6))
    assert (first == order(values, np.random.default_rng(1))).all()
    assert {tuple(order(values, np.random.default_rng(seed))[2:]) for seed in range(20)} != {tuple(first[2:])}


def test_an_unknown_strategy_is_named() -> None:
    with pytest.raises(UnknownStrategy, match="'entrpy' is unknown; known: random, mean_entropy"):
        scores("entrpy", [])


@pytest.mark.parametrize("name", ["bald", "vote_entropy"])
def test_a_committee_that_disagrees_comes_before_one_that_is_unsure_together(name: str) -> None:
    split = np.array([[0.9, 0.1], [0.1, 0.9]])
    unsure = np.array([[0.55, 0.45], [0.55, 0.45]])
    means = [votes.mean(axis=0) for votes in (split, unsure)]
    result = acquisition_scores(name, Pool(means, votes=[split, unsure]), rng=np.random.default_rng(0))
    assert result[0] > result[1]


def test_bald_by_hand() -> None:
    whole = Pool([np.array([0.5])], votes=[np.array([[1.0], [0.0]])])
    result = acquisition_scores("bald", whole, rng=np.random.default_rng(0))
    assert result[0] == pytest.approx(np.log(2), abs=1e-9)


def test_worth_per_second_prefers_the_cheaper_of_two_equals() -> None:
    whole = Pool([DOUBTFUL, DOUBTFUL, CERTAIN], seconds=np.array([20.0, 10.0, 10.0]))
    result = acquisition_scores("total_entropy_per_second", whole, rng=np.random.default_rng(0))
    assert order(result, np.random.default_rng(0)).tolist() == [1, 0, 2]


def test_coverage_counts_a_repeated_doubt_once_and_a_frequent_one_for_all_it_settles() -> None:
    half = np.array([0.5])
    frequent, rare = np.array([1]), np.array([2])
    whole = Pool([half] * 4, contexts=[frequent, frequent, frequent, rare])
    result = acquisition_scores("coverage", whole, rng=np.random.default_rng(0))
    ln2 = np.log(2)
    expected = [RESOLVED * 3 * ln2 * (1 - RESOLVED) ** seen for seen in range(3)]
    assert sorted(result[:3], reverse=True) == pytest.approx(expected)
    assert result[3] == pytest.approx(RESOLVED * ln2)


def test_coverage_picks_as_a_greedy_search_over_everything_does() -> None:
    rng = np.random.default_rng(5)
    sizes = rng.integers(1, 12, 60)
    probabilities = [rng.random(size) for size in sizes]
    contexts = [rng.integers(0, 25, size) for size in sizes]
    costs = rng.uniform(1, 5, 60)
    whole = Pool(probabilities, contexts=contexts, seconds=costs)
    result = acquisition_scores("coverage_per_second", whole, rng=rng)
    entropies = [-(p * np.log(p) + (1 - p) * np.log(1 - p)) for p in probabilities]
    unsettled = np.bincount(np.concatenate(contexts), np.concatenate(entropies))
    left = set(range(60))
    for index in order(result, rng):
        worths = {i: RESOLVED * unsettled[np.unique(contexts[i])].sum() / costs[i] for i in left}
        assert worths[index] == pytest.approx(max(worths.values()))
        unsettled[np.unique(contexts[index])] *= 1 - RESOLVED
        left.remove(index)


def test_coverage_ranks_what_it_no_longer_picks_below_what_it_picked(monkeypatch) -> None:
    monkeypatch.setattr("segmenter.query.MOST_COVERED", 3)
    rng = np.random.default_rng(0)
    whole = Pool([rng.random(5) for _ in range(50)], contexts=[rng.integers(0, 9, 5) for _ in range(50)])
    few = acquisition_scores("coverage", whole, rng=np.random.default_rng(1))
    monkeypatch.setattr("segmenter.query.MOST_COVERED", MOST_COVERED)
    all_of_them = acquisition_scores("coverage", whole, rng=np.random.default_rng(1))
    assert np.argsort(-few)[:3].tolist() == np.argsort(-all_of_them)[:3].tolist()


def test_a_mixture_keeps_every_sentence_once_and_the_rank_elsewhere() -> None:
    ranked = np.arange(100)[::-1].copy()
    mixed = mix_random(ranked, share=0.3, rng=np.random.default_rng(0))
    assert sorted(mixed.tolist()) == list(range(100))
    assert (mixed != ranked).sum() > 10
    assert (mix_random(ranked, share=0.0, rng=np.random.default_rng(0)) == ranked).all()


def test_a_mixture_draws_its_share_by_lot() -> None:
    ranked = np.arange(10_000)
    nothing = np.zeros((0, 0))
    mixed = arrange(
        "mean_entropy_mixed", ranked, batch=10, vectors=lambda _: nothing, rng=np.random.default_rng(0)
    )
    # a place by lot holds a later sentence than the rank would have given it
    early = np.flatnonzero(mixed[:2000] > 4000)
    assert 0.5 * RANDOM_SHARE * 2000 < len(early) < 0.7 * RANDOM_SHARE * 2000


def test_texts_too_alike_leave_the_batch_and_follow_it() -> None:
    vectors = np.array([[1.0, 0], [1, 0.01], [0, 1], [1, 1], [0, 0]])
    assert spread(vectors, size=2).tolist() == [0, 2, 1, 3, 4]
    assert spread(vectors[[1, 0]], size=5).tolist() == [0, 1]


def test_only_the_head_is_spread() -> None:
    asked = []

    def vectors(places: np.ndarray) -> np.ndarray:
        asked.append(len(places))
        return np.ones((len(places), 2))

    ranked = np.arange(100)
    arranged = arrange("mean_entropy_spread", ranked, batch=2, vectors=vectors, rng=np.random.default_rng(0))
    assert asked == [20]
    assert arranged.tolist() == ranked.tolist()


def test_a_strategy_of_ones_own_is_described_by_its_parts() -> None:
    mixed = Strategy(STRATEGIES["mnlp"].score, per_second=True, spread=True, mixed=True)
    assert mixed.description.endswith(
        "per second it is expected to take; no two alike in a batch; 20% drawn by lot."
    )

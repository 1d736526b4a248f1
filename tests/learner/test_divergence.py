from dataclasses import replace

import numpy as np
import pytest

from learner import divergence
from learner.divergence import LENGTH, Texts, from_pool, tell_apart
from learner.estimates import NotEstimable

WORDS = {"news": ["รัฐบาล", "ประชุม", "ตำรวจ", "จังหวัด"], "story": ["เจ้าหญิง", "มังกร", "ปราสาท", "ยักษ์"]}


def pool_of(size=400, seed=0, sentences_a_document=5):
    """Half news, half story, in short and long sentences, with documents of one domain each."""
    rng = np.random.default_rng(seed)
    domains = ["news" if (place // sentences_a_document) % 2 else "story" for place in range(size)]
    texts = [" ".join(rng.choice(WORDS[domain], size=rng.integers(2, 9))) for domain in domains]
    return Texts(
        texts=texts,
        clusters=np.array([len(text) for text in texts]),
        domains=domains,
        documents=np.arange(size) // sentences_a_document,
        frame=np.arange(size),
    )


POOL = pool_of()


@pytest.fixture
def rng():
    return np.random.default_rng(5)


def longest(count):
    return np.argsort(-POOL.clusters)[:count].tolist()


def of_domain(domain, count):
    return [place for place in range(len(POOL)) if POOL.domains[place] == domain][:count]


class TestASampleAgainstThePool:
    def test_the_longest_sentences_are_outside_the_band_of_length(self, rng):
        found = from_pool(longest(60), POOL, rng=rng, redraws=60)
        assert found.figures["mean_length"].is_outside
        assert found.figures["mean_length"].value > found.figures["mean_length"].pool
        assert found.figures["length_distance"].is_outside

    def test_one_domain_only_shows_in_shares_ngrams_and_mmd(self, rng):
        found = from_pool(of_domain("story", 60), POOL, rng=rng, redraws=60)
        assert found.domains["story"].value == 1.0
        assert found.domains["story"].pool == 0.5
        assert found.figures["domain_distance"].value == pytest.approx(0.5)
        for name in ("domain_distance", "ngram_divergence", "mmd"):
            assert found.figures[name].is_outside, name
            assert found.figures[name].as_far == pytest.approx(1 / 61)

    def test_half_the_vocabulary_is_met_in_one_of_two_domains(self, rng):
        found = from_pool(of_domain("story", 60), POOL, rng=rng, redraws=40)
        assert found.figures["ngram_types"].value < found.figures["ngram_types"].low
        assert found.growth[-1][0] == POOL.clusters[of_domain("story", 60)].sum()
        assert found.growth[-1][1] == found.figures["ngram_types"].value

    def test_random_samples_lie_in_their_bands_as_often_as_they_should(self):
        outside = {}
        for seed in range(40):
            rng = np.random.default_rng(seed)
            found = from_pool(rng.permutation(len(POOL))[:40].tolist(), POOL, rng=rng, redraws=40)
            for name, figure in found.figures.items():
                outside[name] = outside.get(name, 0) + figure.is_outside
        # 5 % of 40 are 2; more than 7 happens in fewer than 1 of 1,000 such tests
        assert max(outside.values()) <= 7, outside

    def test_a_sample_may_lie_outside_the_part_that_stands_for_the_pool(self, rng):
        part = replace(POOL, frame=np.arange(0, 200))
        sample = rng.permutation(np.arange(200, 400))[:50].tolist()
        assert not from_pool(sample, part, rng=rng, redraws=60).figures["mean_length"].is_outside

    def test_the_whole_pool_leaves_nothing_to_compare(self, rng):
        assert isinstance(from_pool(range(len(POOL)), POOL, rng=rng), NotEstimable)


class TestFigures:
    def test_ngrams_are_counted_within_a_text_and_named_again(self):
        rows, codes = divergence._ngram_codes(["กขก", "", "ก"])
        named = [divergence._decoded(int(code)) for code in codes]
        assert sorted(zip(rows.tolist(), named, strict=True)) == sorted(
            [(0, "ก"), (0, "ข"), (0, "ก"), (0, "กข"), (0, "ขก"), (0, "กขก"), (2, "ก")]
        )

    def test_folds_hold_documents_whole_and_are_of_like_size(self):
        documents = np.repeat(np.arange(12), [9, 8, 7, 6, 5, 4, 3, 2, 1, 1, 1, 1])
        folds = divergence._folds(documents)
        assert all(len(np.unique(folds[documents == document])) == 1 for document in range(12))
        assert np.ptp(np.bincount(folds)) <= 1

    def test_the_divergence_of_two_halves_that_share_nothing_is_one_bit(self):
        p, q = np.array([0.5, 0.5, 0, 0]), np.array([0, 0, 0.5, 0.5])
        middle = divergence._entropy((p + q) / 2)
        assert middle - (divergence._entropy(p) + divergence._entropy(q)) / 2 == pytest.approx(1.0)

    def test_the_length_distance_of_a_sample_above_the_median_is_one_half(self):
        drawn = np.array([[5, 6, 7, 8, 9]])
        assert divergence._kolmogorov_smirnov(drawn, np.arange(10))[0] == pytest.approx(0.5)

    def test_the_area_counts_the_pairs_in_the_right_order(self):
        scores = np.array([[0.9], [0.4], [0.5], [0.1]])
        positive = np.array([[True], [True], [False], [False]])
        assert divergence._roc_areas(scores, positive)[0] == pytest.approx(3 / 4)


class TestTellingSamplesApart:
    def test_two_domains_are_told_apart_and_the_words_say_by_what(self, rng):
        found = tell_apart(of_domain("news", 60), of_domain("story", 60), POOL, rng=rng, permutations=60)
        assert found.auc > 0.95 > found.high
        assert found.as_far == pytest.approx(1 / 61)
        assert any(name.strip("“”") in "รัฐบาลประชุมตำรวจจังหวัด" for name in found.first)

    def test_length_is_named_where_only_length_differs(self, rng):
        short = np.argsort(POOL.clusters)[:60].tolist()
        found = tell_apart(longest(60), short, POOL, rng=rng, permutations=40)
        assert LENGTH in found.first[:3]

    def test_random_samples_are_told_apart_no_oftener_than_they_should(self):
        found = 0
        for seed in range(60):
            rng = np.random.default_rng(seed)
            order = rng.permutation(len(POOL)).tolist()
            found += tell_apart(order[:40], order[40:80], POOL, rng=rng, permutations=39).as_far <= 0.05
        # 3 of 60 are to be expected; more than 9 happens in fewer than 1 of 1,000 such tests
        assert found <= 9

    def test_what_both_samples_have_tells_nothing(self, rng):
        sample = of_domain("news", 30)
        assert isinstance(tell_apart(sample, sample, POOL, rng=rng), NotEstimable)

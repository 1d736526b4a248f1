import math

import numpy as np
import pytest

from segmenter.metrics import (
    Agreement,
    Counts,
    agree,
    calibration_bins,
    count,
    expected_calibration_error,
    krippendorff_alpha,
)


def test_a_wrong_cut_costs_one_boundary_and_three_words() -> None:
    counts = count([2], [2, 4], list("กขคงจฉ"))
    assert counts == Counts(
        boundary_tp=1, boundary_fn=1, word_tp=1, word_fp=1, word_fn=2, sentences=1, exact_sentences=0
    )
    assert counts.boundary_f1 == pytest.approx(2 / 3)
    assert counts.word_f1 == pytest.approx(0.4)
    assert (counts.word_precision, counts.word_recall) == (0.5, pytest.approx(1 / 3))


def test_cuts_beside_white_space_are_not_scored() -> None:
    # a missing or an extra cut at a space changes nothing: the words on its sides are cut off anyway
    for predicted in ([], [2], [2, 3], [3]):
        counts = count(predicted, [2, 3], list("กข คง"))
        assert (counts.boundary_tp, counts.boundary_fp, counts.boundary_fn) == (0, 0, 0)
        assert (counts.word_tp, counts.word_fp, counts.word_fn) == (2, 0, 0)
        assert counts.exact_sentences == 1


def test_a_gold_word_with_a_space_inside_is_scored_as_two() -> None:
    assert count([], [], list("ก ข")).word_tp == 2


def test_only_white_space_has_nothing_to_count() -> None:
    counts = count([], [1], list("  "))
    assert (counts.boundary_f1, counts.word_f1, counts.sentence_accuracy) == (None, None, 1.0)


def test_an_empty_sentence_has_nothing_to_count() -> None:
    assert count([], [], []) == Counts(sentences=1, exact_sentences=1)
    assert Counts().sentence_accuracy is None


def test_counts_add_up() -> None:
    one = count([1], [1], list("กข"))
    assert sum([one, one]) == one + one == Counts(boundary_tp=2, word_tp=4, sentences=2, exact_sentences=2)


def test_agreement_by_hand() -> None:
    agreement = agree([1, 2], [2, 3], list("กขคงจ"))
    assert agreement == Agreement(both=1, only_first=1, only_second=1, neither=1)
    assert (agreement.boundary_f1, agreement.observed, agreement.kappa) == (0.5, 0.5, 0.0)


def test_annotators_who_agree_fully_have_kappa_one() -> None:
    assert agree([1], [1], list("กขค")).kappa == 1
    assert agree([], [], list("กขค")).kappa is None
    assert agree([], [], list("ก")).observed is None


def test_alpha_equals_the_textbook_formula_for_two_annotators() -> None:
    clusters = list("กขคงจฉชซฌญฎ")
    first, second = [1, 2, 3, 4], [3, 4, 5, 6, 7]
    agreement = agree(first, second, clusters)
    disagreements = agreement.only_first + agreement.only_second
    ones = 2 * agreement.both + disagreements
    zeros = 2 * agreement.neither + disagreements
    expected = 1 - (ones + zeros - 1) * disagreements / (ones * zeros)
    assert krippendorff_alpha([([first, second], clusters)]) == pytest.approx(expected)


def test_alpha_leaves_out_what_was_read_once() -> None:
    clusters = list("กขค")
    assert krippendorff_alpha([([[1]], clusters)]) is None
    assert krippendorff_alpha([([[1], [1]], clusters), ([[2]], clusters)]) == 1


def test_calibration_error_is_the_weighted_gap() -> None:
    probabilities = np.array([0.9, 0.9, 0.9, 0.9, 0.1, 1.0])
    labels = np.array([1, 1, 0, 0, 0, 1])
    bins = calibration_bins(probabilities, labels, n_bins=10)
    # five decisions of 0.9 and above promise 4.6 and keep 3; one of 0.1 promises 0.1 and keeps 0
    error = expected_calibration_error(bins)
    assert error is not None
    assert math.isclose(error, (1.6 + 0.1) / 6)
    assert expected_calibration_error(np.zeros((10, 3))) is None

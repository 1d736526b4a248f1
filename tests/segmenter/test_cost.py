import numpy as np
import pytest

from segmenter.cost import CostModel, expected_corrections, fit_cost_model, predicted_seconds


def test_the_model_is_found_again_from_its_own_seconds() -> None:
    rng = np.random.default_rng(0)
    clusters, corrections = rng.integers(5, 100, 200).astype(float), rng.integers(0, 9, 200).astype(float)
    model = CostModel(base=3.0, per_cluster=0.2, per_correction=2.0)
    fitted = fit_cost_model(clusters, corrections, model.seconds(clusters, corrections))
    assert (fitted.base, fitted.per_cluster, fitted.per_correction) == pytest.approx((3.0, 0.2, 2.0))


def test_no_term_is_negative_and_no_data_gives_the_defaults() -> None:
    fitted = fit_cost_model(np.array([1.0, 2, 3]), np.array([0.0, 1, 2]), np.array([9.0, 5, 1]))
    assert min(fitted.base, fitted.per_cluster, fitted.per_correction) >= 0
    assert fit_cost_model(np.zeros(0), np.zeros(0), np.zeros(0)) == CostModel()


def test_doubt_costs_corrections_and_length_costs_reading() -> None:
    edges = [np.array([0.5, 0.9]), np.zeros(0)]
    assert expected_corrections(edges, [[1, 2], []]).tolist() == pytest.approx([0.6, 0.0])
    assert predicted_seconds(CostModel(1.0, 1.0, 10.0), edges, [[1, 2], []]).tolist() == pytest.approx(
        [10.0, 2.0]
    )


def test_what_is_shown_decides_what_there_is_to_correct() -> None:
    edges = [np.array([0.9, 0.2, 0.5])]
    assert expected_corrections(edges, None).tolist() == pytest.approx([0.9 + 0.2 + 0.5])
    assert expected_corrections(edges, [[1]]).tolist() == pytest.approx([0.1 + 0.2 + 0.5])
    assert expected_corrections(edges, [[2, 3]]).tolist() == pytest.approx([0.9 + 0.8 + 0.5])

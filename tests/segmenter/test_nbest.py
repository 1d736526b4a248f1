from itertools import product

import numpy as np
import pytest

from segmenter.nbest import best_segmentations, log_probability


def test_the_best_segmentations_are_those_of_an_enumeration() -> None:
    rng = np.random.default_rng(0)
    for _ in range(20):
        edges = rng.random(6)
        everything = sorted(
            (
                (
                    tuple(i + 1 for i, cut in enumerate(cuts) if cut)
                    for cuts in product((False, True), repeat=6)
                ),
            )[0],
            key=lambda boundaries: -log_probability(boundaries, edges),
        )
        found = best_segmentations(edges, count=20)
        assert [boundaries for boundaries, _ in found] == everything[:20]
        for boundaries, log in found:
            assert log == pytest.approx(log_probability(boundaries, edges))


def test_all_segmentations_have_probability_one_together() -> None:
    edges = np.array([0.9, 0.2, 0.5])
    found = best_segmentations(edges, count=100)
    assert len(found) == 8
    assert sum(np.exp(log) for _, log in found) == pytest.approx(1)


def test_a_text_without_edges_has_one_certain_segmentation() -> None:
    assert best_segmentations(np.zeros(0), count=3) == [((), 0.0)]

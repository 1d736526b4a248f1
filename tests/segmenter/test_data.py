import numpy as np
import pytest

from segmenter.data import batches_of_similar_length, edge_contexts, text_vectors
from segmenter.text import cluster_lengths


def contexts(*texts: str) -> list[np.ndarray]:
    return edge_contexts(texts, [cluster_lengths(text) for text in texts])


def test_edges_between_the_same_clusters_have_the_same_context_in_any_text_and_call() -> None:
    first, second, empty, single = contexts("ตากลมตา", "กี่ตากลม", "", "ก")
    assert (len(first), len(second), len(empty), len(single)) == (6, 5, 0, 0)
    assert first[0] == first[5] == second[1] == contexts("ตา")[0][0]
    assert len(set(first[:5].tolist())) == 5


def test_no_text_at_all_has_no_contexts() -> None:
    assert contexts() == []


def cosine(a: np.ndarray, b: np.ndarray) -> float:
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


def test_texts_that_differ_in_a_word_are_alike_and_others_are_not() -> None:
    rice, fish, other = text_vectors(["เมื่อวานนี้แม่ซื้อข้าวสาร", "เมื่อวานนี้แม่ซื้อปลาทู", "รัฐบาลประกาศขึ้นภาษีน้ำมัน"])
    assert cosine(rice, fish) > 0.6
    assert cosine(rice, other) < 0.3
    assert cosine(rice, rice) == pytest.approx(1)


def test_even_an_empty_text_has_a_vector() -> None:
    vectors = text_vectors(["", "ก", "\ud800"])
    assert vectors.shape[0] == 3
    assert np.isfinite(vectors).all()
    assert text_vectors([]).shape[0] == 0


def test_batches_hold_every_text_once_within_the_area_or_alone() -> None:
    sizes = np.array([1, 1, 2, 3, 5, 8, 40])
    batches = list(batches_of_similar_length(sizes, np.arange(7), area=10))
    assert np.concatenate(batches).tolist() == list(range(7))
    assert all(len(batch) == 1 or len(batch) * sizes[batch].max() <= 10 for batch in batches)

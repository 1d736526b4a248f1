"""N-grams of clusters around an edge: what they see, what they do not, and that texts do not mix."""

import numpy as np
import pytest

from segmenter.data import cluster_characters
from segmenter.ngrams import NARROW, WIDE, Templates, hash_ngrams
from segmenter.text import cluster_lengths


def ngrams(texts: list[str], templates: Templates) -> np.ndarray:
    lengths = [cluster_lengths(text) for text in texts]
    text_of = np.repeat(np.arange(len(texts)), [len(each) for each in lengths])
    return hash_ngrams(cluster_characters(texts, lengths), text_of, templates)


@pytest.mark.parametrize("templates", [NARROW, WIDE])
def test_a_text_has_the_same_ngrams_alone_and_among_others(templates: Templates) -> None:
    texts = ["ตากลมโต", "", "ก", "ข้าวผัดกุ้ง"]
    together = ngrams(texts, templates)
    alone = [ngrams([text], templates) for text in texts if text]
    assert (together == np.concatenate(alone)).all()
    assert together.shape == (len(together), len(templates))
    assert together.min() >= 1
    assert together.max() <= 2**templates.bits


@pytest.mark.parametrize("templates", [NARROW, WIDE])
def test_they_reach_as_far_as_they_say_and_no_further(templates: Templates) -> None:
    clusters = list("กขคงจฉชซฌญฎฏฐ")
    edge = 6
    plain = ngrams(["".join(clusters)], templates)[edge]

    def changed(at: int) -> bool:
        other = [*clusters[:at], "ฮ", *clusters[at + 1 :]]
        return bool((ngrams(["".join(other)], templates)[edge] != plain).any())

    first = min(start for start, _ in templates.starts)
    last = max(end + size - 2 for size, (_, end) in enumerate(templates.starts, start=1))
    assert [at - edge for at in range(len(clusters)) if changed(at)] == list(range(first, last + 1))


def test_templates_survive_json() -> None:
    assert Templates.from_json(WIDE.to_json()) == WIDE

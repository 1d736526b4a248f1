from dataclasses import replace

import numpy as np
import pytest

from segmenter.data import Example
from segmenter.distill import distil
from segmenter.model import Tagger, TaggerConfig
from segmenter.predict import boundary_probabilities
from segmenter.train import NothingToLearn


def test_a_student_decides_like_its_teacher(tagger: Tagger, examples: list[Example]) -> None:
    texts = [example.text for example in examples]
    config = replace(TaggerConfig.preset("fast"), steps=60, epochs=30, batch_clusters=400)
    steps = list(distil(tagger, texts, config, seed=0))
    student = steps[-1].tagger
    assert student is not None
    assert not student.features.lattice
    agree = [
        ((a > 0.5) == (b > 0.5)).mean()
        for a, b in zip(
            boundary_probabilities(tagger, texts), boundary_probabilities(student, texts), strict=True
        )
    ]
    assert np.mean(agree) > 0.97


def test_without_text_there_is_nothing_to_copy(tagger: Tagger) -> None:
    with pytest.raises(NothingToLearn, match="no text to distil from"):
        next(distil(tagger, ["", "ก"], TaggerConfig.preset("fast"), seed=0))

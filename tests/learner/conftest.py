"""A project at work for the learner's tests: people claim and submit by a clock that only moves when told."""

from pathlib import Path

import numpy as np
import pytest

from annotation.models import Project
from segmenter.lexicon import Lexicon, WordLists
from segmenter.model import PRESETS, TaggerConfig
from tests.annotation.api.conftest import by
from tests.annotation.conftest import Desk, desk
from tests.factories import make_member
from tests.learner.working import SUBJECTS, VERBS, answer, make_loop

__all__ = ["Desk", "by", "desk"]


@pytest.fixture(autouse=True)
def checkpoint_store(tmp_path, settings) -> Path:
    settings.CHECKPOINT_STORE = tmp_path / "checkpoints"
    return settings.CHECKPOINT_STORE


@pytest.fixture(scope="session")
def few_words() -> WordLists:
    words = Lexicon([*SUBJECTS, *VERBS])
    return WordLists(words, np.ones((len(words), 3), bool), np.zeros((len(words), 1), np.float32))


@pytest.fixture(autouse=True)
def quick_preset(monkeypatch, few_words) -> None:
    """The real tagger with few words, smaller and shorter than any preset of the product.

    The general word lists are most of the time of so short a training.
    """
    monkeypatch.setattr("segmenter.train.general_words", lambda: few_words)
    tiny = TaggerConfig(width=16, dilations=(1,), steps=30, epochs=10, batch_clusters=400)
    monkeypatch.setitem(PRESETS, "test", tiny)


@pytest.fixture
def loop(desk) -> Project:
    """A project whose first round is due."""
    project = make_loop()
    answer(desk, make_member(project), 30)
    return project

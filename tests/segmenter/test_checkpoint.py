import json
from pathlib import Path

import numpy as np
import pytest

from segmenter import checkpoint
from segmenter.checkpoint import BadCheckpoint
from segmenter.model import Tagger
from segmenter.predict import boundary_probabilities

TEXTS = ["ครูซื้อมะม่วง วันนี้", "แม่เห็นแมว"]


@pytest.fixture
def folder(tagger: Tagger, tmp_path: Path) -> Path:
    checkpoint.save(tagger, tmp_path / "one", description={"seed": 1, "data": "abc"})
    return tmp_path / "one"


def test_a_loaded_tagger_predicts_the_same(tagger: Tagger, folder: Path) -> None:
    loaded = checkpoint.load(folder)
    for a, b in zip(
        boundary_probabilities(tagger, TEXTS), boundary_probabilities(loaded, TEXTS), strict=True
    ):
        assert np.array_equal(a, b)


def test_the_description_says_how_to_repeat_it(folder: Path, tagger: Tagger) -> None:
    contents = checkpoint.read_description(folder)
    assert contents["description"] == {"seed": 1, "data": "abc"}
    assert contents["config"]["width"] == tagger.config.width
    assert {"torch", "numpy", "pythainlp", "regex", "python"} == set(contents["versions"])
    assert contents["threads"] == 1


def test_a_checkpoint_is_never_overwritten(tagger: Tagger, folder: Path) -> None:
    with pytest.raises(BadCheckpoint, match="already holds a checkpoint"):
        checkpoint.save(tagger, folder, description={})


def spoil_weights(folder: Path) -> None:
    weights = folder / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])


def spoil_config(folder: Path) -> None:
    path = folder / "checkpoint.json"
    contents = json.loads(path.read_text(encoding="utf-8"))
    contents["config"]["unheard_of"] = 1
    path.write_text(json.dumps(contents), encoding="utf-8")


def widen(folder: Path) -> None:
    path = folder / "checkpoint.json"
    contents = json.loads(path.read_text(encoding="utf-8"))
    contents["config"]["width"] += 1
    path.write_text(json.dumps(contents), encoding="utf-8")


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda f: (f / "checkpoint.json").unlink(), "checkpoint.json cannot be read: No such file"),
        (lambda f: (f / "checkpoint.json").write_text("{"), "checkpoint.json is not JSON"),
        (lambda f: (f / "checkpoint.json").write_text('{"format": 99}'), "has format 99"),
        (lambda f: (f / "checkpoint.json").write_text('{"format": 1}'), "does not describe a tagger"),
        (spoil_config, "does not describe a tagger"),
        (lambda f: (f / "weights.safetensors").unlink(), "weights.safetensors cannot be read"),
        (spoil_weights, "weights.safetensors cannot be read"),
        (widen, "weights.safetensors does not fit"),
    ],
)
def test_a_broken_checkpoint_gives_one_clear_error(folder: Path, spoil, message: str) -> None:
    spoil(folder)
    with pytest.raises(BadCheckpoint, match=message):
        checkpoint.load(folder)

"""The exported package: what its parts may import, that it decides as the tagger does, that it installs."""

import ast
import json
import subprocess
import sys
import venv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from segmenter import checkpoint, export
from segmenter.export import BadExport
from segmenter.model import Calibration, Tagger, TaggerConfig
from segmenter.predict import boundary_probabilities, segment
from segmenter.runtime import Model
from segmenter.text import cluster_lengths
from segmenter.train import fit

ODD = ["", "ก", "😀😀👩‍👩‍👧", "ລາວ English ๑๒", "\ud800ครู\udc00", "  \n\t ", "ครูซื้อรถ" * 800]


def exported(tagger: Tagger, folder: Path) -> Path:
    checkpoint.save(tagger, folder / "checkpoint", description={"seed": 1})
    return export.export(folder / "checkpoint", folder / "out", name="thai_cutter") / "thai_cutter"


@pytest.mark.parametrize("module", export.MODULES)
def test_what_is_copied_imports_nothing_heavier_than_onnx_runtime(module: str) -> None:
    tree = ast.parse(Path(export.__file__).with_name(f"{module}.py").read_text())
    names = [node.module for node in tree.body if isinstance(node, ast.ImportFrom)]
    names += [alias.name for node in tree.body if isinstance(node, ast.Import) for alias in node.names]
    own = {f"segmenter.{name}" for name in export.MODULES}
    allowed = {"numpy", "regex", "onnxruntime", *sys.stdlib_module_names}
    assert [n for n in names if n not in own and n.split(".")[0] not in allowed] == []


@pytest.mark.parametrize("encoder", ["conv", "none"])
def test_onnx_decides_as_torch_does(encoder, tmp_path, examples, config) -> None:
    dilations = (1,) if encoder == "conv" else ()
    config: TaggerConfig = replace(config, encoder=encoder, dilations=dilations, steps=20)
    tagger = fit(examples, config, seed=3).calibrated(Calibration(temperature=1.3, prior=0.4))
    model = Model(exported(tagger, tmp_path))
    texts = [example.text for example in examples] + ODD
    theirs = model.boundary_probabilities(texts, [cluster_lengths(text) for text in texts])
    for ours, other in zip(boundary_probabilities(tagger, texts), theirs, strict=True):
        np.testing.assert_allclose(ours, other, atol=1e-5)
    assert list(model.segment_all(texts)) == [segment(tagger, text) for text in texts]
    assert ["".join(words) for words in model.segment_all(texts)] == texts


def test_a_full_folder_a_bad_name_and_a_missing_checkpoint_are_refused(tagger, tmp_path) -> None:
    package = exported(tagger, tmp_path)
    source = tmp_path / "checkpoint"
    with pytest.raises(BadExport, match="is not empty"):
        export.export(source, package.parent)
    with pytest.raises(BadExport, match="'Thai-1' is no name"):
        export.export(source, tmp_path / "other", name="Thai-1")
    with pytest.raises(checkpoint.BadCheckpoint, match="cannot be read"):
        export.export(tmp_path / "nothing", tmp_path / "other")
    assert not (tmp_path / "other").exists()


def test_the_package_says_what_it_was_made_from(tagger, tmp_path) -> None:
    described = json.loads((exported(tagger, tmp_path) / "model.json").read_text())
    assert described["checkpoint"]["description"] == {"seed": 1}


@pytest.mark.slow
def test_the_package_installs_and_segments_without_torch(tagger, tmp_path) -> None:
    """In an environment of its own: no torch, no pythainlp, nothing of this repository."""
    folder = exported(tagger, tmp_path).parent
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-q", str(folder)], check=True, cwd=tmp_path)
    ask = (
        "import sys, json; from thai_cutter import segment;"
        "print(json.dumps([segment(t) for t in json.loads(sys.argv[1])]));"
        "print(sorted({'torch', 'pythainlp', 'django', 'scipy', 'segmenter'} & set(sys.modules)))"
    )
    texts = ["ครูซื้อมะม่วงวันนี้", *ODD[:4]]
    done = subprocess.run(
        [python, "-c", ask, json.dumps(texts)], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    words, loaded = done.stdout.splitlines()
    assert json.loads(words) == [segment(tagger, text) for text in texts]
    assert loaded == "[]"

"""A checkpoint as a small package that anybody can install: ONNX, JSON, and the segmenter's own feature code.

`pip install FOLDER` gives a module with `segment(text)`; it needs numpy, regex and ONNX Runtime, and
neither torch nor anything of this project. Modules are copied as they are, only their imports of one
another are renamed.
"""

from __future__ import annotations

import json
import re
import warnings
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from segmenter import checkpoint
from segmenter.data import N_CHARACTER_COLUMNS
from segmenter.model import Network, Tagger
from segmenter.runtime import DESCRIPTION, FORMAT, GRAPH, describe_features
from segmenter.symbols import CLUSTER_SPECIAL

MODULES = ("text", "lattice", "lexicon", "ngrams", "data", "runtime")
NAME = re.compile(r"[a-z][a-z0-9_]*")
OPSET = 17


class BadExport(ValueError):
    """The package cannot be written; the message says why."""


def export(
    folder: Path | str, target: Path | str, *, name: str = "tatkham_model", version: str = "1"
) -> Path:
    """Write the checkpoint in `folder` as an installable package into `target` (created; must be empty).

    `name` is what one imports. Returns `target`. Raises BadExport and BadCheckpoint.
    """
    target = Path(target)
    if not NAME.fullmatch(name):
        raise BadExport(f"{name!r} is no name for a package: small letters, digits and _ only")
    if target.exists() and any(target.iterdir()):
        raise BadExport(f"{target} is not empty")
    tagger = checkpoint.load(folder)
    package = target / name
    package.mkdir(parents=True, exist_ok=True)
    write_graph(tagger, package / GRAPH)
    made_from = checkpoint.read_description(folder)
    described = {"format": FORMAT, "checkpoint": made_from, **describe_features(tagger.features)}
    (package / DESCRIPTION).write_text(json.dumps(described, ensure_ascii=True), encoding="utf-8")
    for module in MODULES:
        source = Path(__file__).with_name(f"{module}.py").read_text(encoding="utf-8")
        renamed = re.sub(r"^from segmenter\.", f"from {name}.", source, flags=re.MULTILINE)
        (package / f"{module}.py").write_text(renamed, encoding="utf-8")
    (package / "__init__.py").write_text(_INIT, encoding="utf-8")
    project = _PROJECT.format(name=name, distribution=name.replace("_", "-"), version=version)
    (target / "pyproject.toml").write_text(project, encoding="utf-8")
    (target / "README.md").write_text(_README.format(name=name), encoding="utf-8")
    return target


def write_graph(tagger: Tagger, path: Path) -> None:
    """Write the tagger's networks as one ONNX graph from features, n-grams and mask to probabilities.

    Inputs are int32 (texts, longest, n_features), int32 (texts, longest, n_templates) and bool (texts,
    longest); the output is float32 (texts, longest), anything where the mask is False.
    """
    n_features = len(tagger.features.offsets) - 1
    example = (
        torch.zeros((2, 3, n_features), dtype=torch.int32),
        torch.zeros((2, 3, len(tagger.features.templates)), dtype=torch.int32),
        torch.ones((2, 3), dtype=torch.bool),
    )
    inputs = ["features", "ngrams", "mask"]
    outputs = ["probabilities"]
    with warnings.catch_warnings():
        # the exporter calls parts of torch that torch itself is about to retire
        warnings.simplefilter("ignore")
        torch.onnx.export(
            _Exported(tagger).eval(),
            example,
            str(path),
            dynamo=False,
            opset_version=OPSET,
            input_names=inputs,
            output_names=outputs,
            dynamic_axes={each: {0: "texts", 1: "longest"} for each in inputs + outputs},
        )


class _Exported(nn.Module):
    """The tagger on padded batches; embeddings are added feature by feature, which needs less memory."""

    def __init__(self, tagger: Tagger) -> None:
        super().__init__()
        # the exporter knows weights of registered modules only; the tuple says what they are
        self.registered = nn.ModuleList(tagger.networks)
        self.networks = tagger.networks
        self.temperature = tagger.temperature

    def forward(self, features: Tensor, ngrams: Tensor, mask: Tensor) -> Tensor:
        logits = [_padded_logits(network, features, ngrams, mask) for network in self.networks]
        return torch.sigmoid(torch.stack(logits).mean(0) / self.temperature)


def _padded_logits(network: Network, features: Tensor, ngrams: Tensor, mask: Tensor) -> Tensor:
    """Return what `Network.forward` gives for the same rows, (texts, longest)."""
    embedded = [functional.embedding(part, network.embedding.weight) for part in features.unbind(-1)]
    x = sum(embedded[1:], embedded[0])
    wide = functional.embedding(ngrams, network.ngrams.weight).sum(2)
    wide = wide + functional.embedding(features, network.prior.weight).sum(2)
    if network.pretrained is not None:
        symbols = network.pretrained.symbols(features[..., :N_CHARACTER_COLUMNS])
        # what a mask hides has no id of a character
        symbols = symbols.masked_fill(~mask, CLUSTER_SPECIAL.pad)
        read = network.pretrained_norm(network.pretrained.read(symbols, mask).transpose(1, 2))
        x = x + network.fit_pretrained(read.transpose(1, 2))
        wide = wide + network.pretrained_head(read * mask[:, None]).transpose(1, 2)
    x = network.encoder(x * mask[..., None], mask)
    logits: Tensor = (network.head(network.norm(x)) + wide).squeeze(-1)
    return logits


_INIT = '''"""Thai word segmentation by a model exported from Tatkham.

`segment` has the shape of pythainlp's engines: text in, list of words out, white space kept.
"""

from functools import cache
from pathlib import Path

from .runtime import Model


@cache
def model() -> Model:
    """Return the model of this package, loaded on first use."""
    return Model(Path(__file__).parent)


def segment(text: str) -> list[str]:
    """Return the words of `text`; joined they are the text exactly."""
    return model().segment(text)
'''

_PROJECT = """[build-system]
requires = ["setuptools>=70"]
build-backend = "setuptools.build_meta"

[project]
name = "{distribution}"
version = "{version}"
description = "Thai word segmentation by a model exported from Tatkham."
requires-python = ">=3.11"
dependencies = ["numpy>=2", "onnxruntime>=1.20", "regex"]

[tool.setuptools]
packages = ["{name}"]

[tool.setuptools.package-data]
{name} = ["*.onnx", "*.json"]
"""

_README = """# {name}

Thai word segmentation: `pip install .`, then

```python
from {name} import model, segment

segment("ตัดคำภาษาไทย")              # words; joined they are the text exactly
list(model().segment_all(many_texts))  # faster for many texts; reads a stream of any length
```

`segment` has the shape of pythainlp's engines. What the model was trained on is in `{name}/model.json` under
`checkpoint`; its labels' licence binds what is made with it.
"""

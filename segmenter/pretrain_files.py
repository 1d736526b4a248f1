"""A pre-training run on disk: weights in safetensors, all else in readable JSON; nothing is unpickled.

A folder holds one run and is written over as the run goes on. The JSON is replaced last and names the weights
it belongs to, so whoever is killed in the middle leaves the state before.
"""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from segmenter.checkpoint import BadCheckpoint, read_json, read_tensors
from segmenter.pretrain import PretrainConfig, Pretraining, drop_generator, run
from segmenter.pretrained import Pretrained
from segmenter.seq2seq import Seq2SeqConfig
from segmenter.symbols import RawText

FORMAT = 1
DESCRIPTION = "pretraining.json"
KNOWN = "known"
MOMENTS = ("step", "exp_avg", "exp_avg_sq")


@dataclass(frozen=True, slots=True)
class Source:
    """What a run is about: how to build its reader, its text, and the keys of clusters that have symbols.

    `known` is None where the symbols are a tokenizer's.
    """

    model: Mapping[str, Any]
    text: RawText
    known: np.ndarray[Any, Any] | None = None


def run_saved(
    state: Pretraining, source: Source, folder: Path | str, *, save_every: int, until: int | None = None
) -> Generator[Pretraining, None, None]:
    """Make steps as `run` does, saving every so many and when the caller stops; the last one is saved too.

    Goes on from what the folder holds.
    """
    if (Path(folder) / DESCRIPTION).exists():
        restore(state, folder, source)
    saved = state.step
    try:
        for _ in run(state, source.text, until=until):
            if state.step - saved >= save_every:
                save(state, folder, source)
                saved = state.step
            yield state
    finally:
        if state.step > saved:
            save(state, folder, source)


def save(state: Pretraining, folder: Path | str, source: Source) -> None:
    """Write the run into `folder`, in place of an earlier step. A finished run keeps the reader only."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    tensors = _tensors_of(state)
    if source.known is not None:
        tensors[KNOWN] = torch.from_numpy(source.known)
    weights = f"weights-{state.step}.safetensors"
    save_file(tensors, folder / f"{weights}.new")
    os.replace(folder / f"{weights}.new", folder / weights)
    contents = {
        "format": FORMAT,
        "model": dict(source.model),
        "text": source.text.sha256,
        "config": state.config.to_json(),
        "seed": state.seed,
        "step": state.step,
        "flops": state.flops,
        "flops_a_step": state.flops_a_step,
        "has_generator": state.generator is not None,
        "weights": weights,
        "sums": state.sums,
        "history": state.history,
        "threads": torch.get_num_threads(),
        "versions": {
            "python": platform.python_version(),
            **{name: version(name) for name in ("torch", "numpy", "regex")},
        },
    }
    new = folder / f"{DESCRIPTION}.new"
    new.write_text(json.dumps(contents, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    os.replace(new, folder / DESCRIPTION)
    for old in folder.glob("weights-*"):
        if old.name != weights:
            old.unlink()


def restore(state: Pretraining, folder: Path | str, source: Source) -> None:
    """Bring a run that has just begun to where the folder's run was left.

    Raises BadCheckpoint when the folder's run is another one: configuration, seed, model and text must agree.
    """
    contents = read_description(folder)
    # compared as they would be read back
    model = json.loads(json.dumps(dict(source.model)))
    if (contents["model"], contents["text"]) != (model, source.text.sha256):
        raise BadCheckpoint(f"{folder} holds a run of another model or on other text")
    if (PretrainConfig.from_json(contents["config"]), contents["seed"]) != (state.config, state.seed):
        raise BadCheckpoint(f"{folder} holds a run with another configuration or seed")
    tensors = read_tensors(Path(folder) / contents["weights"])
    state.step = contents["step"]
    state.flops, state.flops_a_step = contents["flops"], contents["flops_a_step"]
    state.history = contents["history"]
    if state.is_finished or not contents["has_generator"]:
        drop_generator(state)
    state.sums = contents["sums"]
    with torch.no_grad():
        for name, module in _modules_of(state).items():
            for parameter_name, parameter in module.named_parameters():
                parameter.copy_(tensors[f"{name}.{parameter_name}"])
    if not state.is_finished:
        for number, parameter in enumerate(_parameters_of(state)):
            kept = _below(tensors, f"moments.{number}.")
            # the count of steps stays on the processor, the moments follow their weights
            moments = {
                name: value if name == "step" else value.to(parameter.device) for name, value in kept.items()
            }
            state.optimizer.state[parameter] = moments


def load_pretrained(folder: Path | str) -> Pretrained:
    """Return the encoder of a run on clusters, finished or not, for a tagger to start from."""
    contents = read_description(folder)
    tensors = read_tensors(Path(folder) / contents["weights"])
    if KNOWN not in tensors:
        raise BadCheckpoint(f"{folder} was trained on a tokenizer's symbols; a tagger reads clusters")
    reader = _below(tensors, "reader.")
    own = {name: value for name, value in reader.items() if not name.startswith("decoder.")}
    return Pretrained(Seq2SeqConfig(**contents["model"]), {**own, KNOWN: tensors[KNOWN]})


def read_description(folder: Path | str) -> dict[str, Any]:
    """Return the run's JSON: configuration, step, FLOPs, history."""
    return read_json(Path(folder) / DESCRIPTION, of_format=FORMAT)


def _tensors_of(state: Pretraining) -> dict[str, Tensor]:
    modules = {"reader": state.reader} if state.is_finished else _modules_of(state)
    tensors = {
        # parameters, because a state dict would hold those that are tied several times
        f"{prefix}.{name}": parameter.detach()
        for prefix, module in modules.items()
        for name, parameter in module.named_parameters()
    }
    if not state.is_finished:
        for number, parameter in enumerate(_parameters_of(state)):
            kept = state.optimizer.state[parameter]
            tensors |= {f"moments.{number}.{name}": kept[name] for name in MOMENTS if name in kept}
    return tensors


def _modules_of(state: Pretraining) -> dict[str, nn.Module]:
    named = {"reader": state.reader, "generator": state.generator, "head": state.head}
    return {name: module for name, module in named.items() if module is not None}


def _parameters_of(state: Pretraining) -> list[nn.Parameter]:
    return [parameter for group in state.optimizer.param_groups for parameter in group["params"]]


def _below(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}

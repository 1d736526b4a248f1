"""Checkpoints: weights and word lists in safetensors, all else in readable JSON. Nothing is unpickled."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from segmenter.data import FeatureMap
from segmenter.lexicon import Lexicon, WordLists
from segmenter.model import Network, Tagger, TaggerConfig, feature_map

FORMAT = 1
WEIGHTS = "weights.safetensors"
DESCRIPTION = "checkpoint.json"


class BadCheckpoint(ValueError):
    """A checkpoint folder cannot be read; the message says which file and why."""


def save(tagger: Tagger, folder: Path | str, *, description: Mapping[str, Any]) -> None:
    """Write the tagger into `folder` (created; must hold no checkpoint yet).

    `description` is kept beside what is needed to repeat and to load: data hash, seed, metrics and whatever
    else the caller knows; it must be JSON.
    """
    folder = Path(folder)
    refuse_existing(folder)
    folder.mkdir(parents=True, exist_ok=True)
    save_file(_to_tensors(tagger), folder / WEIGHTS)
    contents = {
        "format": FORMAT,
        "config": tagger.config.to_json(),
        "temperature": tagger.temperature,
        "threads": torch.get_num_threads(),
        "versions": {
            "python": platform.python_version(),
            **{name: version(name) for name in ("torch", "numpy", "pythainlp", "regex")},
        },
        "description": dict(description),
    }
    # written last: a folder without it is no checkpoint
    (folder / DESCRIPTION).write_text(
        json.dumps(contents, ensure_ascii=False, indent=2) + "\n", encoding="utf-8"
    )


def refuse_existing(folder: Path | str) -> None:
    """Raise BadCheckpoint where `folder` already holds a checkpoint: those are never overwritten."""
    if (Path(folder) / DESCRIPTION).exists():
        raise BadCheckpoint(f"{folder} already holds a checkpoint; checkpoints are never overwritten")


def load(folder: Path | str) -> Tagger:
    """Read a checkpoint; raises BadCheckpoint with one clear sentence for anything that is wrong with it."""
    folder = Path(folder)
    contents = read_description(folder)
    try:
        config = TaggerConfig.from_json(contents["config"])
        temperature = float(contents["temperature"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadCheckpoint(f"{folder / DESCRIPTION} does not describe a tagger: {error!r}") from error
    tensors = read_tensors(folder / WEIGHTS)
    try:
        features, networks = _from_tensors(tensors, config)
    except (KeyError, RuntimeError, UnicodeDecodeError) as error:
        raise BadCheckpoint(f"{folder / WEIGHTS} does not fit {DESCRIPTION}: {error}") from error
    return Tagger(config, features, networks, temperature)


def read_description(folder: Path | str) -> dict[str, Any]:
    """Return the checkpoint's JSON without loading weights."""
    return read_json(Path(folder) / DESCRIPTION, of_format=FORMAT)


def read_json(path: Path, *, of_format: int) -> dict[str, Any]:
    """Return the object of a JSON file, whose `format` must be the one given. Raises BadCheckpoint."""
    try:
        contents = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadCheckpoint(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise BadCheckpoint(f"{path} is not JSON: {error}") from error
    found = contents.get("format") if isinstance(contents, dict) else None
    if found != of_format:
        raise BadCheckpoint(f"{path} has format {found!r}; this version reads format {of_format}")
    return dict(contents)


def read_tensors(path: Path) -> dict[str, torch.Tensor]:
    """Return the tensors of a file by name. Raises BadCheckpoint."""
    try:
        return load_file(path)
    except (OSError, SafetensorError) as error:
        raise BadCheckpoint(f"{path} cannot be read: {error}") from error


def _to_tensors(tagger: Tagger) -> dict[str, torch.Tensor]:
    words = tagger.features.words
    encoded = "\n".join(words.lexicon.words).encode("utf-8", "surrogatepass")
    # copies, because a tensor wants memory it may write
    tensors = {
        "words.text": torch.from_numpy(np.frombuffer(encoded, np.uint8).copy()),
        "words.member": torch.from_numpy(words.member.copy()),
        "words.log_probability": torch.from_numpy(words.log_probability.copy()),
    }
    for number, network in enumerate(tagger.networks):
        for name, value in network.state_dict().items():
            tensors[f"network.{number}.{name}"] = value.contiguous()
    return tensors


def _from_tensors(
    tensors: dict[str, torch.Tensor], config: TaggerConfig
) -> tuple[FeatureMap, tuple[Network, ...]]:
    text = tensors["words.text"].numpy().tobytes().decode("utf-8", "surrogatepass")
    lexicon = Lexicon(text.split("\n"))
    member, log_probability = tensors["words.member"].numpy(), tensors["words.log_probability"].numpy()
    if not len(lexicon) == len(member) == len(log_probability):
        raise KeyError("the words and their values differ in number")
    features = feature_map(WordLists(lexicon, member, log_probability), config)
    networks = []
    for number in range(config.members):
        network = Network(config, n_embeddings=features.size)
        prefix = f"network.{number}."
        network.load_state_dict(
            {n.removeprefix(prefix): v for n, v in tensors.items() if n.startswith(prefix)}
        )
        networks.append(network.eval())
    return features, tuple(networks)

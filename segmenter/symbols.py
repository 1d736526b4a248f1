"""Grapheme clusters as the symbols of pre-training, and raw text as one long row of symbols."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from segmenter.corpora import open_text, read_records
from segmenter.corruption import SpecialIds
from segmenter.data import N_CHARACTERS, cluster_characters
from segmenter.text import cluster_lengths

Array = np.ndarray[Any, Any]

SENTINELS = 32
UNKNOWN = 3
FIRST_CLUSTER = 4 + SENTINELS
CLUSTER_SPECIAL = SpecialIds(pad=0, eos=1, mask=2, sentinels=tuple(range(4, FIRST_CLUSTER)))

TEXTS_AT_ONCE = 10_000


class TooLittleText(ValueError):
    """There is not enough raw text to fill a window and the part kept for validation."""


def read_texts(path: Path) -> Iterator[str]:
    """Yield the texts of a file, none empty: `text` of each object in JSONL, else each line."""
    if ".jsonl" in path.suffixes:
        texts = (record["text"] for _, record in read_records(path))
        yield from (text for text in texts if text)
        return
    with open_text(path) as lines:
        yield from (text for line in lines if (text := line.rstrip("\r\n")))


def text_keys(texts: Iterable[str]) -> Array:
    """Return a key for each cluster of the texts, in order, −1 after each text; int32."""
    parts = []
    stream = iter(texts)
    while some := list(islice(stream, TEXTS_AT_ONCE)):
        lengths = [cluster_lengths(text) for text in some]
        keys = _key(cluster_characters(some, lengths)).astype(np.int32)
        parts.append(np.insert(keys, np.cumsum([len(length) for length in lengths]), -1))
    return np.concatenate(parts) if parts else np.empty(0, np.int32)


def frequent_keys(keys: Array, *, vocabulary: int) -> Array:
    """Return the sorted keys that get a symbol of their own: the most frequent that fit `vocabulary`.

    Padded with −1 in front where the text has fewer.
    """
    distinct, counts = np.unique(keys[keys >= 0], return_counts=True)
    frequent = np.sort(distinct[np.argsort(-counts, kind="stable")[: vocabulary - FIRST_CLUSTER]])
    return np.pad(frequent, (vocabulary - FIRST_CLUSTER - len(frequent), 0), constant_values=-1)


def symbols_of_keys(keys: Array, known: Array) -> Array:
    """Return the symbol of each key of `text_keys`: its own, or unknown, or the end symbol for −1; int32."""
    place = np.searchsorted(known, keys).clip(max=len(known) - 1)
    symbols = np.where(known[place] == keys, FIRST_CLUSTER + place, UNKNOWN)
    symbols[keys < 0] = CLUSTER_SPECIAL.eos
    return symbols.astype(np.int32)


def symbols_of_characters(characters: Tensor, known: Tensor) -> Tensor:
    """Return the symbols (…) of clusters from their character ids (…, 3), as `symbols_of_keys` does."""
    # compared with all, not searched for: an exported graph can do no search
    matches = _key(characters)[..., None] == known
    return torch.where(matches.any(-1), FIRST_CLUSTER + matches.int().argmax(-1), UNKNOWN)


def _key(characters: Any) -> Any:
    return (characters[..., 0] * N_CHARACTERS + characters[..., 1]) * N_CHARACTERS + characters[..., 2]


def read_clusters(texts: Iterable[str], *, vocabulary: int) -> tuple[RawText, Array]:
    """Return the texts as symbols, and the sorted keys of the clusters that have one of their own."""
    keys = text_keys(texts)
    known = frequent_keys(keys, vocabulary=vocabulary)
    return RawText(symbols_of_keys(keys, known), CLUSTER_SPECIAL), known


@dataclass(frozen=True, slots=True)
class RawText:
    """Symbols of raw text end to end, and what stands for no text among them. The end is for validation."""

    symbols: Array
    special: SpecialIds
    validation_share: float = 0.01

    @property
    def sha256(self) -> str:
        """Return a hash of the symbols, to tell whether a run goes on with the text it began with."""
        return hashlib.sha256(self.symbols.tobytes()).hexdigest()

    def training_rows(self, rows: int, length: int, *, rng: np.random.Generator) -> Array:
        """Return (rows, length) symbols, each row from a place drawn at random; int64."""
        return self._rows(rng.integers(0, self._end_of_training(length) - length + 1, rows), length)

    def validation_rows(self, rows: int, length: int) -> Array:
        """Return (rows, length) symbols from evenly spread places that training never sees; int64."""
        start = self._end_of_training(length)
        return self._rows(np.linspace(start, len(self.symbols) - length, rows).astype(np.int64), length)

    def _end_of_training(self, length: int) -> int:
        kept = max(length, round(self.validation_share * len(self.symbols)))
        if len(self.symbols) - kept < length:
            raise TooLittleText(f"{len(self.symbols)} symbols of raw text are too few for rows of {length}")
        return len(self.symbols) - kept

    def _rows(self, starts: Array, length: int) -> Array:
        rows: Array = self.symbols[starts[:, None] + np.arange(length)].astype(np.int64)
        return rows

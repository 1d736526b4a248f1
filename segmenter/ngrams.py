"""N-grams of grapheme clusters around an edge, hashed to the rows of a table of weights."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Templates:
    """Which n-grams around an edge are told apart, and by how many bits.

    For n-grams of 1, 2, … clusters, `starts` holds where the first one starts and where the first too far
    starts, counted from the cluster after the edge.
    """

    bits: int
    starts: tuple[tuple[int, int], ...]

    def __len__(self) -> int:
        return sum(end - first for first, end in self.starts)

    @cached_property
    def margin(self) -> int:
        """Return how many clusters the n-grams reach from their edge at most."""
        reach = [max(-first, end + size - 2) for size, (first, end) in enumerate(self.starts)]
        return max(reach)

    @staticmethod
    def from_json(values: dict[str, Any]) -> Templates:
        """Read what `to_json` wrote."""
        return Templates(values["bits"], tuple((first, end) for first, end in values["starts"]))

    def to_json(self) -> dict[str, Any]:
        """Return the templates as plain values."""
        return asdict(self)


NARROW = Templates(18, ((-3, 3), (-2, 2), (-3, 1), (-2, -1)))
"""15 n-grams of up to four clusters: quick, and enough for some hundred sentences."""
WIDE = Templates(20, ((-4, 4), (-4, 3), (-4, 2), (-4, 1), (-4, 0), (-4, -1)))
"""33 n-grams of up to six clusters; whole corpora want more bits."""
MEETING = Templates(18, ((0, 0), (-1, 0)))
"""The two clusters that meet at an edge."""


def hash_ngrams(characters: Array, text_of: Array, templates: Templates) -> Array:
    """Return (rows, templates) int32 hashed n-grams of clusters, 1 to 2 ** bits; texts do not mix.

    `characters` (rows, 3) are ids of a cluster's code points, `text_of` (rows,) the text of each cluster.
    """
    n_texts = int(text_of[-1]) + 1 if len(text_of) else 0
    margin = templates.margin
    place = np.arange(len(characters)) + margin * (text_of + 1)
    clusters = np.zeros(len(characters) + margin * (n_texts + 1), np.uint32)
    mixed = characters[:, 0] * np.uint32(1_000_003) + characters[:, 1] * np.uint32(7_919) + characters[:, 2]
    clusters[place] = (mixed.astype(np.uint32) + np.uint32(1)) * np.uint32(0x9E3779B1)
    hashed = np.empty((len(characters), len(templates)), np.int32)
    ngram = np.zeros_like(clusters)
    column = 0
    for size, (first_start, end) in enumerate(templates.starts, start=1):
        # ngram[i] covers clusters i to i + size − 1
        ngram[: len(ngram) - size + 1] ^= clusters[size - 1 :]
        ngram *= np.uint32(0x85EBCA6B)
        ngram ^= ngram >> np.uint32(15)
        for first in range(first_start, end):
            salted = (ngram[place + first] + np.uint32(column * 0x9E37)) * np.uint32(0xC2B2AE35)
            hashed[:, column] = salted >> np.uint32(32 - templates.bits)
            column += 1
    hashed += 1
    return hashed

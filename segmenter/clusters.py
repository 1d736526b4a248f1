"""Grapheme clusters of many texts at once, in numpy: as `segmenter.text.cluster_lengths`, much faster."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
import regex

from segmenter.text import LONGEST_CLUSTER, cluster_lengths

_OTHER, _BASE, _MARK, _CONTROL = range(4)
_CODE_POINTS = 0x110000
# Marks that extend a cluster and do nothing else: of Latin letters, symbols, Thai, Lao and emoji.
_PLAIN_MARKS = ((0x300, 0x370), (0xE00, 0xF00), (0x20D0, 0x2100), (0xFE00, 0xFE10), (0x1F3FB, 0x1F400))


def cluster_lengths_of(texts: Sequence[str]) -> Iterator[bytes]:
    """Yield the cluster lengths of each text in order; raises ClusterTooLong when it comes to such a text.

    Memory is about 30 bytes a character of all texts together.
    """
    codes = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32)
    classes = _classes()[codes]
    ends = np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)))
    starts = classes != _MARK
    starts[1:] |= classes[:-1] == _CONTROL
    # Where a text begins; an empty one begins with the next, or behind the last.
    starts[ends[ends < len(codes)]] = True
    starts[:1] = True
    first = np.flatnonzero(starts)
    lengths = np.diff(first, append=len(codes))
    general = classes == _OTHER
    general[first[lengths > LONGEST_CLUSTER]] = True
    stored = lengths.astype(np.uint8).tobytes()
    places = [0, *np.searchsorted(first, ends).tolist()]
    asked = np.searchsorted(np.flatnonzero(general), [0, *ends.tolist()]).tolist()
    for text, (start, end), (before, after) in zip(texts, pairwise(places), pairwise(asked), strict=True):
        yield stored[start:end] if before == after else cluster_lengths(text)


@lru_cache(maxsize=1)
def _classes() -> np.ndarray[Any, np.dtype[np.uint8]]:
    r"""Return what each code point does in a cluster: _OTHER where its left neighbour does not settle that.

    With the joiners, conjoining letters and flags left to the general rules, those of UAX #29 come down to: a
    mark extends what is before it, unless that is a control or nothing (GB4, GB5, GB9, GB9a, GB999).
    """
    table = np.full(_CODE_POINTS, _OTHER, np.uint8)
    every = "".join(map(chr, range(_CODE_POINTS)))
    for name, value in (("Other", _BASE), ("Control", _CONTROL), ("LF", _CONTROL)):
        for run in regex.finditer(rf"\p{{GCB={name}}}+", every):
            table[run.start() : run.end()] = value
    for first, end in _PLAIN_MARKS:
        for run in regex.finditer(r"[\p{GCB=Extend}\p{GCB=SpacingMark}]+", every, pos=first, endpos=end):
            table[run.start() : run.end()] = _MARK
    return table

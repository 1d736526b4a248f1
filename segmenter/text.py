"""Grapheme clusters of a text, and boundaries to tokens and back.

A boundary is a cluster index (docs/adr/0001): the text is cut into extended grapheme clusters once, on the
server, and every other place counts those clusters. Importing this module costs neither torch nor numpy.
"""

from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise

import regex

LONGEST_CLUSTER = 255
"""Code points a stored cluster may have: its length is kept in one byte."""

_CLUSTER = regex.compile(r"\X", flags=regex.DOTALL)

# Thai and ASCII text has a single-byte encoding, so that methods of bytes can do the cutting.
_SINGLE_BYTE = "iso8859_11"


class ClusterTooLong(ValueError):
    """A grapheme cluster has more code points than one byte can count."""

    def __init__(self, *, position: int, length: int) -> None:
        super().__init__(
            f"the grapheme cluster at character {position} has {length} code points; "
            f"at most {LONGEST_CLUSTER} are allowed"
        )
        self.position = position
        self.length = length


class InvalidBoundaries(ValueError):
    """A boundary sequence is not sorted, not unique or out of range."""


class WordsDoNotJoin(ValueError):
    """The words, joined, are not the text."""

    def __init__(self, *, position: int, expected: str, found: str) -> None:
        super().__init__(
            f"the words do not join to the text: at character {position} the text has {expected!r} "
            f"and the words have {found!r}"
        )
        self.position = position
        self.expected = expected
        self.found = found


def clusters(text: str) -> list[str]:
    r"""Cut `text` into extended grapheme clusters: as `regex` does with `\X`, faster for Thai and ASCII."""
    lengths = _lengths_of_plain_text(text)
    if lengths is None:
        return _CLUSTER.findall(text)
    return clusters_from_lengths(text, lengths)


def cluster_lengths(text: str) -> bytes:
    """Return the code points of every cluster of `text`, one byte each.

    Raises ClusterTooLong where one cluster has more than 255 code points.
    """
    plain = _lengths_of_plain_text(text)
    if plain is not None:
        return plain
    lengths = list(map(len, _CLUSTER.findall(text)))
    if lengths and max(lengths) > LONGEST_CLUSTER:
        index = next(i for i, length in enumerate(lengths) if length > LONGEST_CLUSTER)
        raise ClusterTooLong(position=sum(lengths[:index]), length=lengths[index])
    return bytes(lengths)


def clusters_from_lengths(text: str, lengths: bytes) -> list[str]:
    """Cut `text` by stored cluster lengths, which must add up to its length."""
    if len(lengths) == len(text):
        return list(text)
    ends = list(accumulate(lengths))
    total = ends[-1] if ends else 0
    if total != len(text):
        raise ValueError(f"the cluster lengths add up to {total} code points; the text has {len(text)}")
    return [text[end - length : end] for end, length in zip(ends, lengths, strict=True)]


def tokens(clusters: Sequence[str], boundaries: Sequence[int]) -> list[str]:
    """Join clusters into tokens: a token starts at cluster 0 and at every boundary."""
    if not clusters:
        return []
    edges = (0, *boundaries, len(clusters))
    return ["".join(clusters[start:end]) for start, end in pairwise(edges)]


def words_from_lengths(text: str, lengths: bytes, boundaries: Sequence[int]) -> list[str]:
    """Cut a text into tokens by stored cluster lengths; as `tokens` of its clusters, without making those."""
    ends = list(accumulate(lengths))
    if (ends[-1] if ends else 0) != len(text):
        raise ValueError(f"the cluster lengths do not add up to the {len(text)} code points of the text")
    edges = [0, *[ends[boundary - 1] for boundary in boundaries], len(text)]
    return [text[start:end] for start, end in pairwise(edges)] if text else []


def check_boundaries(boundaries: Iterable[int], *, n_clusters: int) -> tuple[int, ...]:
    """Return the boundaries as a tuple, or raise InvalidBoundaries naming the first bad value.

    Valid: whole numbers, strictly increasing, each above 0 and below `n_clusters`.
    """
    checked = tuple(boundaries)
    previous = 0
    for value in checked:
        if isinstance(value, bool) or not isinstance(value, int):
            raise InvalidBoundaries(f"boundary {value!r} is not a whole number")
        if not 0 < value < n_clusters:
            raise InvalidBoundaries(f"boundary {value} is outside 1 to {n_clusters - 1}")
        if value <= previous:
            raise InvalidBoundaries(f"boundary {value} follows {previous}; boundaries must be increasing")
        previous = value
    return checked


def boundaries_from_words(
    words: Sequence[str], *, text: str, lengths: bytes | None = None
) -> tuple[tuple[int, ...], int]:
    """Turn the words of a text into boundaries.

    Returns the boundaries and how many word edges lay inside a cluster and were moved to its start. A moved
    edge may coincide with another one or with the start of the text; it then disappears, but is counted.
    Empty words are ignored. Raises WordsDoNotJoin when the joined words are not the text.
    """
    joined = "".join(words)
    if joined != text:
        raise _first_difference(text, joined)
    if lengths is None:
        lengths = cluster_lengths(text)
    edges = dict.fromkeys(accumulate(map(len, words)))
    edges.pop(0, None)
    edges.pop(len(text), None)
    index_at = dict(zip(accumulate(lengths, initial=0), range(len(lengths) + 1), strict=True))
    try:
        return tuple([index_at[edge] for edge in edges]), 0
    except KeyError:
        return _moved_to_cluster_starts(set(edges), lengths)


def _moved_to_cluster_starts(edges: set[int], lengths: bytes) -> tuple[tuple[int, ...], int]:
    boundaries: list[int] = []
    moved = 0
    end = 0
    for index, length in enumerate(lengths):
        start, end = end, end + length
        inside = sum(1 for edge in range(start + 1, end) if edge in edges) if length > 1 else 0
        moved += inside
        if index and (start in edges or inside):
            boundaries.append(index)
    return tuple(boundaries), moved


def _first_difference(text: str, joined: str) -> WordsDoNotJoin:
    shorter = min(len(text), len(joined))
    position = next((i for i in range(shorter) if text[i] != joined[i]), shorter)
    around = slice(position, position + 10)
    return WordsDoNotJoin(position=position, expected=text[around], found=joined[around])


def _class_table() -> bytes:
    """Map single-byte Thai and ASCII to b (base), m (extends the cluster) or c (control: always alone)."""
    table = bytearray(b"b" * 256)
    for byte in (*range(0x20), *range(0x7F, 0xA0)):
        table[byte] = ord("c")
    marks = (0x0E31, *range(0x0E33, 0x0E3B), *range(0x0E47, 0x0E4F))
    for mark in marks:
        table[chr(mark).encode(_SINGLE_BYTE)[0]] = ord("m")
    return bytes(table)


_CLASSES = _class_table()


def _lengths_of_plain_text(text: str) -> bytes | None:
    r"""Return cluster lengths for Thai and ASCII text, None where the general rules are needed.

    Exact for what it accepts: the text must be in the single-byte set, hold no \r (CR LF is one cluster), no
    mark after a control or at the start, and no more than two marks in a row.
    """
    try:
        encoded = text.encode(_SINGLE_BYTE)
    except UnicodeEncodeError:
        return None
    classes = encoded.translate(_CLASSES)
    if b"mmm" in classes or b"cm" in classes or classes[:1] == b"m" or b"\r" in encoded:
        return None
    classes = classes.replace(b"bmm", b"\x03").replace(b"bm", b"\x02")
    return classes.replace(b"b", b"\x01").replace(b"c", b"\x01")

"""Near-duplicates: sentences whose sets of character 5-grams have a Jaccard similarity of 0.8 or more.

MinHash with 40 values, cut into ten bands of four (Broder 1997; Leskovec, Rajaraman and Ullman, Mining of
Massive Datasets, ch. 3): two sentences at 0.8 share a band with probability 0.995, at 0.9 with 0.9999, at 0.3
with 0.08. Pairs that share one are compared by their whole signatures first and by their texts at last.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np

GRAM = 5
BANDS = 10
ROWS = 4
VALUES = BANDS * ROWS
SIMILAR = 0.8
# Signature agreement of a pair at 0.8 is 32 of 40 values, with a standard deviation of 2.5: below 23 is
# 3.6 deviations away.
LEAST_AGREEMENT = 23
# Neighbours in the order of a band that are compared with one another. Within a band that very many
# sentences share (a form letter, say), those alike in the next band too stand side by side.
WINDOW = 24
PAIRS_AT_ONCE = 200_000
REMEMBERED_PAIRS = 1_000_000
# So many texts that their hashes stay in the processor's cache.
SIGNED_AT_ONCE = 500

_rng = np.random.default_rng(5)
_CHARACTER = _rng.integers(0, 2**32, GRAM, np.uint64).astype(np.uint32) | np.uint32(1)
_VALUE = _rng.integers(0, 2**32, VALUES, np.uint64).astype(np.uint32) | np.uint32(1)

Signatures = np.ndarray
"""Shape (n, BANDS), uint64: four 16-bit values a band, so that a band is compared as one number."""


def sign(texts: Sequence[str]) -> list[bytes]:
    """Return the signature of each text (normalised), empty for a text shorter than one 5-gram."""
    return [
        signature
        for start in range(0, len(texts), SIGNED_AT_ONCE)
        for signature in _sign(texts[start : start + SIGNED_AT_ONCE])
    ]


def _sign(texts: Sequence[str]) -> list[bytes]:
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    # Padded, so that the grams of the last text have an end like those of the others.
    padded = "".join(texts) + "\0" * GRAM
    hashes = _gram_hashes(np.frombuffer(padded.encode("utf-32-le"), np.uint32))
    ends = np.cumsum(lengths)
    starts = ends - lengths
    # Every second stretch holds the grams that reach into the next text; their minimum is thrown away.
    stretches = np.empty(2 * len(texts), np.int64)
    stretches[0::2] = starts
    stretches[1::2] = np.maximum(ends - GRAM + 1, starts)
    values = np.empty((len(texts), VALUES), np.uint16)
    for row, multiplier in enumerate(_VALUE):
        values[:, row] = np.minimum.reduceat(hashes * multiplier, stretches)[0::2]
    whole = values.tobytes()
    width = 2 * VALUES
    return [
        whole[place * width : (place + 1) * width] if length >= GRAM else b""
        for place, length in enumerate(lengths.tolist())
    ]


def _gram_hashes(codes: np.ndarray) -> np.ndarray:
    """Hash every stretch of five characters, well mixed: a bare multiplication orders it afterwards."""
    size = len(codes) - GRAM + 1
    hashes = codes[:size] * _CHARACTER[0]
    for place in range(1, GRAM):
        hashes += codes[place : place + size] * _CHARACTER[place]
    for shift, multiplier in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):  # the finish of MurmurHash3
        hashes ^= hashes >> np.uint32(shift)
        hashes *= np.uint32(multiplier)
    return hashes ^ (hashes >> np.uint32(16))


def jaccard(left: str, right: str) -> float:
    """Return the similarity of two texts by their sets of character 5-grams."""
    grams, others = _grams(left), _grams(right)
    shared = len(grams & others)
    union = len(grams) + len(others) - shared
    return shared / union if union else 0.0


def _grams(text: str) -> set[str]:
    return {text[start : start + GRAM] for start in range(len(text) - GRAM + 1)}


def find_groups(
    ids: np.ndarray,
    signatures: Signatures,
    is_new: np.ndarray,
    texts_of: Callable[[Iterable[int]], dict[int, str]],
) -> list[list[int]]:
    """Return the groups of ids that hold at least one new sentence, each sorted, in the order of their ids.

    Pairs of two old sentences are passed over: an earlier import judged them. `texts_of` returns normalised
    texts by id. Memory is 40 bytes a sentence beside the signatures, which may lie on disk.
    """
    leaders: dict[int, int] = {}
    unlike: set[tuple[int, int]] = set()
    for pairs in _likely_pairs(signatures, is_new):
        named = ids[pairs]
        for start in range(0, len(named), 5000):
            _join(named[start : start + 5000].tolist(), leaders, unlike, texts_of)
    groups: dict[int, list[int]] = {}
    for id_ in leaders:
        groups.setdefault(_leader(leaders, id_), []).append(id_)
    return sorted(sorted(group) for group in groups.values())


def _likely_pairs(signatures: Signatures, is_new: np.ndarray) -> Iterator[np.ndarray]:
    """Yield pairs of places, shape (m, 2), that share a band and whose signatures mostly agree."""
    for band in range(BANDS):
        following = np.asarray(signatures[:, (band + 1) % BANDS])
        keys = np.asarray(signatures[:, band])
        order = np.lexsort((following, keys))
        keys = keys[order]
        for distance in range(1, WINDOW + 1):
            (first,) = np.nonzero(keys[:-distance] == keys[distance:])
            if not len(first):
                break
            pairs = np.stack([order[first], order[first + distance]], axis=1)
            pairs = pairs[is_new[pairs].any(axis=1)]
            for start in range(0, len(pairs), PAIRS_AT_ONCE):
                some = pairs[start : start + PAIRS_AT_ONCE]
                likely = some[_agreement(signatures, some) >= LEAST_AGREEMENT]
                if len(likely):
                    yield likely


def _agreement(signatures: Signatures, pairs: np.ndarray) -> np.ndarray:
    left, right = (np.ascontiguousarray(signatures[pairs[:, side]]).view(np.uint16) for side in (0, 1))
    return (left == right).sum(axis=1)


def _join(
    pairs: list[list[int]],
    leaders: dict[int, int],
    unlike: set[tuple[int, int]],
    texts_of: Callable[[Iterable[int]], dict[int, str]],
) -> None:
    """Join the groups of those pairs whose texts are alike; `unlike` holds pairs found not to be."""
    apart = {(left, right) for left, right in map(sorted, pairs) if _are_apart(leaders, left, right)} - unlike
    texts = texts_of({id_ for pair in apart for id_ in pair})
    for left, right in apart:
        if not _are_apart(leaders, left, right):
            continue
        if jaccard(texts[left], texts[right]) >= SIMILAR:
            one, other = _leader(leaders, left), _leader(leaders, right)
            for id_ in (left, right):
                leaders.setdefault(id_, id_)
            leaders[max(one, other)] = min(one, other)
        elif len(unlike) < REMEMBERED_PAIRS:
            unlike.add((left, right))


def _are_apart(leaders: dict[int, int], left: int, right: int) -> bool:
    return _leader(leaders, left) != _leader(leaders, right)


def _leader(leaders: dict[int, int], id_: int) -> int:
    """Return the id by which a group goes, shortening the way to it."""
    leader = id_
    while (above := leaders.get(leader, leader)) != leader:
        leader = above
    while (above := leaders.get(id_, id_)) != leader and id_ != leader:
        leaders[id_], id_ = leader, above
    return leader

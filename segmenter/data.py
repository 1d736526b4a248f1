"""Texts as integer features, one row a grapheme cluster, in numpy passes over many texts at once.

Every feature is an index into one joint embedding table. Row i describes the cluster and what the lexica say
about the edge before it.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np

from segmenter.lattice import Script, boundary_posteriors
from segmenter.lexicon import Matches, WordLists, code_points
from segmenter.ngrams import MEETING, NARROW, Templates, hash_ngrams
from segmenter.text import check_boundaries, cluster_lengths

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class Example:
    """A labelled text: its boundaries as cluster indices, and its cluster lengths where they are at hand.

    `document` names what it is a part of, as far as that is known; texts of one document share rare words.
    """

    text: str
    boundaries: tuple[int, ...]
    lengths: bytes | None = None
    document: str = ""

    def __post_init__(self) -> None:
        if self.lengths is None:
            object.__setattr__(self, "lengths", cluster_lengths(self.text))
        checked = check_boundaries(self.boundaries, n_clusters=len(self.cluster_lengths))
        object.__setattr__(self, "boundaries", checked)

    @property
    def cluster_lengths(self) -> bytes:
        """Return the code points of every cluster, one byte each."""
        return self.lengths or b""

    def words(self) -> list[str]:
        """Return the tokens of the labelled text."""
        starts = np.concatenate([[0], np.cumsum(np.frombuffer(self.cluster_lengths, np.uint8), dtype=int)])
        edges = starts[[0, *self.boundaries, len(self.cluster_lengths)]]
        return [self.text[a:b] for a, b in pairwise(edges.tolist()) if b > a]


def data_hash(examples: Sequence[Example]) -> str:
    """Return a hash of texts and boundaries, the same for the same examples in any order."""
    digests = sorted(
        hashlib.sha256(f"{e.text}\0{e.boundaries}".encode("utf-8", "surrogatepass")).hexdigest()
        for e in examples
    )
    return hashlib.sha256("".join(digests).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Encoded:
    """Features of many texts laid end to end, one row a cluster; text i owns offsets[i] to offsets[i + 1].

    `features` (clusters, n_features) index the network's embedding, `ngrams` (clusters, n_templates) its
    table of single weights; both int32.
    """

    features: Array
    ngrams: Array
    offsets: Array

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def rows(self, texts: Array) -> Array:
        """Return the rows of the texts, one text after the other."""
        first, sizes = self.offsets[texts], self.sizes[texts]
        shift = np.repeat(first - np.concatenate([[0], np.cumsum(sizes)[:-1]]), sizes)
        rows: Array = np.arange(int(sizes.sum())) + shift
        return rows

    @property
    def sizes(self) -> Array:
        """Return the clusters of every text."""
        return np.diff(self.offsets)


# Ids of characters: Thai, ASCII, everything else by general category. 0 says nothing in every feature.
_THAI, _ASCII, _CATEGORIES = 1, 129, 257
N_CHARACTERS = _CATEGORIES + 32
N_CHARACTER_COLUMNS = 3
"""Code points of a cluster that are told apart: its first ones, which are the first features of a row."""
LENGTH_BUCKETS = 12
"""Word lengths in clusters are told apart up to this many."""
_PLACES = LENGTH_BUCKETS * LENGTH_BUCKETS + 1
POSTERIOR_BUCKETS, POSTERIOR_STEP = 15, 1.5
"""A lattice's logit is told in so many steps of so much."""

_ALONE, _THAI_LETTER, _LATIN, _NUMBER = range(4)

VECTOR_WIDTH = 512


@dataclass(frozen=True, slots=True)
class LearntFrom:
    """Which document each text is of, and for each word the only document it was learnt from (−1: several).

    There it is not taken as learnt, so that features look as they will on new documents.
    """

    documents: Array
    only_in: Array


class FeatureMap:
    """Turns texts into `Encoded` features.

    Features of a cluster: its first three code points; for each word list the longest word starting at its
    edge, ending there, crossing it with the place inside the word, and the pair meeting there; with
    `lattice`, how sure the dictionary alone is of the edge and the words its best segmentation has there.
    N-grams of clusters around the edge are hashed apart, those that `templates` names. The last word list is
    the one learnt from labels.
    """

    def __init__(self, words: WordLists, *, lattice: bool, templates: Templates = NARROW) -> None:
        self.words = words
        self.lattice = lattice
        self.templates = templates
        n_lists = words.member.shape[1]
        sizes = [N_CHARACTERS] * 3 + [LENGTH_BUCKETS + 1, LENGTH_BUCKETS + 1, _PLACES, _PLACES] * n_lists
        if lattice:
            of_lattice = [POSTERIOR_BUCKETS + 1, LENGTH_BUCKETS + 1, LENGTH_BUCKETS + 1, _PLACES]
            sizes += of_lattice * words.log_probability.shape[1]
        self.offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32)

    @property
    def size(self) -> int:
        """Return the rows of the joint embedding table."""
        return int(self.offsets[-1])

    def lattice_logits(self) -> Array:
        """Return (size,) what each feature adds to the mean logit of the lattices; 0 for most."""
        logits = np.zeros(self.size, np.float32)
        n_lattices = self.words.log_probability.shape[1] if self.lattice else 0
        steps = np.arange(POSTERIOR_BUCKETS) - POSTERIOR_BUCKETS // 2
        for lattice in range(n_lattices):
            first = self.offsets[3 + 4 * self.words.member.shape[1] + 4 * lattice] + 1
            logits[first : first + POSTERIOR_BUCKETS] = steps * POSTERIOR_STEP / n_lattices
        return logits

    def encode(
        self, texts: Sequence[str], lengths: Sequence[bytes], *, learnt: LearntFrom | None = None
    ) -> Encoded:
        """Encode texts with their cluster lengths; `learnt`, for training, says where the words come from."""
        codes, starts, sizes, offsets = _lay_out(texts, lengths)
        text_of = np.repeat(np.arange(len(texts)), np.diff(offsets))
        characters = _cluster_characters(codes, starts, sizes)
        matches = _cluster_matches(self.words.lexicon.match(codes), starts, sizes, len(codes))
        member = self.words.member[matches.word]
        if learnt is not None:
            member[:, -1] &= learnt.only_in[matches.word] != learnt.documents[text_of[matches.start]]
        columns = [characters]
        columns += [
            _match_features(matches.where(in_list), offsets) for in_list in np.unstack(member, axis=1)
        ]
        if self.lattice:
            script = _script(characters, offsets)
            columns += [
                _lattice_features(matches, of_match, script, offsets)
                for of_match in self._lattice_probabilities(matches, member[:, -1])
            ]
        features = np.concatenate(columns, axis=1, dtype=np.int32)
        features += self.offsets[:-1]
        return Encoded(features, hash_ngrams(characters, text_of, self.templates), offsets)

    def _lattice_probabilities(self, matches: Matches, learnt: Array) -> Iterator[Array]:
        """Yield, for each lattice, every match's log-probability; a learnt word is at least the rarest."""
        for of_word in np.unstack(self.words.log_probability, axis=1):
            rarest = of_word[np.isfinite(of_word)].min(initial=0)
            yield np.maximum(of_word[matches.word], np.where(learnt, rarest, -np.inf))


def batches_of_similar_length(sizes: Array, order: Array, *, area: int) -> Iterator[Array]:
    """Cut `order` (indices by rising size) into batches whose padded area stays within `area`."""
    start = 0
    while start < len(order):
        widest = np.maximum.accumulate(sizes[order[start : start + area]])
        areas = np.arange(1, len(widest) + 1) * widest
        taken = max(1, int(np.searchsorted(areas, area, side="right")))
        yield order[start : start + taken]
        start += taken


def cluster_characters(texts: Sequence[str], lengths: Sequence[bytes]) -> Array:
    """Return (clusters, 3) ids of the first three code points of every cluster, the texts end to end.

    0 where a cluster has fewer. These are the first three columns of `Encoded.features`, before the offsets.
    """
    codes, starts, sizes, _ = _lay_out(texts, lengths)
    return _cluster_characters(codes, starts, sizes)


def boundary_labels(examples: Sequence[Example]) -> Array:
    """Return 0/1 per cluster over all examples laid end to end; the first cluster of a text has 0."""
    labels = np.zeros(sum(len(e.cluster_lengths) for e in examples), np.float32)
    start = 0
    for example in examples:
        labels[start + np.array(example.boundaries, np.int64)] = 1
        start += len(example.cluster_lengths)
    return labels


def edge_contexts(texts: Sequence[str], lengths: Sequence[bytes]) -> list[Array]:
    """Return for each text int64 (edges,): a number for the two clusters that meet at each inner edge.

    Equal clusters give equal numbers in every call; unlike ones seldom do.
    """
    codes, starts, sizes, offsets = _lay_out(texts, lengths)
    text_of = np.repeat(np.arange(len(texts)), np.diff(offsets))
    characters = _cluster_characters(codes, starts, sizes)
    numbers = hash_ngrams(characters, text_of, MEETING)[:, 0].astype(np.int64)
    return [numbers[start + 1 : end] for start, end in pairwise(offsets.tolist())]


def text_vectors(texts: Sequence[str]) -> Array:
    """Return (texts, VECTOR_WIDTH) float32: hashed counts of character trigrams, for telling texts alike."""
    codes = code_points("".join(f"\0\0{text}" for text in texts) + "\0\0").astype(np.uint32)
    hashed = codes[:-2] * np.uint32(0x9E3779B1) ^ codes[1:-1] * np.uint32(0x85EBCA6B) ^ codes[2:]
    hashed = (hashed * np.uint32(0xC2B2AE35)) >> np.uint32(32 - VECTOR_WIDTH.bit_length() + 1)
    text_of = np.repeat(np.arange(len(texts)), [len(text) + 2 for text in texts])
    counts = np.bincount(text_of * VECTOR_WIDTH + hashed, minlength=len(texts) * VECTOR_WIDTH)
    return counts.reshape(len(texts), VECTOR_WIDTH).astype(np.float32)


def _lay_out(texts: Sequence[str], lengths: Sequence[bytes]) -> tuple[Array, Array, Array, Array]:
    """Return the code points of all texts, each cluster's start there and size, and each text's clusters.

    Text i has the clusters from the last array's [i] to [i + 1].
    """
    codes = code_points("".join(f"{text}\0" for text in texts))
    n_clusters = np.array([len(length) for length in lengths], np.int64)
    sizes = np.frombuffer(b"".join(lengths), np.uint8).astype(np.int64)
    # each text before a cluster has left one separator behind it
    starts = np.cumsum(sizes) - sizes + np.repeat(np.arange(len(texts)), n_clusters)
    return codes, starts, sizes, np.concatenate([[0], np.cumsum(n_clusters)])


def _cluster_characters(codes: Array, starts: Array, sizes: Array) -> Array:
    """Return (clusters, 3) ids of the first three code points, 0 where a cluster has fewer."""
    ids = _character_ids(codes)
    characters = np.zeros((len(sizes), 3), np.int32)
    characters[:, 0] = ids[starts]
    for place in (1, 2):
        longer = np.flatnonzero(sizes > place)
        characters[longer, place] = ids[starts[longer] + place]
    return characters


def _cluster_matches(found: Matches, starts: Array, sizes: Array, n_codes: int) -> Matches:
    """Return the matches whose two edges are cluster edges, in cluster rows, ordered by clusters."""
    row_at = np.full(n_codes + 1, -1)
    row_at[starts] = np.arange(len(starts))
    row_after = np.full(n_codes + 1, -1)
    row_after[starts + sizes] = np.arange(1, len(starts) + 1)
    start, end = row_at[found.start], row_after[found.end]
    admissible = np.flatnonzero((start >= 0) & (end >= 0))
    return _by_length(Matches(start[admissible], end[admissible], found.word[admissible]))


def _by_length(matches: Matches) -> Matches:
    # 16 bits, because numpy sorts those by radix
    order = np.argsort((matches.end - matches.start).astype(np.int16), kind="stable")
    return Matches(matches.start[order], matches.end[order], matches.word[order])


def _match_features(matches: Matches, offsets: Array) -> Array:
    """Return (rows, 4): word starting here, ending here, crossing here, and the pair meeting here.

    The matches must be ordered by length.
    """
    n_rows = int(offsets[-1])
    starting = np.zeros(n_rows + 1, np.int32)
    ending = np.zeros(n_rows + 1, np.int32)
    crossing = np.zeros(n_rows + 1, np.int32)
    ends = np.cumsum(np.bincount(matches.end - matches.start))
    # longer words are written over shorter ones
    for size in range(1, len(ends)):
        bucket = min(size, LENGTH_BUCKETS)
        here = matches.start[ends[size - 1] : ends[size]]
        starting[here] = bucket
        ending[here + size] = bucket
        for inside in range(1, size):
            crossing[here + inside] = (bucket - 1) * LENGTH_BUCKETS + min(inside, LENGTH_BUCKETS)
    # the last word of a text ends where the next text starts, which is no edge
    ending[offsets] = 0
    meeting = np.where((starting > 0) & (ending > 0), (starting - 1) * LENGTH_BUCKETS + ending, 0)
    return np.stack([starting, ending, crossing, meeting], axis=1)[:n_rows]


def _lattice_features(matches: Matches, log_probability: Array, script: Script, offsets: Array) -> Array:
    """Return (rows, 4): posterior of the edge, word after it, word before it, or the word crossing it."""
    known = np.isfinite(log_probability)
    found = matches.start[known], matches.end[known], log_probability[known]
    posteriors = boundary_posteriors(*found, script=script, offsets=offsets)
    cuts = posteriors > 0.5
    at = np.flatnonzero(cuts)
    path = Matches(at, np.append(at[1:], len(cuts)), at)
    clipped = np.clip(posteriors, 1e-6, 1 - 1e-6)
    sure = np.round(np.log(clipped / (1 - clipped)) / POSTERIOR_STEP) + POSTERIOR_BUCKETS // 2
    words = _match_features(_by_length(path), offsets)
    return np.column_stack([1 + np.clip(sure, 0, POSTERIOR_BUCKETS - 1).astype(np.int32), words[:, :3]])


def _script(characters: Array, offsets: Array) -> Script:
    """Tell from the (rows, 3) characters of clusters where an unknown word may start and end.

    A symbol is a run of its own, and so is every white space; a full stop belongs to the abbreviation before
    it, a sign between two digits to their number.
    """
    first = characters[:, 0]
    kinds = _kinds()[first]
    before, after = np.append(_ALONE, kinds[:-1]), np.append(kinds[1:], _ALONE)
    joins_digits = np.isin(first, _ids_of(".,:")) & (before == _NUMBER) & (after == _NUMBER)
    kinds = np.where(joins_digits, _NUMBER, kinds)
    kinds[np.isin(first, _ids_of(".")) & (before == _THAI_LETTER)] = _THAI_LETTER
    starts = np.append(True, kinds[1:] != kinds[:-1]) | (kinds == _ALONE)
    starts[offsets[:-1][offsets[:-1] < len(kinds)]] = True
    run_start = np.maximum.accumulate(np.where(starts, np.arange(len(kinds)), 0))
    needs_more = np.isin(first, _ids_of("เแโใไ")) | np.isin(characters[:, 1], _ids_of("ัื"))
    goes_on = np.isin(first, _ids_of("ะาๅ.")) | np.isin(characters[:, 1:], _ids_of("์")).any(axis=1)
    inside = goes_on | np.append(False, needs_more[:-1]) | (kinds == _LATIN) | (kinds == _NUMBER)
    return Script(run_start, inside & ~starts)


@cache
def _ids_of(characters: str) -> Array:
    return _character_ids(np.array([ord(c) for c in characters], np.uint32))


def _character_ids(codes: Array) -> Array:
    """Map code points to small ids: Thai and ASCII each their own, digits as one, others by category."""
    ids = _plain_ids()[np.minimum(codes, 0x1000)]
    others = np.flatnonzero(ids < 0)
    if len(others):
        unique, inverse = np.unique(codes[others], return_inverse=True)
        ids[others] = np.array([_category_id(chr(code)) for code in unique], np.int32)[inverse]
    return ids


@cache
def _plain_ids() -> Array:
    """Return ids of code points below 0x1001, −1 where the category decides; 0 stays the separator."""
    ids = np.full(0x1001, -1, np.int32)
    ids[0x0E00:0x0E80] = np.arange(128) + _THAI
    ids[0x0E50:0x0E5A] = _THAI + 0x50
    ids[:128] = np.arange(128) + _ASCII
    ids[ord("0") : ord("9") + 1] = _ASCII + ord("0")
    ids[ord("A") : ord("Z") + 1] = _ASCII + ord("A")
    ids[ord("a") : ord("z") + 1] = _ASCII + ord("a")
    ids[0] = 0
    return ids


@cache
def _kinds() -> Array:
    """Return the kind of script of every character id."""
    kinds = np.full(N_CHARACTERS, _ALONE)
    kinds[_THAI + 1 : _THAI + 0x4F] = _THAI_LETTER
    kinds[_ids_of("ฯๆ฿")] = _ALONE
    kinds[_ids_of("Aa")] = _LATIN
    kinds[_ids_of("0๐")] = _NUMBER
    return kinds


_CATEGORY_NAMES = "LuLlLtLmLoMnMcMeNdNlNoPcPdPsPePiPfPoSmScSkSoZsZlZpCcCfCsCoCn"


def _category_id(character: str) -> int:
    return _CATEGORIES + _CATEGORY_NAMES.index(unicodedata.category(character)) // 2

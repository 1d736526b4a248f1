"""Word lists matched against text without a Python loop per character.

A lexicon holds words with the lists they belong to. Matching looks up polynomial hashes of all substrings
that are a prefix of some word, one numpy pass per length, and stops where no prefix is alive any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

Floats = np.ndarray[Any, np.dtype[np.float32]]
Ints = np.ndarray[Any, np.dtype[np.int64]]

LONGEST_WORD = 24
"""Code points of the longest word a lexicon keeps; longer ones are names that never decide a boundary."""

_MULTIPLIER = 0x9E3779B97F4A7C15
_INVERSE = pow(_MULTIPLIER, -1, 2**64)
_SPREAD = np.uint64(0xD6E8FEB86659FD93)


@dataclass(frozen=True, slots=True)
class Matches:
    """Words found in a text: `start` and `end` in code points, `word` as index into the lexicon's words.

    Ordered by length, then by start.
    """

    start: Ints
    end: Ints
    word: Ints

    def where(self, keep: np.ndarray[Any, Any]) -> Matches:
        """Return the matches that `keep` selects."""
        return Matches(self.start[keep], self.end[keep], self.word[keep])


class Lexicon:
    """An immutable list of unique words, ready to be matched."""

    def __init__(self, words: Iterable[str]) -> None:
        self.words: tuple[str, ...] = tuple(sorted({word for word in words if _is_matchable(word)}))
        self._table = _PrefixTable(self.words)

    def __len__(self) -> int:
        return len(self.words)

    def match(self, codes: np.ndarray[Any, np.dtype[np.uint32]]) -> Matches:
        """Find every occurrence of every word; a code point 0 between texts keeps words from crossing."""
        starts, ends, found = [], [], []
        for length, start, word in self._table.walk(codes):
            is_word = word >= 0
            starts.append(start[is_word])
            ends.append(starts[-1] + length)
            found.append(word[is_word])
        if not starts:
            empty = np.zeros(0, np.int64)
            return Matches(empty, empty, empty)
        return Matches(np.concatenate(starts), np.concatenate(ends), np.concatenate(found))


class _PrefixTable:
    """Open-addressing hash table from the hash of a prefix to its word's index, −1 for a mere prefix."""

    def __init__(self, words: Sequence[str]) -> None:
        hashes, values = _hash_prefixes(words)
        self._bits = max(4, (len(hashes) * 4 - 1).bit_length())
        size = 1 << self._bits
        self._keys = np.zeros(size + 1, np.uint64)
        self._values = np.full(size + 1, -1, np.int64)
        self._insert(hashes, values)

    def walk(self, codes: np.ndarray[Any, np.dtype[np.uint32]]) -> Iterator[tuple[int, Ints, Ints]]:
        """Yield (length, starts of the prefixes of that length in `codes`, their word index or −1)."""
        sums, inverses = _prefix_sums(codes)
        alive = np.flatnonzero(codes)
        for length in range(1, LONGEST_WORD + 1):
            alive = alive[alive + length <= len(codes)]
            if not len(alive):
                return
            hashes = (sums[alive + length] - sums[alive]) * inverses[alive]
            value, known = self._look_up(hashes)
            alive = alive[known]
            yield length, alive, value[known]

    def _slots(self, hashes: np.ndarray[Any, np.dtype[np.uint64]]) -> Ints:
        return ((hashes * _SPREAD) >> np.uint64(64 - self._bits)).astype(np.int64)

    def _insert(self, hashes: np.ndarray[Any, np.dtype[np.uint64]], values: np.ndarray[Any, Any]) -> None:
        slots = self._slots(hashes)
        pending = np.arange(len(hashes))
        while len(pending):
            free = pending[self._keys[slots[pending]] == 0]
            self._keys[slots[free]] = hashes[free]
            placed = self._keys[slots[pending]] == hashes[pending]
            self._values[slots[pending[placed]]] = values[pending[placed]]
            pending = pending[~placed]
            slots[pending] = (slots[pending] + 1) & ((1 << self._bits) - 1)

    def _look_up(self, hashes: np.ndarray[Any, np.dtype[np.uint64]]) -> tuple[Ints, Any]:
        slots = self._slots(hashes)
        keys = self._keys[slots]
        pending = np.flatnonzero((keys != hashes) & (keys != 0))
        while len(pending):
            slots[pending] = (slots[pending] + 1) & ((1 << self._bits) - 1)
            keys[pending] = self._keys[slots[pending]]
            pending = pending[(keys[pending] != hashes[pending]) & (keys[pending] != 0)]
        return self._values[slots], keys == hashes


@dataclass(frozen=True, slots=True)
class WordLists:
    """Several word lists as one lexicon.

    `member` (words, lists) says which lists a word is in, `log_probability` (words, lattices) how common it
    is in each dictionary that a lattice is made of, −inf where it is not in it.
    """

    lexicon: Lexicon
    member: np.ndarray[Any, np.dtype[np.bool_]]
    log_probability: Floats


@cache
def general_words() -> WordLists:
    """Return the freely licensed lists that pythainlp carries, and `royal_words`.

    Three lattices: the Royal Institute's words, which are short; the National Corpus's with ICU's, which keep
    compounds; the textbooks' own. A word without a frequency counts as half an occurrence.
    """
    # here, because an exported model carries its words and does without the package they come from
    from pythainlp.corpus import get_corpus, thai_words, tnc, ttc

    national, textbooks = _thai_counts(tnc.word_freqs()), _thai_counts(ttc.word_freqs())
    icu, royal = frozenset(get_corpus("icubrk_th.txt")), royal_words()
    lists = [thai_words(), icu, frozenset(national), royal, frozenset(textbooks)]
    lexicon = Lexicon(frozenset().union(*lists))
    dictionaries = ((royal, national), (icu.union(national), national), (royal.union(textbooks), textbooks))
    member = np.array([[word in words for words in lists] for word in lexicon.words])
    log_probability = np.stack([_log_probability(lexicon, *d) for d in dictionaries], axis=1)
    return WordLists(lexicon, member, log_probability)


def no_words() -> WordLists:
    """Return no list and no lattice."""
    return WordLists(Lexicon([]), np.zeros((0, 0), np.bool_), np.zeros((0, 0), np.float32))


def _thai_counts(frequencies: Iterable[tuple[str, int]]) -> dict[str, int]:
    return {word: count for word, count in frequencies if any("ก" <= c <= "๛" for c in word)}


def _log_probability(lexicon: Lexicon, words: frozenset[str], counts: Mapping[str, int]) -> Floats:
    total = sum(counts.values())
    shares = [counts.get(word, 0.5) / total if word in words else 0.0 for word in lexicon.words]
    with np.errstate(divide="ignore"):
        return np.log(shares).astype(np.float32)


def royal_words() -> frozenset[str]:
    """Return the words of the Royal Institute's dictionary and some newer ones, both in the public domain."""
    return frozenset(Path(__file__).with_name("words_royal.txt").read_text(encoding="utf-8").split("\n"))


def add_list(lists: WordLists, words: Iterable[str]) -> WordLists:
    """Return the lists with one more, whose words are in no lattice's dictionary by that."""
    added = frozenset(words)
    lexicon = Lexicon(added.union(lists.lexicon.words))
    old = np.searchsorted(np.array(lexicon.words, object), np.array(lists.lexicon.words, object))
    member = np.zeros((len(lexicon), lists.member.shape[1] + 1), bool)
    member[old, :-1] = lists.member
    member[:, -1] = [word in added for word in lexicon.words]
    log_probability = np.full((len(lexicon), lists.log_probability.shape[1]), -np.inf, np.float32)
    log_probability[old] = lists.log_probability
    return WordLists(lexicon, member, log_probability)


def _is_matchable(word: str) -> bool:
    return 0 < len(word) <= LONGEST_WORD and not word.isspace() and "\0" not in word and "\n" not in word


def code_points(text: str) -> np.ndarray[Any, np.dtype[np.uint32]]:
    """Return the code points of `text`; a lone surrogate counts as one."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def _mix(codes: np.ndarray[Any, np.dtype[np.uint32]]) -> np.ndarray[Any, np.dtype[np.uint64]]:
    mixed = (codes.astype(np.uint64) + np.uint64(1)) * np.uint64(0xBF58476D1CE4E5B9)
    return mixed ^ (mixed >> np.uint64(31))


def _prefix_sums(codes: np.ndarray[Any, np.dtype[np.uint32]]) -> tuple[Any, Any]:
    """Return sums S and inverses V with hash(codes[i:j]) = (S[j] − S[i]) · V[i] modulo 2⁶⁴."""
    count = len(codes)
    powers = _powers(_MULTIPLIER, count)
    sums = np.zeros(count + 1, np.uint64)
    np.cumsum(_mix(codes) * powers, out=sums[1:])
    return sums, _powers(_INVERSE, count)


def _powers(base: int, count: int) -> np.ndarray[Any, np.dtype[np.uint64]]:
    powers = np.full(max(count, 1), base, np.uint64)
    powers[0] = 1
    return np.cumprod(powers, dtype=np.uint64)[:count]


def _hash_prefixes(words: Sequence[str]) -> tuple[np.ndarray[Any, np.dtype[np.uint64]], Ints]:
    """Return the hash of every prefix of the words, once each, and the index of the word it is, or −1."""
    if not words:
        return np.zeros(0, np.uint64), np.zeros(0, np.int64)
    codes = code_points("".join(words))
    sizes = np.array([len(word) for word in words], np.int64)
    ends = np.cumsum(sizes)
    starts = ends - sizes
    sums, inverses = _prefix_sums(codes)
    first = np.repeat(starts, sizes)
    prefixes = np.unique((sums[1:] - sums[first]) * inverses[first])
    values = np.full(len(prefixes), -1, np.int64)
    whole = (sums[ends] - sums[starts]) * inverses[starts]
    values[np.searchsorted(prefixes, whole)] = np.arange(len(words))
    return prefixes, values

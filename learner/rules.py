"""Guidelines of a rehearsal: gold words, cut otherwise by rule.

Two corpora that were cut by different rules show what a change of guideline does to real text: the words of
one, joined wherever the other keeps the joined string as a word.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence

# A joined string counts as a word of the other corpus from so many occurrences on, and joins so many words.
LEAST_SEEN = 2
MOST_JOINED = 4

Rewrite = Callable[[Sequence[str]], list[str]]


def keep(words: Sequence[str]) -> list[str]:
    """Follow the gold."""
    return list(words)


def join_after(prefixes: Collection[str]) -> Rewrite:
    """Return the rule that a prefix and the word after it are one word."""

    def rewrite(words: Sequence[str]) -> list[str]:
        joined: list[str] = []
        for word in words:
            if joined and joined[-1] in prefixes and not word.isspace():
                joined[-1] += word
            else:
                joined.append(word)
        return joined

    return rewrite


def split_after(prefixes: Collection[str], vocabulary: Collection[str]) -> Rewrite:
    """Return the rule that a prefix is a word of its own before a word of the vocabulary."""

    def rewrite(words: Sequence[str]) -> list[str]:
        return [part for word in words for part in _split(word, prefixes, vocabulary)]

    return rewrite


def _split(word: str, prefixes: Iterable[str], vocabulary: Collection[str]) -> list[str]:
    for prefix in prefixes:
        rest = word.removeprefix(prefix)
        if rest and rest != word and rest in vocabulary:
            return [prefix, rest]
    return [word]


def join_words_of(texts: Iterable[Sequence[str]]) -> Rewrite:
    """Return the rule that neighbouring words are one wherever another corpus has them as one word.

    The longest join goes first, from left to right.
    """
    counts = Counter(word for words in texts for word in words)
    vocabulary = {word for word, count in counts.items() if count >= LEAST_SEEN and not word.isspace()}

    def rewrite(words: Sequence[str]) -> list[str]:
        joined: list[str] = []
        start = 0
        while start < len(words):
            size = next(
                (
                    size
                    for size in range(min(MOST_JOINED, len(words) - start), 1, -1)
                    if "".join(words[start : start + size]) in vocabulary
                ),
                1,
            )
            joined.append("".join(words[start : start + size]))
            start += size
        return joined

    return rewrite


def in_turn(rules: Sequence[Rewrite]) -> Rewrite:
    """Return the rule that applies all of them, one after the other."""

    def rewrite(words: Sequence[str]) -> list[str]:
        result = list(words)
        for rule in rules:
            result = rule(result)
        return result

    return rewrite

"""Dictionary segmenters behind the tagger's interface: boundaries as cluster indices, never joined text.

The words a pythainlp engine returns are laid over the text by their lengths, so only engines that keep every
character are listed; engines that change text (`longest` lower-cases, `icu` adds spaces) are left out.
"""

from collections.abc import Sequence

from pythainlp.tokenize import word_tokenize

from segmenter.text import WordsDoNotJoin, boundaries_from_words, cluster_lengths

ENGINES = ("newmm", "newmm-safe", "mm")


class UnknownEngine(ValueError):
    """The engine's name is not in ENGINES."""


def dictionary_boundaries(
    text: str, lengths: bytes | None = None, *, engine: str = "newmm"
) -> tuple[int, ...]:
    """Segment `text` with pythainlp's dictionary; `lengths` are its cluster lengths, if at hand."""
    if engine not in ENGINES:
        raise UnknownEngine(f"engine {engine!r} is unknown; known: {', '.join(ENGINES)}")
    if lengths is None:
        lengths = cluster_lengths(text)
    words: Sequence[str] = word_tokenize(text, engine=engine, keep_whitespace=True, join_broken_num=False)
    try:
        return boundaries_from_words(words, text=text, lengths=lengths)[0]
    except WordsDoNotJoin as error:
        raise RuntimeError(f"engine {engine!r} changed the text: {error}") from error

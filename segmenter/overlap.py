"""Raw texts without those that share a stretch with texts held out for evaluation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

STRETCH = 40


def without_overlap(
    texts: Iterable[str], held_out: Iterable[str], *, stretch: int = STRETCH
) -> Iterator[str]:
    """Yield the texts that neither equal a held-out text nor contain one of its stretches.

    The stretches of a held-out text are its consecutive pieces of `stretch` characters; so a text that has
    2 · `stretch` − 1 characters in a row in common with one is always left out.
    """
    held_out = list(held_out)
    whole = {text.strip() for text in held_out}
    pieces = {
        text[start : start + stretch]
        for text in held_out
        for start in range(0, len(text) - stretch + 1, stretch)
    }
    for text in texts:
        if text.strip() in whole:
            continue
        if pieces.isdisjoint(text[start : start + stretch] for start in range(len(text) - stretch + 1)):
            yield text

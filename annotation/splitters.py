"""Cutting raw text into sentences: the pieces, joined, are the text without its line breaks.

The name of the splitter is stored with the corpus. Text that comes with words is cut at line breaks only: its
source has chosen the sentences already.
"""

import re
from collections.abc import Callable

# Vertical tabs and form feeds are line breaks of chats and of word processors.
LINE_BREAK = re.compile(r"\r\n|[\n\r\v\f]")
# Thai sets a space between clauses and sentences, but also around numbers, Latin words and brackets: only a
# space between two Thai letters (or after a closing quotation mark or bracket) can end a sentence here.
CLAUSE_BREAK = re.compile(r"(?<=[ก-ฺเ-๎”’\"')])[ \u00a0\u3000]+(?=[ก-ฮเ-ไ“‘(])")
SHORTEST = 60


def split_lines(text: str) -> list[str]:
    """Cut at line breaks."""
    return LINE_BREAK.split(text)


def split_clauses(text: str) -> list[str]:
    """Cut at line breaks, and after a space between Thai letters once a piece has 60 characters.

    The space stays at the end of the piece before it, so that nothing of the text is lost.
    """
    pieces = []
    for line in split_lines(text):
        start = 0
        for space in CLAUSE_BREAK.finditer(line):
            if space.start() - start >= SHORTEST:
                pieces.append(line[start : space.end()])
                start = space.end()
        pieces.append(line[start:])
    return pieces


SPLITTERS: dict[str, Callable[[str], list[str]]] = {"line": split_lines, "clause": split_clauses}

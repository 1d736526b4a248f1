"""What every reader yields, and the one error it raises."""

from dataclasses import dataclass
from typing import Any

from annotation.errors import BadFile

SHOWN = 60


@dataclass(slots=True)
class Record:
    """One text of a file, exactly as it stands there; `words` joined are the text, None where it has none.

    `line` is the line (or the row) it came from; `file` names the file, with the member of an archive.
    """

    file: str
    line: int
    text: str
    words: list[str] | None = None
    document: str = ""
    domain: str = ""
    source: str = ""


def bad_file(what: str, *, file: str, line: int | None = None, value: Any = None) -> BadFile:
    """Return the error that names the file, the line and the value."""
    place = file if line is None else f"{file}, line {line}"
    details = {"file": file} | ({} if line is None else {"line": line})
    if value is None:
        return BadFile(f"{place}: {what}.", **details)
    shown = repr(value)
    shown = shown if len(shown) <= SHOWN else f"{shown[:SHOWN]}…"
    return BadFile(f"{place}: {what}: {shown}.", value=shown, **details)

"""What every reader yields, and the one error it raises."""

from dataclasses import dataclass
from typing import Any

from annotation.errors import BadFile
from annotation.reasons import Reason, Value

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


def bad_file(code: str, /, *, file: str, line: int | None = None, **values: Any) -> BadFile:
    """Return the error that names the file, the line and the `value`, which is shown as Python writes it."""
    place: Value = file if line is None else Reason("file_line", {"file": file, "line": line})
    details: dict[str, Any] = {"file": file} | ({} if line is None else {"line": line})
    if "value" in values:
        shown = repr(values["value"])
        shown = shown if len(shown) <= SHOWN else f"{shown[:SHOWN]}…"
        values["value"] = details["value"] = shown
    return BadFile(code, place=place, details=details, **values)

"""Texts of people in tables that a spreadsheet opens: none of them becomes a formula.

For tables that are made to be opened so: hours, curves, events, the tables of a report. Corpus exports are
read by programs and hold every text exactly as it is; docs/security.md lists which file is which.
"""

import re
from typing import Any

# What spreadsheets take for the beginning of a formula, full-width signs too, or drop before looking for one.
# Leading apostrophes are counted in, so that `exact` can tell ours from those that were there.
_FORMULA = re.compile("'*[=+\\-@\t\r\n＝＋－＠]")


def harmless(cell: Any) -> Any:
    """Return a cell as a spreadsheet may have it: a text that looks like a formula behind an apostrophe."""
    return f"'{cell}" if isinstance(cell, str) and _FORMULA.match(cell) else cell


def exact(cell: str) -> str:
    """Return the text that `harmless` was given."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell

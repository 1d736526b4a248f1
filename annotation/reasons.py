"""Reasons: what the software says in words, of a figure that is not there, an act refused, work that failed.

Each is a code with values, so that a page says it in its reader's language: its texts are the messages
`why_<code>` in frontend/src/domain/messages. The English here is for whoever reads the API without a
catalogue, for reports and for the command line. An app adds its own sentences by `register`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Union

from annotation import reason_texts

Value = Union[int, float, str, "Reason"]
"""What stands in a sentence: a figure, a word, or a sentence of its own."""

_texts: dict[str, str] = dict(reason_texts.TEXTS)


def register(texts: Mapping[str, str]) -> None:
    """Add sentences by code. Raises ValueError for a code that has one already."""
    twice = sorted(texts.keys() & _texts.keys())
    if twice:
        raise ValueError(f"There are texts already for the reasons {', '.join(twice)}.")
    _texts.update(texts)


@dataclass(frozen=True, slots=True)
class Reason:
    """A sentence for the reader; raises ValueError for a code that has no text, or a value that it lacks."""

    code: str
    values: Mapping[str, Value] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what could not be said when it is made, not when somebody reads it."""
        try:
            str(self)
        except KeyError as error:
            raise ValueError(f"The reason {self.code} with {dict(self.values)} lacks {error}.") from error

    def __str__(self) -> str:
        """Return the sentence in English."""
        return _texts[self.code].format(**self.values)

    def as_json(self) -> dict[str, Any]:
        """Return code and values, and the sentence in English."""
        values = {
            name: value.as_json() if isinstance(value, Reason) else value
            for name, value in self.values.items()
        }
        return {"code": self.code, "values": values, "text": str(self)}

"""Fields of input that take what the contract says and nothing that merely looks like it."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

# Larger than any sentence's clusters (a small integer in the database).
LONGEST = 32767


@extend_schema_field({"type": "array", "items": {"type": "integer", "minimum": 1, "maximum": LONGEST}})
class BoundariesField(serializers.Field):
    """Cluster indices. Whether they fit the sentence is for the act to say."""

    def to_internal_value(self, data: Any) -> list[int]:
        """Return the list as it came; refuse anything but whole numbers."""
        if not isinstance(data, list) or len(data) > LONGEST:
            raise serializers.ValidationError("Expected a list of cluster indices.")
        for value in data:
            if type(value) is not int or not 0 < value <= LONGEST:
                raise serializers.ValidationError(f"{value!r:.40} is not a cluster index.")
        return data

    def to_representation(self, value: list[int]) -> list[int]:
        """Return the list as it is stored."""
        return value


class NameField(serializers.CharField):
    """A name on one line: any letters and signs, but none that would disturb the text around it."""

    # Controls, line and paragraph separators, and the marks that turn the direction of what follows. Joiners
    # and direction marks stay: emoji and right-to-left names need them.
    _DISTURBS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")

    def to_internal_value(self, data: Any) -> str:
        """Return the name; refuse one with invisible signs that act beyond it."""
        name = super().to_internal_value(data)
        found = self._DISTURBS.search(name)
        if found:
            said = f"A name cannot hold the sign U+{ord(found[0]):04X}."
            raise serializers.ValidationError(said, code="field_sign")
        return name


class MomentField(serializers.DateTimeField):
    """A time of people: far enough from the ends of the calendar that days can be added and taken away."""

    FIRST_YEAR, LAST_YEAR = 1900, 2999

    def to_internal_value(self, value: Any) -> datetime:
        """Return the time; refuse one that only a slip of the keyboard can mean."""
        moment = super().to_internal_value(value)
        if not self.FIRST_YEAR <= moment.year <= self.LAST_YEAR:
            raise serializers.ValidationError(
                f"{moment.isoformat()} is not between the years {self.FIRST_YEAR} and {self.LAST_YEAR}.",
                code="field_year",
            )
        return moment


class StatesField(serializers.DictField):
    """Names with values of any JSON, as PostgreSQL can store it."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Return the names and values; refuse signs that are no text of a database."""
        states = super().to_internal_value(data)
        found = re.search(r"\x00|[\ud800-\udfff]", "".join(_texts_in(states)))
        if found:
            said = f"The sign U+{ord(found[0]):04X} cannot be stored."
            raise serializers.ValidationError(said, code="field_sign")
        return states


def _texts_in(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            yield from (text for pair in value.items() for one in pair for text in _texts_in(one))
        case list():
            yield from (text for one in value for text in _texts_in(one))


class WholeNumberField(serializers.IntegerField):
    """A number without a fraction; not its spelling in a string."""

    def to_internal_value(self, data: Any) -> int:
        """Return the number; `true` is none."""
        if type(data) is not int:
            self.fail("invalid")
        return data


class HeldField(serializers.ListField):
    """Assignments that the page holds already."""

    def __init__(self, **options: Any) -> None:
        super().__init__(child=serializers.UUIDField(), max_length=20, **options)

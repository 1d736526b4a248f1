"""What an analysis answers with: a figure with the interval it deserves, or the reason why there is none.

The two estimands are two types, so that one is never taken for the other. E1, `TheseSamples`: these two
labelled sets, measured on other documents and trained with other model seeds. E2, `TheseStrategies`: the ways
of drawing them, had other sentences been drawn. Measured on real text, an E1 interval covers a true E2 zero
far less often than it says.
"""

from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from typing import Any, ClassVar

from learner.reasons import Reason

LEVEL = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A figure; `low` and `high` are None where the design gives no interval, and `notes` say why.

    `terms` names the sources of chance that the interval contains (documents, seeds, sample); what is not
    among them is taken as fixed.
    """

    estimand: ClassVar[str]

    value: float
    low: float | None = None
    high: float | None = None
    level: float = LEVEL
    terms: tuple[str, ...] = ()
    notes: tuple[Reason, ...] = ()

    @property
    def excludes_zero(self) -> bool:
        """Tell whether there is an interval and zero lies outside it."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)

    def as_json(self) -> dict[str, Any]:
        """Return the fields with the estimand's name."""
        return {"estimand": self.estimand} | {
            field.name: as_json(getattr(self, field.name)) for field in fields(self)
        }


class TheseSamples(Estimate):
    """E1: about the samples as they are."""

    __slots__ = ()
    estimand = "these samples"


class TheseStrategies(Estimate):
    """E2: about the strategies, over draws of samples."""

    __slots__ = ()
    estimand = "these strategies"


class TheseReadings(Estimate):
    """About labels of sentences read twice, before and after a change: neither E1 nor E2."""

    __slots__ = ()
    estimand = "these readings"


@dataclass(frozen=True, slots=True)
class NotEstimable:
    """The design cannot say, and why."""

    reason: Reason

    def as_json(self) -> dict[str, Any]:
        """Return the reason under a key that no estimate has."""
        return {"not_estimable": self.reason.as_json()}


def as_json(value: Any) -> Any:
    """Turn results, nested in dataclasses, dictionaries and sequences, into what json can write.

    A figure that is not finite becomes None.
    """
    if isinstance(value, Estimate | NotEstimable | Reason):
        return value.as_json()
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: as_json(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(name): as_json(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(part) for part in value]
    if hasattr(value, "tolist"):
        return as_json(value.tolist())
    if isinstance(value, float) and not abs(value) < float("inf"):
        return None
    return value

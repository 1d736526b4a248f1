"""A scenario file: who works on what, what changes when, and what should be found. Read strictly.

Every key that is not known, every value of the wrong kind and every name that means nothing is an error that
says where it stands and what would be right, before anything is started.
"""

import types
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

import yaml


class ScenarioError(ValueError):
    """The scenario cannot be played; the message says where and why."""


@dataclass(frozen=True)
class Source:
    """Gold text to import: JSONL as in the README, `file` beside the scenario or in the data folder.

    `domains` and `documents` choose (documents by the scenario's seed), `per_document` and `sentences` end a
    document and the whole, `shortest` and `longest` leave out other texts, in characters. With a `splitter`
    other than `line` each document is imported as one running text and cut by the service.
    """

    file: str
    domains: list[str] | None = None
    documents: int | None = None
    per_document: int | None = None
    sentences: int | None = None
    shortest: int = 1
    longest: int | None = None
    splitter: str = "line"


@dataclass(frozen=True)
class Rules:
    """A guideline as a change of the gold (learner/rules.py); without any rule it is the gold itself."""

    text: str
    join_after: list[str] = field(default_factory=list)
    split_after: list[str] = field(default_factory=list)
    join_words_of: Source | None = None


@dataclass(frozen=True)
class Colleague:
    """A simulated annotator; see learner/simulated_people.py for what the figures do."""

    error_rate: float = 0.02
    pace: float = 1.0
    minutes_a_day: float = 60.0
    from_hour: float = 9.0
    weekends: bool = False
    from_start: bool = True
    lag_hours: float = 0.0


@dataclass(frozen=True)
class When:
    """After a round has closed, or so many hours after the start."""

    round: int | None = None
    hour: float | None = None


@dataclass(frozen=True)
class Late:
    """From now on everybody keeps this share of the sentences of at least so many clusters, for hours."""

    share: float
    hours: float
    clusters: int = 0


@dataclass(frozen=True)
class Remark:
    """An event that a manager records by hand."""

    kind: str
    note: str = ""


@dataclass(frozen=True)
class Change:
    """One change of the environment; exactly one of its parts beside `at` is given.

    `bridge` opens one to the guideline in force, with so many sentences of each arm.
    """

    at: When
    guideline: str | None = None
    settings: dict[str, Any] | None = None
    corpus: str | None = None
    joins: str | None = None
    leaves: str | None = None
    person: dict[str, Any] | None = None
    late: Late | None = None
    training: str | None = None
    bridge: int | None = None
    event: Remark | None = None

    @property
    def what(self) -> str:
        """Return the name of the part that is given."""
        return next(name for name in CHANGES if getattr(self, name) is not None)


CHANGES = [one.name for one in fields(Change) if one.name != "at"]


@dataclass(frozen=True)
class Finding:
    """Something that should be found, and why.

    Either an event of a kind (`event`, or `no_event` for one that should not be), within hours `between`
    where given; or a value of an analysis at a dotted `path` that is `at_least`, `at_most` or `equals`.
    """

    why: str
    event: str | None = None
    no_event: str | None = None
    between: list[float] | None = None
    analysis: str | None = None
    path: str | None = None
    at_least: float | None = None
    at_most: float | None = None
    equals: Any = None


@dataclass(frozen=True)
class Difficulty:
    """How hard sentences are to people: `by_gold` of it follows where the gold disagrees with itself.

    The rest is chance. 0 makes it unrelated to everything, and so to any score of a model.
    """

    by_gold: float = 0.5
    slope: float = 0.5


@dataclass(frozen=True)
class Scenario:
    """A whole rehearsal. `corpora` not named by a change are there from the start."""

    name: str
    about: str
    rounds: int
    corpora: dict[str, Source]
    guidelines: dict[str, Rules]
    people: dict[str, Colleague]
    finds: list[Finding]
    seed: int = 1
    starts_at: str = "2024-01-01T08:00:00+00:00"
    project: dict[str, Any] = field(default_factory=dict)
    difficulty: Difficulty = field(default_factory=Difficulty)
    changes: list[Change] = field(default_factory=list)

    @property
    def first_guideline(self) -> str:
        """Return the name of the guideline in force from the start: the first in the file."""
        return next(iter(self.guidelines))

    @property
    def first_corpora(self) -> list[str]:
        """Return the names of the corpora that are there from the start."""
        later = {change.corpus for change in self.changes}
        return [name for name in self.corpora if name not in later]


MOST_ROUNDS = 12


def load(path: Path) -> Scenario:
    """Read and check a scenario. Raises ScenarioError."""
    scenario = read(Scenario, _values(path), "scenario")
    _check(scenario)
    return scenario


def _values(path: Path) -> Any:
    """Return what a file says; one that is `like` another says only what is different.

    Of its mappings (project, people, …) the entries, of all else the whole goes before the other's.
    """
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ScenarioError(f"{path}: {error}") from error
    if not isinstance(values, dict) or "like" not in values:
        return values
    base = _values(path.parent / str(values.pop("like")))
    for name, value in values.items():
        both = isinstance(value, dict) and isinstance(base.get(name), dict)
        base[name] = {**base[name], **value} if both else value
    return base


def read(kind: Any, value: Any, where: str) -> Any:
    """Return a value as `kind` wants it: a dataclass, list, dictionary, or plain. Raises ScenarioError."""
    if is_dataclass(kind):
        return _read_object(kind, value, where)
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        if value is None:
            return None
        return read(next(one for one in arguments if one is not type(None)), value, where)
    if origin is list:
        _expect(isinstance(value, list), value, where, "a list")
        return [read(arguments[0], one, f"{where}[{place}]") for place, one in enumerate(value)]
    if origin is dict:
        _expect(isinstance(value, dict), value, where, "a mapping")
        return {str(name): read(arguments[1], one, f"{where}.{name}") for name, one in value.items()}
    if kind is Any:
        return value
    if kind is float:
        _expect(isinstance(value, int | float) and not isinstance(value, bool), value, where, "a number")
        return float(value)
    names = {int: "a whole number", str: "a text", bool: "true or false"}
    _expect(type(value) is kind, value, where, names[kind])
    return value


def _read_object(kind: Any, value: Any, where: str) -> Any:
    _expect(isinstance(value, Mapping), value, where, "a mapping")
    hints = get_type_hints(kind)
    known = {one.name: one for one in fields(kind)}
    for name in value:
        if name not in known:
            raise ScenarioError(f"{where}: {name!r} is not known here; known: {', '.join(known)}.")
    for name, one in known.items():
        if name not in value and one.default is MISSING and one.default_factory is MISSING:
            raise ScenarioError(f"{where}: {name!r} is missing.")
    return kind(**{name: read(hints[name], part, f"{where}.{name}") for name, part in value.items()})


def _expect(is_right: bool, value: Any, where: str, what: str) -> None:
    if not is_right:
        raise ScenarioError(f"{where}: {value!r} is not {what}.")


def _check(scenario: Scenario) -> None:
    """Hold together what a scenario names in one place and uses in another."""
    if not 1 <= scenario.rounds <= MOST_ROUNDS:
        raise ScenarioError(f"scenario.rounds: {scenario.rounds} is not between 1 and {MOST_ROUNDS}.")
    for name, held in (("corpora", scenario.corpora), ("guidelines", scenario.guidelines)):
        if not held:
            raise ScenarioError(f"scenario.{name}: at least one is needed.")
    if not any(person.from_start for person in scenario.people.values()):
        raise ScenarioError("scenario.people: nobody is there from the start.")
    for place, change in enumerate(scenario.changes):
        _check_change(change, scenario, f"scenario.changes[{place}]")
    for place, finding in enumerate(scenario.finds):
        _check_finding(finding, f"scenario.finds[{place}]")
    if not scenario.first_corpora:
        raise ScenarioError("scenario.corpora: none is there from the start; changes bring all of them.")


def _check_change(change: Change, scenario: Scenario, where: str) -> None:
    _one_of(change.at, ["round", "hour"], f"{where}.at")
    _one_of(change, CHANGES, where)
    if change.at.round is not None and not 1 <= change.at.round < scenario.rounds:
        last = scenario.rounds - 1
        raise ScenarioError(f"{where}.at.round: {change.at.round} is not between 1 and {last}.")
    _known(change.guideline, scenario.guidelines, f"{where}.guideline")
    _known(change.corpus, scenario.corpora, f"{where}.corpus")
    _known(change.joins, scenario.people, f"{where}.joins")
    _known(change.leaves, scenario.people, f"{where}.leaves")
    _known(change.training, ["paused", "resumed"], f"{where}.training")
    if change.person is not None:
        values = dict(change.person)
        _known(values.pop("name", ""), scenario.people, f"{where}.person.name")
        read(Colleague, values, f"{where}.person")


def _check_finding(finding: Finding, where: str) -> None:
    _one_of(finding, ["event", "no_event", "analysis"], where)
    if finding.analysis is not None:
        if finding.path is None:
            raise ScenarioError(f"{where}: an analysis needs a path.")
        _one_of(finding, ["at_least", "at_most", "equals"], where)


def _one_of(holder: Any, names: Sequence[str], where: str) -> None:
    given = [name for name in names if getattr(holder, name) is not None]
    if len(given) != 1:
        found = ", ".join(given) or "none"
        raise ScenarioError(f"{where}: exactly one of {', '.join(names)} is needed; there is {found}.")


def _known(name: str | None, among: Mapping[str, Any] | Sequence[str], where: str) -> None:
    if name is not None and name not in among:
        raise ScenarioError(f"{where}: {name!r} is not known; known: {', '.join(among)}.")

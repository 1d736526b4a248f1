"""Strict, typed readers of environment variables.

A value that cannot be understood stops the start with the variable's name and the value, never with a silent
default. Every variable read is remembered, so that a test can compare the list with docs/settings.md.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

READ: set[str] = set()

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off"}

T = TypeVar("T")


class SettingError(Exception):
    """A variable of the environment is missing or cannot be understood."""


def text(name: str, *, default: str = "") -> str:
    """Read a string; an empty value counts as not set."""
    READ.add(name)
    return os.environ.get(name, "").strip() or default


def flag(name: str, *, default: bool) -> bool:
    """Read a switch: 1/true/yes/on or 0/false/no/off."""

    def parse(raw: str) -> bool:
        if raw.lower() not in _TRUE | _FALSE:
            raise ValueError("expected one of 1, true, yes, on, 0, false, no, off")
        return raw.lower() in _TRUE

    return _parsed(name, parse, default)


def number(name: str, *, default: int, low: int, high: int) -> int:
    """Read a whole number with low <= number <= high."""

    def parse(raw: str) -> int:
        value = int(raw)
        if not low <= value <= high:
            raise ValueError(f"expected a whole number from {low} to {high}")
        return value

    return _parsed(name, parse, default)


def words(name: str, *, default: list[str]) -> list[str]:
    """Read a comma-separated list; spaces around its parts do not count."""
    return _parsed(name, lambda raw: [part.strip() for part in raw.split(",") if part.strip()], default)


def choice(name: str, *, default: str, among: list[str]) -> str:
    """Read one of a few known words."""

    def parse(raw: str) -> str:
        if raw not in among:
            raise ValueError(f"expected one of {', '.join(among)}")
        return raw

    return _parsed(name, parse, default)


def folder(name: str, *, default: Path) -> Path:
    """Read the path of a folder, made absolute; it need not exist."""
    return _parsed(name, lambda raw: Path(raw).expanduser().absolute(), default)


def _parsed(name: str, parse: Callable[[str], T], default: T) -> T:
    raw = text(name)
    if not raw:
        return default
    try:
        return parse(raw)
    except ValueError as error:
        raise SettingError(f"{name}={raw!r} cannot be understood: {error}.") from None

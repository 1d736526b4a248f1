"""What every bench prints at its end: one line of JSON with its figures, its targets and how to repeat it."""

import hashlib
import json
import subprocess
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Target:
    """A goal for one figure; `at_most` says on which side of it the figure has to lie."""

    name: str
    value: float
    goal: float
    at_most: bool = False

    @property
    def met(self) -> bool:
        """Tell whether the figure reaches the goal."""
        return self.value <= self.goal if self.at_most else self.value >= self.goal

    def row(self) -> dict[str, str | float | bool]:
        """Return the target as the report prints it."""
        return {"name": self.name, "value": self.value, "goal": self.goal, "met": self.met}


@dataclass
class Report:
    """Figures and targets as they come in."""

    seed: int
    figures: dict[str, Any] = field(default_factory=dict)
    targets: list[Target] = field(default_factory=list)
    started: float = field(default_factory=time.monotonic)

    def judge(self, name: str, value: float, goal: float, *, at_most: bool = False) -> None:
        """Record a figure together with the goal it is held to."""
        self.figures[name] = value
        self.targets.append(Target(name, value, goal, at_most))

    def line(self) -> str:
        """Return the line of JSON that ends the bench's standard output."""
        return json.dumps(
            {
                "figures": self.figures,
                "targets": [target.row() for target in self.targets],
                "seed": self.seed,
                "commit": commit(),
                "seconds": round(time.monotonic() - self.started, 1),
            }
        )


def code(files: Iterable[Path]) -> str:
    """Return a hash of files, by which a bench knows results of other code again."""
    hashed = hashlib.sha256()
    for file in sorted(files):
        hashed.update(file.read_bytes())
    return hashed.hexdigest()[:16]


def commit() -> str:
    """Return the commit measured, with a plus where the working tree differs from it."""
    folder = Path(__file__).resolve().parent.parent
    answer = subprocess.run(
        ["git", "describe", "--always", "--dirty=+"], cwd=folder, capture_output=True, text=True, check=False
    )
    return answer.stdout.strip() or "unknown"

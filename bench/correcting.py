"""Which keys a person presses to correct a suggestion, by the annotator's table of keys.

The person sees what is wrong and goes to it by the shortest way: arrows by cluster or by word, the jump to
the next doubtful place, Space or Backspace, or an alternative where it mends more than it costs.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Suggested:
    """What the page shows of a sentence of `length` clusters."""

    length: int
    boundaries: frozenset[int]
    doubtful: tuple[int, ...]
    alternatives: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Correction:
    """Keys pressed in a row, and how many wrong boundaries they mended."""

    keys: tuple[str, ...]
    mended: int


def plan(suggested: Suggested, reference: frozenset[int]) -> list[Correction]:
    """Return the corrections in the order made, each the cheapest next one for the wrong boundaries left."""
    boundaries = set(suggested.boundaries)
    cursor = suggested.doubtful[0] if suggested.doubtful else 1
    corrections = []
    while wrong := boundaries ^ reference:
        ways = _ways(suggested, cursor, boundaries)
        options = [
            (len(ways[gap]), abs(gap - cursor), (*ways[gap], "Space"), (gap,)) for gap in sorted(wrong)
        ]
        for number, gaps in enumerate(suggested.alternatives, start=1):
            if wrong.issuperset(gaps):
                options.append((1 - len(gaps), 0, (f"Digit{number}",), gaps))
        _, _, keys, gaps = min(options, key=lambda option: (len(option[2]) / len(option[3]), *option[:2]))
        corrections.append(Correction(keys, len(gaps)))
        boundaries.symmetric_difference_update(gaps)
        cursor = gaps[0]
    return corrections


def _ways(suggested: Suggested, cursor: int, boundaries: set[int]) -> dict[int, tuple[str, ...]]:
    """Return the shortest keys from the cursor to every gap."""
    edges = sorted(boundaries)
    found: dict[int, tuple[str, ...]] = {cursor: ()}
    todo = deque([cursor])
    while todo:
        here = todo.popleft()
        for key, there in _steps(suggested, here, edges):
            if there not in found:
                found[there] = (*found[here], key)
                todo.append(there)
    return found


def _steps(suggested: Suggested, here: int, edges: Sequence[int]) -> list[tuple[str, int]]:
    last = suggested.length - 1
    steps = [
        ("ArrowRight", min(last, here + 1)),
        ("ArrowLeft", max(1, here - 1)),
        ("Control+ArrowRight", next((edge for edge in edges if edge > here), last)),
        ("Control+ArrowLeft", next((edge for edge in reversed(edges) if edge < here), 1)),
    ]
    if suggested.doubtful:
        after = next((gap for gap in suggested.doubtful if gap > here), suggested.doubtful[0])
        steps.append(("KeyN", after))
    return steps

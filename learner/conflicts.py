"""Analysis 4, label conflicts: one string segmented differently, and what annotating again costs and gains.

Estimand: for each string of characters that is one token somewhere and several tokens elsewhere, how often it
is kept whole and how often cut, by guideline version, annotator and arm. An occurrence counts only where the
annotation has a boundary at both of its ends, so that the same letters inside other words do not count.
Source: variation n-grams, Dickinson & Meurers 2003, with the string as its own nucleus.

Not every conflict is a mistake: some strings are rightly cut in one sentence and kept in another. The table
shows counts; what is one is for people to say.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from scipy.stats import hypergeom

from learner.discrete import adjusted
from learner.resampling import Array

# Tokens that a cut occurrence may have.
MOST_PARTS = 5
# What a string is believed to be before it was seen under the new guideline: as likely kept as cut.
PRIOR = 0.5
# A string is named as a reason to annotate a sentence again when it is likelier than not to change.
LIKELY = 0.5


@dataclass(frozen=True, slots=True)
class Labelled:
    """One annotation as its tokens, and where it comes from."""

    sentence: int
    tokens: Sequence[str]
    guideline: int | None
    annotator: int
    arm: str
    clusters: int
    seconds: float


@dataclass(slots=True)
class Standing:
    """How often a string was kept as one token and how often cut."""

    whole: int = 0
    cut: int = 0

    @property
    def total(self) -> int:
        """Return the number of occurrences."""
        return self.whole + self.cut

    def count(self, *, is_whole: bool) -> None:
        """Count one occurrence."""
        if is_whole:
            self.whole += 1
        else:
            self.cut += 1


@dataclass(slots=True)
class Conflict:
    """A string with different segmentations; `cuts` counts the ways it was cut, tokens joined by “|”."""

    string: str
    all: Standing = field(default_factory=Standing)
    cuts: Counter[str] = field(default_factory=Counter)
    by_guideline: dict[int | None, Standing] = field(default_factory=lambda: defaultdict(Standing))
    by_annotator: dict[int, Standing] = field(default_factory=lambda: defaultdict(Standing))
    by_arm: dict[str, Standing] = field(default_factory=lambda: defaultdict(Standing))
    sentences: set[int] = field(default_factory=set)

    @property
    def minority(self) -> int:
        """Return the occurrences against the string's majority: what would change to make it uniform."""
        return min(self.all.whole, self.all.cut)

    def count(self, label: Labelled, parts: Sequence[str]) -> None:
        """Count one occurrence in an annotation."""
        is_whole = len(parts) == 1
        self.sentences.add(label.sentence)
        self.all.count(is_whole=is_whole)
        self.by_guideline[label.guideline].count(is_whole=is_whole)
        self.by_annotator[label.annotator].count(is_whole=is_whole)
        self.by_arm[label.arm].count(is_whole=is_whole)
        if not is_whole:
            self.cuts["|".join(parts)] += 1


def find_conflicts(labels: Sequence[Labelled]) -> list[Conflict]:
    """Return the strings segmented both ways, those with the most occurrences in the minority first."""
    vocabulary = {token for label in labels for token in label.tokens if not token.isspace()}
    longest = max(map(len, vocabulary), default=0)
    table: dict[str, Conflict] = {}
    for label in labels:
        for string, parts in occurrences(label.tokens, vocabulary, longest):
            table.setdefault(string, Conflict(string)).count(label, parts)
    found = [conflict for conflict in table.values() if conflict.all.whole and conflict.all.cut]
    return sorted(found, key=lambda conflict: (-conflict.minority, -conflict.all.total, conflict.string))


def occurrences(
    tokens: Sequence[str], vocabulary: Set[str], longest: int
) -> Iterable[tuple[str, Sequence[str]]]:
    """Yield every string of the vocabulary that one or several whole tokens make up, with these tokens."""
    for start in range(len(tokens)):
        joined = ""
        for end in range(start, min(start + MOST_PARTS, len(tokens))):
            joined += tokens[end]
            if tokens[end].isspace() or len(joined) > longest:
                break
            if joined in vocabulary:
                yield joined, tokens[start : end + 1]


@dataclass(frozen=True, slots=True)
class Shift:
    """How a string is treated under two guideline versions; `p`: Fisher's test, adjusted for all strings."""

    string: str
    before: Standing
    after: Standing
    p: float


def shifts(
    conflicts: Sequence[Conflict], *, old: Iterable[int | None], new: Iterable[int | None]
) -> list[Shift]:
    """Compare how strings are kept or cut under old and new guideline versions, the surest change first.

    Strings seen on both sides only; p is adjusted step-down with regard to what each string can reach
    (learner/discrete.py). Assumes occurrences independent, which those in one sentence are not quite: the p
    values sort the table, they do not prove a rule.
    """
    old, new = set(old), set(new)
    found = []
    for conflict in conflicts:
        before, after = (_merged(conflict, versions) for versions in (old, new))
        if before.total and after.total:
            found.append((conflict.string, before, after))
    p_values = adjusted([_fisher(before, after) for _, before, after in found])
    answer = [Shift(*row, p) for row, p in zip(found, p_values, strict=True)]
    return sorted(answer, key=lambda shift: (shift.p, -shift.before.total - shift.after.total, shift.string))


def _fisher(before: Standing, after: Standing) -> tuple[float, Array]:
    """Return Fisher's two-sided p value, and all that a table with these margins can have."""
    whole, cut = before.whole + after.whole, before.cut + after.cut
    least = max(0, before.total - cut)
    chances = hypergeom.pmf(np.arange(least, min(whole, before.total) + 1), whole + cut, whole, before.total)
    # As scipy does: all tables no likelier than this one, with room for rounding.
    every = np.array([chances[chances <= chance * (1 + 1e-7)].sum() for chance in chances])
    return float(every[before.whole - least]), every


def _merged(conflict: Conflict, versions: set[int | None]) -> Standing:
    standings = [standing for version, standing in conflict.by_guideline.items() if version in versions]
    return Standing(sum(one.whole for one in standings), sum(one.cut for one in standings))


@dataclass(frozen=True, slots=True)
class Repair:
    """A sentence to annotate again: its expected number of decisions that would change, and its cost."""

    sentence: int
    is_holdout: bool
    changes: float
    seconds: float
    strings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RepairPlan:
    """Sentences labelled under older guidelines, the best use of time first, and the sums over all of them.

    `changes_known` says in how many of them a string occurs that has been seen under the new guideline; of
    the others nothing is known, and they come last.
    """

    repairs: list[Repair]
    sentences: int
    changes_known: int
    changes: float
    seconds: float


def plan_repairs(
    labels: Sequence[Labelled], *, current: int, holdout: set[int], seconds_per_cluster: float
) -> RepairPlan:
    """Order the sentences labelled under older guidelines by what re-annotating them pays.

    Expected changes of a sentence: over its conflicting strings seen under `current`, the chance that an
    occurrence is treated the other way there, (count + 0.5) / (total + 1). Holdout sentences come first,
    since every figure is measured on them; within each kind by expected changes per second, the seconds
    being clusters × `seconds_per_cluster`. Assumes that what changed is how strings are treated, and that
    strings are independent of the sentences they stand in.
    """
    conflicts = {conflict.string: conflict for conflict in find_conflicts(labels)}
    under = {string: conflict.by_guideline.get(current, Standing()) for string, conflict in conflicts.items()}
    known = {string: standing for string, standing in under.items() if standing.total}
    longest = max(map(len, known), default=0)
    renewed = {label.sentence for label in labels if label.guideline == current}
    repairs = []
    for label in labels:
        if label.guideline == current or label.sentence in renewed:
            continue
        changes, strings = 0.0, []
        for string, parts in occurrences(label.tokens, set(known), longest):
            chance = _chance_of_change(known[string], is_whole=len(parts) == 1)
            changes += chance
            if chance > LIKELY:
                strings.append(string)
        repairs.append(
            Repair(
                sentence=label.sentence,
                is_holdout=label.sentence in holdout,
                changes=changes,
                seconds=label.clusters * seconds_per_cluster,
                strings=tuple(strings),
            )
        )
    repairs = _one_a_sentence(repairs)
    repairs.sort(key=lambda repair: (not repair.is_holdout, -_worth(repair), repair.sentence))
    return RepairPlan(
        repairs=repairs,
        sentences=len(repairs),
        changes_known=sum(1 for repair in repairs if repair.changes),
        changes=sum(repair.changes for repair in repairs),
        seconds=sum(repair.seconds for repair in repairs),
    )


def _chance_of_change(standing: Standing, *, is_whole: bool) -> float:
    otherwise = standing.cut if is_whole else standing.whole
    return (otherwise + PRIOR) / (standing.total + 2 * PRIOR)


def _worth(repair: Repair) -> float:
    return repair.changes / repair.seconds if repair.seconds else repair.changes


def _one_a_sentence(repairs: Iterable[Repair]) -> list[Repair]:
    """Keep for each sentence the reading with the most expected changes."""
    best: dict[int, Repair] = {}
    for repair in repairs:
        if repair.sentence not in best or repair.changes > best[repair.sentence].changes:
            best[repair.sentence] = repair
    return list(best.values())


@dataclass(frozen=True, slots=True)
class Disagreement:
    """How often two readings of one sentence differ, in sentences and in strings; counts before ratios."""

    sentences: int
    different: int


def same_sentence(labels: Sequence[Labelled]) -> dict[str, Disagreement]:
    """Count sentences with several readings whose segmentations differ, by what changed between the readings.

    `people`: different annotators under one guideline; `guideline`: one annotator under two versions;
    `both`: different annotators under different versions. Neighbouring readings in the order given.
    """
    readings: dict[int, list[Labelled]] = defaultdict(list)
    for label in labels:
        readings[label.sentence].append(label)
    counts: dict[str, list[int]] = {name: [0, 0] for name in ("people", "guideline", "both")}
    for held in readings.values():
        for first, second in pairwise(held):
            name = _what_changed(first, second)
            if name is not None:
                counts[name][0] += 1
                counts[name][1] += list(first.tokens) != list(second.tokens)
    return {name: Disagreement(*pair) for name, pair in counts.items()}


def _what_changed(first: Labelled, second: Labelled) -> str | None:
    people = first.annotator != second.annotator
    guideline = first.guideline != second.guideline
    if people:
        return "both" if guideline else "people"
    return "guideline" if guideline else None

"""Analysis 3, the bridge of a guideline: what new rules did to labels, from sentences read under both.

Estimand: over the sentences as they are, the share of decisions (places between clusters) that the new
rules turn, and the relative change in tokens. Estimator: differences within a sentence between its reading
under the old rules and another person's under the new ones; what two people differ by under one and the same
version is taken off (`net`), and cancels in signed figures. Interval: documents drawn with replacement
(learner/resampling.py), or none where they are too few. It is an estimand of its own, `TheseReadings`:
neither which sample is better (E1) nor which way of drawing (E2).

A string is held to have moved by the sign test on its paired occurrences (Conover 1999, ch. 3.4): where rules
stay, a reader is as likely to join what another cut as to cut what another kept.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from scipy.stats import binom

from learner.discrete import adjusted
from learner.estimates import TheseReadings
from learner.label_figures import divide, over_documents
from learner.reasons import Reason
from learner.resampling import Array

ASSUMPTIONS = (
    Reason("next_reader"),
    Reason("people_differ_alike"),
    Reason("labels_only"),
)
# What is counted: a string, or the beginning or the end that several have in common, as (…, text, …).
Name = tuple[str, str, str]
# Strings that a result names.
STRINGS_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Pair:
    """Two readings of one sentence, as the cluster indices where a token starts."""

    document: int
    clusters: Sequence[str]
    before: tuple[int, ...]
    after: tuple[int, ...]

    @property
    def different(self) -> int:
        """Return how many places between clusters are decided otherwise."""
        return len(set(self.before) ^ set(self.after))

    @property
    def places(self) -> int:
        """Return how many decisions there were to make."""
        return max(0, len(self.clusters) - 1)


def label_effects(
    groups: Mapping[str, Sequence[Pair]], people: Sequence[Pair], *, seed: int
) -> dict[str, Any]:
    """Return what the rules changed in each group of sentences, and active against random.

    `people` are pairs of different people's readings under one version.
    """
    documents = sorted({pair.document for held in (*groups.values(), people) for pair in held})
    place = {document: number for number, document in enumerate(documents)}
    tables = {name: _table(held, place) for name, held in groups.items()}
    alike = _table(people, place)
    found: dict[str, Any] = {
        "groups": {
            name: _effects(table[_present(table)], np.stack([alike, table]), len(groups[name]), seed=seed)
            for name, table in tables.items()
        },
        "people": {"pairs": len(people), "share": _share(alike.sum(axis=0))},
        "strings": moved([pair for held in groups.values() for pair in held])[:STRINGS_SHOWN],
        "assumptions": ASSUMPTIONS,
    }
    if {"random", "active"} <= set(groups):
        both = np.stack([tables["random"], tables["active"]])
        both = both[:, _present(both.sum(axis=0))]
        found["active_minus_random"] = over_documents(_shares_apart, both, of=TheseReadings, seed=seed)
    return found


# Columns of a table of documents: decided otherwise, decisions, tokens gained, tokens before.
def _table(pairs: Iterable[Pair], place: Mapping[int, int]) -> Array:
    table = np.zeros((len(place), 4))
    for pair in pairs:
        gained = len(pair.after) - len(pair.before)
        table[place[pair.document]] += pair.different, pair.places, gained, len(pair.before) + 1
    return table


def _present(table: Array) -> Array:
    return np.asarray(table[:, 1] > 0)


def _effects(own: Array, with_people: Array, pairs: int, *, seed: int) -> dict[str, Any]:
    """Return a group's figures; `with_people` is (people and group, documents, 4), `own` the group's."""
    together = with_people[:, _present(with_people.sum(axis=0))]
    return {
        "pairs": pairs,
        "changed": over_documents(lambda sums: divide(sums[..., :2]), own, of=TheseReadings, seed=seed),
        "net": over_documents(_shares_apart, together, of=TheseReadings, seed=seed),
        "tokens": over_documents(lambda sums: divide(sums[..., 2:]), own, of=TheseReadings, seed=seed),
    }


def _shares_apart(sums: Array) -> Array:
    """Return how much larger the second share of decisions turned is than the first, from (…, two, 4)."""
    shares = divide(sums[..., :2])
    return np.asarray(shares[..., 1] - shares[..., 0])


def _share(sums: Array) -> float | None:
    return float(sums[0] / sums[1]) if sums[1] else None


@dataclass(frozen=True, slots=True)
class Moved:
    """A string and how many of its occurrences the new rules joined or split; `p` by the sign test.

    `ab…` stands for all strings whose first part, where they are cut, is ab, and `…ab` for the last part.
    """

    string: str
    joined: int
    split: int
    p: float


def moved(pairs: Iterable[Pair]) -> list[Moved]:
    """Return the strings that readings under the new rules treat otherwise, the surest change first.

    Strings with a part in common, `ab…` or `…ab`, are also held to be one where they are several: a rule for
    a prefix joins it to many words, none of which need come twice. p is adjusted for the number of all with
    regard to what each can reach at all (learner/discrete.py).
    """
    joined, split = Counter[Name](), Counter[Name]()
    strings: dict[Name, set[str]] = defaultdict(set)
    for pair in pairs:
        for count, whole, cut in ((joined, pair.after, pair.before), (split, pair.before, pair.after)):
            for string, first, last in _whole_only_in(whole, cut, pair.clusters):
                for name in (("", string, ""), ("", first, "…"), ("…", last, "")):
                    count[name] += 1
                    strings[name].add(string)
    names = sorted(name for name, held in strings.items() if "…" not in (name[0], name[2]) or len(held) > 1)
    tests = [_sign_test(joined[name], joined[name] + split[name]) for name in names]
    found = [
        Moved("".join(name), joined[name], split[name], p)
        for name, p in zip(names, adjusted(tests), strict=True)
    ]
    return sorted(found, key=lambda one: (one.p, -abs(one.joined - one.split), one.string))


def _whole_only_in(
    one: Sequence[int], other: Sequence[int], clusters: Sequence[str]
) -> Iterator[tuple[str, str, str]]:
    """Yield the tokens of one reading that the other cuts inside while it agrees with both their ends.

    Each with the first and the last of the parts that the other makes of it.
    """
    edges, others = [0, *one, len(clusters)], {0, *other, len(clusters)}
    for start, end in pairwise(edges):
        inside = [place for place in range(start + 1, end) if place in others]
        if start in others and end in others and inside:
            parts = (start, end), (start, inside[0]), (inside[-1], end)
            string, first, last = ("".join(clusters[begin:stop]) for begin, stop in parts)
            yield string, first, last


def _sign_test(count: int, n: int) -> tuple[float, Array]:
    """Return the two-sided p value, and all p values that n occurrences can have."""
    below = binom.cdf(np.arange(n + 1), n, 0.5)
    every = np.minimum(1.0, 2 * np.minimum(below, below[::-1]))
    return float(every[count]), every

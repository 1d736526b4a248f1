"""How a string was cut before in a project and what the word list holds of it, to cut alike what is alike.

Only the person's own readings and settled references count, so nobody sees what another made of a sentence
that is still being read; sentences of the holdout are never among them.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from itertools import accumulate
from pathlib import Path
from typing import Any

from django.db import connection

from annotation.models import Assignment, Sentence
from segmenter.text import clusters_from_lengths, tokens

# A string this common is decided by habit; the latest ones show it.
LATEST = 2000
EXAMPLES = 3
# Words before and after, so that an example can be read.
CONTEXT = 4
LONGEST_STRING = 100
WORDS = 12

FOUND = """
WITH settled AS (
    SELECT DISTINCT ON (j.sentence_id) j.sentence_id, j.boundaries, j.created_at AS at
    FROM annotation_adjudication j JOIN annotation_sentence s ON s.id = j.sentence_id
    WHERE s.project_id = %(project)s
    ORDER BY j.sentence_id, j.revision DESC
), own AS (
    SELECT a.sentence_id, latest.boundaries, a.finished_at AS at
    FROM annotation_assignment a
    CROSS JOIN LATERAL (
        SELECT n.boundaries FROM annotation_annotation n WHERE n.assignment_id = a.id
        ORDER BY n.revision DESC LIMIT 1) latest
    WHERE a.annotator_id = %(annotator)s AND a.project_id = %(project)s AND a.state = 'submitted'
      AND NOT EXISTS (SELECT 1 FROM settled WHERE settled.sentence_id = a.sentence_id)
)
SELECT s.text, s.cluster_lengths, r.boundaries, r.is_settled
FROM (SELECT *, true AS is_settled FROM settled UNION ALL SELECT *, false FROM own) r
JOIN annotation_sentence s ON s.id = r.sentence_id
WHERE s.split <> 'holdout' AND s.id <> %(sentence)s AND strpos(s.text, %(string)s) > 0
ORDER BY r.at DESC LIMIT %(limit)s
"""


@dataclass(slots=True)
class Cut:
    """One way in which the string was cut: the words that cover it, how often, and where."""

    tokens: tuple[str, ...]
    count: int = 0
    settled: int = 0
    examples: list[dict[str, list[str]]] = field(default_factory=list)


def look_up(assignment: Assignment, string: str) -> dict[str, Any]:
    """Return the ways in which `string` was cut before, most frequent first, and the words listed in it.

    Nothing for a sentence that is served blind, whether as a control or as part of the holdout: `blind` says
    so, and says the same of both.
    """
    sentence = assignment.sentence
    if sentence.control or sentence.split == Sentence.Split.HOLDOUT:
        return {"blind": True, "cuts": [], "words": []}
    return {"blind": False, "cuts": _cuts_before(assignment, string), "words": listed_words(string)}


def _cuts_before(assignment: Assignment, string: str) -> list[Cut]:
    values: dict[str, Any] = {
        "project": assignment.project_id,
        "annotator": assignment.annotator_id,
        "sentence": assignment.sentence_id,
        "string": string,
        "limit": LATEST,
    }
    with connection.cursor() as cursor:
        cursor.execute(FOUND, values)
        rows = cursor.fetchall()
    cuts: dict[tuple[str, ...], Cut] = {}
    for text, lengths, boundaries, is_settled in rows:
        words = tokens(clusters_from_lengths(text, bytes(lengths)), boundaries)
        for first, last in covering(words, string):
            covered = tuple(words[first:last])
            cut = cuts.setdefault(covered, Cut(covered))
            cut.count += 1
            cut.settled += is_settled
            if len(cut.examples) < EXAMPLES:
                before, after = words[max(0, first - CONTEXT) : first], words[last : last + CONTEXT]
                cut.examples.append({"before": before, "after": after})
    return sorted(cuts.values(), key=lambda cut: -cut.count)


def covering(words: Sequence[str], string: str) -> Iterator[tuple[int, int]]:
    """Yield, for each place at which `string` stands in the words joined, the range of words it touches."""
    text = "".join(words)
    starts = [0, *accumulate(map(len, words))]
    at = text.find(string)
    while at >= 0:
        yield bisect_right(starts, at) - 1, bisect_left(starts, at + len(string))
        at = text.find(string, at + 1)


def listed_words(string: str) -> list[str]:
    """Return the words of the word list that stand in the string, longest first."""
    listed = _word_list()
    inside = {string[start:end] for start in range(len(string)) for end in range(start + 2, len(string) + 1)}
    return sorted(inside & listed, key=lambda word: (-len(word), string.index(word)))[:WORDS]


@cache
def _word_list() -> frozenset[str]:
    """Return PyThaiNLP's list of Thai words (CC0), read as a file: the library is not for the web process."""
    package = find_spec("pythainlp")
    if package is None or package.origin is None:
        raise FileNotFoundError("PyThaiNLP, whose word list is looked up, is not installed.")
    lines = (Path(package.origin).parent / "corpus" / "words_th.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line.strip() for line in lines) - {""}

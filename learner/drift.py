"""Drift that nobody reports: in what is served, and in how a person's readings agree with others'.

Each detector holds the latest window of a series against the one before it. They look again and again, so
that their thresholds are set far out: a quiet project stays quiet (bench/validity.py, docs/scenarios). The
windows of two finds of one series do not overlap, or one shift would be found again and again.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import Min
from scipy.stats import chi2_contingency, ks_2samp, mannwhitneyu

from annotation.models import Assignment, Corpus, Project
from learner import events
from learner.models import Event

# Sentences handed out, and readings of one person that somebody else has judged too, on each side.
SERVED_WINDOW = 120
JUDGED_WINDOW = 30
# What has been served of a corpus that came later before its lengths are judged.
ARRIVED = 30
# Chance of a shift as large in one look, and the size from which it matters.
SURE = 1e-4
DOMAINS_SHIFT = 0.25
LENGTHS_SHIFT = 0.3
WORSE_BY = 1.5


@dataclass(frozen=True, slots=True)
class Series:
    """A series in order of time. `about` tells it from others of its kind."""

    kind: str
    about: dict[str, Any]
    at: Sequence[datetime]
    values: Sequence[Any]
    window: int


def watch(project: Project) -> None:
    """Look for every kind of drift once, and record what is new."""
    _watch_splitter(project)
    _watch_arrivals(project)
    served = _served(project)
    if served:
        times, domains, lengths = zip(*served, strict=True)
        _look(project, Series("domains.shifted", {}, times, domains, SERVED_WINDOW), _domains)
        _look(project, Series("lengths.shifted", {}, times, lengths, SERVED_WINDOW), _lengths)
    for kind, query in (
        ("annotator.agreement_drifted", _AGREEMENT),
        ("annotator.accuracy_drifted", _ACCURACY),
    ):
        _watch_quality(project, kind, query)


def _watch_splitter(project: Project) -> None:
    """Record each corpus that was cut by another rule than the one before it."""
    before = None
    for corpus in Corpus.objects.filter(project=project, state="ready").order_by("imported_at", "pk"):
        if before is not None and corpus.splitter != before:
            events.record(
                project,
                "splitter.changed",
                at=corpus.imported_at,
                before={"splitter": before},
                after={"splitter": corpus.splitter, "corpus": corpus.pk},
                mark=f"splitter.changed|{corpus.pk}",
            )
        before = corpus.splitter


def _watch_arrivals(project: Project) -> None:
    """Record each later corpus whose sentences are of other lengths than those served before it came.

    In the windows of all that is served a corpus is only as large as its share, which while the random arm
    catches up is about half: a distance of 0.49 between the texts is one of 0.25 between the windows.
    """
    began = Assignment.objects.filter(project=project).aggregate(Min("leased_at"))["leased_at__min"]
    if began is None:
        return
    known = Event.objects.filter(project=project, kind="lengths.shifted", after__has_key="corpus")
    judged = set(known.values_list("after__corpus", flat=True))
    later = Corpus.objects.filter(project=project, state="ready", imported_at__gt=began)
    for corpus in later.exclude(pk__in=judged):
        about = {"project": project.pk, "corpus": corpus.pk, "latest": SERVED_WINDOW}
        with connection.cursor() as cursor:
            cursor.execute(_ARRIVED, about)
            arrived = cursor.fetchall()
            if len(arrived) < ARRIVED:
                continue
            first = arrived[0][0]
            cursor.execute(_BEFORE, about | {"first": first})
            before = [length for (length,) in cursor.fetchall()]
        found = _lengths(before, [length for _, length in arrived]) if len(before) == SERVED_WINDOW else None
        if found is not None:
            events.record(
                project,
                "lengths.shifted",
                at=first,
                before=found["before"],
                after={"corpus": corpus.pk, **found["after"]},
                mark=f"lengths.shifted|corpus|{corpus.pk}",
            )


def _look(project: Project, series: Series, compare: Callable[[Any, Any], dict[str, Any] | None]) -> bool:
    """Compare the latest window with the one before it; record a find. Tells whether there was one."""
    if len(series.values) < 2 * series.window:
        return False
    last = (
        Event.objects.filter(project=project, kind=series.kind, after__contains=series.about)
        .order_by("-at", "-id")
        .first()
    )
    first = len(series.values) - 2 * series.window
    if last is not None and series.at[first] < last.at:
        return False
    middle = first + series.window
    found = compare(series.values[first:middle], series.values[middle:])
    if found is None:
        return False
    events.record(
        project,
        series.kind,
        at=series.at[middle],
        before=found["before"],
        after={**series.about, **found["after"]},
        mark=f"{series.kind}|{series.about}|{last.pk if last else 0}",
    )
    return True


def _domains(before: Sequence[str], after: Sequence[str]) -> dict[str, Any] | None:
    """Compare shares by chi-square; the shift is the share that would have to change its domain."""
    counts = Counter(before), Counter(after)
    names = sorted(counts[0] | counts[1])
    if len(names) < 2:
        return None
    table = np.array([[count[name] for name in names] for count in counts])
    shift = float(np.abs(table[0] / len(before) - table[1] / len(after)).sum() / 2)
    if shift < DOMAINS_SHIFT or chi2_contingency(table).pvalue > SURE:
        return None
    shares = [
        {name: round(float(count) / len(before), 3) for name, count in zip(names, row, strict=True)}
        for row in table
    ]
    return {"before": {"shares": shares[0]}, "after": {"shares": shares[1], "shift": round(shift, 3)}}


def _lengths(before: Sequence[int], after: Sequence[int]) -> dict[str, Any] | None:
    """Compare lengths in clusters by Kolmogorov and Smirnov's test; the shift is its distance."""
    found = ks_2samp(before, after)
    if found.statistic < LENGTHS_SHIFT or found.pvalue > SURE:
        return None
    return {
        "before": {"median": float(np.median(before))},
        "after": {"median": float(np.median(after)), "shift": round(float(found.statistic), 3)},
    }


def _watch_quality(project: Project, kind: str, query: str) -> None:
    """Look at each person's share of boundaries judged otherwise.

    A reading that differs from another says nothing of whose it is: readings shared with somebody who has
    been found to drift are left out for the others.
    """
    known = set(Event.objects.filter(project=project, kind=kind).values_list("after__user", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(query, {"project": project.pk, "latest": 20 * JUDGED_WINDOW})
        rows = cursor.fetchall()
    # A reading held against several others counts once, with their mean.
    readings: dict[tuple[int, datetime, int], list[float]] = {}
    for person, other, sentence, at, apart, edges in rows:
        if other not in known or person in known:
            readings.setdefault((person, at, sentence), []).append(apart / edges)
    people: dict[int, list[tuple[datetime, float]]] = {}
    for (person, at, _), shares in readings.items():
        people.setdefault(person, []).append((at, float(np.mean(shares))))
    # The one who changed most first, so that the others are judged without them at the next look.
    change = {person: _rise([value for _, value in held]) for person, held in people.items()}
    for person in sorted(people, key=lambda person: -change[person]):
        times, values = zip(*people[person], strict=True)
        series = Series(kind, {"user": person}, times, values, JUDGED_WINDOW)
        if _look(project, series, _worse):
            return


def _rise(values: Sequence[float]) -> float:
    recent = values[-JUDGED_WINDOW:]
    return float(np.mean(recent) - np.mean(values[: -len(recent)] or recent))


def _worse(before: Sequence[float], after: Sequence[float]) -> dict[str, Any] | None:
    """Compare shares of boundaries judged otherwise by ranks (Mann and Whitney); only a rise counts."""
    means = float(np.mean(before)), float(np.mean(after))
    if means[1] < WORSE_BY * means[0] or mannwhitneyu(after, before, alternative="greater").pvalue > SURE:
        return None
    return {
        "before": {"differs": round(means[0], 4)},
        "after": {"differs": round(means[1], 4), "readings": len(after)},
    }


def _served(project: Project) -> list[tuple[datetime, str, int]]:
    """Return when, domain and clusters of what the arms handed out last, in order of time."""
    with connection.cursor() as cursor:
        cursor.execute(_SERVED, {"project": project.pk, "latest": 2 * SERVED_WINDOW})
        return list(reversed(cursor.fetchall()))


_FROM_ARMS = """
FROM annotation_assignment a JOIN annotation_queue q ON q.id = a.queue_id AND q.kind <> 'measurement'
JOIN annotation_sentence s ON s.id = a.sentence_id JOIN annotation_document d ON d.id = s.document_id
WHERE a.project_id = %(project)s
"""
_SERVED = f"""
SELECT a.leased_at, d.domain, s.n_clusters {_FROM_ARMS}
ORDER BY a.leased_at DESC, a.id LIMIT %(latest)s
"""
_ARRIVED = f"""
SELECT a.leased_at, s.n_clusters {_FROM_ARMS} AND d.corpus_id = %(corpus)s
ORDER BY a.leased_at, a.id LIMIT %(latest)s
"""
_BEFORE = f"""
SELECT s.n_clusters {_FROM_ARMS} AND a.leased_at < %(first)s
ORDER BY a.leased_at DESC, a.id LIMIT %(latest)s
"""

_LATEST = """
SELECT DISTINCT ON (a.id) a.annotator_id, a.sentence_id, a.finished_at, n.boundaries, n.guideline_id
FROM annotation_assignment a JOIN annotation_annotation n ON n.assignment_id = a.id
WHERE a.project_id = %(project)s AND a.state = 'submitted' AND n.sentence_id IN (
    SELECT sentence_id FROM annotation_assignment WHERE project_id = %(project)s AND state = 'submitted'
      AND ({several}) ORDER BY finished_at DESC LIMIT %(latest)s)
ORDER BY a.id, n.revision DESC
"""

_APART = """
(SELECT count(*) FROM (
    (SELECT unnest({one}) EXCEPT SELECT unnest({other}))
    UNION ALL (SELECT unnest({other}) EXCEPT SELECT unnest({one}))) differ)
"""

# Under one version of the rules: where these differ, readings say nothing of their readers.
# person, the other reader, sentence, when, boundaries that differ, places for one.
_AGREEMENT = f"""
WITH latest AS ({_LATEST.format(several="required_annotations > 1")})
SELECT l.annotator_id, o.annotator_id, l.sentence_id, l.finished_at,
    {_APART.format(one="l.boundaries", other="o.boundaries")}, greatest(1, s.n_clusters - 1)
FROM latest l JOIN latest o ON o.sentence_id = l.sentence_id AND o.annotator_id <> l.annotator_id
    AND o.guideline_id IS NOT DISTINCT FROM l.guideline_id
JOIN annotation_sentence s ON s.id = l.sentence_id
ORDER BY l.finished_at, l.sentence_id
"""  # noqa: S608  (no input in it)

_ACCURACY = f"""
WITH latest AS ({_LATEST.format(several="sentence_id IN (SELECT sentence_id FROM annotation_adjudication)")})
SELECT l.annotator_id, NULL, l.sentence_id, l.finished_at,
    {_APART.format(one="l.boundaries", other="j.boundaries")}, greatest(1, s.n_clusters - 1)
FROM latest l JOIN annotation_sentence s ON s.id = l.sentence_id
JOIN LATERAL (SELECT j.boundaries FROM annotation_adjudication j WHERE j.sentence_id = l.sentence_id
    ORDER BY j.revision DESC LIMIT 1) j ON true
ORDER BY l.finished_at, l.sentence_id
"""  # noqa: S608  (no input in it)

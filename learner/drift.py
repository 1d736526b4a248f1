"""Drift that nobody reports: in what is served, and in how a person's readings agree with others'.

Series are read from the tables here, judged in learner/shifts.py, and each find is recorded once.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Max, Min

from annotation.models import Assignment, Corpus, Project
from learner import events, shifts
from learner.models import Event

# How long a corpus is looked at after its import: its text stays, only that it is served may take a while.
FIRST_SERVED_WITHIN = timedelta(days=30)


def watch(project: Project) -> None:
    """Look for every kind of drift once, and record what is new."""
    _watch_splitter(project)
    _watch_arrivals(project)
    served = _served(project)
    if served:
        times, domains, lengths = zip(*served, strict=True)
        look(project, "domains.shifted", {}, times, domains, shifts.SERVED_DOMAINS)
        look(project, "lengths.shifted", {}, times, lengths, shifts.SERVED_LENGTHS)
    for kind, query in (
        ("annotator.agreement_drifted", _AGREEMENT),
        ("annotator.accuracy_drifted", _ACCURACY),
    ):
        _watch_quality(project, kind, query)


def look(
    project: Project,
    kind: str,
    about: dict[str, Any],
    times: Sequence[datetime],
    values: Sequence[Any],
    detector: shifts.Detector,
) -> None:
    """Judge the latest of a series and record a find. `about` tells the series from others of its kind."""
    last = last_find(project, kind, about)
    shift = detector.find(times, values, since=last.at if last else None)
    if shift is not None:
        _record(project, kind, about, shift, last=last)


def last_find(project: Project, kind: str, about: dict[str, Any]) -> Event | None:
    """Return the latest event of a kind whose facts contain `about`."""
    found = Event.objects.filter(project=project, kind=kind, after__contains=about)
    return found.order_by("-at", "-id").first()


def _record(
    project: Project, kind: str, about: dict[str, Any], shift: shifts.Shift, *, last: Event | None
) -> None:
    events.record(
        project,
        kind,
        at=shift.at,
        before=shift.before,
        after={**about, **shift.after},
        mark=f"{kind}|{about}|{last.pk if last else 0}",
    )


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
    """Record each later corpus of other lengths than what was there, once it begins to be served."""
    served = Assignment.objects.filter(project=project)
    span = served.aggregate(began=Min("leased_at"), latest=Max("leased_at"))
    if span["began"] is None:
        return
    known = Event.objects.filter(project=project, kind="lengths.shifted", after__has_key="corpus")
    judged = set(known.values_list("after__corpus", flat=True))
    since = max(span["began"], span["latest"] - FIRST_SERVED_WITHIN)
    later = Corpus.objects.filter(project=project, state="ready", imported_at__gt=since)
    for corpus in later.exclude(pk__in=judged):
        first = served.filter(sentence__corpus=corpus).aggregate(Min("leased_at"))["leased_at__min"]
        if first is None:
            continue
        there = Corpus.objects.filter(project=project, state="ready", imported_at__lt=corpus.imported_at)
        found = shifts.lengths_of_arrival(_lengths_by_lot(list(there)), _lengths_by_lot([corpus]))
        if found is not None:
            shift = shifts.Shift(first, *found)
            _record(project, "lengths.shifted", {"corpus": corpus.pk}, shift, last=None)


def _lengths_by_lot(corpora: Sequence[Corpus]) -> list[int]:
    """Return the clusters of the sentences with the lowest keys of all these corpora: a sample by lot."""
    with connection.cursor() as cursor:
        keys = [corpus.pk for corpus in corpora]
        cursor.execute(_LENGTHS_BY_LOT, {"corpora": keys, "most": shifts.ARRIVED[1]})
        return [length for (length,) in cursor.fetchall()]


def _watch_quality(project: Project, kind: str, query: str) -> None:
    """Look at each person's share of boundaries judged otherwise."""
    finds = Event.objects.filter(project=project, kind=kind).order_by("at", "id")
    since = dict(finds.values_list("after__user", "at"))
    with connection.cursor() as cursor:
        cursor.execute(query, {"project": project.pk, "latest": 5 * shifts.QUALITY.longest})
        readings = [shifts.Judged(*row) for row in cursor.fetchall()]
    found = shifts.first_to_differ(readings, since=since)
    if found is not None:
        person, shift = found
        about = {"user": person}
        _record(project, kind, about, shift, last=last_find(project, kind, about))


def _served(project: Project) -> list[tuple[datetime, str, int]]:
    """Return when, domain and clusters of what the arms handed out last, in order of time.

    Only since there is a ranked order: before it both arms draw by lot, and that ranking begins is no drift.
    """
    latest = max(shifts.SERVED_DOMAINS.longest, shifts.SERVED_LENGTHS.longest)
    with connection.cursor() as cursor:
        cursor.execute(_SERVED, {"project": project.pk, "latest": latest})
        return list(reversed(cursor.fetchall()))


_SERVED = """
SELECT a.leased_at, d.domain, s.n_clusters
FROM annotation_assignment a JOIN annotation_queue q ON q.id = a.queue_id AND q.kind <> 'measurement'
JOIN annotation_sentence s ON s.id = a.sentence_id JOIN annotation_document d ON d.id = s.document_id
WHERE a.project_id = %(project)s AND a.leased_at >= (
    SELECT min(g.published_at) FROM annotation_generation g JOIN annotation_queue o ON o.id = g.queue_id
    WHERE o.project_id = %(project)s)
ORDER BY a.leased_at DESC, a.id LIMIT %(latest)s
"""
_LENGTHS_BY_LOT = """
SELECT by_lot.n_clusters FROM unnest(%(corpora)s::bigint[]) AS c(id) CROSS JOIN LATERAL (
    SELECT s.n_clusters, s.order_key, s.id FROM annotation_sentence s
    WHERE s.corpus_id = c.id AND s.split IN ('pool', 'seed') AND s.retired_at IS NULL
    ORDER BY s.order_key, s.id LIMIT %(most)s) by_lot
ORDER BY by_lot.order_key, by_lot.id LIMIT %(most)s
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

# Both under one version of the rules: where these differ, readings say nothing of their readers.
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
JOIN LATERAL (SELECT j.boundaries, j.guideline_id FROM annotation_adjudication j
    WHERE j.sentence_id = l.sentence_id ORDER BY j.revision DESC LIMIT 1) j
    ON j.guideline_id IS NOT DISTINCT FROM l.guideline_id
ORDER BY l.finished_at, l.sentence_id
"""  # noqa: S608  (no input in it)

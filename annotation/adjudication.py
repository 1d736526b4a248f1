"""Where annotators differ: how far they agree, what they read differently, the reference settled."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import combinations
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.db import connection, transaction

from annotation import outbox
from annotation.annotations import current_guideline
from annotation.errors import BadBoundaries, Conflict, NotFound
from annotation.models import Adjudication, Annotation, Project, Sentence
from segmenter.metrics import Agreement, agree
from segmenter.text import InvalidBoundaries, check_boundaries, clusters_from_lengths

# Figures are of the sentences last read by several people: recent, and quick to compute.
SENTENCES_COMPARED = 2000

READ_TWICE = """
WITH chosen AS (
    SELECT a.sentence_id AS id, max(a.finished_at) AS at FROM annotation_assignment a
    WHERE a.project_id = %(project)s AND a.state = 'submitted' AND a.slot > 0
    GROUP BY a.sentence_id ORDER BY at DESC LIMIT %(limit)s
)
SELECT s.id, s.document_id, s.text, s.cluster_lengths, a.annotator_id, latest.boundaries,
    settled.boundaries
FROM chosen JOIN annotation_sentence s ON s.id = chosen.id
JOIN annotation_assignment a ON a.sentence_id = s.id AND a.state = 'submitted'
CROSS JOIN LATERAL (
    SELECT n.boundaries FROM annotation_annotation n WHERE n.assignment_id = a.id
    ORDER BY n.revision DESC LIMIT 1) latest
LEFT JOIN LATERAL (
    SELECT j.boundaries FROM annotation_adjudication j WHERE j.sentence_id = s.id
    ORDER BY j.revision DESC LIMIT 1) settled ON true
ORDER BY s.id, a.annotator_id
"""


@dataclass(slots=True)
class Compared:
    """Decisions of people at the same cluster edges, added up over the sentences they share."""

    sentences: int = 0
    exact: int = 0
    decisions: Agreement = field(default_factory=Agreement)

    def add(self, decisions: Agreement) -> None:
        """Count one sentence read by two people."""
        self.sentences += 1
        self.exact += not (decisions.only_first or decisions.only_second)
        self.decisions += decisions


def compare_pairs(project: Project, *, limit: int = SENTENCES_COMPARED) -> dict[tuple[int, int], Compared]:
    """Return, for each pair of annotator ids (lower first), how they read the sentences both have read."""
    pairs: dict[tuple[int, int], Compared] = defaultdict(Compared)
    for sentence in read_twice(project, limit=limit):
        for (first, a), (second, b) in combinations(sentence.readings, 2):
            pairs[first, second].add(agree(a, b, sentence.clusters))
    return dict(pairs)


class ReadTwice(NamedTuple):
    """A sentence with its readings, by annotator id, and the reference where it is settled."""

    document: int
    clusters: Sequence[str]
    readings: list[tuple[int, list[int]]]
    reference: list[int] | None


def read_twice(project: Project, *, limit: int = SENTENCES_COMPARED) -> list[ReadTwice]:
    """Return the sentences last read by several people."""
    with connection.cursor() as cursor:
        cursor.execute(READ_TWICE, {"project": project.pk, "limit": limit})
        rows = cursor.fetchall()
    sentences: dict[int, ReadTwice] = {}
    for id_, document, text, lengths, annotator_id, boundaries, settled in rows:
        if id_ not in sentences:
            clusters = clusters_from_lengths(text, bytes(lengths))
            sentences[id_] = ReadTwice(document, clusters, [], settled)
        sentences[id_].readings.append((annotator_id, boundaries))
    return list(sentences.values())


def merge(figures: Sequence[Compared]) -> Compared:
    """Add up what several pairs have in common."""
    return Compared(
        sentences=sum(one.sentences for one in figures),
        exact=sum(one.exact for one in figures),
        decisions=sum((one.decisions for one in figures), Agreement()),
    )


DIFFERENT = """
SELECT c.sentence_id FROM (
    SELECT DISTINCT a.sentence_id FROM annotation_assignment a
    WHERE a.project_id = %(project)s AND a.state = 'submitted' AND a.slot > 0 AND a.sentence_id > %(after)s
) c CROSS JOIN LATERAL (
    SELECT count(DISTINCT latest.boundaries) AS kinds FROM annotation_assignment a
    CROSS JOIN LATERAL (
        SELECT n.boundaries FROM annotation_annotation n WHERE n.assignment_id = a.id
        ORDER BY n.revision DESC LIMIT 1) latest
    WHERE a.sentence_id = c.sentence_id AND a.state = 'submitted'
) readings
WHERE readings.kinds > 1
  AND (%(settled)s::boolean IS NULL OR %(settled)s = EXISTS (
    SELECT 1 FROM annotation_adjudication j WHERE j.sentence_id = c.sentence_id))
ORDER BY c.sentence_id LIMIT %(limit)s
"""


def disagreements(
    project: Project, *, after: int = 0, limit: int = 50, settled: bool | None = None
) -> list[dict[str, Any]]:
    """Return sentences whose latest readings differ, by id, past `after`; `settled` asks for one kind only.

    Each has `sentence` (id), `clusters`, `readings` (annotations with their people) and `adjudication`.
    """
    with connection.cursor() as cursor:
        values = {"project": project.pk, "after": after, "limit": limit, "settled": settled}
        cursor.execute(DIFFERENT, values)
        ids = [row[0] for row in cursor.fetchall()]
    readings = defaultdict(list)
    for annotation in _latest_readings(ids):
        readings[annotation.sentence_id].append(annotation)
    settled_by_id = {adjudication.sentence_id: adjudication for adjudication in _latest_adjudications(ids)}
    sentences = Sentence.objects.filter(project=project).in_bulk(ids)
    return [
        {
            "sentence": id_,
            "clusters": clusters_of(sentences[id_]),
            "readings": readings[id_],
            "adjudication": settled_by_id.get(id_),
        }
        for id_ in ids
    ]


def clusters_of(sentence: Sentence) -> list[str]:
    """Return the grapheme clusters of a stored sentence."""
    return clusters_from_lengths(sentence.text, bytes(sentence.cluster_lengths))


def _latest_readings(sentence_ids: Sequence[int]) -> list[Annotation]:
    latest = Annotation.objects.filter(sentence_id__in=sentence_ids).distinct("assignment")
    ordered = latest.order_by("assignment", "-revision").select_related("annotator", "guideline")
    return sorted(ordered, key=lambda annotation: annotation.pk)


def _latest_adjudications(sentence_ids: Sequence[int]) -> list[Adjudication]:
    latest = Adjudication.objects.filter(sentence_id__in=sentence_ids).distinct("sentence")
    return list(latest.order_by("sentence", "-revision").select_related("adjudicator"))


@transaction.atomic
def settle(
    project: Project,
    sentence_id: int,
    boundaries: Sequence[int],
    *,
    note: str = "",
    adjudicator: User,
    now: datetime,
) -> Adjudication:
    """Decide the reference of a sentence that somebody has read; settled again, the later one counts.

    Its readings can no longer be revised.
    """
    # The row's lock orders two who settle at once; the constraint on revisions stands behind it.
    sentence = Sentence.objects.select_for_update(no_key=True).filter(project=project, pk=sentence_id).first()
    if sentence is None:
        raise NotFound("not_in_project", thing="sentence", id=sentence_id)
    if not sentence.annotations.exists():
        raise Conflict("unread", sentence=sentence_id, details={"sentence": sentence_id})
    adjudication = Adjudication.objects.create(
        sentence=sentence,
        revision=sentence.adjudications.count(),
        boundaries=_checked(boundaries, sentence),
        adjudicator=adjudicator,
        guideline=current_guideline(project.pk),
        note=note,
        created_at=now,
    )
    payload = {"actor": adjudicator.pk, "sentence": sentence_id, "adjudication": adjudication.pk}
    outbox.write(project, "annotation.adjudicated", payload, at=now)
    return adjudication


def _checked(boundaries: Sequence[int], sentence: Sentence) -> list[int]:
    try:
        return list(check_boundaries(boundaries, n_clusters=sentence.n_clusters))
    except InvalidBoundaries as error:
        shown = list(boundaries)[:20]
        raise BadBoundaries("bad_boundaries", problem=str(error), details={"boundaries": shown}) from error

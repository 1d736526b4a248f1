"""What the analyses read of texts and labels: the pool, the arms' samples, readings and their differences.

The seed set is left out wherever arms are told apart: it is part of both.
"""

from collections import defaultdict
from dataclasses import astuple, dataclass
from typing import Any

import numpy as np
from django.db import connection

from annotation.models import Guideline, Project
from learner.conflicts import Labelled
from learner.divergence import Texts
from learner.gains import ARMS
from learner.label_figures import DECLINED, LABELLED, OPEN, Drawn, Suggested
from learner.resampling import Array
from segmenter.metrics import Agreement, Counts, agree, count
from segmenter.text import clusters_from_lengths, tokens

# Sentences of the pool that stand for all of it. They are chosen by text hash, at random and always the same.
POOL_SENTENCES = 10_000
COUNTS = 8

# A draw is of the sample once it has been handed out: a new order takes back those past the last one.
REACHED = """
JOIN annotation_queue q ON q.id = d.queue_id AND q.project_id = %(project)s AND q.kind IN ('random', 'active')
    AND d.number <= (SELECT coalesce(max(k.number), 0) FROM annotation_assignment k WHERE k.queue_id = q.id)
"""


@dataclass(frozen=True, slots=True)
class Samples:
    """The pool and the arms' samples, the seed set left out, as places in it in the order drawn.

    `numbers` holds the draws' numbers beside each sample. `size` is the pool's, of which `texts.frame` is all
    or a random part.
    """

    texts: Texts
    places: dict[str, list[int]]
    numbers: dict[str, list[int]]
    size: int


_POOL = f"""
WITH pool AS (
    SELECT s.id, s.text_hash FROM annotation_sentence s
    JOIN annotation_corpus c ON c.id = s.corpus_id AND c.state IN ('ready', 'withdrawn')
    WHERE s.project_id = %(project)s AND s.split = 'pool' AND s.retired_at IS NULL
), frame AS (
    SELECT id, true AS standing FROM pool ORDER BY text_hash LIMIT %(limit)s
), drawn AS (
    SELECT DISTINCT d.sentence_id AS id FROM annotation_draw d {REACHED}
)
SELECT s.id, s.text, s.n_clusters, coalesce(nullif(o.domain, ''), c.name), s.document_id,
    coalesce(frame.standing, false), (SELECT count(*) FROM pool)
FROM annotation_sentence s JOIN annotation_document o ON o.id = s.document_id
JOIN annotation_corpus c ON c.id = s.corpus_id
LEFT JOIN frame ON frame.id = s.id LEFT JOIN drawn ON drawn.id = s.id
WHERE s.project_id = %(project)s AND s.split = 'pool' AND (frame.id IS NOT NULL OR drawn.id IS NOT NULL)
ORDER BY s.id
"""  # noqa: S608  (no input in it)

_SAMPLE = f"""
SELECT q.kind, d.number, d.sentence_id FROM annotation_draw d {REACHED}
JOIN annotation_sentence s ON s.id = d.sentence_id AND s.split = 'pool'
ORDER BY q.kind, d.number
"""  # noqa: S608  (no input in it)


def read_samples(project: Project) -> Samples | None:
    """Return the pool and what each arm has drawn and handed out; None while the pool is empty."""
    with connection.cursor() as cursor:
        cursor.execute(_POOL, {"project": project.pk, "limit": POOL_SENTENCES})
        rows = cursor.fetchall()
        cursor.execute(_SAMPLE, {"project": project.pk})
        drawn = cursor.fetchall()
    if not rows:
        return None
    ids, texts, clusters, domains, documents, standing, sizes = zip(*rows, strict=True)
    place = {id_: number for number, id_ in enumerate(ids)}
    places: dict[str, list[int]] = {arm: [] for arm in ARMS}
    numbers: dict[str, list[int]] = {arm: [] for arm in ARMS}
    for arm, number, sentence_id in drawn:
        places[arm].append(place[sentence_id])
        numbers[arm].append(number)
    return Samples(
        texts=Texts(
            texts=texts,
            clusters=np.array(clusters),
            domains=domains,
            documents=np.array(documents),
            frame=np.flatnonzero(standing),
        ),
        places=places,
        numbers=numbers,
        size=sizes[0],
    )


_LABELS = """
SELECT s.id, s.text, s.cluster_lengths, n.boundaries, g.version, n.annotator_id,
    CASE WHEN s.split = 'holdout' THEN 'holdout' WHEN s.split = 'seed' THEN 'seed' ELSE q.kind END,
    s.n_clusters, n.active_ms
FROM annotation_annotation n JOIN annotation_assignment a ON a.id = n.assignment_id
JOIN annotation_sentence s ON s.id = n.sentence_id
JOIN annotation_queue q ON q.id = a.queue_id
LEFT JOIN annotation_guideline g ON g.id = n.guideline_id
WHERE a.project_id = %s AND a.state = 'submitted' AND s.retired_at IS NULL
  AND NOT EXISTS (SELECT 1 FROM annotation_annotation later
    WHERE later.assignment_id = n.assignment_id AND later.revision > n.revision)
ORDER BY s.id, n.created_at
"""


def read_labels(project: Project) -> tuple[list[Labelled], set[int]]:
    """Return the latest revision of every reading as tokens, and which sentences are holdout.

    The arm is the queue the reading was made in, or `seed`, `holdout`, `measurement` (second readings).
    """
    with connection.cursor() as cursor:
        cursor.execute(_LABELS, [project.pk])
        rows = cursor.fetchall()
    labels = [
        Labelled(
            sentence=id_,
            tokens=tokens(clusters_from_lengths(text, bytes(lengths)), boundaries),
            guideline=version,
            annotator=annotator,
            arm=arm,
            clusters=n_clusters,
            seconds=ms / 1000,
        )
        for id_, text, lengths, boundaries, version, annotator, arm, n_clusters, ms in rows
    ]
    return labels, {label.sentence for label in labels if label.arm == "holdout"}


def current_guideline_version(project: Project) -> int | None:
    """Return the version in force; None where there is no guideline."""
    return (
        Guideline.objects.filter(project=project)
        .order_by("-version")
        .values_list("version", flat=True)
        .first()
    )


_DRAWN = f"""
SELECT q.kind, s.document_id, s.n_clusters, label.boundaries, label.active_ms,
    CASE WHEN label.suggestion_shown THEN label.suggested END,
    s.declined_at IS NOT NULL, skips.count, skips.ms,
    EXISTS (SELECT 1 FROM annotation_flag f WHERE f.sentence_id = s.id)
FROM annotation_draw d {REACHED}
JOIN annotation_sentence s ON s.id = d.sentence_id AND s.split = 'pool'
LEFT JOIN LATERAL (
    SELECT n.boundaries, a.active_ms, a.suggestion_shown, g.boundaries AS suggested
    FROM annotation_assignment a JOIN annotation_annotation n ON n.assignment_id = a.id
    LEFT JOIN annotation_suggestion g ON g.id = a.suggestion_id
    WHERE a.sentence_id = s.id AND a.state = 'submitted'
    ORDER BY a.slot = d.slot DESC, a.finished_at, a.slot, n.revision DESC LIMIT 1
) label ON true
CROSS JOIN LATERAL (
    SELECT count(*) AS count, coalesce(sum(k.active_ms), 0) AS ms FROM annotation_assignment k
    JOIN annotation_queue w ON w.id = k.queue_id AND w.kind <> 'measurement'
    WHERE k.sentence_id = s.id AND k.state = 'skipped'
) skips
WHERE s.retired_at IS NULL
ORDER BY q.kind, d.number
"""  # noqa: S608  (no input in it)


def read_drawn(project: Project) -> list[Drawn]:
    """Return every sentence of the arms' samples; retired ones are out of the frame."""
    with connection.cursor() as cursor:
        cursor.execute(_DRAWN, {"project": project.pk})
        rows = cursor.fetchall()
    found = []
    for arm, document, n_clusters, boundaries, ms, suggested, declined, skips, skip_ms, flagged in rows:
        is_labelled = boundaries is not None
        state = LABELLED if is_labelled else (DECLINED if declined else OPEN)
        has_edits = is_labelled and suggested is not None
        found.append(
            Drawn(
                arm=arm,
                document=document,
                clusters=n_clusters,
                state=state,
                tokens=len(boundaries) + 1 if is_labelled else None,
                seconds=ms / 1000 if is_labelled else None,
                edits=len(set(boundaries) ^ set(suggested)) if has_edits else None,
                skips=skips,
                skip_seconds=float(skip_ms) / 1000,
                flagged=flagged,
            )
        )
    return found


_PAIRS = f"""
SELECT s.id, s.document_id, s.text, s.cluster_lengths, s.split, n.boundaries,
    EXISTS (SELECT 1 FROM annotation_draw d {REACHED} WHERE d.sentence_id = s.id AND q.kind = 'random'),
    EXISTS (SELECT 1 FROM annotation_draw d {REACHED} WHERE d.sentence_id = s.id AND q.kind = 'active')
FROM annotation_assignment a
JOIN annotation_sentence s ON s.id = a.sentence_id
CROSS JOIN LATERAL (SELECT n.boundaries FROM annotation_annotation n
    WHERE n.assignment_id = a.id ORDER BY n.revision DESC LIMIT 1) n
WHERE a.project_id = %(project)s AND a.state = 'submitted' AND s.retired_at IS NULL
  AND s.id IN (SELECT b.sentence_id FROM annotation_assignment b
    WHERE b.project_id = %(project)s AND b.state = 'submitted' GROUP BY b.sentence_id HAVING count(*) > 1)
ORDER BY s.id, a.finished_at, a.slot
"""  # noqa: S608  (no input in it)


@dataclass(frozen=True, slots=True)
class SecondReadings:
    """Agreement of the first two readings: by arm (seed set left out), and of the holdout by document.

    `between` is (documents, 8), one reader's counts against the other's on the holdout.
    """

    by_arm: dict[str, Agreement]
    between: Array
    documents: list[int]


def read_second_readings(project: Project) -> SecondReadings:
    """Compare the first two readings of every sentence that has been read twice."""
    with connection.cursor() as cursor:
        cursor.execute(_PAIRS, {"project": project.pk})
        rows = cursor.fetchall()
    readings: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for row in rows:
        readings[row[0]].append(row)
    by_arm = {arm: Agreement() for arm in ARMS}
    between: dict[int, Counts] = defaultdict(Counts)
    for held in readings.values():
        (_, document, text, lengths, split, first, random, active), second = held[0], held[1][5]
        clusters = clusters_from_lengths(text, bytes(lengths))
        if split == "holdout":
            between[document] += count(first, second, clusters)
        elif split == "pool":
            for arm, is_drawn in zip(ARMS, (random, active), strict=True):
                if is_drawn:
                    by_arm[arm] += agree(first, second, clusters)
    documents = sorted(between)
    return SecondReadings(
        by_arm=by_arm,
        between=np.array([astuple(between[document]) for document in documents], float).reshape(-1, COUNTS),
        documents=documents,
    )


_SUGGESTED = """
SELECT q.kind, s.document_id, a.suggestion_shown, g.boundaries, n.boundaries, j.boundaries
FROM annotation_assignment a JOIN annotation_queue q ON q.id = a.queue_id
JOIN annotation_sentence s ON s.id = a.sentence_id
JOIN annotation_suggestion g ON g.id = a.suggestion_id
CROSS JOIN LATERAL (SELECT n.boundaries FROM annotation_annotation n
    WHERE n.assignment_id = a.id ORDER BY n.revision LIMIT 1) n
CROSS JOIN LATERAL (SELECT j.boundaries FROM annotation_adjudication j
    WHERE j.sentence_id = s.id ORDER BY j.revision DESC LIMIT 1) j
WHERE a.project_id = %s AND a.state = 'submitted'
ORDER BY a.finished_at, a.id
"""


def read_suggested(project: Project) -> list[Suggested]:
    """Return the first readings of adjudicated sentences that had a suggestion, shown or hidden.

    The adjudication is the reference: it is the only one that was not made from the same reading.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SUGGESTED, [project.pk])
        rows = cursor.fetchall()
    found = []
    for arm, document, shown, suggested, read, reference in rows:
        wrong = set(suggested) ^ set(reference)
        followed = sum((place in suggested) == (place in read) for place in wrong)
        found.append(Suggested(arm=arm, document=document, shown=shown, wrong=len(wrong), followed=followed))
    return found

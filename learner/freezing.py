"""The freeze: which labelled sentences a round may learn from, arm by arm, and what they cost.

An arm's sample is its draws in order. A round takes the longest prefix in which every draw is final, so that
a long, hard sentence, which comes late, holds the prefix back instead of dropping out of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import connection

from annotation.models import Project, Queue


@dataclass(frozen=True, slots=True)
class Frozen:
    """The prefix of an arm's draws: entry i of every list belongs to the i-th sentence drawn.

    0 as an annotation id says that the sentence has no label (declined, or retired before it got one); an
    adjudication id other than 0 goes before the annotation's boundaries. `seconds` are active seconds of the
    labels and of the skips of these sentences, `clusters` are those of the labelled ones.
    """

    upto: int = 0
    sentence_ids: list[int] = field(default_factory=list)
    annotation_ids: list[int] = field(default_factory=list)
    adjudication_ids: list[int] = field(default_factory=list)
    clusters: int = 0
    seconds: float = 0.0
    declined: int = 0

    @property
    def annotations(self) -> int:
        """Return how many sentences have a label."""
        return sum(1 for id_ in self.annotation_ids if id_)


# The reading that gives a sentence its training label: the one in the draw's own slot (made under the rules
# the arm drew it by, and first of all readings unless those rules changed), else the earliest. It costs its
# seconds plus those of everybody who skipped the sentence in an arm's turn; second readings are measurement.
_LABEL = """
LEFT JOIN LATERAL (
    SELECT a.id, a.active_ms, a.slot = d.slot AS own FROM annotation_assignment a
    WHERE a.sentence_id = d.sentence_id AND a.state = 'submitted'
    ORDER BY a.slot = d.slot DESC, a.finished_at, a.slot LIMIT 1
) reading ON true
LEFT JOIN LATERAL (
    SELECT n.id FROM annotation_annotation n WHERE n.assignment_id = reading.id
    ORDER BY n.revision DESC LIMIT 1
) label ON true
LEFT JOIN LATERAL (
    SELECT j.id FROM annotation_adjudication j WHERE j.sentence_id = d.sentence_id
    ORDER BY j.revision DESC LIMIT 1
) adjudication ON label.id IS NOT NULL
CROSS JOIN LATERAL (
    SELECT coalesce(sum(k.active_ms) FILTER (WHERE q.kind <> 'measurement'), 0) AS ms
    FROM annotation_assignment k JOIN annotation_queue q ON q.id = k.queue_id
    WHERE k.sentence_id = d.sentence_id AND k.state = 'skipped'
) skips
"""

# Draws past the last one handed out are not reached yet: a new order takes them back (annotation/publishing).
# Work sent in after its lease lapsed may lie in another slot than the draw's; it settles the draw unless the
# draw's own slot is still open or held.
_PREFIX = f"""
WITH past AS (
    SELECT coalesce(max(number), 0) AS number FROM annotation_assignment WHERE queue_id = %(queue)s
), standing AS (
    SELECT d.number, d.sentence_id, s.n_clusters, label.id AS annotation_id,
        adjudication.id AS adjudication_id, coalesce(reading.active_ms, 0) AS label_ms, skips.ms AS skip_ms,
        s.declined_at IS NOT NULL AS declined,
        coalesce(reading.own, false) OR s.declined_at IS NOT NULL OR s.retired_at IS NOT NULL
        OR (reading.id IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM annotation_offer o
                WHERE o.sentence_id = d.sentence_id AND o.slot = d.slot)
            AND NOT EXISTS (SELECT 1 FROM annotation_assignment h
                WHERE h.sentence_id = d.sentence_id AND h.slot = d.slot AND h.state = 'leased')) AS final
    FROM annotation_draw d JOIN annotation_sentence s ON s.id = d.sentence_id
    {_LABEL}
    WHERE d.queue_id = %(queue)s
      AND (d.generation_id IS NULL OR d.number <= (SELECT number FROM past))
)
SELECT number, sentence_id, coalesce(annotation_id, 0), coalesce(adjudication_id, 0),
    CASE WHEN annotation_id IS NULL THEN 0 ELSE n_clusters END, label_ms + skip_ms,
    annotation_id IS NULL AND declined
FROM standing
WHERE number < coalesce((SELECT min(number) FROM standing WHERE NOT final), 9223372036854775807)
ORDER BY number
"""  # noqa: S608  (no input in it)

_EVERYTHING = f"""
SELECT 0, d.sentence_id, label.id, coalesce(adjudication.id, 0), s.n_clusters,
    reading.active_ms + skips.ms, false
FROM (
    SELECT DISTINCT a.sentence_id, 0 AS slot FROM annotation_assignment a
    WHERE a.project_id = %(project)s AND a.state = 'submitted'
) d JOIN annotation_sentence s ON s.id = d.sentence_id AND s.split <> 'holdout'
{_LABEL}
WHERE label.id IS NOT NULL
ORDER BY d.sentence_id
"""  # noqa: S608  (no input in it)


def freeze_arm(queue: Queue) -> Frozen:
    """Return the longest prefix of the arm's draws in which every sentence is final.

    Final: read in the draw's slot, declined, or retired. A label made for the other arm counts here from this
    arm's own draw on, and is charged in full to both.
    """
    with connection.cursor() as cursor:
        cursor.execute(_PREFIX, {"queue": queue.pk})
        return _frozen(cursor.fetchall())


def freeze_everything(project: Project) -> Frozen:
    """Return every labelled sentence outside the holdout: what the suggestion model learns from."""
    with connection.cursor() as cursor:
        cursor.execute(_EVERYTHING, {"project": project.pk})
        return _frozen(cursor.fetchall())


def _frozen(rows: Sequence[tuple[int, int, int, int, int, int, bool]]) -> Frozen:
    if not rows:
        return Frozen()
    numbers, sentences, annotations, adjudications, clusters, ms, declined = zip(*rows, strict=True)
    return Frozen(
        upto=numbers[-1],
        sentence_ids=list(sentences),
        annotation_ids=list(annotations),
        adjudication_ids=list(adjudications),
        clusters=sum(clusters),
        seconds=sum(ms) / 1000,
        declined=sum(declined),
    )


_SEED_IS_FINAL = """
SELECT bool_and(d.number <= %(upto)s) FROM annotation_draw d
JOIN annotation_sentence s ON s.id = d.sentence_id
WHERE d.queue_id = %(queue)s AND s.split = 'seed'
"""


def is_seed_set_final(queue: Queue) -> bool:
    """Tell whether every sentence of the seed set is read, declined or retired."""
    with connection.cursor() as cursor:
        cursor.execute(_SEED_IS_FINAL, {"queue": queue.pk, "upto": freeze_arm(queue).upto})
        return bool(cursor.fetchone()[0])

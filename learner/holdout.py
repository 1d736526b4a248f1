"""The holdout as labelled by now: what every figure is measured against. No model code."""

import hashlib
from dataclasses import dataclass

from django.db import connection

from annotation.models import Corpus, Project


@dataclass(frozen=True, slots=True)
class Reference:
    """A holdout sentence with the boundaries held true."""

    text: str
    lengths: bytes
    document_id: int
    boundaries: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Holdout:
    """A half of the holdout as labelled now.

    `references` are those that there are by now; `sentences` and `documents` count everything that will have
    one, `done` what needs no more reading. `fingerprint` changes with the references.
    """

    references: list[Reference]
    sentences: int
    documents: int
    done: int
    fingerprint: str

    @property
    def is_complete(self) -> bool:
        """Tell whether nothing in it waits for a reader."""
        return 0 < self.sentences == self.done

    def counts(self) -> dict[str, int]:
        """Return what a reader needs in order to judge a figure measured on it."""
        return {"sentences": self.sentences, "documents": self.documents, "done": self.done}


# The reference: the adjudication, else the latest revision of the earliest reader.
_HOLDOUT = """
SELECT s.text, s.cluster_lengths, s.document_id, coalesce(j.boundaries, n.boundaries),
    n.id, j.id, readings.count >= s.required_annotations OR s.declined_at IS NOT NULL
FROM annotation_sentence s JOIN annotation_document d ON d.id = s.document_id
CROSS JOIN LATERAL (SELECT count(*) AS count, min((a.finished_at, a.slot)) AS earliest
    FROM annotation_assignment a WHERE a.sentence_id = s.id AND a.state = 'submitted') readings
LEFT JOIN LATERAL (
    SELECT n.id, n.boundaries FROM annotation_annotation n
    JOIN annotation_assignment a ON a.id = n.assignment_id AND a.state = 'submitted'
    WHERE n.sentence_id = s.id ORDER BY a.finished_at, a.slot, n.revision DESC LIMIT 1
) n ON true
LEFT JOIN LATERAL (
    SELECT j.id, j.boundaries FROM annotation_adjudication j WHERE j.sentence_id = s.id
    ORDER BY j.revision DESC LIMIT 1
) j ON true
WHERE s.corpus_id = ANY(%(corpora)s) AND s.split = 'holdout' AND s.retired_at IS NULL
  AND d.sealed = %(sealed)s
ORDER BY s.id
"""


def read_holdout(project: Project, *, sealed: bool = False) -> Holdout:
    """Return the open half of the primary curve's holdout; the sealed half is for learner/sealed.py only."""
    with connection.cursor() as cursor:
        cursor.execute(_HOLDOUT, {"corpora": primary_corpora(project), "sealed": sealed})
        rows = cursor.fetchall()
    labelled = [row for row in rows if row[3] is not None]
    names = ",".join(f"{row[4]}/{row[5]}" for row in labelled)
    return Holdout(
        references=[
            Reference(text, bytes(lengths), document, tuple(cuts))
            for text, lengths, document, cuts, *_ in labelled
        ],
        sentences=len(rows),
        documents=len({row[2] for row in rows}),
        done=sum(1 for row in rows if row[6]),
        fingerprint=hashlib.sha256(names.encode()).hexdigest()[:16],
    )


def primary_corpora(project: Project) -> list[int]:
    """Return the corpora whose holdout the primary curve keeps; their import has stored which.

    They are those imported before the seed set was drawn. A corpus that arrives later brings a holdout of its
    own, which must not move the curve, unless there is none before it.
    """
    primary = Corpus.objects.filter(project=project, has_primary_holdout=True)
    return list(primary.values_list("id", flat=True))

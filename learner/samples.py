"""What an arm froze, as the segmenter wants it: labelled examples."""

from django.db import connection

from learner.models import RoundArm
from segmenter.data import Example

_EXAMPLES = """
SELECT s.text, s.cluster_lengths, coalesce(j.boundaries, n.boundaries), s.document_id
FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[])
    WITH ORDINALITY AS f(sentence_id, annotation_id, adjudication_id, place)
JOIN annotation_sentence s ON s.id = f.sentence_id
JOIN annotation_annotation n ON n.id = f.annotation_id
LEFT JOIN annotation_adjudication j ON j.id = f.adjudication_id
ORDER BY f.place
"""


def frozen_examples(arm: RoundArm) -> list[Example]:
    """Return the frozen labels of an arm in the order of its draws; always the same for the same row."""
    with connection.cursor() as cursor:
        cursor.execute(_EXAMPLES, [arm.sentence_ids, arm.annotation_ids, arm.adjudication_ids])
        return [
            Example(text, tuple(boundaries), bytes(lengths), str(document))
            for text, lengths, boundaries, document in cursor.fetchall()
        ]

"""Sentences that somebody is to read again, under the rules of today: repair after a change of guideline.

A further reading is measurement: it is served from the measurement queue to somebody who has not read the
sentence, and charged to no arm. Where it differs from the first one the sentence is up for adjudication,
which is what changes the label.
"""

from collections.abc import Sequence

from django.db import transaction

from annotation.drawing import measurement_number
from annotation.models import Offer, Project, Queue, Sentence


@transaction.atomic
def order(project: Project, sentence_ids: Sequence[int]) -> int:
    """Ask for one more reading of each sentence and return of how many.

    Passed over is what is retired, or waits for a reading in the measurement queue already.
    """
    queue = Queue.objects.get(project=project, kind=Queue.Kind.MEASUREMENT)
    waiting = Offer.objects.filter(queue=queue, sentence_id__in=sentence_ids)
    sentences = (
        Sentence.objects.select_for_update(no_key=True)
        .filter(project=project, pk__in=sentence_ids, retired_at=None)
        .exclude(pk__in=waiting.values("sentence_id"))
        .order_by("pk")
    )
    ordered = list(sentences)
    for sentence in ordered:
        sentence.required_annotations += 1
    Sentence.objects.bulk_update(ordered, ["required_annotations"])
    Offer.objects.bulk_create(
        Offer(
            queue=queue,
            number=measurement_number(sentence.order_key),
            sentence=sentence,
            slot=sentence.required_annotations - 1,
        )
        for sentence in ordered
    )
    return len(ordered)

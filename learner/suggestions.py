"""Suggestions for the head of each queue, made before the sentences are served; the holdout gets none.

A model's suggestion carries what the model doubts and the readings it finds next likely; the word list knows
no doubt.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from django.db import connection
from django.utils import timezone

from annotation import publishing
from annotation.errors import reason_of
from annotation.models import Generation, Project, Queue, Suggestion
from learner import filling
from learner.heartbeat import beating
from learner.measuring import load
from learner.models import Arm, Checkpoint, Round
from learner.process_leases import LostLeaseError
from learner.reasons import Reason
from segmenter.baselines import dictionary_boundaries
from segmenter.nbest import best_segmentations
from segmenter.predict import boundary_probabilities

log = logging.getLogger(__name__)

# Sentences of each queue that have their suggestion ready: far more than are served between two turns.
HEAD = 2000
ROWS_AT_ONCE = 200

DICTIONARY = "dictionary"

# A boundary or a joint less likely than this is doubtful. That finds three in four of the mistakes, and marks
# what is right four times in five (docs/experiments.md, the annotator's page).
SURE = 0.99
# At most so many alternatives, none this many times less likely than the suggestion. Fewer times than one
# boundary that is just not sure, so that all of them differ at doubtful gaps only.
ALTERNATIVES = 3
FAR_LESS_LIKELY = 19.0

# id, text, cluster lengths
Row = tuple[int, str, bytes]


@dataclass(frozen=True, slots=True)
class Made:
    """A segmentation, the gaps it is in doubt at, and other likely readings as the gaps where they differ."""

    boundaries: Sequence[int]
    doubtful: Sequence[int] = ()
    alternatives: Sequence[Sequence[int]] = ()


Predict = Callable[[list[Row]], Iterable[Made]]


def fill(project: Project) -> int:
    """Make the suggestions that the head of each queue lacks, then serve their source; return how many.

    The source is switched last, so that what is served has its suggestion from the first sentence on. With
    the policy `model` nothing is shown before the first checkpoint: a stand-in would be another policy.
    """
    policy = project.suggestion_policy
    if policy == Project.SuggestionPolicy.NONE:
        return 0
    source, predict = _maker(project, _latest_checkpoint(project))
    made = _make(_lacking(project, source), source, predict) if predict else 0
    Project.objects.filter(pk=project.pk, suggestion_policy=policy).update(suggestion_source=source)
    return made


def fill_order(round_id: int, attempt: int) -> None:
    """Make what the head of a round's order lacks before the order is served, and let the round go on.

    The other queues' heads are filled too: where the round has a new suggestion model, its source is served
    from the same moment as the order. An error is written on the round, whose beat tries again.
    """
    round_ = filling.take(round_id, attempt, real_now=timezone.now())
    if round_ is None:
        return

    def show(done: int, total: int) -> None:
        filling.renew(round_, done=done, total=total, real_now=timezone.now())

    try:
        with beating(lambda: filling.prolong(round_, real_now=timezone.now())):
            own = round_.checkpoints.filter(arm=Arm.SUGGESTION).first()
            source, predict = _maker(round_.project, own or _latest_checkpoint(round_.project))
            if predict:
                lacking = _lacking(round_.project, source, next_order=round_.generation)
                _make(lacking, source, predict, progress=show)
        filling.finish(round_, real_now=timezone.now())
    except LostLeaseError:
        log.info("round %s was cancelled or its suggestions are made elsewhere", round_id)
    except Exception as error:
        log.exception("suggestions for the order of round %s failed", round_id)
        filling.note_failure(round_, Reason("suggestions_failed", {"problem": reason_of(error)}))


def _maker(project: Project, checkpoint: Checkpoint | None) -> tuple[str, Predict | None]:
    """Return the source that the project's policy asks for, and what makes its suggestions."""
    if project.suggestion_policy == Project.SuggestionPolicy.DICTIONARY:
        return DICTIONARY, _by_dictionary
    if project.suggestion_policy == Project.SuggestionPolicy.MODEL and checkpoint is not None:
        return checkpoint.source, _by_checkpoint(checkpoint)
    return "", None


def _latest_checkpoint(project: Project) -> Checkpoint | None:
    return (
        Checkpoint.objects.filter(round__project=project, round__state=Round.State.CLOSED, arm=Arm.SUGGESTION)
        .order_by("-round__number")
        .first()
    )


_LACKING = """
SELECT s.id, s.text, s.cluster_lengths FROM unnest(%(ids)s::bigint[]) WITH ORDINALITY AS h(id, place)
JOIN annotation_sentence s ON s.id = h.id AND s.split <> 'holdout'
WHERE NOT EXISTS (
    SELECT 1 FROM annotation_suggestion g WHERE g.sentence_id = s.id AND g.source = %(source)s)
ORDER BY h.place
"""


def _lacking(project: Project, source: str, *, next_order: Generation | None = None) -> list[Row]:
    """Return the upcoming sentences without a suggestion of this source, soonest first."""
    queues = Queue.objects.filter(project=project)
    heads = [publishing.upcoming(queue, HEAD, next_order=next_order) for queue in queues]
    # One of each queue in turn, so that no queue's head waits for another's tail.
    ids = dict.fromkeys(
        head[place] for place in range(max(map(len, heads))) for head in heads if place < len(head)
    )
    with connection.cursor() as cursor:
        cursor.execute(_LACKING, {"ids": list(ids), "source": source})
        return [(id_, text, bytes(lengths)) for id_, text, lengths in cursor.fetchall()]


def _make(
    rows: list[Row], source: str, predict: Predict, *, progress: Callable[[int, int], None] = lambda *_: None
) -> int:
    for start in range(0, len(rows), ROWS_AT_ONCE):
        progress(start, len(rows))
        some = rows[start : start + ROWS_AT_ONCE]
        # Two turns at once may make the same suggestion; the first one stays.
        Suggestion.objects.bulk_create(
            (
                Suggestion(
                    sentence_id=row[0],
                    source=source,
                    boundaries=list(made.boundaries),
                    doubtful=list(made.doubtful),
                    alternatives=[list(gaps) for gaps in made.alternatives],
                )
                for row, made in zip(some, predict(some), strict=True)
            ),
            ignore_conflicts=True,
        )
    return len(rows)


def _by_dictionary(rows: list[Row]) -> Iterable[Made]:
    return (Made(dictionary_boundaries(text, lengths)) for _, text, lengths in rows)


def _by_checkpoint(checkpoint: Checkpoint) -> Predict:
    torch.set_num_threads(1)
    tagger = load(checkpoint)

    def predict(rows: list[Row]) -> Iterable[Made]:
        return map(made_from, boundary_probabilities(tagger, (text for _, text, _ in rows)))

    return predict


def made_from(probabilities: np.ndarray[Any, Any]) -> Made:
    """Return the suggestion that follows from the probability of a boundary at each gap."""
    (likeliest, best), *others = best_segmentations(probabilities, count=1 + ALTERNATIVES)
    sure = np.maximum(probabilities, 1 - probabilities)
    return Made(
        likeliest,
        doubtful=(np.flatnonzero(sure < SURE) + 1).tolist(),
        alternatives=[
            sorted(set(reading) ^ set(likeliest))
            for reading, log_probability in others
            if log_probability > best - np.log(FAR_LESS_LIKELY)
        ],
    )

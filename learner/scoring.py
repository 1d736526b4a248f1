"""Scoring a shard of the pool: boundary probabilities of the active arm's model, then acquisition scores."""

import logging
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from django.db import connection
from django.utils import timezone

from annotation.errors import reason_of
from annotation.models import Project
from config.lanes import send
from learner import process_leases
from learner.heartbeat import beating
from learner.models import Arm, Round, ScoreShard
from learner.ordering import POOL, active_queue, seeded_rng
from learner.process_leases import LostLeaseError
from learner.reasons import Reason
from segmenter import checkpoint as files
from segmenter.baselines import dictionary_boundaries
from segmenter.cost import CostModel, predicted_seconds
from segmenter.data import edge_contexts
from segmenter.model import Tagger
from segmenter.predict import boundary_probabilities, committee_probabilities
from segmenter.query import Pool, Scores, acquisition_scores, find

log = logging.getLogger(__name__)

Floats = np.ndarray[Any, np.dtype[np.float32]]

# So many texts are a window, after which a shard that has gone to another process is left.
RENEW_EVERY_SENTENCES = 500

# Votes of a committee where a round has trained one network only: that network with dropout.
DROPOUT_SAMPLES = 5

_SENTENCES = f"""
SELECT s.id, s.text, s.cluster_lengths FROM annotation_sentence s
WHERE s.id BETWEEN %(first)s AND %(last)s AND {POOL} ORDER BY s.id
"""  # noqa: S608  (no input in it)


def score_shard(shard_id: int, attempt: int) -> None:
    """Score a shard and let the round go on, unless another process is at it or has done it."""
    shard = take(shard_id, attempt)
    if shard is None:
        return
    try:
        with beating(lambda: _prolong(shard)):
            ids, scores = _score(shard)
        finish(shard, ids, scores)
    except LostLeaseError:
        log.info("shard %s was taken over or its round has ended", shard_id)
        return
    except Exception as error:
        log.exception("scoring of shard %s failed", shard_id)
        Round.objects.filter(pk=shard.round_id, state=Round.State.SCORING).update(
            why=Reason("shard_failed", {"shard": shard.number, "problem": reason_of(error)}).as_json()
        )
        process_leases.release(process_leases.own(shard))
    send("learner.tasks.advance_round", shard.round_id)


def take(shard_id: int, attempt: int) -> ScoreShard | None:
    """Begin the attempt after `attempt`; None when another process has, or the shard or its round is done."""
    waiting = ScoreShard.objects.filter(attempt=attempt, done_at=None, round__state=Round.State.SCORING)
    return process_leases.take(waiting, shard_id, real_now=timezone.now(), attempt=attempt + 1)


def _prolong(shard: ScoreShard) -> bool:
    return process_leases.prolong(process_leases.own(shard), real_now=timezone.now())


def finish(shard: ScoreShard, ids: list[int], scores: list[float]) -> None:
    """Store the scores of a shard that was taken. Raises `LostLeaseError`."""
    done = {"ids": ids, "scores": scores, "done_at": timezone.now()}
    if not process_leases.release(process_leases.own(shard), **done):
        raise LostLeaseError


def _score(shard: ScoreShard) -> tuple[list[int], list[float]]:
    round_ = shard.round
    parameters = {
        "project": round_.project_id,
        "queue": active_queue(round_).pk,
        "first": shard.first_id,
        "last": shard.last_id,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SENTENCES, parameters)
        rows = cursor.fetchall()
    pool = _pool(shard, [text for _, text, _ in rows], [bytes(lengths) for _, _, lengths in rows])
    rng = seeded_rng(round_, f"shard {shard.number}")
    scores = acquisition_scores(round_.config["strategy"], pool, rng=rng)
    return [id_ for id_, _, _ in rows], scores.tolist()


def _pool(shard: ScoreShard, texts: list[str], lengths: list[bytes]) -> Pool:
    """Return what the round's strategy asks for; where it asks no model, how many edges there are."""
    needs = find(shard.round.config["strategy"]).needs
    if "probabilities" not in needs:
        return Pool([np.zeros(max(0, len(each) - 1), np.float32) for each in lengths])
    torch.set_num_threads(shard.round.config["torch_threads"])
    votes = list(_renewing(shard, _votes(shard.round, texts))) if "votes" in needs else None
    if votes is not None:
        probabilities = [each.mean(axis=0) for each in votes]
    else:
        probabilities = list(_renewing(shard, boundary_probabilities(_scorer(shard.round), texts)))
    contexts = edge_contexts(texts, lengths) if "contexts" in needs else None
    seconds = _seconds(shard.round, texts, lengths, probabilities) if "seconds" in needs else None
    return Pool(probabilities, votes, contexts, seconds)


def _votes(round_: Round, texts: list[str]) -> Iterator[Floats]:
    """Yield (members, edges) for each text: every network of the active arm, or the only one with dropout."""
    committee = round_.checkpoints.filter(arm=Arm.ACTIVE).order_by("pk")
    taggers = [_tagger(str(checkpoint.folder)) for checkpoint in committee]
    samples = DROPOUT_SAMPLES if sum(len(tagger.networks) for tagger in taggers) == 1 else 0
    opinions = [committee_probabilities(tagger, texts, dropout_samples=samples) for tagger in taggers]
    return (np.concatenate(votes) for votes in zip(*opinions, strict=True))


def _seconds(round_: Round, texts: list[str], lengths: list[bytes], probabilities: list[Floats]) -> Scores:
    """Return what labelling is expected to take with the suggestions that the round's policy would show."""
    suggestions: list[Any] | None = None
    if round_.config["suggestion_policy"] == Project.SuggestionPolicy.DICTIONARY:
        suggestions = [dictionary_boundaries(*each) for each in zip(texts, lengths, strict=True)]
    elif round_.config["suggestion_policy"] == Project.SuggestionPolicy.MODEL:
        suggestions = [np.flatnonzero(edges > 0.5) + 1 for edges in probabilities]
    return predicted_seconds(CostModel(**round_.config["cost_model"]), probabilities, suggestions)


def _renewing(shard: ScoreShard, predictions: Iterator[Floats]) -> Iterator[Floats]:
    """Pass predictions on, and renew the lease by the way; the first that finds it gone ends the work."""
    for number, each in enumerate(predictions):
        if number % RENEW_EVERY_SENTENCES == 0 and not _prolong(shard):
            raise LostLeaseError
        yield each


def _scorer(round_: Round) -> Tagger:
    if round_.scorer is None:
        raise RuntimeError(f"round {round_.number} has no checkpoint to score with")
    return _tagger(str(round_.scorer.folder))


@lru_cache(maxsize=5)
def _tagger(folder: str) -> Tagger:
    """Load once for all shards of a round; checkpoints never change."""
    return files.load(folder)

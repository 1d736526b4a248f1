"""Suggestions: made ahead for the head of each queue, by the project's policy, never for the holdout."""

import numpy as np
import pytest

from annotation.models import Generation, Queue, Sentence, Suggestion
from learner import filling, rounds, scoring, suggestions, training
from learner.process_leases import LostLeaseError
from segmenter.baselines import dictionary_boundaries
from tests.factories import make_member
from tests.learner.working import answer, later, make_loop, turn

pytestmark = pytest.mark.django_db


def test_without_a_policy_nothing_is_made():
    project = make_loop()
    assert suggestions.fill(project) == 0
    assert not Suggestion.objects.exists()


def test_the_dictionary_fills_the_head_of_each_queue_once(desk):
    project = make_loop(suggestion_policy="dictionary")
    assert suggestions.fill(project) == 60
    project.refresh_from_db()
    assert project.suggestion_source == "dictionary"
    assert suggestions.fill(project) == 0
    sentence = Sentence.objects.filter(split="pool")[0]
    assert sentence.suggestions.get().boundaries == list(dictionary_boundaries(sentence.text))


def test_the_holdout_gets_none(desk):
    project = make_loop(suggestion_policy="dictionary")
    answer(desk, make_member(project), 3)
    suggestions.fill(project)
    assert not Suggestion.objects.filter(sentence__split="holdout").exists()


def test_only_the_head_is_filled_and_the_soonest_first(desk, monkeypatch):
    project = make_loop(suggestion_policy="dictionary", holdout_serve_share=0)
    answer(desk, make_member(project), 1)
    monkeypatch.setattr(suggestions, "HEAD", 5)
    suggestions.fill(project)
    member = make_member(project)
    held = [desk.claim(member)]
    held.append(desk.claim(member, held=(held[0].pk,)))
    assert all(one.suggestion_shown for one in held)
    assert Suggestion.objects.count() <= 5 * 3


def test_what_is_served_has_its_suggestion_once_the_source_is_switched(desk):
    project = make_loop(suggestion_policy="dictionary", holdout_serve_share=0)
    member = make_member(project)
    first = desk.claim(member)
    assert first.suggestion is None
    desk.submit(first)
    suggestions.fill(project)
    second = desk.claim(member)
    assert second.suggestion.source == "dictionary"


def test_what_a_model_doubts_comes_with_its_suggestion():
    made = suggestions.made_from(np.array([0.002, 0.997, 0.6, 0.004, 0.15]))
    assert list(made.boundaries) == [2, 3]
    assert list(made.doubtful) == [3, 5]
    # Odds of 1.5 for the third gap, of 5.7 for the fifth: the third alone, the fifth alone, both.
    assert list(made.alternatives) == [[3], [5], [3, 5]]


def test_a_reading_far_less_likely_is_no_alternative():
    made = suggestions.made_from(np.array([0.001, 0.999, 0.001]))
    assert (list(made.boundaries), list(made.doubtful), list(made.alternatives)) == ([2], [], [])


def test_a_text_of_one_cluster_has_nothing_to_doubt():
    assert suggestions.made_from(np.zeros(0)).boundaries == ()


def test_the_model_suggests_from_its_first_checkpoint_on_and_nothing_before(loop, desk):
    loop.suggestion_policy, loop.suggestion_source = "model", "dictionary"
    loop.save()
    assert suggestions.fill(loop) == 0
    loop.refresh_from_db()
    assert loop.suggestion_source == ""
    round_ = turn(rounds.open_if_due(loop, now=desk.now))
    checkpoint = round_.checkpoints.get(arm="suggestion")
    loop.refresh_from_db()
    assert loop.suggestion_source == f"checkpoint:{checkpoint.pk}"
    active = Queue.objects.get(project=loop, kind="active")
    head = active.generation.chunks.get(number=0).sentence_ids[:20]
    assert Suggestion.objects.filter(sentence__in=head, source=checkpoint.source).count() == 20


def at_publication(round_, desk):
    """Turn a round until its order waits for its suggestions."""
    rounds.advance(round_.pk, real_now=later())
    round_.refresh_from_db()
    training.train_round(round_.pk, round_.attempt)
    for shard in round_.shards.filter(done_at=None):
        scoring.score_shard(shard.pk, shard.attempt)
    for _written_then_waiting in range(2):
        rounds.advance(round_.pk, real_now=later())
    round_.refresh_from_db()
    return round_


@pytest.mark.parametrize("policy", ["dictionary", "model"])
def test_no_sentence_of_a_new_order_is_served_without_its_suggestion(desk, policy, monkeypatch):
    monkeypatch.setattr(suggestions, "HEAD", 12)
    loop = make_loop(suggestion_policy=policy, control_share=0, holdout_serve_share=0, holdout=0)
    member = make_member(loop)
    suggestions.fill(loop)
    answer(desk, member, 30)
    round_ = at_publication(rounds.open_if_due(loop, now=desk.now), desk)
    assert round_.generation.published_at is None
    assert Queue.objects.get(project=loop, kind="active").generation is None
    assert round_.progress["step"] == "suggesting"
    suggestions.fill_order(round_.pk, round_.attempt)
    rounds.advance(round_.pk, real_now=later())
    round_.refresh_from_db()
    assert round_.state == "closed"
    loop.refresh_from_db()
    if policy == "model":
        assert loop.suggestion_source == round_.checkpoints.get(arm="suggestion").source
    head = round_.generation.chunks.get(number=0).sentence_ids[:12]
    assert Suggestion.objects.filter(sentence__in=head, source=loop.suggestion_source).count() == len(head)
    served = desk.claim(member)
    assert served.suggestion is not None
    assert served.suggestion.source == loop.suggestion_source


def test_an_order_that_was_written_and_never_served_goes_with_its_round(desk):
    loop = make_loop(suggestion_policy="dictionary", holdout=0)
    member = make_member(loop)
    answer(desk, member, 30)
    round_ = at_publication(rounds.open_if_due(loop, now=desk.now), desk)
    rounds.cancel(round_, now=desk.now, actor_id=member.user_id)
    assert not Generation.objects.filter(queue__project=loop).exists()


def test_filling_that_dies_is_asked_for_again_and_a_late_one_writes_nothing(desk):
    loop = make_loop(suggestion_policy="dictionary", holdout=0)
    answer(desk, make_member(loop), 30)
    round_ = at_publication(rounds.open_if_due(loop, now=desk.now), desk)
    first = round_.attempt
    rounds.advance(round_.pk, real_now=later(seconds=70))
    round_.refresh_from_db()
    assert round_.attempt == first + 1
    suggestions.fill_order(round_.pk, first)
    round_.refresh_from_db()
    assert round_.filled_at is None
    suggestions.fill_order(round_.pk, first + 1)
    round_.refresh_from_db()
    assert round_.filled_at is not None


def test_filling_whose_message_comes_again_goes_on_at_once_and_the_first_writes_nothing(desk):
    loop = make_loop(suggestion_policy="dictionary", holdout=0)
    answer(desk, make_member(loop), 30)
    round_ = at_publication(rounds.open_if_due(loop, now=desk.now), desk)
    first = filling.take(round_.pk, round_.attempt, real_now=later())
    second = filling.take(round_.pk, round_.attempt, real_now=later())
    assert not filling.prolong(first, real_now=later())
    with pytest.raises(LostLeaseError):
        filling.finish(first, real_now=later())
    filling.finish(second, real_now=later())
    round_.refresh_from_db()
    assert round_.filled_at is not None


def test_filling_that_fails_again_and_again_fails_the_round_and_a_restart_goes_on(desk, monkeypatch):
    loop = make_loop(suggestion_policy="dictionary", holdout=0)
    member = make_member(loop)
    answer(desk, member, 30)
    round_ = at_publication(rounds.open_if_due(loop, now=desk.now), desk)

    def broken(*_, **__):
        raise RuntimeError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(suggestions, "_make", broken)
        for turns in range(1, 5):
            suggestions.fill_order(round_.pk, round_.attempt)
            rounds.advance(round_.pk, real_now=later(seconds=200 * turns))
            round_.refresh_from_db()
    assert round_.state == "failed"
    assert "the disk is full" in round_.error
    rounds.restart(round_, now=desk.now, actor_id=member.user_id, real_now=later())
    assert turn(round_).state == "closed"

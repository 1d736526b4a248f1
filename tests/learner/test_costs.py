"""The cost model a project's own readings give, and what a round makes of it."""

import pytest

from annotation.models import Annotation, Assignment, Suggestion
from learner import costs, rounds
from learner.costs import read_cost_model
from learner.scoring import DROPOUT_SAMPLES
from segmenter.cost import CostModel
from segmenter.query import acquisition_scores
from tests.factories import make_member
from tests.learner.working import answer, later, make_loop, turn

pytestmark = pytest.mark.django_db


def timed(project, model: CostModel) -> None:
    """Give every reading the seconds that the model says."""
    for annotation in Annotation.objects.filter(sentence__project=project):
        assignment = annotation.assignment
        shown = assignment.suggestion.boundaries if assignment.suggestion_shown else []
        corrections = len(set(annotation.boundaries) ^ set(shown))
        seconds = model.seconds(annotation.sentence.n_clusters, corrections)
        annotation.active_ms = round(1000 * float(seconds))
        annotation.save()


def test_few_readings_leave_the_default(loop):
    assert read_cost_model(loop) == CostModel()


def test_the_model_is_found_in_the_readings_and_kept_on_the_round(desk, monkeypatch):
    monkeypatch.setattr(costs, "MIN_READINGS", 8)
    project = make_loop(holdout_serve_share=0)
    answer(desk, make_member(project), 8)
    held = Assignment.objects.filter(project=project).order_by("pk")
    for assignment in held[:4]:
        assignment.suggestion = Suggestion.objects.create(
            sentence_id=assignment.sentence_id, source="test", boundaries=[1]
        )
        assignment.suggestion_shown = True
        assignment.save()
    timed(project, CostModel(base=2.0, per_cluster=0.5, per_correction=1.25))
    found = read_cost_model(project)
    assert (found.base, found.per_cluster, found.per_correction) == pytest.approx((2.0, 0.5, 1.25), abs=0.01)
    round_ = rounds.open_if_due(project, now=desk.now)
    rounds.advance(round_.pk, real_now=later())
    round_.refresh_from_db()
    assert round_.config["cost_model"]["per_cluster"] == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("policy", ["none", "dictionary", "model"])
def test_a_round_ranks_by_worth_per_second_under_every_policy(desk, policy):
    project = make_loop(
        holdout_serve_share=0, strategy="total_entropy_per_second", suggestion_policy=policy, texts=20
    )
    answer(desk, make_member(project), 8)
    round_ = turn(rounds.open_if_due(project, now=desk.now))
    assert (round_.state, round_.error, round_.generation.size) == ("closed", "", 12)


@pytest.mark.parametrize(("seeds", "members"), [(2, 2), (1, DROPOUT_SAMPLES)])
def test_a_committee_are_the_networks_of_all_seeds_or_one_with_dropout(desk, monkeypatch, seeds, members):
    project = make_loop(holdout_serve_share=0, strategy="bald", model_seeds=seeds, texts=20)
    answer(desk, make_member(project), 8)
    seen = []

    def watched(strategy, pool, *, rng):
        seen.append(pool)
        return acquisition_scores(strategy, pool, rng=rng)

    monkeypatch.setattr("learner.scoring.acquisition_scores", watched)
    turn(rounds.open_if_due(project, now=desk.now))
    (pool,) = seen
    assert {votes.shape[0] for votes in pool.votes} == {members}
    assert any((votes[0] != votes[1]).any() for votes in pool.votes)

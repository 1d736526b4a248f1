"""Figures on the holdout: what they are measured against, their intervals, and when they are provisional."""

import numpy as np
import pytest

from annotation.models import Adjudication, Annotation, Document, Sentence
from learner import curves, measuring, rounds
from learner.holdout import read_holdout
from learner.models import CurvePoint
from tests.factories import make_member, make_project, make_user
from tests.learner.working import answer, make_loop, turn

pytestmark = pytest.mark.django_db

PERFECT = [9, 0, 0, 10, 0, 0, 1, 1]


def counts(documents: int, *, seed: int = 0) -> dict[str, list[int]]:
    """Documents of twenty words each, some right and some wrong, by lot."""
    rng = np.random.default_rng(seed)
    right = rng.binomial(20, 0.8, size=documents)
    return {str(n): [int(k), 20 - int(k), 20 - int(k)] * 2 + [2, int(k > 17)] for n, k in enumerate(right)}


def finish_holdout(project, desk) -> None:
    project.holdout_serve_share = 0.9
    project.save()
    member = make_member(project)
    while not read_holdout(project).is_complete:
        assert answer(desk, member, 1)


# Intervals


def test_figures_are_micro_averages_over_documents_and_means_over_seeds():
    one = {"1": [8, 2, 0, 6, 1, 3, 4, 1], "2": [0, 0, 2, 2, 1, 1, 4, 3]}
    two = {"1": PERFECT, "2": PERFECT}
    metrics, _ = curves.figures([one, two], project=make_project())
    assert metrics["boundary_f1"]["value"] == pytest.approx((16 / 20 + 1) / 2)
    assert metrics["word_f1"]["value"] == pytest.approx((16 / 22 + 1) / 2)
    assert metrics["exact"]["value"] == pytest.approx((4 / 8 + 1) / 2)


def test_there_is_no_interval_under_forty_documents():
    metrics, contents = curves.figures([counts(39)] * 3, project=make_project())
    assert (metrics["word_f1"]["low"], metrics["word_f1"]["high"]) == (None, None)
    assert (contents["terms"], contents["draws"]) == ([], 0)
    metrics, contents = curves.figures([counts(40)] * 3, project=make_project())
    assert metrics["word_f1"]["low"] < metrics["word_f1"]["value"] < metrics["word_f1"]["high"]
    assert contents["terms"] == ["documents"]


def test_seeds_enter_the_interval_from_five_on():
    different = [counts(60, seed=seed) for seed in range(5)]
    four, contents_of_four = curves.figures(different[:4], project=make_project())
    five, contents_of_five = curves.figures(different, project=make_project())
    assert contents_of_four["terms"] == ["documents"]
    assert contents_of_five["terms"] == ["documents", "seeds"]
    same, _ = curves.figures([different[0]] * 5, project=make_project())
    alone, _ = curves.figures([different[0]], project=make_project())
    assert same["word_f1"] == pytest.approx(alone["word_f1"])

    def width(metrics) -> float:
        return metrics["word_f1"]["high"] - metrics["word_f1"]["low"]

    assert width(five) > width(four) * 0.9


def test_the_interval_covers_the_truth_as_often_as_it_says():
    project = make_project()
    hits = 0
    for replay in range(120):
        metrics, _ = curves.figures([counts(60, seed=replay)], project=project)
        # Precision and recall are equal here: the share of words that are right.
        hits += metrics["word_f1"]["low"] <= 0.8 <= metrics["word_f1"]["high"]
    assert 106 <= hits <= 119


def test_the_same_counts_give_the_same_interval_and_other_projects_draw_otherwise():
    project = make_project()
    once, again = (curves.figures([counts(50)], project=project)[0] for _ in range(2))
    assert once == again
    other, _ = curves.figures([counts(50)], project=make_project(seed="a7" * 32))
    assert other["word_f1"]["low"] != once["word_f1"]["low"]


def test_nothing_annotated_gives_no_figure():
    metrics, _ = curves.figures([{}, {}], project=make_project())
    assert metrics["word_f1"] == {"value": None, "low": None, "high": None}


# The holdout


def test_the_sealed_half_is_neither_measured_nor_counted(desk):
    project = make_loop(holdout_serve_share=0.9)
    finish_holdout(project, desk)
    assert read_holdout(project).sentences == 6
    Document.objects.filter(name__in=["h0", "h1"]).update(sealed=True)
    holdout = read_holdout(project)
    assert (holdout.sentences, holdout.documents, len(holdout.references)) == (4, 4, 4)


def test_the_reference_is_the_adjudication_else_the_latest_revision_of_the_earliest_reader(desk):
    project = make_loop(holdout=1, holdout_serve_share=0.9)
    Sentence.objects.filter(split="holdout").update(required_annotations=2)
    sentence = Sentence.objects.get(split="holdout")
    first, second = make_member(project), make_member(project)
    queue = sentence.offer_set.get().queue
    sentence.offer_set.create(queue=queue, number=7, slot=1)
    for reader, boundaries in ((first, [1]), (second, [2])):
        while (held := desk.claim(reader)).sentence_id != sentence.pk:
            desk.submit(held)
        desk.wait(minutes=1)
        desk.submit(held, *boundaries)
    assert [reference.boundaries for reference in read_holdout(project).references] == [(1,)]
    own = Annotation.objects.get(sentence=sentence, annotator=first.user).assignment
    before = read_holdout(project).fingerprint
    desk.submit(own, 3)
    assert [reference.boundaries for reference in read_holdout(project).references] == [(3,)]
    assert read_holdout(project).fingerprint != before
    Adjudication.objects.create(
        sentence=sentence, boundaries=[4], adjudicator=make_user(), created_at=desk.now
    )
    assert [reference.boundaries for reference in read_holdout(project).references] == [(4,)]


def test_a_holdout_sentence_is_done_when_all_its_readers_are(desk):
    project = make_loop()
    finish_holdout(project, desk)
    Sentence.objects.filter(split="holdout").update(required_annotations=2)
    holdout = read_holdout(project)
    assert (holdout.done, len(holdout.references), holdout.is_complete) == (0, 6, False)


# Points


def test_points_are_provisional_until_the_holdout_is_complete_and_measured_again_then(desk):
    project = make_loop(holdout_serve_share=0)
    member = make_member(project)
    answer(desk, member, 12)
    round_ = turn(rounds.open_if_due(project, now=desk.now))
    point = CurvePoint.objects.get(round=round_, arm="random")
    assert (point.provisional, point.metrics["word_f1"]["value"]) == (True, None)
    assert not measuring.has_stale_points(project)
    assert not measuring.measure_one_again(project, now=desk.now)

    finish_holdout(project, desk)
    assert measuring.has_stale_points(project)
    again = 0
    while measuring.measure_one_again(project, now=desk.now):
        again += 1
    assert again == 2
    assert not measuring.has_stale_points(project)
    point = CurvePoint.objects.get(round=round_, arm="random")
    assert point.provisional is False
    assert point.metrics["word_f1"]["value"] is not None
    assert point.holdout["done"] == 6
    assert point.at == round_.frozen_at


def test_points_are_measured_again_when_the_reference_is_adjudicated(loop, desk):
    finish_holdout(loop, desk)
    turn(rounds.open_if_due(loop, now=desk.now))
    while measuring.measure_one_again(loop, now=desk.now):
        pass
    before = CurvePoint.objects.get(arm="random").metrics["exact"]["value"]
    sentence = Sentence.objects.filter(split="holdout")[0]
    Adjudication.objects.create(
        sentence=sentence,
        boundaries=list(range(1, sentence.n_clusters)),
        adjudicator=make_user(),
        created_at=desk.now,
    )
    while measuring.measure_one_again(loop, now=desk.now):
        pass
    assert CurvePoint.objects.get(arm="random").metrics["exact"]["value"] < before


def test_counts_are_kept_by_document_so_that_arms_can_be_compared_document_by_document(loop, desk):
    finish_holdout(loop, desk)
    round_ = turn(rounds.open_if_due(loop, now=desk.now))
    kept = [set(checkpoint.metrics["documents"]) for checkpoint in round_.checkpoints.all()]
    documents = {str(id_) for id_ in Document.objects.filter(split="holdout").values_list("pk", flat=True)}
    assert kept == [documents, documents]


def test_holdout_labels_are_never_trained_on(loop, desk):
    round_ = turn(rounds.open_if_due(loop, now=desk.now))
    held_out = set(Sentence.objects.filter(split="holdout").values_list("pk", flat=True))
    for arm in round_.arms.all():
        assert not held_out & set(arm.sentence_ids)

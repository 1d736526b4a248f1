"""The analyses on a real project: stored rounds go in, plain values come out, and what is missing is said."""

import json

import numpy as np
import pytest
from django.core.management import call_command

from annotation.models import Adjudication, Assignment, Suggestion
from learner import events, measuring, replays, rounds
from learner.analyses import ANALYSES, analyse
from learner.analysis_data import read_refits, read_trajectory
from learner.holdout import read_holdout
from learner.models import Checkpoint, Replay, RoundArm
from learner.sample_data import read_drawn, read_labels, read_samples, read_second_readings, read_suggested
from tests.factories import make_guideline, make_member, make_project
from tests.learner.working import answer, make_loop, turn

pytestmark = pytest.mark.django_db


@pytest.fixture
def member(desk):
    return make_member(make_loop(texts=120, holdout_serve_share=0.3))


def two_rounds(member, desk):
    """Two closed rounds an hour apart, by the project's own clock, and labels before and after both."""
    for count in (14, 36):
        answer(desk, member, count)
        close_round(member.project, desk)
    answer(desk, member, 10)
    return member.project


def close_round(project, desk):
    desk.wait(hours=1)
    project.simulated_now = desk.now
    project.save()
    round_ = turn(rounds.open_round(project, trigger="hand", now=desk.now))
    while measuring.measure_one_again(project, now=desk.now):
        pass
    return round_


class TestAProjectWithoutRounds:
    @pytest.mark.parametrize("name", list(ANALYSES))
    def test_every_analysis_answers(self, name):
        answer = analyse(make_project(), name)
        assert json.loads(json.dumps(answer)) == answer

    def test_it_says_that_there_is_nothing_to_compare_yet(self):
        assert analyse(make_project(), "curves")["not_estimable"]["code"] == "no_rounds"


class TestAProjectWithRounds:
    def test_all_analyses_answer_from_what_is_stored(self, member, desk, capsys):
        project = two_rounds(member, desk)
        call_command("analyse", project.pk, "--json", "--unit", "annotations")
        results = json.loads(capsys.readouterr().out)
        assert list(results) == list(ANALYSES)
        curves = results["curves"]
        assert curves["rounds"] == [1, 2]
        assert curves["documents"] == 6
        assert "6 documents" in curves["mean_gain"]["e1"]["notes"][0]["text"]
        assert "not_estimable" in curves["mean_gain"]["e2"]

        trajectory = read_trajectory(project)
        assert trajectory.curves.counts.shape == (2, 2, 1, 6, 8)
        arm = RoundArm.objects.get(round=trajectory.rounds[1], arm="active")
        assert trajectory.curves.costs["clusters"][1, 1] == arm.clusters
        assert len(trajectory.labelled_at[1][1]) == arm.annotations
        stored = Checkpoint.objects.get(round=trajectory.rounds[0], arm="random").metrics["documents"]
        assert trajectory.curves.counts[0, 0, 0, 0].tolist() == stored[str(trajectory.documents[0])]

        references = read_holdout(project).references
        decisions, _, positive = np.sum(results["calibration"]["arms"]["active"]["bins"], axis=0)
        assert decisions == sum(len(one.lengths) - 1 for one in references)
        assert positive == sum(len(one.boundaries) for one in references)

        store_refits(trajectory)
        refits = read_refits(project, trajectory)
        assert refits.counts.shape == (10, 2, 2, 1, 6, 8)
        # of a sample's sentences each is in one group, and by chance not as many in each
        assert refits.shares.shape == (10, 2, 2)
        assert refits.shares.sum(axis=0) == pytest.approx(np.ones((2, 2)))
        assert refits.shares.std(axis=0).min() > 0
        Replay.objects.first().delete()
        assert read_refits(project, trajectory) is None

        for checkpoint in Checkpoint.objects.filter(round__number=2):
            del checkpoint.metrics["reliability"]
            checkpoint.save()
        assert analyse(project, "calibration")["not_estimable"]["code"] == "not_measured"

        for checkpoint in Checkpoint.objects.filter(round__number=1):
            checkpoint.metrics["reference"] = "older"
            checkpoint.save()
        trajectory = read_trajectory(project)
        assert trajectory.curves.rounds == [2]
        assert trajectory.left_out == [1]

    def test_an_event_between_the_rounds_is_judged_or_told_why_not(self, member, desk, capsys):
        project = member.project
        answer(desk, member, 14)
        close_round(project, desk)
        desk.wait(hours=1)
        events.record(project, "strategy.changed", at=desk.now, before={}, after={})
        desk.wait(hours=1)
        answer(desk, member, 36)
        close_round(project, desk)
        found = analyse(project, "events")
        (window,) = found["windows"]
        assert window["events"][0]["kind"] == "strategy.changed"
        assert window["effect"]["not_estimable"]["values"]["least"] == 5
        assert found["lags"][0]["lag"]["rounds"] == 1
        assert found["lags"][0]["lag"]["served"] > 0

        call_command("analyse", project.pk)
        printed = capsys.readouterr().out
        assert "cannot be said  Labels are right." in printed
        assert "mean gain, E1:" in printed


def store_refits(trajectory):
    """The jackknife's rows as if every model had been trained: ten times as many as the test has time for."""
    Replay.objects.bulk_create(
        Replay(
            round=round_,
            purpose="without_group",
            arm=arm,
            seed=seed,
            variant=str(group),
            counts={str(document): [1] * 8 for document in trajectory.documents},
            reference=trajectory.reference,
            at=round_.closed_at,
        )
        for round_ in trajectory.rounds
        for arm in ("random", "active")
        for seed in trajectory.seeds
        for group in range(10)
    )


class TestSamples:
    def test_the_seed_set_is_in_neither_sample_and_not_in_the_pool(self, member, desk):
        project = member.project
        answer(desk, member, 40)
        samples = read_samples(project)
        assert samples.size == 120 - project.seed_size
        assert len(samples.texts) == samples.size
        drawn = read_drawn(project)
        assert {one.arm for one in drawn} == {"random"}
        assert len(samples.places["random"]) == len(drawn)

    def test_only_what_was_handed_out_is_in_a_sample(self, member, desk):
        answer(desk, member, 12)
        samples = read_samples(member.project)
        handed_out = Assignment.objects.filter(project=member.project, queue__kind="random").count()
        # the random arm has been handed the seed set's share of the two arms and what followed
        assert 0 <= len(samples.places["random"]) <= handed_out
        assert all(one.state == "labelled" for one in read_drawn(member.project))

    def test_labels_carry_tokens_people_and_versions(self, member, desk):
        answer(desk, member, 10)
        make_guideline(member.project)
        answer(desk, member, 5)
        labels, _ = read_labels(member.project)
        assert {label.guideline for label in labels} == {1, 2}
        assert {label.annotator for label in labels} == {member.user_id}
        assert all(len(label.tokens) == 5 for label in labels)

    def test_second_readings_are_compared_by_arm_and_on_the_holdout(self, desk):
        project = make_loop(texts=30, overlap_share=0, holdout_serve_share=0.5)
        first, second = make_member(project), make_member(project)
        project.sentence_set.update(required_annotations=2)
        answer(desk, first, 20)
        answer(desk, second, 20)
        readings = read_second_readings(project)
        twice = [
            sentence
            for sentence in project.sentence_set.filter(split="holdout")
            if sentence.assignments.filter(state="submitted").count() > 1
        ]
        assert len(readings.documents) == len(twice)
        # both read the gold
        assert readings.between[:, [1, 2, 4, 5]].sum() == 0

    def test_anchoring_reads_adjudicated_sentences_with_a_suggestion(self, member, desk):
        held = desk.claim(member)
        desk.submit(held, 3)
        suggestion = Suggestion.objects.create(sentence=held.sentence, source="dictionary", boundaries=[3, 5])
        Assignment.objects.filter(pk=held.pk).update(suggestion=suggestion, suggestion_shown=True)
        Adjudication.objects.create(
            sentence=held.sentence, boundaries=[4], adjudicator=member.user, created_at=desk.now
        )
        (reading,) = read_suggested(member.project)
        # wrong at 3, 4 and 5; followed at 3 and at the boundary left out at 4
        assert (reading.shown, reading.wrong, reading.followed) == (True, 3, 2)


def test_models_are_trained_and_measured_once_for_the_analyses_that_need_them(member, desk):
    project = two_rounds(member, desk)
    purposes = ["next_draws", "successor", "without_group"]
    jobs = replays.pending(project, purposes, presets=["test"])
    by_purpose = {purpose: [job for job in jobs if job.purpose == purpose] for purpose in purposes}
    assert len(by_purpose["without_group"]) == 10 * 2 * 2
    done = [*by_purpose["next_draws"], *by_purpose["successor"], by_purpose["without_group"][0]]
    for job in done:
        replays.run(job, now=desk.now)
    assert len(replays.pending(project, purposes, presets=["test"])) == len(jobs) - len(done)

    # tested on what each arm drew next, less what the tested model had learned from already
    first, second = project.rounds.order_by("number")
    frozen = {(arm.round_id, arm.arm): set(arm.sentence_ids) for arm in RoundArm.objects.all()}
    stored = Replay.objects.get(round=first, purpose="next_draws", arm="active", variant="random")
    new = frozen[second.pk, "random"] - frozen[first.pk, "random"] - frozen[first.pk, "active"]
    assert sum(counts[6] for counts in stored.counts.values()) == len(new) > 0
    rows = analyse(project, "biased-test")["rows"]
    assert {(row["round"], row["trained"]) for row in rows} == {(1, "random"), (1, "active")}

    # a successor of the same preset and seeds is the same model, so that the bridge shows no change
    (bridge,) = analyse(project, "events")["bridges"]
    assert (bridge["round"], bridge["about"]["values"]) == (2, {"preset": "test"})
    assert bridge["effect"]["active"]["e1"]["value"] == 0

    # a model without a group of its sentences is another model
    refit = Replay.objects.get(purpose="without_group")
    whole = Checkpoint.objects.get(round=refit.round, arm=refit.arm, seed=refit.seed)
    assert refit.reference == whole.metrics["reference"]


def test_a_reader_who_revises_a_reading_is_another_reference():
    def fingerprint(boundaries):
        return replays._test([("กากา", bytes([2, 2]), 1, boundaries)]).fingerprint

    assert fingerprint([1]) == fingerprint([1])
    assert fingerprint([1]) != fingerprint([])

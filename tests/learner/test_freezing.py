"""The freeze: the longest prefix of an arm's draws in which every sentence is final, and what it costs."""

import pytest

from annotation import leases, publishing
from annotation.models import Adjudication, Annotation, Assignment, Draw, Project, Queue, Sentence
from learner.freezing import freeze_arm, freeze_everything, is_seed_set_final
from tests.factories import make_corpus, make_guideline, make_member, make_project, make_user

pytestmark = pytest.mark.django_db


def make_arms(*, texts: int = 30, **fields) -> Project:
    project = make_project(**({"overlap_share": 0, "holdout_serve_share": 0, "active_share": 0} | fields))
    make_corpus(project, texts)
    return project


def arm(project: Project, kind: str) -> Queue:
    return Queue.objects.get(project=project, kind=kind)


def drawn(queue: Queue, count: int) -> list[int]:
    return list(Draw.objects.filter(queue=queue).order_by("number").values_list("sentence_id", flat=True))[
        :count
    ]


def publish(project: Project, ids: list[int], now) -> None:
    generation = publishing.write_generation(
        arm(project, "active"), ids, [0.0] * len(ids), source="test", strategy="margin"
    )
    publishing.publish(generation, now=now)


def serve_active_only(project: Project, member) -> None:
    project.active_share = 1
    project.save()
    member.refresh_from_db()
    member.block = ""
    member.save()


def test_nothing_is_frozen_before_the_first_draw():
    frozen = freeze_arm(arm(make_arms(), "random"))
    assert (frozen.upto, frozen.sentence_ids, frozen.seconds) == (0, [], 0.0)


def test_a_late_sentence_holds_the_freeze_back_and_does_not_drop_out_of_it(desk):
    project = make_arms()
    slow, quick = make_member(project), make_member(project)
    late = desk.claim(slow)
    desk.work(quick, 6)
    queue = arm(project, "random")
    assert freeze_arm(queue).sentence_ids == []
    desk.submit(late)
    frozen = freeze_arm(queue)
    assert frozen.sentence_ids == drawn(queue, 7)
    assert late.sentence_id in frozen.sentence_ids


def test_a_sentence_that_went_back_to_the_queue_holds_the_freeze_back(desk):
    project = make_arms()
    away, quick = make_member(project), make_member(project)
    abandoned = desk.claim(away)
    desk.work(quick, 3)
    desk.wait(minutes=16)
    leases.expire_leases(now=desk.now)
    queue = arm(project, "random")
    assert freeze_arm(queue).sentence_ids == []
    assert desk.work(quick, 1)[0].sentence_id == abandoned.sentence_id
    assert freeze_arm(queue).sentence_ids == drawn(queue, 4)


def test_a_label_of_the_other_arm_is_invisible_until_this_arm_draws_the_sentence(desk):
    project = make_arms()
    member = make_member(project)
    labelled = [assignment.sentence_id for assignment in desk.work(member, 10)][4:]
    active = arm(project, "active")
    assert len(freeze_arm(active).sentence_ids) == 4
    rest = list(Sentence.objects.filter(split="pool").exclude(pk__in=labelled).values_list("pk", flat=True))
    publish(project, [rest[0], labelled[0], rest[1], *labelled[1:], *rest[2:]], desk.now)
    serve_active_only(project, member)
    desk.work(member, 1)
    assert freeze_arm(active).sentence_ids[4:] == [rest[0]]
    desk.work(member, 1)
    assert freeze_arm(active).sentence_ids[4:] == [rest[0], labelled[0], rest[1]]


def test_a_label_of_the_other_arm_is_charged_in_full_to_both(desk):
    project = make_arms()
    member = make_member(project)
    labelled = desk.work(member, 10)[-1].sentence
    # The last in the random order first, so that the random arm does not come to it by itself.
    rest = Sentence.objects.filter(split="pool", assignments=None).order_by("-order_key")
    publish(project, [labelled.pk, *rest.values_list("pk", flat=True)], desk.now)
    serve_active_only(project, member)
    desk.work(member, 1)
    random, active = freeze_arm(arm(project, "random")), freeze_arm(arm(project, "active"))
    assert labelled.pk in random.sentence_ids
    assert labelled.pk in active.sentence_ids
    assert (random.annotations, random.seconds) == (10, 10.0)
    # The seed set, the reused label and the one served after it.
    assert (active.annotations, active.seconds) == (6, 6.0)
    clusters = Sentence.objects.in_bulk(active.sentence_ids)
    assert active.clusters == sum(sentence.n_clusters for sentence in clusters.values())


def test_a_declined_sentence_keeps_its_place_without_a_label_and_its_seconds_are_charged(desk):
    project = make_arms()
    first, second = make_member(project), make_member(project)
    skipped = desk.claim(first)
    desk.skip(skipped)
    again = desk.claim(second)
    assert again.sentence_id == skipped.sentence_id
    desk.skip(again)
    desk.work(first, 2)
    frozen = freeze_arm(arm(project, "random"))
    assert frozen.sentence_ids[0] == skipped.sentence_id
    assert frozen.annotation_ids[0] == 0
    assert (frozen.annotations, frozen.declined) == (2, 1)
    assert frozen.seconds == pytest.approx(2 * 1.0 + 2 * 0.5)


def test_a_sentence_skipped_once_is_charged_with_the_skip_as_well(desk):
    project = make_arms()
    first, second = make_member(project), make_member(project)
    desk.skip(desk.claim(first))
    desk.work(second, 1)
    frozen = freeze_arm(arm(project, "random"))
    assert (frozen.annotations, frozen.declined, frozen.seconds) == (1, 0, 1.5)


def test_a_retired_sentence_is_final(desk):
    project = make_arms()
    slow, quick = make_member(project), make_member(project)
    late = desk.claim(slow)
    desk.work(quick, 3)
    Sentence.objects.filter(pk=late.sentence_id).update(retired_at=desk.now)
    frozen = freeze_arm(arm(project, "random"))
    assert len(frozen.sentence_ids) == 4
    assert frozen.annotation_ids[frozen.sentence_ids.index(late.sentence_id)] == 0
    assert frozen.declined == 0


def test_work_sent_in_after_a_skip_settles_the_draw(desk):
    project = make_arms()
    first, second = make_member(project), make_member(project)
    skipped = desk.claim(first)
    desk.skip(skipped)
    desk.skip(desk.claim(second))
    queue = arm(project, "random")
    assert freeze_arm(queue).declined == 1
    desk.submit(skipped)
    frozen = freeze_arm(queue)
    assert (frozen.annotations, frozen.declined, len(frozen.sentence_ids)) == (1, 0, 1)


def test_the_latest_revision_of_the_earliest_annotator_is_the_training_label(desk):
    project = make_arms(holdout_serve_share=0.9)
    Sentence.objects.update(required_annotations=2)
    first, second = make_member(project), make_member(project)
    desk.work(first, 4)
    for _ in range(12):
        desk.wait(seconds=10)
        desk.work(second, 1)
    twice = (
        Annotation.objects.filter(annotator_id=second.user_id, assignment__slot=1)
        .values_list("sentence_id", flat=True)
        .first()
    )
    assert twice is not None
    own = Assignment.objects.get(sentence_id=twice, annotator_id=first.user_id)
    revised = desk.submit(own, 1, 2)
    frozen = freeze_arm(arm(project, "random"))
    assert frozen.annotation_ids[frozen.sentence_ids.index(twice)] == revised.pk


def test_an_adjudicated_reference_goes_before_the_annotation(desk):
    project = make_arms()
    assignment = desk.work(make_member(project), 1)[0]
    decided = [
        Adjudication.objects.create(
            sentence=assignment.sentence,
            revision=revision,
            boundaries=[1],
            adjudicator=make_user(),
            created_at=desk.now,
        )
        for revision in range(2)
    ]
    frozen = freeze_arm(arm(project, "random"))
    assert frozen.adjudication_ids == [decided[1].pk]
    assert frozen.annotation_ids[0] != 0


def test_a_label_made_anew_under_a_new_guideline_is_the_one_the_arm_learns_from(desk):
    project = make_arms()
    member, colleague = make_member(project), make_member(project)
    old = desk.work(member, 6)[-1]
    make_guideline(project, "# กติกาใหม่")
    publish(project, [old.sentence_id], desk.now)
    serve_active_only(project, colleague)
    new = desk.work(colleague, 1)[0]
    assert new.sentence_id == old.sentence_id
    active, random = freeze_arm(arm(project, "active")), freeze_arm(arm(project, "random"))
    assert active.annotation_ids[-1] == Annotation.objects.get(assignment=new).pk
    assert random.annotation_ids[-1] == Annotation.objects.get(assignment=old).pk


def test_draws_that_a_new_order_may_take_back_are_not_frozen(desk):
    project = make_arms()
    member = make_member(project)
    labelled = [assignment.sentence_id for assignment in desk.work(member, 10)][4:]
    rest = list(Sentence.objects.filter(split="pool").exclude(pk__in=labelled).values_list("pk", flat=True))
    publish(project, [rest[0], *labelled, *rest[1:]], desk.now)
    serve_active_only(project, member)
    desk.work(member, 1)
    before = freeze_arm(arm(project, "active")).sentence_ids
    publish(project, rest[1:], desk.now)
    assert freeze_arm(arm(project, "active")).sentence_ids == before


def test_a_freeze_only_grows(desk):
    project = make_arms()
    people = [make_member(project) for _ in range(3)]
    queue = arm(project, "random")
    earlier: list[int] = []
    for turn in range(12):
        held = desk.claim(people[turn % 3])
        if turn % 4 == 3:
            desk.skip(held)
        elif turn % 2:
            desk.submit(held)
        frozen = freeze_arm(queue).sentence_ids
        assert frozen[: len(earlier)] == earlier
        earlier = frozen


def test_the_suggestion_model_learns_from_every_label_but_the_holdout(desk):
    project = make_arms()
    slow, quick = make_member(project), make_member(project)
    desk.claim(slow)
    done = [assignment.sentence_id for assignment in desk.work(quick, 5)]
    Sentence.objects.filter(pk=done[0]).update(split="holdout")
    frozen = freeze_everything(project)
    assert frozen.sentence_ids == sorted(done[1:])
    assert frozen.annotations == 4


def test_the_seed_set_is_final_when_its_last_sentence_is(desk):
    project = make_arms(seed_size=4)
    member = make_member(project)
    queue = arm(project, "random")
    assert not is_seed_set_final(queue)
    desk.work(member, 3)
    assert not is_seed_set_final(queue)
    desk.work(member, 1)
    assert is_seed_set_final(queue)

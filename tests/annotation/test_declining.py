"""Declining: nothing holds a sample back for ever, whoever is left to read."""

import threading
from datetime import timedelta

import pytest
from django.db import connections

from annotation import declining, leases, publishing
from annotation.models import Draw, Membership, Offer, Project, Queue, Sentence
from learner.freezing import freeze_arm, is_seed_set_final
from learner.holdout import read_holdout
from tests.factories import make_corpus, make_guideline, make_member, make_project
from tests.learner.working import hold_out

pytestmark = pytest.mark.django_db


def make_arms(texts: int = 30, **fields):
    # One arm alone, so that whose turn it is does not decide which sentence is next.
    project = make_project(**({"overlap_share": 0, "holdout_serve_share": 0, "active_share": 0} | fields))
    make_corpus(project, texts)
    return project


def arm(project, kind: str = "random") -> Queue:
    return Queue.objects.get(project=project, kind=kind)


def join(project, desk, *, days_ago: float = 0) -> Membership:
    """A member who joined by the desk's clock."""
    member = make_member(project)
    member.joined_at = desk.now - timedelta(days=days_ago)
    member.save()
    return member


def test_what_the_only_annotator_skipped_is_declined_after_a_leases_time(desk):
    project = make_arms()
    alone = join(project, desk)
    skipped = desk.claim(alone)
    desk.skip(skipped)
    desk.work(alone, 3)
    assert not is_seed_set_final(arm(project))
    desk.wait(minutes=14)
    assert declining.decline_unreadable(now=desk.now) == 0
    desk.wait(minutes=1)
    assert declining.decline_unreadable(now=desk.now) == 1
    assert Sentence.objects.get(pk=skipped.sentence_id).declined_at == desk.now
    assert not Offer.objects.filter(sentence=skipped.sentence_id).exists()
    frozen = freeze_arm(arm(project))
    assert (len(frozen.sentence_ids), frozen.annotations, frozen.declined) == (4, 3, 1)
    assert is_seed_set_final(arm(project))


def test_a_sentence_waits_for_those_who_may_still_read_it(desk):
    project = make_arms()
    first, second = join(project, desk), join(project, desk)
    desk.skip(desk.claim(first))
    desk.work(first, 3)
    desk.wait(hours=1)
    assert declining.decline_unreadable(now=desk.now) == 0
    desk.wait(hours=95)
    desk.work(first, 1)
    assert declining.decline_unreadable(now=desk.now) == 1
    assert desk.work(second, 1)[0].sentence_id == Draw.objects.get(queue=arm(project), number=6).sentence_id


def test_nobody_waits_for_a_person_who_left(desk):
    project = make_arms()
    first, second = join(project, desk), join(project, desk)
    desk.skip(desk.claim(first))
    desk.wait(minutes=20)
    assert declining.decline_unreadable(now=desk.now) == 0
    second.active = False
    second.save()
    assert declining.decline_unreadable(now=desk.now) == 1


def test_managers_and_adjudicators_are_not_waited_for(desk):
    project = make_arms()
    desk.skip(desk.claim(join(project, desk)))
    for role in ("manager", "adjudicator"):
        make_member(project, role)
    desk.wait(minutes=20)
    assert declining.decline_unreadable(now=desk.now) == 1


def test_what_nobody_has_seen_is_never_declined(desk):
    project = make_arms()
    member = join(project, desk)
    held = desk.claim(member)
    leases.release([held.pk], annotator_id=member.user_id, now=desk.now)
    desk.wait(days=30)
    Membership.objects.update(active=False)
    assert declining.decline_unreadable(now=desk.now) == 0


def test_a_sentence_in_somebodys_hands_is_not_declined(desk):
    project = make_arms()
    first, second = join(project, desk), join(project, desk)
    skipped = desk.claim(first)
    desk.skip(skipped)
    assert desk.claim(second).sentence_id == skipped.sentence_id
    desk.wait(minutes=20)
    assert declining.decline_unreadable(now=desk.now) == 0


def test_the_projects_own_clock_decides(desk):
    project = make_arms(simulated_now=desk.now)
    desk.skip(desk.claim(join(project, desk)))
    assert declining.decline_unreadable(now=desk.now + timedelta(days=1)) == 0
    project.simulated_now = desk.now + timedelta(minutes=20)
    project.save()
    assert declining.decline_unreadable(now=desk.now) == 1


def test_a_person_who_joins_later_is_not_handed_what_was_declined(desk):
    project = make_arms()
    alone = join(project, desk)
    skipped = desk.claim(alone)
    desk.skip(skipped)
    desk.wait(minutes=20)
    declining.decline_unreadable(now=desk.now)
    served = {assignment.sentence_id for assignment in desk.work(join(project, desk), 100)}
    assert len(served) == 29
    assert skipped.sentence_id not in served


def test_an_offer_that_outlived_the_decline_is_dropped(desk):
    project = make_arms(texts=4)
    member = join(project, desk)
    desk.claim(member)
    Sentence.objects.update(declined_at=desk.now)
    assert desk.claim(join(project, desk)) is None


def test_late_work_on_a_declined_sentence_is_its_label_after_all(desk):
    project = make_arms()
    alone = join(project, desk)
    skipped = desk.claim(alone)
    desk.skip(skipped)
    desk.wait(minutes=20)
    declining.decline_unreadable(now=desk.now)
    desk.submit(skipped)
    frozen = freeze_arm(arm(project))
    assert (frozen.annotations, frozen.declined) == (1, 0)


def test_a_reading_asked_for_anew_that_nobody_can_give_leaves_the_older_one(desk):
    project = make_arms()
    alone = join(project, desk)
    old = desk.work(alone, 6)[-1]
    make_guideline(project)
    generation = publishing.write_generation(
        arm(project, "active"), [old.sentence_id], [0.0], source="test", strategy="margin"
    )
    publishing.publish(generation, now=desk.now)
    project.active_share = 1
    project.save()
    alone.refresh_from_db()
    alone.block = ""
    alone.save()
    after = desk.work(alone, 1)[0]
    assert after.sentence_id != old.sentence_id
    assert Offer.objects.filter(sentence=old.sentence_id, queue__kind="active").exists()
    desk.wait(minutes=20)
    assert declining.decline_unreadable(now=desk.now) == 1
    Draw.objects.filter(queue=arm(project, "active")).update(generation=None)
    frozen = freeze_arm(arm(project, "active"))
    assert frozen.sentence_ids[-1] == old.sentence_id
    assert (frozen.annotations, frozen.declined) == (5, 0)


def test_a_holdout_that_lacks_a_second_reader_comes_to_its_end(desk):
    project = make_arms(holdout_serve_share=0.9)
    document = Sentence.objects.first().document
    held = hold_out(document, ["ของ", "ที่", "เก็บ", "ไว้"])
    Sentence.objects.filter(pk=held.pk).update(required_annotations=2)
    Offer.objects.create(queue=arm(project, "measurement"), number=1, sentence=held, slot=1)
    document.split = "holdout"
    document.save()
    alone = join(project, desk)
    while not held.assignments.filter(state="submitted").exists():
        desk.work(alone, 1)
    assert not read_holdout(project).is_complete
    desk.wait(minutes=20)
    declining.decline_unreadable(now=desk.now)
    assert read_holdout(project).is_complete


def test_second_readings_of_the_pool_wait_for_whoever_joins(desk):
    project = make_arms()
    Sentence.objects.update(required_annotations=2)
    desk.work(join(project, desk), 3)
    desk.wait(minutes=20)
    assert declining.decline_unreadable(now=desk.now) == 0


def test_a_sentence_that_comes_back_is_open_in_both_arms(desk):
    project = make_arms()
    member = join(project, desk)
    desk.work(member, 4)
    held = desk.claim(member)
    generation = publishing.write_generation(
        arm(project, "active"), [held.sentence_id], [0.0], source="test", strategy="margin"
    )
    publishing.publish(generation, now=desk.now)
    Project.objects.filter(pk=project.pk).update(active_share=1)
    colleague = join(project, desk)
    desk.claim(colleague)
    assert Draw.objects.filter(sentence=held.sentence_id, queue__kind="active").exists()
    desk.skip(held)
    open_in = Offer.objects.filter(sentence=held.sentence_id).values_list("queue__kind", flat=True)
    assert set(open_in) == {"random", "active"}


@pytest.mark.django_db(transaction=True)
def test_two_who_skip_at_once_decline_the_sentence(desk):
    project = make_arms(texts=1, seed_size=1)
    members = [join(project, desk), join(project, desk)]
    first = desk.claim(members[0])
    sentence = Sentence.objects.get()
    Sentence.objects.update(required_annotations=2)
    Offer.objects.create(queue=arm(project, "measurement"), number=1, sentence=sentence, slot=1)
    second = desk.claim(members[1])
    both = threading.Barrier(2)

    def skip(assignment):
        both.wait()
        desk.skip(assignment)
        connections.close_all()

    threads = [threading.Thread(target=skip, args=[assignment]) for assignment in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sentence.refresh_from_db()
    assert sentence.declined_at == desk.now

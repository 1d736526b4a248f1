"""Leases: an abandoned sentence is free again, in its old place; late work is kept."""

import uuid

import pytest

from annotation import flags, leases
from annotation.errors import Conflict, NotFound
from annotation.models import Annotation, Assignment, Draw, Offer
from tests.factories import make_corpus, make_member, make_project

pytestmark = pytest.mark.django_db


@pytest.fixture
def project():
    # One arm alone, so that whose turn it is does not decide which sentence is next.
    project = make_project(active_share=0, overlap_share=0, holdout_serve_share=0)
    make_corpus(project, 12)
    return project


def test_an_abandoned_sentence_is_free_after_fifteen_minutes_and_served_next(desk, project):
    absent, present = make_member(project), make_member(project)
    abandoned = desk.claim(absent)
    desk.work(present, 5)
    desk.wait(minutes=14)
    assert leases.expire_leases(now=desk.now) == 0
    desk.wait(minutes=1)
    assert leases.expire_leases(now=desk.now) == 1
    assert desk.claim(present).sentence_id == abandoned.sentence_id


def test_a_sentence_withdrawn_while_somebody_held_it_is_not_served_again(desk, project):
    member = make_member(project)
    held = desk.claim(member)
    held.sentence.retired_at = desk.now
    held.sentence.save()
    leases.release([held.pk], annotator_id=member.user_id, now=desk.now)
    served = {assignment.sentence_id for assignment in desk.work(make_member(project), 50)}
    assert len(served) == 11
    assert held.sentence_id not in served


def test_leases_lapse_by_the_clock_of_the_project(desk, project):
    desk.claim(make_member(project))
    project.simulated_now = desk.now
    project.save()
    desk.wait(hours=1)
    assert leases.expire_leases(now=desk.now) == 0


def test_a_lease_dated_by_a_clock_that_was_set_back_is_not_waited_for(desk, project):
    absent, present = make_member(project), make_member(project)
    abandoned = desk.claim(absent)
    desk.wait(seconds=-50)
    assert leases.expire_leases(now=desk.now) == 0
    desk.wait(hours=-1)
    assert leases.expire_leases(now=desk.now) == 1
    assert desk.claim(present).sentence_id == abandoned.sentence_id
    late = desk.submit(abandoned, 1)
    assert Annotation.objects.get().pk == late.pk


def test_a_lease_that_is_renewed_does_not_lapse(desk, project):
    member = make_member(project)
    held = desk.claim(member)
    desk.wait(minutes=14)
    until = leases.renew(held.pk, annotator_id=member.user_id, now=desk.now)
    assert (until - desk.now).total_seconds() == project.lease_seconds
    desk.wait(minutes=14)
    assert leases.expire_leases(now=desk.now) == 0


def test_a_lapsed_lease_is_taken_up_again_while_nobody_else_has_the_sentence(desk, project):
    member = make_member(project)
    held = desk.claim(member)
    desk.wait(minutes=20)
    leases.expire_leases(now=desk.now)
    leases.renew(held.pk, annotator_id=member.user_id, now=desk.now)
    held.refresh_from_db()
    assert held.state == "leased"
    assert not Offer.objects.filter(
        sentence_id=held.sentence_id, number=held.number, queue=held.queue
    ).exists()


def test_a_lapsed_lease_cannot_be_renewed_once_somebody_else_has_the_sentence(desk, project):
    absent, present = make_member(project), make_member(project)
    held = desk.claim(absent)
    desk.wait(minutes=20)
    leases.expire_leases(now=desk.now)
    assert desk.claim(present).sentence_id == held.sentence_id
    with pytest.raises(Conflict, match="somebody else"):
        leases.renew(held.pk, annotator_id=absent.user_id, now=desk.now)


def test_work_that_comes_after_its_lease_lapsed_is_kept_in_its_slot_where_free(desk, project):
    member = make_member(project)
    held = desk.claim(member)
    desk.wait(minutes=20)
    leases.expire_leases(now=desk.now)
    desk.submit(held, 2)
    held.refresh_from_db()
    assert (held.state, held.slot) == ("submitted", 0)
    assert desk.claim(make_member(project)).sentence_id != held.sentence_id


def test_work_that_comes_after_somebody_else_took_the_sentence_is_kept_as_a_further_reading(desk, project):
    absent, present = make_member(project), make_member(project)
    held = desk.claim(absent)
    desk.wait(minutes=20)
    leases.expire_leases(now=desk.now)
    other = desk.claim(present)
    desk.submit(other, 1)
    desk.submit(held, 2)
    slots = Assignment.objects.filter(sentence_id=held.sentence_id, state="submitted").values_list(
        "slot", "annotator"
    )
    assert set(slots) == {(0, present.user_id), (1, absent.user_id)}


def test_late_work_on_a_sentence_the_person_holds_again_finishes_the_new_lease(desk, project):
    member = make_member(project)
    first = desk.claim(member)
    desk.wait(minutes=20)
    leases.expire_leases(now=desk.now)
    again = desk.claim(member)
    assert again.sentence_id == first.sentence_id
    desk.submit(first, 2)
    again.refresh_from_db()
    assert again.state == "submitted"
    assert Annotation.objects.get().assignment_id == again.pk


def test_a_person_who_logs_out_gives_the_sentence_back_uncharged(desk, project):
    member = make_member(project)
    held = desk.claim(member)
    assert leases.release([held.pk], annotator_id=member.user_id, now=desk.now) == 1
    member.refresh_from_db()
    assert (member.charged_random, member.charged_active) == (0, 0)
    assert desk.claim(make_member(project)).sentence_id == held.sentence_id


def test_nobody_can_give_back_what_another_holds(desk, project):
    held = desk.claim(make_member(project))
    assert leases.release([held.pk], annotator_id=make_member(project).user_id, now=desk.now) == 0
    with pytest.raises(NotFound, match=str(held.pk)):
        leases.renew(held.pk, annotator_id=make_member(project).user_id, now=desk.now)


def test_a_skipped_sentence_goes_to_another_person_and_is_declined_after_two(desk, project):
    alice, bob, carol = (make_member(project) for _ in range(3))
    first = desk.claim(alice)
    desk.skip(first)
    assert desk.claim(alice).sentence_id != first.sentence_id
    second = desk.claim(bob)
    assert second.sentence_id == first.sentence_id
    desk.skip(second)
    assert desk.claim(carol).sentence_id != first.sentence_id
    assert not Offer.objects.filter(sentence_id=first.sentence_id, queue=first.queue).exists()
    assert Draw.objects.filter(sentence_id=first.sentence_id, queue=first.queue).exists()


def test_a_skip_for_personal_data_is_flagged_for_the_managers_and_other_skips_are_not(desk, project):
    for reason in ("personal_data", "ambiguous"):
        member = make_member(project)
        held = desk.claim(member)
        leases.skip(held.pk, annotator_id=member.user_id, reason=reason, active_ms=0, now=desk.now)
    flag = flags.of_project(project).get()
    assert (flag.comment, flag.resolved_at) == ("personal_data", None)


def test_skipping_twice_by_mistake_counts_once(desk, project):
    held = desk.claim(make_member(project))
    desk.skip(held)
    desk.skip(held)
    assert desk.claim(make_member(project)).sentence_id == held.sentence_id


def test_an_unknown_assignment_is_named_in_the_error(project, desk):
    nobody = uuid.uuid4()
    with pytest.raises(NotFound, match=str(nobody)):
        leases.renew(nobody, annotator_id=1, now=desk.now)

"""Claiming: one person, one sentence, one slot; both arms, and the seed set that both share."""

import threading
from collections import Counter

import pytest
from django.db import IntegrityError, connections
from django.db.models import Count

from annotation import publishing, queues
from annotation.models import Assignment, Draw, Offer, Queue, Sentence
from tests.factories import make_corpus, make_guideline, make_member, make_project

pytestmark = pytest.mark.django_db


def publish(project, sentences, now):
    queue = Queue.objects.get(project=project, kind="active")
    scores = [float(len(sentences) - place) for place in range(len(sentences))]
    generation = publishing.write_generation(
        queue, [s.pk for s in sentences], scores, source="test", strategy="total_entropy"
    )
    publishing.publish(generation, now=now)
    return generation


def test_the_seed_set_is_the_first_keys_and_belongs_to_both_arms(desk):
    project = make_project(seed_size=4, overlap_share=0)
    make_corpus(project, 20)
    desk.work(make_member(project), 4)
    first = list(Sentence.objects.order_by("order_key").values_list("pk", flat=True)[:4])
    for kind in ("random", "active"):
        draws = Draw.objects.filter(queue__project=project, queue__kind=kind).order_by("number")
        assert list(draws.values_list("sentence_id", flat=True)[:4]) == first
    assert Counter(Sentence.objects.values_list("split", flat=True)) == {"seed": 4, "pool": 16}
    assert Assignment.objects.filter(sentence_id__in=first).count() == 4


def test_the_random_arm_serves_by_key(desk):
    project = make_project(active_share=0, overlap_share=0, holdout_serve_share=0)
    make_corpus(project, 30)
    served = [assignment.sentence_id for assignment in desk.work(make_member(project), 30)]
    assert served == list(Sentence.objects.order_by("order_key").values_list("pk", flat=True))


def test_the_active_arm_serves_by_rank(desk):
    project = make_project(active_share=1, overlap_share=0, holdout_serve_share=0)
    make_corpus(project, 30)
    member = make_member(project)
    desk.work(member, 4)
    ranked = list(Sentence.objects.filter(split="pool").order_by("-pk"))
    publish(project, ranked, desk.now)
    served = [assignment.sentence_id for assignment in desk.work(member, 20)]
    assert served == [sentence.pk for sentence in ranked[:20]]


def test_a_sentence_one_arm_has_labelled_is_reused_by_the_other(desk):
    project = make_project(active_share=0, overlap_share=0, holdout_serve_share=0)
    make_corpus(project, 30)
    member = make_member(project)
    labelled = [assignment.sentence for assignment in desk.work(member, 10)][4:]
    rest = [s for s in Sentence.objects.filter(split="pool") if s not in labelled]
    publish(project, labelled + rest, desk.now)
    project.active_share = 1
    project.save()
    member.block = ""
    member.save()
    served = [assignment.sentence_id for assignment in desk.work(member, 3)]
    assert served == [sentence.pk for sentence in rest[:3]]
    active = Draw.objects.filter(queue__kind="active", rank__isnull=False)
    assert set(active.values_list("sentence_id", flat=True)) >= {s.pk for s in labelled}
    assert not Assignment.objects.filter(sentence__in=labelled, queue__kind="active").exists()


def test_a_label_made_under_an_older_guideline_is_not_reused(desk):
    project = make_project(active_share=0, overlap_share=0, holdout_serve_share=0)
    make_corpus(project, 30)
    member = make_member(project)
    labelled = [assignment.sentence for assignment in desk.work(member, 6)][4:]
    make_guideline(project)
    publish(project, labelled, desk.now)
    project.active_share = 1
    project.save()
    other = make_member(project)
    assert [a.sentence_id for a in desk.work(other, 2)] == [sentence.pk for sentence in labelled]


def test_a_person_is_never_given_a_sentence_twice(desk):
    project = make_project(overlap_share=1.0)
    make_corpus(project, 12)
    Sentence.objects.update(required_annotations=2)
    alice, bob = make_member(project), make_member(project)
    done = desk.work(alice, 100) + desk.work(bob, 100)
    assert len(done) == 24
    readers = Counter((a.sentence_id, a.annotator_id) for a in done)
    assert set(readers.values()) == {1}


def test_second_readings_are_charged_to_measurement(desk):
    project = make_project(overlap_share=1.0)
    make_corpus(project, 6)
    Sentence.objects.update(required_annotations=2)
    desk.work(make_member(project), 100)
    done = desk.work(make_member(project), 100)
    assert {a.queue.kind for a in done} == {"measurement"}
    assert {a.slot for a in done} == {1}


def test_the_person_who_reloads_the_page_gets_the_same_sentence(desk):
    project = make_project()
    make_corpus(project, 10)
    member = make_member(project)
    first = desk.claim(member)
    assert desk.claim(member) == first
    second = desk.claim(member, held=(first.pk,))
    assert second != first
    assert desk.claim(member) == first


def test_nobody_hoards_sentences(desk):
    project = make_project()
    make_corpus(project, 10)
    member = make_member(project)
    held = ()
    while (assignment := desk.claim(member, held=held)) is not None:
        held = (*held, assignment.pk)
    assert len(held) == queues.MAX_LEASES


def test_an_annotator_cannot_tell_control_from_the_rest(desk):
    project = make_project()
    make_corpus(project, 4)
    work = queues.claim_next(make_member(project).pk, now=desk.now)
    assert set(work.__slots__) == {
        "assignment_id", "clusters", "suggestion", "doubtful", "alternatives", "guideline_version",
        "lease_until", "lease_seconds", "idle_cut_seconds",
    }  # fmt: skip


def test_the_database_refuses_a_second_holder_of_a_slot(desk):
    project = make_project()
    make_corpus(project, 2)
    held = desk.claim(make_member(project))
    held.pk, held.annotator_id = None, make_member(project).user_id
    with pytest.raises(IntegrityError, match="one_holder_a_slot"):
        Assignment.objects.create(**{f.attname: getattr(held, f.attname) for f in held._meta.fields[1:]})


@pytest.mark.django_db(transaction=True)
def test_people_who_claim_at_once_never_share_a_sentence(desk):
    project = make_project(seed_size=8, overlap_share=0)
    make_corpus(project, 120)
    members = [make_member(project) for _ in range(8)]
    failures = []

    def work(member):
        try:
            desk.work(member, 15)
        except Exception as error:
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=[member]) for member in members]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert Assignment.objects.filter(state="submitted").count() == 120
    assert not Assignment.objects.values("sentence").annotate(n=Count("id")).filter(n__gt=1).exists()
    assert (
        not Offer.objects.filter(queue__kind="random")
        .exclude(sentence__in=Assignment.objects.values("sentence"))
        .exists()
    )

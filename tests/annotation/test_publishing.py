"""Publishing: the old order serves until the new one is there, then the new one at once."""

import pytest

from annotation import publishing
from annotation.models import Draw, Offer, Queue, Sentence
from tests.factories import make_corpus, make_member, make_project

pytestmark = pytest.mark.django_db


@pytest.fixture
def project():
    project = make_project(active_share=1, overlap_share=0, holdout_serve_share=0)
    make_corpus(project, 120)
    return project


def publish(project, sentences, now):
    queue = Queue.objects.get(project=project, kind="active")
    scores = [float(-place) for place in range(len(sentences))]
    ids = [sentence.pk for sentence in sentences]
    generation = publishing.write_generation(queue, ids, scores, source="test", strategy="margin")
    publishing.publish(generation, now=now)
    return generation


def test_draws_made_ahead_from_the_old_order_are_undone(desk, project):
    member = make_member(project)
    desk.work(member, project.seed_size)
    ranked = list(Sentence.objects.filter(split="pool").order_by("pk"))
    publish(project, ranked, desk.now)
    served = desk.work(member, 3)
    held = desk.claim(member)
    newer = publish(project, ranked[::-1], desk.now)
    active = Draw.objects.filter(queue__kind="active", rank__isnull=False)
    assert set(active.values_list("sentence_id", flat=True)) == {a.sentence_id for a in [*served, held]}
    following = desk.claim(member, held=(held.pk,))
    assert following.sentence_id == ranked[-1].pk
    assert active.get(sentence_id=following.sentence_id).generation == newer


def test_a_place_in_the_order_is_kept_with_the_draw(desk, project):
    member = make_member(project)
    desk.work(member, project.seed_size)
    ranked = list(Sentence.objects.filter(split="pool").order_by("pk"))
    publish(project, ranked, desk.now)
    desk.work(member, 2)
    draws = Draw.objects.filter(queue__kind="active", rank__isnull=False).order_by("number")[:2]
    assert [(draw.sentence_id, draw.rank, draw.score) for draw in draws] == [
        (ranked[0].pk, 0, 0.0),
        (ranked[1].pk, 1, -1.0),
    ]


def test_publishing_again_changes_nothing(desk, project):
    member = make_member(project)
    desk.work(member, project.seed_size)
    generation = publish(project, list(Sentence.objects.filter(split="pool")), desk.now)
    desk.work(member, 3)
    before = list(Draw.objects.order_by("pk").values_list("pk", flat=True))
    publishing.publish(generation, now=desk.now)
    assert list(Draw.objects.order_by("pk").values_list("pk", flat=True)) == before


def test_an_order_longer_than_a_chunk_is_served_to_its_end(desk, project, monkeypatch):
    monkeypatch.setattr("annotation.orders.CHUNK", 7)
    monkeypatch.setattr("annotation.publishing.CHUNK", 7)
    member = make_member(project)
    desk.work(member, project.seed_size)
    ranked = list(Sentence.objects.filter(split="pool").order_by("-pk"))
    publish(project, ranked, desk.now)
    assert [a.sentence_id for a in desk.work(member, 100)] == [sentence.pk for sentence in ranked[:100]]


def test_upcoming_sentences_are_those_served_next(desk, project):
    member = make_member(project)
    desk.work(member, project.seed_size)
    ranked = list(Sentence.objects.filter(split="pool").order_by("pk"))
    publish(project, ranked, desk.now)
    desk.work(member, 1)
    coming = publishing.upcoming(Queue.objects.get(project=project, kind="active"), 90)
    assert coming == [sentence.pk for sentence in ranked[1:91]]
    assert [a.sentence_id for a in desk.work(member, 90)] == coming


def test_offers_of_the_seed_set_outlive_a_publication(desk, project):
    member = make_member(project)
    desk.claim(member)
    publish(project, list(Sentence.objects.filter(split="pool")), desk.now)
    assert Offer.objects.filter(queue__kind="active", sentence__split="seed").exists()


def test_holdout_withheld_and_retired_sentences_are_never_served_by_an_arm(desk, project):
    member = make_member(project)
    desk.work(member, project.seed_size)
    ranked = list(Sentence.objects.filter(split="pool").order_by("pk"))
    barred = [sentence.pk for sentence in ranked[:30]]
    Sentence.objects.filter(pk__in=barred[:10]).update(split="holdout")
    Sentence.objects.filter(pk__in=barred[10:20]).update(split="withheld")
    Sentence.objects.filter(pk__in=barred[20:]).update(retired_at=desk.now)
    publish(project, ranked, desk.now)
    served = {assignment.sentence_id for assignment in desk.work(member, 200)}
    assert served == {sentence.pk for sentence in ranked[30:]}
    assert not Draw.objects.filter(sentence_id__in=barred).exists()

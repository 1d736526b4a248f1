"""Drift that nobody reports is found, dated and laid to the right person; a quiet project stays quiet."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from annotation.models import Adjudication, Document, Generation, Queue
from learner import drift, shifts
from learner.models import Event
from tests.factories import (
    make_corpus,
    make_finished,
    make_guideline,
    make_member,
    make_project,
    make_reading,
    make_sentence,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def small_windows(monkeypatch):
    for name, window in (("SERVED_DOMAINS", 40), ("SERVED_LENGTHS", 40), ("QUALITY", 20)):
        monkeypatch.setattr(shifts, name, replace(getattr(shifts, name), windows=(window,)))


@pytest.fixture
def project():
    return make_project()


def publish_order(project, desk):
    """From here on there is a ranked order."""
    queue = Queue.objects.get(project=project, kind="active")
    Generation.objects.create(
        queue=queue, number=1, source="checkpoint:1", strategy="margin", size=1, published_at=desk.now
    )


def serve(project, desk, *, domains, lengths, reader, count=40, corpus=None):
    """Hand out sentences of the random arm: domains and lengths in turn."""
    corpus = corpus or make_corpus(project, 0)
    for number in range(count):
        desk.wait(minutes=5)
        document = Document.objects.create(
            corpus=corpus, name=f"{desk.now}", domain=domains[number % len(domains)]
        )
        size = lengths[number % len(lengths)]
        sentence = make_sentence(document, ["ก"] * size + [f"{desk.now}"])
        make_finished(sentence, reader, at=desk.now)


def keep_waiting(corpus, *, lengths, count):
    """Sentences of a corpus that nobody is handed, as long as those of `serve`."""
    document = Document.objects.create(corpus=corpus, name="waiting")
    for number in range(count):
        make_sentence(document, ["ก"] * lengths[number % len(lengths)] + [f"{number:025}"])


def kinds():
    return set(Event.objects.values_list("kind", flat=True))


class TestServed:
    @pytest.fixture(autouse=True)
    def ranked(self, project, desk):
        publish_order(project, desk)

    def test_another_mix_of_domains_is_found_once_and_dated(self, project, desk):
        reader = make_member(project).user
        serve(project, desk, domains=["news", "story"], lengths=[5], reader=reader)
        changed = desk.now
        serve(project, desk, domains=["chat", "news", "chat"], lengths=[5], reader=reader)
        drift.watch(project)
        drift.watch(project)
        event = Event.objects.get(kind="domains.shifted")
        assert changed < event.at <= changed + timedelta(minutes=5)
        assert event.before["shares"]["story"] == 0.5
        assert "lengths.shifted" not in kinds()

    def test_that_ranking_begins_is_no_drift(self, project, desk):
        reader = make_member(project).user
        corpus = make_corpus(project, 0)
        serve(project, desk, domains=["news"], lengths=[3, 4, 5], reader=reader, corpus=corpus)
        Generation.objects.update(published_at=desk.now)
        serve(project, desk, domains=["news"], lengths=[9, 10, 4], reader=reader, corpus=corpus)
        drift.watch(project)
        assert not kinds()

    def test_a_new_corpus_of_longer_text_is_found_when_it_is_first_served(self, project, desk):
        reader = make_member(project).user
        old, new = make_corpus(project, 0), make_corpus(project, 0)
        serve(project, desk, domains=["news"], lengths=[3, 4, 5, 9], reader=reader, corpus=old)
        keep_waiting(new, lengths=[8], count=30)
        drift.watch(project)
        assert not kinds()
        serve(project, desk, domains=["news"], lengths=[8], reader=reader, corpus=new, count=1)
        served = desk.now
        for _ in range(2):
            drift.watch(project)
        event = Event.objects.get()
        assert (event.kind, event.after["corpus"]) == ("lengths.shifted", new.pk)
        assert event.at == served
        assert event.before["median"] < event.after["median"]

    def test_what_an_active_arm_picks_of_a_new_corpus_does_not_make_it_longer(self, project, desk):
        reader = make_member(project).user
        old, new = make_corpus(project, 0), make_corpus(project, 0)
        serve(project, desk, domains=["news"], lengths=[3, 4, 5, 9], reader=reader, corpus=old)
        keep_waiting(new, lengths=[3, 4, 5], count=120)
        serve(project, desk, domains=["news"], lengths=[9], reader=reader, corpus=new, count=30)
        drift.watch(project)
        assert not Event.objects.filter(after__has_key="corpus").exists()

    def test_a_corpus_that_was_there_from_the_start_has_not_come_later(self, project, desk):
        reader = make_member(project).user
        old, other = make_corpus(project, 0), make_corpus(project, 0)
        project.corpora.update(imported_at=desk.now)
        serve(project, desk, domains=["news"], lengths=[3, 4, 5, 9], reader=reader, corpus=old)
        serve(project, desk, domains=["news"], lengths=[8], reader=reader, corpus=other, count=30)
        drift.watch(project)
        assert not Event.objects.filter(after__has_key="corpus").exists()

    def test_a_new_corpus_of_the_same_lengths_is_none(self, project, desk):
        reader = make_member(project).user
        for _ in range(2):
            serve(project, desk, domains=["news"], lengths=[3, 4, 5, 9], reader=reader)
            drift.watch(project)
        assert not kinds()

    def test_other_lengths_are_found(self, project, desk):
        reader = make_member(project).user
        corpus = make_corpus(project, 0)
        serve(project, desk, domains=["news"], lengths=[3, 4, 5], reader=reader, corpus=corpus)
        serve(project, desk, domains=["news"], lengths=[9, 10, 4], reader=reader, corpus=corpus)
        drift.watch(project)
        event = Event.objects.get()
        assert event.kind == "lengths.shifted"
        assert "corpus" not in event.after

    def test_the_same_mix_is_no_drift(self, project, desk):
        reader = make_member(project).user
        serve(project, desk, domains=["news", "story"], lengths=[3, 7, 5], reader=reader, count=80)
        drift.watch(project)
        assert not kinds()


def read(project, desk, people, rates, *, count, rng, adjudicate=False, adjudicated_under=None):
    """Let several people read the same sentences, each with slips at their rate."""
    corpus = make_corpus(project, 0)
    document = Document.objects.create(corpus=corpus, name=f"{desk.now}")
    for _ in range(count):
        desk.wait(minutes=5)
        sentence = make_sentence(document, ["กา"] * 20 + [f"{desk.now}"])
        sentence.required_annotations = len(people)
        sentence.save()
        right = list(range(2, 40, 2))
        for slot, (person, rate) in enumerate(zip(people, rates, strict=True)):
            boundaries = [place for place in right if rng.random() > rate]
            make_reading(
                sentence, person, boundaries, at=desk.now, slot=slot, required_annotations=len(people)
            )
        if adjudicate:
            Adjudication.objects.create(
                sentence=sentence,
                revision=0,
                boundaries=right,
                adjudicator=people[0],
                created_at=desk.now,
                guideline=adjudicated_under,
            )


class TestQuality:
    @pytest.fixture
    def people(self, project):
        return [make_member(project).user for _ in range(3)]

    def test_who_begins_to_differ_from_all_others_is_named_and_nobody_else(self, project, desk, people):
        rng = random.Random(1)
        read(project, desk, people, [0.03, 0.03, 0.03], count=20, rng=rng)
        read(project, desk, people, [0.03, 0.3, 0.03], count=20, rng=rng)
        for _ in range(4):
            drift.watch(project)
        found = Event.objects.filter(kind="annotator.agreement_drifted")
        assert [event.after["user"] for event in found] == [people[1].pk]

    def test_steady_readers_are_no_drift(self, project, desk, people):
        read(project, desk, people, [0.05, 0.02, 0.1], count=50, rng=random.Random(2))
        drift.watch(project)
        assert not kinds()

    def test_a_reference_under_other_rules_says_nothing_of_a_reader(self, project, desk, people):
        rng, older = random.Random(3), make_guideline(project)
        for rates in ([0.03] * 3, [0.03, 0.03, 0.3]):
            read(project, desk, people, rates, count=20, rng=rng, adjudicate=True, adjudicated_under=older)
        drift.watch(project)
        assert not Event.objects.filter(kind="annotator.accuracy_drifted").exists()

    def test_adjudicated_sentences_show_whose_accuracy_falls(self, project, desk, people):
        rng = random.Random(3)
        read(project, desk, people, [0.03, 0.03, 0.03], count=20, rng=rng, adjudicate=True)
        read(project, desk, people, [0.03, 0.03, 0.3], count=20, rng=rng, adjudicate=True)
        for _ in range(3):
            drift.watch(project)
        found = Event.objects.filter(kind="annotator.accuracy_drifted")
        assert [event.after["user"] for event in found] == [people[2].pk]


def test_a_corpus_that_another_splitter_cut_is_an_event(project, desk):
    for splitter in ("line", "line", "clause"):
        make_corpus(project, 1, splitter=splitter)
    drift.watch(project)
    drift.watch(project)
    event = Event.objects.get(kind="splitter.changed")
    assert (event.before["splitter"], event.after["splitter"]) == ("line", "clause")

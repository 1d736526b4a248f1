"""Withdrawing: what others hold stays in the frame. And which holdout is the primary one."""

import random

import pytest
from django.db import connection

from annotation import corpus as imports
from annotation import overview, withdrawing
from annotation.errors import Conflict
from annotation.models import Corpus, Document, Offer, Sentence
from learner.holdout import read_holdout
from tests.annotation.test_corpus import lines
from tests.factories import make_member, make_project

pytestmark = pytest.mark.django_db


@pytest.fixture
def project():
    return make_project(holdout_share=0, overlap_share=0, active_share=0)


def texts(**fields) -> list[str]:
    return sorted(Sentence.objects.filter(retired_at=None, **fields).values_list("text", flat=True))


def test_a_string_that_another_corpus_holds_stays_in_the_frame(project, write, desk):
    ours, shared, theirs = lines(10, seed=1), lines(10, seed=2), lines(10, seed=3)
    first = imports.import_file(project, write("a.txt", "\n".join(ours + shared + shared[:3])))
    second = imports.import_file(project, write("b.txt", "\n".join(shared + theirs)))
    withdrawing.withdraw(first, now=desk.now)
    assert texts() == sorted(shared + theirs)
    assert set(Sentence.objects.filter(retired_at=None).values_list("occurrences", flat=True)) == {1}
    standing = overview.read_standing(project, now=desk.now)
    assert overview.overview(project, standing, now=desk.now)["splits"]["pool"] == 20
    served = [assignment.sentence.text for assignment in desk.work(make_member(project), 100)]
    assert sorted(served) == sorted(shared + theirs)
    withdrawing.withdraw(second, now=desk.now)
    assert texts() == []
    assert not Offer.objects.exists()
    assert (
        overview.read_standing(project, now=desk.now).reports
        == [{"sentences": 0, "holdout": 0, "withheld": 0}] * 2
    )


def test_the_sample_of_a_corpus_that_shrank_is_still_its_complete_key_prefix(project, write, desk):
    shared = lines(40, seed=2)
    first = imports.import_file(project, write("a.txt", "\n".join(lines(40, seed=1) + shared)))
    imports.import_file(project, write("b.txt", "\n".join(shared + lines(40, seed=3))))
    member = make_member(project)
    desk.work(member, 15)
    withdrawing.withdraw(first, now=desk.now)
    desk.work(member, 15)
    for corpus in Corpus.objects.all():
        stratum = Sentence.objects.filter(corpus=corpus, retired_at=None).order_by("order_key", "pk")
        keys = list(stratum.filter(draws__queue__kind="random").values_list("order_key", flat=True))
        assert keys
        assert keys == list(stratum.values_list("order_key", flat=True))[: len(keys)]


def test_a_string_that_came_back_after_the_withdrawal_counts_for_the_new_corpus(project, write, desk):
    shared = lines(5, seed=2)
    first = imports.import_file(project, write("a.txt", "\n".join(shared)))
    imports.import_file(project, write("b.txt", "\n".join([*shared, *lines(1, seed=4)])))
    withdrawing.withdraw(first, now=desk.now)
    imports.import_file(project, write("c.txt", "\n".join([*shared, *lines(1, seed=5)])))
    assert set(Sentence.objects.filter(text__in=shared).values_list("occurrences", flat=True)) == {2}


def test_nothing_is_withdrawn_while_an_import_may_repeat_it(project, write, desk):
    corpus = imports.import_file(project, write("a.txt", "\n".join(lines(5))))
    # The lock is the session's own: another session has to hold it.
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", [imports.IMPORT_LOCK, project.pk])
        with pytest.raises(Conflict, match="under way"):
            withdrawing.withdraw(corpus, now=desk.now)
        cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [imports.IMPORT_LOCK, project.pk])
    other.close()
    assert withdrawing.withdraw(corpus, now=desk.now).state == "withdrawn"


def test_what_is_like_a_retired_sentence_of_a_sample_is_not_held_out(write, desk):
    project = make_project(holdout_share=0, seed_size=4)
    rng = random.Random(7)
    text = "".join(rng.choices("กขคงจฉชซญดตถทนบปผพฟมยรลวสหอ", k=80))
    first = imports.import_file(project, write("a.txt", text))
    desk.work(make_member(project), 1)
    withdrawing.withdraw(first, now=desk.now)
    project.holdout_share = 1.0
    project.save()
    near = text[:-1] + "๙"
    imports.import_file(project, write("b.txt", "\n".join([near, *lines(60, seed=3)])))
    assert Sentence.objects.get(text=near).split != "holdout"
    assert Sentence.objects.filter(split="holdout").exists()


@pytest.fixture
def measured():
    return make_project(holdout_share=0.5, holdout_serve_share=0, overlap_share=0)


def make_file(count: int, seed: int) -> str:
    return "\n".join(lines(count, seed=seed))


def open_holdout(corpus: Corpus) -> int:
    documents = Document.objects.filter(corpus=corpus, split="holdout", sealed=False)
    return Sentence.objects.filter(document__in=documents, split="holdout").count()


def test_a_corpus_that_arrives_later_does_not_move_the_primary_curve(measured, write, desk):
    first = imports.import_file(measured, write("a.txt", make_file(150, 1)))
    second = imports.import_file(measured, write("b.txt", make_file(150, 2)))
    desk.work(make_member(measured), 1)
    imports.import_file(measured, write("c.txt", make_file(150, 3)))
    assert list(Corpus.objects.filter(has_primary_holdout=True).order_by("pk")) == [first, second]
    assert read_holdout(measured).sentences == open_holdout(first) + open_holdout(second) > 0


def test_a_corpus_still_importing_when_the_arms_start_is_not_primary(measured, write, desk):
    first = imports.import_file(measured, write("a.txt", make_file(150, 1)))
    path = write("b.txt", make_file(150, 2))
    registered = imports.register(measured, path, now=desk.now)
    desk.work(make_member(measured), 1)
    imports.run(registered, path)
    assert list(Corpus.objects.filter(has_primary_holdout=True)) == [first]


def test_a_first_holdout_that_arrives_later_stands_in_where_there_was_none(measured, write, desk):
    measured.holdout_share = 0
    measured.save()
    imports.import_file(measured, write("a.txt", make_file(20, 1)))
    desk.work(make_member(measured), 1)
    measured.holdout_share = 0.5
    measured.save()
    later = imports.import_file(measured, write("b.txt", make_file(150, 2)))
    assert read_holdout(measured).sentences == open_holdout(later) > 0

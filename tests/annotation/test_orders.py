"""The random order: key prefixes of every stratum, before and after an import in the middle."""

import pytest

from annotation import drawing, keys
from annotation.models import Corpus, Draw, Sentence
from tests.factories import make_corpus, make_member, make_project

pytestmark = pytest.mark.django_db


@pytest.fixture
def project():
    return make_project(active_share=0, overlap_share=0, holdout_serve_share=0, seed_size=4)


def drawn(corpus: Corpus) -> list[int]:
    draws = Draw.objects.filter(queue__kind="random", sentence__corpus=corpus).order_by("number")
    return list(draws.values_list("sentence_id", flat=True))


def by_key(corpus: Corpus) -> list[int]:
    return list(Sentence.objects.filter(corpus=corpus).order_by("order_key").values_list("pk", flat=True))


def test_level_strata_are_drawn_as_one_population(desk, project):
    make_corpus(project, 40)
    make_corpus(project, 40)
    served = [a.sentence_id for a in desk.work(make_member(project), 40)]
    assert served == list(Sentence.objects.order_by("order_key").values_list("pk", flat=True)[:40])


def test_every_stratum_gives_its_complete_key_prefix(desk, project):
    first = make_corpus(project, 150)
    member = make_member(project)
    desk.work(member, 70)
    second = make_corpus(project, 150)
    desk.work(member, 80)
    for corpus in (first, second):
        sample = drawn(corpus)
        assert sample == by_key(corpus)[: len(sample)]
        assert sample


def test_a_late_import_catches_up_with_about_half_of_the_draws(desk, project):
    first = make_corpus(project, 400)
    member = make_member(project)
    desk.work(member, 150)
    before = len(drawn(first))
    second = make_corpus(project, 400)
    desk.work(member, 120)
    share = len(drawn(second)) / (len(drawn(second)) + len(drawn(first)) - before)
    assert 0.3 < share < 0.7


def test_a_late_import_that_may_not_catch_up_leaves_the_first_stratum_alone(desk, project):
    project.catch_up_share = 0
    project.save()
    first = make_corpus(project, 400)
    member = make_member(project)
    desk.work(member, 150)
    lead = max(Sentence.objects.filter(pk__in=drawn(first)).values_list("order_key", flat=True))
    second = make_corpus(project, 200)
    desk.work(member, 60)
    late = Sentence.objects.filter(pk__in=drawn(second))
    assert all(sentence.order_key > lead for sentence in late)


def test_withdrawn_and_retired_sentences_are_not_drawn(desk, project):
    kept = make_corpus(project, 20)
    withdrawn = make_corpus(project, 20, state="withdrawn")
    # Withdrawing retires what no other corpus holds.
    retired = by_key(kept)[:5] + by_key(withdrawn)
    Sentence.objects.filter(pk__in=retired).update(retired_at=desk.now)
    served = {a.sentence_id for a in desk.work(make_member(project), 100)}
    assert served == set(by_key(kept)[5:])


def test_the_order_repeats_from_the_seed_of_the_project(desk):
    texts = [f"ประโยคที่ {number}" for number in range(30)]
    orders = []
    for _ in range(2):
        project = make_project(active_share=0, overlap_share=0, holdout_serve_share=0)
        make_corpus(project, texts)
        orders.append([a.sentence.text for a in desk.work(make_member(project), 30)])
    assert orders[0] == orders[1]


def test_second_readings_of_the_random_arm_do_not_come_first():
    sentences = [keys.order_key("5e" * 32, f"ประโยค {number}") for number in range(4000)]
    drawn_first = sorted(sentences)[:200]
    places = {key: place for place, key in enumerate(sorted(sentences, key=drawing.measurement_number))}
    assert 0.4 < sum(places[key] for key in drawn_first) / 200 / 4000 < 0.6
    assert all(0 <= drawing.measurement_number(key) < 2**63 for key in sentences)

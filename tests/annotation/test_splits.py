"""How the holdout of an import is drawn."""

import pytest
from scipy.stats import chisquare

from annotation import splits
from annotation.models import Document, Offer, Sentence
from tests.factories import make_corpus, make_project

Split = Sentence.Split


def documents(**by_domain: int) -> list[tuple[int, str, str]]:
    rows = [(domain, number) for domain, count in by_domain.items() for number in range(count)]
    return [(id_, f"{domain}{number}", domain) for id_, (domain, number) in enumerate(rows)]


def chosen(rows, share, seed="5e" * 32):
    domains = {id_: domain for id_, _, domain in rows}
    return [domains[id_] for id_, _ in splits.choose_documents(seed, rows, share=share)]


def test_each_domain_gives_its_share_of_documents():
    drawn = chosen(documents(news=200, talk=100, law=100), 0.1)
    assert [drawn.count(domain) for domain in ("news", "talk", "law")] == [20, 10, 10]


def test_every_stretch_from_the_front_takes_the_domains_in_proportion():
    drawn = chosen(documents(news=200, talk=100, law=100), 0.5)
    for end in range(8, len(drawn), 8):
        assert abs(drawn[:end].count("news") - end / 2) <= 2


@pytest.mark.parametrize(
    ("count", "share", "size"), [(1, 0.1, 0), (2, 0.1, 1), (4, 0.1, 1), (2, 0.9, 1), (9, 0.0, 0), (3, 1.0, 3)]
)
def test_few_documents_still_give_one_and_keep_one(count, share, size):
    assert len(chosen(documents(news=count), share)) == size


def test_the_same_seed_draws_the_same_documents_in_whatever_order_they_come():
    rows = documents(news=50, talk=30)
    assert splits.choose_documents("5e" * 32, rows, share=0.2) == splits.choose_documents(
        "5e" * 32, rows[::-1], share=0.2
    )
    assert splits.choose_documents("5e" * 32, rows, share=0.2) != splits.choose_documents(
        "a1" * 32, rows, share=0.2
    )


def test_over_many_seeds_every_document_is_held_out_equally_often():
    rows = documents(news=20, talk=10)
    counts = [0] * len(rows)
    for seed in range(1000):
        for id_, _ in splits.choose_documents(f"{seed:064x}", rows, share=0.3):
            counts[id_] += 1
    assert chisquare(counts).pvalue > 0.001


@pytest.fixture
def project(db):
    return make_project(holdout_share=0.25, holdout_per_document=2, holdout_readers=2)


def draw(corpus, groups=()):
    drawn = splits.draw(corpus, groups)
    splits.apply(corpus, drawn)
    return drawn


def split_of(corpus):
    return dict(Sentence.objects.filter(corpus=corpus).values_list("id", "split"))


def test_the_rest_of_a_held_out_document_is_withheld(project):
    corpus = make_corpus(project, 40, documents=8)
    drawn = draw(corpus)
    assert (drawn.counts["holdout"], drawn.counts["holdout_documents"], drawn.counts["withheld"]) == (4, 2, 6)
    for document in corpus.documents.all():
        found = sorted(document.sentences.values_list("split", flat=True))
        held = document.split == Document.Split.HOLDOUT
        assert found == (["holdout"] * 2 + ["withheld"] * 3 if held else ["pool"] * 5)


def test_half_of_the_documents_are_sealed(project):
    corpus = make_corpus(project, 40, documents=20)
    draw(corpus)
    held = corpus.documents.filter(split="holdout")
    assert (held.count(), held.filter(sealed=True).count()) == (5, 2)
    assert not corpus.documents.filter(split="pool", sealed=True).exists()


def test_the_holdout_is_open_once_for_each_of_its_readers(project):
    drawn = draw(make_corpus(project, 40, documents=8))
    offers = Offer.objects.filter(queue__kind="measurement")
    assert sorted(offers.values_list("sentence_id", "slot")) == sorted(
        (candidate.id, slot) for candidate in drawn.held_out for slot in (0, 1)
    )
    assert all(0 <= number < 2**63 for number in offers.values_list("number", flat=True))
    assert not Sentence.objects.filter(split="holdout").exclude(required_annotations=2).exists()


def test_the_limit_ends_the_draw_within_a_document(project):
    project.holdout_limit = 3
    project.save()
    corpus = make_corpus(project, 40, documents=8)
    corpus.project = project
    drawn = draw(corpus)
    assert [drawn.counts[name] for name in ("holdout", "holdout_documents", "withheld")] == [3, 2, 7]


def test_a_group_with_a_held_out_member_leaves_the_pool_together(project):
    corpus = make_corpus(project, 40, documents=8)
    alone = splits.draw(corpus, [])
    held = alone.held_out[0].id
    outside = (
        Sentence.objects.filter(corpus=corpus)
        .exclude(document_id__in=alone.documents)
        .values_list("id", flat=True)[:3]
    )
    drawn = draw(corpus, [sorted([held, *outside])])
    after = split_of(corpus)
    assert after[held] == Split.HOLDOUT
    assert {after[id_] for id_ in outside} == {Split.WITHHELD}
    assert drawn.counts["withheld_with_group"] == 3


def test_only_one_of_a_group_is_held_out(project):
    corpus = make_corpus(project, 40, documents=8)
    first, second, *_ = splits.draw(corpus, []).held_out
    draw(corpus, [sorted([first.id, second.id])])
    after = split_of(corpus)
    assert sorted([after[first.id], after[second.id]]) == [Split.HOLDOUT, Split.WITHHELD]


def test_a_newcomer_like_frozen_holdout_is_withheld_and_the_old_stays(project):
    old = make_corpus(project, 40, documents=8)
    frozen = draw(old).held_out[0].id
    new = make_corpus(project, 40, documents=8)
    outside = next(id_ for id_ in split_of(new) if id_ not in held_side(new))
    drawn = draw(new, [[frozen, outside]])
    assert (split_of(old)[frozen], split_of(new)[outside]) == (Split.HOLDOUT, Split.WITHHELD)
    assert drawn.counts["withheld_matching_frozen_holdout"] == 1


def test_nothing_like_a_sentence_of_the_pool_is_held_out(project):
    old = make_corpus(project, 4)
    served = Sentence.objects.filter(corpus=old).first()
    new = make_corpus(project, 40, documents=8)
    candidate = splits.draw(new, []).held_out[0].id
    draw(new, [[served.pk, candidate]])
    assert (split_of(old)[served.pk], split_of(new)[candidate]) == (Split.POOL, Split.WITHHELD)


def held_side(corpus) -> set[int]:
    drawn = splits.draw(corpus, [])
    return {candidate.id for candidate in drawn.held_out} | drawn.withheld

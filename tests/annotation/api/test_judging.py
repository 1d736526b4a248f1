"""Agreement, disagreements and the reference settled."""

import uuid

import pytest

from annotation.models import Adjudication, Assignment, OutboxEntry, Project, Sentence

pytestmark = pytest.mark.django_db


@pytest.fixture
def twice_read(people, by):
    """All sentences are read by two people: alike when the text's number of clusters is even, else not."""
    Project.objects.update(overlap_share=1.0)
    Sentence.objects.filter(project=people.project).update(required_annotations=2)
    for person, shift in ((people.annotator, 0), (people.second, 1)):
        caller = by(person)
        while work := caller.post(people.path("/next")).json()["work"]:
            sentence = Assignment.objects.get(pk=work["assignment"]).sentence_id
            body = {
                "boundaries": [2 + shift * (sentence % 2)],
                "client_key": str(uuid.uuid4()),
                "active_ms": 100,
                "key_actions": 1,
            }
            caller.post(people.path(f"/assignments/{work['assignment']}/submit"), body)
    return list(Sentence.objects.filter(project=people.project).order_by("pk").values_list("pk", flat=True))


def test_disagreements_are_the_sentences_read_differently(people, by, twice_read):
    judge = by(people.adjudicator)
    found = judge.get(people.path("/disagreements"), {"limit": 200}).json()
    assert [row["sentence"] for row in found] == [id_ for id_ in twice_read if id_ % 2]
    readings = {reading["annotator"]["id"]: reading["boundaries"] for reading in found[0]["readings"]}
    assert readings == {people.annotator.pk: [2], people.second.pk: [3]}
    assert {reading["guideline_version"] for reading in found[0]["readings"]} == {1}
    assert found[0]["adjudication"] is None


def test_disagreements_come_page_by_page(people, by, twice_read):
    judge = by(people.adjudicator)
    pages, after = [], 0
    while page := judge.get(people.path("/disagreements"), {"limit": 3, "after": after}).json():
        assert len(page) <= 3
        pages += [row["sentence"] for row in page]
        after = pages[-1]
    assert pages == [id_ for id_ in twice_read if id_ % 2]


def test_a_disagreement_revised_away_is_none(people, by, twice_read):
    judge, desk = by(people.adjudicator), by(people.second)
    first = judge.get(people.path("/disagreements")).json()[0]["sentence"]
    assignment = Assignment.objects.get(sentence=first, annotator=people.second)
    body = {"boundaries": [2], "client_key": str(uuid.uuid4()), "active_ms": 100, "key_actions": 1}
    desk.post(people.path(f"/assignments/{assignment.pk}/submit"), body)
    assert first not in [row["sentence"] for row in judge.get(people.path("/disagreements")).json()]


def test_settling_decides_the_reference_and_settling_again_replaces_it(people, by, twice_read):
    judge = by(people.adjudicator)
    sentence = next(id_ for id_ in twice_read if id_ % 2)
    path = people.path(f"/sentences/{sentence}/adjudicate")
    first = judge.post(path, {"boundaries": [2], "note": "ตามกติกาข้อ 3"})
    assert (first.status_code, first.json()["revision"]) == (201, 0)
    assert by(people.manager).post(path, {"boundaries": [3]}).json()["revision"] == 1
    shown = judge.get(people.path("/disagreements"), {"settled": "true"}).json()
    assert [(row["sentence"], row["adjudication"]["boundaries"]) for row in shown] == [(sentence, [3])]
    still_open = judge.get(people.path("/disagreements"), {"settled": "false", "limit": 200}).json()
    assert sentence not in [row["sentence"] for row in still_open]
    told = OutboxEntry.objects.filter(kind="annotation.adjudicated").order_by("id")
    assert [entry.payload["sentence"] for entry in told] == [sentence, sentence]
    assert told[0].payload["actor"] == people.adjudicator.pk


def test_what_nobody_has_read_is_not_settled(people, by):
    sentence = Sentence.objects.filter(project=people.project).first()
    refused = by(people.adjudicator).post(
        people.path(f"/sentences/{sentence.pk}/adjudicate"), {"boundaries": [2]}
    )
    assert refused.status_code == 409


def test_bad_boundaries_settle_nothing(people, by, twice_read):
    refused = by(people.adjudicator).post(
        people.path(f"/sentences/{twice_read[0]}/adjudicate"), {"boundaries": [3000]}
    )
    assert (refused.status_code, refused.json()["code"]) == (400, "bad_boundaries")
    assert not Adjudication.objects.exists()


def test_a_sentence_of_another_project_is_not_found(people, by, twice_read):
    other = people.outsider.memberships.get().project
    path = f"/api/projects/{other.pk}/sentences/{twice_read[0]}/adjudicate"
    assert by(people.outsider).post(path, {"boundaries": [2]}).status_code == 404


def test_agreement_is_figured_over_pairs(people, by, twice_read):
    figures = by(people.manager).get(people.path("/agreement")).json()
    alike = sum(1 for id_ in twice_read if id_ % 2 == 0)
    (pair,) = figures["pairs"]
    assert pair["annotators"] == sorted([people.annotator.pk, people.second.pk])
    assert (pair["sentences"], figures["overall"]["sentences"]) == (len(twice_read), len(twice_read))
    # A boundary of each in every sentence: F1 is the share of sentences where it is the same one.
    assert pair["boundary_f1"] == pytest.approx(alike / len(twice_read))
    assert figures["overall"]["exact"] == pytest.approx(alike / len(twice_read))
    assert 0 < pair["kappa"] < 1


def test_without_second_readings_there_is_no_agreement(people, by):
    assert by(people.manager).get(people.path("/agreement")).json() == {"pairs": [], "overall": None}

"""Repair after a change of guideline: holdout first, at a stated cost, read again by somebody else."""

import pytest

from annotation import rereading
from annotation.models import Assignment, Offer, Sentence
from learner import repairs
from learner.estimates import NotEstimable
from learner.models import Event
from tests.factories import make_guideline, make_member, make_project
from tests.learner.working import answer

pytestmark = pytest.mark.django_db


@pytest.fixture
def outdated(loop, desk):
    """A project in which all was read by the first guideline, and something by the second."""
    make_guideline(loop, "# กติกาใหม่")
    answer(desk, make_member(loop), 4)
    return loop


@pytest.fixture
def manager(by, outdated):
    return by(make_member(outdated, "manager").user)


@pytest.fixture
def path(outdated):
    return f"/api/projects/{outdated.pk}/repairs"


def test_what_was_read_by_older_rules_is_listed_holdout_first_with_its_cost(manager, path):
    queue = manager.get(path).json()
    held_out = [row["is_holdout"] for row in queue["rows"]]
    assert held_out == sorted(held_out, reverse=True)
    assert any(held_out)
    assert queue["sentences"] == len(queue["rows"])
    last = queue["rows"][-1]
    assert last["seconds_so_far"] == pytest.approx(queue["seconds"])
    assert last["changes_so_far"] == pytest.approx(queue["changes"])


def test_repair_is_an_event_and_somebody_else_reads_the_sentences(manager, path, outdated, desk):
    wanted = [row["sentence"] for row in manager.get(path).json()["rows"][:3]]
    assert manager.post(path, {"sentences": 3}).json() == {"sentences": 3}
    assert Event.objects.get(kind="repair.ordered").after["sentences"] == 3
    first = Assignment.objects.filter(sentence__in=wanted).values_list("annotator", flat=True)[0]
    desk.work(make_member(outdated), 60)
    readers = Assignment.objects.filter(sentence__in=wanted, slot__gt=0, state="submitted")
    assert set(readers.values_list("sentence", flat=True)) == set(wanted)
    assert first not in readers.values_list("annotator", flat=True)


def test_asked_twice_a_sentence_is_read_again_once(outdated):
    sentence = Sentence.objects.filter(project=outdated, split="pool").first()
    assert rereading.order(outdated, [sentence.pk]) == 1
    assert rereading.order(outdated, [sentence.pk]) == 0
    assert Offer.objects.filter(sentence=sentence, slot__gt=0).count() == 1


def test_a_sentence_of_another_project_is_not_touched(outdated):
    sentence = Sentence.objects.filter(project=outdated).first()
    assert rereading.order(make_project(), [sentence.pk]) == 0


def test_without_a_guideline_nothing_is_out_of_date(by):
    project = make_project()
    project.guidelines.all().delete()
    assert isinstance(repairs.plan_of(project), NotEstimable)
    manager = by(make_member(project, "manager").user)
    assert manager.get(f"/api/projects/{project.pk}/repairs").status_code == 409


@pytest.mark.parametrize("role", ["annotator", "adjudicator"])
def test_nobody_else_sees_it(by, outdated, path, role):
    caller = by(make_member(outdated, role).user)
    assert (caller.get(path).status_code, caller.post(path, {"sentences": 1}).status_code) == (403, 403)


def test_to_an_outsider_there_is_none(by, path):
    assert by(make_member(make_project(), "manager").user).get(path).status_code == 404

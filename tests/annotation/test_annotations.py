"""Submits: append-only, stored once, revisable until adjudicated, told to the learner."""

import uuid

import pytest

from annotation import annotations
from annotation.errors import BadBoundaries, Conflict
from annotation.models import Adjudication, Annotation, OutboxEntry
from tests.factories import make_corpus, make_member, make_project

pytestmark = pytest.mark.django_db


@pytest.fixture
def held(desk):
    project = make_project(overlap_share=0)
    make_corpus(project, 12)
    return desk.claim(make_member(project))


def test_a_submit_stores_what_was_sent_and_the_guideline_in_force(desk, held):
    annotation = desk.submit(held, 3, 6)
    annotation.refresh_from_db()
    assert (annotation.boundaries, annotation.active_ms, annotation.key_actions) == ([3, 6], 1000, 2)
    assert annotation.guideline.version == 1
    assert annotation.created_at == desk.now


def test_a_submit_repeated_after_a_lost_answer_is_stored_once(desk, held):
    key = uuid.uuid4()
    first = desk.submit(held, 3, key=key)
    desk.wait(seconds=5)
    assert desk.submit(held, 3, key=key) == first
    assert Annotation.objects.count() == 1


def test_the_key_of_another_sentence_is_refused(desk, held):
    key = uuid.uuid4()
    desk.submit(held, 3, key=key)
    following = desk.claim(held.project.memberships.get())
    with pytest.raises(Conflict, match=str(key)):
        desk.submit(following, 3, key=key)
    following.refresh_from_db()
    assert following.state == "leased"


def test_a_revision_leaves_the_older_reading_in_place(desk, held):
    desk.submit(held, 3)
    desk.submit(held, 4)
    rows = Annotation.objects.order_by("revision").values_list("revision", "boundaries")
    assert list(rows) == [(0, [3]), (1, [4])]
    held.refresh_from_db()
    assert held.active_ms == 2000


def test_an_adjudicated_sentence_is_no_longer_revised(desk, held):
    desk.submit(held, 3)
    Adjudication.objects.create(
        sentence=held.sentence, boundaries=[3], adjudicator_id=held.annotator_id, created_at=desk.now
    )
    with pytest.raises(Conflict, match="adjudicated"):
        desk.submit(held, 4)


@pytest.mark.parametrize("boundaries", [(0,), (3, 3), (5, 2), (10_000,), (-1,)])
def test_impossible_boundaries_are_refused_and_the_lease_stays(desk, held, boundaries):
    with pytest.raises(BadBoundaries):
        desk.submit(held, *boundaries)
    held.refresh_from_db()
    assert held.state == "leased"
    assert not Annotation.objects.exists()


def test_every_submit_writes_its_fact_in_the_same_transaction(desk, held):
    annotation = desk.submit(held, 3)
    entry = OutboxEntry.objects.get(kind="annotation.submitted")
    assert entry.payload == {"sentence": held.sentence_id, "annotation": annotation.pk, "revision": 0}
    with pytest.raises(BadBoundaries):
        desk.submit(held, 0)
    assert OutboxEntry.objects.filter(kind="annotation.submitted").count() == 1


def test_a_flag_keeps_the_remark(desk, held):
    flag = annotations.flag(held.pk, annotator_id=held.annotator_id, comment="เบอร์โทรศัพท์คน", now=desk.now)
    assert (flag.sentence_id, flag.comment) == (held.sentence_id, "เบอร์โทรศัพท์คน")

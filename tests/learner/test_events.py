"""Events: facts of the outbox become events, changed settings are told apart, a find is recorded once."""

import threading

import pytest
from django.contrib.auth.models import User
from django.db import connections

from annotation import guidelines, outbox, people, projects, publishing
from annotation.models import OutboxEntry, Queue, Sentence
from learner import events
from learner.models import Event
from tests.factories import make_corpus, make_member, make_project, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(desk):
    project = make_project(strategy="margin")
    make_corpus(project, 12)
    return project


@pytest.fixture
def manager(project) -> User:
    return make_member(project, "manager").user


def only(kind: str) -> Event:
    return Event.objects.get(kind=kind)


def test_a_published_guideline_is_an_event_with_its_author(project, manager, desk):
    guidelines.publish(project, "# กติกาใหม่", author=manager, now=desk.now)
    events.collect()
    event = only("guideline.published")
    assert (event.at, event.actor, event.recorded_by) == (desk.now, manager, "software")
    assert (event.before, event.after) == ({"version": 1}, {"version": 2})


def test_people_who_join_and_leave_are_events_that_name_them(project, manager, desk):
    added = people.add(
        project,
        username="somchai",
        password="ตัดคำไทยให้ถูก",
        name="",
        role="annotator",
        actor=manager,
        now=desk.now,
    )
    people.change(added, active=False, actor=manager, now=desk.now)
    events.collect()
    joined, left = only("membership.joined"), only("membership.left")
    assert (joined.actor, joined.after["user"]) == (manager, added.user_id)
    assert (left.before["active"], left.after["active"]) == (True, False)


def test_each_kind_of_setting_that_changes_is_an_event_of_its_own(project, manager, desk):
    projects.change(
        project,
        {"strategy": "mean_entropy", "suggestion_policy": "dictionary", "lease_seconds": 600, "name": "อื่น"},
        actor=manager,
        now=desk.now,
    )
    events.collect()
    assert only("strategy.changed").before == {"strategy": "margin"}
    assert only("strategy.changed").after == {"strategy": "mean_entropy"}
    assert only("suggestions.changed").after == {"suggestion_policy": "dictionary"}
    assert only("lease.changed").actor == manager
    assert only("settings.changed").after == {"name": "อื่น"}


def test_pausing_and_resuming_are_events(project, manager, desk):
    projects.change(project, {"paused_at": desk.now}, actor=manager, now=desk.now)
    project.refresh_from_db()
    projects.change(project, {"paused_at": None}, actor=manager, now=desk.now)
    events.collect()
    assert list(Event.objects.values_list("kind", flat=True)) == ["project.paused", "project.resumed"]


def test_a_published_order_is_an_event(project, desk):
    queue = Queue.objects.get(project=project, kind="active")
    ids = list(Sentence.objects.values_list("pk", flat=True))
    generation = publishing.write_generation(
        queue, ids, [0.0] * len(ids), source="checkpoint:3", strategy="margin"
    )
    publishing.publish(generation, now=desk.now)
    events.collect()
    assert only("order.published").after == {"generation": 1, "source": "checkpoint:3", "size": 12}


def test_single_pieces_of_work_are_no_events(project, desk):
    member = make_member(project)
    desk.work(member, 2)
    desk.skip(desk.claim(member))
    assert OutboxEntry.objects.filter(kind__startswith="annotation.").count() == 3
    events.collect()
    assert not Event.objects.filter(kind__startswith="annotation.").exists()
    assert not OutboxEntry.objects.exists()


def test_a_fact_is_taken_once(project, manager, desk):
    guidelines.publish(project, "# กติกา", author=manager, now=desk.now)
    assert [events.collect(), events.collect()] == [1, 0]
    assert Event.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_readers_at_once_record_each_fact_once(desk):
    project = make_project()
    for number in range(40):
        outbox.write(project, "corpus.imported", {"corpus": number}, at=desk.now)

    def read() -> None:
        try:
            while events.collect(limit=3):
                pass
        finally:
            connections.close_all()

    threads = [threading.Thread(target=read) for _ in range(3)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    events.collect()
    numbers = sorted(event.after["corpus"] for event in Event.objects.all())
    assert numbers == list(range(40))


def test_facts_that_change_what_is_served_next_ask_for_suggestions(
    project, desk, django_capture_on_commit_callbacks
):
    outbox.write(project, "corpus.imported", {"corpus": 1}, at=desk.now)
    outbox.write(project, "corpus.imported", {"corpus": 2}, at=desk.now)
    with django_capture_on_commit_callbacks() as sent:
        events.collect()
    assert [callback.args[:2] for callback in sent] == [
        ("learner.tasks.fill_suggestions", (project.pk,)),
    ]


def test_a_find_is_recorded_once(project, desk):
    for _ in range(2):
        events.record(project, "round.delayed", at=desk.now, mark="round.delayed|1")
    events.record(project, "round.delayed", at=desk.now, mark="round.delayed|2")
    assert Event.objects.count() == 2


def test_a_remark_leaves_the_event_as_it_was(project, desk):
    author = make_user()
    event = events.record_by_hand(
        project, "vendor.changed", at=desk.now, until=None, before={}, after={}, note="first", actor=author
    )
    events.remark(event, "second thought", author=author, now=desk.now)
    event.refresh_from_db()
    assert event.note == "first"
    assert [remark.note for remark in event.remarks.all()] == ["second thought"]

"""The annotator's requests: handing out, submitting once, revising, lapsed leases, blindness."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from annotation import publishing
from annotation.leases import expire_leases
from annotation.models import Annotation, Assignment, Membership, Project, Queue, Sentence, Suggestion
from tests.factories import make_corpus, make_member, make_project

pytestmark = pytest.mark.django_db


class Page:
    """An annotator's page: what it holds, what it sends."""

    def __init__(self, caller, path):
        self.caller, self.path = caller, path

    def next(self, *held):
        return self.caller.post(self.path("/next"), {"held": list(held)}).json()

    def submit(self, assignment, *boundaries, key=None, **more):
        body = {"client_key": str(key or uuid.uuid4()), "active_ms": 1500, "key_actions": 3, **more}
        body = {"boundaries": list(boundaries)} | body
        return self.caller.post(self.path(f"/assignments/{assignment}/submit"), body)

    def act(self, assignment, verb, body=None):
        return self.caller.post(self.path(f"/assignments/{assignment}/{verb}"), body)


@pytest.fixture
def page(people, by):
    return Page(by(people.annotator), people.path)


def test_a_sentence_is_handed_out_until_it_is_held(page):
    first = page.next()
    assert first["reason"] is None
    assert "".join(first["work"]["clusters"]).startswith("ประโยค")
    assert page.next()["work"]["assignment"] == first["work"]["assignment"]
    second = page.next(first["work"]["assignment"])
    assert second["work"]["assignment"] != first["work"]["assignment"]


def test_a_page_that_holds_as_many_as_one_may_gets_neither_work_nor_a_reason(page):
    held = []
    for _ in range(3):
        held.append(page.next(*held)["work"]["assignment"])
    answer = page.next(*held)
    assert (answer["work"], answer["reason"]) == (None, None)


def test_nothing_left_is_said(people, by):
    project = make_project()
    answer = Page(by(make_member(project).user), lambda rest: f"/api/projects/{project.pk}{rest}").next()
    assert (answer["work"], answer["reason"]) == (None, "nothing_left")


def test_a_paused_project_hands_out_nothing_and_still_takes_what_is_done(people, page):
    held = page.next()["work"]["assignment"]
    Project.objects.filter(pk=people.project.pk).update(paused_at=timezone.now())
    answer = page.next()
    assert (answer["work"], answer["reason"]) == (None, "paused")
    submitted = page.submit(held, 2, next=True)
    assert submitted.status_code == 200
    assert submitted.json()["next"]["reason"] == "paused"
    assert Annotation.objects.count() == 1


def test_submit_brings_the_next_sentence_when_asked(page):
    held = page.next()["work"]["assignment"]
    answer = page.submit(held, 2, next=True).json()
    assert answer["annotation"]["assignment"] == held
    assert answer["next"]["work"]["assignment"] != held
    assert answer["next"]["summary"] == {"today": 1, "total": 1}
    assert page.submit(answer["next"]["work"]["assignment"]).json()["next"] is None


def test_a_submit_sent_again_after_a_lost_answer_is_stored_once(page):
    held = page.next()["work"]["assignment"]
    key = uuid.uuid4()
    first = page.submit(held, 2, key=key, next=True).json()
    again = page.submit(held, 2, key=key, next=True).json()
    assert again == first
    assert Annotation.objects.count() == 1


def test_a_later_submit_is_a_revision(page):
    held = page.next()["work"]["assignment"]
    assert page.submit(held, 2).json()["annotation"]["revision"] == 0
    assert page.submit(held, 3).json()["annotation"]["revision"] == 1
    assert list(Annotation.objects.order_by("revision").values_list("boundaries", flat=True)) == [[2], [3]]


def test_work_of_a_second_device_does_not_replace_the_first_unseen(page):
    held = page.next()["work"]["assignment"]
    key = uuid.uuid4()
    assert page.submit(held, 2, revision=0, key=key).status_code == 200
    assert page.submit(held, 2, revision=0, key=key).status_code == 200
    refused = page.submit(held, 3, revision=0)
    assert (refused.status_code, refused.json()["code"]) == (409, "revised_elsewhere")
    assert refused.json()["details"].items() >= {"revision": 0, "boundaries": [2]}.items()
    assert page.submit(held, 3, revision=1).json()["annotation"]["revision"] == 1


def test_a_revision_after_adjudication_is_refused_by_name(people, by, page):
    held = page.next()["work"]["assignment"]
    page.submit(held, 2)
    sentence = Assignment.objects.get(pk=held).sentence_id
    by(people.adjudicator).post(people.path(f"/sentences/{sentence}/adjudicate"), {"boundaries": [3]})
    refused = page.submit(held, 3)
    assert (refused.status_code, refused.json()["code"]) == (409, "adjudicated")


def test_work_on_a_lapsed_lease_is_kept_though_another_has_the_sentence(people, by, page):
    held = page.next()["work"]["assignment"]
    Assignment.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    expire_leases(now=timezone.now())
    second = Page(by(people.second), people.path)
    taken = []
    while Assignment.objects.filter(sentence=Assignment.objects.get(pk=held).sentence_id).count() == 1:
        taken.append(second.next()["work"]["assignment"])
        second.submit(taken[-1], 2)
    assert page.act(held, "renew").status_code == 409
    late = page.submit(held, 2)
    assert late.status_code == 200
    assert Annotation.objects.filter(annotator=people.annotator).count() == 1


@pytest.mark.parametrize(
    ("boundaries", "code"),
    [([3, 2], "bad_boundaries"), ([2, 2], "bad_boundaries"), ([9999], "bad_boundaries")]
    + [(wrong, "bad_input") for wrong in ([0], [-1], ["2"], [2.5], [True], {"2": 2}, "2", None, [40_000])],
)
def test_bad_boundaries_are_refused_and_the_lease_stays(page, boundaries, code):
    held = page.next()["work"]["assignment"]
    refused = page.act(
        held,
        "submit",
        {"boundaries": boundaries, "client_key": str(uuid.uuid4()), "active_ms": 1, "key_actions": 1},
    )
    assert (refused.status_code, refused.json()["code"]) == (400, code)
    assert Assignment.objects.get(pk=held).state == "leased"


@pytest.mark.parametrize(
    ("field", "value"),
    [("client_key", "mine"), ("active_ms", -1), ("active_ms", "10"), ("key_actions", 1.5), ("held", ["x"])],
)
def test_a_bad_field_is_named(page, field, value):
    held = page.next()["work"]["assignment"]
    refused = page.submit(held, 2, **({"key": value} if field == "client_key" else {field: value}))
    assert refused.status_code == 400
    details = refused.json()["details"]
    assert list(details) == [field, "why"]
    assert details["why"]["values"]["field"].startswith(field)
    assert refused.json()["message"].startswith(field)


def test_a_skipped_sentence_does_not_come_back(people, page):
    held = page.next()["work"]["assignment"]
    skip = {"reason": "ไม่ใช่ภาษาไทย", "active_ms": 900, "next": True}
    answer = page.act(held, "skip", skip).json()
    assert answer["next"]["work"]["assignment"] != held
    assignment = Assignment.objects.get(pk=held)
    assert (assignment.state, assignment.skip_reason, assignment.active_ms) == (
        "skipped",
        skip["reason"],
        900,
    )


def test_renewing_moves_the_end_of_the_lease(page):
    work = page.next()["work"]
    Assignment.objects.update(lease_until=timezone.now() + timedelta(seconds=5))
    assert page.act(work["assignment"], "renew").json()["lease_until"] > work["lease_until"]


def test_closing_the_page_frees_what_it_held(people, page):
    held = page.next()["work"]["assignment"]
    answer = page.caller.post(people.path("/release"), {"assignments": [held, str(uuid.uuid4())]})
    assert answer.json() == {"released": 1}
    assert Assignment.objects.get(pk=held).state == "released"


def test_a_flag_reaches_the_manager(people, by, page):
    held = page.next()["work"]["assignment"]
    flag = page.act(held, "flag", {"comment": "พิมพ์ตก"}).json()["id"]
    manager = by(people.manager)
    listed = manager.get(people.path("/flags")).json()
    assert [(row["id"], row["comment"], row["resolved_at"]) for row in listed] == [(flag, "พิมพ์ตก", None)]
    assert manager.post(people.path(f"/flags/{flag}/resolve")).json()["resolved_at"] is not None
    assert manager.post(people.path("/flags/999999/resolve")).status_code == 404


def test_history_goes_back_page_by_page_and_shows_the_latest_revision(people, by, page):
    done = []
    for _ in range(5):
        done.append(page.next()["work"]["assignment"])
        page.submit(done[-1], 2)
    page.submit(done[0], 3)
    seen, before = [], None
    while True:
        query = {"limit": 2} | ({"before": before} if before else {})
        answer = page.caller.get(people.path("/history"), query).json()
        seen += answer["results"]
        before = answer["before"]
        if before is None:
            break
    assert [entry["assignment"] for entry in seen] == done[::-1]
    text = Assignment.objects.get(pk=done[1]).sentence.text
    found = page.caller.get(people.path("/history"), {"search": text}).json()["results"]
    assert [entry["assignment"] for entry in found] == [done[1]]
    assert (seen[-1]["revision"], seen[-1]["boundaries"]) == (1, [3])
    assert by(people.second).get(people.path("/history")).json()["results"] == []


def test_history_by_a_clock_that_stands_still_leaves_nothing_out(people, page):
    Project.objects.filter(pk=people.project.pk).update(simulated_now=timezone.now())
    done = set()
    for _ in range(4):
        done.add(page.next()["work"]["assignment"])
        page.submit(max(done - {None}, key=lambda id_: Assignment.objects.get(pk=id_).state == "leased"))
    first = page.caller.get(people.path("/history"), {"limit": 2}).json()
    rest = page.caller.get(people.path("/history"), {"limit": 2, "before": first["before"]}).json()
    assert {entry["assignment"] for entry in first["results"] + rest["results"]} == done
    assert rest["before"] is None


def test_the_guideline_in_force_is_the_latest(people, by):
    by(people.manager).post(people.path("/guidelines"), {"text": "# ฉบับสอง\n"})
    answer = by(people.annotator).get(people.path("/guideline")).json()
    assert (answer["version"], answer["text"]) == (2, "# ฉบับสอง\n")


def test_today_and_total_part_at_midnight_in_thailand(people, page):
    evening = datetime(2026, 1, 5, 16, 59, tzinfo=UTC)
    for now in (evening, evening + timedelta(minutes=2)):
        Project.objects.filter(pk=people.project.pk).update(simulated_now=now)
        page.submit(page.next()["work"]["assignment"])
    assert page.next()["summary"] == {"today": 1, "total": 2}


def test_an_answer_is_the_same_whichever_arm_the_sentence_comes_from(people, by):
    """A second project whose sentences all come from the active arm, held against one of the random arm."""
    answers = {}
    for share in (0.0, 1.0):
        project = make_project(
            active_share=share,
            seed_size=1,
            overlap_share=0,
            holdout_serve_share=0,
            suggestion_policy="dictionary",
            suggestion_source="dictionary",
        )
        make_corpus(project, ["ประโยคแรก", "ประโยคที่สอง", "ประโยคที่สาม"])
        for sentence in Sentence.objects.filter(project=project):
            Suggestion.objects.create(sentence=sentence, source="dictionary", boundaries=[2])
        desk = Page(by(make_member(project).user), lambda rest, id_=project.pk: f"/api/projects/{id_}{rest}")
        desk.submit(desk.next()["work"]["assignment"], 2)
        publish_longest_first(project)
        work = desk.next()["work"]
        kind = Assignment.objects.get(pk=work["assignment"]).queue.kind
        assert kind == ("active" if share else "random")
        answers[share] = [shape(work), shape(desk.submit(work["assignment"], 2, next=True).json())]
        answers[share].append(shape(desk.caller.get(f"/api/projects/{project.pk}/history").json()))
    assert answers[0.0] == answers[1.0]


def publish_longest_first(project):
    ranked = list(Sentence.objects.filter(project=project, split="pool").order_by("-n_clusters"))
    queue = Queue.objects.get(project=project, kind="active")
    now = timezone.now()
    generation = publishing.write_generation(
        queue, [s.pk for s in ranked], [1.0] * len(ranked), source="test", strategy="longest_first"
    )
    publishing.publish(generation, now=now)


def shape(value):
    """Return names and kinds of an answer; what a value is differs, what is there may not."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return type(value).__name__


def test_a_control_sentence_looks_like_one_without_a_suggestion(people, page):
    Project.objects.update(suggestion_policy="dictionary", suggestion_source="dictionary")
    for sentence in Sentence.objects.filter(project=people.project):
        Suggestion.objects.create(sentence=sentence, source="dictionary", boundaries=[2])
    Sentence.objects.update(control=True)
    control = page.next()["work"]
    assert control["suggestion"] is None
    Sentence.objects.update(control=False)
    shown = page.next(control["assignment"])["work"]
    assert shown["suggestion"] == [2]
    assert control.keys() == shown.keys()


def test_doubt_and_alternatives_come_with_the_suggestion_only_and_only_where_the_project_shows_them(
    people, page
):
    Project.objects.update(suggestion_policy="model", suggestion_source="checkpoint:1")
    for sentence in Sentence.objects.filter(project=people.project):
        Suggestion.objects.create(
            sentence=sentence,
            source="checkpoint:1",
            boundaries=[2],
            doubtful=[2, 3],
            alternatives=[[2], [2, 3]],
        )

    def doubt(work):
        return work["doubtful"], work["alternatives"]

    held = [page.next()["work"]]
    assert doubt(held[-1]) == ([2, 3], [[2], [2, 3]])
    Sentence.objects.update(control=True)
    held.append(page.next(held[0]["assignment"])["work"])
    assert doubt(held[-1]) == ([], [])
    Sentence.objects.update(control=False)
    Project.objects.update(show_doubt=False)
    held.append(page.next(*(work["assignment"] for work in held))["work"])
    assert (held[-1]["suggestion"], *doubt(held[-1])) == ([2], [], [])


def test_nothing_left_says_when_a_sentence_may_come_back(people, by, page):
    done = Sentence.objects.filter(project=people.project)
    done.exclude(pk=done.first().pk).update(retired_at=timezone.now())
    held = Page(by(people.second), people.path).next()["work"]
    answer = page.next()
    assert (answer["work"], answer["reason"], answer["until"]) == (None, "nothing_left", held["lease_until"])


def test_leaving_the_project_frees_what_one_holds(people, by, page):
    held = page.next()["work"]["assignment"]
    membership = Membership.objects.get(user=people.annotator)
    by(people.manager).patch(people.path(f"/members/{membership.pk}"), {"active": False})
    assert Assignment.objects.get(pk=held).state == "released"

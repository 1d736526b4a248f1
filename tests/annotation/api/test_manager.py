"""The manager's requests: projects, settings, the overview, people, guidelines."""

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from annotation import projects
from annotation.models import Corpus, Draw, Membership, OutboxEntry, Project
from segmenter.query import STRATEGIES
from tests.factories import annotate, make_member, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(people, by):
    return by(people.manager)


def test_a_new_suggestion_policy_serves_nothing_made_under_the_old_one(people, manager):
    Project.objects.filter(pk=people.project.pk).update(
        suggestion_policy="model", suggestion_source="checkpoint:7"
    )
    assert manager.patch(people.path(), {"suggestion_policy": "dictionary"}).status_code == 200
    people.project.refresh_from_db()
    assert (people.project.suggestion_policy, people.project.suggestion_source) == ("dictionary", "")


def told(kind):
    """Return what the learner is told of this kind, without who did it."""
    return [
        {name: value for name, value in entry.payload.items() if name not in ("actor", "user")}
        for entry in OutboxEntry.objects.filter(kind=kind).order_by("id")
    ]


def test_staff_make_projects_that_are_ready_to_be_filled(by, staff):
    caller = by(staff)
    made = caller.post("/api/projects", {"name": "งานใหม่", "strategy": "margin", "seed_size": 20})
    assert (made.status_code, made.json()["role"]) == (201, "manager")
    project = Project.objects.get(pk=made.json()["id"])
    assert (project.strategy, project.seed_size, project.queues.count()) == ("margin", 20, 3)
    assert [row["name"] for row in caller.get("/api/projects").json()] == ["งานใหม่"]


def test_settings_show_everything_but_the_seed(people, manager):
    settings = manager.get(people.path()).json()
    names = {field.name for field in Project._meta.fields}
    assert settings.keys() == names - {"seed"}


def test_changed_settings_are_told_with_before_and_after(people, manager):
    answer = manager.patch(people.path(), {"strategy": "mnlp", "active_share": 0.7, "round_size": 100})
    assert (answer.status_code, answer.json()["strategy"]) == (200, "mnlp")
    assert told("project.changed") == [
        {
            "before": {"strategy": "total_entropy_per_second", "active_share": 0.5},
            "after": {"strategy": "mnlp", "active_share": 0.7},
        }
    ]
    assert OutboxEntry.objects.get(kind="project.changed").payload["actor"] == people.manager.pk


def test_what_keeps_its_value_is_no_change(people, manager):
    assert manager.patch(people.path(), {"round_size": 100, "paused": False}).status_code == 200
    assert told("project.changed") == []


def test_pausing_and_going_on_are_told(people, manager):
    assert manager.patch(people.path(), {"paused": True}).json()["paused_at"] is not None
    assert manager.patch(people.path(), {"paused": True}).status_code == 200
    assert manager.patch(people.path(), {"paused": False}).json()["paused_at"] is None
    pause, resume = told("project.changed")
    assert pause["before"] == {"paused_at": None} == resume["after"]
    assert pause["after"] == resume["before"]


@pytest.mark.parametrize(
    ("name", "value", "word"),
    [("holdout_share", 0.2, "import"), ("holdout_limit", 9, "import"), ("holdout_per_document", 3, "import")],
)
def test_the_holdout_is_fixed_by_the_first_import(people, manager, name, value, word):
    refused = manager.patch(people.path(), {name: value})
    assert (refused.status_code, refused.json()["details"]["setting"]) == (409, name)
    assert word in refused.json()["message"]
    Corpus.objects.filter(project=people.project).delete()
    assert manager.patch(people.path(), {name: value}).status_code == 200


def test_the_size_of_the_seed_set_is_fixed_by_the_start(people, by, manager):
    assert manager.patch(people.path(), {"seed_size": 5}).status_code == 200
    by(people.annotator).post(people.path("/next"))
    refused = manager.patch(people.path(), {"seed_size": 6})
    assert (refused.status_code, refused.json()["details"]["setting"]) == (409, "seed_size")
    assert manager.patch(people.path(), {"seed_size": 5}).status_code == 200


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("strategy", "best"), ("active_share", 1.5), ("ratio_unit", "words"), ("lease_seconds", 0),
        ("round_hours", -1), ("model_seeds", 0), ("name", ""), ("suggestion_policy", None),
    ],
)  # fmt: skip
def test_a_setting_out_of_range_is_named(people, manager, name, value):
    refused = manager.patch(people.path(), {name: value})
    assert (refused.status_code, list(refused.json()["details"])) == (400, [name, "why"])


def test_every_strategy_may_be_chosen():
    assert set(projects.STRATEGIES) == set(STRATEGIES)


def test_the_overview_counts_what_was_done(people, by, manager):
    Corpus.objects.filter(project=people.project).update(
        report={"sentences": 16, "holdout": 3, "withheld": 1}
    )
    desk = by(people.annotator)
    done = [annotate(desk, people.project, 2) for _ in range(3)]
    desk.post(people.path("/next"))
    figures = manager.get(people.path("/overview")).json()
    assert figures["splits"] == {"pool": 8, "seed": 4, "holdout": 3, "withheld": 1}
    assert (figures["annotations"], figures["people"], figures["people_active"]) == (3, 4, 1)
    assert sum(queue["leased"] for queue in figures["queues"]) == 1
    # The seed set belongs to both arms, and so do its labels and what they cost.
    clusters = sum(assignment.sentence.n_clusters for assignment in done)
    for arm in figures["arms"]:
        assert arm.pop("charged") >= clusters  # what is handed out is charged as well
        assert arm == {"arm": arm["arm"], "sentences": 3, "clusters": clusters, "seconds": 6.0}


def test_the_balance_is_told_by_what_holds_the_ratio(people, by, manager):
    """Charges of the person's turns, and of labels that the other arm reuses."""
    desk = by(people.annotator)
    for _ in range(6):
        annotate(desk, people.project, 2)
    membership = Membership.objects.get(project=people.project, user=people.annotator)
    reused = dict.fromkeys(("random", "active"), 0)
    for draw in Draw.objects.filter(queue__project=people.project, reused_from=people.annotator):
        reused[draw.queue.kind] += draw.clusters
    charged = {arm["arm"]: arm["charged"] for arm in manager.get(people.path("/overview")).json()["arms"]}
    assert charged == {
        "random": membership.charged_random + reused["random"],
        "active": membership.charged_active + reused["active"],
    }
    assert sum(reused.values()) > 0


def test_an_overview_that_has_not_changed_is_not_sent_again(people, by, manager):
    first = manager.get(people.path("/overview"))
    tag = first.headers["ETag"]
    again = manager.get(people.path("/overview"), **{"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    annotate(by(people.annotator), people.project, 2)
    changed = manager.get(people.path("/overview"), **{"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != tag
    assert changed.json()["revision"] != first.json()["revision"]


@pytest.mark.parametrize(
    "happening",
    [
        lambda people, by: by(people.annotator).post(people.path("/next")),
        lambda people, by: make_member(people.project),
        lambda people, by: Corpus.objects.filter(project=people.project).update(report={"sentences": 1}),
    ],
    ids=["a sentence is handed out", "somebody joins", "an import ends"],
)
def test_the_overview_changes_when(people, by, manager, happening):
    tag = manager.get(people.path("/overview")).headers["ETag"]
    happening(people, by)
    assert manager.get(people.path("/overview"), **{"If-None-Match": tag}).status_code == 200


def test_a_new_person_can_log_in_and_is_told_of(people, by, manager):
    body = {"username": "mali", "password": "ตัดคำไทยให้ถูก", "name": "มะลิ", "role": "annotator"}
    made = manager.post(people.path("/members"), body)
    assert made.json()["user"] == {"id": made.json()["user"]["id"], "username": "mali", "name": "มะลิ"}
    assert User.objects.get(username="mali").check_password(body["password"])
    assert told("membership.joined") == [{"after": {"role": "annotator", "active": True}}]


def test_an_account_that_exists_is_added_without_a_password(people, manager):
    make_user("malee", first_name="มาลี")
    taken = manager.post(
        people.path("/members"), {"username": "malee", "password": "ตัดคำไทยให้ถูก", "role": "annotator"}
    )
    assert taken.status_code == 409
    assert User.objects.get(username="malee").check_password("ตัดคำตัดคำ")
    added = manager.post(people.path("/members"), {"username": "malee", "role": "adjudicator"})
    assert (added.status_code, added.json()["user"]["name"]) == (201, "มาลี")
    assert (
        manager.post(people.path("/members"), {"username": "malee", "role": "annotator"}).status_code == 409
    )


@pytest.mark.parametrize("password", ["", "1234", "password", "12345678901"])
def test_a_weak_password_makes_no_account(people, manager, password):
    body = {"username": "mali", "password": password, "role": "annotator"}
    assert manager.post(people.path("/members"), body).status_code == 400
    assert not User.objects.filter(username="mali").exists()


def test_changing_a_role_and_ending_a_membership_are_told(people, manager):
    path = people.path(f"/members/{Membership.objects.get(user=people.annotator).pk}")
    assert manager.patch(path, {"role": "adjudicator"}).json()["role"] == "adjudicator"
    assert manager.patch(path, {"active": False}).json()["active"] is False
    assert manager.patch(path, {"active": True}).json()["active"] is True
    before = {"role": "adjudicator", "active": True}
    assert told("membership.changed") == [{"before": before | {"role": "annotator"}, "after": before}]
    assert told("membership.left") == [{"before": before, "after": before | {"active": False}}]
    assert told("membership.joined") == [{"before": before | {"active": False}, "after": before}]


@pytest.mark.parametrize("change", [{"active": False}, {"role": "annotator"}])
def test_the_last_manager_stays(people, manager, change):
    own = Membership.objects.get(user=people.manager)
    refused = manager.patch(people.path(f"/members/{own.pk}"), change)
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    own.refresh_from_db()
    assert (own.role, own.active) == ("manager", True)
    make_member(people.project, "manager")
    assert manager.patch(people.path(f"/members/{own.pk}"), change).status_code == 200


def test_a_member_of_another_project_is_not_found(people, manager):
    other = people.outsider.memberships.get()
    assert manager.patch(people.path(f"/members/{other.pk}"), {"active": False}).status_code == 404


def test_members_are_listed_with_pace_and_agreement(people, by, manager):
    Project.objects.update(overlap_share=1.0)
    people.project.sentence_set.update(required_annotations=2)
    first, second = by(people.annotator), by(people.second)
    for _ in range(6):
        annotate(first, people.project, 2)
        annotate(second, people.project, 2, 3)
    rows = {row["user"]["id"]: row for row in manager.get(people.path("/members")).json()}
    assert rows[people.manager.pk]["annotations"] == 0
    assert rows[people.manager.pk]["pace_seconds"] is None
    assert rows[people.manager.pk]["agreement"] is None
    own = rows[people.annotator.pk]
    assert (own["annotations"], own["pace_seconds"]) == (6, 2.0)
    assert own["agreement"]["n"] > 0
    # One boundary of both, one of the second alone: F1 = 2·1 / (2·1 + 1).
    assert own["agreement"]["value"] == pytest.approx(2 / 3)


def test_guidelines_are_versions_that_stay(people, manager):
    made = manager.post(people.path("/guidelines"), {"text": "# สอง"})
    assert (made.status_code, made.json()["version"]) == (201, 2)
    listed = manager.get(people.path("/guidelines")).json()
    assert [(row["version"], row["author"] and row["author"]["id"]) for row in listed] == [
        (1, None), (2, people.manager.pk),
    ]  # fmt: skip
    assert told("guideline.published") == [{"before": {"version": 1}, "after": {"version": 2}}]


def test_pausing_dates_by_the_projects_own_clock(people, manager):
    then = timezone.now().replace(year=2031, microsecond=0)
    Project.objects.filter(pk=people.project.pk).update(simulated_now=then)
    manager.patch(people.path(), {"paused": True})
    people.project.refresh_from_db()
    assert people.project.paused_at == then
    assert OutboxEntry.objects.get(kind="project.changed").at == then


def test_a_clone_has_the_settings_the_guideline_and_the_people_but_no_texts(people, by):
    people.manager.is_staff = True
    people.manager.save()
    Project.objects.filter(pk=people.project.pk).update(
        strategy="margin", round_size=77, paused_at=timezone.now()
    )
    asked = {"name": "ครั้งที่สอง", "people": True}
    made = by(people.manager).post(people.path("/clone"), asked)
    assert (made.status_code, made.json()["role"]) == (201, "manager")
    clone = Project.objects.get(pk=made.json()["id"])
    assert (clone.strategy, clone.round_size, clone.paused_at) == ("margin", 77, None)
    assert clone.seed != people.project.seed
    assert clone.guidelines.get().text == people.project.guidelines.get().text
    assert clone.memberships.count() == people.project.memberships.filter(active=True).count()
    assert not clone.corpora.exists()
    alone = by(people.manager).post(people.path("/clone"), {"name": "คนเดียว"}).json()["id"]
    assert Project.objects.get(pk=alone).memberships.count() == 1

"""People of a project over HTTP: links to join by, hours, accuracy, erasing somebody."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from annotation import access_tokens
from annotation.models import (
    AccessToken,
    Adjudication,
    Annotation,
    Assignment,
    Flag,
    Invitation,
    Membership,
    OutboxEntry,
)
from tests.factories import annotate, make_corpus, make_member, make_reading

pytestmark = pytest.mark.django_db
NEWCOMER = {"username": "somsri", "password": "ตัดคำไทยให้ถูก", "name": "สมศรี"}


@pytest.fixture
def manager(people, by):
    return by(people.manager)


def invite(manager, people, **options):
    return manager.post(people.path("/invitations"), {"role": "annotator", **options}).json()


def test_somebody_joins_by_a_link_and_is_logged_in(people, by, manager):
    made = invite(manager, people)
    assert made["token"] not in Invitation.objects.values_list("token_sha256", flat=True)
    newcomer = by(None)
    opened = newcomer.get(f"/api/invitations/{made['token']}").json()
    assert opened == {"project": people.project.name, "role": "annotator", "by": people.manager.username}
    joined = newcomer.post(f"/api/invitations/{made['token']}", NEWCOMER)
    assert (joined.status_code, joined.json()["role"]) == (201, "annotator")
    assert newcomer.get("/api/session").json()["user"]["name"] == "สมศรี"
    assert newcomer.post(people.path("/next")).status_code == 200
    (fact,) = OutboxEntry.objects.filter(kind="membership.joined")
    assert fact.payload["actor"] == people.manager.pk
    assert "token" not in manager.get(people.path("/invitations")).json()[0]


def test_a_link_has_as_many_places_as_it_was_given(people, by, manager):
    token = invite(manager, people, places=2)["token"]
    for name in ("one", "two"):
        assert by(None).post(f"/api/invitations/{token}", NEWCOMER | {"username": name}).status_code == 201
    refused = by(None).post(f"/api/invitations/{token}", NEWCOMER | {"username": "three"})
    assert refused.status_code == 404
    assert not User.objects.filter(username="three").exists()


def test_who_is_logged_in_joins_with_the_account_they_have(people, by, manager):
    token = invite(manager, people, role="adjudicator")["token"]
    joined = by(people.outsider).post(f"/api/invitations/{token}", {})
    assert (joined.status_code, joined.json()["role"]) == (201, "adjudicator")
    assert people.project.memberships.get(user=people.outsider).role == "adjudicator"


def test_a_member_takes_no_place(people, by, manager):
    token = invite(manager, people)["token"]
    assert by(people.annotator).post(f"/api/invitations/{token}", {}).status_code == 409
    assert Invitation.objects.get().taken == 0


def test_a_link_ends_by_time_and_by_hand(people, by, manager):
    over, revoked = invite(manager, people), invite(manager, people)
    Invitation.objects.filter(pk=over["id"]).update(expires_at=timezone.now() - timedelta(seconds=1))
    manager.post(people.path(f"/invitations/{revoked['id']}/revoke"))
    for token in (over["token"], revoked["token"], "guessed"):
        assert by(None).get(f"/api/invitations/{token}").status_code == 404
        assert by(None).post(f"/api/invitations/{token}", NEWCOMER).status_code == 404


def test_nobody_becomes_manager_by_a_link(people, manager):
    refused = manager.post(people.path("/invitations"), {"role": "manager"})
    assert (refused.status_code, refused.json()["code"]) == (400, "bad_input")


def test_a_weak_password_and_a_taken_name_take_no_place(people, by, manager):
    token = invite(manager, people)["token"]
    weak = by(None).post(f"/api/invitations/{token}", NEWCOMER | {"password": "1234"})
    taken = by(None).post(f"/api/invitations/{token}", NEWCOMER | {"username": people.second.username})
    assert (weak.status_code, taken.status_code) == (400, 409)
    assert Invitation.objects.get().taken == 0


def test_hours_are_told_by_person_and_thai_day(people, by, manager):
    first, second = (annotate(by(people.annotator), people.project, active_ms=1500) for _ in range(2))
    # 17:30 UTC is past midnight in Thailand.
    day = timezone.now().replace(hour=17, minute=30, second=0, microsecond=0) - timedelta(days=3)
    Assignment.objects.filter(pk=first.pk).update(finished_at=day)
    Assignment.objects.filter(pk=second.pk).update(finished_at=day - timedelta(hours=1))
    rows = manager.get(people.path("/members/hours")).json()
    assert [
        (row["user"]["username"], row["day"], row["sentences"], row["active_seconds"]) for row in rows
    ] == [
        (people.annotator.username, str((day + timedelta(days=1)).date()), 1, 1.5),
        (people.annotator.username, str(day.date()), 1, 1.5),
    ]
    later = manager.get(people.path("/members/hours"), {"since": (day + timedelta(days=1)).isoformat()})
    assert later.json() == []


def read_by_two(people, readings, reference=None, *, documents=1):
    """Let both annotators have read as many sentences as there are pairs of boundaries."""
    now = timezone.now()
    twice = {"queue": "measurement", "required_annotations": 2}
    corpus = make_corpus(people.project, len(readings), documents=documents)
    sentences = [one for document in corpus.documents.all() for one in document.sentences.all()]
    for sentence, pair in zip(sentences, readings, strict=True):
        for slot, annotator in enumerate((people.annotator, people.second)):
            make_reading(sentence, annotator, pair[slot], at=now, slot=slot, **twice)
        if reference is not None:
            Adjudication.objects.create(
                sentence=sentence, boundaries=reference, adjudicator=people.manager, created_at=now
            )


def accuracy_of(user, manager, people):
    return next(row for row in manager.get(people.path("/members/accuracy")).json() if row["user"] == user.pk)


def test_accuracy_is_against_the_settled_reference_with_an_interval(people, manager):
    read_by_two(people, [([2, 6], [2])] * 24, [2, 6], documents=12)
    right, wrong = (accuracy_of(user, manager, people) for user in (people.annotator, people.second))
    assert (right["value"], right["low"], right["high"], right["sentences"]) == (1, 1, 1, 24)
    # One of two boundaries found and none invented: 2 / 3.
    assert wrong["value"] == pytest.approx(2 / 3)
    assert (wrong["documents"], wrong["open"]) == (12, 0)


def test_few_sentences_have_no_interval_and_open_differences_are_left_out(people, manager):
    read_by_two(people, [([2], [2]), ([2], [6])])
    row = accuracy_of(people.annotator, manager, people)
    assert (row["value"], row["low"], row["sentences"], row["open"]) == (1, None, 1, 1)


def test_an_address_may_be_given_for_a_new_account_and_for_no_other(people, by, manager):
    email = {"email": "somsri@example.org"}
    assert manager.post(people.path("/members"), NEWCOMER | email | {"role": "annotator"}).status_code == 201
    assert User.objects.get(username="somsri").email == "somsri@example.org"
    theirs = {"username": people.outsider.username, "role": "annotator"} | email
    assert manager.post(people.path("/members"), theirs).status_code == 409
    people.outsider.refresh_from_db()
    assert people.outsider.email == ""


def test_no_address_is_given_where_sign_on_would_know_an_account_by_it(people, manager, settings):
    settings.OIDC_MATCH_EMAIL = True
    account = NEWCOMER | {"email": "somsri@example.org", "role": "annotator"}
    refused = manager.post(people.path("/members"), account)
    assert (refused.status_code, refused.json()["details"]["why"]["code"]) == (403, "email_by_administrator")
    assert manager.post(people.path("/members"), account | {"email": ""}).status_code == 201


def test_who_joins_by_a_link_may_give_an_address(people, by, manager, settings):
    token = invite(manager, people, places=2)["token"]
    account = NEWCOMER | {"email": "somsri@example.org"}
    assert by(None).post(f"/api/invitations/{token}", account).status_code == 201
    assert User.objects.get(username="somsri").email == "somsri@example.org"
    settings.OIDC_MATCH_EMAIL = True
    refused = by(None).post(f"/api/invitations/{token}", account | {"username": "somsri2"})
    assert (refused.status_code, refused.json()["details"]["why"]["code"]) == (403, "email_by_administrator")
    assert Invitation.objects.get().taken == 1


def test_somebody_is_erased_and_their_labels_stay(people, by, manager):
    done = annotate(by(people.annotator), people.project, 2)
    Flag.objects.create(
        sentence=done.sentence, annotator=people.annotator, comment="โทรหาฉัน", created_at=timezone.now()
    )
    access_tokens.make(people.annotator, now=timezone.now())
    User.objects.filter(pk=people.annotator.pk).update(email="anong@example.org")
    Adjudication.objects.create(
        sentence=done.sentence,
        boundaries=[2],
        adjudicator=people.annotator,
        note="ถามฉันได้",
        created_at=timezone.now(),
    )
    member = people.project.memberships.get(user=people.annotator)
    gone = manager.delete(people.path(f"/members/{member.pk}"))
    assert (gone.status_code, gone.json()) == (200, {"account": True})
    user = User.objects.get(pk=people.annotator.pk)
    assert (user.username, user.get_full_name(), user.is_active) == (f"removed-{user.pk}", "", False)
    assert user.email == ""
    assert not user.has_usable_password()
    assert not AccessToken.objects.exists()
    assert (Flag.objects.get().comment, Adjudication.objects.get().note) == ("", "")
    assert Annotation.objects.get().annotator == user
    assert (
        by(None).post("/api/session", {"username": user.username, "password": "ตัดคำตัดคำ"}).status_code == 401
    )


def test_who_works_elsewhere_too_keeps_the_account(people, manager):
    other = people.outsider.memberships.get().project
    make_member(other, "annotator", people.annotator)
    member = people.project.memberships.get(user=people.annotator)
    assert manager.delete(people.path(f"/members/{member.pk}")).json() == {"account": False}
    assert Membership.objects.get(pk=member.pk).active is False
    assert User.objects.get(pk=people.annotator.pk).is_active


def test_the_last_manager_is_not_erased(people, manager):
    member = people.project.memberships.get(user=people.manager)
    assert manager.delete(people.path(f"/members/{member.pk}")).status_code == 409
    assert User.objects.get(pk=people.manager.pk).is_active

"""The audit trail as managers read it."""

import csv
import io

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import override_settings

from annotation import audit
from annotation.models import AuditEntry, Project
from tests.factories import make_guideline, make_member, make_project

PASSWORD = "ตัดคำตัดคำ"


def entries(answer):
    return [(row["act"], row["actor"] and row["actor"]["username"]) for row in answer.json()["results"]]


def test_a_changed_setting_has_who_when_before_and_after(people, by):
    manager = by(people.manager)
    manager.patch(people.path(), {"round_size": 60, "name": people.project.name})
    (row,) = manager.get(people.path("/audit")).json()["results"]
    assert (row["act"], row["before"], row["after"]) == (
        "settings.changed",
        {"round_size": 100},
        {"round_size": 60},
    )
    assert row["actor"]["username"] == people.manager.username


def test_pages_follow_one_another_and_filters_hold(people, by):
    manager, second = by(people.manager), make_member(people.project, "manager").user
    member = people.project.memberships.get(user=people.annotator)
    for size in (60, 61, 62):
        manager.patch(people.path(), {"round_size": size})
    by(second).patch(people.path(f"/members/{member.pk}"), {"active": False})
    first = manager.get(people.path("/audit"), {"limit": 3}).json()
    rest = manager.get(people.path("/audit"), {"limit": 3, "before": first["before"]}).json()
    assert [len(first["results"]), len(rest["results"]), rest["before"]] == [3, 1, None]
    by_person = manager.get(people.path("/audit"), {"person": people.annotator.pk})
    assert entries(by_person) == [("member.changed", second.username)]
    assert len(entries(manager.get(people.path("/audit"), {"act": "settings"}))) == 3
    assert entries(manager.get(people.path("/audit"), {"act": "setting"})) == []


def test_erasing_a_person_takes_the_name_off_the_trail(people, by):
    manager = by(people.manager)
    newcomer = {"username": "somsri", "name": "สมศรี", "password": "ตัดคำไทยให้ถูก", "role": "manager"}
    member = manager.post(people.path("/members"), newcomer).json()["id"]
    somsri = people.project.memberships.get(pk=member).user
    by(somsri).patch(people.path(), {"round_size": 60})
    manager.delete(people.path(f"/members/{member}"))
    told = manager.get(people.path("/audit"))
    assert entries(told)[1] == ("settings.changed", f"removed-{somsri.pk}")
    file = manager.get(people.path("/audit/file")).body.decode()
    for text in (told.content.decode(), file):
        assert "somsri" not in text
        assert "สมศรี" not in text


def test_the_file_holds_every_act(people, by):
    manager = by(people.manager)
    manager.post(people.path("/guidelines"), {"text": "# กติกา"})
    manager.patch(people.path(), {"name": "=1+1"})
    rows = list(csv.DictReader(io.StringIO(manager.get(people.path("/audit/file")).body.decode())))
    assert [row["act"] for row in rows] == ["settings.changed", "guideline.published"]
    assert [row["actor"] for row in rows] == [people.manager.username] * 2


def test_tokens_and_closed_log_ins_are_told_to_the_managers_of_the_person(people, by, settings):
    people.annotator.set_password(PASSWORD)
    people.annotator.save()
    client = by(None)
    right = {"username": people.annotator.username, "password": PASSWORD}
    for _ in range(3):
        client.post("/api/token", right)
    with override_settings(AXES_FAILURE_LIMIT=2):
        for _ in range(4):
            client.post("/api/token", right | {"password": "wrong"})
    seen = entries(by(people.manager).get(people.path("/audit")))
    assert seen == [("account.locked", None), ("account.program_log_in", people.annotator.username)]
    assert (
        entries(
            by(people.outsider).get(f"/api/projects/{people.outsider.memberships.get().project_id}/audit")
        )
        == []
    )


def test_a_project_made_after_another_is_in_both_trails(people, by, staff):
    make_guideline(people.project, "# กติกา")
    make_member(people.project, "manager", staff)
    made = by(staff).post(people.path("/clone"), {"name": "อีกงาน", "people": True}).json()["id"]
    assert entries(by(staff).get(people.path("/audit"))) == [("project.cloned", staff.username)]
    assert entries(by(staff).get(f"/api/projects/{made}/audit")) == [("project.created", staff.username)]


def test_an_entry_and_its_act_are_stored_together_or_not_at_all(people):
    def fail():
        with audit.recording("settings.changed", actor=people.manager, project=people.project):
            Project.objects.filter(pk=people.project.pk).update(round_size=1)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert Project.objects.get(pk=people.project.pk).round_size == 100
    assert not AuditEntry.objects.exists()


@pytest.fixture
def entry(people):
    """Return an entry of a project of its own."""
    with audit.recording("settings.changed", actor=people.manager, project=make_project()) as entry:
        return entry


def test_an_entry_cannot_be_changed(entry):
    with pytest.raises(TypeError, match="cannot be changed"):
        entry.save()
    with pytest.raises(TypeError, match="cannot be deleted"):
        entry.delete()


def commit(statement: str, *values: object) -> None:
    """Send a statement and have the constraints that are deferred to the end of a transaction checked."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        connection.check_constraints()


def test_nor_by_sql(entry, people):
    for change in ("act = 'x'", "after = '{}'", "actor_id = NULL", "project_id = NULL"):
        with pytest.raises(IntegrityError, match=f"Entry {entry.pk} of the audit trail cannot be changed"):
            commit(f"UPDATE annotation_auditentry SET {change} WHERE id = %s", entry.pk)
    with pytest.raises(IntegrityError, match=f"Entry {entry.pk} of the audit trail cannot be deleted"):
        commit("DELETE FROM annotation_auditentry WHERE id = %s", entry.pk)
    with audit.recording("account.locked", actor=None, person=people.manager) as of_account:
        pass
    with pytest.raises(IntegrityError, match="cannot be deleted"):
        commit("DELETE FROM annotation_auditentry WHERE id = %s", of_account.pk)
    assert AuditEntry.objects.count() == 2


def test_a_project_is_deleted_with_its_entries_and_nobody_elses(entry, people):
    with audit.recording("settings.changed", actor=people.manager, project=people.project) as other:
        pass
    entry.project.delete()
    connection.check_constraints()
    assert list(AuditEntry.objects.all()) == [other]


def test_a_view_that_lets_managers_change_something_names_its_act():
    from annotation.api.permissions import MANAGERS, ProjectView

    with pytest.raises(TypeError, match="names acts for"):

        class Unnamed(ProjectView):
            roles = {"POST": MANAGERS}

            def post(self, request, project_id):
                raise NotImplementedError

"""The analyses over HTTP: who may read them, and what is refused."""

import pytest

from learner.analyses import ANALYSES
from tests.factories import make_member, make_project

pytestmark = pytest.mark.django_db


@pytest.fixture
def project():
    return make_project()


def get(client, project, name="conflicts", **query):
    return client.get(f"/api/projects/{project.pk}/analysis/{name}", query)


class TestRoles:
    @pytest.mark.parametrize(("role", "status"), [("manager", 200), ("annotator", 403), ("adjudicator", 403)])
    def test_only_managers_read_them(self, client, project, role, status):
        client.force_login(make_member(project, role).user)
        assert get(client, project).status_code == status

    def test_to_an_outsider_the_project_does_not_exist(self, client, project):
        client.force_login(make_member(make_project(), "manager").user)
        assert get(client, project).status_code == 404

    def test_without_a_login_nobody_reads_them(self, client, project):
        assert get(client, project).status_code == 401


@pytest.fixture
def manager(client, project):
    client.force_login(make_member(project, "manager").user)
    return client


@pytest.mark.parametrize("name", list(ANALYSES))
def test_every_analysis_is_served(manager, project, name):
    answer = get(manager, project, name, figure="exact", unit="clusters")
    assert answer.status_code == 200
    assert answer.json()


def test_an_unknown_analysis_is_named(manager, project):
    answer = get(manager, project, "horoscope")
    assert answer.status_code == 404
    assert "horoscope" in answer.json()["message"]


def test_an_unknown_unit_of_cost_is_refused(manager, project):
    assert get(manager, project, "curves", unit="baht").status_code == 400

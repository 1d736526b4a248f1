"""The plan: a draft until the first label, then locked; later changes are events; looks are logged."""

from datetime import timedelta

import pytest

from annotation.errors import Conflict
from learner import plans, watching
from learner.estimates import NotEstimable, TheseStrategies
from learner.models import Event, Plan
from learner.reasons import Reason
from tests.factories import make_member, make_project
from tests.learner.working import answer

pytestmark = pytest.mark.django_db


@pytest.fixture
def project():
    return make_project()


@pytest.fixture
def manager(project):
    return make_member(project, "manager").user


def test_a_draft_is_replaced_and_leaves_no_event(project, manager, desk):
    plans.write(project, {"budget": 3000.0}, author=manager, now=desk.now)
    plan = plans.write(project, {"smallest_effect": 0.02}, author=manager, now=desk.now)
    assert (plan.version, plan.budget, plan.smallest_effect) == (1, 3000.0, 0.02)
    assert (project.plans.count(), Event.objects.count()) == (1, 0)


def test_a_locked_plan_is_hashed_and_a_change_of_it_is_a_version_and_an_event(project, manager, desk):
    plans.write(project, {"budget": 3000.0}, author=manager, now=desk.now)
    first = plans.lock(project, actor=manager, now=desk.now)
    with pytest.raises(Conflict, match="note"):
        plans.write(project, {"budget": 9000.0}, author=manager, now=desk.now)
    second = plans.write(project, {"budget": 9000.0, "note": "more money"}, author=manager, now=desk.now)
    first.refresh_from_db()
    assert (first.budget, second.budget, second.version) == (3000.0, 9000.0, 2)
    assert plans.is_intact(first)
    assert plans.is_intact(second)
    changed = Event.objects.get(kind="plan.changed")
    assert (changed.before["budget"], changed.after["budget"]) == (3000.0, 9000.0)


def test_a_plan_altered_behind_the_lock_is_told(project, manager, desk):
    plan = plans.lock(project, actor=manager, now=desk.now)
    Plan.objects.filter(pk=plan.pk).update(smallest_effect=0.5)
    plan.refresh_from_db()
    assert not plans.is_intact(plan)


def test_nobody_locks_twice(project, manager, desk):
    plans.lock(project, actor=manager, now=desk.now)
    with pytest.raises(Conflict):
        plans.lock(project, actor=manager, now=desk.now)


def test_the_first_label_locks_the_draft_as_it_stands(loop, desk):
    watching.watch(loop, now=desk.now)
    plan = plans.current(loop)
    assert plan.locked_at < desk.now
    assert Event.objects.get(kind="plan.locked").actor is None


def test_without_a_label_the_watch_locks_nothing(project, desk):
    watching.watch(project, now=desk.now)
    assert plans.current(project) is None


def test_a_draft_cannot_be_written_once_labels_are_in(loop, desk):
    answer(desk, make_member(loop), 1)
    with pytest.raises(Conflict):
        plans.write(loop, {"budget": 1.0}, author=make_member(loop, "manager").user, now=desk.now)


def test_looks_are_logged_once_an_hour(project, manager, desk):
    for minutes in (0, 10, 90):
        now = desk.now.replace(minute=0) + timedelta(minutes=minutes)
        plans.record_view(project, viewer=manager, what="curves", now=now)
    assert plans.looks(project) == 2


class TestOutcome:
    def estimate(self, low, high):
        return TheseStrategies(value=(low + high) / 2, low=low, high=high)

    def test_before_the_horizon_nothing_is_judged(self):
        plan = Plan(budget=100)
        assert plans.judge(plan, self.estimate(0.1, 0.2), spent=99).verdict == "too early"
        assert plans.judge(plan, self.estimate(0.1, 0.2), spent=100).verdict == "active is better"

    def test_a_worse_active_arm_is_said_to_be_worse(self):
        assert plans.judge(Plan(), self.estimate(-0.2, -0.1), spent=1).verdict == "active is worse"

    @pytest.mark.parametrize(("half", "says"), [(0.005, "within_smallest"), (0.05, "holds_both")])
    def test_no_difference_tells_evidence_of_none_from_no_evidence(self, half, says):
        outcome = plans.judge(Plan(smallest_effect=0.01), self.estimate(-half, half), spent=1)
        assert outcome.verdict == "no difference shown"
        assert [note.code for note in outcome.notes] == [says]

    def test_the_detectable_effect_is_3_24_standard_errors(self):
        outcome = plans.judge(Plan(), self.estimate(-0.0196, 0.0196), spent=1)
        assert outcome.detectable == pytest.approx(0.0324, abs=1e-4)

    def test_what_is_not_estimable_stays_so(self):
        outcome = plans.judge(Plan(), NotEstimable(Reason("no_refits")), spent=1)
        assert (outcome.verdict, outcome.notes) == ("not estimable", (Reason("no_refits"),))


class TestApi:
    def path(self, project, rest=""):
        return f"/api/projects/{project.pk}/plans{rest}"

    @pytest.mark.parametrize(("role", "status"), [("manager", 201), ("annotator", 403), ("adjudicator", 403)])
    def test_only_managers_write_it(self, by, project, role, status):
        caller = by(make_member(project, role).user)
        assert caller.post(self.path(project), {"budget": 100}).status_code == status

    def test_it_is_written_locked_and_read(self, by, project, manager):
        caller = by(manager)
        assert caller.post(self.path(project, "/lock")).status_code == 404
        made = caller.post(self.path(project), {"expected_error": 0.01}).json()
        assert made["detectable_effect"] == pytest.approx(0.0324, abs=1e-4)
        assert made["locked_at"] is None
        assert len(caller.post(self.path(project, "/lock")).json()["sha256"]) == 64
        assert caller.post(self.path(project, "/lock")).status_code == 409
        assert [row["version"] for row in caller.get(self.path(project)).json()] == [1]

    def test_a_figure_that_is_none_is_refused(self, by, project, manager):
        assert by(manager).post(self.path(project), {"figure": "luck"}).status_code == 400

    def test_to_an_outsider_there_is_no_plan(self, by, project):
        assert by(make_member(make_project(), "manager").user).get(self.path(project)).status_code == 404

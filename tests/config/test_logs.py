"""Log lines: one JSON object each, with the request or the task they were written in."""

import json
import logging

import pytest
from celery import signals
from django.test import override_settings
from django.urls import path

from annotation.models import AuditEntry
from config import logs
from config.celery import app
from config.urls import urlpatterns as served
from learner.models import Round
from tests.annotation.api.conftest import by, people
from tests.waiting import PATIENCE_SECONDS, wait_for

__all__ = ["by", "people"]

pytestmark = pytest.mark.django_db

GIVEN = "proxy-0123456789"


@pytest.fixture
def lines(caplog):
    """Return what the log has by now, as the JSON that is written."""
    formatter, about = logs.json_formatter(), logs.About()
    caplog.set_level(logging.INFO)
    caplog.handler.addFilter(about)
    yield lambda logger: [
        json.loads(formatter.format(record)) for record in caplog.records if record.name == logger
    ]
    caplog.handler.removeFilter(about)


def complain(request, project_id):
    logging.getLogger("tests").warning("something\nodd: %s", "ก")
    raise ValueError("broken")


urlpatterns = [path("api/projects/<int:project_id>/broken", complain), *served]
handler404, handler500 = "config.pages.not_found", "config.pages.server_error"


def test_a_line_of_a_request_names_request_user_and_project(people, by, lines):
    with override_settings(ROOT_URLCONF=__name__):
        client = by(people.manager).client
        answer = client.get(people.path("/broken"), headers={"X-Request-ID": GIVEN})
    assert (answer.status_code, answer.headers["X-Request-ID"]) == (500, GIVEN)
    (own,), (error,) = lines("tests"), lines("django.request")
    assert own["message"] == "something\nodd: ก"
    assert "ValueError: broken" in error["exc_info"]
    assert {line["request_id"] for line in (own, error)} == {GIVEN}
    assert {line["project_id"] for line in (own, error)} == {people.project.pk}
    assert logs.about() == {}


@pytest.mark.parametrize("given", ["", "short", 'a"b c\n{"level": "ERROR"}', "x" * 65])
def test_an_id_that_is_not_well_formed_is_replaced(client, given):
    answer = client.get("/api/health", headers={"X-Request-ID": given})
    assert len(answer.headers["X-Request-ID"]) == 32


def test_an_access_line_has_the_route_and_never_the_address(people, by, lines, settings):
    settings.ACCESS_LOG = True
    by(people.manager).get(people.path("/guidelines"))
    by(None).get("/api/invitations/the-token-of-a-link")
    own, link = lines("tatkham.access")
    assert (own["method"], own["status"], own["user_id"]) == ("GET", 200, people.manager.pk)
    assert own["route"] == "api/projects/<int:project_id>/guidelines"
    assert own["ms"] > 0
    assert link["status"] == 404
    assert "the-token" not in json.dumps(link)


def test_without_the_setting_a_request_writes_nothing(client, lines):
    client.get("/api/health")
    assert lines("tatkham.access") == []


def test_the_audit_trail_names_the_request(people, by):
    by(people.manager).client.patch(
        people.path(), {"round_size": 60}, format="json", headers={"X-Request-ID": GIVEN}
    )
    assert AuditEntry.objects.get().request_id == GIVEN


def test_a_line_of_a_task_names_the_task_its_ids_and_the_round(people, lines):
    round_ = Round.objects.create(
        project=people.project, number=4, trigger="hand", opened_at="2026-01-01T00:00Z"
    )

    @app.task(name="tests.complain", shared=False)
    def grumble(round_id: int, attempt: int) -> None:
        logging.getLogger("tests").warning("odd")

    try:
        grumble.apply(args=[round_.pk, 1], task_id="some-task")
    finally:
        app.tasks.unregister("tests.complain")
    (line,) = lines("tests")
    told = {name: line[name] for name in ("task", "task_id", "round_id", "round")}
    assert told == {
        "task": "tests.complain",
        "task_id": "some-task",
        "round_id": round_.pk,
        "round": 4,
    }
    assert logs.about() == {}


@pytest.mark.django_db(transaction=True)
def test_what_a_request_sends_to_a_worker_goes_on_under_its_id(people, by, settings, tmp_path):
    settings.EXPORT_STORE = tmp_path
    sent = []

    def note(headers, **_):
        sent.append((headers["task"], headers["request_id"]))

    signals.before_task_publish.connect(note)
    try:
        client = by(people.manager).client
        client.post(people.path("/exports"), {"format": "jsonl"}, headers={"X-Request-ID": GIVEN})
    finally:
        signals.before_task_publish.disconnect(note)
    assert sent == [("annotation.tasks.export_annotations", GIVEN)]


@pytest.mark.django_db(transaction=True)
def test_a_worker_writes_its_lines_under_task_and_request(workers, settings):
    sent = app.send_task(
        "learner.tasks.write_report", args=[0], headers={"request_id": GIVEN}, ignore_result=False
    )
    assert "DoesNotExist" in repr(sent.get(timeout=PATIENCE_SECONDS, propagate=False))
    line = f"task_id={sent.id} task=learner.tasks.write_report report_id=0 request_id={GIVEN}"
    log = settings.HOME.logs / "worker-default.log"
    # The worker stores how a task ended before it writes about it.
    wait_for(lambda: line in log.read_text(), says=log.read_text)


def test_text_lines_say_what_they_are_about_at_their_end():
    record = logging.makeLogRecord({"name": "tests", "levelname": "INFO", "msg": "odd"})
    token = logs.under_way.set(lambda: {"request_id": GIVEN})
    try:
        logs.About().filter(record)
    finally:
        logs.under_way.reset(token)
    form = logs.configuration(level="INFO", is_json=False)["formatters"]["line"]["format"]
    assert logging.Formatter(form).format(record).endswith(f"INFO tests: odd request_id={GIVEN}")

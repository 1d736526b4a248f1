"""The report: one page that stands by itself, figures and tidy data, asked for over HTTP."""

import csv
import json
import zipfile

import pyarrow.parquet as pq
import pytest
from django.utils import timezone

from annotation import written_files
from annotation.reasons import Reason
from learner import events, report_writing, rounds
from learner.models import Report
from tests.factories import make_guideline, make_member, make_project
from tests.learner.working import answer, turn

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(loop, desk):
    """A project with two rounds, one by each of two guidelines."""
    turn(rounds.open_round(loop, trigger="hand", now=desk.now))
    make_guideline(loop, "# กติกาใหม่")
    answer(desk, make_member(loop), 20)
    turn(rounds.open_round(loop, trigger="hand", now=desk.now))
    return loop


def test_a_report_is_a_page_by_itself_with_figures_and_data(project, tmp_path):
    page = report_writing.write(project, tmp_path, figure="word_f1", unit="clusters")
    text = page.read_text(encoding="utf-8")
    assert text.count("<svg") >= 4
    assert 'src="' not in text
    assert 'href="http' not in text.replace('xlink:href="http', "")
    assert {"curves.svg", "gain.png", "timeline.svg", "calibration.svg"} <= {
        file.name for file in tmp_path.glob("figures/*")
    }
    assert "curves" in json.loads((tmp_path / "analyses.json").read_text())


def test_why_a_round_failed_stands_on_the_page_in_words_and_in_the_data_as_it_is(tmp_path):
    project = make_project()
    why = Reason("attempt_failed", {"attempt": 3, "problem": Reason("no_space")})
    facts = {"round": 2, "error": why.as_json()}
    events.record(project, "round.failed", at=timezone.now(), after=facts)
    page = report_writing.write(project, tmp_path, figure="exact", unit="seconds")
    assert f"<td>error: {why}; round: 2</td>" in page.read_text(encoding="utf-8")
    with (tmp_path / "data" / "events.csv").open() as file:
        assert json.loads(next(csv.DictReader(file))["after"]) == facts


def test_its_data_are_tidy_and_the_same_in_both_formats(project, tmp_path):
    report_writing.write(project, tmp_path, figure="word_f1", unit="clusters")
    with (tmp_path / "data" / "curves.csv").open() as file:
        rows = list(csv.DictReader(file))
    # The first round was measured on less of the holdout, and waits to be measured again.
    assert [(row["arm"], row["round"]) for row in rows] == [("random", "2"), ("active", "2")]
    parquet = pq.read_table(tmp_path / "data" / "curves.parquet").to_pylist()
    assert [row["value"] for row in parquet] == [float(row["value"]) for row in rows]


def test_a_project_without_a_round_has_a_report_that_says_so(tmp_path):
    page = report_writing.write(make_project(), tmp_path, figure="exact", unit="seconds")
    assert "No round of both arms" in page.read_text(encoding="utf-8")


@pytest.fixture
def path(project):
    return f"/api/projects/{project.pk}/reports"


@pytest.fixture(autouse=True)
def store(tmp_path, settings):
    settings.EXPORT_STORE = tmp_path / "store"


def test_a_manager_asks_for_one_and_downloads_it(by, project, path, tmp_path):
    caller = by(make_member(project, "manager").user)
    made = caller.post(path, {"unit": "clusters"})
    assert (made.status_code, made.json()["state"]) == (202, "waiting")
    assert caller.get(f"{path}/{made.json()['id']}/file").status_code == 409
    report_writing.run(made.json()["id"])
    assert caller.get(path).json()[0]["state"] == "ready"
    answered = caller.client.get(f"{path}/{made.json()['id']}/file")
    (tmp_path / "got.zip").write_bytes(b"".join(answered.streaming_content))
    with zipfile.ZipFile(tmp_path / "got.zip") as archive:
        assert {"report.html", "data/curves.csv"} <= set(archive.namelist())


def test_writing_twice_writes_once(project, desk):
    report = Report.objects.create(project=project, figure="word_f1", unit="clusters", created_at=desk.now)
    first = report_writing.run(report.pk)
    written = written_files.path_of(report).stat().st_mtime_ns
    assert report_writing.run(report.pk).state == first.state == "ready"
    assert written_files.path_of(report).stat().st_mtime_ns == written


def test_what_goes_wrong_is_on_the_report(project, desk, monkeypatch):
    monkeypatch.setattr(report_writing, "write", lambda *a, **k: 1 / 0)
    report = Report.objects.create(project=project, figure="word_f1", unit="clusters", created_at=desk.now)
    assert "ZeroDivisionError" in report_writing.run(report.pk).error


@pytest.mark.parametrize("role", ["annotator", "adjudicator"])
def test_nobody_else_asks_for_one(by, project, path, role):
    caller = by(make_member(project, role).user)
    assert caller.post(path, {}).status_code == 403
    assert caller.get(path).status_code == 403


def test_to_an_outsider_there_is_none(by, path):
    assert by(make_member(make_project(), "manager").user).get(path).status_code == 404

"""Asking for an export and downloading it."""

import io
import json
import zipfile

import pytest

from annotation import export_rows, exports, written_files
from annotation.models import Export
from tests.factories import annotate

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(people, by):
    return by(people.manager)


def test_an_export_is_written_in_the_background(people, manager, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as started:
        asked = manager.post(people.path("/exports"), {"format": "jsonl", "which": "all"})
    assert (asked.status_code, asked.json()["state"], len(started)) == (202, "waiting", 1)
    early = manager.get(people.path(f"/exports/{asked.json()['id']}/file"))
    assert (early.status_code, early.json()["details"]["state"]) == (409, "waiting")


# What is exported is read through a connection of its own, which sees committed rows only.
@pytest.mark.django_db(transaction=True)
def test_an_export_is_downloaded_as_a_zip(people, by, manager):
    sentence = annotate(by(people.annotator), people.project, 2).sentence
    id_ = manager.post(people.path("/exports"), {"format": "jsonl", "which": "all"}).json()["id"]
    exports.run(id_)
    (row,) = manager.get(people.path("/exports")).json()
    assert (row["state"], row["error"]) == ("ready", "")
    answer = manager.get(people.path(f"/exports/{id_}/file"))
    assert answer.headers["Content-Type"] == "application/zip"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="tatkham-export-{id_}.zip"'
    assert len(answer.body) == row["size"]
    with zipfile.ZipFile(io.BytesIO(answer.body)) as archive:
        (line,) = archive.read("data.jsonl").decode().splitlines()
    second = sum(sentence.cluster_lengths[:2])
    assert json.loads(line)["words"] == [sentence.text[:second], sentence.text[second:]]


def test_filters_are_kept_with_the_export(people, manager):
    filters = {
        "arm": "active",
        "split": "seed",
        "since": "2026-01-05T09:00:00Z",
        "until": None,
        "guideline_version": 1,
    }
    row = manager.post(people.path("/exports"), {"format": "best", "which": "training", **filters}).json()
    assert (row["format"], row["which"]) == ("best", "training")
    named = {name: value for name, value in filters.items() if value is not None}
    assert row["filters"] == named | {"since": "2026-01-05T09:00:00+00:00"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("format", "docx"),
        ("which", "best"),
        ("arm", "measurement"),
        ("split", "dev"),
        ("since", "yesterday"),
        ("guideline_version", "1"),
    ],
)
def test_a_filter_that_is_wrong_is_named(people, manager, field, value):
    refused = manager.post(people.path("/exports"), {"format": "jsonl", field: value})
    assert (refused.status_code, list(refused.json()["details"])) == (400, [field, "why"])


def test_an_export_of_another_project_is_not_found(people, by, manager):
    id_ = manager.post(people.path("/exports"), {"format": "jsonl"}).json()["id"]
    theirs = people.outsider.memberships.get().project
    assert by(people.outsider).get(f"/api/projects/{theirs.pk}/exports/{id_}/file").status_code == 404


def test_a_file_that_was_deleted_is_not_found(people, manager):
    id_ = manager.post(people.path("/exports"), {"format": "jsonl"}).json()["id"]
    exports.run(id_)
    written_files.path_of(Export.objects.get(pk=id_)).unlink()
    assert manager.get(people.path(f"/exports/{id_}/file")).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_a_preview_counts_and_shows_the_first_rows(people, by, manager):
    for boundary in (2, 6):
        annotate(by(people.annotator), people.project, boundary)
    found = manager.get(people.path("/exports/preview"), {"which": "all"}).json()
    assert (found["rows"], found["sentences"], len(found["shown"])) == (2, 2, 2)
    assert found["shown"][0]["split"] == "seed"
    assert manager.get(people.path("/exports/preview"), {"which": "adjudicated"}).json()["rows"] == 0
    assert Export.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_preview_leaves_its_connection_as_it_was(people, manager):
    """It goes back into the web process's pool, whose next user writes."""
    with export_rows.snapshot() as raw:
        raw.execute("SELECT 1")
        assert raw.read_only
    assert (raw.read_only, raw.isolation_level, raw.autocommit) == (None, None, True)


def test_editions_are_told_apart_by_name(people, manager):
    first = {"format": "jsonl", "which": "training", "name": "ข่าว 1.0"}
    assert manager.post(people.path("/exports"), first).json()["name"] == "ข่าว 1.0"
    assert manager.post(people.path("/exports"), first).status_code == 409
    assert manager.post(people.path("/exports"), first | {"name": ""}).status_code == 202

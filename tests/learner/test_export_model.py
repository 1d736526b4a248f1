"""A round's model as a package, from the shell and over HTTP."""

import io
import re
import shutil
import zipfile

import pytest
from django.core.management import CommandError, call_command

from learner import package_writing, packages, rounds
from segmenter.export import export
from segmenter.runtime import Model
from tests.factories import make_member
from tests.learner.working import turn

pytestmark = pytest.mark.django_db


def test_the_latest_model_with_most_labels_becomes_a_package(loop, desk, tmp_path):
    loop.suggestion_policy = "model"
    loop.save()
    turn(rounds.open_if_due(loop, now=desk.now))
    out = io.StringIO()
    call_command("export_model", str(loop.pk), tmp_path / "out", name="cutter", stdout=out)
    assert "Wrote the suggestion model of round 1" in out.getvalue()
    text = "ครูซื้อมะม่วง วันนี้"
    assert "".join(Model(tmp_path / "out" / "cutter").segment(text)) == text
    call_command("export_model", str(loop.pk), tmp_path / "arm", arm="random", round=1, stdout=out)
    assert "Wrote the random model of round 1" in out.getvalue()
    with pytest.raises(CommandError, match="is not empty"):
        call_command("export_model", str(loop.pk), tmp_path / "out")


def test_without_a_closed_round_there_is_nothing_to_export(loop, tmp_path):
    with pytest.raises(CommandError, match="no model of a closed round"):
        call_command("export_model", str(loop.pk), tmp_path / "out")


@pytest.fixture
def path(loop, desk, settings, tmp_path):
    settings.EXPORT_STORE = tmp_path / "exports"
    round_ = turn(rounds.open_if_due(loop, now=desk.now))
    return f"/api/projects/{loop.pk}/rounds/{round_.pk}/package"


def test_a_manager_asks_for_a_round_s_model_and_downloads_it(by, loop, path, tmp_path):
    caller = by(make_member(loop, "manager").user)
    asked = caller.post(path, {})
    assert (asked.status_code, asked.json()["state"]) == (202, "waiting")
    assert caller.get(f"{path}/file").status_code == 409
    checkpoint = packages.find(loop)
    package_writing.run(checkpoint.pk)
    written = packages.path_of(checkpoint).stat().st_mtime_ns
    package_writing.run(checkpoint.pk)
    assert packages.path_of(checkpoint).stat().st_mtime_ns == written
    assert caller.get(path).json() == {
        "state": "ready",
        "error": "",
        "why": None,
        "arm": checkpoint.arm,
    }
    assert caller.post(path, {}).json()["state"] == "ready"
    file = caller.client.get(f"{path}/file")
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert file.headers["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(b"".join(file.streaming_content))) as archive:
        archive.extractall(tmp_path / "got")
    assert Model(tmp_path / "got" / packages.NAME).segment("ครูซื้อ") == export_and_segment(
        checkpoint, tmp_path / "same", "ครูซื้อ"
    )


def test_a_package_that_fails_is_logged_told_and_tried_again(by, loop, path, settings, caplog):
    caller = by(make_member(loop, "manager").user)
    assert caller.get(path).status_code == 404
    checkpoint = packages.find(loop)
    caller.post(path, {})
    settings.EXPORT_STORE.write_text("a file where the folder should be")
    package_writing.run(checkpoint.pk)
    assert "FileExistsError" in caplog.text
    failed = caller.get(path).json()
    assert failed["state"] == "failed"
    assert "FileExistsError" in failed["error"]
    settings.EXPORT_STORE.unlink()
    again = caller.post(path, {}).json()
    assert (again["state"], again["error"], again["why"]) == ("waiting", "", None)
    package_writing.run(checkpoint.pk)
    assert caller.get(path).json()["state"] == "ready"


def export_and_segment(checkpoint, folder, text):
    export(checkpoint.folder, folder)
    return Model(folder / packages.NAME).segment(text)


def test_a_round_without_a_model_has_no_package_and_a_lost_one_is_named(by, loop, path, settings):
    caller = by(make_member(loop, "manager").user)
    assert caller.post(re.sub(r"rounds/\d+", "rounds/0", path), {}).status_code == 404
    shutil.rmtree(settings.CHECKPOINT_STORE)
    assert "gone from the store" in caller.post(path, {}).json()["message"]


@pytest.mark.parametrize("role", ["annotator", "adjudicator"])
def test_only_managers_take_models_away(by, loop, path, role):
    caller = by(make_member(loop, role).user)
    assert {caller.post(path, {}).status_code, caller.get(path).status_code} == {403}

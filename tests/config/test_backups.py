"""Backup and restore on real servers: what comes back is what was there, or nothing is touched."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from annotation.models import Sentence
from config import backups, binaries, embedded
from config.home import Home
from config.settings import BASE_DIR
from config.supervisor import ServiceError
from learner.models import Checkpoint
from tests.factories import make_corpus, make_project
from tests.waiting import PATIENCE_SECONDS

pytestmark = pytest.mark.django_db(transaction=True)

WEIGHTS = b"weights of a model"


@pytest.fixture
def backup(tmp_path):
    """Return a backup of a project with sentences and a checkpoint."""
    project = make_project()
    make_corpus(project, 30)
    make_checkpoint(project)
    return backups.make(tmp_path / "backup", now=timezone.now())


def make_checkpoint(project):
    round_ = project.rounds.create(number=1, trigger="hand", opened_at=timezone.now(), state="closed")
    path = f"project-{project.pk}/round-1/active-1-attempt-1"
    folder = Path(settings.CHECKPOINT_STORE) / path
    folder.mkdir(parents=True)
    (folder / "weights.safetensors").write_bytes(WEIGHTS)
    Checkpoint.objects.create(
        round=round_,
        arm="active",
        seed=1,
        path=path,
        sha256="",
        metrics={},
        config={},
        created_at=timezone.now(),
    )


@pytest.fixture
def other_home():
    """Return the home of another installation, which goes away."""
    with tempfile.TemporaryDirectory(prefix="tk-", dir="/tmp") as folder:
        Path(folder).chmod(0o711)
        home = Home(Path(folder) / "h")
        yield home
        embedded.remove(home)


def manage(home, *arguments):
    kept = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
    return subprocess.run(
        [sys.executable, "manage.py", *map(str, arguments)],
        cwd=BASE_DIR,
        env={**kept, "TATKHAM_HOME": str(home.root), "DJANGO_SETTINGS_MODULE": "config.settings"},
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )


def damage(backup, name, change):
    path = backup.folder / name
    path.write_bytes(change(path.read_bytes()))


def change_manifest(backup, **values):
    damage(backup, backups.MANIFEST, lambda old: json.dumps({**json.loads(old), **values}).encode())


def test_what_is_restored_elsewhere_is_what_was_there(backup, other_home, tmp_path):
    done = manage(other_home, "restore", backup.folder)
    assert done.returncode == 0, done.stderr
    stored = next((other_home.root / "checkpoints").rglob("weights.safetensors"))
    assert stored.read_bytes() == WEIGHTS

    refused = manage(other_home, "restore", backup.folder)
    assert refused.returncode != 0
    assert "The database is not empty" in refused.stderr
    replaced = manage(other_home, "restore", backup.folder, "--replace")
    assert replaced.returncode == 0, replaced.stderr

    again = manage(other_home, "backup", tmp_path / "again")
    assert again.returncode == 0, again.stderr
    second = backups.check(tmp_path / "again").manifest
    first = backup.manifest
    assert second["counts"] == first["counts"]
    assert second["counts"]["annotation_sentence"] == 30
    assert second["migrations"] == first["migrations"]
    assert {name: file for name, file in second["files"].items() if name != backups.DUMP} == {
        name: file for name, file in first["files"].items() if name != backups.DUMP
    }


def test_a_backup_is_of_one_moment_and_leaves_no_draft(backup):
    Sentence.objects.all().delete()
    assert backup.manifest["counts"]["annotation_sentence"] == 30
    assert [path.name for path in backup.folder.parent.iterdir()] == [backup.folder.name]


def test_a_folder_that_exists_is_not_written_into(backup):
    with pytest.raises(backups.BackupError, match="exists already"):
        backups.make(backup.folder, now=timezone.now())


@pytest.mark.parametrize(
    ("change", "said"),
    [(lambda old: old[:-1], "not what it was"), (lambda old: b"X" + old[1:], "not what it was")],
    ids=["shorter", "other bytes"],
)
def test_a_damaged_dump_is_refused(backup, change, said):
    damage(backup, backups.DUMP, change)
    with pytest.raises(backups.BackupError, match=said):
        backups.restore(backup.folder, replace=True)
    assert Sentence.objects.count() == 30


def test_a_missing_checkpoint_is_refused(backup):
    next(backup.folder.rglob("weights.safetensors")).unlink()
    with pytest.raises(backups.BackupError, match=r"weights\.safetensors is missing"):
        backups.restore(backup.folder, replace=True)


def test_a_manifest_that_leads_out_of_the_folder_is_refused(backup):
    change_manifest(backup, files={"../elsewhere": {"bytes": 1, "sha256": ""}})
    with pytest.raises(backups.BackupError, match="names"):
        backups.check(backup.folder)


def test_a_backup_of_another_format_is_refused(backup):
    change_manifest(backup, format=99)
    with pytest.raises(backups.BackupError, match="format 99"):
        backups.check(backup.folder)


def test_a_backup_of_later_software_is_refused(backup):
    change_manifest(backup, migrations=[*backup.manifest["migrations"], "annotation.9999_from_the_future"])
    with pytest.raises(backups.BackupError, match="9999_from_the_future"):
        backups.restore(backup.folder, replace=True)


def test_a_backup_of_a_later_server_is_refused(backup):
    change_manifest(backup, postgresql=backup.manifest["postgresql"] + 10_000)
    with pytest.raises(backups.BackupError, match="is older"):
        backups.restore(backup.folder, replace=True)


def test_a_restore_waits_for_nobody_who_uses_the_database(backup, web):
    with pytest.raises(backups.BackupError, match="stop web, workers and beat"):
        backups.restore(backup.folder, replace=True)
    assert Sentence.objects.count() == 30


def test_without_the_programs_it_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr(binaries, "_find_programs", lambda *programs: None)
    with pytest.raises(ServiceError, match="postgresql-client"):
        backups.make(tmp_path / "backup", now=timezone.now())
    assert list(tmp_path.iterdir()) == []

"""The whole loop with kills in between, as the bench plays it."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings


@pytest.mark.slow
def test_nothing_is_lost_and_nothing_served_twice_while_web_workers_and_beat_are_killed(tmp_path):
    command = [
        sys.executable,
        "bench/loop.py",
        "--quick",
        "--kill",
        "--json",
        "--home",
        str(tmp_path / "home"),
    ]
    done = subprocess.run(
        [*command, "--port", "8799"],
        cwd=settings.BASE_DIR,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings"},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    report = json.loads(done.stdout.splitlines()[-1])
    assert report["figures"]["processes_killed"] == 5
    assert report["figures"]["submits"] >= 250
    assert [target for target in report["targets"] if not target["met"]] == []

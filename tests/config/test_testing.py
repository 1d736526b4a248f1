"""manage.py test: on a home of its own, whatever home the installation has."""

import os
import subprocess
import sys

from django.conf import settings


def test_a_test_run_leaves_the_home_of_the_installation_alone(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    (home / "kept").write_text("data of years")
    command = [sys.executable, "manage.py", "test", "tests/annotation/test_keys.py", "-q"]
    done = subprocess.run(
        command,
        cwd=settings.BASE_DIR,
        env=os.environ | {"TATKHAM_HOME": str(home), "DJANGO_SETTINGS_MODULE": "config.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert (home / "kept").read_text() == "data of years"

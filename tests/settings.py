"""The settings of a test run: those of the service in a home of its own, which goes away with the run."""

import os
import tempfile
from pathlib import Path

_folder = Path(tempfile.mkdtemp(prefix="tatkham-test-"))
# Root's PostgreSQL runs as another user, who has to pass.
_folder.chmod(0o711)
os.environ["TATKHAM_HOME"] = str(_folder)

# The workers' mail goes into a folder of the run (tests/mailbox.py).
os.environ |= {
    "EMAIL_URL": f"file://{_folder}/mail",
    "EMAIL_FROM": "Tatkham <no-reply@tatkham.example.org>",
    "PUBLIC_URL": "https://tatkham.example.org",
}

from config.settings import *  # noqa: E402, F403  (needs the line above)

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

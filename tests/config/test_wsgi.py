"""The WSGI application as a web process loads it."""

import os
import subprocess
import sys

from django.conf import settings

LOOK = """
import gc
import config.wsgi, sys
print(gc.get_freeze_count() > 50_000, "annotation.api.annotator" in sys.modules)
"""


def test_what_is_loaded_at_the_start_is_complete_and_left_out_of_garbage_collections():
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings"}
    command = [sys.executable, "-c", LOOK]
    answer = subprocess.run(
        command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=True
    )
    assert answer.stdout.split() == ["True", "True"]

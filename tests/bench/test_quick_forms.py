"""The quick forms of the benches that measure the service: they speak to it as it is now.

Their figures are not judged here, only that each is there: a bench whose addresses or columns have gone would
be noticed when somebody needs its figures.
"""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings

FIGURES = {
    "pages": "pages_p95_ms",
    "rank": "rank_seconds",
    "serve": "pairs_a_second",
    "transfer": "export_sentences_a_second",
}


@pytest.mark.slow
@pytest.mark.parametrize("bench", FIGURES)
def test_a_bench_of_the_service_runs_to_its_figures(bench, tmp_path):
    done = subprocess.run(
        [sys.executable, f"bench/{bench}.py", "--quick", "--json", "--home", str(tmp_path / "home")],
        cwd=settings.BASE_DIR,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings"},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    report = json.loads(done.stdout.splitlines()[-1])
    assert report["figures"][FIGURES[bench]] > 0

"""Benches as whole processes, as somebody would start them."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

BENCH_SECONDS = 900


@pytest.fixture
def run_bench(tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Return a function that runs a bench's quick form in a home of its own and gives its closing line."""

    def run(name: str, *options: str) -> dict[str, Any]:
        command = [sys.executable, f"bench/{name}.py", "--quick", "--json", "--home", str(tmp_path / "home")]
        done = subprocess.run(
            [*command, *options],
            cwd=settings.BASE_DIR,
            env=os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings"},
            capture_output=True,
            text=True,
            timeout=BENCH_SECONDS,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        report: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return report

    return run

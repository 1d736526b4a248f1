"""manage.py test: the front end's tests, then pytest, whose closing line is last. Standard library only."""

import os
import subprocess
import sys
from pathlib import Path

from config import bootstrap

# PostgreSQL, Valkey, two workers, the web and a browser for each: about 2 GB.
MOST_CORES = 4


def run(arguments: list[str]) -> int:
    """Run everything, or with a file or test named, pytest alone; return the exit status.

    `--slow` adds the tests marked slow. All other arguments are pytest's. A whole run is spread over the
    cores, file by file, each core with servers of its own.
    """
    is_whole = not _names_tests(arguments)
    frontend = _test_frontend() if is_whole and bootstrap.has_frontend() else 0
    options = ["-m", ""] if "--slow" in arguments else []
    if is_whole:
        options += ["--numprocesses", str(_usable_cores()), "--dist", "loadfile", "--no-loadscope-reorder"]
    rest = [argument for argument in arguments if argument != "--slow"]
    python = subprocess.call(
        [sys.executable, "-m", "pytest", *options, *rest],
        cwd=bootstrap.ROOT,
        env={**os.environ, **({"OMP_NUM_THREADS": "1"} if is_whole else {})},
    )
    if frontend:
        print("The front end's tests failed; see above.", file=sys.stderr)
    return python or frontend


def _names_tests(arguments: list[str]) -> bool:
    return any(Path(bootstrap.ROOT, argument.split("::")[0]).exists() for argument in arguments if argument)


def _usable_cores() -> int:
    """Return how many cores this process may use, at most MOST_CORES.

    pytest-xdist's own count is of the machine's cores, of which a container may use a few only.
    """
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(usable, MOST_CORES)


def _test_frontend() -> int:
    npm, environment = bootstrap.find_npm()
    return subprocess.call([*npm, "test"], cwd=bootstrap.FRONTEND, env=environment)

"""manage.py test: the front end's tests, then pytest, whose closing line is last. Standard library only."""

import subprocess
import sys
from pathlib import Path

from config import bootstrap


def run(arguments: list[str]) -> int:
    """Run everything, or with a file or test named, pytest alone; return the exit status.

    `--slow` adds the tests marked slow. All other arguments are pytest's.
    """
    frontend = 0 if _names_tests(arguments) or not bootstrap.has_frontend() else _test_frontend()
    chosen = ["-m", ""] if "--slow" in arguments else []
    rest = [argument for argument in arguments if argument != "--slow"]
    python = subprocess.call([sys.executable, "-m", "pytest", *chosen, *rest], cwd=bootstrap.ROOT)
    if frontend:
        print("The front end's tests failed; see above.", file=sys.stderr)
    return python or frontend


def _names_tests(arguments: list[str]) -> bool:
    return any(Path(bootstrap.ROOT, argument.split("::")[0]).exists() for argument in arguments if argument)


def _test_frontend() -> int:
    npm, environment = bootstrap.find_npm()
    return subprocess.call([*npm, "test"], cwd=bootstrap.FRONTEND, env=environment)

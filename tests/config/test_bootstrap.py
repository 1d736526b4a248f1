"""The first run on a bare machine, tried on a copy of the set-up's files with a package index of our own."""

import os
import shutil
import subprocess
import sys
import zipfile

import pytest

from config.settings import BASE_DIR

TORCH = "torch==2.13.0"


@pytest.fixture
def index(tmp_path):
    """Return a folder with one small package called torch, the only one that can be installed."""
    folder = tmp_path / "index"
    folder.mkdir()
    make_wheel(folder, "torch", "2.13.0")
    return folder


@pytest.fixture
def checkout(tmp_path):
    """Return a copy of what the set-up reads, with one requirement and no front end."""
    folder = tmp_path / "checkout"
    shutil.copytree(BASE_DIR / "config", folder / "config", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(BASE_DIR / "manage.py", folder)
    (folder / "requirements.txt").write_text(f"# what is needed\n{TORCH}\n")
    (folder / "constraints.txt").write_text("# pins\n")
    return folder


def make_wheel(folder, name, version):
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        info = f"{name}-{version}.dist-info"
        wheel.writestr(f"{name}.py", f"version = {version!r}\n")
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        wheel.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{info}/RECORD", "")


def run_setup(checkout, index, *, python=sys.executable, command=("manage.py", "setup")):
    environment = {
        **os.environ,
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(index),
        "PIP_CONFIG_FILE": os.devnull,
    }
    return subprocess.run([python, *command], cwd=checkout, env=environment, capture_output=True, text=True)


def runs(python):
    return subprocess.run([python, "--version"], capture_output=True).returncode == 0


def installed_version(checkout):
    ask = [checkout / ".venv/bin/python", "-c", "import torch; print(torch.version)"]
    return subprocess.run(ask, capture_output=True, text=True).stdout.strip()


def test_the_first_start_installs_and_the_second_finds_nothing_to_do(checkout, index):
    first = run_setup(checkout, index)
    assert first.returncode == 0, first.stderr
    assert installed_version(checkout) == "2.13.0"
    second = run_setup(checkout, index)
    assert (second.returncode, second.stderr) == (0, "")


@pytest.mark.slow
def test_a_changed_requirement_is_installed_on_the_next_start(checkout, index):
    run_setup(checkout, index)
    make_wheel(index, "torch", "2.14.0")
    (checkout / "requirements.txt").write_text("torch==2.14.0\n")
    done = run_setup(checkout, index)
    assert "Installing PyTorch" in done.stderr
    assert installed_version(checkout) == "2.14.0"


@pytest.mark.slow
def test_a_failed_installation_says_why_and_goes_on_at_the_next_start(checkout, index):
    (checkout / "requirements.txt").write_text(f"{TORCH}\nnot-there-yet==1.0\n")
    failed = run_setup(checkout, index)
    assert failed.returncode != 0
    assert "not-there-yet" in failed.stderr
    assert "Traceback" not in failed.stderr
    make_wheel(index, "not_there_yet", "1.0")
    assert run_setup(checkout, index).returncode == 0


@pytest.mark.slow
def test_an_environment_whose_python_has_gone_is_made_again(checkout, index):
    run_setup(checkout, index)
    (checkout / ".venv/bin/python").unlink()
    (checkout / ".venv/stamp").unlink()
    assert run_setup(checkout, index).returncode == 0
    assert installed_version(checkout) == "2.13.0"


def test_a_python_without_ensurepip_names_the_package_to_install_and_leaves_nothing(checkout, index):
    without = (
        "import sys; sys.modules['ensurepip'] = None; sys.argv = ['manage.py', 'setup']; "
        "import manage; manage.main()"
    )
    done = run_setup(checkout, index, command=["-c", without])
    assert done.returncode != 0
    assert "apt-get install -y python3-venv" in done.stderr
    assert not (checkout / ".venv").exists()


def test_an_older_python_is_told_which_one_is_needed(checkout, index):
    candidates = filter(None, (shutil.which(f"python3.{minor}") for minor in range(6, 11)))
    older = next((path for path in candidates if runs(path)), None)
    if older is None:
        pytest.skip("no Python older than 3.11 on this machine")
    done = run_setup(checkout, index, python=older)
    assert done.returncode != 0
    assert "needs Python 3.11 or newer" in done.stderr


def test_the_set_up_uses_the_standard_library_alone():
    ask = (
        "import sys; before = set(sys.modules); from config import bootstrap, testing; "
        "new = {name.split('.')[0] for name in set(sys.modules) - before}; "
        "print(sorted(new - sys.stdlib_module_names - {'config'}))"
    )
    done = subprocess.run([sys.executable, "-S", "-c", ask], cwd=BASE_DIR, capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr

"""manage.py serve: the whole service as one command, its processes watched, everything gone when it stops."""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

import pytest

from config import embedded, processes
from config.home import Home
from config.settings import BASE_DIR
from tests.waiting import PATIENCE_SECONDS, wait_for

ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def answers(port):
    try:
        return urllib.request.urlopen(f"http://127.0.0.1:{port}/api/ready", timeout=5).status == 200
    except OSError:
        return False


def start(home, port):
    return subprocess.Popen(
        [sys.executable, "manage.py", "serve", "--port", str(port)],
        cwd=BASE_DIR,
        env={**os.environ, "TATKHAM_HOME": str(home.root), "DJANGO_SETTINGS_MODULE": "config.settings"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def processes_of_this_machine():
    """Yield process id, parent and command line; from /proc where there is no ps."""
    if shutil.which("ps"):
        ask = ["ps", "-ww", "-eo", "pid=,ppid=,args="]
        for line in subprocess.run(ask, capture_output=True, text=True, check=True).stdout.splitlines():
            pid, parent, command = line.split(None, 2)
            yield int(pid), int(parent), command
        return
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
            yield int(folder.name), int(parent), (folder / "cmdline").read_text().replace("\0", " ")


def children(pid):
    """Return the process ids of a process's direct children by the supervisor's names for them."""
    words = {"granian": "web", "--queues train": "worker-train", "--queues default": "worker-default"}
    words |= {"celery --app config.celery beat": "beat", "valkey-server": "valkey", "postgres -D": "postgres"}
    found = {}
    for child, parent, command in processes_of_this_machine():
        if parent == pid:
            found |= {name: child for word, name in words.items() if word in command}
    return found


@pytest.fixture(scope="module")
def make_home():
    """Return a function that makes homes which go away with the module's tests."""
    with tempfile.TemporaryDirectory(prefix="tk-", dir="/tmp") as folder:
        Path(folder).chmod(0o711)
        made = []

        def make():
            made.append(Home(Path(folder) / str(len(made))))
            return made[-1]

        yield make
        for home in made:
            embedded.remove(home)


@pytest.fixture(scope="module")
def service(make_home):
    """Return the process and the port of one service; the last test of it stops it."""
    port = free_port()
    with start(make_home(), port) as process:
        try:
            wait_for(lambda: answers(port) or process.poll() is not None)
            yield process, port
        finally:
            process.terminate()
            process.wait(PATIENCE_SECONDS)


def test_every_process_of_the_service_is_a_direct_child_of_the_command(service):
    process, _ = service
    # The page is served before the workers are started.
    wait_for(lambda: set(children(process.pid)) == {*processes.NAMES, "postgres", "valkey"})


@pytest.mark.parametrize("name", ["web", "worker-train", "beat", "postgres"])
def test_a_killed_process_comes_back(service, name):
    process, port = service
    wait_for(lambda: name in children(process.pid))
    killed = children(process.pid)[name]
    os.kill(killed, signal.SIGKILL)
    wait_for(lambda: children(process.pid).get(name, killed) != killed)
    wait_for(lambda: answers(port))


def test_a_stopped_service_says_where_it_was_and_leaves_no_process(service):
    process, port = service
    mine = children(process.pid)
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 0
    assert ADDRESS.search(said).group() == f"http://127.0.0.1:{port}"
    assert not answers(port)
    assert not set(mine.values()) & {pid for pid, _, _ in processes_of_this_machine()}


def test_a_port_in_use_is_named_before_anything_is_started(make_home):
    home = make_home()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with start(home, port) as process:
            said, _ = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode != 0
    assert f"127.0.0.1:{port} cannot be used" in said
    assert not home.postgres.exists()

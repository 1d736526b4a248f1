"""The supervisor itself, with small programs: starting, watching, stopping in order."""

import os
import signal
import subprocess
import sys

import pytest

from config import supervisor as module
from config.settings import BASE_DIR
from config.supervisor import Program, ServiceError, Supervisor
from tests.waiting import wait_for


@pytest.fixture
def supervisor(tmp_path):
    with Supervisor(tmp_path / "logs") as supervisor:
        yield supervisor


def shell(name, script, folder, **options):
    return Program(name=name, command=["sh", "-c", script], folder=folder, **options)


def is_running(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_program_that_cannot_start_is_reported_with_the_end_of_its_log(supervisor, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "RETRY_SECONDS", 0.5)
    program = shell("broken", "echo no such thing >&2; exit 3", tmp_path, is_ready=lambda: False)
    with pytest.raises(ServiceError, match=r"broken did not start\.(.|\n)*no such thing"):
        supervisor.start(program)


def test_a_program_that_fails_at_first_gets_another_try(supervisor, tmp_path):
    script = "test -e tried || { touch tried; exit 1; }; touch up; exec sleep 60"
    supervisor.start(shell("slow", script, tmp_path, is_ready=(tmp_path / "up").exists))
    assert supervisor.pid("slow")


def test_a_program_that_dies_is_started_again(supervisor, tmp_path):
    supervisor.start(shell("sleeper", "exec sleep 60", tmp_path))
    killed = supervisor.pid("sleeper")
    os.kill(killed, signal.SIGKILL)
    wait_for(lambda: supervisor.pid("sleeper") not in {None, killed})


def test_the_children_of_a_killed_program_do_not_go_on_without_it(supervisor, tmp_path):
    script = "sleep 60 & echo $! > child.new && mv child.new child; wait"
    supervisor.start(shell("parent", script, tmp_path, is_ready=(tmp_path / "child").exists))
    child = int((tmp_path / "child").read_text())
    os.kill(supervisor.pid("parent"), signal.SIGKILL)
    wait_for(lambda: not is_running(child))


def test_programs_stop_in_the_opposite_order_of_their_start(tmp_path):
    with Supervisor(tmp_path / "logs") as supervisor:
        for name in ("first", "second", "third"):
            script = f"trap 'echo {name} >> stopped; exit' TERM; touch {name}; while :; do sleep 0.05; done"
            supervisor.start(shell(name, script, tmp_path, is_ready=(tmp_path / name).exists))
    assert (tmp_path / "stopped").read_text().split() == ["third", "second", "first"]


def test_a_program_that_does_not_want_to_stop_is_killed_when_its_time_is_over(tmp_path):
    script = "trap '' TERM; touch deaf; while :; do sleep 0.05; done"
    with Supervisor(tmp_path / "logs") as supervisor:
        supervisor.start(
            shell("deaf", script, tmp_path, is_ready=(tmp_path / "deaf").exists, stop_seconds=0.3)
        )
        pid = supervisor.pid("deaf")
    assert not is_running(pid)


def test_a_log_that_has_grown_large_is_put_aside(supervisor, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "LOG_BYTES", 10)
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "talker.log").write_text("more than ten bytes")
    supervisor.start(
        shell("talker", "echo new; touch up; exec sleep 60", tmp_path, is_ready=(tmp_path / "up").exists)
    )
    assert (tmp_path / "logs" / "talker.log").read_text() == "new\n"
    assert (tmp_path / "logs" / "talker.log.1").read_text() == "more than ten bytes"


@pytest.mark.skipif(
    sys.platform != "linux", reason="the kernel tells children of their parent's end on Linux only"
)
def test_a_program_ends_with_a_supervisor_that_is_killed(tmp_path):
    script = (
        "import signal, sys; from pathlib import Path; from config.supervisor import Program, Supervisor; "
        "folder = Path(sys.argv[1]); "
        "program = ['sh', '-c', 'echo $$ > pid.new; mv pid.new pid; exec sleep 60']; "
        "Supervisor(folder / 'logs').start(Program('child', program, folder)); signal.pause()"
    )
    with subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], cwd=BASE_DIR) as process:
        wait_for((tmp_path / "pid").exists)
        child = int((tmp_path / "pid").read_text())
        process.kill()
    wait_for(lambda: not is_running(child))

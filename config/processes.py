"""The processes of the service: servers, web, workers, beat, all below one supervisor."""

import contextlib
import fcntl
import http.client
import multiprocessing
import os
import shutil
import signal
import socket
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TextIO

from django.conf import settings
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.executor import MigrationExecutor

from config import embedded, logs
from config.celery import TRAIN_HARD_LIMIT_SECONDS, TRAIN_SOFT_LIMIT_SECONDS
from config.home import Home
from config.supervisor import Program, ServiceError, Supervisor

# How long servers of another process may take to start or to stop.
OTHERS_SECONDS = 60
NAMES = ("web", "worker-default", "worker-train", "beat")


@contextlib.contextmanager
def running_service(home: Home, *, host: str, port: int) -> Iterator[Supervisor]:
    """Run everything for the block: servers, migrations, web on host:port, both workers, beat.

    On entry the page is served; the workers may still be loading. Raises ServiceError.
    """
    _check_port(host, port)
    with running_servers(home) as supervisor:
        _migrate()
        # The page first: loading the workers' libraries would take its share of the processors.
        supervisor.start(make_program("web", host=host, port=port))
        supervisor.start(*(make_program(name) for name in NAMES if name != "web"))
        yield supervisor


def _migrate() -> None:
    """Bring the tables up to date; costs next to nothing where they are."""
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", interactive=False, verbosity=0)
    connections.close_all()


@contextlib.contextmanager
def running_servers(home: Home) -> Iterator[Supervisor]:
    """Run the embedded servers that the settings ask for, or use those another process runs for this home.

    Waits for servers that are starting or stopping. Raises ServiceError.
    """
    home.make()
    home.run.mkdir(exist_ok=True, mode=0o700)
    with lock_file(home).open("a+") as file, Supervisor(home.logs) as supervisor:
        if _take(file, home):
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
            embedded.start(
                home, supervisor, postgres=settings.EMBEDDED_POSTGRES, valkey=settings.EMBEDDED_VALKEY
            )
        yield supervisor


def _take(file: TextIO, home: Home) -> bool:
    """Take the home's lock, which dies with its holder; False when its holder's servers answer."""
    deadline = time.monotonic() + OTHERS_SECONDS
    while True:
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        if servers_answer(home):
            return False
        if time.monotonic() > deadline:
            raise ServiceError(f"Another process holds {file.name}, and its servers do not answer.")
        time.sleep(0.1)


def lock_file(home: Home) -> Path:
    """Return the file whose lock says that servers run; its text is their supervisor's process id."""
    return home.run / "servers.lock"


def servers_pid(home: Home) -> int | None:
    """Return the process id of the supervisor that holds the home's servers, None when there is none."""
    if not lock_file(home).exists():
        return None
    with lock_file(home).open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return int(file.read() or 0) or None
    return None


def servers_answer(home: Home) -> bool:
    """Tell whether the home's servers, those that the settings ask for, take connections."""
    return servers_pid(home) is not None and embedded.answers(
        home, postgres=settings.EMBEDDED_POSTGRES, valkey=settings.EMBEDDED_VALKEY
    )


def make_program(
    name: str, *, host: str = "127.0.0.1", port: int = 8000, environment: Mapping[str, str] | None = None
) -> Program:
    """Return one of NAMES as a program; `environment` is added to this process's own."""
    home: Home = settings.HOME
    shared = {
        "TATKHAM_HOME": str(home.root),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        **(environment or {}),
    }
    match name:
        case "web":
            return _web(host, port, shared)
        case "worker-default":
            return _worker_default(shared)
        case "worker-train":
            return _worker_train(shared)
        case "beat":
            return _program("beat", [*_celery(), "beat", "--loglevel", settings.LOG_LEVEL], shared)
    raise ValueError(f"There is no process {name!r}; there are {', '.join(NAMES)}.")


def can_fork_pools() -> bool:
    """Tell whether Celery's process pool works: without a writable /dev/shm its tasks silently never run."""
    try:
        multiprocessing.Semaphore()
    except OSError:
        return False
    return True


def _celery() -> list[str]:
    # The banner at the start of a worker is no line of JSON.
    quiet = ["--quiet"] if settings.LOG_FORMAT == "json" else []
    return [sys.executable, "-m", "celery", "--app", "config.celery", *quiet]


# One thread a process: two processes of one thread train faster than one of two beside any other load.
_ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_WAIT_POLICY": "PASSIVE",
}


def _web(host: str, port: int, environment: dict[str, str]) -> Program:
    threads = settings.WEB_THREADS
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port)]
    command += ["--workers", str(settings.WEB_WORKERS), "--blocking-threads", str(threads), "--no-ws"]
    # A worker that dies comes back; a stop waits three seconds for open downloads.
    command += ["--respawn-failed-workers", "--workers-kill-timeout", "3"]
    if settings.LOG_FORMAT == "json":
        command += ["--log-config", str(_granian_log_file())]
    command.append("config.wsgi:application")
    reached = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104  (compares, does not listen)
    variables = {"DATABASE_POOL_SIZE": str(settings.DATABASE_POOL_SIZE or threads)}
    if settings.WEB_WORKERS > 1:
        variables["PROMETHEUS_MULTIPROC_DIR"] = str(_counts_folder())
    return _program(
        "web",
        command,
        # Each thread may hold one connection.
        {**environment, **_ONE_THREAD, **variables},
        is_ready=lambda: _page_answers(reached, port),
    )


def _granian_log_file() -> Path:
    path: Path = settings.HOME.run / "granian-log.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(logs.granian_configuration())
    return path


def _counts_folder() -> Path:
    """Return the folder in which several web processes add up their counts, empty at their start."""
    folder: Path = settings.HOME.run / "metrics"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _worker_default(environment: dict[str, str]) -> Program:
    return _program(
        "worker-default",
        _worker_command("default", concurrency=settings.DEFAULT_LANE_WORKERS),
        {**environment, **_ONE_THREAD},
    )


def _worker_train(environment: dict[str, str]) -> Program:
    """One process, so that a training cannot starve another, and nice, so that it does not starve the web."""
    limits = [
        "--soft-time-limit",
        str(TRAIN_SOFT_LIMIT_SECONDS),
        "--time-limit",
        str(TRAIN_HARD_LIMIT_SECONDS),
    ]
    return _program(
        "worker-train",
        [*_worker_command("train", concurrency=1), *limits],
        {**environment, **_ONE_THREAD},
        launch_options=["--nice", "10"],
        # SIGQUIT ends at once and gives the message back; SIGTERM would wait for the end of a training.
        stop_signal=signal.SIGQUIT,
    )


def _worker_command(lane: str, *, concurrency: int) -> list[str]:
    pool = "prefork" if can_fork_pools() else "threads"
    options = [
        "--queues",
        lane,
        "--hostname",
        f"{lane}@%h",
        "--pool",
        pool,
        "--concurrency",
        str(concurrency),
    ]
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", settings.LOG_LEVEL]
    return [*_celery(), "worker", *options, *quiet]


def _program(name: str, command: list[str], environment: dict[str, str], **rest: Any) -> Program:
    return Program(name=name, command=command, folder=settings.BASE_DIR, environment=environment, **rest)


def _check_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError as error:
            raise ServiceError(
                f"{host}:{port} cannot be used: {error.strerror}. Choose another one with --port."
            ) from None


def _page_answers(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", "/api/ready", headers={"Host": "localhost"})
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()

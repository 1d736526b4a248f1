"""Fixtures shared by all tests.

Servers (all for the session, started by the first test that needs them):

`servers`   embedded PostgreSQL and Valkey in a home of their own; what pytest.mark.django_db needs.
`workers`   a real Celery worker for each lane, on the test database.
`web`       a real web process (granian) on the test database; its value is the address, http://127.0.0.1:port.
            `web.supervisor` has the process ids, for tests that kill.

`browser`   a Chromium driven by Playwright; its tests lie in tests/browser and are marked `browser`. Where no
            Chromium is found they are skipped, or fail with TATKHAM_REQUIRE_BROWSER=1.
`page`      a new page of that browser with cookies of its own; page.goto("/") asks the web process.

Workers and web are other processes: they see committed rows only, so their tests are marked
`pytest.mark.django_db(transaction=True)`. Nothing beats in tests: call the beat's tasks yourself, for example
`run_task("learner.tasks.advance_rounds")`, which waits for the end and raises what the task raised. What acts
have sent to the workers by themselves ends, or is dropped, before the tables of such a test are emptied.
Workers take nothing while a test of such rows runs that does not ask for them.

Log-ins are throttled, which needs a request: use `client.force_login(user)`, not `client.login`.
"""

import os
import shutil
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection
from playwright.sync_api import Browser, Page, expect, sync_playwright
from pytest_django import DjangoDbBlocker

from config import embedded, processes
from config.celery import LANES, app
from config.supervisor import Supervisor
from tests.mailbox import Mailbox
from tests.waiting import PATIENCE_SECONDS, wait_for

_WORKERS_RUN = pytest.StashKey[bool]()


@dataclass(frozen=True)
class Web:
    """A web process of the session."""

    address: str
    supervisor: Supervisor

    def __str__(self) -> str:
        return self.address


def pytest_configure() -> None:
    if settings.SETTINGS_MODULE != "tests.settings":
        pytest.exit(f"Tests run with tests.settings, not with {settings.SETTINGS_MODULE}.", returncode=2)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest, or one core ends with them while the others have nothing."""

    def rank(item: pytest.Item) -> int:
        if item.get_closest_marker("slow"):
            return 0
        return 1 if {"workers", "browser"} & set(getattr(item, "fixturenames", ())) else 2

    ranks: dict[Path, int] = {}
    for item in items:
        ranks[item.path] = min(rank(item), ranks.get(item.path, 2))
    items.sort(key=lambda item: ranks[item.path])


def pytest_unconfigure() -> None:
    """Remove the run's files when everything else has ended; never those of an installation."""
    if settings.SETTINGS_MODULE == "tests.settings":
        embedded.remove(settings.HOME)
        shutil.rmtree(settings.HOME.root, ignore_errors=True)


@pytest.fixture(scope="session")
def servers() -> Iterator[Supervisor]:
    with processes.running_servers(settings.HOME) as supervisor:
        yield supervisor


@pytest.fixture(scope="session")
def django_db_modify_db_settings(servers: Supervisor) -> None:
    """Start the servers before Django makes the test database."""


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """End, before Django drops the test database, what a process that was killed has left open in it."""
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture(scope="session")
def workers(request: pytest.FixtureRequest, django_db_setup: None) -> Iterator[Supervisor]:
    with Supervisor(settings.HOME.logs) as supervisor:
        supervisor.start(*(_program(f"worker-{lane}") for lane in LANES))
        _wait_for_workers()
        request.config.stash[_WORKERS_RUN] = True
        yield supervisor
        request.config.stash[_WORKERS_RUN] = False


@pytest.fixture
def beat(workers: Supervisor) -> Iterator[Supervisor]:
    """Let beat send what is due, as in the service; most tests send by themselves what they want done."""
    with Supervisor(settings.HOME.logs) as supervisor:
        supervisor.start(_program("beat"))
        yield supervisor


@pytest.fixture(scope="session")
def web(django_db_setup: None) -> Iterator[Web]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with Supervisor(settings.HOME.logs) as supervisor:
        supervisor.start(_program("web", port=port))
        yield Web(f"http://127.0.0.1:{port}", supervisor)


@pytest.fixture
def passwords(settings: Any) -> None:
    """Hash passwords as the service does: the web process knows no hasher of tests."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]


@pytest.fixture
def mailbox() -> Mailbox:
    """Return what the workers mail during the test."""
    return Mailbox()


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the path of a Chromium or Chrome of this machine."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
    places = ("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",)
    found = next(filter(None, [*map(shutil.which, names), *map(shutil.which, places)]), None)
    if found is None:
        say = pytest.fail if os.environ.get("TATKHAM_REQUIRE_BROWSER") == "1" else pytest.skip
        say("no Chromium was found (Debian: apt-get install -y chromium)")
    return found


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    # Playwright's loop runs in this thread, and the tests' own look into the database is not async.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    # A container's /dev/shm is small, and root may not use Chromium's sandbox.
    options = ["--disable-dev-shm-usage", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        expect.set_options(timeout=PATIENCE_SECONDS * 1000)
        browser = playwright.chromium.launch(executable_path=chromium, args=options)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def page(browser: Browser, web: Web) -> Iterator[Page]:
    """Return a page whose addresses are relative to the web process: page.goto("/")."""
    context = browser.new_context(base_url=str(web), locale="en")
    context.set_default_timeout(PATIENCE_SECONDS * 1000)
    yield context.new_page()
    context.close()


@pytest.fixture
def run_task(workers: Supervisor) -> Callable[..., Any]:
    """Return a function that runs a task by name on a real worker, waits, and gives back what it returned."""

    def run(name: str, *arguments: Any, lane: str = "default") -> Any:
        return app.send_task(name, args=arguments, queue=lane, ignore_result=False).get(PATIENCE_SECONDS)

    return run


@pytest.fixture(autouse=True)
def _nothing_under_way(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let the workers' tasks end before the tables are emptied, or both would wait for one another."""
    marker = request.node.get_closest_marker("django_db")
    if marker is None or not marker.kwargs.get("transaction"):
        yield
        return
    request.getfixturevalue("transactional_db")
    # Started for an earlier test: what this one sends is not for them, or it would be done twice at once.
    are_idle = request.config.stash.get(_WORKERS_RUN, False) and "workers" not in request.fixturenames
    if are_idle:
        _tell_workers(app.control.cancel_consumer)
    yield
    if are_idle:
        app.control.purge()
        _tell_workers(app.control.add_consumer)
    if request.config.stash.get(_WORKERS_RUN, False):
        _wait_for_tasks()


def _tell_workers(act: Callable[..., Any]) -> None:
    """Have every worker take tasks of a lane, or take none, and wait until all have answered."""
    for lane in LANES:
        act(lane, reply=True, limit=len(LANES), timeout=PATIENCE_SECONDS)


def _wait_for_tasks() -> None:
    workers = app.control.inspect(limit=len(LANES), timeout=1)
    found: list[dict[str, Any]] = []

    def are_done() -> bool:
        app.control.purge()
        found[:] = [workers.active() or {}, workers.reserved() or {}]
        # A worker that is too busy to answer, or was killed and is coming back, may be at work.
        return all(len(tasks) >= len(LANES) and not any(tasks.values()) for tasks in found)

    wait_for(are_done, says=lambda: f"Workers are still at, and hold: {found}")


def database_url_of_tests() -> str:
    """Return the address of the test database, whose name Django has put into the connection by now."""
    return urlsplit(settings.DATABASE_URL)._replace(path=f"/{connection.settings_dict['NAME']}").geturl()


def _program(name: str, **options: Any) -> Any:
    environment = {"DATABASE_URL": database_url_of_tests(), "SECRET_KEY": settings.SECRET_KEY}
    return processes.make_program(name, environment=environment, **options)


def _wait_for_workers() -> None:
    wait_for(
        lambda: len(app.control.ping(timeout=0.5)) >= len(LANES),
        says=lambda: f"The workers do not answer; see {settings.HOME.logs}.",
    )

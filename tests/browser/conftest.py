"""A project with real sentences and people, and pages on which they are logged in.

Whoever is logged in got the session from Django, not from the form: log-ins are throttled, and one test of
the form is enough.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from playwright.sync_api import Browser, Page

from annotation import corpus
from annotation.models import Project
from tests.factories import make_member, make_project, make_user
from tests.waiting import PATIENCE_SECONDS, wait_for

DEMO_CORPUS = Path(settings.BASE_DIR) / "annotation" / "demo" / "corpus"
# Looks a tenth of a second apart that must all find the service idle.
QUIET_LOOKS = 3
# Counts what the page has asked of the service and not been answered.
COUNT_ASKED = """
window.asked = 0;
const ask = window.fetch;
window.fetch = (...all) => { window.asked += 1; return ask(...all).finally(() => { window.asked -= 1; }); };
"""
# Nothing asked and nothing said to be on its way, in three frames one after the other.
SETTLED = """() => {
  const isOnItsWay = /Loading…|Computing…|กำลังโหลด|กำลังคำนวณ/.test(document.body.innerText);
  window.calm = window.asked > 0 || isOnItsWay ? 0 : window.calm + 1;
  return window.calm > 2;
}"""
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@dataclass(frozen=True)
class World:
    """A project with a part of the demo corpus, its manager and its annotators."""

    project: Project
    manager: User
    annotators: tuple[User, User]

    def path(self, page: str) -> str:
        return f"/projects/{self.project.pk}/{page}"


@pytest.fixture
def world() -> World:
    project = make_project(name="ข่าวและบทสนทนา", suggestion_policy="dictionary")
    corpus.import_file(project, DEMO_CORPUS / "conversation.jsonl", licence="CC0-1.0", source="Tatkham")
    manager = make_member(project, "manager", make_user("manager", first_name="มานี")).user
    annotators = tuple(
        make_member(project, "annotator", make_user(name)).user for name in ("anong", "boonmee")
    )
    return World(project, manager, annotators)


@pytest.fixture
def page_of(browser: Browser, web: Any) -> Iterator[Callable[..., Page]]:
    """Return a function that opens a browser of its own for a person and gives its page."""
    contexts = []

    def open_page(user: User | None, **options: Any) -> Page:
        context = browser.new_context(base_url=str(web), **({"locale": "en-GB"} | options))
        context.set_default_timeout(PATIENCE_SECONDS * 1000)
        contexts.append(context)
        if user is not None:
            client = Client()
            client.force_login(user)
            value = client.cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": str(web)}])
        page = context.new_page()
        page.add_init_script(COUNT_ASKED)
        return page

    yield open_page
    for context in contexts:
        context.close()
    _wait_until_nothing_is_asked()


def _wait_until_nothing_is_asked() -> None:
    """Wait for what closing pages still ask of the service, which would lock the tables to be emptied now."""
    quiet = 0

    def is_quiet() -> bool:
        nonlocal quiet
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid() AND state <> 'idle'"
            )
            quiet = quiet + 1 if cursor.fetchone()[0] == 0 else 0
        return quiet >= QUIET_LOOKS

    wait_for(is_quiet, every=0.1, says=lambda: "the service is still busy with what the pages asked")


def find_violations(page: Page) -> list[str]:
    """Return what axe finds wrong with the page as it stands, WCAG 2.2 AA and good practice."""
    found = Axe().run(page).response["violations"]
    return [f"{rule['id']}: {[node['html'][:120] for node in rule['nodes']]}" for rule in found]


def wait_until_settled(page: Page) -> None:
    """Wait until the page has what it asked for, and has drawn it."""
    page.evaluate("window.calm = 0")
    page.wait_for_function(SETTLED)


def wait_for_sentence(page: Page) -> None:
    page.wait_for_selector(".gap.cursor")


def shown_boundaries(page: Page) -> list[int]:
    """Return the boundaries as drawn."""
    gaps = page.eval_on_selector_all(
        ".sentence .gap.open", "gaps => gaps.map((gap) => Number(gap.dataset.gap))"
    )
    return sorted(gaps)


def wait_until_saved(page: Page) -> None:
    page.get_by_text("All saved").wait_for()


def wait_until_kept(page: Page, boundaries: list[int]) -> None:
    """Wait until the browser has stored the draft with these boundaries, from where it outlives the page."""
    page.evaluate(
        """async (wanted) => {
          const answer = (request) => new Promise((resolve, reject) => {
            request.onsuccess = () => resolve(request.result);
            request.onerror = () => reject(request.error);
          });
          const database = await answer(indexedDB.open("tatkham"));
          for (;;) {
            const works = await answer(database.transaction("works").objectStore("works").getAll());
            if (works.some((kept) => String(kept.draft.boundaries) === String(wanted))) break;
            await new Promise((resume) => setTimeout(resume, 20));
          }
          database.close();
        }""",
        boundaries,
    )

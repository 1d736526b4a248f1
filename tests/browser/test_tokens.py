"""Access tokens in a person's settings, in a real browser."""

import pytest
import requests

from tests.browser.conftest import PHONE, find_violations, wait_until_settled

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def open_tokens(page, world):
    page.goto(world.path("people"))
    # The bar is drawn anew when the page is there.
    wait_until_settled(page)
    page.get_by_role("button", name="My settings").click()
    page.get_by_text("Access tokens for programs").click()
    page.get_by_label("What it is for").wait_for()


def works(web, key, path):
    return requests.get(f"{web}/api{path}", headers={"Authorization": f"Token {key}"}, timeout=30).status_code


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_token_is_made_copied_used_and_revoked(world, page_of, web, scheme):
    page = page_of(world.manager, color_scheme=scheme)
    page.on("dialog", lambda dialog: dialog.accept())
    open_tokens(page, world)
    page.get_by_label("What it is for").fill("nightly figures")
    page.keyboard.press("Enter")
    key = page.get_by_label("The key of").input_value()
    overview = f"/projects/{world.project.pk}/overview"
    assert works(web, key, overview) == 200
    assert works(web, key, "/session") == 403
    wait_until_settled(page)
    assert find_violations(page) == []
    page.get_by_role("button", name="Revoke: nightly figures").click()
    page.get_by_text("You have no tokens").wait_for()
    assert works(web, key, overview) == 401


def test_everything_is_in_reach_on_a_phone(world, page_of):
    page = page_of(world.manager, **PHONE)
    open_tokens(page, world)
    page.get_by_label("What it is for").fill("ตัวเลขทุกคืน" * 8)
    page.get_by_role("button", name="Make a token").click()
    page.get_by_label("The key of").wait_for()
    wait_until_settled(page)
    inside = "dialog => dialog.scrollWidth <= dialog.clientWidth"
    assert page.locator("dialog").evaluate(inside)
    assert find_violations(page) == []

"""The page as a browser gets it."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_page_loads_without_a_word_from_the_content_security_policy(page):
    said = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    answer = page.goto("/")
    page.locator("input[name=username]").wait_for()
    assert answer.status == 200
    assert [line for line in said if "Content Security Policy" in line or "Refused" in line] == []

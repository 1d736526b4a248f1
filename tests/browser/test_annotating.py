"""Annotators at work in a real browser against the real service."""

import random

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from annotation.models import Annotation, Assignment, Flag, Membership, Project
from tests.browser.conftest import (
    PHONE,
    find_violations,
    shown_boundaries,
    wait_for_sentence,
    wait_until_saved,
    wait_until_settled,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def text_shown(page: Page) -> str:
    return page.inner_text(".sentence")


def press_some_keys(page: Page, rng: random.Random) -> None:
    for _ in range(rng.randint(1, 6)):
        page.keyboard.press(
            rng.choice(["ArrowRight", "Control+ArrowRight", "ArrowLeft", "Space", "Backspace"])
        )


def submit_and_wait(page: Page) -> list[int]:
    """Press Enter, wait until another sentence is shown, and return the boundaries that were submitted."""
    boundaries, text = shown_boundaries(page), text_shown(page)
    page.keyboard.press("Enter")
    page.wait_for_function("text => document.querySelector('.sentence').innerText !== text", arg=text)
    wait_for_sentence(page)
    return boundaries


@pytest.fixture
def password(world, passwords):
    """Let the first annotator log in by the form."""
    annotator = world.annotators[0]
    annotator.set_password("ตัดคำทุกวัน9")
    annotator.save()
    return "ตัดคำทุกวัน9"


def test_ten_sentences_by_keyboard_alone_with_the_network_lost_once(world, password, page_of):
    page = page_of(None)
    page.goto("/")
    page.get_by_label("User name").wait_for()
    page.keyboard.press("Tab")
    page.keyboard.type("anong")
    page.keyboard.press("Tab")
    page.keyboard.type(password)
    page.keyboard.press("Enter")
    wait_for_sentence(page)
    rng = random.Random(1)
    submitted = []
    for _ in range(5):
        press_some_keys(page, rng)
        submitted.append(submit_and_wait(page))
    wait_until_saved(page)

    page.context.set_offline(True)
    press_some_keys(page, rng)
    submitted.append(submit_and_wait(page))
    page.get_by_text("1 not sent yet").wait_for()
    press_some_keys(page, rng)
    submitted.append(shown_boundaries(page))
    page.keyboard.press("Enter")
    page.get_by_text("2 not sent yet").wait_for()
    assert Annotation.objects.count() == 5
    page.context.set_offline(False)
    wait_for_sentence(page)

    for _ in range(3):
        press_some_keys(page, rng)
        submitted.append(submit_and_wait(page))
    wait_until_saved(page)
    stored = Annotation.objects.order_by("created_at")
    assert [annotation.boundaries for annotation in stored] == submitted
    assert all(annotation.active_ms > 0 and annotation.key_actions > 1 for annotation in stored)
    expect(page.get_by_text("Today: 10")).to_be_visible()


def test_a_closed_page_with_unsent_work_sends_it_on_the_next_visit(world, page_of):
    page = page_of(world.annotators[0])
    page.goto(world.path("annotate"))
    wait_for_sentence(page)
    page.context.set_offline(True)
    page.keyboard.press("Space")
    boundaries = shown_boundaries(page)
    page.keyboard.press("Enter")
    page.get_by_text("1 not sent yet").wait_for()
    page.close(run_before_unload=False)
    assert Annotation.objects.count() == 0

    page.context.set_offline(False)
    again = page.context.new_page()
    again.goto(world.path("annotate"))
    wait_for_sentence(again)
    wait_until_saved(again)
    assert Annotation.objects.get().boundaries == boundaries


def test_leaving_with_unsent_work_asks_first(world, page_of):
    page = page_of(world.annotators[0])
    page.goto(world.path("annotate"))
    wait_for_sentence(page)
    page.context.set_offline(True)
    page.keyboard.press("Enter")
    page.get_by_text("1 not sent yet").wait_for()
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.close(run_before_unload=True)
    page.wait_for_event("close")
    assert asked == ["beforeunload"]


def test_a_reload_goes_on_in_the_middle_of_the_sentence(world, page_of):
    page = page_of(world.annotators[0])
    page.goto(world.path("annotate"))
    wait_for_sentence(page)
    for key in ("ArrowRight", "Space", "ArrowRight", "Space"):
        page.keyboard.press(key)
    text, boundaries = text_shown(page), shown_boundaries(page)
    page.reload()
    wait_for_sentence(page)
    assert text_shown(page) == text
    assert shown_boundaries(page) == boundaries
    held = Assignment.objects.filter(state=Assignment.State.LEASED)
    assert held.filter(annotator=world.annotators[0]).count() <= 2


def test_a_second_tab_waits_until_it_takes_over(world, page_of):
    first = page_of(world.annotators[0])
    first.goto(world.path("annotate"))
    wait_for_sentence(first)
    first.keyboard.press("Space")
    boundaries = shown_boundaries(first)
    second = first.context.new_page()
    second.goto(world.path("annotate"))
    second.get_by_role("button", name="Go on in this tab").click()
    wait_for_sentence(second)
    assert shown_boundaries(second) == boundaries
    first.get_by_role("button", name="Go on in this tab").wait_for()


def test_a_skip_with_its_reason_and_a_flag_reach_the_server(world, page_of):
    page = page_of(world.annotators[0])
    page.goto(world.path("annotate"))
    wait_for_sentence(page)
    page.keyboard.press("f")
    page.get_by_label("What should be known about it").wait_for()
    page.get_by_role("button", name="Personal data").click()
    page.keyboard.type("มีเบอร์โทรศัพท์")
    page.keyboard.press("Enter")
    page.keyboard.press("s")
    page.get_by_role("dialog").wait_for()
    page.keyboard.press("3")
    wait_until_saved(page)
    # The remark, and the skip by itself: managers see both.
    comments = list(Flag.objects.order_by("pk").values_list("comment", flat=True))
    assert comments == ["Personal data: มีเบอร์โทรศัพท์", "personal_data"]
    assert Assignment.objects.get(state=Assignment.State.SKIPPED).skip_reason == "personal_data"


def test_a_sent_sentence_is_corrected_by_one_key(world, page_of):
    page = page_of(world.annotators[0])
    page.goto(world.path("annotate"))
    wait_for_sentence(page)
    submit_and_wait(page)
    page.keyboard.press("b")
    page.get_by_text("Correcting a sentence you sent").wait_for()
    page.keyboard.press("End")
    page.keyboard.press("Space")
    corrected = submit_and_wait(page)
    wait_until_saved(page)
    assert Annotation.objects.order_by("revision").last().revision == 1
    assert Annotation.objects.order_by("revision").last().boundaries == corrected


def test_a_tap_on_a_phone_sets_and_removes_a_boundary(world, page_of):
    page = page_of(world.annotators[0], **PHONE)
    page.goto(world.path("annotate"))
    wait_for_sentence(page)
    before = shown_boundaries(page)
    gap = next(gap for gap in range(1, 99) if gap not in before)
    page.tap(f"[data-gap='{gap}']")
    assert shown_boundaries(page) == sorted([*before, gap])
    page.tap(f"[data-gap='{gap}']")
    assert shown_boundaries(page) == before
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize(
    "look", [{"color_scheme": "light"}, {"color_scheme": "dark", "locale": "th-TH", **PHONE}]
)
def test_every_state_of_the_annotators_page_is_clean_to_axe(world, page_of, look):
    page = page_of(world.annotators[0], **look)
    page.goto(world.path("annotate"))
    wait_for_sentence(page)
    found = {"work": find_violations(page)}
    for key in ("s", "f", "g", "h", "l", "p", "F1"):
        page.keyboard.press(key)
        page.get_by_role("dialog").wait_for()
        wait_until_settled(page)
        found[key] = find_violations(page)
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
    page.context.set_offline(True)
    for state in ("offline", "offline, nothing fetched"):
        page.keyboard.press("Enter")
        page.wait_for_selector(".save-state.bad")
        found[state] = find_violations(page)
    assert {state: violations for state, violations in found.items() if violations} == {}


@pytest.mark.parametrize(
    "look", [{"color_scheme": "light"}, {"color_scheme": "dark", "locale": "th-TH", **PHONE}]
)
def test_states_without_a_sentence_are_clean_to_axe(world, page_of, look):
    Project.objects.update(paused_at=timezone.now())
    page = page_of(world.annotators[0], **look)
    page.goto(world.path("annotate"))
    page.get_by_role("heading", level=2).wait_for()
    found = {"paused": find_violations(page)}
    second = page.context.new_page()
    second.goto(world.path("annotate"))
    second.get_by_role("button").first.wait_for()
    second.wait_for_selector("main.message")
    found["elsewhere"] = find_violations(second)
    Membership.objects.filter(user=world.annotators[0]).update(active=False)
    page.get_by_role("main").get_by_role("button").first.click()
    page.get_by_role("alert").wait_for()
    found["ended"] = find_violations(page)
    assert {state: violations for state, violations in found.items() if violations} == {}


def test_the_log_in_page_is_clean_to_axe_and_says_what_is_wrong(world, page_of):
    page = page_of(None)
    page.goto("/")
    page.get_by_label("User name").fill("anong")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert")).to_have_text("The user name or the password is wrong.")
    assert find_violations(page) == []

"""What helps an annotator, in a real browser against the real service: doubt, look-up, practice, own keys."""

from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Error, Page, expect

from annotation.models import (
    Adjudication,
    Annotation,
    Assignment,
    Project,
    Sentence,
    Suggestion,
)
from tests.browser.conftest import (
    PHONE,
    find_violations,
    shown_boundaries,
    wait_for_sentence,
    wait_until_kept,
    wait_until_saved,
    wait_until_settled,
)
from tests.factories import make_corpus, make_finished, make_reading

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LOOKS = [{"color_scheme": "light"}, {"color_scheme": "dark", "locale": "th-TH", **PHONE}]


@pytest.fixture
def doubted(world):
    """Let a model suggest everywhere, in doubt at two places and with two alternatives."""
    Project.objects.update(suggestion_policy="model", suggestion_source="checkpoint:1")
    Sentence.objects.update(control=False)
    Suggestion.objects.bulk_create(
        Suggestion(
            sentence=sentence,
            source="checkpoint:1",
            boundaries=[2, 6],
            doubtful=[2, 4],
            alternatives=[[4], [2, 3]],
        )
        for sentence in Sentence.objects.filter(project=world.project, n_clusters__gt=8)
    )
    Sentence.objects.filter(n_clusters__lte=8).update(retired_at=timezone.now())
    return world


def read_before(world, user, text: str, boundaries: list[int]) -> Assignment:
    """Let a person have sent a sentence an hour ago."""
    make_corpus(world.project, [text])
    sentence = Sentence.objects.get(project=world.project, text=text)
    at = timezone.now() - timedelta(hours=1)
    return make_reading(sentence, user, boundaries, at=at, active_ms=5400_000).assignment


def open_annotate(page_of, world, **look) -> Page:
    page = page_of(world.annotators[0], **look)
    page.goto(world.path("annotate"))
    wait_for_sentence(page)
    return page


def test_doubt_is_a_key_away_and_an_alternative_is_a_digit(doubted, page_of):
    page = open_annotate(page_of, doubted)
    cursor = page.locator(".gap.cursor")
    expect(cursor).to_have_attribute("data-gap", "2")
    expect(cursor).to_have_accessible_name(
        cursor.evaluate("gap => gap.ariaLabel").removesuffix(", in doubt") + ", in doubt"
    )
    page.keyboard.press("n")
    expect(cursor).to_have_attribute("data-gap", "4")
    page.keyboard.press("1")
    assert shown_boundaries(page) == [2, 4, 6]
    page.keyboard.press("2")
    assert shown_boundaries(page) == [3, 4, 6]
    page.keyboard.press("2")
    page.keyboard.press("Enter")
    wait_until_saved(page)
    assert Annotation.objects.get().boundaries == [2, 4, 6]


@pytest.mark.parametrize("look", LOOKS)
def test_the_helps_are_clean_to_axe(doubted, page_of, look):
    read_before(doubted, doubted.annotators[0], "นอนตากลม", [3, 6])
    page = open_annotate(page_of, doubted, **look)
    found = {"doubt": find_violations(page)}
    is_thai = "locale" in look
    page.keyboard.press("h")
    for name in ("ความเห็นผู้ชี้ขาด", "ชั่วโมงทำงาน") if is_thai else ("Comments", "Hours"):
        page.get_by_role("button", name=name).click()
        wait_until_settled(page)
        found[name] = find_violations(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="ตั้งค่าของฉัน" if is_thai else "My settings").click()
    for part in page.locator("summary").all():
        part.click()
    found["settings"] = find_violations(page)
    page.keyboard.press("Escape")
    page.keyboard.press("F1")
    page.get_by_role("button", name="เปลี่ยนปุ่ม" if is_thai else "Change keys", exact=True).click()
    found["keys"] = find_violations(page)
    page.keyboard.press("Escape")
    if is_thai:
        page.get_by_role("button", name="เพิ่มเติม").click()
    page.get_by_role("button", name="ฝึกหัด" if is_thai else "Practise").click()
    page.get_by_role("heading", level=2).wait_for()
    page.keyboard.press("Enter")
    found["practice"] = find_violations(page)
    assert {state: violations for state, violations in found.items() if violations} == {}
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_string_is_looked_up_without_leaving_the_keyboard(world, page_of):
    read_before(world, world.annotators[0], "นอนตากลม", [3, 6])
    page = open_annotate(page_of, world)
    page.keyboard.press("l")
    page.get_by_label("Text to look up").wait_for()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text("ตากลม")
    expect(page.get_by_role("dialog")).to_contain_text("ตาก | ลม × 1")
    expect(page.get_by_role("dialog")).to_contain_text("ตากลม · ตาก · กลม")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    before = shown_boundaries(page)
    page.keyboard.press("Space")
    assert shown_boundaries(page) != before


def test_what_was_settled_otherwise_comes_back_and_the_hours_are_a_file(world, page_of):
    done = read_before(world, world.annotators[0], "นอนตากลม", [3])
    Adjudication.objects.create(
        sentence=done.sentence,
        boundaries=[3, 6],
        adjudicator=world.manager,
        note="ตาก|ลม ตามกฎข้อ 1",
        created_at=timezone.now(),
    )
    page = open_annotate(page_of, world)
    page.get_by_role("button", name="1 new comments").click()
    expect(page.get_by_text("ตาก|ลม ตามกฎข้อ 1")).to_be_visible()
    page.get_by_role("button", name="Hours").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    head, day, *_ = Path(download.value.path()).read_text().splitlines()
    assert head == "day,active_hours,sentences,revisions,skips"
    assert day.split(",")[1:] == ["1.5000", "1", "0", "0"]
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="new comments")).to_have_count(0)


def test_a_newcomer_practises_by_keyboard_and_nothing_is_stored(world, page_of):
    page = open_annotate(page_of, world)
    page.get_by_text("New here?").get_by_role("button", name="Practise").click()
    expect(page.get_by_text("Practice sentence 1 of 12")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Rule 1: cut by the meaning")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Practice sentence 2 of 12")).to_be_visible()
    for _ in range(22):
        page.keyboard.press("Enter")
    expect(page.get_by_text("Right at once: 1 of 12")).to_be_visible()
    page.get_by_role("button", name="On to real work").click()
    wait_for_sentence(page)
    assert not Annotation.objects.exists()


def test_own_keys_last_and_work_with_a_thai_layout(world, page_of):
    page = open_annotate(page_of, world)
    page.keyboard.press("F1")
    page.get_by_role("button", name="Change keys").click()
    page.get_by_role("button", name="Cut or join here: Space, change").click()
    page.keyboard.press("x")
    page.keyboard.press("Escape")
    page.reload()
    wait_for_sentence(page)
    before = shown_boundaries(page)
    page.keyboard.press("Space")
    assert shown_boundaries(page) == before
    # The key X types ป on a Thai layout.
    page.evaluate(
        "document.activeElement.dispatchEvent("
        "new KeyboardEvent('keydown', {code: 'KeyX', key: 'ป', bubbles: true, cancelable: true}))"
    )
    assert shown_boundaries(page) != before


def test_dark_is_chosen_for_this_device_and_stays(world, page_of):
    page = open_annotate(page_of, world, color_scheme="light")
    paper = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(paper)
    page.get_by_role("button", name="My settings").click()
    page.get_by_label("Dark").check()
    dark = page.evaluate(paper)
    assert dark != light
    page.reload()
    wait_for_sentence(page)
    assert page.evaluate(paper) == dark


def test_a_second_device_does_not_replace_what_the_first_sent(world, page_of):
    first, second = (open_annotate(page_of, world) for _ in range(2))
    assert first.inner_text(".sentence") == second.inner_text(".sentence")
    first.keyboard.press("Enter")
    wait_until_saved(first)
    stored = Annotation.objects.get().boundaries
    second.keyboard.press("End")
    second.keyboard.press("Space")
    mine = shown_boundaries(second)
    second.keyboard.press("Enter")
    expect(second.get_by_text("You have sent this sentence from another device first")).to_be_visible()
    assert find_violations(second) == []
    assert Annotation.objects.get().boundaries == stored
    second.get_by_role("button", name="Send this one as a correction").click()
    wait_until_saved(second)
    assert list(Annotation.objects.order_by("revision").values_list("boundaries", flat=True)) == [
        stored,
        mine,
    ]


def test_a_page_that_is_killed_comes_back_where_it_was(world, page_of):
    page = open_annotate(page_of, world)
    page.keyboard.press("End")
    page.keyboard.press("Space")
    text, boundaries = page.inner_text(".sentence"), shown_boundaries(page)
    wait_until_kept(page, boundaries)
    # The tab's process dies at once, so that nothing of the page gets a last word.
    with page.expect_event("crash"), suppress(Error):
        page.goto("chrome://crash")
    again = page.context.new_page()
    again.goto(world.path("annotate"))
    wait_for_sentence(again)
    assert (again.inner_text(".sentence"), shown_boundaries(again)) == (text, boundaries)


def test_work_on_a_lapsed_lease_that_somebody_else_finished_is_kept(world, page_of):
    page = open_annotate(page_of, world)
    page.context.set_offline(True)
    page.keyboard.press("End")
    page.keyboard.press("Space")
    boundaries = shown_boundaries(page)
    held = Assignment.objects.order_by("leased_at").first()
    past = timezone.now() - timedelta(minutes=1)
    Assignment.objects.filter(pk=held.pk).update(state="expired", lease_until=past, finished_at=past)
    make_finished(held.sentence, world.annotators[1], at=past, slot=held.slot, queue=held.queue.kind)
    page.keyboard.press("Enter")
    page.get_by_text("1 not sent yet").wait_for()
    page.context.set_offline(False)
    wait_until_saved(page)
    assert Annotation.objects.get().boundaries == boundaries
    assert held.sentence.assignments.filter(state="submitted").count() == 2


@pytest.mark.parametrize("look", [{}, PHONE])
def test_everything_fits_at_twice_the_size_and_can_be_touched(world, page_of, look):
    page = open_annotate(page_of, world, **look)
    small = page.evaluate(
        "[...document.querySelectorAll('button, a, select, summary')].filter((one) => one.checkVisibility())"
        ".map((one) => [one.innerText, one.getBoundingClientRect()])"
        ".filter(([, box]) => box.width < 44 || box.height < 44).map(([text]) => text)"
    )
    assert small == []
    # Zoomed to 200 % a window of so many pixels is half as wide to the page.
    width, height = page.viewport_size["width"], page.viewport_size["height"]
    page.set_viewport_size({"width": max(320, width // 2), "height": height // 2})
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.keyboard.press("Enter")
    wait_until_saved(page)


def test_nothing_moves_by_itself_for_people_who_do_not_want_it(world, page_of):
    page = open_annotate(page_of, world, reduced_motion="reduce")
    moving = page.evaluate(
        "[...document.querySelectorAll('*')].filter((one) => {"
        " const style = getComputedStyle(one);"
        " return style.transitionDuration !== '0s' || style.animationName !== 'none'; }).length"
    )
    assert moving == 0


@pytest.mark.slow
def test_a_day_of_two_hundred_sentences_by_keyboard_alone(world, page_of):
    make_corpus(world.project, 220)
    page = open_annotate(page_of, world)
    sent = []
    for number in range(200):
        for key in ("ArrowRight", "Control+ArrowRight", "Space", "Backspace")[: number % 5]:
            page.keyboard.press(key)
        text = page.inner_text(".sentence")
        sent.append(shown_boundaries(page))
        page.keyboard.press("Enter")
        page.wait_for_function(
            "text => document.querySelector('.sentence[role=application]')?.innerText !== text", arg=text
        )
        wait_for_sentence(page)
    wait_until_saved(page)
    stored = Annotation.objects.filter(annotator=world.annotators[0]).order_by("pk")
    assert list(stored.values_list("boundaries", flat=True)) == sent
    expect(page.get_by_text("Today: 200")).to_be_visible()

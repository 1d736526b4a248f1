"""A manager and an adjudicator at work in a real browser against the real service."""

import json
import zipfile
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from annotation.models import (
    Adjudication,
    Guideline,
    Membership,
    Sentence,
)
from learner.models import CurvePoint, Event, Plan, Round, RoundArm
from tests.browser.conftest import PHONE, find_violations, wait_for_sentence, wait_until_settled
from tests.factories import make_guideline, make_member, make_reading, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGES = (
    "overview",
    "curves",
    "analysis",
    "plan",
    "events",
    "rounds",
    "people",
    "adjudicate",
    "conflicts",
    "repairs",
    "flags",
    "corpora",
    "guideline",
    "exports",
    "settings",
)


def figure(value: float) -> dict[str, float]:
    return {"value": value, "low": value - 0.03, "high": value + 0.02}


@pytest.fixture
def rounds(world):
    """Two closed rounds with a point of each arm."""
    for number in (1, 2):
        at = timezone.now() - timedelta(hours=3 - number)
        round_ = Round.objects.create(
            project=world.project,
            number=number,
            state="closed",
            trigger="count",
            opened_at=at,
            frozen_at=at,
            closed_at=at,
        )
        for arm, value in (("random", 0.80), ("active", 0.85)):
            cost = {"annotations": 50 * number, "clusters": 2_000 * number, "seconds": 600.0 * number}
            ids = {"sentence_ids": [], "annotation_ids": [], "adjudication_ids": []}
            RoundArm.objects.create(round=round_, arm=arm, upto=number, declined=0, **cost, **ids)
            metrics = {
                "word_f1": figure(value + number / 50),
                "boundary_f1": figure(0.95),
                "exact": figure(0.3),
            }
            CurvePoint.objects.create(
                round=round_,
                arm=arm,
                metrics=metrics,
                intervals={},
                holdout={},
                provisional=False,
                at=at,
                measured_at=at,
            )


def read_differently(world, count: int = 3) -> None:
    """Let both annotators have read the same sentences: one cuts once, the other nowhere."""
    now = timezone.now()
    twice = {"queue": "measurement", "required_annotations": 2}
    for sentence in Sentence.objects.filter(project=world.project)[:count]:
        for slot, annotator in enumerate(world.annotators):
            make_reading(sentence, annotator, [] if slot else [1], at=now, slot=slot, **twice)


def test_a_manager_sees_where_the_project_stands_and_the_figures_move_by_themselves(world, page_of):
    page = page_of(world.manager)
    page.goto("/")
    page.wait_for_url(f"**{world.path('overview')}")
    annotations = page.locator(".card", has_text="Annotations").locator(".figure")
    expect(annotations).to_have_text("0")
    expect(page.get_by_role("row", name="Random").first).to_be_visible()
    at_work = page_of(world.annotators[0])
    at_work.goto(world.path("annotate"))
    wait_for_sentence(at_work)
    at_work.keyboard.press("Enter")
    expect(annotations).to_have_text("1")


def test_a_manager_sees_the_curves_of_both_arms_as_a_chart_a_table_and_a_file(world, rounds, page_of):
    page = page_of(world.manager)
    page.goto(world.path("curves"))
    page.wait_for_selector(".chart canvas")
    expect(page.get_by_role("row", name="Active 2")).to_contain_text("89%")
    page.get_by_label("Against").select_option("seconds")
    page.wait_for_selector(".chart canvas")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    lines = download.value.path().read_text().splitlines()
    assert len(lines) == 5
    assert lines[0].startswith("arm,round,at,annotations,clusters,seconds,word_f1_value")
    with page.expect_download() as download:
        page.get_by_role("button", name="SVG").click()
    assert download.value.path().read_text().startswith("<svg")
    with page.expect_download() as download:
        page.get_by_role("button", name="PNG").click()
    assert download.value.path().read_bytes().startswith(b"\x89PNG")
    chart = page.locator(".chart .u-over").first
    box = chart.bounding_box()
    page.mouse.move(box["x"] + box["width"] - 5, box["y"] + box["height"] / 2)
    expect(page.locator(".chart-tip")).to_contain_text("Active: 89%")


def test_an_event_is_recorded_by_hand(world, page_of):
    page = page_of(world.manager)
    page.goto(world.path("events"))
    page.get_by_text("Record an event").click()
    page.locator("select[name=kind]").select_option("holiday")
    page.get_by_label("Time").fill("2026-04-13T09:00")
    page.get_by_label("It lasted a while").check()
    page.get_by_label("Until").fill("2026-04-15T18:00")
    page.get_by_label("Note").fill("สงกรานต์")
    page.get_by_role("button", name="Add").click()
    row = page.get_by_role("row", name="สงกรานต์")
    expect(row).to_be_visible()
    event = Event.objects.get(kind="hand.holiday")
    assert (event.note, event.recorded_by, event.actor) == ("สงกรานต์", "hand", world.manager)
    assert event.until > event.at
    row.get_by_role("button", name="Remark on: Holiday").click()
    page.get_by_role("dialog").get_by_label("Note").fill("ครึ่งทีมหยุด")
    page.get_by_role("dialog").get_by_role("button", name="Add").click()
    expect(row).to_contain_text("ครึ่งทีมหยุด")
    page.get_by_label("Kinds").select_option("drift")
    expect(page.get_by_text("No event fits.")).to_be_visible()


def test_events_go_to_a_file_and_come_from_one(world, page_of, tmp_path):
    page = page_of(world.manager)
    page.goto(world.path("events"))
    page.get_by_text("Events from and to files").click()
    file = tmp_path / "events.csv"
    file.write_text("kind,at,note\nhand.pay,2026-01-05T00:00:00Z,ขึ้นค่าแรง\n")
    page.get_by_label("File of events").set_input_files(file)
    page.get_by_role("button", name="Take them in").click()
    expect(page.get_by_text("1 events recorded; 0 were known already.")).to_be_visible()
    expect(page.get_by_role("row", name="ขึ้นค่าแรง")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download all (JSON)").click()
    rows = json.loads(download.value.path().read_text())["events"]
    assert [row["note"] for row in rows if row["kind"] == "hand.pay"] == ["ขึ้นค่าแรง"]


def test_what_older_rules_cut_is_handed_out_again(world, page_of):
    make_guideline(world.project)
    read_differently(world, 3)
    make_guideline(world.project, "# กติกาใหม่")
    page = page_of(world.manager)
    page.goto(world.path("repairs"))
    expect(page.get_by_text("3 sentences were labelled under older rules.")).to_be_visible()
    page.get_by_label("Sentences to read again, from the first").fill("2")
    expect(page.get_by_text("Expected to change 0 boundaries")).to_be_visible()
    assert find_violations(page) == []
    page.get_by_role("button", name="Have them read again").click()
    expect(page.get_by_text("2 sentences will be handed out again")).to_be_visible()
    assert Event.objects.get(kind="repair.ordered").after["sentences"] == 2


def test_a_plan_is_written_and_locked(world, page_of):
    page = page_of(world.manager)
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(world.path("plan"))
    page.get_by_label("Smallest effect that matters").fill("0.02")
    page.get_by_label("Budget of an arm").fill("36000")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("draft")).to_be_visible()
    page.get_by_role("button", name="Lock the plan").click()
    expect(page.get_by_text("What can be said by the plan")).to_be_visible()
    expect(page.get_by_text("Cannot be said.")).to_be_visible()
    plan = Plan.objects.get(project=world.project)
    assert (plan.smallest_effect, plan.budget, plan.locked_at is not None) == (0.02, 36000, True)


def test_people_are_added_and_paused(world, page_of):
    page = page_of(world.manager)
    page.goto(world.path("people"))
    page.get_by_label("User name").fill("chai")
    page.get_by_label("First password").fill("ตัดคำทุกวัน9")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_text("chai has been added.")).to_be_visible()
    page.get_by_role("button", name="Pause: chai").click()
    expect(page.get_by_role("button", name="Resume: chai")).to_be_visible()
    assert not Membership.objects.get(user__username="chai").active


def test_a_corpus_is_uploaded_and_imported_in_the_background(world, workers, page_of, tmp_path):
    file = tmp_path / "new.jsonl"
    lines = [{"text": f"ประโยคใหม่ที่ {number} ของเรา", "document": str(number)} for number in range(30)]
    file.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines))
    page = page_of(world.manager)
    page.goto(world.path("corpora"))
    page.get_by_label("File", exact=True).set_input_files(file)
    preview = page.get_by_label("What is in the file")
    expect(preview).to_contain_text("ประโยคใหม่ที่ 0 ของเรา")
    expect(preview).to_contain_text("30")
    assert Sentence.objects.filter(corpus__name="ใหม่").count() == 0
    page.get_by_label("Name", exact=True).fill("ใหม่")
    page.get_by_label("Source").fill("เขียนเอง")
    page.get_by_label("Licence").fill("CC0-1.0")
    page.get_by_role("button", name="Import a corpus").click()
    card = page.locator("li.card", has_text="ใหม่")
    expect(card).to_contain_text("Ready")
    assert Sentence.objects.filter(corpus__name="ใหม่").count() == 30
    card.get_by_text("Domains and some sentences").click()
    expect(card.locator(".shown-sentences")).to_contain_text("ประโยคใหม่ที่")
    page.on("dialog", lambda dialog: dialog.accept())
    card.get_by_role("button", name="Withdraw").click()
    expect(card).to_contain_text("Withdrawn")


def test_a_guideline_is_edited_and_published(world, page_of):
    page = page_of(world.manager)
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(world.path("guideline"))
    page.get_by_text("Edit and publish").click()
    page.get_by_label("Text (Markdown)").fill("# กติกาใหม่")
    expect(page.locator(".diff .added")).to_contain_text("# กติกาใหม่")
    page.get_by_role("button", name="Publish as a new version").click()
    expect(page.get_by_role("heading", name="Version 2")).to_be_visible()
    page.get_by_label("Compared with").select_option("1")
    expect(page.locator(".diff .removed")).to_contain_text("# กติกา")
    assert Guideline.objects.get(version=2).text == "# กติกาใหม่"


def test_settings_are_changed_and_the_project_paused(world, page_of):
    page = page_of(world.manager)
    page.goto(world.path("settings"))
    page.get_by_label("New labels that open a round").fill("40")
    expect(page.get_by_text("New labels that open a round: 100 → 40")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Settings saved")).to_be_visible()
    page.get_by_role("button", name="Pause the project").click()
    expect(page.get_by_role("button", name="Resume the project")).to_be_visible()
    world.project.refresh_from_db()
    assert world.project.round_size == 40
    assert world.project.paused_at is not None


def test_an_adjudicator_settles_a_difference_by_keyboard(world, page_of):
    read_differently(world)
    judge = make_member(world.project, "adjudicator", make_user("chai")).user
    page = page_of(judge)
    page.goto("/")
    page.wait_for_url(f"**{world.path('adjudicate')}")
    wait_for_sentence(page)
    assert find_violations(page) == []
    expect(page.get_by_role("region", name="What the guideline says")).to_be_visible()
    page.keyboard.press("2")
    page.keyboard.press("n")
    page.keyboard.press("Space")
    expected = page.eval_on_selector_all(
        ".sentence .gap.open", "gaps => gaps.map((gap) => Number(gap.dataset.gap))"
    )
    page.keyboard.press("Enter")
    expect(page.get_by_text("Sentence 2 of")).to_be_visible()
    assert sorted(Adjudication.objects.get().boundaries) == sorted(expected)


@pytest.mark.parametrize(
    "look", [{"color_scheme": "light"}, {"color_scheme": "dark", "locale": "th-TH", **PHONE}]
)
def test_every_page_of_the_manager_is_clean_to_axe(world, rounds, page_of, look):
    page = page_of(world.manager, **look)
    refused = []
    page.on(
        "console", lambda message: refused.append(message.text) if "Security Policy" in message.text else None
    )
    found = {}
    for name in PAGES:
        page.goto(world.path(name))
        page.wait_for_selector("main h1")
        wait_until_settled(page)
        found[name] = find_violations(page)
        assert overflow_of(page) <= 0, name
        if not look.get("is_mobile"):
            # What is left of a window of 1280 pixels at a zoom of 200 %.
            page.set_viewport_size({"width": 640, "height": 400})
            page.wait_for_timeout(50)
            assert overflow_of(page) <= 0, name
            page.set_viewport_size({"width": 1280, "height": 800})
    assert {name: violations for name, violations in found.items() if violations} == {}
    assert refused == []


def overflow_of(page) -> int:
    """Return by how many pixels the page is wider than its window."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


@pytest.mark.parametrize("locale", ["en-GB", "th-TH"])
def test_the_menu_takes_one_line_and_leads_to_every_page(world, page_of, locale):
    page = page_of(world.manager, locale=locale)
    page.goto(world.path("overview"))
    for width in (720, 1000, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        expect(page.locator(".menu")).to_have_css("height", "45px")
    page.set_viewport_size({"width": 1000, "height": 800})
    corpora = page.locator(f".menu a[href='{world.path('corpora')}']")
    expect(corpora).to_be_hidden()
    page.get_by_role("button", name={"en-GB": "Project", "th-TH": "โครงการ"}[locale], exact=True).click()
    assert find_violations(page) == []
    corpora.click()
    page.wait_for_url(f"**{world.path('corpora')}")
    expect(corpora).to_be_hidden()


def test_the_pages_are_reached_and_worked_by_keyboard_alone(world, page_of):
    page = page_of(world.manager)
    page.goto(world.path("overview"))
    page.get_by_role("heading", name="Are the arms balanced?").wait_for()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    people = page.get_by_role("link", name="People", exact=True)
    for _ in range(20):
        page.keyboard.press("Tab")
        if people.evaluate("link => link === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="People", level=1)).to_be_visible()
    page.get_by_role("button", name="Erase: boonmee").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("button", name="Erase: boonmee")).to_be_focused()


def test_an_export_is_asked_for_made_and_downloaded(world, workers, page_of):
    read_differently(world)
    page = page_of(world.manager)
    page.goto(world.path("exports"))
    page.get_by_label("Which work").select_option("all")
    expect(page.get_by_text("6 rows of 3 sentences")).to_be_visible()
    page.get_by_label("Name as an edition").fill("ข่าว 1.0")
    page.get_by_label("Format").select_option("best")
    page.get_by_role("button", name="Create an export").click()
    link = page.get_by_role("link", name="Download")
    expect(link).to_be_visible()
    with page.expect_download() as download:
        link.click()
    with zipfile.ZipFile(download.value.path()) as archive:
        assert {"data.best", "card.md", "manifest.json"} <= set(archive.namelist())
        assert archive.read("card.md").decode().startswith("# ข่าว 1.0")

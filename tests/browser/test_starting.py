"""From nothing to work: a project made, filled, staffed and started in the page; people who come by link."""

import json

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from annotation.models import Annotation, Invitation, Membership, Project
from tests.browser.conftest import PHONE, find_violations, wait_for_sentence
from tests.factories import make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def make_link(page: Page) -> str:
    """Make a link to join by, on the page of people; return it."""
    page.get_by_role("button", name="Make a link").click()
    return page.get_by_label("Link", exact=True).input_value()


def test_a_project_is_made_filled_staffed_and_started_without_leaving_the_page(workers, page_of, tmp_path):
    file = tmp_path / "texts.jsonl"
    lines = [{"text": f"ประโยคที่ {number} ของเรา", "document": str(number % 30)} for number in range(90)]
    file.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines))
    page = page_of(make_user("manee", is_staff=True))
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto("/")
    page.get_by_role("link", name="New project").click()
    page.get_by_label("Name of the project").fill("ข่าวเช้า")
    assert find_violations(page) == []
    page.get_by_role("button", name="Create the project").click()

    page.get_by_role("link", name="Import texts").click()
    page.get_by_label("File", exact=True).set_input_files(file)
    expect(page.get_by_label("What is in the file")).to_contain_text("ประโยคที่ 0 ของเรา")
    page.get_by_label("Name", exact=True).fill("ข่าว")
    page.get_by_label("Source").fill("เขียนเอง")
    page.get_by_label("Licence").fill("CC0-1.0")
    page.get_by_role("button", name="Import a corpus").click()
    expect(page.locator("li.card", has_text="ข่าว")).to_contain_text("Ready")

    page.get_by_role("link", name="Overview").click()
    page.get_by_role("link", name="Write it").click()
    page.get_by_label("Text (Markdown)").fill("# กติกา\n\nตัดทุกคำ")
    page.get_by_role("button", name="Publish as a new version").click()
    expect(page.get_by_role("heading", name="Version 1")).to_be_visible()

    page.get_by_role("link", name="Overview").click()
    page.get_by_role("link", name="Invite", exact=True).click()
    link = make_link(page)

    newcomer = page_of(None, **PHONE)
    newcomer.goto(link)
    expect(newcomer.get_by_text("manee invites you to the project")).to_be_visible()
    assert find_violations(newcomer) == []
    newcomer.get_by_label("Your name").fill("สมศรี")
    newcomer.get_by_label("Choose a user name").fill("somsri")
    newcomer.get_by_label("Choose a password").fill("ตัดคำไทยให้ถูก")
    newcomer.get_by_role("button", name="Join").click()
    newcomer.wait_for_url("**/annotate")
    assert Membership.objects.get(user__username="somsri").role == "annotator"

    page.get_by_role("link", name="Overview").click()
    page.get_by_role("button", name="Hand out work").click()
    expect(page.get_by_text("Waits for the first annotator to log in.")).to_be_visible()
    newcomer.reload()
    wait_for_sentence(newcomer)
    assert Project.objects.get().paused_at is None
    assert not Annotation.objects.exists()


def test_a_link_that_is_over_says_so(page_of):
    page = page_of(None, locale="th-TH")
    page.goto("/invite/nobody-knows-this")
    expect(page.get_by_role("alert")).to_contain_text("ลิงก์นี้ใช้ไม่ได้แล้ว")
    assert find_violations(page) == []


def test_who_has_an_account_joins_with_it(world, page_of):
    manager = page_of(world.manager)
    manager.goto(world.path("people"))
    page = page_of(make_user("chai"))
    page.goto(make_link(manager))
    page.get_by_role("button", name="Join as chai").click()
    page.wait_for_url("**/annotate")
    assert Invitation.objects.get().taken == 1


def test_somebody_is_erased_after_their_name_was_typed(world, page_of):
    page = page_of(world.manager)
    page.goto(world.path("people"))
    page.get_by_role("button", name="Erase: boonmee").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Erase")).to_be_disabled()
    dialog.get_by_label("Type boonmee to confirm").fill("boonmee")
    assert find_violations(page) == []
    dialog.get_by_role("button", name="Erase").click()
    expect(page.get_by_role("row", name="removed-")).to_be_visible()
    assert not User.objects.filter(username="boonmee").exists()


def test_every_page_of_the_manager_says_that_the_server_cannot_be_reached(world, page_of):
    page = page_of(world.manager)
    page.goto(world.path("overview"))
    page.get_by_role("heading", name="Are the arms balanced?").wait_for()
    page.context.set_offline(True)
    expect(page.get_by_text("The server cannot be reached. Figures are as of")).to_be_visible()
    assert find_violations(page) == []
    page.context.set_offline(False)
    expect(page.get_by_text("The server cannot be reached. Figures are as of")).to_have_count(0)

"""A forgotten password, from the log-in page by way of the mailbox to the work."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import find_violations, wait_for_sentence
from tests.mailbox import link_in

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("passwords"),
]
NEW = "ตัดคำทุกวันนะ9"


def test_a_forgotten_password_is_set_by_a_link_from_the_mailbox(world, workers, mailbox, page_of):
    anong = world.annotators[0]
    anong.email = "anong@example.org"
    anong.save()
    elsewhere = page_of(anong)
    elsewhere.goto("/")
    wait_for_sentence(elsewhere)

    page = page_of(None)
    page.goto("/")
    page.get_by_role("link", name="Forgot your password?").click()
    page.get_by_label("User name or e-mail address").fill("anong@example.org")
    assert find_violations(page) == []
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("status")).to_contain_text("If there is such an account")
    assert find_violations(page) == []

    link = link_in(mailbox.wait()[0].get_content())
    asked = []
    page.on("request", lambda request: asked.append((request.url, request.headers.get("referer", ""))))
    page.goto(link)
    expect(page.get_by_label("User name")).to_have_value("anong")
    page.get_by_label("New password").fill("12345678")
    page.get_by_role("button", name="Set the password").click()
    expect(page.get_by_role("alert")).to_contain_text("too common")
    assert find_violations(page) == []
    page.get_by_label("New password").fill(NEW)
    page.get_by_role("button", name="Set the password").click()
    expect(page.get_by_role("status")).to_contain_text("The new password is set.")
    page.get_by_role("link", name="Log in").click()
    page.get_by_label("User name").fill("anong")
    page.get_by_label("Password").fill(NEW)
    page.get_by_role("button", name="Log in").click()
    wait_for_sentence(page)
    token = link.rpartition(".")[2]
    assert asked
    assert [pair for pair in asked if any(token in part.partition("#")[0] for part in pair)] == []

    elsewhere.reload()
    expect(elsewhere.get_by_role("button", name="Log in")).to_be_visible()
    elsewhere.goto(link)
    expect(elsewhere.get_by_role("alert")).to_contain_text("This link has been used or is too old.")
    assert find_violations(elsewhere) == []
    elsewhere.get_by_role("link", name="Ask for a new link").click()
    expect(elsewhere.get_by_label("User name or e-mail address")).to_be_visible()


def test_a_person_gives_an_address_in_thai_with_their_password(world, page_of):
    page = page_of(world.annotators[0], locale="th-TH")
    page.goto("/")
    wait_for_sentence(page)
    page.get_by_role("button", name="ตั้งค่าของฉัน").click()
    page.get_by_text("อีเมลสำหรับตอนลืมรหัสผ่าน").click()
    page.get_by_label("อีเมล (ไม่ใส่ก็ได้)").fill("anong@example.org")
    form = page.locator("form", has=page.get_by_label("อีเมล (ไม่ใส่ก็ได้)"))
    form.get_by_label("รหัสผ่าน", exact=True).fill("ตัดคำตัดคำ")
    form.get_by_role("button", name="บันทึก").click()
    expect(form.get_by_role("status")).to_have_text("บันทึกอีเมลแล้ว")
    assert find_violations(page) == []
    world.annotators[0].refresh_from_db()
    assert world.annotators[0].email == "anong@example.org"


def test_the_page_of_a_link_that_never_was_is_read_in_thai(page_of):
    page = page_of(None, locale="th-TH")
    page.goto("/reset#1.made-up")
    expect(page.get_by_role("alert")).to_have_text("ลิงก์นี้ใช้ไปแล้วหรือหมดเวลาแล้ว ขอลิงก์ใหม่")
    assert find_violations(page) == []

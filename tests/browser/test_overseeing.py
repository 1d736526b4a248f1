"""What a manager settles, takes away as a file and makes anew, in a real browser against the real service."""

import csv
import io

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from annotation.models import Flag, Membership, Project, Sentence
from tests.factories import make_reading

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def downloaded(page: Page, button: str) -> list[list[str]]:
    """Press a button and return the rows of the CSV that comes of it."""
    with page.expect_download() as download:
        page.get_by_role("button", name=button).first.click()
    text = download.value.path().read_text(encoding="utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def test_a_flag_is_read_and_resolved(world, page_of):
    sentence = Sentence.objects.filter(project=world.project).first()
    annotator = world.annotators[0]
    Flag.objects.create(
        sentence=sentence, annotator=annotator, comment="สองประโยคติดกัน", created_at=timezone.now()
    )
    page = page_of(world.manager)
    page.goto(world.path("flags"))
    card = page.locator("li.card", has_text="สองประโยคติดกัน")
    expect(card).to_contain_text(annotator.username)
    card.get_by_role("button", name="Resolved").click()
    expect(card.locator(".tag")).to_contain_text("Resolved")
    assert Flag.objects.get().resolved_at is not None


def test_a_string_that_is_cut_two_ways_is_found_with_its_examples_and_taken_away(world, page_of):
    whole, cut = Sentence.objects.filter(project=world.project, split="pool")[:2]
    for sentence in (whole, cut):
        Sentence.objects.filter(pk=sentence.pk).update(text="ตากลม", cluster_lengths=b"\1" * 5, n_clusters=5)
    make_reading(whole, world.annotators[0], [], at=timezone.now())
    make_reading(cut, world.annotators[1], [2], at=timezone.now())
    page = page_of(world.manager)
    page.goto(world.path("conflicts"))
    row = page.locator("main details", has_text="ตากลม").first
    expect(row).to_contain_text("kept 1")
    page.get_by_label("Find a string").fill("ไม่มีคำนี้")
    expect(row).to_have_count(0)
    page.get_by_label("Find a string").fill("ตากลม")
    row.locator("summary").click()
    expect(row).to_contain_text(world.annotators[0].username)
    rows = downloaded(page, "Download CSV")
    assert "ตากลม" in rows[1]


def test_hours_are_a_file_to_pay_by(world, page_of):
    sentence = Sentence.objects.filter(project=world.project, split="pool").first()
    make_reading(sentence, world.annotators[0], [1], at=timezone.now(), active_ms=1_800_000)
    page = page_of(world.manager)
    page.goto(world.path("people"))
    card = page.get_by_label("Hours at work")
    expect(card.get_by_role("row", name=world.annotators[0].username)).to_contain_text("0.5")
    rows = downloaded(page, "Download CSV")
    named = dict(zip(rows[0], rows[1], strict=True))
    assert world.annotators[0].username in named.values()
    assert "0.5" in " ".join(named.values())


def test_another_project_is_made_with_the_settings_and_the_people_of_one(world, page_of):
    world.manager.is_staff = True
    world.manager.save()
    Project.objects.filter(pk=world.project.pk).update(round_size=37)
    page = page_of(world.manager)
    page.goto(world.path("settings"))
    form = page.locator("form", has=page.get_by_role("button", name="Another project like this"))
    form.locator("input[name=name]").fill("ข่าวอีกชุด")
    form.get_by_label("With the people of this project").check()
    form.get_by_role("button", name="Another project like this").click()
    made = page.get_by_role("heading", name="Overview")
    expect(made).to_be_visible()
    expect(page.get_by_text("ข่าวอีกชุด").first).to_be_visible()
    project = Project.objects.get(name="ข่าวอีกชุด")
    assert project.round_size == 37
    assert Membership.objects.filter(project=project).count() == 3
    assert not Sentence.objects.filter(project=project).exists()

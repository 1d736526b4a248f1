"""What people wrote comes out harmless: no formula in a spreadsheet, no script in a page, no turned line."""

import csv
import io
import json
import re
import zipfile
from html.parser import HTMLParser

import pyarrow.parquet as pq
import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from annotation import data_card, exports, written_files
from annotation.models import Document
from annotation.readers import InputFile
from annotation.spreadsheets import exact, harmless
from learner import event_files, events, report_writing
from learner.models import Event
from tests.factories import make_corpus, make_member, make_project
from tests.security.world import undone

FORMULAS = ['=cmd|"/C calc"!A1', "+1+1", "-2+3", "@SUM(1)", "\t=1", "\r=1", "＝1+1", "'=1", "''@x"]
HOSTILE = [
    *FORMULAS,
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "ทดสอบ 😀👩‍🌾",
    "\u202egnp.exe",
    "$\\frac{$",
    "a|b\n# sent_id = 9",
]
each_text = pytest.mark.parametrize("text", HOSTILE)


@given(st.text())
def test_a_cell_is_never_a_formula_and_comes_back_exactly(text):
    assert exact(harmless(text)) == text
    assert not re.match("[=+\\-@\t\r\n＝＋－＠]", harmless(text))


def test_numbers_are_left_alone():
    assert [harmless(cell) for cell in (-3, 1.5, None, True)] == [-3, 1.5, None, True]


@pytest.mark.django_db
@each_text
def test_the_events_file_opens_in_a_spreadsheet_and_comes_back_exactly(text):
    project = make_project()
    events.record(project, "vendor.changed", at=timezone.now(), note=text, before={"name": text})
    file = event_files.as_csv(event_files.rows_of(Event.objects.all()))
    for row in csv.DictReader(io.StringIO(file, newline="")):
        assert not any(re.match("[=+\\-@\t\r]", cell) for cell in row.values())
    (row,) = event_files.read_csv(file)
    assert (row["note"], row["before"]) == (text, {"name": text})


class Page(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags, self.attributes, self.said = set(), set(), []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data):
        self.said.append(data)


@pytest.fixture(scope="module")
def report(django_db_setup, django_db_blocker, tmp_path_factory):
    with django_db_blocker.unblock(), undone():
        project = make_project(name=HOSTILE[9])
        corpus = make_corpus(project, 8, documents=4)
        for document, domain in zip(Document.objects.filter(corpus=corpus), HOSTILE[9:14], strict=False):
            document.domain = domain
            document.save()
        for text in HOSTILE:
            events.record(project, "vendor.changed", at=timezone.now(), note=text, after={"name": text})
        folder = tmp_path_factory.mktemp("report")
        report_writing.write(project, folder, figure="word_f1", unit="seconds")
        yield folder


def test_the_report_has_no_script_and_asks_for_nothing(report):
    text = (report / "report.html").read_text()
    page = Page(text)
    assert "script" not in page.tags
    assert "img" not in page.tags
    assert not {name for name in page.attributes if name.startswith("on")}
    assert "default-src 'none'" in text
    assert HOSTILE[9] in "".join(page.said)


def test_the_figures_of_the_report_hold_no_script(report):
    figures = list((report / "figures").glob("*.svg"))
    assert figures
    for path in figures:
        assert "script" not in Page(path.read_text()).tags


def test_the_tables_of_the_report_are_harmless_as_csv_and_exact_as_parquet(report):
    with (report / "data" / "events.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    notes = [row["note"] for row in rows if row["kind"] == "vendor.changed"]
    assert [exact(note) for note in notes] == HOSTILE
    assert not any(re.match("[=+\\-@\t\r]", note) for note in notes)
    table = pq.read_table(report / "data" / "events.parquet").to_pylist()
    assert [row["note"] for row in table if row["kind"] == "vendor.changed"] == HOSTILE


@each_text
def test_the_card_of_an_export_renders_no_html_and_starts_no_line(text):
    by = {"arm": {}, "split": {}, "domain": {text: 1}}
    corpora = [{"name": text, "source": text, "licence": text, "rows": 1}]
    counts = {"rows": 1, "sentences": 1, "tokens": 1, "annotators": 1}
    manifest = {"name": text, "project": {"name": text}, "counts": counts, "rows_by": by, "corpora": corpora}
    card = data_card.write(manifest | {"which": "all", "filters": {}, "written_at": "now"})
    assert "<script" not in card
    assert "<img" not in card
    assert "\n# sent_id" not in card


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("file_format", ["jsonl", "parquet", "conllu", "best"])
def test_a_corpus_export_keeps_every_text_exactly(desk, file_format):
    texts = [text for text in HOSTILE if "\n" not in text and "\r" not in text]
    project = make_project(overlap_share=0, holdout_serve_share=0)
    make_corpus(project, texts)
    Document.objects.update(name="a\n1\tb\n# text = c")
    desk.work(make_member(project), len(texts))
    ordered = exports.create(project, format=file_format, which="all", now=timezone.now())
    done = exports.run(ordered.pk)
    assert done.state == "ready", done.error
    with InputFile(written_files.path_of(done)) as file:
        assert sorted(record.text for record in file.records()) == sorted(texts)
    with zipfile.ZipFile(written_files.path_of(done)) as archive:
        assert json.loads(archive.read("manifest.json"))["counts"]["rows"] == len(texts)


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["a\u202eb", "a\nb", "a\u2066b", "a\x00b", "a\u2028b"])
def test_a_name_with_signs_that_act_beyond_it_is_refused(people, by, name):
    answer = by(people.manager).patch(people.path(), {"name": name})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_input")
    member = {"username": "newcomer", "password": "ตัดคำไทยให้ถูก", "role": "annotator", "name": name}
    assert by(people.manager).post(people.path("/members"), member).status_code == 400


@pytest.mark.django_db
def test_emoji_thai_and_right_to_left_names_are_welcome(people, by):
    for name in ("ตัดคำ 👩‍🌾", "שלום \u200f(1)", "=cmd"):
        assert by(people.manager).patch(people.path(), {"name": name}).json()["name"] == name

"""The Python client against the real service; its page in docs/api.md run as it stands."""

import json
import re
import sys
import zipfile
from datetime import UTC, datetime

import pytest
from django.utils import timezone

from annotation import access_tokens
from annotation.models import Annotation, Project
from config.settings import BASE_DIR
from tests.factories import make_corpus, make_member, make_project, make_user

sys.path.insert(0, str(BASE_DIR / "clients"))
from tatkham_client import ApiError, Tatkham

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("passwords")]


@pytest.fixture
def texts(tmp_path):
    path = tmp_path / "texts.jsonl"
    lines = [{"text": f"ประโยคที่ {number} ของเรา", "document": str(number)} for number in range(40)]
    path.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines))
    return path


def test_the_example_of_the_api_page_goes_from_nothing_to_an_export(
    web, workers, texts, capsys, monkeypatch, tmp_path
):
    make_user("manager", is_staff=True)
    page = (BASE_DIR / "docs" / "api.md").read_text()
    (example,) = [
        code for code in re.findall(r"```python\n(.*?)```", page, re.DOTALL) if "tatkham_client" in code
    ]
    asked = '"http://127.0.0.1:8000", "manager", "the password"'
    assert asked in example
    monkeypatch.chdir(tmp_path)
    exec(example.replace(asked, f'"{web}", "manager", "ตัดคำตัดคำ"'), {})  # noqa: S102  (our own page)
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "40 sentences, 0 of them known, error: None"
    assert said[1] == "40 imported"
    assert "/invite/" in said[2]
    assert said[-1] == "0 labels so far"
    with zipfile.ZipFile(tmp_path / "labels.zip") as archive:
        assert "manifest.json" in archive.namelist()
    assert Project.objects.get().name == "Morning news"


def test_an_annotator_works_to_the_end_by_a_function(web):
    project = make_project(overlap_share=0, seed_size=2)
    make_corpus(project, 3)
    reader = make_member(project, user=make_user("reader")).user
    tatkham = Tatkham.log_in(str(web), "reader", "ตัดคำตัดคำ")
    done = list(tatkham.project(project.name).annotate(lambda work: [1]))
    assert [work["boundaries"] for work in done] == [[1]] * 3
    assert Annotation.objects.filter(annotator=reader).count() == 3
    with pytest.raises(ApiError) as refused:
        tatkham.project(project.pk).settings()
    assert (refused.value.status, refused.value.code) == (403, "not_allowed")
    tatkham.log_out()
    with pytest.raises(ApiError) as ended:
        tatkham.projects()
    assert ended.value.status == 401


def test_a_token_for_one_project_is_enough_to_work_there(web):
    member = make_member(make_project())
    make_member(make_project(), user=member.user)
    make_corpus(member.project, 2)
    key = access_tokens.make(member.user, project=member.project_id, now=timezone.now())[1]
    project = Tatkham(str(web), key).project(member.project.name)
    assert len(list(project.annotate(lambda work: [1]))) == 2


def test_a_bad_file_and_an_event_are_said_as_the_api_says_them(web, workers, tmp_path):
    project = make_project()
    make_member(project, "manager", make_user("manager"))
    own = Tatkham.log_in(str(web), "manager", "ตัดคำตัดคำ").project(project.pk)
    bad = tmp_path / "ข่าว.jsonl"
    bad.write_text('{"text": ')
    assert "ข่าว.jsonl" in own.preview_file(bad)["error"]
    with pytest.raises(ApiError, match=r"ข่าว\.jsonl") as refused:
        own.import_file(bad, source="เขียนเอง")
    assert refused.value.code == "bad_file"
    at = datetime(2026, 4, 13, 9, tzinfo=UTC)
    own.record_event("hand.holiday", at, note="สงกรานต์")
    assert [event["note"] for event in own.events(kind="hand")] == ["สงกรานต์"]
    with pytest.raises(ValueError, match="no time zone"):
        own.record_event("hand.holiday", at.replace(tzinfo=None))


def test_a_server_that_is_not_there_is_told_so(monkeypatch):
    monkeypatch.setattr("tatkham_client.POLL_SECONDS", 0)
    with pytest.raises(ApiError) as refused:
        Tatkham("http://127.0.0.1:9", "no token").projects()
    assert refused.value.status == 0

"""Uploading a corpus and withdrawing one."""

import pytest
from django.conf import settings as service
from django.core.files.uploadedfile import SimpleUploadedFile

from annotation import corpus, previews
from annotation.models import Corpus, Sentence

pytestmark = pytest.mark.django_db
TEXT = "ฉันไปตลาด\nเธอไปโรงเรียน\n"


@pytest.fixture
def manager(people, by):
    return by(people.manager)


def upload(manager, people, content=TEXT, file_name="ตลาด.txt", **fields):
    file = SimpleUploadedFile(file_name, content.encode() if isinstance(content, str) else content)
    return manager.post(people.path("/corpora"), {"file": file, **fields}, format="multipart")


def newest(manager, people):
    return manager.get(people.path("/corpora")).json()[-1]


def test_an_upload_is_imported_in_the_background(people, manager, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as started:
        answer = upload(manager, people, file_name="a.txt", source="เขียนเอง", licence="CC0", domain="talk")
    assert (answer.status_code, answer.json()["state"]) == (202, "importing")
    assert len(started) == 1
    corpus.import_upload(answer.json()["id"])
    row = newest(manager, people)
    assert (row["state"], row["name"], row["file_name"], row["format"]) == ("ready", "a.txt", "a.txt", "text")
    assert (row["source"], row["licence"], row["domain"]) == ("เขียนเอง", "CC0", "talk")
    assert row["report"]["sentences"] == 2
    assert row["progress"]["bytes"] == row["progress"]["of"] == len(TEXT.encode())


def test_the_same_file_again_is_refused(people, manager):
    corpus.import_upload(upload(manager, people).json()["id"])
    again = upload(manager, people, file_name="another name.txt")
    assert (again.status_code, again.json()["code"]) == (409, "conflict")


def test_a_bad_file_fails_and_says_why(people, manager):
    before = Sentence.objects.count()
    answer = upload(manager, people, content=b'{"text": \n', file_name="broken.jsonl")
    corpus.import_upload(answer.json()["id"])
    row = newest(manager, people)
    assert row["state"] == "failed"
    assert "broken.jsonl" in row["report"]["error"]
    assert Sentence.objects.count() == before


@pytest.mark.parametrize(
    ("fields", "named"), [({"splitter": "by magic"}, "splitter"), ({"name": "ก" * 201}, "name")]
)
def test_a_field_that_is_wrong_is_named(people, manager, fields, named):
    answer = upload(manager, people, **fields)
    assert (answer.status_code, list(answer.json()["details"])) == (400, [named, "why"])


def test_a_form_without_a_file_is_refused(people, manager):
    answer = manager.post(people.path("/corpora"), {"name": "x"}, format="multipart")
    assert (answer.status_code, list(answer.json()["details"])) == (400, ["file", "why"])
    assert manager.post(people.path("/corpora"), {"name": "x"}).status_code == 415


def test_an_upload_over_the_limit_is_refused_before_it_is_read(people, manager, settings):
    settings.UPLOAD_LIMIT_MIB = 1
    answer = upload(manager, people, content="ก" * 400_000)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert Corpus.objects.filter(project=people.project).count() == 1


def test_a_files_name_leads_nowhere(people, manager):
    answer = upload(manager, people, file_name="../../etc/passwd.txt")
    assert answer.json()["file_name"] == "passwd.txt"
    assert {path.parent for path in service.UPLOAD_STORE.iterdir()} == {service.UPLOAD_STORE}


def test_a_withdrawn_corpus_is_served_no_more(people, by, manager):
    id_ = newest(manager, people)["id"]
    assert manager.post(people.path(f"/corpora/{id_}/withdraw")).json()["state"] == "withdrawn"
    assert by(people.annotator).post(people.path("/next")).json()["reason"] == "nothing_left"
    assert manager.post(people.path(f"/corpora/{id_}/withdraw")).status_code == 409


def test_a_corpus_of_another_project_is_not_found(people, by):
    theirs = people.outsider.memberships.get().project
    ours = Corpus.objects.get(project=people.project)
    path = f"/api/projects/{theirs.pk}/corpora/{ours.pk}/withdraw"
    assert by(people.outsider).post(path).status_code == 404


def preview(manager, people, content=TEXT, file_name="ตลาด.txt", **fields):
    file = SimpleUploadedFile(file_name, content.encode())
    return manager.post(people.path("/corpora/preview"), {"file": file, **fields}, format="multipart").json()


def test_a_preview_says_what_an_import_would_bring_and_stores_nothing(people, manager):
    before = (Corpus.objects.count(), Sentence.objects.count())
    found = preview(manager, people, TEXT + "ฉันไปตลาด\n", domain="talk")
    counts = {
        name: found[name] for name in ("records", "sentences", "repeated", "known", "gold", "documents")
    }
    assert counts == {"records": 3, "sentences": 3, "repeated": 1, "known": 0, "gold": 0, "documents": 0}
    assert (found["format"], found["whole"], found["error"]) == ("text", True, None)
    assert found["domains"] == [{"domain": "talk", "sentences": 3}]
    assert "".join(found["shown"][0]["clusters"]) == "ฉันไปตลาด"
    assert (Corpus.objects.count(), Sentence.objects.count()) == before


def test_a_preview_knows_what_the_project_has_already(people, manager):
    corpus.import_upload(upload(manager, people, file_name="a.txt").json()["id"])
    assert preview(manager, people)["imported_as"] == "a.txt"
    assert preview(manager, people, TEXT + "ใหม่\n")["known"] == 2


def test_a_preview_shows_the_words_that_a_file_brings(people, manager):
    found = preview(manager, people, "ฉัน|ไป|ตลาด|\n", file_name="a.best")
    assert (found["gold"], found["shown"][0]["boundaries"]) == (1, [2, 4])


@pytest.mark.parametrize("content", ['{"text": "ก"}\n{"text": \n', "  \n"])
def test_a_preview_says_what_an_import_would_stop_at(people, manager, content):
    assert "broken.jsonl" in preview(manager, people, content, file_name="broken.jsonl")["error"]


def test_a_preview_reads_only_the_front_of_a_long_file(people, manager, monkeypatch):
    monkeypatch.setattr(previews, "RECORDS_READ", 1)
    found = preview(manager, people)
    assert (found["records"], found["whole"]) == (1, False)


def test_a_corpus_shows_its_domains_and_sentences_by_lot_but_none_held_out(people, manager):
    row = Corpus.objects.get(project=people.project)
    held_out = Sentence.objects.filter(corpus=row).first()
    Sentence.objects.filter(pk=held_out.pk).update(split="holdout")
    found = manager.get(people.path(f"/corpora/{row.pk}/sample")).json()
    assert found["domains"] == [{"domain": "", "sentences": 12, "documents": 1}]
    shown = ["".join(sentence["clusters"]) for sentence in found["shown"]]
    assert len(shown) == 11
    assert held_out.text not in shown

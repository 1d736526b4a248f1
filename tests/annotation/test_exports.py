"""What an export holds, and that it parses back to the boundaries that people marked."""

import hashlib
import json
import struct
import zipfile
from collections import Counter
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotation import export_rows, exports, withdrawing, written_files
from annotation.errors import BadInput
from annotation.export_files import WRITERS, Archive
from annotation.export_rows import WORD_END, Row, cut_words
from annotation.models import Adjudication, Annotation, Corpus, Draw, Export, Generation, Project, Queue
from annotation.readers import InputFile
from segmenter.text import cluster_lengths, clusters, tokens
from tests.factories import make_corpus, make_guideline, make_member, make_project

FORMATS = sorted(WRITERS)


@pytest.fixture
def project(transactional_db):
    return make_project(holdout_share=0.0)


def export(
    project: Project, file_format: str = "jsonl", which: str = "all", *, name: str = "", **filters
) -> Export:
    ordered = exports.create(
        project, format=file_format, which=which, name=name, filters=filters, now=project.created_at
    )
    done = exports.run(ordered.pk)
    assert done.state == "ready", done.error
    return done


def members(done: Export) -> dict[str, bytes]:
    with zipfile.ZipFile(written_files.path_of(done)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def rows(project: Project, which: str = "all", **filters) -> list[dict]:
    lines = members(export(project, which=which, **filters))["data.jsonl"].decode().split("\n")
    return [json.loads(line) for line in lines if line]


def read_back(done: Export):
    with InputFile(written_files.path_of(done)) as file:
        return list(file.records())


@pytest.fixture
def read_by_two(project, desk):
    """Three sentences read by one person, the first of them also by a second one."""
    make_corpus(project, ["แมวกินปลา", 'ฝนตก \\ "หนัก"', "a|b ๆ"])
    project.overlap_share = 1.0
    project.save()
    first, second = make_member(project), make_member(project)
    assignment = desk.claim(first)
    type(assignment.sentence).objects.update(required_annotations=2)
    for number in range(3):
        desk.submit(assignment, 1 + number)
        desk.wait(minutes=1)
        assignment = desk.claim(first)
    desk.submit(desk.claim(second), 2)
    return first, second


@pytest.mark.parametrize("file_format", FORMATS)
def test_an_export_parses_back_to_the_boundaries_marked(project, read_by_two, file_format):
    done = export(project, file_format, "training")
    marked = {
        a.sentence.text: tuple(a.boundaries) for a in Annotation.objects.filter(annotator=read_by_two[0].user)
    }
    assert {record.text: record.words for record in read_back(done)} == {
        text: tokens(clusters(text), boundaries) for text, boundaries in marked.items()
    }


def test_all_holds_every_reading_and_training_one_a_sentence(project, read_by_two):
    assert len(rows(project, "all")) == 4
    training = rows(project, "training")
    assert len(training) == 3
    assert {row["annotator"] for row in training} == {read_by_two[0].user_id}


def test_a_revision_is_one_more_row_of_all_and_the_one_that_training_takes(project, desk):
    make_corpus(project, ["แมวกินปลา"])
    assignment = desk.claim(make_member(project))
    desk.submit(assignment, 2)
    desk.submit(assignment, 3)
    assert [row["revision"] for row in rows(project, "all")] == [0, 1]
    assert [row["words"] for row in rows(project, "training")] == [tokens(clusters("แมวกินปลา"), [3])]


def test_the_reference_goes_before_the_readings(project, read_by_two, desk):
    sentence = Annotation.objects.order_by("id").first().sentence
    judge = make_member(project, "adjudicator").user
    for revision, boundary in enumerate((1, 4)):
        Adjudication.objects.create(
            sentence=sentence,
            revision=revision,
            boundaries=[boundary],
            adjudicator=judge,
            created_at=desk.now,
        )
    expected = tokens(clusters(sentence.text), [4])
    assert [row["words"] for row in rows(project, "adjudicated")] == [expected]
    training = {row["text"]: row for row in rows(project, "training")}
    assert training[sentence.text]["words"] == expected
    assert (training[sentence.text]["label"], training[sentence.text]["annotator"]) == (
        "adjudication",
        judge.pk,
    )
    assert len(training) == 3


def test_an_arm_is_what_its_own_draws_reached(project, desk):
    make_corpus(project, 6)
    person = make_member(project)
    desk.work(person, 4)
    queue = Queue.objects.get(project=project, kind="active")
    unread = Annotation.objects.order_by("id").last().sentence
    drawn = {row["id"] for row in rows(project, arm="random")}
    assert drawn == {
        a.sentence_id for a in Annotation.objects.all() if a.sentence.draws.filter(queue__kind="random")
    }
    generation = Generation.objects.create(
        queue=queue, number=1, source="test", strategy="margin", size=1, published_at=desk.now
    )
    queue.draws.filter(sentence=unread).delete()
    queue.draws.create(
        number=10_000,
        sentence=unread,
        generation=generation,
        rank=0,
        score=0.5,
        clusters=1,
        drawn_at=desk.now,
    )
    assert unread.pk not in {row["id"] for row in rows(project, arm="active")}


def test_rows_tell_their_draws_and_no_names(project, desk):
    make_corpus(project, ["แมวกินปลา"], name="=cmd|' /C calc'!A0", source="\u202eลับ")
    person = make_member(project)
    desk.work(person)
    (row,) = rows(project)
    assert row["random_draw"] == 1
    assert row["annotator"] == person.user_id
    content = members(export(project))
    assert person.user.username.encode() not in b"".join(content.values())
    assert set(content) == {"data.jsonl", "guidelines/1.md", "card.md", "manifest.json"}


def test_weights_of_the_random_sample_add_up_to_the_frame_of_each_import(project, desk):
    for size in (8, 5):
        make_corpus(project, size)
    person = make_member(project)
    desk.work(person, 6)
    frames = {corpus.pk: corpus.documents.get().sentences.count() for corpus in Corpus.objects.all()}
    drawn = Counter(draw.sentence.corpus_id for draw in Draw.objects.filter(queue__kind="random"))
    for row in rows(project):
        arms = {draw.queue.kind for draw in Draw.objects.filter(sentence=row["id"])}
        assert row["arm"] == ("both" if len(arms) > 1 else min(arms, default=None))
        weight = frames[row["corpus"]] / drawn[row["corpus"]] if "random" in arms else None
        assert row["weight"] == (None if weight is None else pytest.approx(weight))


def test_a_withdrawn_text_has_no_weight(project, desk):
    make_corpus(project, 4)
    desk.work(make_member(project), 2)
    withdrawing.withdraw(Corpus.objects.get(), now=desk.now)
    assert {row["weight"] for row in rows(project)} == {None}


def test_the_card_says_what_the_rows_are(project, desk):
    make_corpus(project, 4, source="เขียนเอง | ทีม", licence="CC0-1.0")
    desk.work(make_member(project), 2)
    card = members(export(project, name="ข่าว 1.0"))["card.md"].decode()
    assert card.startswith("# ข่าว 1.0\n")
    assert "| เขียนเอง \\| ทีม | CC0-1.0 | 2 |" in card
    assert "| both | 2 |" in card
    for name in export_rows.Row._fields:
        assert name in card or name in ("id", "sealed", "occurrences", "created_at")


def test_filters_by_time_split_and_guideline(project, desk):
    make_corpus(project, ["แมวกินปลา", "ฝนตกหนัก"])
    person = make_member(project)
    desk.work(person)
    first = desk.now
    make_guideline(project, "# ใหม่")
    desk.wait(hours=1)
    desk.work(person)
    assert len(rows(project)) == 2
    assert len(rows(project, since=desk.now)) == 1
    assert len(rows(project, until=desk.now)) == 1
    assert len(rows(project, since=first, until=first + timedelta(seconds=1))) == 1
    assert [row["guideline_version"] for row in rows(project, guideline_version=2)] == [2]
    assert rows(project, split="holdout") == []


def test_the_manifest_comes_last_and_its_hashes_are_those_of_the_files(project, read_by_two):
    Corpus.objects.update(source="เขียนเอง", licence="CC0-1.0")
    done = export(project, which="training")
    content = members(done)
    manifest = json.loads(content["manifest.json"])
    assert list(content)[-1] == "manifest.json"
    assert manifest == done.manifest
    for file in manifest["files"]:
        data = content[file["name"]]
        assert (file["bytes"], file["sha256"]) == (len(data), hashlib.sha256(data).hexdigest())
    assert {file["name"] for file in manifest["files"]} == set(content) - {"manifest.json"}
    assert manifest["counts"]["rows"] == 3
    assert [(c["source"], c["licence"], c["rows"]) for c in manifest["corpora"]] == [
        ("เขียนเอง", "CC0-1.0", 3)
    ]
    assert [guideline["version"] for guideline in manifest["guidelines"]] == [1]
    assert manifest["software"]["source"]
    assert done.size == written_files.path_of(done).stat().st_size


def test_an_empty_export_is_a_file_with_no_rows(project):
    for file_format in FORMATS:
        assert export(project, file_format).manifest["counts"]["rows"] == 0


def test_a_run_that_comes_twice_writes_once(project, read_by_two):
    done = export(project)
    written = written_files.path_of(done).stat().st_mtime_ns
    exports.run(done.pk)
    assert written_files.path_of(done).stat().st_mtime_ns == written


def test_what_goes_wrong_is_on_the_row_and_leaves_no_file(project, read_by_two, settings, tmp_path):
    settings.EXPORT_STORE = tmp_path / "file"
    settings.EXPORT_STORE.write_text("not a folder")
    ordered = exports.create(project, format="jsonl", which="all", now=project.created_at)
    failed = exports.run(ordered.pk)
    assert failed.state == "failed"
    assert "file" in failed.error


@pytest.mark.parametrize("filters", [{"arm": "measurement"}, {"split": "no"}, {"colour": "red"}])
def test_a_filter_that_does_not_exist_is_refused(project, filters):
    with pytest.raises(BadInput, match=next(iter(filters))):
        exports.create(project, format="jsonl", which="all", filters=filters, now=project.created_at)


def test_the_worker_writes_an_export_that_was_asked_for(project, read_by_two, run_task):
    ordered = exports.create(project, format="jsonl", which="all", now=project.created_at)
    run_task("annotation.tasks.export_annotations", ordered.pk)
    run_task("annotation.tasks.export_annotations", ordered.pk)
    ordered.refresh_from_db()
    assert ordered.state == "ready"


def test_the_command_writes_the_zip_where_it_was_told(project, read_by_two, tmp_path, capsys):
    target = tmp_path / "out.zip"
    call_command(
        "export_corpus", str(target), project=project.name, which="all", since="2020-01-01T00:00:00Z"
    )
    assert "4 rows of 3 sentences" in capsys.readouterr().out
    with zipfile.ZipFile(target) as archive:
        assert "manifest.json" in archive.namelist()
    with pytest.raises(CommandError, match="--until is 'soon'"):
        call_command("export_corpus", str(target), project=project.name, until="soon")


SENTENCE = st.text(
    st.one_of(
        st.sampled_from(
            'กขคงจ่้๊ัิีำเแโใๆ฿๑ \t|\\"<>NEAB/_#=+-@'
            "\u202e\u200b\u00a0\u2028\u0085\ufeff\U0001f469\U0001f3fd\u200d\U0001f4bb"
        ),
        st.characters(min_codepoint=0x20, exclude_categories=["Cs"], exclude_characters="\x7f"),
    ),
    min_size=1,
    max_size=40,
).filter(lambda text: text.strip() and max(map(len, clusters(text))) < 200)


@st.composite
def labelled(draw):
    text = draw(SENTENCE)
    count = len(clusters(text))
    boundaries = sorted(draw(st.sets(st.integers(1, count - 1)))) if count > 1 else []
    return text, boundaries


@given(st.lists(labelled(), min_size=1, max_size=4))
def test_words_are_cut_as_tokens_are(sentences):
    texts, boundaries = zip(*sentences, strict=True)
    cut = cut_words(texts, list(map(cluster_lengths, texts)), list(map(sent, boundaries)))
    assert [words.split(WORD_END) for words in cut] == [words_of(*sentence) for sentence in sentences]


def sent(boundaries):
    """Return boundaries as PostgreSQL sends an array of smallint."""
    if not boundaries:
        return struct.pack(">3i", 0, 0, 21)
    elements = b"".join(struct.pack(">ih", 2, boundary) for boundary in boundaries)
    return struct.pack(">5i", 1, 0, 21, len(boundaries), 1) + elements


def words_of(text, boundaries):
    return tokens(clusters(text), boundaries)


@pytest.mark.parametrize("file_format", FORMATS)
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sentences=st.lists(labelled(), min_size=1, max_size=4), names=st.tuples(SENTENCE, SENTENCE))
def test_any_text_and_any_boundaries_survive_every_format(tmp_path_factory, file_format, sentences, names):
    path = tmp_path_factory.getbasetemp() / f"{file_format}.zip"
    sentences = [(text, words_of(text, boundaries)) for text, boundaries in sentences]
    made = [make_row(number, text, words, *names) for number, (text, words) in enumerate(sentences, start=1)]
    with Archive(path) as archive:
        columns = dict(zip(Row._fields, zip(*made, strict=True), strict=True))
        WRITERS[file_format](archive, [columns])
    found = []
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            plain = path.with_name(name)
            plain.write_bytes(archive.read(name))
            if plain.stat().st_size:
                with InputFile(plain) as file:
                    found += [(record.text, record.words) for record in file.records()]
    assert sorted(found) == sorted(sentences)


def make_row(number: int, text: str, words: list[str], document: str, source: str) -> Row:
    values = dict.fromkeys(Row._fields)
    values |= {
        "id": number,
        "text": text,
        "words": WORD_END.join(words),
        "document": document,
        "domain": "=1+1",
        "source": source,
        "licence": "",
        "corpus": 1,
        "split": "pool",
        "sealed": False,
        "occurrences": 1,
        "label": "annotation",
        "label_id": number,
        "annotator": 7,
        "revision": 0,
        "created_at": User().date_joined,
    }
    return Row(**values)

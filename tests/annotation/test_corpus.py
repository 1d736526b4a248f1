"""What an import stores, what it refuses, and what a kill or a second try leaves behind."""

import gzip
import json
import random
import uuid

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotation import corpus as imports
from annotation import keys, loading, preparing, withdrawing
from annotation.errors import BadFile, BadInput, Conflict
from annotation.models import (
    Corpus,
    Document,
    GoldSegmentation,
    Offer,
    OutboxEntry,
    Repeat,
    Sentence,
)
from segmenter.text import cluster_lengths, clusters_from_lengths, tokens
from tests.factories import make_member, make_project
from tests.waiting import wait_for

pytestmark = pytest.mark.django_db
LETTERS = "กขคงจฉชซดตถทนบปผฝพฟมยรลวสหอ"


@pytest.fixture
def project():
    return make_project()


def lines(count: int, *, seed: int = 0) -> list[str]:
    rng = random.Random(seed)
    return [f"{''.join(rng.choices(LETTERS, k=50))} {seed}-{number}" for number in range(count)]


def everything() -> dict[str, int]:
    tables = (Sentence, Document, GoldSegmentation, Repeat, Offer, OutboxEntry)
    return {table.__name__: table.objects.count() for table in tables}


def test_text_is_stored_exactly_with_all_that_follows_from_it(project, write):
    texts = ["  ฉันไป\tตลาด ", "น้ำ \\t\\N 👩🏽\u200d💻 ", "ภาษาไทย ๆ “อ้าง”"]
    corpus = imports.import_file(project, write("a.txt", "\n".join(texts)))
    stored = list(Sentence.objects.filter(corpus=corpus).order_by("position"))
    assert [sentence.text for sentence in stored] == texts
    for sentence in stored:
        form = keys.normalise(sentence.text)
        assert bytes(sentence.cluster_lengths) == cluster_lengths(sentence.text)
        assert sentence.n_clusters == len(sentence.cluster_lengths)
        assert sentence.text_hash == keys.text_hash(form)
        assert sentence.order_key == keys.order_key(project.seed, form)
        assert len(sentence.signature) == 80
    assert corpus.state == "ready"


def test_gold_is_kept_and_an_edge_inside_a_cluster_is_moved_and_counted(project, write):
    rows = [{"text": "กำไร ดี", "words": ["กำไร", " ", "ดี"]}, {"text": "น้ำใจ", "words": ["น", "้ำ", "ใจ"]}]
    path = write("a.jsonl", "\n".join(map(json.dumps, rows)))
    corpus = imports.import_file(project, path)
    gold = {
        g.sentence.text: tokens(
            clusters_from_lengths(g.sentence.text, bytes(g.sentence.cluster_lengths)), g.boundaries
        )
        for g in GoldSegmentation.objects.select_related("sentence")
    }
    assert gold == {"กำไร ดี": ["กำไร", " ", "ดี"], "น้ำใจ": ["น้ำ", "ใจ"]}
    assert (corpus.report["gold"], corpus.report["moved_boundaries"]) == (2, 1)


def test_documents_domains_and_sources_are_kept(project, write):
    rows = [
        {"text": text, "document": document, "domain": domain, "source": "ต้นฉบับ"}
        for text, document, domain in zip(lines(4), "abab", ["news", "talk", "news", ""], strict=True)
    ]
    path = write("a.jsonl", "\n".join(map(json.dumps, rows)))
    corpus = imports.import_file(project, path, licence="CC0-1.0", domain="other", name="ชื่อ")
    assert list(corpus.documents.order_by("name").values_list("name", "domain")) == [
        ("a", "news"),
        ("b", "talk"),
    ]
    assert list(Sentence.objects.order_by("id").values_list("position", flat=True)) == [0, 0, 1, 1]
    assert (corpus.source, corpus.licence, corpus.name) == ("ต้นฉบับ", "CC0-1.0", "ชื่อ")
    assert corpus.report["blocks_for_documents"] is False


def test_without_documents_fifty_sentences_of_a_domain_stand_for_one(project, write, monkeypatch):
    monkeypatch.setattr(preparing, "CHUNK", 30)
    corpus = imports.import_file(project, write("a.txt", "\n".join(lines(120))), domain="talk")
    counts = [document.sentences.count() for document in corpus.documents.order_by("name")]
    assert counts == [50, 50, 20]
    assert corpus.report["blocks_for_documents"] is True
    assert sorted(
        Sentence.objects.filter(document__name="talk 000002").values_list("position", flat=True)
    ) == list(range(50))


def test_the_clause_splitter_cuts_at_spaces_between_thai_letters_and_loses_nothing(project, write):
    line = "ก" * 70 + " " + "ข" * 80 + " 12 ปี " + "ค" * 5
    corpus = imports.import_file(project, write("a.txt", line), splitter="clause")
    stored = list(Sentence.objects.order_by("position").values_list("text", flat=True))
    assert stored == ["ก" * 70 + " ", "ข" * 80 + " 12 ปี ", "ค" * 5]
    assert corpus.splitter == "clause"


def test_line_breaks_inside_a_record_end_sentences(project, write):
    row = {"text": "ฉันไป\r\n\nเธอมา", "words": ["ฉัน", "ไป\r\n\nเธอ", "มา"]}
    plain = {"text": "เขา\vอยู่"}
    corpus = imports.import_file(project, write("a.jsonl", json.dumps(row) + "\n" + json.dumps(plain)))
    assert corpus_texts(corpus) == ["ฉันไป", "เธอมา", "เขา", "อยู่"]
    stored = [(g.sentence.text, g.boundaries) for g in GoldSegmentation.objects.order_by("sentence")]
    assert stored == [("ฉันไป", [2]), ("เธอมา", [3])]


def corpus_texts(corpus: Corpus) -> list[str]:
    return list(Sentence.objects.filter(corpus=corpus).order_by("id").values_list("text", flat=True))


def test_equal_strings_are_stored_once_and_counted(project, write, monkeypatch):
    monkeypatch.setattr(preparing, "CHUNK", 2)
    one, two, three = lines(3)
    first = imports.import_file(project, write("a.txt", "\n".join([one, f" {one} ", two, one])))
    second = imports.import_file(project, write("b.txt", "\n".join([two, three, two, three])))
    assert dict(Sentence.objects.values_list("text", "occurrences")) == {one: 3, two: 3, three: 2}
    assert (first.report["duplicates_within"], first.report["duplicates_across"]) == (2, 0)
    assert (second.report["duplicates_within"], second.report["duplicates_across"]) == (1, 2)
    assert second.report["sentences"] == 1


def test_the_same_file_again_adds_nothing(project, write):
    path = write("a.txt", "\n".join(lines(5)))
    first = imports.import_file(project, path)
    before = everything()
    assert imports.import_file(project, path, name="another name").pk == first.pk
    assert everything() == before
    assert Corpus.objects.count() == 1


def test_two_projects_import_the_same_file(project, write):
    path = write("a.txt", "\n".join(lines(5)))
    assert imports.import_file(project, path).report["sentences"] == 5
    assert imports.import_file(make_project(), path).report["sentences"] == 5


BAD = [
    (b"\n \n\t\n", "holds no sentence", None),
    (b"ok\nbad\x07bell", "control character at character 3", 2),
    (b"ok\n" + "ก\u007fข".encode(), "control character at character 1", 2),
    (b"ok\n" + "ก".encode() * 2001, "2001 clusters; at most 2000", 2),
    (b"ok\n" + ("e" + "\u0301" * 255).encode(), "256 code points", 2),
    (b"ok\n\xff", "not UTF-8 at byte 3", 2),
]


@pytest.mark.parametrize(("content", "said", "line"), BAD)
def test_a_bad_line_is_named_and_nothing_of_the_file_stays(project, write, content, said, line):
    before = everything()
    with pytest.raises(BadFile) as raised:
        imports.import_file(project, write("a.txt", content))
    assert said in raised.value.message
    assert raised.value.message.startswith("a.txt")
    assert raised.value.details.get("line") == line
    assert everything() == before
    failed = Corpus.objects.get()
    assert (failed.state, failed.report["error"]) == ("failed", raised.value.message)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"text": "ฉันไป", "words": ["ฉัน", "มา"]}, "words do not join to the text: at character 3"),
        ({"text": "ฉัน\nไป", "words": ["ฉัน", "ไป"]}, "words do not join"),
        ({"text": "ก\ud800"}, "control character"),
        ({"text": "ก", "document": "x" * 201}, "`document` is longer than 200"),
        ({"text": "ก", "domain": "a\0b"}, "`domain`"),
    ],
)
def test_a_bad_row_is_named(project, write, row, said):
    with pytest.raises(BadFile, match=r"a\.jsonl, line 2: ") as raised:
        imports.import_file(project, write("a.jsonl", '{"text": "ดี"}\n' + json.dumps(row)))
    assert said in raised.value.message


def test_a_file_that_fails_late_takes_back_what_it_had_counted(project, write, monkeypatch):
    monkeypatch.setattr(preparing, "CHUNK", 2)
    known = lines(4)
    imports.import_file(project, write("a.txt", "\n".join(known)))
    before = everything()
    with pytest.raises(BadFile):
        imports.import_file(project, write("b.txt", "\n".join([*known, *lines(9, seed=1), "\x07"])))
    assert everything() == before
    assert set(Sentence.objects.values_list("occurrences", flat=True)) == {1}


def test_a_failed_file_may_come_again_and_a_mended_one_is_imported(project, write):
    path = write("a.txt", "ดี\n\x07")
    for _ in range(2):
        with pytest.raises(BadFile):
            imports.import_file(project, path)
    assert imports.import_file(project, write("a.txt", "ดี\n")).report["sentences"] == 1


class Killed(BaseException):
    """Stands for a process that ends where it is."""


def test_a_killed_import_goes_on_where_it_was(project, write, monkeypatch):
    monkeypatch.setattr(preparing, "CHUNK", 10)
    texts = lines(95)
    texts[70:70] = texts[:5]
    path = write("a.txt.gz", gzip.compress("\n".join(texts).encode()))

    def stop_at_the_fourth_call(done: int, of: int, calls: list[int] = []) -> None:  # noqa: B006
        calls.append(done)
        if len(calls) == 4:
            raise Killed

    with pytest.raises(Killed):
        imports.import_file(project, path, progress=stop_at_the_fourth_call)
    halfway = Corpus.objects.get()
    assert (halfway.state, halfway.progress["records"]) == ("importing", 40)
    assert Sentence.objects.count() == 40
    resumed = imports.import_file(project, path)
    assert (resumed.pk, resumed.state) == (halfway.pk, "ready")
    places = Sentence.objects.order_by("id").values_list("text", "document__name", "position", "occurrences")
    other = make_project(seed=project.seed)
    imports.import_file(other, path)
    whole = Sentence.objects.filter(project=other).order_by("id")
    assert list(places.filter(project=project)) == list(
        whole.values_list("text", "document__name", "position", "occurrences")
    )
    assert resumed.report | {"seconds": 0} == other.corpora.get().report | {"seconds": 0}


def test_a_disk_that_fills_up_leaves_an_import_that_can_go_on(project, write, monkeypatch):
    path = write("a.txt", "\n".join(lines(30)))
    settle = imports._settle
    monkeypatch.setattr(imports, "_settle", lambda *_, **__: (_ for _ in ()).throw(OSError("No space left")))
    with pytest.raises(OSError, match="No space"):
        imports.import_file(project, path)
    assert Corpus.objects.get().state == "importing"
    monkeypatch.setattr(imports, "_settle", settle)
    assert imports.import_file(project, path).report["sentences"] == 30


def test_one_import_of_a_project_at_a_time(project, write, transactional_db):
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", [imports.IMPORT_LOCK, project.pk])
        path = write("a.txt", "ดี")
        with pytest.raises(Conflict, match="under way"):
            imports.import_file(project, path)
        assert imports.import_file(make_project(), path).state == "ready"
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock_all()")
        assert imports.import_file(project, path).state == "ready"
    finally:
        other.close()


def test_the_holdout_is_drawn_before_anything_is_served(project, write):
    rows = [{"text": text, "document": f"d{n % 40}"} for n, text in enumerate(lines(800))]
    corpus = imports.import_file(project, write("a.jsonl", "\n".join(map(json.dumps, rows))))
    held = Sentence.objects.filter(split="holdout")
    assert held.count() == corpus.report["holdout"] == 40
    assert corpus.report["holdout_documents"] == 4
    assert corpus.report["sealed_documents"] == 2
    assert Offer.objects.count() == 40
    (entry,) = OutboxEntry.objects.filter(kind="corpus.imported")
    assert entry.payload["sentences"] == 800
    assert entry.payload["holdout"] == 40


def test_near_duplicates_across_imports_share_a_group_and_never_meet_the_holdout(project, write):
    texts = lines(60)
    rows = [{"text": text * 3, "document": f"d{n % 6}"} for n, text in enumerate(texts)]
    first = imports.import_file(project, write("a.jsonl", "\n".join(map(json.dumps, rows))))
    again = [{"text": text * 3 + "ๆ", "document": f"e{n % 5}"} for n, text in enumerate(texts)]
    second = imports.import_file(project, write("b.jsonl", "\n".join(map(json.dumps, again))))
    assert second.report["near_duplicate_groups"] == 60
    pairs: dict[int, list[str]] = {}
    for group, split in Sentence.objects.order_by("id").values_list("group", "split"):
        pairs.setdefault(group, []).append(split)
    assert None not in pairs
    assert all(len(splits) == 2 for splits in pairs.values())
    for old, new in pairs.values():
        assert new in ({"withheld"} if old in ("holdout", "withheld") else {"pool", "withheld"})
    assert first.report["holdout"] == 10
    assert second.report["holdout"] == 0
    assert second.report["withheld_matching_frozen_holdout"] > 0


def test_overlap_and_control_follow_from_the_text_in_the_stated_shares(write):
    project = make_project(overlap_share=0.3, control_share=0.2, holdout_share=0.0)
    imports.import_file(project, write("a.txt", "\n".join(lines(2000))))
    twice = Sentence.objects.filter(required_annotations=2).count()
    control = Sentence.objects.filter(control=True).count()
    both = Sentence.objects.filter(required_annotations=2, control=True).count()
    # Five standard deviations of a binomial share of 2,000.
    assert abs(twice - 600) < 103
    assert abs(control - 400) < 90
    assert abs(both - 120) < 54
    for sentence in Sentence.objects.all()[:50]:
        share = keys.share_of(keys.key(project.seed, "overlap", keys.normalise(sentence.text)))
        assert sentence.required_annotations == (2 if share < 0.3 else 1)


def test_a_withdrawn_corpus_is_out_of_the_frame_but_what_was_read_is_kept(project, write, desk):
    one, two, three = lines(3)
    known = imports.import_file(project, write("a.txt", one))
    corpus = imports.import_file(project, write("b.txt", "\n".join([one, two, three])))
    read = desk.work(make_member(project), 2)
    withdrawing.withdraw(corpus, now=desk.now)
    assert Corpus.objects.get(pk=corpus.pk).state == "withdrawn"
    assert not Sentence.objects.filter(corpus=corpus, retired_at=None).exists()
    assert Sentence.objects.get(corpus=known).retired_at is None
    assert Sentence.objects.get(corpus=known).occurrences == 1
    assert not Offer.objects.filter(sentence__corpus=corpus).exists()
    assert all(a.annotations.count() == 1 for a in read)
    assert OutboxEntry.objects.filter(kind="corpus.withdrawn").count() == 1
    with pytest.raises(Conflict, match="withdrawn"):
        withdrawing.withdraw(Corpus.objects.get(pk=corpus.pk), now=desk.now)


def test_what_nobody_saw_of_a_withdrawn_corpus_can_be_imported_again(project, write, desk):
    path = write("a.txt", "\n".join(lines(6)))
    project.seed_size = 2
    project.save()
    first = imports.import_file(project, path)
    desk.work(make_member(project), 1)
    seen = set(Sentence.objects.filter(draws__isnull=False).values_list("text", flat=True))
    withdrawing.withdraw(first, now=desk.now)
    again = imports.import_file(project, path)
    assert again.pk != first.pk
    fresh = set(Sentence.objects.filter(corpus=again, retired_at=None).values_list("text", flat=True))
    assert fresh == set(lines(6)) - seen
    assert again.report["duplicates_across"] == len(seen)


def test_an_upload_is_imported_by_the_worker_and_its_file_is_gone(transactional_db, run_task, desk):
    project = make_project()
    data = "\n".join(lines(20)).encode()
    corpus = imports.receive(project, [data[:10], data[10:]], file_name="../=ข้อมูล.txt", now=desk.now)
    run_task("annotation.tasks.import_corpus", corpus.pk)
    wait_until_ready(corpus)
    run_task("annotation.tasks.import_corpus", corpus.pk)
    corpus.refresh_from_db()
    assert (corpus.state, corpus.file_name, corpus.report["sentences"]) == ("ready", "=ข้อมูล.txt", 20)
    assert not imports.upload_path(corpus).exists()
    with pytest.raises(Conflict, match="imported as '=ข้อมูล"):
        imports.receive(project, [data], file_name="b.txt", now=desk.now)


def test_an_upload_whose_message_was_lost_is_taken_up_again(transactional_db, workers, desk):
    with transaction.atomic():
        corpus = imports.receive(make_project(), [b"a\nb\n"], file_name="a.txt", now=desk.now)
        transaction.get_connection().run_on_commit.clear()
    imports.take_up_uploads()
    wait_until_ready(corpus)


def wait_until_ready(corpus: Corpus) -> None:
    wait_for(lambda: Corpus.objects.get(pk=corpus.pk).state == "ready")


@pytest.mark.parametrize(
    "said", [{"splitter": "magic"}, {"file_format": "doc"}, {"name": "x" * 201}, {"source": "a\0"}]
)
def test_what_is_said_of_a_file_is_checked_before_anything_is_stored(project, write, said):
    with pytest.raises(BadInput, match=next(iter(said.values()))[:5].strip("\0") or "source"):
        imports.import_file(project, write("a.txt", "ดี"), **said)
    assert not Corpus.objects.exists()


def test_the_command_tells_what_it_did_and_that_it_knows_a_file(project, write, capsys):
    path = write("a.txt", "\n".join(lines(3)))
    call_command("import_corpus", str(path), project=project.name)
    assert "sentences: 3" in capsys.readouterr().out
    call_command("import_corpus", str(path), project=str(project.pk))
    assert "Nothing added" in capsys.readouterr().out
    with pytest.raises(CommandError, match=r"bad\.txt, line 1"):
        call_command("import_corpus", str(write("bad.txt", "\x07")), project=project.name)
    with pytest.raises(CommandError, match="No project is called 'nobody'"):
        call_command("import_corpus", str(path), project="nobody")


CHARACTERS = st.characters(min_codepoint=0x20, exclude_categories=["Cs"], exclude_characters="\x7f")
TEXTS = st.lists(
    st.text(CHARACTERS, min_size=1, max_size=50).filter(
        lambda text: text.strip() and max(cluster_lengths(text)) < 200
    ),
    min_size=1,
    max_size=5,
    unique_by=keys.normalise,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=TEXTS)
def test_any_text_comes_out_of_the_database_as_it_went_in(project, tmp_path, texts):
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(json.dumps({"text": text, "document": uuid.uuid4().hex}) for text in texts))
    corpus = imports.import_file(project, path)
    stored = Sentence.objects.filter(corpus=corpus).order_by("id")
    assert [sentence.text for sentence in stored] == texts
    loading.remove(corpus)
    corpus.delete()

"""Every format is read exactly; everything that is wrong ends in one error with file, line and value."""

import gzip
import io
import json
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotation.errors import BadFile
from annotation.readers import InputFile
from annotation.readers.containers import LONGEST_LINE


def read(path: Path, **options):
    with InputFile(path, **options) as file:
        return list(file.records())


def texts(path: Path, **options) -> list[str]:
    return [record.text for record in read(path, **options)]


def error(path: Path, **options) -> BadFile:
    with pytest.raises(BadFile) as raised:
        read(path, **options)
    return raised.value


def zipped(**members: str | bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "."), content)
    return target.getvalue()


def test_plain_text_is_a_record_a_line_exactly_as_it_stands(write):
    path = write("a.txt", "\ufeffบรรทัดแรก  \r\n\n \t\n\tบรรทัดที่สอง\nสุดท้าย")
    assert [(r.line, r.text) for r in read(path)] == [(1, "บรรทัดแรก  "), (4, "\tบรรทัดที่สอง"), (5, "สุดท้าย")]


def test_jsonl_keeps_words_document_domain_and_source(write):
    line = {
        "id": "1",
        "text": "ไปตลาด",
        "words": ["ไป", "ตลาด"],
        "document": "d",
        "domain": "x",
        "source": "s",
    }
    (record,) = read(write("a.jsonl", json.dumps(line) + "\n"))
    assert (record.text, record.words) == ("ไปตลาด", ["ไป", "ตลาด"])
    assert (record.document, record.domain, record.source) == ("d", "x", "s")


def test_csv_and_tsv_are_read_by_the_names_of_their_columns(write):
    content = 'id,text,words,domain\n1,"ไป, ""ตลาด""","ไป|, |""ตลาด""",talk\n'
    (record,) = read(write("a.csv", content))
    assert (record.text, record.domain) == ('ไป, "ตลาด"', "talk")
    assert "".join(record.words) == 'ไป, "ตลาด"'
    (record,) = read(write("a.tsv", "text\tdocument\n=1+1\td\n"))
    assert (record.text, record.words, record.document) == ("=1+1", None, "d")


def test_a_quoted_cell_may_hold_line_breaks(write):
    assert texts(write("a.csv", 'text\n"ก\nข"\nค\n')) == ["ก\nข", "ค"]


def test_best_drops_its_tags_and_keeps_spaces(write):
    (record,) = read(write("a.txt", "<NE>สมชาย</NE>|ไป| |<AB>กทม.</AB>|\n"))
    assert record.words == ["สมชาย", "ไป", " ", "กทม."]


CONLLU = """\
# newdoc id = บท1
# sent_id = 1
# text = ฉันไป กทม. 2
1-2\tฉันไป\t_\t_\t_\t_\t_\t_\t_\t_
1\tฉัน\t_\t_\t_\t_\t_\t_\t_\tSpaceAfter=No
2\tไป\t_\t_\t_\t_\t_\t_\t_\t_
2.1\tว่าง\t_\t_\t_\t_\t_\t_\t_\t_
3\tกทม. 2\t_\t_\t_\t_\t_\t_\t_\t_

1\tไป\t_\t_\t_\t_\t_\t_\t_\tSpaceAfter=No
2\tมา\t_\t_\t_\t_\t_\t_\t_\t_
"""


def test_conllu_takes_its_text_and_puts_the_white_space_between_tokens(write):
    first, second = read(write("a.conllu", CONLLU))
    assert (first.text, first.words, first.document) == ("ฉันไป กทม. 2", ["ฉันไป", " ", "กทม. 2"], "บท1")
    assert (second.text, second.words) == ("ไปมา", ["ไป", "มา"])
    assert (first.line, second.line) == (4, 10)


def test_conllu_edited_after_an_export_is_read_by_its_tokens(write):
    edited = (
        "# text = ไป มา\n# word_ends = 1 5\n1\tไป\t_\t_\t_\t_\t_\t_\t_\t_\n2\tมา\t_\t_\t_\t_\t_\t_\t_\t_\n"
    )
    assert read(write("a.conllu", edited))[0].words == ["ไป", " ", "มา"]


def test_parquet_is_read_by_its_columns(write, tmp_path):
    table = pa.table({"text": ["ไปตลาด", "มา"], "words": [["ไป", "ตลาด"], None], "other": [1, 2]})
    pq.write_table(table, tmp_path / "a.parquet")
    assert [(r.line, r.text, r.words) for r in read(tmp_path / "a.parquet")] == [
        (1, "ไปตลาด", ["ไป", "ตลาด"]),
        (2, "มา", None),
    ]
    packed = write("a.zip", zipped(a__parquet=(tmp_path / "a.parquet").read_bytes()))
    assert texts(packed) == ["ไปตลาด", "มา"]


def label_studio(text, spans, **more):
    result = [
        {"type": "labels", "value": {"start": start, "end": end, "labels": ["W"]}} for start, end in spans
    ]
    return {"data": {"text": text, "domain": "talk"}, "annotations": [{"result": result}], **more}


def test_label_studio_marks_words_as_spans(write):
    tasks = [label_studio("แมว กินปลา", [(4, 7), (0, 3), (7, 10)]), label_studio("ฝนตก", [])]
    first, second = read(write("tasks.json", json.dumps(tasks, indent=1)))
    assert (first.words, first.domain, first.line) == (["แมว", " ", "กิน", "ปลา"], "talk", 1)
    assert (second.text, second.words) == ("ฝนตก", None)


def test_label_studio_counts_utf_16_code_units_and_passes_over_what_was_cancelled(write):
    task = label_studio("😀แมว", [(0, 2), (2, 5)])
    task["annotations"].insert(0, {"was_cancelled": True, "result": [{"type": "labels", "value": {}}]})
    assert read(write("tasks.json", json.dumps([task])))[0].words == ["😀", "แมว"]


def test_the_short_form_of_label_studio_is_read_too(write):
    task = {"id": 1, "text": "ฝนตก", "label": [{"start": 0, "end": 2}, {"start": 2, "end": 4}]}
    assert read(write("min.json", json.dumps([task])))[0].words == ["ฝน", "ตก"]


def test_doccano_is_told_from_our_own_lines(write):
    lines = [
        {"id": 1, "text": "แมวกิน", "label": [[0, 3, "W"], [3, 6, "W"]]},
        {"id": 2, "text": "ฝนตก", "entities": [{"start_offset": 0, "end_offset": 4, "label": "W"}]},
        {"id": 3, "text": "ลมแรง", "label": []},
    ]
    path = write("all.jsonl", "\n".join(json.dumps(line) for line in lines))
    assert [record.words for record in read(path)] == [["แมว", "กิน"], ["ฝนตก"], None]
    ours = {"text": "ฝนตก", "words": ["ฝน", "ตก"], "label": "annotation"}
    assert read(write("ours.jsonl", json.dumps(ours)))[0].words == ["ฝน", "ตก"]


@pytest.mark.parametrize(
    ("spans", "said"),
    [
        ([(0, 2)], "belong to no span"),
        ([(0, 3), (2, 4)], "overlaps"),
        ([(0, 9)], "outside"),
        ([("0", 4)], "outside"),
        ([(2, 2)], "outside"),
    ],
)
def test_spans_that_are_no_segmentation_are_refused(write, spans, said):
    assert said in error(write("tasks.json", json.dumps([label_studio("ฝนตก", spans)]))).message
    line = {"text": "ฝนตก", "label": [[*span, "W"] for span in spans]}
    assert said in error(write("all.jsonl", json.dumps(line))).message


@pytest.mark.parametrize("content", ["[{", '[{"data": {}}]', "[\n7]", '[{"text": "ก", "label": [{}]}]'])
def test_what_is_no_export_of_label_studio_is_refused(write, content):
    assert "tasks.json" in error(write("tasks.json", content)).message


def test_a_gzip_and_a_zip_are_what_they_hold(write):
    line = json.dumps({"text": "ไป"}).encode()
    assert texts(write("a.jsonl.gz", gzip.compress(line))) == ["ไป"]
    packed = write("a.zip", zipped(b__jsonl=line, a__txt="มา\n", manifest__json="{}", README__md="# อ่าน"))
    with InputFile(packed) as file:
        assert [(r.file, r.text) for r in file.records()] == [("a.zip/b.jsonl", "ไป"), ("a.zip/a.txt", "มา")]
        assert file.format == "several"


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("ฉันไป\n", "text"),
        ('{"text": "ก"}\n', "jsonl"),
        ("ฉัน|ไป|\nเธอ|มา|\n", "best"),
        (CONLLU, "conllu"),
        ("", "text"),
    ],
)
def test_the_format_of_a_nameless_file_is_told_from_its_content(write, content, found):
    with InputFile(write("corpus", content + "\n")) as file:
        list(file.records())
    assert file.format == found


def test_a_format_that_is_said_goes_before_the_content(write):
    assert texts(write("a.txt", '{"text": "ก"}\n'), file_format="text") == ['{"text": "ก"}']


@pytest.mark.parametrize(
    ("name", "content", "line", "said"),
    [
        ("a.txt", b"", None, "is empty"),
        ("a.txt", "ก\n".encode() + "ข".encode("tis-620"), 2, "not UTF-8 at byte 4 of the file"),
        ("a.txt", "ก".encode("utf-16"), None, "UTF-16"),
        ("a.txt", b"%PDF-1.7 ...", None, "a PDF"),
        ("a.txt", b"abc\0def", None, "a zero byte at 3"),
        ("a.txt", b"x" * (LONGEST_LINE + 1), 1, "longer than"),
        ("a.jsonl", b'{"text": "a"}\n{"text": ', 2, "not JSON"),
        ("a.jsonl", b'["text"]', 1, "not a JSON object"),
        ("a.jsonl", b'{"txt": "a"}', 1, "no string `text`"),
        ("a.jsonl", b'{"text": 7}', 1, "no string `text`: 7"),
        ("a.jsonl", b'{"text": "a", "words": "a"}', 1, "not a list of strings"),
        ("a.jsonl", b'{"text": "a", "words": [1]}', 1, "not a list of strings"),
        ("a.jsonl", b'{"text": "a", "domain": 7}', 1, "`domain` is not a string: 7"),
        ("a.jsonl", b"[" * 100_000, 1, "not JSON"),
        ("a.csv", b"id,title\n1,2\n", 1, "no column `text`"),
        ("a.csv", b"text,domain\na\n", 2, "has 1 cells"),
        ("a.csv", b'text\n"a" b\n', 2, "not a table"),
        ("a.conllu", b"1\tword\n", 1, "ten columns"),
        ("a.conllu", b"x\tw\t_\t_\t_\t_\t_\t_\t_\t_\n", 1, "number of a token"),
        ("a.conllu", b"# text = b\n1\ta\t_\t_\t_\t_\t_\t_\t_\t_\n", 2, "does not join to the text"),
        ("a.conllu", b"# text = ab\n1\ta\t_\t_\t_\t_\t_\t_\t_\t_\n", 2, "goes on after its last token"),
        ("a.parquet", b"PAR1 and then nothing", None, "not a Parquet file"),
        ("a.parquet", b"text", None, "is none"),
        ("a.gz", b"\x1f\x8b\x08 broken", None, "cannot be unpacked"),
        ("a.gz", gzip.compress(b"text\n" * 1000, mtime=0)[:-9], None, "cannot be unpacked"),
        ("a.zip", b"PK\x03\x04 broken", None, "not a zip file"),
        pytest.param(
            "a.zip",
            # The directory says that it takes version 9.9 to unpack.
            zipped(a__txt="ก").replace(b"PK\x01\x02\x14\x03\x14", b"PK\x01\x02\x14\x03\x63"),
            None,
            "not a zip file",
            id="a zip of a later version",
        ),
        ("a.zip", zipped(a__txt=gzip.compress(b"text")), None, "gzip inside another archive"),
    ],
)
def test_what_is_wrong_is_said_with_file_and_line(write, name, content, line, said):
    raised = error(write(name, content))
    assert said in raised.message
    assert raised.message.startswith(name)
    assert raised.details.get("line") == line
    assert raised.details["file"].startswith(name)


def test_a_wrong_byte_is_counted_through_the_gzip(write):
    raised = error(write("a.txt.gz", gzip.compress(b"a\n" * 600_000 + b"\xff")))
    assert "not UTF-8 at byte 1200000 of the file" in raised.message
    assert raised.details["line"] == 600_001


def test_bombs_are_stopped(write):
    lines = b"a" * 999 + b"\n"
    assert "unpacks to" in error(write("a.txt.gz", gzip.compress(lines * 100_000))).message
    assert "unpacks to" in error(write("b.zip", zipped(a__txt=lines * 100_000))).message


def test_a_parquet_bomb_is_stopped(tmp_path):
    column = pa.array(["a" * 1000] * 200_000)
    pq.write_table(
        pa.table({"text": column}), tmp_path / "a.parquet", compression="zstd", use_dictionary=False
    )
    assert "unpacks to" in error(tmp_path / "a.parquet").message


def test_a_zip_with_a_password_is_refused(write):
    data = bytearray(zipped(a__txt="ไป"))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert "cannot be unpacked" in error(write("a.zip", bytes(data))).message


def test_names_of_members_lead_nowhere(write, tmp_path):
    packed = zipfile.ZipFile(tmp_path / "a.zip", "w")
    packed.writestr("../../outside.txt", "ไป")
    packed.close()
    assert texts(tmp_path / "a.zip") == ["ไป"]
    assert not (tmp_path.parent.parent / "outside.txt").exists()


SEEDS = [
    CONLLU.encode(),
    b'{"text": "ab", "words": ["a", "b"]}\n',
    "ฉัน|ไป|\n".encode(),
    b'text,words\n"a,b",a|,|b\n',
    zipped(a__txt="ไป\n"),
    gzip.compress("ไป\n".encode()),
]


@pytest.mark.parametrize(
    "name", ["a.txt", "a.jsonl", "a.csv", "a.tsv", "a.conllu", "a.best", "a.parquet", "a"]
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_file_at_all_ends_in_anything_but_records_or_bad_file(tmp_path_factory, name, data):
    content = bytearray(data.draw(st.one_of(st.binary(max_size=200), st.sampled_from(SEEDS))))
    for _ in range(data.draw(st.integers(0, 4))):
        place = data.draw(st.integers(0, max(0, len(content) - 1)))
        content[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
    path = tmp_path_factory.getbasetemp() / name
    path.write_bytes(bytes(content))
    try:
        said = f"{name} has {len(read(path))} records"
    except BadFile as raised:
        said = raised.message
    assert said.startswith(name)

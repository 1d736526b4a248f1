"""Files as other tools write them read back exactly, and no damaged one leaves anything of itself behind."""

import csv
import io
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotation import corpus
from annotation.errors import BadFile
from annotation.models import Corpus, Document, GoldSegmentation, Sentence
from annotation.readers import InputFile
from segmenter.text import boundaries_from_words, cluster_lengths
from tests.annotation.test_exports import labelled, words_of
from tests.factories import make_project

quiet = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


def spans(words, width=len):
    place = 0
    for word in words:
        yield place, place + width(word), word
        place += width(word)


def utf16(word):
    return len(word.encode("utf-16-le")) // 2


def table(rows, delimiter):
    with io.StringIO(newline="") as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerow(["text", "words"])
        writer.writerows([text, "|".join(words)] for text, words in rows)
        return file.getvalue().encode()


def jsonl(rows):
    return "".join(json.dumps({"text": text, "words": words}) + "\n" for text, words in rows).encode()


def label_studio(rows):
    tasks = [
        {
            "data": {"text": text},
            "annotations": [
                {
                    "result": [
                        {"type": "labels", "value": {"start": start, "end": end}}
                        for start, end, word in spans(words, utf16)
                        if not word.isspace()
                    ]
                }
            ],
        }
        for text, words in rows
    ]
    return json.dumps(tasks, ensure_ascii=False).encode()


def doccano(rows):
    lines = [
        {
            "text": text,
            "label": [[start, end, "W"] for start, end, word in spans(words) if not word.isspace()],
        }
        for text, words in rows
    ]
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()


def parquet(rows):
    target = io.BytesIO()
    texts, words = zip(*rows, strict=True)
    pq.write_table(pa.table({"text": texts, "words": words}), target)
    return target.getvalue()


# How a tool writes texts with their words, and what its file is called.
TOOLS = {
    "a.csv": lambda rows: table(rows, ","),
    "a.tsv": lambda rows: table(rows, "\t"),
    "a.jsonl": jsonl,
    "a.json": label_studio,
    "all.jsonl": doccano,
    "a.parquet": parquet,
}
# These know words by spans around them; white space between two spans is one word.
BY_SPANS = {"a.json", "all.jsonl"}
# These write words with bars between them.
BY_BARS = {"a.csv", "a.tsv"}


@pytest.mark.parametrize("name", TOOLS)
@settings(max_examples=100, deadline=None, suppress_health_check=quiet)
@given(sentences=st.lists(labelled(), min_size=1, max_size=4))
def test_what_a_tool_writes_is_read_exactly(tmp_path_factory, name, sentences):
    rows = [(text, words_of(text, boundaries)) for text, boundaries in sentences]
    if name in BY_BARS:
        rows = [(text.replace("|", "/"), [word.replace("|", "/") for word in words]) for text, words in rows]
    if name in BY_SPANS:
        rows = [(text, joined_spaces(words)) for text, words in rows]
    path = tmp_path_factory.getbasetemp() / name
    path.write_bytes(TOOLS[name](rows))
    with InputFile(path) as file:
        assert [(record.text, record.words) for record in file.records()] == rows


def joined_spaces(words):
    found = []
    for word in words:
        if found and word.isspace() and found[-1].isspace():
            found[-1] += word
        else:
            found.append(word)
    return found


@given(labelled())
def test_boundaries_and_words_say_the_same(sentence):
    text, boundaries = sentence
    words = words_of(text, boundaries)
    assert "".join(words) == text
    assert list(boundaries_from_words(words, text=text, lengths=cluster_lengths(text))[0]) == boundaries


def everything():
    return [list(model.objects.values()) for model in (Document, Sentence, GoldSegmentation)]


@pytest.mark.django_db
@pytest.mark.parametrize("name", TOOLS)
@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=quiet)
@given(data=st.data())
def test_a_damaged_file_is_refused_whole_with_one_error_that_names_it(tmp_path_factory, name, data):
    rows = [("ฝนตกหนัก", ["ฝน", "ตก", "หนัก"]), ("แมว กินปลา", ["แมว", " ", "กิน", "ปลา"]), ("ดี", ["ดี"])]
    content = bytearray(TOOLS[name](rows))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, max(0, len(content) - 1)))
        content[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
    path = tmp_path_factory.getbasetemp() / f"damaged-{name}"
    path.write_bytes(bytes(content))
    before, project = everything(), make_project()
    said = None
    try:
        corpus.import_file(project, path)
    except BadFile as error:
        said = error
    made = Corpus.objects.get(project=project)
    if said is None:
        assert made.state == "ready"
        # Take it away again, so that the next damaged file meets the same tables.
        made.delete()
    else:
        assert made.state == "failed"
        assert said.message.startswith(path.name)
        assert "\n" not in said.message
        assert said.details["file"].startswith(path.name)
    assert everything() == before

import gzip
import json
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from segmenter import checkpoint
from segmenter.__main__ import main
from segmenter.data import Example
from segmenter.model import Tagger


@pytest.fixture
def gold(tmp_path: Path, examples: list[Example]) -> Path:
    path = tmp_path / "gold.jsonl.gz"
    with gzip.open(path, "wt", encoding="utf-8") as file:
        for number, e in enumerate(examples):
            row = {"id": f"s{number}", "text": e.text, "words": e.words(), "domain": "ab"[number % 2]}
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    return path


def write(path: Path, *rows: object) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_train_then_evaluate_then_predict(
    gold: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = str(tmp_path / "model")
    assert main(["train", "--data", str(gold), "--model", model, "--preset", "tiny", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["model"] == model
    plot = tmp_path / "reliability.svg"
    evaluating = ["evaluate", "--model", model, "--data", str(gold), "--json"]
    assert main([*evaluating, "--plot", str(plot)]) == 0
    assert "<svg" in plot.read_text()
    report = json.loads(capsys.readouterr().out)
    assert {"character_f1", "word_f1", "sentences", "characters_per_second"} <= set(report)
    assert (report["sentences"], set(report["domains"])) == (48, {"a", "b"})
    assert report["word_f1"] > 95
    texts = ["ครูซื้อมะม่วง", "", "😀😀", "ລາວ", "\ud800"]
    source = write(tmp_path / "texts.jsonl", *({"id": i, "text": t} for i, t in enumerate(texts)))
    assert main(["predict", "--model", model, "--data", str(source), "--json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["id"] for row in rows] == [0, 1, 2, 3, 4]
    assert ["".join(row["words"]) for row in rows] == texts


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"text": "กข", "words": ["ก"]}', "line 1: the words do not join"),
        ('{"text": "ก"}', "line 1: `words` is not a list of strings"),
        ('{"words": []}', "line 1: no string `text`"),
        ("\n\n{", "line 3: not JSON"),
        ("[]", "line 1: no string `text`"),
        ("", "no example has an inner cluster edge"),
    ],
)
def test_a_bad_corpus_gives_one_line_and_status_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, message: str
) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text(content, encoding="utf-8")
    assert main(["train", "--data", str(path), "--model", str(tmp_path / "m"), "--json"]) == 1
    errors = capsys.readouterr().err
    assert message in errors
    assert errors.count("\n") == 1
    assert not (tmp_path / "m").exists()


def test_a_file_that_is_not_utf8_or_not_there_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "tis620.jsonl"
    path.write_bytes('{"text": "ก"}'.encode("tis-620"))
    for bad, message in ((path, "is not UTF-8"), (tmp_path / "none.jsonl", "No such file")):
        assert main(["train", "--data", str(bad), "--model", str(tmp_path / "m"), "--json"]) == 1
        assert message in capsys.readouterr().err


ODD = {
    "of 100,000 characters": "ครูซื้อมะม่วง " * 7_143,
    "empty": "",
    "only emoji": "😀😀👩‍👩‍👧🇹🇭",
    "broken surrogates": "ครู\ud800ซื้อ\udc00\ud800",
    "Lao": "ຂ້ອຍກິນເຂົ້າ",
    "Latin": "The quick brown fox, 2,000 times.",
    "only white space": " \t\n ",
}


@pytest.fixture(scope="session")
def model(tagger: Tagger, tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("models") / "model"
    checkpoint.save(tagger, folder, description={})
    return str(folder)


@pytest.mark.parametrize("name", ODD)
def test_odd_text_is_learnt_from_predicted_and_evaluated(
    name: str, model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = ODD[name]
    half = len(text) // 2
    gold = {"text": text, "words": [text[:half], text[half:]]}
    path = write(tmp_path / "odd.jsonl", gold, {"text": "ครูซื้อ", "words": ["ครู", "ซื้อ"]})
    assert main(["predict", "--model", model, "--data", str(path), "--json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["id"] for row in rows] == [1, 2]
    assert "".join(rows[0]["words"]) == text
    assert main(["evaluate", "--model", model, "--data", str(path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["sentences"] == 2
    learnt = str(tmp_path / "learnt")
    assert main(["train", "--data", str(path), "--model", learnt, "--preset", "tiny", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["sentences"] == 2


def test_a_character_of_too_many_code_points_is_named_with_its_line(
    model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path / "long.jsonl", {"text": "ก"}, {"text": "กข" + "\u0e48" * 300})
    assert main(["predict", "--model", model, "--data", str(path), "--json"]) == 1
    message = "line 2: the grapheme cluster at character 1 has 301 code points; at most 255 are allowed"
    assert message in capsys.readouterr().err


def test_a_file_cut_off_in_the_middle_is_named(
    gold: Path, model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    short = tmp_path / "short.jsonl.gz"
    short.write_bytes(gold.read_bytes()[:-40])
    assert main(["evaluate", "--model", model, "--data", str(short), "--json"]) == 1
    assert "is damaged or cut off" in capsys.readouterr().err


def test_a_checkpoint_is_not_overwritten_and_that_is_said_before_training(
    gold: Path, model: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", "--data", str(gold), "--model", model]) == 1
    assert capsys.readouterr().err.endswith("already holds a checkpoint; checkpoints are never overwritten\n")


def test_predict_shows_progress_beside_its_lines_and_ends_quietly_when_nobody_reads_them(
    model: str, gold: Path
) -> None:
    command = [sys.executable, "-m", "segmenter", "predict", "--model", model, "--data", str(gold)]
    whole = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "predicting" in whole.stderr
    assert len(whole.stdout.splitlines()) == 48
    piped = subprocess.run(
        ["sh", "-c", f"{shlex.join(command)} | true"], capture_output=True, text=True, check=True
    )
    assert "Traceback" not in piped.stderr
    assert "BrokenPipe" not in piped.stderr


def test_a_checkpoint_is_exported_under_a_name_of_choice(
    model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "package"
    assert main(["export", model, str(folder), "--name", "cutter", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["bytes"] > 0
    assert {path.name for path in (folder / "cutter").iterdir()} >= {
        "model.onnx",
        "model.json",
        "__init__.py",
    }
    assert main(["export", model, str(folder)]) == 1
    assert capsys.readouterr().err == f"segmenter: {folder} is not empty\n"


def test_a_missing_checkpoint_is_named(gold: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "--model", "nowhere", "--data", str(gold)]) == 1
    assert "nowhere/checkpoint.json cannot be read" in capsys.readouterr().err


@pytest.mark.parametrize(("plot", "message"), [("plot.doc", "no .svg"), ("gone/plot.svg", "no folder gone")])
def test_a_plot_that_cannot_be_written_is_refused_before_anything_is_read(plot, message, capsys) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["evaluate", "--model", "nowhere", "--data", "nothing", "--plot", plot])
    assert message in capsys.readouterr().err


def test_a_student_is_distilled_from_a_checkpoint_and_evaluates(
    tagger: Tagger, gold: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    teacher, student = tmp_path / "teacher", str(tmp_path / "student")
    checkpoint.save(tagger, teacher, description={})
    assert main(["distil", "--teacher", str(teacher), "--data", str(gold), "--model", student, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["sentences"] == 48
    assert main(["evaluate", "--model", student, "--data", str(gold), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["word_f1"] > 90


def test_the_benchmark_prints_one_row_with_its_target(
    gold: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gold.rename(tmp_path / "tud.jsonl.gz")
    command = ["benchmark", "--folder", str(tmp_path), "--preset", "tiny", "--row", "tud-100", "--json"]
    plot = tmp_path / "table.svg"
    assert main([*command, "--test-sentences", "10", "--plot", str(plot)]) == 0
    printed = capsys.readouterr()
    (row,) = json.loads(printed.out)["rows"]
    assert "1/1" in printed.err
    assert plot.read_text(encoding="utf-8").rstrip().endswith("</svg>")
    assert (row["row"], row["seeds"], row["target_word_f1"]) == ("tud-100", 1, 88.0)
    assert row["word_f1"] is not None


def test_a_missing_corpus_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["benchmark", "--folder", str(tmp_path), "--row", "tud-100", "--json"]) == 1
    assert "tud.jsonl.gz cannot be read" in capsys.readouterr().err

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from segmenter.benchmark import BLOCK, Row, hold_out, run, summarise
from segmenter.corpora import BadLine, GoldSentence
from segmenter.data import Example
from segmenter.model import TaggerConfig
from segmenter.train import Step


def sentences(count: int, *, per_document: int | None) -> list[GoldSentence]:
    documents = [f"d{i // per_document}" if per_document else "" for i in range(count)]
    return [
        GoldSentence(str(i), "a", Example("กข", (), None, document)) for i, document in enumerate(documents)
    ]


def test_no_document_is_on_both_sides() -> None:
    everything = sentences(400, per_document=7)
    pool, test = hold_out(everything, test_sentences=50, seed=3)
    assert len(test) == 50
    assert not {s.example.document for s in pool} & {s.example.document for s in test}


def test_without_documents_blocks_of_neighbours_stay_together() -> None:
    pool, test = hold_out(sentences(1000, per_document=None), test_sentences=100, seed=1)
    assert not {int(s.id) // BLOCK for s in pool} & {int(s.id) // BLOCK for s in test}
    assert len(pool) + len(test) == 1000


def test_another_seed_holds_out_other_documents() -> None:
    drawn = [hold_out(sentences(400, per_document=7), test_sentences=50, seed=seed)[1] for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]


@pytest.fixture
def corpus(tmp_path: Path, examples: list[Example]) -> Path:
    """Return a folder with the corpus `own`: six sentences a document."""
    with gzip.open(tmp_path / "own.jsonl.gz", "wt", encoding="utf-8") as file:
        for number, example in enumerate(examples):
            row = {"text": example.text, "words": example.words(), "document": f"d{number // 6}"}
            file.write(json.dumps(row) + "\n")
    return tmp_path


def test_a_row_is_run_seed_by_seed_and_summarised(corpus: Path, config: TaggerConfig) -> None:
    row = Row("own", 30, 99.0, 98.0)
    results = list(run(row, folder=corpus, config=config, seeds=[0, 1], test_sentences=10))
    summary = summarise(row, results)
    assert [result["labels"] for result in results] == [30, 30]
    assert summary["word_f1"] == pytest.approx(sum(r["word_f1"] for r in results) / 2, abs=0.01)
    assert summary["word_f1_spread"] is not None
    assert (summary["row"], summary["target_word_f1"]) == ("own-30", 98.0)
    assert summarise(row, results[:1])["word_f1_spread"] is None


def test_what_was_measured_is_not_run_again(corpus: Path, config: TaggerConfig) -> None:
    kept = corpus / "results.jsonl"
    steps: list[Step] = []

    def measure(seeds: list[int], test_sentences: int = 10) -> list[dict[str, Any]]:
        steps.clear()
        return list(
            run(
                Row("own", 30, 99.0, 98.0),
                folder=corpus,
                config=config,
                seeds=seeds,
                test_sentences=test_sentences,
                results=kept,
                progress=steps.append,
            )
        )

    first = measure([0])
    assert steps
    assert measure([0]) == first
    assert not steps
    assert measure([0, 1])[0] == first[0]
    assert len(kept.read_text(encoding="utf-8").splitlines()) == 2
    # another test set is another trial
    with pytest.warns(match="results of own-30 not taken over.*: 2"):
        measure([0], test_sentences=8)
    assert steps


def test_results_that_cannot_be_read_are_named(corpus: Path, config: TaggerConfig) -> None:
    kept = corpus / "results.jsonl"
    kept.write_text('{"trial": \n', encoding="utf-8")
    with pytest.raises(BadLine, match="line 1"):
        list(run(Row("own", 30, 99.0, 98.0), folder=corpus, config=config, seeds=[0], results=kept))

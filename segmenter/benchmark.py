"""The accuracy table: labels in, F1 out, on documents held out whole.

Every row names a corpus file, how many labelled sentences are used, and the target. Labels, test documents
and model seeds are drawn anew for every seed, so the mean and the spread are over everything that was drawn.
"""

from __future__ import annotations

import hashlib
import json
import statistics
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from segmenter.corpora import BadLine, GoldSentence, read_gold
from segmenter.evaluate import evaluate
from segmenter.model import TaggerConfig
from segmenter.train import Step, fit

TEST_SENTENCES = 1000
BLOCK = 50
"""Sentences of a block at most, where a corpus has no documents: neighbours stay on one side of the split."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; `labels` None means all that is not held out. Targets in per cent."""

    corpus: str
    labels: int | None
    target_character_f1: float
    target_word_f1: float

    @property
    def name(self) -> str:
        """Return corpus and labels, as `tud-400` or `best-all`."""
        return f"{self.corpus}-{self.labels or 'all'}"


ROWS = (
    Row("tud", 100, 95.0, 88.0),
    Row("tud", 400, 95.5, 89.5),
    Row("tud", None, 96.3, 91.0),
    Row("best", 2900, 97.5, 94.5),
    Row("orchid", 400, 92.0, 85.0),
    Row("best", None, 99.0, 97.8),
)


def run(
    row: Row,
    *,
    folder: Path,
    config: TaggerConfig,
    seeds: Sequence[int],
    test_sentences: int = TEST_SENTENCES,
    results: Path | None = None,
    progress: Callable[[Step], None] | None = None,
) -> Iterator[dict[str, Any]]:
    """Yield one result a seed: F1 in per cent, calibration error, seconds of training and speed.

    What `results` (JSONL) has already is taken from there, and what is measured is added to it. `progress` is
    called after every training step.
    """
    corpus = folder / f"{row.corpus}.jsonl.gz"
    sentences = list(read_gold(corpus))
    trial = _trial(corpus, config, test_sentences)
    known = _known(results, trial, row)
    for seed in seeds:
        if seed in known:
            yield known[seed]
            continue
        pool, test = hold_out(sentences, test_sentences=test_sentences, seed=seed)
        chosen = pool if row.labels is None else pool[: row.labels]
        start = time.perf_counter()
        tagger = fit([sentence.example for sentence in chosen], config, seed=seed, progress=progress)
        seconds = time.perf_counter() - start
        report = evaluate(tagger, test).to_json()
        result = {
            "row": row.name,
            "seed": seed,
            "labels": len(chosen),
            "training_seconds": round(seconds, 1),
            **{key: report[key] for key in REPORTED},
        }
        if results is not None:
            with results.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"trial": trial, "result": result}) + "\n")
        yield result


def _trial(corpus: Path, config: TaggerConfig, test_sentences: int) -> str:
    """Return a hash of all that a result depends on but row and seed: data, settings, this package."""
    hashed = hashlib.sha256(json.dumps([config.to_json(), test_sentences]).encode())
    package = Path(__file__).parent
    for file in (corpus, *sorted(package.glob("*.py")), *sorted(package.glob("*.txt"))):
        hashed.update(file.read_bytes())
    return hashed.hexdigest()[:16]


def _known(results: Path | None, trial: str, row: Row) -> dict[int, dict[str, Any]]:
    """Return the row's results of the same trial by seed; warn of those that are of another one."""
    if results is None or not results.exists():
        return {}
    known, others = {}, 0
    for number, line in enumerate(results.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            kept = json.loads(line)
            is_same, of_row, seed = kept["trial"] == trial, kept["result"]["row"], kept["result"]["seed"]
        except (ValueError, KeyError, TypeError) as error:
            raise BadLine(f"{results}, line {number}: no result of the benchmark") from error
        if of_row == row.name and is_same:
            known[seed] = kept["result"]
        elif of_row == row.name:
            others += 1
    if others:
        warnings.warn(
            f"{results}: results of {row.name} not taken over, of other data, settings or code: {others}",
            stacklevel=2,
        )
    return known


REPORTED = (
    "character_f1",
    "word_f1",
    "sentences",
    "sentence_accuracy",
    "expected_calibration_error",
    "characters_per_second",
)


def summarise(row: Row, results: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return means over seeds beside the targets; the spread is the standard deviation, None for one seed."""
    summary: dict[str, Any] = {"row": row.name, "labels": results[0]["labels"], "seeds": len(results)}
    for measure in ("character_f1", "word_f1"):
        values = [result[measure] for result in results]
        summary[measure] = round(statistics.fmean(values), 2)
        summary[f"{measure}_spread"] = round(statistics.stdev(values), 2) if len(values) > 1 else None
    summary["target_character_f1"], summary["target_word_f1"] = row.target_character_f1, row.target_word_f1
    for measure in ("expected_calibration_error", "training_seconds", "characters_per_second"):
        summary[measure] = round(statistics.fmean(result[measure] for result in results), 4)
    return summary


def hold_out(
    sentences: Sequence[GoldSentence], *, test_sentences: int, seed: int
) -> tuple[list[GoldSentence], list[GoldSentence]]:
    """Draw whole documents for the test until it has enough sentences; at most a quarter of the corpus.

    Returns (pool, test). The pool keeps whole documents together in random order, except where the corpus has
    no documents: there its sentences are shuffled. So the first n of the pool are n sentences from few
    documents, or n random sentences.
    """
    rng = np.random.default_rng(seed)
    groups: dict[str, list[GoldSentence]] = {}
    # a small corpus has small blocks, so that there are several
    block = min(BLOCK, max(1, len(sentences) // 10))
    for index, sentence in enumerate(sentences):
        groups.setdefault(sentence.example.document or f"{index // block:06d}", []).append(sentence)
    names = sorted(groups)
    rng.shuffle(names)
    test: list[GoldSentence] = []
    limit = min(test_sentences, len(sentences) // 4)
    while len(test) < limit and len(names) > 1:
        test += groups[names.pop()]
    pool = [sentence for name in names for sentence in groups[name]]
    if not any(sentence.example.document for sentence in sentences[:1]):
        pool = [pool[i] for i in rng.permutation(len(pool))]
    return pool, test[:limit]

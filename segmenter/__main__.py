"""Train, predict and evaluate from a shell: `python -m segmenter --help`."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tqdm import tqdm

from segmenter import benchmark, checkpoint
from segmenter.corpora import BadLine, GoldSentence, read_gold, read_records
from segmenter.data import data_hash
from segmenter.distill import distil
from segmenter.evaluate import evaluate
from segmenter.export import BadExport, export
from segmenter.model import PRESETS, Tagger, TaggerConfig
from segmenter.overlap import without_overlap
from segmenter.predict import boundary_probabilities
from segmenter.pretrain import PretrainConfig, begin
from segmenter.pretrain_files import Source, load_pretrained, run_saved
from segmenter.seq2seq import Reader, Seq2Seq, Seq2SeqConfig
from segmenter.symbols import TooLittleText, read_clusters, read_texts
from segmenter.text import ClusterTooLong, cluster_lengths, clusters_from_lengths, tokens
from segmenter.train import NothingToLearn, Step, train


def main(arguments: list[str] | None = None) -> int:
    """Run one command; errors about the user's input end with one line on standard error and status 1."""
    options = _parser().parse_args(arguments)
    torch.set_num_threads(options.threads)
    try:
        options.command(options)
        sys.stdout.flush()
    except (
        BadLine,
        NothingToLearn,
        TooLittleText,
        ClusterTooLong,
        checkpoint.BadCheckpoint,
        BadExport,
    ) as error:
        print(f"segmenter: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        # whoever read the output has gone; Python would complain once more when it flushes at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return 0


def _train(options: argparse.Namespace) -> None:
    checkpoint.refuse_existing(options.model)
    sentences = list(_read(options.data, quiet=options.json))
    if options.limit:
        sentences = sentences[: options.limit]
    examples = [sentence.example for sentence in sentences]
    dev = None
    if options.dev_share:
        drawn = np.random.default_rng(options.seed).random(len(examples)) < options.dev_share
        dev = [e for e, chosen in zip(examples, drawn, strict=True) if chosen]
        examples = [e for e, chosen in zip(examples, drawn, strict=True) if not chosen]
    config = TaggerConfig.preset(options.preset)
    start = time.perf_counter()
    pretrained = load_pretrained(options.init) if options.init else None
    steps = train(examples, config, seed=options.seed, dev=dev, pretrained=pretrained)
    last = _run_training(steps, quiet=options.json)
    description = {
        "data": data_hash(examples),
        "sentences": len(examples),
        "seed": options.seed,
        "preset": options.preset,
        "init": str(options.init) if options.init else None,
        "metrics": {"loss": last.loss},
    }
    _save(last, options.model, description, start, as_json=options.json)


def _pretrain(options: argparse.Namespace) -> None:
    texts = chain.from_iterable(map(read_texts, options.data))
    held_out = chain.from_iterable(map(read_texts, options.exclude))
    shown = tqdm(without_overlap(texts, held_out), desc="reading", unit="text", disable=options.json)
    if options.tokenizer:
        build, source = _t5(options, shown)
    else:
        text, known = read_clusters(shown, vocabulary=Seq2SeqConfig().vocabulary)
        build, source = partial(Seq2Seq, Seq2SeqConfig()), Source(Seq2SeqConfig().to_json(), text, known)
    config = PretrainConfig(
        steps=options.steps,
        tau=options.tau,
        bfloat16=torch.cuda.is_available() if options.bfloat16 is None else options.bfloat16,
    )
    state = begin(build, config, seed=options.seed)
    start = time.perf_counter()
    steps = run_saved(state, source, options.model, save_every=options.save_every)
    with tqdm(desc="pre-training", unit="step", total=config.steps, disable=options.json) as bar:
        for _ in steps:
            if state.history:
                bar.set_postfix(validation=f"{state.history[-1]['validation_loss']:.3f}", refresh=False)
            bar.update(state.step - bar.n)
    figures = {"model": str(options.model), "steps": state.step, "flops": state.flops}
    seconds = round(time.perf_counter() - start, 2)
    _print({**figures, **(state.history or [{}])[-1], "seconds": seconds}, as_json=options.json)


def _t5(options: argparse.Namespace, texts: Iterable[str]) -> tuple[Callable[[], Reader], Source]:
    # the library is an extra (requirements-t5.txt), which only this needs
    from segmenter import t5

    tokenizer = t5.load_tokenizer(options.tokenizer)
    values = json.loads(options.t5_config.read_text(encoding="utf-8")) if options.t5_config else {}
    config = t5.t5_config(values, tokenizer)
    return partial(t5.T5Reader, config), Source({"t5": config.to_dict()}, t5.tokenize(texts, tokenizer))


def _distil(options: argparse.Namespace) -> None:
    checkpoint.refuse_existing(options.model)
    teacher = checkpoint.load(options.teacher)
    texts = [record["text"] for _, record in read_records(options.data)]
    if options.limit:
        texts = texts[: options.limit]
    start = time.perf_counter()
    steps = distil(teacher, texts, TaggerConfig.preset(options.preset), seed=options.seed)
    last = _run_training(steps, quiet=options.json)
    description = {
        "teacher": str(options.teacher),
        "sentences": len(texts),
        "seed": options.seed,
        "preset": options.preset,
        "metrics": {"loss": last.loss},
    }
    _save(last, options.model, description, start, as_json=options.json)


def _run_training(steps: Iterator[Step], *, quiet: bool) -> Step:
    last: Step | None = None
    with tqdm(desc="training", unit="step", disable=quiet) as bar:
        for last in steps:
            bar.total = last.steps
            bar.set_postfix(loss=f"{last.loss:.4f}", refresh=False)
            bar.update()
    if last is None:
        raise NothingToLearn("training made no step")
    return last


def _save(last: Step, folder: Path, description: dict[str, Any], start: float, *, as_json: bool) -> None:
    if last.tagger is None:
        raise NothingToLearn("training ended without a tagger")
    checkpoint.save(last.tagger, folder, description=description)
    seconds = round(time.perf_counter() - start, 2)
    sentences = description["sentences"]
    _print(
        {"model": str(folder), "sentences": sentences, "steps": last.steps, "seconds": seconds},
        as_json=as_json,
    )


def _benchmark(options: argparse.Namespace) -> None:
    rows = [row for row in benchmark.ROWS if options.row is None or row.name in options.row]
    config = TaggerConfig.preset(options.preset)
    table = []
    # a table takes hours, so its bar is there with --json too: it goes to standard error
    with tqdm(total=len(rows) * len(options.seeds), unit="seed") as bar:
        for row in rows:
            bar.set_description(row.name)
            results = []
            for result in benchmark.run(
                row,
                folder=options.folder,
                config=config,
                seeds=options.seeds,
                test_sentences=options.test_sentences,
                results=options.results,
                progress=lambda step: bar.set_postfix(step=f"{step.step}/{step.steps}"),
            ):
                results.append(result)
                bar.update()
            table.append(benchmark.summarise(row, results))
            if not options.json:
                _print(table[-1], as_json=False)
    if options.plot:
        # the drawing library takes a second to import
        from segmenter.accuracy import accuracy_figure

        accuracy_figure(table, label=options.preset).savefig(options.plot)
    if options.json:
        print(_json_line({"preset": options.preset, "seeds": options.seeds, "rows": table}))


def _predict(options: argparse.Namespace) -> None:
    tagger = checkpoint.load(options.model)
    records = ({"id": number, **record} for number, record in read_records(options.data))
    shown = tqdm(records, desc="predicting", unit="sentence", disable=options.json, file=sys.stderr)
    for record, words in _segmented(tagger, shown):
        print(_json_line({"id": record["id"], "words": words}))


def _segmented(
    tagger: Tagger, records: Iterator[dict[str, Any]] | tqdm[dict[str, Any]]
) -> Iterator[tuple[dict[str, Any], list[str]]]:
    """Yield every record with its words, holding back no more records than one window of prediction."""
    waiting: list[dict[str, Any]] = []

    def texts() -> Iterator[str]:
        for record in records:
            waiting.append(record)
            yield record["text"]

    for probabilities in boundary_probabilities(tagger, texts()):
        record = waiting.pop(0)
        clusters = clusters_from_lengths(record["text"], cluster_lengths(record["text"]))
        yield record, tokens(clusters, (np.flatnonzero(probabilities > 0.5) + 1).tolist())


def _evaluate(options: argparse.Namespace) -> None:
    tagger = checkpoint.load(options.model)
    report = evaluate(tagger, _read(options.data, quiet=options.json))
    if options.plot:
        # the drawing library takes a second to import
        from segmenter.reliability import reliability_figure

        reliability_figure(report.bins, label=options.model.name).savefig(options.plot)
    _print(report.to_json(), as_json=options.json)


def _export(options: argparse.Namespace) -> None:
    folder = export(options.model, options.folder, name=options.name, version=options.version)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    _print({"folder": str(folder), "name": options.name, "bytes": size}, as_json=options.json)


def _read(path: Path, *, quiet: bool) -> Iterator[GoldSentence]:
    return iter(tqdm(read_gold(path), desc=f"reading {path.name}", unit="sentence", disable=quiet))


def _print(figures: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print(_json_line(figures))
        return
    for name, value in figures.items():
        print(f"{name:28} {value}")


def _json_line(value: dict[str, Any]) -> str:
    line = json.dumps(value, ensure_ascii=False)
    try:
        line.encode()
    except UnicodeEncodeError:
        # a lone surrogate cannot be printed, its escape can
        return json.dumps(value)
    return line


def _picture(name: str) -> Path:
    path = Path(name)
    if path.suffix not in (".svg", ".png", ".pdf"):
        raise argparse.ArgumentTypeError(f"{name} is no .svg, .png or .pdf")
    return _in_folder(name)


def _in_folder(name: str) -> Path:
    path = Path(name)
    if not path.parent.is_dir():
        raise argparse.ArgumentTypeError(f"there is no folder {path.parent}")
    return path


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m segmenter", description=__doc__)
    parser.add_argument("--threads", type=int, default=1, help="threads torch may use (default 1)")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, run: Any, text: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(command=run)
        command.add_argument("--json", action="store_true", help="print JSON; most show no progress then")
        return command

    command = add("train", _train, "train a tagger on gold sentences and write a checkpoint")
    command.add_argument("--data", type=Path, required=True, help="JSONL (.gz) with `text` and `words`")
    command.add_argument("--model", type=Path, required=True, help="folder for the checkpoint")
    command.add_argument("--preset", choices=PRESETS, default="base")
    command.add_argument("--seed", type=int, default=0)
    command.add_argument("--limit", type=int, help="train on the first so many sentences")
    command.add_argument("--dev-share", type=float, default=0.1, help="share kept out to calibrate")

    command.add_argument("--init", type=Path, help="folder of a pre-training run to start from")

    command = add("pretrain", _pretrain, "pre-train an encoder on raw text, or go on where a run was left")
    command.add_argument(
        "--data", type=Path, nargs="+", required=True, help="text a line, or JSONL with `text`; .gz or not"
    )
    command.add_argument("--model", type=Path, required=True, help="folder of the run")
    command.add_argument("--exclude", type=Path, nargs="*", default=[], help="texts of evaluations, kept out")
    command.add_argument("--steps", type=int, default=PretrainConfig().steps)
    command.add_argument("--tau", type=float, default=PretrainConfig().tau, help="share of hybrid steps")
    command.add_argument("--seed", type=int, default=0)
    command.add_argument("--save-every", type=int, default=100, help="steps between two saves")
    command.add_argument("--bfloat16", action=argparse.BooleanOptionalAction, help="default: on a GPU only")
    command.add_argument("--tokenizer", type=Path, help="folder of a tokenizer of the transformers library")
    command.add_argument("--t5-config", type=Path, help="JSON of a T5Config, with --tokenizer")

    command = add("distil", _distil, "train a fast student on what a checkpoint thinks of raw texts")
    command.add_argument("--teacher", type=Path, required=True, help="folder of the teacher's checkpoint")
    command.add_argument("--data", type=Path, required=True, help="JSONL (.gz) with `text`")
    command.add_argument("--model", type=Path, required=True, help="folder for the student's checkpoint")
    command.add_argument("--preset", choices=PRESETS, default="fast")
    command.add_argument("--seed", type=int, default=0)
    command.add_argument("--limit", type=int, help="use the first so many texts")

    command = add("predict", _predict, "segment JSONL with `text`; prints `id` (or the line) and `words`")
    command.add_argument("--model", type=Path, required=True)
    command.add_argument("--data", type=Path, required=True)

    command = add("evaluate", _evaluate, "measure a checkpoint on gold sentences")
    command.add_argument("--model", type=Path, required=True)
    command.add_argument("--data", type=Path, required=True)
    command.add_argument(
        "--plot", type=_picture, help="write the reliability plot there (.svg, .png or .pdf)"
    )

    command = add(
        "export", _export, "write a checkpoint as a package that needs no torch (pip install FOLDER)"
    )
    command.add_argument("model", type=Path, metavar="CHECKPOINT")
    command.add_argument("folder", type=Path, metavar="FOLDER", help="is made; must be empty")
    command.add_argument("--name", default="tatkham_model", help="what one imports (default tatkham_model)")
    command.add_argument("--version", default="1", help="version of the package (default 1)")

    command = add("benchmark", _benchmark, "train and measure every row of the accuracy table")
    command.add_argument("--folder", type=Path, default=Path("../shared/data"), help="folder of the corpora")
    command.add_argument("--preset", choices=PRESETS, default="base")
    command.add_argument("--seeds", type=int, nargs="+", default=[0])
    command.add_argument("--row", choices=[row.name for row in benchmark.ROWS], action="append")
    command.add_argument("--test-sentences", type=int, default=benchmark.TEST_SENTENCES)
    command.add_argument(
        "--results",
        type=_in_folder,
        help="JSONL of what was measured; what is there by the same code is not run again",
    )
    command.add_argument(
        "--plot", type=_picture, help="draw the rows against their targets (.svg, .png or .pdf)"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())

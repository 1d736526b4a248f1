"""How long ranking a whole pool takes: reading it, scoring it, writing the scores, merging, publishing.

    python bench/rank.py --pool 1000000 --json

In the home of bench/serve.py (--home), with the round's own functions in two processes, as the default lane
has. The model is the preset `fast`, trained on made-up sentences: a model's speed does not hang on what it
learnt. The database's share is measured apart, by the same work with a strategy that needs no model.
"""

import argparse
import multiprocessing
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

# ruff: noqa: E402 (the repository is put on the path first, so that the file runs as a script)
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench import standing
from bench.pool import sentences
from bench.report import Report

PROCESSES = 2
LABELS, STEPS = 200, 20
GOAL_SECONDS, GOAL_LOCK_MS = 150, 100
MODEL, NO_MODEL = "mean_entropy", "longest_first"


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pool", type=int, default=1_000_000, help="sentences")
    parser.add_argument("--preset", default="fast")
    parser.add_argument("--port", type=int, default=8765)
    parser.add_argument("--home", type=Path, default=Path("~/.cache/tatkham-bench").expanduser())
    parser.add_argument("--quick", action="store_true", help="20,000 sentences")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    parser.add_argument("--endless", type=int, metavar="PROJECT", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.quick:
        chosen.pool = 20_000
    return chosen


def main() -> None:
    """Rank with and without a model and print the report."""
    options = arguments()
    standing.set_up_django(options.home)
    if options.endless:
        score_for_ever(options.endless, options.preset)
        return
    report = Report(seed=standing.SEED)
    with standing.running_service(options.port):
        project = standing.project(options.pool)
        report.figures["characters_a_sentence"] = _characters(project.pk)
        for name, strategy in (("database", NO_MODEL), ("whole", MODEL)):
            for what, value in rank(project.pk, strategy, options.preset).items():
                report.figures[f"{name}_{what}"] = value
            standing.say(f"{name}: {report.figures}")
    report.judge("rank_seconds", report.figures["whole_seconds"], GOAL_SECONDS, at_most=True)
    report.judge("publish_lock_ms", report.figures["whole_lock_ms"], GOAL_LOCK_MS, at_most=True)
    if options.json:
        print(report.line())


def _characters(project_id: int) -> float:
    from annotation.models import Corpus

    counted = Corpus.objects.filter(project=project_id, state="ready").get().report
    return round(counted["characters"] / counted["sentences"], 1)


def rank(project_id: int, strategy: str, preset: str) -> dict[str, float]:
    """Score the pool as a round does and publish the order; return what each part took."""
    from django.db import connections, transaction
    from django.utils import timezone

    from annotation import publishing
    from learner import ordering

    round_ = _round(project_id, strategy, preset)
    started = time.perf_counter()
    shards = [shard.pk for shard in ordering.split_pool(round_)]
    split = time.perf_counter() - started
    connections.close_all()
    with multiprocessing.get_context("spawn").Pool(PROCESSES, _begin) as pool:
        pool.map(_warm_up, [round_.scorer and round_.scorer.path] * PROCESSES, chunksize=1)
        started = time.perf_counter()
        cpu = sum(pool.imap_unordered(_score, shards))
        score = time.perf_counter() - started
    with _longest_wait(ordering.active_queue(round_).pk) as waits:
        started = time.perf_counter()
        with transaction.atomic():
            order = ordering.write_order(round_)
        publishing.publish(order, now=timezone.now())
        publish = time.perf_counter() - started
    (wait,) = waits
    round_.delete()
    return {
        "seconds": round(split + score + publish, 1),
        "split_seconds": round(split, 2),
        "score_seconds": round(score, 2),
        "score_python_cpu_seconds": round(cpu, 1),
        "publish_seconds": round(publish, 2),
        "lock_ms": round(1000 * wait, 1),
    }


def score_for_ever(project_id: int, preset: str) -> None:
    """Score a pool again and again, until this process group is ended."""
    from learner import ordering
    from learner.models import ScoreShard

    round_ = _round(project_id, MODEL, preset)
    shards = [shard.pk for shard in ordering.split_pool(round_)]
    with multiprocessing.get_context("spawn").Pool(PROCESSES, _begin) as pool:
        pool.map(_warm_up, [round_.scorer and round_.scorer.path] * PROCESSES, chunksize=1)
        print("scoring", flush=True)
        while True:
            ScoreShard.objects.filter(round=round_).update(done_at=None, attempt=0)
            for _ in pool.imap_unordered(_score, shards):
                pass


def _score(shard_id: int) -> float:
    """Score a shard; return the CPU seconds that took this process."""
    from learner.scoring import score_shard

    began = time.process_time()
    score_shard(shard_id, 0)
    return time.process_time() - began


def _begin() -> None:
    standing.set_up_django(Path(os.environ["TATKHAM_HOME"]))


def _warm_up(path: str | None) -> None:
    """Load libraries and model, as a worker that has been at it for a while has."""
    from django.conf import settings

    from learner import scoring

    if path is not None:
        scoring._tagger(str(Path(settings.CHECKPOINT_STORE) / path))
    time.sleep(0.5)


@contextmanager
def _longest_wait(queue_id: int) -> Iterator[list[float]]:
    """Ask for the queue's lock again and again meanwhile, as a draw does; append the longest wait at the end.

    From a process of its own, as a web process is: a thread of this one would wait for the interpreter, too.
    """
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    asking = context.Process(target=_ask, args=(queue_id, there))
    asking.start()
    here.recv()
    waits: list[float] = []
    try:
        yield waits
    finally:
        here.send("end")
        waits.append(here.recv())
        asking.join()


def _ask(queue_id: int, pipe: Connection) -> None:
    _begin()
    from django.db import transaction

    from annotation.models import Queue

    longest = 0.0
    Queue.objects.get(pk=queue_id)
    pipe.send("ready")
    while not pipe.poll(0.002):
        began = time.perf_counter()
        with transaction.atomic():
            Queue.objects.select_for_update(no_key=True).get(pk=queue_id)
        longest = max(longest, time.perf_counter() - began)
    pipe.send(longest)


def _round(project_id: int, strategy: str, preset: str) -> Any:
    """Make a round that scores, with a checkpoint where its strategy needs a model."""
    from django.conf import settings
    from django.utils import timezone

    from annotation.models import Project
    from learner import rounds
    from learner.models import Arm, Checkpoint, Round
    from segmenter import checkpoint
    from segmenter.model import TaggerConfig
    from segmenter.train import fit

    project = Project.objects.get(pk=project_id)
    Round.objects.filter(project=project).delete()
    config = rounds._settings(project) | {"strategy": strategy, "preset": preset}
    round_ = Round.objects.create(
        project=project,
        number=1,
        state=Round.State.SCORING,
        trigger="hand",
        opened_at=timezone.now(),
        config=config,
    )
    folder = Path(settings.CHECKPOINT_STORE) / f"bench-{preset}"
    if strategy == MODEL and not folder.exists():
        made = [_example(words) for words in sentences(LABELS, seed=standing.SEED)]
        config = replace(TaggerConfig.preset(preset), steps=STEPS)
        checkpoint.save(fit(made, config, seed=standing.SEED), folder, description={})
    if strategy == MODEL:
        round_.scorer = Checkpoint.objects.create(
            round=round_, arm=Arm.ACTIVE, seed=0, path=folder.name, sha256="", created_at=timezone.now()
        )
        round_.save()
    return round_


def _example(words: list[str]) -> Any:
    from segmenter.data import Example
    from segmenter.text import boundaries_from_words

    text = "".join(words)
    return Example(text, boundaries_from_words(words, text=text)[0])


if __name__ == "__main__":
    main()

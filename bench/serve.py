"""How many sentences a second the service hands out and takes back, and how long a person waits.

    python bench/serve.py --pool 1000000 --annotators 32 --seconds 60 --json

Runs the real HTTP stack on loopback with the embedded servers, in a home of its own (--home), which is kept:
a second run finds the imported pools there. A pair is one request: a submit that brings the next sentence.
The client runs on the same machine and is counted apart.
"""

import argparse
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

# ruff: noqa: E402 (the repository is put on the path first, so that the file runs as a script)
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench import load, standing
from bench.report import Report

SMALL_POOL = 10_000
HAND_OUTS = 100_000
WARM_UP_SECONDS = 3.0
# Sentences handed out at the same time may come in any order: each person holds one, and a batch of draws.
IN_FLIGHT = 3 * standing.ANNOTATORS


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pool", type=int, default=1_000_000, help="sentences")
    parser.add_argument("--annotators", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=60.0, help="of each measured stretch")
    parser.add_argument("--pause", type=float, default=6.0, help="seconds a person thinks")
    parser.add_argument("--hand-outs", type=int, default=HAND_OUTS, help="at 64 annotators")
    parser.add_argument("--port", type=int, default=8765)
    parser.add_argument("--home", type=Path, default=Path("~/.cache/tatkham-bench").expanduser())
    parser.add_argument("--quick", action="store_true", help="small pools, short stretches: a minute")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    chosen = parser.parse_args()
    if chosen.quick:
        chosen.pool, chosen.seconds = min(chosen.pool, 20_000), min(chosen.seconds, 6.0)
        chosen.hand_outs, chosen.pause = min(chosen.hand_outs, 2_000), min(chosen.pause, 1.0)
    return chosen


def main() -> None:
    """Measure stretch by stretch and print the report."""
    options = arguments()
    standing.set_up_django(options.home)
    began = datetime.now(UTC)
    with standing.running_service(options.port) as processes:
        bench = Bench(options, processes)
        # A new one each time: at this speed ten thousand sentences are soon read.
        small = standing.project(SMALL_POOL, name=f"bench {SMALL_POOL} at {time.time():.0f}")
        large = standing.project(options.pool)
        bench.stretch("small_pool", small, pairs=SMALL_POOL // 3)
        bench.stretch("no_pause", large)
        bench.stretch("paused", large, pause=options.pause)
        with _scoring(options.home, large):
            bench.stretch("rescoring", large)
        everybody = {"annotators": standing.ANNOTATORS, "pairs": options.hand_outs, "seconds": 3600.0}
        bench.stretch("hand_outs", large, **everybody)
        bench.judge([small.pk, large.pk], since=began)
    if options.json:
        print(bench.report.line())


class Bench:
    """The stretches measured so far."""

    def __init__(self, options: argparse.Namespace, processes: standing.Processes) -> None:
        self.options, self.processes = options, processes
        self.report = Report(seed=standing.SEED)

    def stretch(
        self,
        name: str,
        project: Any,
        *,
        annotators: int | None = None,
        pause: float = 0.0,
        pairs: int | None = None,
        seconds: float = 0.0,
    ) -> None:
        """Let annotators work for a stretch and note what they saw; a warm-up goes before."""
        annotators = annotators or self.options.annotators
        standing.say(f"{name}: {annotators} annotators on {project.name}")
        address = ("127.0.0.1", self.options.port)
        people = standing.tokens([f"bench-{number}" for number in range(annotators)])
        load.run(
            address, people, project.pk, seconds=WARM_UP_SECONDS, pause=pause and 0.2, seed=standing.SEED
        )
        before = self._server_cpu()
        tally = load.run(
            address,
            people,
            project.pk,
            seconds=seconds or self.options.seconds,
            pause=pause,
            pairs=pairs,
            seed=standing.SEED + 1,
        )
        self._note(name, tally, before)

    def _server_cpu(self) -> dict[str, float]:
        return {name: self.processes.cpu_seconds(name) for name in ("web", "postgres")}

    def _note(self, name: str, tally: load.Tally, before: dict[str, float]) -> None:
        figures, count = self.report.figures, max(1, len(tally.latencies))
        figures[f"{name}_pairs_a_second"] = round(count / tally.wall_seconds, 1)
        for share in (50, 95, 99):
            figures[f"{name}_p{share}_ms"] = round(tally.percentile(share / 100), 1)
        after = self._server_cpu()
        for process in before:
            spent = 1000 * (after[process] - before[process]) / count
            figures[f"{name}_{process}_cpu_ms_a_pair"] = round(spent, 2)
        figures[f"{name}_client_cpu_ms_a_pair"] = round(1000 * tally.cpu_seconds / count, 2)
        figures[f"{name}_failed"] = sum(tally.failures.values())
        for what, times in tally.failures.most_common(3):
            standing.say(f"  failed {times} times: {what}")
        standing.say(
            "  "
            + ", ".join(
                f"{key[len(name) + 1 :]} {value}" for key, value in figures.items() if key.startswith(name)
            )
        )

    def judge(self, projects: list[int], *, since: datetime) -> None:
        """Hold figures, and what was handed out `since`, against the goals."""
        figures, judge = self.report.figures, self.report.judge
        cpu = figures["no_pause_web_cpu_ms_a_pair"] + figures["no_pause_postgres_cpu_ms_a_pair"]
        growth = figures["no_pause_p50_ms"] / figures["small_pool_p50_ms"]
        judge("pairs_a_second", figures["no_pause_pairs_a_second"], 250)
        judge("p99_ms", figures["no_pause_p99_ms"], 250, at_most=True)
        judge("server_cpu_ms_a_pair", round(cpu, 2), 6.0, at_most=True)
        judge("client_cpu_ms_a_pair", figures["no_pause_client_cpu_ms_a_pair"], 1.0, at_most=True)
        judge("p50_growth", round(growth, 3), 1.1, at_most=True)
        judge("paused_p99_ms_goal", figures["paused_p99_ms"], 80, at_most=True)
        judge("rescoring_pairs_a_second_goal", figures["rescoring_pairs_a_second"], 125)
        judge("rescoring_p99_ms_goal", figures["rescoring_p99_ms"], 500, at_most=True)
        failed = sum(value for name, value in figures.items() if name.endswith("_failed"))
        judge("failed_requests", failed, 0, at_most=True)
        judge("sentences_beyond_overlap", _ask(BEYOND_OVERLAP, projects, since), 0, at_most=True)
        judge("furthest_out_of_order", _ask(OUT_OF_ORDER, projects, since), IN_FLIGHT, at_most=True)


@contextmanager
def _scoring(home: Path, project: Any) -> Iterator[None]:
    """Score the pool over and over in two processes meanwhile, as the default lane's workers do."""
    command = [
        sys.executable,
        str(ROOT / "bench" / "rank.py"),
        "--home",
        str(home),
        "--endless",
        str(project.pk),
    ]
    scoring = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
    try:
        if scoring.stdout is None or scoring.stdout.readline() != "scoring\n":
            raise RuntimeError("the processes that score have not begun")
        yield
    finally:
        os.killpg(scoring.pid, signal.SIGKILL)
        scoring.wait()


def _ask(statement: str, projects: list[int], since: datetime) -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement, {"projects": projects, "since": since})
        return int(cursor.fetchone()[0])


BEYOND_OVERLAP = """
SELECT count(*) FROM (
    SELECT a.sentence_id FROM annotation_assignment a JOIN annotation_sentence s ON s.id = a.sentence_id
    WHERE a.project_id = ANY(%(projects)s) AND a.state IN ('leased', 'submitted')
    GROUP BY a.sentence_id, s.required_annotations
    HAVING count(*) > s.required_annotations AND max(a.leased_at) >= %(since)s) beyond
"""

# How many places later than its rank's turn a sentence of the active arm was handed out, at most.
OUT_OF_ORDER = """
SELECT coalesce(max(abs(turn - place)), 0) FROM (
    SELECT row_number() OVER (PARTITION BY a.queue_id ORDER BY a.leased_at) AS turn,
        row_number() OVER (PARTITION BY a.queue_id ORDER BY d.generation_id, d.rank) AS place
    FROM annotation_assignment a
    JOIN annotation_queue q ON q.id = a.queue_id AND q.kind = 'active'
    JOIN annotation_draw d ON d.queue_id = a.queue_id AND d.sentence_id = a.sentence_id AND d.rank IS NOT NULL
    WHERE a.project_id = ANY(%(projects)s) AND a.state IN ('leased', 'submitted')
      AND a.leased_at >= %(since)s) served
"""


if __name__ == "__main__":
    started = time.monotonic()
    main()
    standing.say(f"{time.monotonic() - started:.0f} s in all")

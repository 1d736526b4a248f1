"""What is lost, doubled or stuck when parts of the service fail while people work.

    python bench/faults.py --json
    python bench/faults.py --quick --json

`manage.py serve` in a home of its own; simulated annotators work over HTTP and repeat what gets no answer, as
the page does. Meanwhile parts are killed (SIGKILL), the broker is emptied, connections are cut, disks fill up
and the clock is stepped. In the end the tables are held against the journal of answered submits. A run that
was stopped goes on where it was; a finished one is done anew with --again.
"""

import argparse
import shutil
import statistics
import sys
from pathlib import Path
from typing import Any

# ruff: noqa: E402 (the repository is put on the path first, so that the file runs as a script)
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench import standing
from bench.parts import Service
from bench.report import Report
from bench.volumes import Volume, may_mount

SEED = 1
BACK_SECONDS = 15
# A lease of a round, a turn of the beat, and the loading of a model.
RESUMED_SECONDS = 75
KILLS = [
    "kill web",
    "kill a process of worker-default",
    "kill postgres",
    "kill beat",
    "kill worker-train in training",
    "kill valkey",
    "kill a process of web",
    "kill worker-default in publishing",
    "kill a process of postgres",
    "kill worker-default",
    "kill a process of worker-train",
]
OTHERS = [
    "empty the broker",
    "cut the connections",
    "step the clock an hour on",
    "step the clock an hour back",
    "fill the disk of checkpoints",
    "fill the disk of an import",
]


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--annotators", type=int, default=8, help="of each of the two projects")
    parser.add_argument("--pool", type=int, default=40_000, help="sentences of the project under load")
    parser.add_argument("--port", type=int, default=8767)
    parser.add_argument("--home", type=Path, default=Path("~/.cache/tatkham-faults").expanduser())
    parser.add_argument("--again", action="store_true", help="forget an earlier run")
    parser.add_argument("--quick", action="store_true", help="one kill of a kind: five minutes")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    chosen = parser.parse_args()
    if chosen.quick:
        chosen.kills, chosen.pool = min(chosen.kills, len(KILLS)), min(chosen.pool, 10_000)
    return chosen


def plan(kills: int) -> list[str]:
    """Return the faults in their order: so many kills in turn, the others among the first of them."""
    rows: list[str] = []
    for number in range(kills):
        rows.append(KILLS[number % len(KILLS)])
        rows += OTHERS[number : number + 1]
    return rows


def main() -> None:
    """Break part after part, let everything settle, and judge."""
    options = arguments()
    home: Path = options.home / "service"
    volumes = [Volume(home, mib=1024), Volume(home / "checkpoints", mib=256)] if may_mount() else []
    if options.again:
        _empty(home)
        for path in options.home.glob("*.jsonl"):
            path.unlink()
    standing.set_up_django(home)
    from django.conf import settings

    from bench.scene import Scene

    report = Report(seed=SEED)
    with Service(home, port=options.port, database_url=settings.DATABASE_URL) as service:
        scene = Scene(service, options, volumes)
        left = plan(options.kills)[len(scene.outcomes()) :]
        if left:
            with scene.people_at_work():
                for fault in left:
                    scene.play(fault)
        else:
            scene.settle()
        _judge(report, scene, disks="tmpfs" if volumes else "RLIMIT_FSIZE")
    if options.json:
        print(report.line())


def _judge(report: Report, scene: Any, *, disks: str) -> None:
    """Hold what was noted, and the tables, against the goals."""
    from bench import scene as tables

    figures, judge = report.figures, report.judge
    faults = scene.outcomes()
    back = {row["fault"]: [] for row in faults}
    for row in faults:
        back[row["fault"]].append(row.get("back"))
    figures["back_seconds"] = back
    figures["missed"] = [row["missed"] for row in faults if "missed" in row]
    figures["away_seconds_most"] = max((row["away"] for row in faults if "away" in row), default=None)
    figures["disks_filled_by"] = disks
    figures["imports"] = scene.outcomes("imported") + scene.outcomes("upload_on_full_disk")
    figures["rounds_closed"] = scene.count(tables.CLOSED)
    figures["rounds_restarted"] = [row["why"] for row in scene.outcomes("restarted")]
    figures["kept_late_readings_at_least"] = scene.count(tables.LATE)
    figures["submits"] = sum(1 for _ in scene.answered())
    known = [seconds for row in back.values() for seconds in row if seconds is not None]
    figures["back_seconds_median"] = round(statistics.median(known), 2)
    resumed = [row["resumed"] for row in scene.outcomes("resumed")]
    judge(
        "kills", sum(row["fault"].startswith("kill") and "back" in row for row in faults), scene.options.kills
    )
    judge("faults_without_return", len(faults) - len(known), 0, at_most=True)
    judge("back_seconds_most", max(known), BACK_SECONDS, at_most=True)
    judge("round_resumed_seconds_most", max(resumed, default=0.0), RESUMED_SECONDS, at_most=True)
    for name, count in scene.lost_or_doubled().items():
        judge(f"submits_{name}", count, 0, at_most=True)
    judge("sentences_beyond_overlap", scene.count(tables.BEYOND_OVERLAP), 0, at_most=True)
    judge("leases_stuck", scene.count(tables.LEASED), 0, at_most=True)
    judge("readings_stuck", scene.count(tables.STUCK), 0, at_most=True)
    judge("rounds_stuck", scene.count(tables.UNDER_WAY), 0, at_most=True)
    judge("requests_refused", scene.refusals(), 0, at_most=True)


def _empty(home: Path) -> None:
    from config import embedded
    from config.home import Home

    embedded.remove(Home(home))
    for path in home.iterdir():
        if not path.is_mount():
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink()
    for path in (home / "checkpoints").glob("*"):
        shutil.rmtree(path, ignore_errors=True)


if __name__ == "__main__":
    main()

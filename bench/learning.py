"""What active learning gains: gold corpora replayed with every strategy, against sentences and seconds.

    python bench/learning.py --pool mixed --half choose --strategy mean_entropy --results FILE --seeds 0 1 2

A replicate (seed) draws test documents, pool, order, seed set and the model's weights anew. All arms of a
replicate start from the same seed set and get the same modelled seconds in every round; each round trains
from scratch, scores what is left of the pool and takes what its seconds pay for. Each round is one line of
the results file; a run with the same file skips the arms that are complete there.

Strategies are chosen on one half of the documents (--half choose) and reported on the other (--half report).
"""

import argparse
import json
import sys
from collections.abc import Sequence
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

from bench.arms import COSTS, HALVES, POOLS, Plan, draw_world, read_corpora, replay
from bench.plots import curves_svg
from bench.report import Report
from segmenter.model import PRESETS, TaggerConfig
from segmenter.query import STRATEGIES

Curve = list[dict[str, float]]
# Sentences of random's last round, and of the pool: what is not named here is a part of BEST.
LAST = {"tud": 800, "orchid": 800, "best": 1200, "mixed": 2000, "genres": 2000}
POOL_SENTENCES = {"tud": 2000, "orchid": 3000, "best": 4000, "mixed": 6000, "genres": 6000}
LAST_OF_A_GENRE, POOL_OF_A_GENRE = 800, 3000


def main() -> int:
    """Replay every arm that is not in the results yet, then print the table and the closing line."""
    options = _options()
    torch.set_num_threads(1)
    if options.quick:
        plan = Plan(options.pool, options.half, 20, 40, 2, 200, 60)
    else:
        last = options.last or LAST.get(options.pool, LAST_OF_A_GENRE)
        size = POOL_SENTENCES.get(options.pool, POOL_OF_A_GENRE)
        plan = Plan(options.pool, options.half, options.seed_size, last, options.rounds, size, 600)
    names = list(dict.fromkeys(["random", *options.strategy]))
    done = read_results(options.results)
    corpora = read_corpora(options.folder, plan.pool)
    config = TaggerConfig.preset(options.preset)
    progress = tqdm(total=len(names) * len(options.seeds) * plan.rounds, desc="rounds", disable=options.json)
    for seed in options.seeds:
        world = None
        for name in names:
            curve = done.setdefault(_key(plan, options.preset, name, seed), [])
            progress.update(len(curve))
            if len(curve) == plan.rounds:
                continue
            curve.clear()
            world = world or draw_world(corpora, plan, seed=seed)
            for point, _ in replay(world, name, plan, config, seed=seed):
                curve.append(point)
                progress.update()
                append_row(options.results, {"key": _key(plan, options.preset, name, seed), **point})
    progress.close()
    curves = {
        name: [done[_key(plan, options.preset, name, seed)] for seed in options.seeds] for name in names
    }
    report = Report(seed=options.seeds[0])
    for name, replicates in curves.items():
        for figure, value in compare(replicates, curves["random"]).items():
            report.figures[f"{name} {figure}"] = value
        _show(name, report.figures)
    for name in names[1:]:
        # an arm that does not get there has no share; more than all of it says so
        share = report.figures[f"{name} share of seconds"]
        report.judge(f"{name} share of seconds", 9.99 if share is None else share, 0.5, at_most=True)
    if options.plot:
        title = f"{plan.pool}, half “{plan.half}”, mean of {len(options.seeds)}"
        options.plot.write_text(curves_svg(curves, title=title), encoding="utf-8")
    print(report.line())
    return 0


def compare(arms: Sequence[Curve], random: Sequence[Curve]) -> dict[str, Any]:
    """Compare replicates of a strategy with those of random, pairwise by seed.

    Gives the last word F1 in per cent; the area gained over random (mean difference of word F1 over the
    seconds both spent, in points) with half its 95 % t interval over replicates (None below 3); and, on the
    means over replicates, the shares of random's seconds, clusters and sentences that reach random's last F1
    (None: not reached), and how long the arm's sentences are.
    """
    gains = [100 * _area_gained(arm, other) for arm, other in zip(arms, random, strict=True)]
    area, half = mean_and_half(gains)
    figures: dict[str, Any] = {
        "last word F1": round(100 * fmean(arm[-1]["word_f1"] for arm in arms), 2),
        "area gained": area,
        "area interval": half,
        "clusters a sentence": round(fmean(arm[-1]["clusters"] / arm[-1]["sentences"] for arm in arms), 1),
    }
    own, against = _mean_curve(arms, random), _mean_curve(random, random)
    for measure in COSTS:
        share = _share_needed(own, against[-1]["word_f1"], measure)
        figures[f"share of {measure}"] = None if share is None else round(share, 3)
    return figures


def _mean_curve(arms: Sequence[Curve], random: Sequence[Curve]) -> Curve:
    """Return the mean over replicates, costs as shares of what random has spent in the end.

    A mean that dips is taken as its best so far.
    """
    f1 = np.maximum.accumulate(np.mean([[point["word_f1"] for point in arm] for arm in arms], axis=0))
    costs = {
        measure: np.mean(
            [[p[measure] / other[-1][measure] for p in arm] for arm, other in zip(arms, random, strict=True)],
            axis=0,
        )
        for measure in COSTS
    }
    return [
        {"word_f1": value, **{measure: costs[measure][number] for measure in COSTS}}
        for number, value in enumerate(f1)
    ]


def _share_needed(curve: Curve, goal: float, measure: str) -> float | None:
    rising = [point["word_f1"] for point in curve]
    if rising[-1] < goal:
        return None
    there = int(np.argmax(np.array(rising) >= goal))
    around = slice(max(0, there - 1), there + 1)
    return float(np.interp(goal, rising[around], [point[measure] for point in curve[around]]))


def mean_and_half(values: Sequence[float]) -> tuple[float, float | None]:
    """Return the mean and half its 95 % t interval, None below 3 values."""
    half = None
    if len(values) >= 3:
        half = round(float(stats.t.ppf(0.975, len(values) - 1) * stdev(values) / len(values) ** 0.5), 3)
    return round(fmean(values), 3), half


def _area_gained(arm: Curve, other: Curve) -> float:
    last = min(arm[-1]["seconds"], other[-1]["seconds"])
    grid = np.linspace(max(arm[0]["seconds"], other[0]["seconds"]), last, 200)
    own, against = (
        np.interp(grid, [p["seconds"] for p in curve], [p["word_f1"] for p in curve])
        for curve in (arm, other)
    )
    return float((own - against).mean())


def read_results(path: Path | None) -> dict[str, Curve]:
    """Return the points of every arm in a results file, by key; the latest of a round counts."""
    curves: dict[str, dict[float, dict[str, float]]] = {}
    if path is not None and path.exists():
        for row in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
            curves.setdefault(row.pop("key"), {})[row["round"]] = row
    return {key: [points[number] for number in sorted(points)] for key, points in curves.items()}


def append_row(path: Path | None, row: dict[str, Any]) -> None:
    """Add a line to a results file, where there is one."""
    if path is not None:
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")


def _key(plan: Plan, preset: str, name: str, seed: int) -> str:
    return f"{plan} {preset} {seed} {name}"


def _show(name: str, figures: dict[str, Any]) -> None:
    start = f"{name} "
    own = {key.removeprefix(start): value for key, value in figures.items() if key.startswith(start)}
    print(f"{name:30} {own}", file=sys.stderr)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--pool", choices=POOLS, default="mixed")
    parser.add_argument("--half", choices=HALVES, default="choose", help="documents to draw from")
    parser.add_argument("--strategy", choices=STRATEGIES, nargs="+", default=["mean_entropy"])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--preset", choices=PRESETS, default="replay")
    parser.add_argument("--seed-size", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument(
        "--last", type=int, help="sentences of random's last round; each pool has its own default"
    )
    parser.add_argument("--results", type=Path, help="JSONL of finished rounds, to resume from")
    parser.add_argument("--plot", type=Path, help="SVG of the curves")
    parser.add_argument("--quick", action="store_true", help="two small rounds, to see that it works")
    parser.add_argument("--json", action="store_true", help="no progress bar")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

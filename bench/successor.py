"""The successor test: samples drawn by one architecture train another (Lowell, Lipton & Wallace 2019).

    python bench/successor.py --pool tud --half report --strategy coverage_per_second --models replay fast

For every replicate and every model that draws, the arms random and --strategy are replayed at equal modelled
seconds, as in bench/learning.py; then every model is trained on the last samples of both. Printed is active −
random in points of word F1 for each pair: on the diagonal the model that drew is the one that is trained. The
random sample is the same for all. Nothing was tuned on the half that is reported.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tqdm import tqdm

# ruff: noqa: E402 (the repository is put on the path first, so that the file runs as a script)
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.arms import HALVES, POOLS, Plan, World, draw_world, read_corpora, replay
from bench.learning import append_row, mean_and_half
from bench.report import Report
from segmenter.model import PRESETS, TaggerConfig
from segmenter.query import STRATEGIES
from segmenter.train import evaluate_tagger, fit


def main() -> int:
    """Replay and train what is not in the results yet, then print the table and the closing line."""
    options = _options()
    torch.set_num_threads(1)
    sizes = (20, 40, 2, 200, 60) if options.quick else (50, options.last, options.rounds, 3000, 600)
    plan = Plan(options.pool, options.half, *sizes)
    corpora = read_corpora(options.folder, plan.pool)
    rows = _read(options.results)
    gains: dict[tuple[str, str], list[float]] = {}
    pairs = [(seed, drawer) for seed in options.seeds for drawer in options.models]
    for seed, drawer in tqdm(pairs, desc="samples", disable=options.json):
        key = f"{plan} {seed} {drawer} {options.strategy} {options.models}"
        if key not in rows:
            world = draw_world(corpora, plan, seed=seed)
            found = _trained_on(world, plan, drawer, options.strategy, options.models, seed=seed)
            rows[key] = {"key": key, "gains": found}
            append_row(options.results, rows[key])
        for trained, gain in rows[key]["gains"].items():
            gains.setdefault((drawer, trained), []).append(gain)
    report = Report(seed=options.seeds[0])
    for (drawer, trained), values in gains.items():
        mean, half = mean_and_half(values)
        name = f"drawn by {drawer}, trained {trained}"
        print(f"{name:45} {mean:+.2f} ± {half}", file=sys.stderr)
        report.figures |= {name: mean, f"{name} interval": half}
    print(report.line())
    return 0


def _trained_on(
    world: World, plan: Plan, drawer: str, strategy: str, models: Sequence[str], *, seed: int
) -> dict[str, float]:
    """Return by model how many points of word F1 the active sample gives it above the random one."""
    config = TaggerConfig.preset(drawer)
    _, active = list(replay(world, strategy, plan, config, seed=seed))[-1]
    # the random arm's sample follows from the order alone
    seconds = np.cumsum(world.seconds)
    random = range(int(np.searchsorted(seconds, world.seconds[active].sum())) + 1)
    scores = {
        model: [_word_f1(world, sample, model, seed=seed) for sample in (active, random)] for model in models
    }
    return {model: round(100 * (a - b), 3) for model, (a, b) in scores.items()}


def _word_f1(world: World, sample: Sequence[int], model: str, *, seed: int) -> float:
    tagger = fit([world.pool[i] for i in sample], TaggerConfig.preset(model), seed=seed)
    return evaluate_tagger(tagger, world.test).word_f1 or 0.0


def _read(path: Path | None) -> dict[str, dict[str, Any]]:
    if path is None or not path.exists():
        return {}
    return {row["key"]: row for row in map(json.loads, path.read_text(encoding="utf-8").splitlines())}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--pool", choices=POOLS, default="tud")
    parser.add_argument("--half", choices=HALVES, default="report", help="documents to draw from")
    parser.add_argument("--strategy", choices=STRATEGIES, default="coverage_per_second")
    parser.add_argument("--models", choices=PRESETS, nargs="+", default=["replay", "fast"])
    parser.add_argument("--seeds", type=int, nargs="+", default=[100, 101, 102])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--last", type=int, default=400, help="sentences of the last random sample")
    parser.add_argument("--results", type=Path, help="JSONL of finished samples, to resume from")
    parser.add_argument("--quick", action="store_true", help="two small rounds, to see that it works")
    parser.add_argument("--json", action="store_true", help="no progress bar")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

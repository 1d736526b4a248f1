"""Whether the analysis can be trusted: its own code on thousands of replays whose truth is known.

    python bench/validity.py --json --results validity.jsonl --jobs 2
    python bench/validity.py --quick --json

Checks of the analysis. `made_up`: counts from a world with stated chance, where the truth is exact (E1 and E2
at a gain that is not zero, pointwise and simultaneous bands). `null`: real text, both arms random by keys of
their own, so that the strategies' true difference is zero. `active`: real text, random against mean entropy;
the truth is the mean over the replays. `quiet`: twelve rounds without any event, for false alarms and as the
null distribution of ranks. `error_…` and `rules_…`: the same with annotators who slip more, or follow other
rules, after the sixth round, at half, once and twice the smallest effect of interest (an error rate of 5 % →
10 %; 5 % of what was parted is joined). So are `corpus_…` (other domains arrive and are a third of the text),
`splitter_…` (a third of the text arrives with two lines as one sentence), `late_…` (a tenth of the longer
sentences come in two rounds late) and `model_…` (models are blind to a tenth of what they saw). `detectors`:
quiet projects watched by the product's detectors of drift (bench/detecting.py), for false alarms; `drift_…`:
the same with an event of half, once and twice the smallest size of interest, which bench/streams.py states.

Checks of the design, on the product's own tables and web process in a home of their own (--home):
`random_arm` (bench/inclusion.py; a replay is a project), `timing` (bench/timing.py; a replay is 500 answers).

Each replay is one line of the results file; a run resumed with the same file skips what is there by the code
as it is, and leaves out what other code made. Coverage of a 95 % interval should lie in 93.5 to 96.5 %, which
needs 2,000 replays to tell, so the standard error of each is among the figures; --quick shows that it runs,
and its sixty quiet rehearsals are too few for any p value to pass the family's 3 %. `not_judged` names what
of the design's checks has no figure.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

# ruff: noqa: E402 (the repository is put on the path first, so that the file runs as a script)
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench import inclusion, standing, timing
from bench.detecting import alarms, detect, power
from bench.replaying import Design, Gold, replay
from bench.report import Report, code
from bench.streams import EVENTS, Text
from learner.effects import Dated, Effect, Window, effect, find_drift, holm, rank_p
from learner.estimates import Estimate, NotEstimable
from learner.gains import gain_at, mean_gain, mean_gain_weights
from learner.resampling import Array, Band, Functional, Resampled, band, resample
from tests.learner.worlds import World

SERIES = ("difference", "random", "active")
FIGURE, UNIT = "word_f1", "annotations"
FAMILY_ALPHA = 0.03
EVENT_ROUND = 6
EFFECT_OF_INTEREST = 0.05
LONG = Design(rounds=12, batch=10, refit=False, seeds=3)
Line = dict[str, Any]


@cache
def _gold() -> Gold:
    return Gold.read()


@cache
def _gold_with_coarse() -> Gold:
    return Gold.read(with_coarse=True)


@cache
def _text() -> Text:
    return Text(_gold())


def made_up(seed: int) -> Line:
    """Replay a world with a known gain; say which intervals hold the truth."""
    rng = np.random.default_rng(seed)
    world = World(gain=0.1, documents=50)
    costs = np.tile(np.arange(1.0, 1 + world.rounds), (2, 1))
    weights, gains = mean_gain_weights(costs, budget=None), gain_at(costs, costs[0])
    groups = world.groups(rng)
    counts, refits = world.measure(rng, groups)
    resampled = resample(counts, FIGURE, refits=refits, seed=seed)
    found = mean_gain(resampled, weights)
    own, truth = world.true_f1(groups), world.true_f1()
    curve = _band(resampled, gains)
    line: Line = {
        "e1": _holds(found["e1"], float((own * weights).sum())),
        "e2": _holds(found["e2"], float((truth * weights).sum())),
        "e1_for_e2": _holds(found["e1"], float((truth * weights).sum())),
    }
    low, high = curve.pointwise[-1]
    line |= {
        "pointwise": bool(low <= gains(own)[-1] <= high),
        "sup_t": _holds_all(curve, gains(own)),
        "e2_sup_t": _holds_all(_band(resampled, gains, strategies=True), gains(truth)),
    }
    return line


def _band(resampled: Resampled, functional: Functional, *, strategies: bool = False) -> Band:
    found = band(resampled, functional, strategies=strategies)
    if isinstance(found, NotEstimable):
        raise TypeError(f"There is no band to judge: {found}.")
    return found


def _holds_all(curve: Band, truth: Array) -> bool:
    return all(low <= value <= high for value, (low, high) in zip(truth, curve.simultaneous, strict=True))


def _holds(found: Estimate | NotEstimable, truth: float) -> bool:
    if isinstance(found, NotEstimable) or found.low is None or found.high is None:
        raise ValueError(f"There is no interval to judge: {found}.")
    return found.low <= truth <= found.high


def compared(seed: int, *, strategy: str) -> Line:
    """Replay random against a strategy on real text; return both intervals of the mean gain, and E2's band.

    The band has no place for the seed set, which both arms have in common.
    """
    curves, _ = replay(_gold(), Design(strategies=("random", strategy)), seed=seed)
    resampled = resample(curves.counts, FIGURE, refits=curves.refits, seed=seed)
    costs = curves.costs[UNIT]
    found = mean_gain(resampled, mean_gain_weights(costs, budget=None))
    curve = _band(resampled, gain_at(costs, costs[0][1:]), strategies=True)
    return {
        "gains": curve.values,
        "pointwise": curve.pointwise,
        "sup_t": curve.simultaneous,
        "value": found["e1"].value,
        "e1": [found["e1"].low, found["e1"].high],
        "e2": [found["e2"].low, found["e2"].high],
    }


def watched(seed: int, *, design: Design) -> Line:
    """Replay twelve rounds and judge an event after the sixth, whether there was one or not."""
    gold = _gold_with_coarse() if design.coarse_share else _gold()
    curves, labelled_at = replay(gold, design, seed=seed)
    at = datetime.fromtimestamp(LONG.batch * (EVENT_ROUND - 1), UTC)
    window = Window((Dated("label.quality", at),), (0, EVENT_ROUND), (EVENT_ROUND, LONG.rounds))
    found = effect(curves, labelled_at, window, figure=FIGURE, unit=UNIT, nulls={}, seed=seed)
    drift = find_drift(curves, labelled_at, figure=FIGURE, unit=UNIT, nulls={})
    if not isinstance(found, Effect) or isinstance(drift, NotEstimable):
        raise TypeError(f"The design gives no estimate: {found}, {drift}.")
    by_name = {"difference": found.difference, **found.by_arm}
    return {
        "delta": {name: by_name[name].value for name in SERIES},  # type: ignore[union-attr]
        "size": {name: drift[name].size for name in SERIES},
        "dated": {name: drift[name].number for name in SERIES},
    }


def watched_by_detectors(seed: int, *, event: str = "", times: float = 0.0) -> Line:
    """Let the detectors watch a made-up project."""
    return detect(_text(), seed, event=event, times=times)


WITH_EVENT = replace(LONG, event_after=EVENT_ROUND)
TIMES = {f"{times:g}x": times for times in (0.5, 1.0, 2.0)}
SIZES = {name: times * EFFECT_OF_INTEREST for name, times in TIMES.items()}
POWER = {
    **{f"error_{name}": replace(WITH_EVENT, error_after=0.05 + size) for name, size in SIZES.items()},
    **{f"rules_{name}": replace(WITH_EVENT, rules_after=size) for name, size in SIZES.items()},
    **{f"corpus_{name}": replace(WITH_EVENT, arriving_share=times / 3) for name, times in TIMES.items()},
    **{f"splitter_{name}": replace(WITH_EVENT, coarse_share=times / 3) for name, times in TIMES.items()},
    **{f"late_{name}": replace(WITH_EVENT, late_share=times / 10) for name, times in TIMES.items()},
    **{f"model_{name}": replace(WITH_EVENT, blind_share=times / 10) for name, times in TIMES.items()},
}
# Check → the event and how many times its smallest size of interest.
DRIFTS = {f"drift_{event}_{name}": (event, times) for event in EVENTS for name, times in TIMES.items()}
PORT = 8766
# Check → (what one replay does, how many, how many with --quick).
CHECKS: dict[str, tuple[Callable[[int], Line], int, int]] = {
    "made_up": (made_up, 2000, 60),
    "null": (partial(compared, strategy="random"), 2000, 12),
    "active": (partial(compared, strategy="mean_entropy"), 2000, 12),
    "quiet": (partial(watched, design=LONG), 1000, 60),
    **{name: (partial(watched, design=design), 200, 10) for name, design in POWER.items()},
    "detectors": (watched_by_detectors, 1000, 30),
    **{
        name: (partial(watched_by_detectors, event=event, times=times), 200, 4)
        for name, (event, times) in DRIFTS.items()
    },
    "random_arm": (inclusion.play, 1000, 30),
    "timing": (partial(timing.measure, pairs=500, port=PORT), 4, 1),
}
# Check → what has to run for it besides this process.
SERVERS: dict[str, Callable[[], AbstractContextManager[Any]]] = {
    "random_arm": standing.running_servers,
    "timing": partial(standing.running_service, PORT),
}
FAIR_ALPHA = 0.001
# The code that makes a replay what it is.
MEASURED = ("annotation/*.py", "learner/*.py", "segmenter/*.py", "bench/*.py", "tests/learner/worlds.py")
NOT_JUDGED = (
    "200 end-to-end rehearsals through HTTP",
    "E1's band on text (the samples' own truth is not known there)",
)


def main() -> int:
    """Run what is missing, print the figures, and judge them."""
    options = _options()
    report = Report(seed=options.seed)
    made_by = code(file for pattern in MEASURED for file in ROOT.glob(pattern))
    lines = _read(options.results, made_by)
    todo = [
        (check, options.seed + number)
        for check in options.only or CHECKS
        for number in range(min(options.most, CHECKS[check][2 if options.quick else 1]))
        if (check, options.seed + number) not in lines
    ]
    run = _run(todo, jobs=options.jobs, home=options.home)
    for check, seed, line in tqdm(run, total=len(todo), desc="replays"):
        lines[check, seed] = line
        if options.results:
            with options.results.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"check": check, "seed": seed, "code": made_by, **line}) + "\n")
    for check in ("made_up", "null", "active"):
        judge_coverage(report, check, _of(lines, check))
    _judge_alarms(report, {check: _of(lines, check) for check in ("quiet", *POWER)})
    judge_detectors(report, {check: _of(lines, check) for check in ("detectors", *DRIFTS)})
    _judge_random_arm(report, _of(lines, "random_arm"))
    _judge_timing(report, _of(lines, "timing"))
    for name, value in report.figures.items():
        print(f"{name:40} {value:.4f}", file=sys.stderr)
    run_never = [check for check in CHECKS if not _of(lines, check)]
    report.figures["not_judged"] = [*NOT_JUDGED, *run_never]
    if options.json:
        print(report.line())
    return 0 if options.quick or all(target.met for target in report.targets) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="end with a line of JSON")
    parser.add_argument("--quick", action="store_true", help="a handful of replays, about a minute or two")
    parser.add_argument("--results", type=Path, help="JSONL of finished replays, to resume from")
    parser.add_argument("--only", nargs="+", choices=list(CHECKS), help="run these; judge all there is")
    parser.add_argument("--most", type=int, default=sys.maxsize, help="replays of each check at the most")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--seed", type=int, default=1)
    home = Path("~/.cache/tatkham-validity").expanduser()
    parser.add_argument("--home", type=Path, default=home, help="of the service that two checks need")
    return parser.parse_args()


def _read(path: Path | None, made_by: str) -> dict[tuple[str, int], Line]:
    """Return the finished replays; those of other code are left out, and it is said how many."""
    if path is None or not path.exists():
        return {}
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    same = [row for row in rows if row.pop("code", None) == made_by]
    if len(same) < len(rows):
        print(f"{path}: {len(rows) - len(same)} replays of other code are left out", file=sys.stderr)
    return {(row.pop("check"), row.pop("seed")): row for row in same}


def _of(lines: dict[tuple[str, int], Line], check: str) -> list[Line]:
    return [line for (name, _), line in sorted(lines.items()) if name == check]


def _run(todo: Sequence[tuple[str, int]], *, jobs: int, home: Path) -> Iterator[tuple[str, int, Line]]:
    alone = [task for task in todo if task[0] not in SERVERS]
    if jobs == 1:
        yield from map(_one, alone)
    else:
        with ProcessPoolExecutor(jobs) as pool:
            yield from pool.map(_one, alone, chunksize=4)
    for check, running in SERVERS.items():
        tasks = [task for task in todo if task[0] == check]
        if tasks:
            standing.set_up_django(home)
            with running():
                yield from map(_one, tasks)


def _one(task: tuple[str, int]) -> tuple[str, int, Line]:
    check, seed = task
    return check, seed, CHECKS[check][0](seed)


def judge_coverage(report: Report, check: str, lines: Sequence[Line]) -> None:
    """Judge intervals by how often they hold the truth; E1 as an answer to E2's question is shown only.

    Lines of earlier versions have no band and are left out where it is judged.
    """
    if not lines:
        return
    report.figures[f"{check}_replays"] = len(lines)
    if check == "made_up":
        shares = {name: float(np.mean([line[name] for line in lines])) for name in lines[0]}
        shown = {"e1_for_e2": shares.pop("e1_for_e2")}
    else:
        truth = 0.0 if check == "null" else float(np.mean([line["value"] for line in lines]))
        report.figures[f"{check}_truth"] = truth
        both = {
            name: float(np.mean([line[name][0] <= truth <= line[name][1] for line in lines]))
            for name in ("e1", "e2")
        }
        shares, shown = {"e2": both["e2"]}, {"e1_for_e2": both["e1"]}
        report.figures[f"{check}_e2_width"] = float(
            np.mean([high - low for low, high in _column(lines, "e2")])
        )
        report.figures[f"{check}_e2_width_right"] = float(2 * 1.96 * np.std(_column(lines, "value")))
        with_band = [line for line in lines if "gains" in line]
        if with_band:
            report.figures[f"{check}_band_replays"] = len(with_band)
            shares |= band_coverage(with_band, is_null=check == "null")
    report.figures[f"{check}_coverage_standard_error"] = float(np.sqrt(0.95 * 0.05 / len(lines)))
    for name, share in shares.items():
        report.figures[f"{check}_{name}_coverage"] = share
        # rounded, or 96.5 % would lie outside of 93.5 to 96.5 %
        report.judge(f"{check}_{name}_coverage_off_95", round(abs(share - 0.95), 6), 0.015, at_most=True)
    for name, share in shown.items():
        report.figures[f"{check}_{name}_coverage"] = share


def band_coverage(lines: Sequence[Line], *, is_null: bool) -> dict[str, float]:
    """Return how often E2's bands hold the truth: at the last place by itself, and at all at once."""
    gains, last, whole = (np.array(_column(lines, name)) for name in ("gains", "pointwise", "sup_t"))
    truth = np.zeros(gains.shape[1]) if is_null else gains.mean(axis=0)
    return {
        "pointwise": float(np.mean((last[:, -1, 0] <= truth[-1]) & (truth[-1] <= last[:, -1, 1]))),
        "sup_t": float(np.mean(((whole[..., 0] <= truth) & (truth <= whole[..., 1])).all(axis=1))),
    }


def judge_detectors(report: Report, lines: dict[str, list[Line]]) -> None:
    """Judge how often the detectors raise anything in a quiet project, alone and with the analysis' alarms.

    One rehearsal is one family: the sum of both shares bounds how often either raises anything.
    """
    quiet = lines["detectors"]
    if quiet:
        shares = alarms(quiet)
        report.figures["detectors_projects"] = len(quiet)
        report.judge("detectors_false_alarms", shares.pop("any"), 0.05, at_most=True)
        report.figures |= {f"detectors_{kind}": share for kind, share in shares.items()}
        if "false_alarms" in report.figures:
            both = report.figures["false_alarms"] + report.figures["detectors_false_alarms"]
            report.judge("false_alarms_of_both", both, 0.05, at_most=True)
    for check, (event, _) in DRIFTS.items():
        if lines.get(check):
            report.figures[f"{check}_projects"] = len(lines[check])
            report.figures |= {f"{check}_{name}": share for name, share in power(lines[check], event).items()}


def _judge_alarms(report: Report, lines: dict[str, list[Line]]) -> None:
    """Judge how often a quiet experiment raises anything, and show how often a change is found and dated."""
    quiet = lines["quiet"]
    if not quiet:
        return
    report.figures["quiet_replays"] = len(quiet)
    raised = [
        min(_adjusted(line, [other for other in quiet if other is not line]).values()) <= FAMILY_ALPHA
        for line in quiet
    ]
    report.judge("false_alarms", float(np.mean(raised)), 0.05, at_most=True)
    for check in POWER:
        if not lines[check]:
            continue
        adjusted = [_adjusted(line, quiet) for line in lines[check]]
        report.figures[f"{check}_replays"] = len(adjusted)
        for name in SERIES:
            hits = [one["delta", name] <= FAMILY_ALPHA for one in adjusted]
            report.figures[f"{check}_found_in_{name}"] = float(np.mean(hits))
        found = [
            abs(line["dated"]["random"] - EVENT_ROUND) <= 1
            for line, one in zip(lines[check], adjusted, strict=True)
            if one["size", "random"] <= FAMILY_ALPHA
        ]
        report.figures[f"{check}_drift_found"] = len(found) / len(adjusted)
        if found:
            report.figures[f"{check}_drift_dated_within_a_round"] = float(np.mean(found))


def _adjusted(line: Line, nulls: Sequence[Line]) -> dict[tuple[str, str], float]:
    """Return Holm's p values of a rehearsal's family: three series, judged at the date and scanned."""
    family = [(kind, name) for kind in ("delta", "size") for name in SERIES]
    ranks = [rank_p(line[kind][name], [null[kind][name] for null in nulls]) for kind, name in family]
    return dict(zip(family, holm([1.0 if p is None else p for p in ranks]), strict=True))


def _column(lines: Sequence[Line], name: str) -> list[Any]:
    return [line[name] for line in lines]


def _judge_random_arm(report: Report, lines: Sequence[Line]) -> None:
    """Judge by the smallest p value, adjusted for their number, of all the ways to be unfair."""
    if not lines:
        return
    report.figures["random_arm_projects"] = len(lines)
    found = inclusion.p_values(_column(lines, "taken"))
    report.figures |= {f"random_arm_p_{name}": p for name, p in found.items()}
    report.judge("random_arm_smallest_p", min(found.values()), FAIR_ALPHA)


def _judge_timing(report: Report, lines: Sequence[Line]) -> None:
    """Judge whether answers of the two arms take equally long; how often a guess is right is shown."""
    if not lines:
        return
    latencies = timing.pooled(lines)
    report.figures["timing_answers"] = sum(map(len, latencies["brought"].values()))
    found = timing.told_apart(latencies)
    for name, (right, p) in found.items():
        report.figures[f"timing_guess_right_when_{name}"] = right
        report.figures[f"timing_p_{name}"] = p
    report.judge("timing_smallest_p", min(p for _, p in found.values()), FAIR_ALPHA)


if __name__ == "__main__":
    raise SystemExit(main())

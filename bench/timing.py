"""Whether an annotator can tell the arms by the time answers take: one person at work over HTTP.

The active order is drawn by lot, so that the arms' texts differ by chance only; what is left is what serving
and taking back costs in either queue.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from scipy.stats import ks_2samp

from bench import load, standing
from learner.effects import holm
from learner.gains import ARMS

POOL = 4_000
WARM_UP_PAIRS = 50
Latencies = dict[str, dict[str, list[float]]]


def measure(seed: int, *, pairs: int, port: int) -> Latencies:
    """Return milliseconds by arm, of the submits of its sentences and of the submits that brought them.

    Needs the web process at the port, on this process's database.
    """
    from annotation.models import Assignment

    project = standing.project(POOL, name=f"timing {seed}")
    (person,) = standing.tokens(["bench-0"])
    address = ("127.0.0.1", port)
    load.run(address, [person], project.pk, seconds=60, pairs=WARM_UP_PAIRS, seed=seed)
    tally = load.run(address, [person], project.pk, seconds=600, pairs=pairs, seed=seed + 1)
    if tally.failures:
        raise RuntimeError(f"The service fails: {tally.failures.most_common(1)}")
    served = Assignment.objects.filter(pk__in=tally.handed_out).values_list("pk", "queue__kind")
    kinds = {str(pk): kind for pk, kind in served}
    found: Latencies = {name: {arm: [] for arm in ARMS} for name in ("submitted", "brought")}
    # One person: every submit brings what is submitted next.
    for (sent, brought), seconds in zip(pairwise(tally.handed_out), tally.latencies, strict=True):
        for name, assignment in (("submitted", sent), ("brought", brought)):
            if kinds[assignment] in ARMS:
                found[name][kinds[assignment]].append(round(1000 * seconds, 3))
    return found


def told_apart(latencies: Mapping[str, Mapping[str, Sequence[float]]]) -> dict[str, tuple[float, float]]:
    """Return by kind of answer: how often the best guess by its time is right, and p, adjusted for both.

    Kolmogorov and Smirnov's distance is twice what the best threshold gains over a coin.
    """
    tests = {name: ks_2samp(by_arm["random"], by_arm["active"]) for name, by_arm in latencies.items()}
    adjusted = holm([float(test.pvalue) for test in tests.values()])
    return {
        name: (0.5 + float(test.statistic) / 2, p)
        for (name, test), p in zip(tests.items(), adjusted, strict=True)
    }


def pooled(lines: Sequence[Mapping[str, Any]]) -> Latencies:
    """Return the latencies of several measurements together."""
    return {
        name: {arm: [ms for line in lines for ms in line[name][arm]] for arm in ARMS}
        for name in ("submitted", "brought")
    }

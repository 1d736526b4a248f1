"""Where a project stands: figures for its managers. Read only.

No figure counts the sentences of a project: an import says how many it brought, a queue how many it drew.
"""

import hashlib
import json
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.db import connection

from annotation import charging
from annotation.adjudication import Compared, compare_pairs, merge
from annotation.models import Membership, Project

AT_WORK = timedelta(minutes=15)
# Splits other than the pool, as an import reports them.
APART = ("holdout", "withheld")

# What can be had in a millisecond or two, and changes whenever anything on the page does: index walks to the
# newest row, and counts of what is open or held, which is never much.
STATE = """
SELECT
    (SELECT jsonb_agg(jsonb_build_object(
        'id', q.id, 'kind', q.kind, 'last', q.last_number, 'position', q.position,
        'open', (SELECT count(*) FROM annotation_offer o WHERE o.queue_id = q.id),
        'leased', (SELECT count(*) FROM annotation_assignment a
            WHERE a.queue_id = q.id AND a.state = 'leased'),
        'generation', CASE WHEN g.id IS NOT NULL THEN jsonb_build_object(
            'number', g.number, 'source', g.source, 'published_at', g.published_at) END) ORDER BY q.kind)
     FROM annotation_queue q LEFT JOIN annotation_generation g ON g.id = q.generation_id
     WHERE q.project_id = %(project)s) AS queues,
    (SELECT jsonb_agg(CASE c.state WHEN 'ready' THEN c.report ELSE c.report -> 'kept' END ORDER BY c.id)
     FROM annotation_corpus c
     WHERE c.project_id = %(project)s AND c.state IN ('ready', 'withdrawn')) AS reports,
    (SELECT count(*) FROM annotation_membership m WHERE m.project_id = %(project)s AND m.active) AS people,
    (SELECT count(DISTINCT a.annotator_id) FROM annotation_assignment a
     WHERE a.project_id = %(project)s AND a.finished_at > %(since)s) AS people_active,
    (SELECT max(a.finished_at) FROM annotation_assignment a WHERE a.project_id = %(project)s) AS finished,
    (SELECT max(n.id) FROM annotation_annotation n) AS annotation
"""

# The draws of one queue with number in (after, upto]. A label counts in each arm that has drawn its sentence.
FIGURES = """
SELECT count(*) AS drawn, count(*) FILTER (WHERE d.generation_id IS NULL) AS by_lot,
    count(a.id) AS sentences, coalesce(sum(d.clusters) FILTER (WHERE a.id IS NOT NULL), 0) AS clusters,
    coalesce(sum(a.active_ms), 0) + (
        SELECT coalesce(sum(k.active_ms), 0) FROM annotation_assignment k
        WHERE k.queue_id = %(queue)s AND k.number > %(after)s AND k.number <= %(upto)s
          AND k.state = 'skipped') AS ms
FROM annotation_draw d
LEFT JOIN annotation_assignment a
    ON a.sentence_id = d.sentence_id AND a.slot = d.slot AND a.state = 'submitted'
WHERE d.queue_id = %(queue)s AND d.number > %(after)s AND d.number <= %(upto)s
"""
SUBMITTED = """
SELECT count(*) AS count FROM annotation_assignment
WHERE project_id = %(project)s AND state = 'submitted'
  AND finished_at >= %(since)s AND finished_at < %(until)s
"""

# What each arm has been charged, in the unit of the ratio: the sums that hold the ratio within each person.
CHARGED = f"""
WITH charges AS (
    SELECT q.kind, ({charging.REUSED})
        + CASE q.kind WHEN 'random' THEN m.charged_random ELSE m.charged_active END AS cost
    FROM annotation_queue q
    JOIN annotation_project p ON p.id = q.project_id
    JOIN annotation_membership m ON m.project_id = q.project_id
    WHERE q.project_id = %(project)s AND q.kind IN ('random', 'active'))
SELECT kind, sum(cost) AS charged FROM charges GROUP BY kind
"""  # noqa: S608  (no input in it)

# Of an arm's draws so many at least are looked at for each answer. Blocks further back hardly change: each is
# remembered, and looked at again after ten minutes, not all of them in one answer.
LIVE_DRAWS = 2000
REMEMBERED_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Standing:
    """The cheap part of the overview; `revision` changes whenever the overview does."""

    queues: list[dict[str, Any]]
    reports: list[dict[str, Any]]
    people: int
    people_active: int
    revision: str


def read_standing(project: Project, *, now: datetime) -> Standing:
    """Return where queues and people stand now."""
    row = _rows(STATE, {"project": project.pk, "since": now - AT_WORK})[0]
    revision = hashlib.sha256(
        json.dumps([project.pk, row], default=str, sort_keys=True).encode()
    ).hexdigest()[:20]
    return Standing(
        queues=json.loads(row["queues"]),
        reports=json.loads(row["reports"] or "[]"),
        people=row["people"],
        people_active=row["people_active"],
        revision=revision,
    )


def overview(project: Project, standing: Standing, *, now: datetime) -> dict[str, Any]:
    """Return all figures of the overview."""
    figures = {queue["kind"]: _figures(queue["id"], queue["last"]) for queue in standing.queues}
    charged = {row["kind"]: int(row["charged"]) for row in _rows(CHARGED, {"project": project.pk})}
    return {
        "revision": standing.revision,
        "queues": [_queue(queue, figures[queue["kind"]]) for queue in standing.queues],
        "splits": _splits(standing.reports, seed=figures["active"]["by_lot"]),
        "annotations": _submitted(project, now=now),
        "people": standing.people,
        "people_active": standing.people_active,
        "arms": [_arm(kind, figures[kind], charged=charged.get(kind, 0)) for kind in ("random", "active")],
    }


def _figures(queue_id: int, last: int) -> Counter[str]:
    """Add up an arm's draws: those further back as remembered, the rest as they are."""
    blocks = max(0, last // LIVE_DRAWS - 1)
    figures = _figures_between(queue_id, blocks * LIVE_DRAWS, last)
    for block in range(blocks):
        # The golden ratio spreads the blocks' turns evenly over the time they are remembered.
        tick = int(time.monotonic() / REMEMBERED_SECONDS + block * 0.618)
        figures.update(_figures_of_block(queue_id, block, tick))
    return figures


@lru_cache(maxsize=8192)
def _figures_of_block(queue_id: int, block: int, tick: int) -> Counter[str]:
    return _figures_between(queue_id, block * LIVE_DRAWS, (block + 1) * LIVE_DRAWS)


def _figures_between(queue_id: int, after: int, upto: int) -> Counter[str]:
    return Counter(_rows(FIGURES, {"queue": queue_id, "after": after, "upto": upto})[0])


def _submitted(project: Project, *, now: datetime) -> int:
    """Count the sentences submitted: past days, which are over, and today."""
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    values = {"project": project.pk, "since": day, "until": datetime.max.replace(tzinfo=UTC)}
    return _submitted_before(project.pk, day) + _rows(SUBMITTED, values)[0]["count"]


@lru_cache(maxsize=256)
def _submitted_before(project_id: int, day: datetime) -> int:
    values = {"project": project_id, "since": datetime.min.replace(tzinfo=UTC), "until": day}
    return _rows(SUBMITTED, values)[0]["count"]


def _rows(statement: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _queue(queue: Mapping[str, Any], figures: Mapping[str, Any]) -> dict[str, Any]:
    names = ("kind", "open", "leased", "generation")
    return {name: queue[name] for name in names} | {"drawn": figures["drawn"]}


def _arm(kind: str, figures: Mapping[str, Any], *, charged: int) -> dict[str, Any]:
    counts = {name: int(figures[name]) for name in ("sentences", "clusters")}
    return {"arm": kind, **counts, "seconds": int(figures["ms"]) / 1000, "charged": charged}


def _splits(reports: list[dict[str, Any]], *, seed: int) -> dict[str, int]:
    """Add up what the imports brought. The seed set was drawn out of the pool."""
    brought = {name: sum(report.get(name, 0) for report in reports) for name in ("sentences", *APART)}
    apart = {name: brought[name] for name in APART}
    return {"pool": brought["sentences"] - sum(apart.values()) - seed, "seed": seed, **apart}


PACE = """
SELECT annotator_id, count(*) AS annotations, avg(active_ms) / 1000.0 AS pace_seconds
FROM annotation_assignment
WHERE queue_id IN (SELECT id FROM annotation_queue WHERE project_id = %(project)s) AND state = 'submitted'
GROUP BY annotator_id
"""


def members(project: Project) -> list[dict[str, Any]]:
    """Return the people of a project, each with `annotations`, `pace_seconds` and `agreement`."""
    paces = {row["annotator_id"]: row for row in _rows(PACE, {"project": project.pk})}
    pairs = compare_pairs(project)
    people = Membership.objects.filter(project=project).select_related("user").order_by("pk")
    return [_member(membership, paces.get(membership.user_id, {}), pairs) for membership in people]


def _member(
    membership: Membership, pace: Mapping[str, Any], pairs: Mapping[tuple[int, int], Compared]
) -> dict[str, Any]:
    own = [figures for pair, figures in pairs.items() if membership.user_id in pair]
    return {
        "id": membership.pk,
        "user": membership.user,
        "role": membership.role,
        "active": membership.active,
        "joined_at": membership.joined_at,
        "annotations": pace.get("annotations", 0),
        "pace_seconds": pace.get("pace_seconds"),
        "agreement": _agreement(merge(own)) if own else None,
    }


def _agreement(figures: Compared) -> dict[str, Any]:
    return {"value": figures.decisions.boundary_f1, "n": figures.sentences}


def agreement(project: Project) -> dict[str, Any]:
    """Return agreement of each pair of annotators and over all pairs."""
    pairs = compare_pairs(project)
    return {
        "pairs": [
            {
                "annotators": list(pair),
                "sentences": figures.sentences,
                "boundary_f1": figures.decisions.boundary_f1,
                "kappa": figures.decisions.kappa,
            }
            for pair, figures in sorted(pairs.items())
        ],
        "overall": _overall(merge(list(pairs.values()))) if pairs else None,
    }


def _overall(figures: Compared) -> dict[str, Any]:
    return {
        "sentences": figures.sentences,
        "boundary_f1": figures.decisions.boundary_f1,
        "kappa": figures.decisions.kappa,
        "exact": figures.exact / figures.sentences,
    }

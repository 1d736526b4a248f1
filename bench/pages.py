"""How long a manager's pages take to answer in a large project.

    python bench/pages.py --pool 1000000 --annotations 200000 --json

In the home of bench/serve.py (--home), over HTTP, one request after the other. The readings are made by SQL:
half from each arm's order, a tenth of them read twice, by 64 people over sixty days.
"""

import argparse
import http.client
import sys
import time
from pathlib import Path
from typing import Any

# ruff: noqa: E402 (the repository is put on the path first, so that the file runs as a script)
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench import standing
from bench.report import Report

GOAL_MS = 200
PAGES = (
    "",
    "/overview",
    "/rounds",
    "/curves",
    "/events",
    "/members",
    "/members/accuracy",
    "/members/hours",
    "/agreement",
    "/disagreements",
    "/flags",
    "/corpora",
    "/exports",
    "/guidelines",
)


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pool", type=int, default=1_000_000, help="sentences")
    parser.add_argument("--annotations", type=int, default=200_000)
    parser.add_argument("--times", type=int, default=20, help="requests for each page")
    parser.add_argument("--port", type=int, default=8765)
    parser.add_argument("--home", type=Path, default=Path("~/.cache/tatkham-bench").expanduser())
    parser.add_argument("--quick", action="store_true", help="20,000 sentences, 5,000 annotations")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    chosen = parser.parse_args()
    if chosen.quick:
        chosen.pool, chosen.annotations, chosen.times = 20_000, 5_000, 5
    return chosen


def main() -> None:
    """Make the readings, ask for each page, print the report."""
    options = arguments()
    standing.set_up_django(options.home)
    report = Report(seed=standing.SEED)
    with standing.running_service(options.port):
        project = standing.project(options.pool)
        make_readings(project, options.annotations)
        token = standing.tokens(["bench-manager"])[0]
        everything: list[float] = []
        for page in PAGES:
            path = f"/api/projects/{project.pk}{page}"
            took = sorted(_ask(options.port, path, token) for _ in range(options.times))
            name = page.strip("/") or "project"
            report.figures |= {f"{name}_first_ms": took[-1], f"{name}_p50_ms": took[len(took) // 2]}
            standing.say(f"{name}: median {took[len(took) // 2]} ms, worst {took[-1]} ms")
            everything += took
    everything.sort()
    report.judge("pages_p95_ms", everything[int(0.95 * len(everything))], GOAL_MS, at_most=True)
    report.judge("slowest_answer_ms", everything[-1], GOAL_MS, at_most=True)
    if options.json:
        print(report.line())


def _ask(port: int, path: str, token: str) -> float:
    """Return the milliseconds that a page takes; raises RuntimeError where it does not come."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    began = time.perf_counter()
    connection.request("GET", path, headers={"Authorization": f"Token {token}"})
    answer = connection.getresponse()
    answer.read()
    took = time.perf_counter() - began
    connection.close()
    if answer.status != 200:
        raise RuntimeError(f"{path} was answered with {answer.status}")
    return round(1000 * took, 1)


DRAW_RANDOM = """
INSERT INTO annotation_draw (queue_id, number, sentence_id, slot, clusters, drawn_at)
SELECT %(queue)s, %(last)s + row_number() OVER (ORDER BY s.order_key, s.id), s.id, 0, s.n_clusters, now()
FROM (
    SELECT s.id, s.order_key, s.n_clusters FROM annotation_sentence s
    WHERE s.project_id = %(project)s AND s.split = 'pool' AND NOT EXISTS (
        SELECT 1 FROM annotation_draw d WHERE d.queue_id = %(queue)s AND d.sentence_id = s.id)
    ORDER BY s.order_key, s.id LIMIT %(count)s) s
"""
DRAW_ACTIVE = """
INSERT INTO annotation_draw (
    queue_id, number, sentence_id, slot, clusters, drawn_at, generation_id, rank, score)
SELECT %(queue)s, %(last)s + row_number() OVER (ORDER BY o.rank), o.id, 0, s.n_clusters, now(),
    o.generation_id, o.rank, 0
FROM (
    SELECT c.generation_id, u.id, c.number * 1000 + u.at - 1 AS rank
    FROM annotation_queue q JOIN annotation_orderchunk c ON c.generation_id = q.generation_id,
        unnest(c.sentence_ids) WITH ORDINALITY AS u(id, at)
    WHERE q.id = %(queue)s AND c.number * 1000 + u.at - 1 >= q.position AND NOT EXISTS (
        SELECT 1 FROM annotation_draw d WHERE d.queue_id = %(queue)s AND d.sentence_id = u.id)
    ORDER BY rank LIMIT %(count)s) o JOIN annotation_sentence s ON s.id = o.id
"""
MOVE_ON = """
UPDATE annotation_queue q SET
    last_number = (SELECT max(d.number) FROM annotation_draw d WHERE d.queue_id = q.id),
    position = coalesce((SELECT max(d.rank) + 1 FROM annotation_draw d
        WHERE d.queue_id = q.id AND d.generation_id = q.generation_id), q.position)
WHERE q.id = %(queue)s
"""
MOVE_FRONTIER = """
UPDATE annotation_corpus c SET frontier = (
    SELECT max(s.order_key) FROM annotation_draw d JOIN annotation_sentence s ON s.id = d.sentence_id
    WHERE d.queue_id = %(queue)s AND s.corpus_id = c.id)
WHERE c.project_id = %(project)s
"""
READ_TWICE = """
UPDATE annotation_sentence s SET required_annotations = 2 FROM annotation_draw d
WHERE d.queue_id = %(queue)s AND d.number > %(last)s AND d.number %% 10 = 0 AND s.id = d.sentence_id
"""
# People by number of the draw; a second reading is the next person's.
READ = """
WITH people AS (
    SELECT user_id, row_number() OVER (ORDER BY id) - 1 AS at FROM annotation_membership
    WHERE project_id = %(project)s AND role = 'annotator'
), held AS (
    INSERT INTO annotation_assignment (
        id, project_id, queue_id, number, sentence_id, slot, required_annotations, annotator_id, state,
        leased_at, lease_until, finished_at, suggestion_policy, suggestion_shown, skip_reason, active_ms)
    SELECT gen_random_uuid(), %(project)s, %(serving)s, d.number, d.sentence_id, %(slot)s, 1 + %(slot)s,
        p.user_id, 'submitted', t.at, t.at, t.at, 'none', false, '', 6000
    FROM annotation_draw d JOIN people p ON p.at = (d.number + %(slot)s) %% (SELECT count(*) FROM people),
        LATERAL (SELECT now() - interval '60 days' * ((d.number * 7919) %% 10007) / 10007 AS at) t
    WHERE d.queue_id = %(queue)s AND d.number > %(last)s AND (%(slot)s = 0 OR d.number %% 10 = 0)
    ON CONFLICT DO NOTHING RETURNING id, sentence_id, annotator_id, finished_at
)
INSERT INTO annotation_annotation (
    assignment_id, sentence_id, annotator_id, revision, boundaries, active_ms, key_actions, client_key,
    created_at)
SELECT h.id, h.sentence_id, h.annotator_id, 0,
    ARRAY(SELECT generate_series(3 + %(slot)s * (h.sentence_id %% 2), s.n_clusters - 1, 3)::smallint),
    6000, 9, gen_random_uuid(), h.finished_at
FROM held h JOIN annotation_sentence s ON s.id = h.sentence_id
"""


def make_readings(project: Any, count: int) -> None:
    """Fill a project up to so many readings, drawn as serving would have drawn them."""
    from django.db import connection, transaction

    from annotation.models import Annotation, Queue

    missing = count - Annotation.objects.filter(assignment__project=project).count()
    if missing <= 0:
        return
    standing.say(f"making {missing:,} readings")
    queues = {queue.kind: queue for queue in Queue.objects.filter(project=project)}
    with transaction.atomic(), connection.cursor() as cursor:
        for kind, draw in (("random", DRAW_RANDOM), ("active", DRAW_ACTIVE)):
            queue = queues[kind]
            values = {"project": project.pk, "queue": queue.pk, "last": queue.last_number}
            # A tenth of what is drawn is read twice.
            cursor.execute(draw, values | {"count": round(missing / 2.2)})
            cursor.execute(MOVE_ON, values)
            if kind == "random":
                cursor.execute(MOVE_FRONTIER, values)
            cursor.execute(READ_TWICE, values)
            for slot, serving in ((0, queue), (1, queues["measurement"])):
                cursor.execute(READ, values | {"slot": slot, "serving": serving.pk})
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


if __name__ == "__main__":
    main()

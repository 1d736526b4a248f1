"""Figures for Prometheus: what requests took, and at each scrape what the tables say of queues and rounds.

The web process counts requests; where there are several, prometheus_client adds theirs up by files in
a folder that config/processes.py names. Nothing is asked of the tables between scrapes.
"""

import hmac
import os
import time
from collections.abc import Callable, Iterable, Iterator

import redis
from django.conf import settings
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import REGISTRY, CollectorRegistry, Histogram, generate_latest, multiprocess
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from annotation import clock
from annotation.models import Project
from config.celery import LANES
from config.readiness import broker
from learner.lag import staleness
from learner.models import Round

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
# Around the goals: 80 ms with pauses, 250 ms without, 500 ms beside a rescoring.
BUCKETS = (0.005, 0.01, 0.02, 0.04, 0.08, 0.15, 0.25, 0.5, 1.0, 2.5, 10.0)
REQUESTS = Histogram(
    "tatkham_request_seconds",
    "Seconds from a request's arrival in the web process to its answer",
    ["method", "route", "status"],
    buckets=BUCKETS,
)


def timing(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: notes how long each answer took, by route, so that no address adds a series."""

    def answer(request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        response = get_response(request)
        match = request.resolver_match
        REQUESTS.labels(request.method, match.route if match else "", response.status_code).observe(
            time.perf_counter() - began
        )
        return response

    return answer


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer Prometheus, which has to bring METRICS_TOKEN; without that setting there is nothing here."""
    given, expected = request.headers.get("Authorization", ""), f"Bearer {settings.METRICS_TOKEN}"
    if not settings.METRICS_TOKEN or not hmac.compare_digest(given.encode(), expected.encode()):
        raise Http404
    registry = CollectorRegistry()
    if os.environ.get(FOLDER_VARIABLE):
        multiprocess.MultiProcessCollector(registry)
        counted = generate_latest(registry)
    else:
        counted = generate_latest(REGISTRY)
    tables = CollectorRegistry()
    tables.register(Tables())
    return HttpResponse(counted + generate_latest(tables), content_type=CONTENT_TYPE_LATEST)


# Open offers are what claims find without drawing more; what is held or waits for its turn is not among them.
OPEN_OFFERS = """
SELECT q.project_id, q.kind, (SELECT count(*) FROM annotation_offer o WHERE o.queue_id = q.id)
FROM annotation_queue q
"""
LEASES = "SELECT project_id, count(*) FROM annotation_assignment WHERE state = 'leased' GROUP BY project_id"
ROUNDS = "SELECT project_id, state, count(*) FROM learner_round GROUP BY project_id, state"
FACTS = "SELECT count(*) FROM annotation_outboxentry"


class Tables(Collector):
    """What the tables and the broker say at the moment of a scrape."""

    def collect(self) -> Iterable[Metric]:
        """Yield one family after the other; projects go by their number, never by name."""
        yield _gauge("open_offers", "Readings that a claim can take", ["project", "queue"], OPEN_OFFERS)
        yield _gauge("leases", "Sentences in somebody's hands", ["project"], LEASES)
        yield _gauge("rounds", "Rounds by state", ["project", "state"], ROUNDS, zeros=_no_rounds())
        yield _gauge("facts_waiting", "Facts that the learner has not taken up", [], FACTS)
        yield from _lag()
        yield from _lanes()


def _gauge(
    name: str, text: str, labels: list[str], statement: str, *, zeros: Iterable[tuple[str, ...]] = ()
) -> GaugeMetricFamily:
    """Return a family whose values are the last column of a query's rows, the labels those before it."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
        values = dict.fromkeys(zeros, 0) | {tuple(map(str, row[:-1])): row[-1] for row in cursor.fetchall()}
    family = GaugeMetricFamily(f"tatkham_{name}", text, labels=labels)
    for key, value in values.items():
        family.add_metric(key, value)
    return family


def _no_rounds() -> Iterator[tuple[str, ...]]:
    # A state that has just lost its last round must show 0, not vanish from an alarm's sight.
    for project_id in Project.objects.values_list("pk", flat=True):
        yield from ((str(project_id), state) for state in Round.State.values)


def _lag() -> Iterator[GaugeMetricFamily]:
    labels = GaugeMetricFamily(
        "tatkham_order_lag_labels", "Labels since the served order's freeze", labels=["project"]
    )
    seconds = GaugeMetricFamily("tatkham_order_lag_seconds", "Time since that freeze", labels=["project"])
    for project in Project.objects.all():
        lag = staleness(project, now=clock.now(project))
        if lag is not None:
            labels.add_metric([str(project.pk)], lag.labels)
            seconds.add_metric([str(project.pk)], 60 * lag.minutes)
    yield from (labels, seconds)


def _lanes() -> Iterator[GaugeMetricFamily]:
    up = GaugeMetricFamily("tatkham_broker_up", "Whether Valkey answers", value=0)
    waiting = GaugeMetricFamily("tatkham_lane_messages", "Messages that no worker has taken", labels=["lane"])
    try:
        with broker() as connected:
            for lane in LANES:
                waiting.add_metric([lane], connected.llen(lane))
        up = GaugeMetricFamily("tatkham_broker_up", "Whether Valkey answers", value=1)
    except redis.RedisError:
        pass
    yield from (up, waiting)

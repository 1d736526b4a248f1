"""The Celery app: lanes, limits, prefetch, each with its reason.

Celery only carries "look at this row now". What must not be lost is a row in PostgreSQL with a lease and an
attempt number; the beat's tasks find rows whose worker died or whose message never arrived.
"""

import os

from celery import Celery
from kombu import Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.conf import settings

from config import task_logs  # noqa: F401  (its receivers say in the log what each task is about)

LANES = ("default", "train")
TRAIN_SOFT_LIMIT_SECONDS = 5 * 3600
TRAIN_HARD_LIMIT_SECONDS = TRAIN_SOFT_LIMIT_SECONDS + 300


def broker_url(redis_url: str) -> str:
    """Return the Redis address in Celery's spelling, which names sockets by its own scheme."""
    return redis_url.replace("unix://", "redis+socket://", 1)


app = Celery("tatkham")
app.conf.update(
    broker_url=broker_url(settings.REDIS_URL),
    # Tasks return nothing; a task whose caller waits for its end asks for a result itself.
    result_backend=broker_url(settings.REDIS_URL),
    task_ignore_result=True,
    result_expires=3600,
    # Training takes minutes and must not stand before the short tasks.
    task_queues=[Queue(lane) for lane in LANES],
    task_default_queue="default",
    # A misspelt lane is an error, not a new lane that nobody reads.
    task_create_missing_queues=False,
    # A task is acknowledged when it is done, and goes back when its process is killed; every task may run
    # twice.
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    # With more, a short task would wait behind a long one while another process is idle.
    worker_prefetch_multiplier=1,
    # Above any task's hard limit: Redis hands a task out a second time after this, also while it still runs.
    broker_transport_options={"visibility_timeout": 6 * 3600, "socket_keepalive": True},
    # Soft first, so that a task can write down why it stopped. The train lane's worker sets its own limits.
    task_soft_time_limit=600,
    task_time_limit=660,
    # A broker that went away says nothing about the work: it goes on, and its lease in PostgreSQL decides.
    worker_cancel_long_running_tasks_on_connection_loss=False,
    # Workers wait for a broker that is starting, for as long as it takes.
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    # A web request must not hang on a dead broker: about a second in all.
    task_publish_retry_policy={
        "max_retries": 2,
        "interval_start": 0.1,
        "interval_step": 0.2,
        "interval_max": 0.5,
    },
    # JSON only: a pickle from the broker would be code.
    accept_content=["json"],
    task_serializer="json",
    result_serializer="json",
    timezone="UTC",
    worker_hijack_root_logger=False,
    # All intervals are short, so beat keeps no file that a kill could damage. Nor may a clock that was set
    # stop it.
    beat_scheduler="config.beat:SteadyScheduler",
    # A turn that no worker took in time is dropped, or hundreds would wait after an hour without workers.
    beat_schedule={
        name: {
            "task": name,
            "schedule": seconds,
            "options": {"expires": max(seconds, 10.0), "ignore_result": True},
        }
        for name, seconds in {
            "learner.tasks.advance_rounds": 5.0,
            "learner.tasks.collect_events": 5.0,
            "annotation.tasks.send_webhooks": 5.0,
            "annotation.tasks.release_expired": 30.0,
            "annotation.tasks.take_up_transfers": 30.0,
            "learner.tasks.watch": 60.0,
        }.items()
    },
)
app.autodiscover_tasks(["annotation", "learner"])

"""The one way to start background work; what acts and api use."""

import logging
from functools import partial

from django.db import transaction
from kombu.exceptions import OperationalError

from config import logs
from config.celery import app

log = logging.getLogger(__name__)


def send(name: str, *ids: int | str, lane: str = "default") -> None:
    """Start the task called `name` when the current transaction commits; at once outside of one.

    A broker that cannot be reached does not fail the caller, whose rows are committed by then: work that a
    row is waiting for is found again by the beat's tasks.
    """
    transaction.on_commit(partial(_start, name, ids, lane))


def _start(name: str, ids: tuple[int | str, ...], lane: str) -> None:
    # So that the log has what a task did under the request that asked for it.
    headers = {name: value for name, value in logs.about().items() if name == "request_id"}
    try:
        # Without ignore_result the sender subscribes to each result, and waits for a broker that is away.
        app.send_task(name, args=ids, queue=lane, ignore_result=True, headers=headers)
    except OperationalError as error:
        log.error("task %s%r was not started on lane %s: %s", name, ids, lane, error)

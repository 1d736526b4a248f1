"""What a log line of a worker is about: its task, the ids the task was given, and the round of these."""

import inspect
from collections.abc import Mapping
from contextvars import Token
from typing import Any

from celery import signals
from django.apps import apps

from config import logs


@signals.setup_logging.connect
def _leave_logging_alone(**_: Any) -> None:
    """Keep Celery from adding handlers of its own: LOGGING says where lines go."""


_tasks: dict[str, Token[Any]] = {}


@signals.task_prerun.connect
def _enter_task(task_id: str, task: Any, args: Any, kwargs: Any, **_: Any) -> None:
    fields = {"task_id": task_id, "task": task.name} | _ids(task, args, kwargs)
    if request_id := task.request.get("request_id"):
        fields["request_id"] = request_id
    fields |= _round(fields)
    _tasks[task_id] = logs.under_way.set(lambda: fields)


@signals.task_postrun.connect
def _leave_task(task_id: str, **_: Any) -> None:
    token = _tasks.pop(task_id, None)
    if token is not None:
        logs.under_way.reset(token)


def _ids(task: Any, args: Any, kwargs: Any) -> dict[str, Any]:
    """Return a task's arguments that are ids, by the names that its function has for them."""
    bound = inspect.signature(task.run).bind_partial(*args, **kwargs)
    return {name: value for name, value in bound.arguments.items() if name.endswith("_id")}


def _round(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return id and number of the round that a task is about, also where it names a part of one."""
    for name, (model, *columns) in _ROUND_BY.items():
        if name in fields:
            found = apps.get_model(model)._default_manager.filter(pk=fields[name])
            row = found.values_list(*columns).first()
            return dict(zip(("round_id", "round"), row, strict=True)) if row else {}
    return {}


# By name: the apps import this module by way of the lanes, and know nothing of one another through it.
_ROUND_BY = {
    "round_id": ("learner.Round", "pk", "number"),
    "shard_id": ("learner.ScoreShard", "round_id", "round__number"),
    "checkpoint_id": ("learner.Checkpoint", "round_id", "round__number"),
}

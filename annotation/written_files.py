"""Files that are written in the background, a row each: written once, taken up again where a worker died.

The rows are those of a model that has what `Export` has of these: state, size, times, the name of the file.
"""

import logging
import shutil
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from annotation import clock, locks
from annotation.errors import reason_of
from annotation.models import Export
from config.lanes import send

log = logging.getLogger(__name__)

State = Export.State
Row = TypeVar("Row", bound=models.Model)

# So long a message may take to reach a worker before another one is sent.
PATIENCE = timedelta(minutes=1)


def path_of(row: Any) -> Path:
    """Return where the file of a row lies once it is ready."""
    return Path(settings.EXPORT_STORE) / row.file_name


def run(
    kind: type[Row],
    id_: int,
    *,
    lock: int,
    write: Callable[[Row], None],
    tell: Callable[[Row], None] = lambda row: None,
) -> Row:
    """Have `write` write the file of a row: a background task, which may run twice.

    `lock` is the first half of the advisory lock's key, the second is the row. The row keeps what went wrong;
    where nothing did, `tell` is called in the transaction that says so.
    """
    with locks.try_lock(lock, id_) as is_ours:
        row: Any = kind._default_manager.select_related("project").get(pk=id_)
        if not is_ours or row.state in (State.READY, State.FAILED):
            return row
        row.state = State.RUNNING
        row.save(update_fields=["state"])
        try:
            write(row)
            row.state = State.READY
        except Exception as error:
            log.exception("%s %s failed", kind._meta.model_name, id_)
            row.state, row.why = State.FAILED, reason_of(error).as_json()
        row.finished_at = clock.now(row.project)
        with transaction.atomic():
            row.save()
            if row.state == State.READY:
                tell(row)
    return row


def take_up(kind: type[models.Model], *, lock: int, task: str) -> None:
    """Start the task for every row that waits for a worker, or whose worker died."""
    unfinished = kind._default_manager.filter(state__in=[State.WAITING, State.RUNNING])
    overdue = unfinished.filter(created_at__lt=timezone.now() - PATIENCE).exclude(pk__in=locks.held(lock))
    for id_ in overdue.values_list("pk", flat=True):
        send(task, id_)


def write_zip(target: Path, fill: Callable[[Path], object]) -> None:
    """Have `fill` write a folder, and zip it: beside its place, then moved there in one step."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        fill(Path(folder, "content"))
        made = shutil.make_archive(str(Path(folder, "zip")), "zip", Path(folder, "content"))
        Path(made).replace(target)

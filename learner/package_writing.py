"""Writing the package of a checkpoint: a background task, because it takes torch and some seconds."""

import logging
from pathlib import Path

from annotation import locks
from annotation.errors import reason_of
from annotation.written_files import write_zip
from learner import packages
from learner.models import Checkpoint, ModelPackage
from segmenter.export import export

log = logging.getLogger(__name__)

State = ModelPackage.State


def run(checkpoint_id: int) -> None:
    """Write the zip unless it is there or being written; the row keeps what went wrong."""
    checkpoint = Checkpoint.objects.select_related("round").get(pk=checkpoint_id)
    with locks.try_lock(packages.PACKAGE_LOCK, checkpoint_id) as is_ours:
        if not is_ours:
            return
        state, why = State.READY, None
        try:
            _write(checkpoint, packages.path_of(checkpoint))
        except Exception as error:
            log.exception("the package of checkpoint %s failed", checkpoint_id)
            state, why = State.FAILED, reason_of(error).as_json()
        ModelPackage.objects.filter(checkpoint=checkpoint).update(state=state, why=why)


def _write(checkpoint: Checkpoint, target: Path) -> None:
    if not target.exists():
        version = packages.version_of(checkpoint)
        write_zip(
            target, lambda folder: export(checkpoint.folder, folder, name=packages.NAME, version=version)
        )

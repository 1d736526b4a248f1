"""Writing the package of a checkpoint: a background task, because it takes torch and some seconds."""

import logging
import shutil
import tempfile
from pathlib import Path

from annotation import locks
from annotation.errors import reason_of
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
    """Write the zip beside its place, then move it there."""
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        version = packages.version_of(checkpoint)
        export(checkpoint.folder, Path(folder, "package"), name=packages.NAME, version=version)
        made = shutil.make_archive(str(Path(folder, "zip")), "zip", Path(folder, "package"))
        Path(made).replace(target)

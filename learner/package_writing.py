"""Writing the package of a checkpoint: a background task, because it takes torch and some seconds."""

import shutil
import tempfile
from pathlib import Path

from annotation import locks
from learner import packages
from learner.models import Checkpoint
from segmenter.export import export


def run(checkpoint_id: int) -> None:
    """Write the zip beside its place, then move it there; nothing where it is there or being written."""
    checkpoint = Checkpoint.objects.select_related("round").get(pk=checkpoint_id)
    target = packages.path_of(checkpoint)
    with locks.try_lock(packages.PACKAGE_LOCK, checkpoint_id) as is_ours:
        if not is_ours or target.exists():
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent) as folder:
            version = packages.version_of(checkpoint)
            source = checkpoint.folder
            export(source, Path(folder, "package"), name=packages.NAME, version=version)
            made = shutil.make_archive(str(Path(folder, "zip")), "zip", Path(folder, "package"))
            Path(made).replace(target)

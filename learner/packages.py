"""A round's model as an installable package, in a zip: which one, and asked for (written elsewhere)."""

from pathlib import Path

from django.conf import settings

from annotation.models import Project
from config.lanes import send
from learner.models import Arm, Checkpoint, Round

PACKAGE_LOCK = 7_004
"""First half of the advisory lock's key, the second is the checkpoint."""
NAME = "tatkham_model"


def find(project: Project, *, number: int | None = None, arm: str | None = None) -> Checkpoint | None:
    """Return the model of a closed round (the latest one if no number is given) with most labels."""
    found = Checkpoint.objects.filter(round__project=project, round__state=Round.State.CLOSED)
    if number is not None:
        found = found.filter(round__number=number)
    if arm is not None:
        found = found.filter(arm=arm)
    latest = found.order_by("-round__number").values_list("round", flat=True).first()
    candidates = found.filter(round=latest).select_related("round").order_by("pk")
    # the suggestion model has learnt from both arms' labels, which may still be the same ones
    return max(
        candidates, key=lambda each: (each.config["sentences"], each.arm == Arm.SUGGESTION), default=None
    )


def version_of(checkpoint: Checkpoint) -> str:
    """Return the version that the package of a checkpoint has."""
    return f"{checkpoint.round.number}.{checkpoint.pk}"


def path_of(checkpoint: Checkpoint) -> Path:
    """Return where the zip lies once it is written; checkpoints never change, so it is written once."""
    return Path(settings.EXPORT_STORE) / f"model-{checkpoint.round.project_id}-{version_of(checkpoint)}.zip"


def request(checkpoint: Checkpoint) -> bool:
    """Have the zip written in the background unless it is there; tell whether it is."""
    is_ready = path_of(checkpoint).is_file()
    if not is_ready:
        send("learner.tasks.write_package", checkpoint.pk)
    return is_ready

"""A round's model as an installable package, in a zip: which one, and asked for (written elsewhere)."""

from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from annotation import locks
from annotation.errors import NotFound
from annotation.models import Project
from annotation.written_files import PATIENCE
from config.lanes import send
from learner.models import Arm, Checkpoint, ModelPackage, Round

State = ModelPackage.State

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


def state_of(checkpoint: Checkpoint) -> ModelPackage:
    """Return how far a checkpoint's package is. Raises NotFound where nobody has asked for it."""
    package = ModelPackage.objects.filter(checkpoint=checkpoint).first()
    if package is None:
        raise NotFound("package_unasked", round=checkpoint.round.number)
    return package


@transaction.atomic
def request(checkpoint: Checkpoint) -> ModelPackage:
    """Have the zip written in the background, unless it is there or on its way; try a failed one again."""
    package, _ = ModelPackage.objects.select_for_update(no_key=True).get_or_create(
        checkpoint=checkpoint, defaults={"asked_at": timezone.now() - PATIENCE}
    )
    is_there = package.state == State.READY and path_of(checkpoint).is_file()
    is_on_its_way = package.state == State.WAITING and package.asked_at > timezone.now() - PATIENCE
    if not (is_there or is_on_its_way):
        package.state, package.why, package.asked_at = State.WAITING, None, timezone.now()
        package.save()
        send("learner.tasks.write_package", checkpoint.pk)
    return package


def take_up() -> None:
    """Start every package again whose message was lost or whose worker died."""
    overdue = ModelPackage.objects.filter(state=State.WAITING, asked_at__lt=timezone.now() - PATIENCE)
    for checkpoint_id in overdue.exclude(checkpoint__in=locks.held(PACKAGE_LOCK)).values_list(
        "checkpoint", flat=True
    ):
        send("learner.tasks.write_package", checkpoint_id)

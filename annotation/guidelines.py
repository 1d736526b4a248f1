"""The written rules: versions, published one after the other and never changed."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from annotation import audit, outbox
from annotation.annotations import current_guideline
from annotation.models import Guideline, Project


@transaction.atomic
def publish(project: Project, text: str, *, author: User, now: datetime) -> Guideline:
    """Publish the next version. Sentences handed out from now on are annotated by it."""
    # The project's row orders two who publish at once; the constraint on versions stands behind it.
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    before = current_guideline(project.pk)
    version = before.version + 1 if before else 1
    guideline = Guideline.objects.create(
        project=project, version=version, text=text, author=author, published_at=now
    )
    change = {"before": {"version": before.version} if before else {}, "after": {"version": version}}
    audit.note(thing=f"guideline {version}", before=change["before"], after=change["after"])
    outbox.write(project, "guideline.published", {"actor": author.pk, **change}, at=now)
    return guideline

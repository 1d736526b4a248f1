"""The project's clock: real time, or the simulated time of a rehearsal."""

from datetime import datetime

from django.utils import timezone

from annotation.models import Project


def now(project: Project) -> datetime:
    """Return the time by which leases, rounds and events of this project are dated."""
    return project.simulated_now or timezone.now()

"""Facts for the learner, written in the same transaction as the data they tell of."""

from django.db import models

from annotation.models.project import Project


class OutboxEntry(models.Model):
    """A fact not yet taken up. Read with SKIP LOCKED and deleted by the reader.

    Not a cursor over ids: ids are given before commit, so a late commit would be passed over.
    """

    project = models.ForeignKey(Project, models.CASCADE)
    kind = models.CharField(max_length=60, help_text="dotted and stable, e.g. annotation.submitted")
    payload = models.JSONField(default=dict)
    at = models.DateTimeField(help_text="by the project's clock")

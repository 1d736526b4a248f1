"""The audit trail: who changed what in a project, and when."""

from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from annotation.models.project import Project


class AuditEntry(models.Model):
    """One act of a manager, or one about an account, written in the transaction of the act.

    Append-only, by triggers of the database too (migration 0002): an entry stays, or goes with its project.
    People stand here by account alone: erasing one takes the name off the account, and so off the trail.
    """

    project = models.ForeignKey(
        Project, models.CASCADE, null=True, related_name="audit_entries", help_text="none: about an account"
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        help_text="none: not logged in",
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", help_text="whom it is about"
    )
    at = models.DateTimeField(help_text="by the real clock, also in a rehearsal")
    act = models.CharField(max_length=40, help_text="dotted and stable, e.g. member.changed")
    thing = models.CharField(max_length=80, blank=True, default="", help_text="e.g. round 3")
    before = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    after = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    request_id = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        indexes = [
            models.Index(fields=["project", "-id"], name="audit_by_project"),
            models.Index(fields=["actor"], condition=models.Q(project=None), name="audit_of_accounts"),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store a new entry; an entry that is stored stays as it is."""
        if not self._state.adding:
            raise TypeError(f"Entry {self.pk} of the audit trail cannot be changed.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        """Refuse."""
        raise TypeError(f"Entry {self.pk} of the audit trail cannot be deleted.")

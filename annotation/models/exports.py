"""Exports: what was asked for, and the file that came of it."""

from django.conf import settings
from django.db import models

from annotation.models.failing import Failing
from annotation.models.project import Project


class Export(Failing):
    """One export, written in the background. The file lies in EXPORT_STORE under `file_name`."""

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        READY = "ready"
        FAILED = "failed"

    class Format(models.TextChoices):
        JSONL = "jsonl"
        BEST = "best"
        CONLLU = "conllu"
        PARQUET = "parquet"

    class Which(models.TextChoices):
        ADJUDICATED = "adjudicated"
        ALL = "all"
        TRAINING = "training"

    project = models.ForeignKey(Project, models.CASCADE, related_name="exports")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    name = models.CharField(max_length=100, blank=True, default="", help_text="an edition, to be cited by")
    format = models.CharField(max_length=8, choices=Format)
    which = models.CharField(max_length=12, choices=Which)
    filters = models.JSONField(default=dict, help_text="arm, split, since, until, guideline_version")
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    progress = models.JSONField(default=dict, help_text="rows written so far")
    manifest = models.JSONField(default=dict)
    size = models.BigIntegerField(null=True, help_text="bytes of the file")
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "name"], condition=~models.Q(name=""), name="edition_names_differ"
            )
        ]

    @property
    def file_name(self) -> str:
        """Return the name of the file: nothing in it comes from people."""
        return f"export-{self.pk}.zip"

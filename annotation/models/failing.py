"""What is done in the background and can fail."""

from django.db import models


class Failing(models.Model):
    """A row that says why its work failed: `why` is the reason as JSON (annotation/reasons.py), else null."""

    why = models.JSONField(null=True, help_text="code, values and the English sentence")

    class Meta:
        abstract = True

    @property
    def error(self) -> str:
        """Why it failed, in English; empty where it did not."""
        return self.why["text"] if self.why else ""

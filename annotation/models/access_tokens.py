"""Access tokens: what programs send instead of a name and a password."""

from django.conf import settings
from django.db import models

from annotation.models.project import Project


class AccessToken(models.Model):
    """A key by which a program speaks for a person, for less than the person may where it says so.

    Only the key's hash is kept: who reads the table cannot speak for anybody.
    """

    class Scope(models.TextChoices):
        """What a token is good for."""

        READ = "read"
        WRITE = "write"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="access_tokens")
    name = models.CharField(max_length=100, blank=True)
    key_sha256 = models.CharField(max_length=64, unique=True)
    scope = models.CharField(max_length=5, choices=Scope)
    project = models.ForeignKey(Project, models.CASCADE, null=True, help_text="null: in all of the person's")
    by_password = models.BooleanField(help_text="made by a log-in of a program, not on the page")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, help_text="to the hour: not written with each request")

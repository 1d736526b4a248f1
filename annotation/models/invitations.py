"""Invitations: links by which people join a project."""

from django.conf import settings
from django.db import models

from annotation.models.project import Membership, Project


class Invitation(models.Model):
    """A link by which people join with a role. Only its token's hash is kept: the link is the key."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="invitations")
    role = models.CharField(max_length=12, choices=Membership.Role)
    token_sha256 = models.CharField(max_length=64, unique=True)
    places = models.PositiveSmallIntegerField(default=1, help_text="how many people may join by it")
    taken = models.PositiveSmallIntegerField(default=0)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(taken__lte=models.F("places")), name="no_more_join_than_places"
            )
        ]

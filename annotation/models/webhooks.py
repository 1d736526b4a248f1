"""Webhooks: where a project tells others what happened, and each message on its way."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from annotation.models.project import Project


class Webhook(models.Model):
    """An address that is told of some kinds of happenings. The secret signs, so it is kept as it is."""

    class Kind(models.TextChoices):
        ROUND_CLOSED = "round.closed"
        EXPORT_READY = "export.ready"
        EVENT_RECORDED = "event.recorded"

    project = models.ForeignKey(Project, models.CASCADE, related_name="webhooks")
    url = models.CharField(max_length=500)
    kinds = ArrayField(models.CharField(max_length=20, choices=Kind))
    secret = models.CharField(max_length=80)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()


class Delivery(models.Model):
    """A message for one webhook, stored with what it tells of, and what came of sending it."""

    class State(models.TextChoices):
        WAITING = "waiting"
        DELIVERED = "delivered"
        DEAD = "dead"

    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="deliveries")
    message_id = models.UUIDField(unique=True, default=uuid.uuid4)
    kind = models.CharField(max_length=20)
    body = models.TextField(help_text="the JSON as it is sent and signed")
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(db_index=True)
    due_at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True, help_text="of the last answer")
    answer = models.CharField(
        max_length=200, blank=True, default="", help_text="how the last answer begins, or why there is none"
    )

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(state="waiting"), name="deliveries_due")
        ]

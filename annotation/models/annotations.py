"""What people decided: annotations, flags, adjudications; and the suggestions they were shown."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from annotation.models.corpus import Sentence
from annotation.models.project import Guideline


class Suggestion(models.Model):
    """A segmentation that may be shown beforehand; `source` is `dictionary` or `checkpoint:<id>`."""

    sentence = models.ForeignKey(Sentence, models.CASCADE, related_name="suggestions", db_index=False)
    source = models.CharField(max_length=80)
    boundaries = ArrayField(models.SmallIntegerField())
    doubtful = ArrayField(
        models.SmallIntegerField(), default=list, help_text="gaps that the source is not sure about"
    )
    alternatives = models.JSONField(
        default=list, help_text="the next likely readings, each as the gaps where it differs, likeliest first"
    )
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sentence", "source"], name="one_suggestion_a_source"),
        ]


class Annotation(models.Model):
    """One annotator's submitted segmentation of one sentence. Append-only; a revision is a later row."""

    assignment = models.ForeignKey("Assignment", models.PROTECT, related_name="annotations", db_index=False)
    sentence = models.ForeignKey(Sentence, models.CASCADE, related_name="annotations")
    annotator = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, db_index=False)
    revision = models.PositiveSmallIntegerField(default=0)
    boundaries = ArrayField(models.SmallIntegerField(), help_text="cluster indices where a token starts")
    guideline = models.ForeignKey(Guideline, models.PROTECT, null=True, db_index=False)
    active_ms = models.PositiveIntegerField(help_text="time at work on it, idle stretches cut")
    key_actions = models.PositiveIntegerField()
    client_key = models.UUIDField(help_text="chosen by the client; the same key stores once")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["assignment", "revision"], name="revisions_differ"),
            models.UniqueConstraint(fields=["annotator", "client_key"], name="a_submit_is_stored_once"),
        ]
        indexes = [
            # Few readings are revised: what adds up hours need not look through the others for them.
            models.Index(fields=["assignment"], name="revisions", condition=models.Q(revision__gt=0)),
        ]


class Flag(models.Model):
    """A remark on a sentence: something wrong with the text, or a doubt about the rules."""

    sentence = models.ForeignKey(Sentence, models.CASCADE, related_name="flags")
    annotator = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT)
    comment = models.CharField(max_length=1000)
    created_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)


class Adjudication(models.Model):
    """The reference decided where annotators differ; the latest revision counts."""

    sentence = models.ForeignKey(Sentence, models.CASCADE, related_name="adjudications")
    revision = models.PositiveSmallIntegerField(default=0)
    boundaries = ArrayField(models.SmallIntegerField())
    adjudicator = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT)
    guideline = models.ForeignKey(Guideline, models.PROTECT, null=True)
    note = models.CharField(max_length=1000, blank=True, default="")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sentence", "revision"], name="adjudication_revisions_differ"),
        ]

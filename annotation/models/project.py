"""A project, its people and its guideline."""

import secrets

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

SHARE = [MinValueValidator(0.0), MaxValueValidator(1.0)]


def new_seed() -> str:
    """Draw the 256-bit secret from which every random order of a project follows."""
    return secrets.token_hex(32)


class Project(models.Model):
    """One annotation effort: corpora, people, guideline, arms, and the settings of the experiment.

    `seed` is fixed before the first import and never changed: keys, splits and interleaving follow from it.
    """

    class RatioUnit(models.TextChoices):
        SENTENCES = "sentences"
        CLUSTERS = "clusters"

    class SuggestionPolicy(models.TextChoices):
        NONE = "none"
        DICTIONARY = "dictionary"
        MODEL = "model"

    name = models.CharField(max_length=200)
    seed = models.CharField(max_length=64, default=new_seed, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, editable=False, help_text="when the seed set was drawn")
    paused_at = models.DateTimeField(null=True, blank=True)
    training_paused_at = models.DateTimeField(
        null=True, blank=True, help_text="rounds wait with their labels frozen; people go on"
    )
    simulated_now = models.DateTimeField(
        null=True, blank=True, help_text="the project's clock in a rehearsal; empty: the real clock"
    )

    # What is measured
    holdout_share = models.FloatField(default=0.10, validators=SHARE, help_text="of an import's documents")
    holdout_limit = models.PositiveIntegerField(default=500, help_text="holdout sentences an import, at most")
    holdout_per_document = models.PositiveSmallIntegerField(default=10)
    holdout_readers = models.PositiveSmallIntegerField(default=1)
    holdout_serve_share = models.FloatField(default=0.10, validators=SHARE, help_text="of serves, until done")

    # What is compared
    seed_size = models.PositiveIntegerField(default=50)
    active_share = models.FloatField(default=0.5, validators=SHARE, help_text="of the arms' charged cost")
    ratio_unit = models.CharField(max_length=12, choices=RatioUnit, default=RatioUnit.CLUSTERS)
    catch_up_share = models.FloatField(
        default=0.5, validators=SHARE, help_text="of the random arm's draws given to a stratum that lags"
    )
    overlap_share = models.FloatField(default=0.10, validators=SHARE, help_text="of sentences read twice")
    control_share = models.FloatField(default=0.10, validators=SHARE, help_text="served without suggestion")
    suggestion_policy = models.CharField(
        max_length=12, choices=SuggestionPolicy, default=SuggestionPolicy.DICTIONARY
    )
    show_doubt = models.BooleanField(
        default=True, help_text="with a suggestion, point out where it is in doubt and offer its alternatives"
    )
    suggestion_source = models.CharField(
        max_length=80, default="", blank=True, help_text="the source whose suggestions are served now"
    )

    # Serving
    lease_seconds = models.PositiveIntegerField(default=15 * 60)
    idle_cut_seconds = models.PositiveIntegerField(default=60)

    # The loop
    strategy = models.CharField(max_length=40, default="total_entropy_per_second")
    round_size = models.PositiveIntegerField(default=100, help_text="new arm labels that open a round")
    round_hours = models.FloatField(null=True, blank=True, help_text="a round opens after so many hours too")
    model_seeds = models.PositiveSmallIntegerField(default=3)
    model_preset = models.CharField(max_length=40, default="small")

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person's role in a project, and the state of the interleaving of the two arms for that person."""

    class Role(models.TextChoices):
        MANAGER = "manager"
        ANNOTATOR = "annotator"
        ADJUDICATOR = "adjudicator"

    project = models.ForeignKey(Project, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=12, choices=Role)
    active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(auto_now_add=True)

    # Interleaving (see annotation/interleave.py): per person, so that no counter is shared by all.
    block = models.CharField(max_length=32, default="", blank=True, editable=False)
    block_number = models.PositiveIntegerField(default=0, editable=False)
    charged_random = models.BigIntegerField(default=0, editable=False)
    charged_active = models.BigIntegerField(default=0, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "user"], name="one_membership_a_person")]

    def __str__(self) -> str:
        return f"{self.user} as {self.role} of {self.project}"


class Guideline(models.Model):
    """One version of the written rules; versions are never changed once published."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="guidelines")
    version = models.PositiveIntegerField()
    text = models.TextField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True)
    published_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "version"], name="guideline_versions_differ")
        ]
        ordering = ["version"]

    def __str__(self) -> str:
        return f"guideline {self.version}"

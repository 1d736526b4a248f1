"""Queues, what they have drawn, what is open to be read, and who holds what.

Facts flow one way: order (Generation, or keys) → Draw → Offer → Assignment. `Draw` is append-only and says
which sentences make up an arm's sample; `Offer` holds only what nobody has in hand; `Assignment` is the
record of each hand-out, with the constraints that keep a sentence from reaching too many people.
"""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from annotation.models.annotations import Suggestion
from annotation.models.corpus import Sentence
from annotation.models.project import Guideline, Project


class Generation(models.Model):
    """One order of the active queue. `source` names what ranked it, e.g. `checkpoint:12`."""

    queue = models.ForeignKey("Queue", models.CASCADE, related_name="generations")
    number = models.PositiveIntegerField()
    source = models.CharField(max_length=80)
    strategy = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    published_at = models.DateTimeField(null=True, help_text="null: written, and not served yet")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["queue", "number"], name="generation_numbers_differ")]


class OrderChunk(models.Model):
    """A stretch of a generation's order: sentence ids and acquisition scores, best first.

    A chunk a thousand sentences, not a row a sentence: an order of a million is written in a second, and
    publishing it moves one pointer.
    """

    generation = models.ForeignKey(Generation, models.CASCADE, related_name="chunks")
    number = models.PositiveIntegerField(help_text="from 0; ranks start at number × CHUNK")
    sentence_ids = ArrayField(models.BigIntegerField())
    scores = ArrayField(models.FloatField())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["generation", "number"], name="chunk_numbers_differ")]


class Queue(models.Model):
    """A project's random, active or measurement queue.

    The first two are the arms under comparison. Measurement serves holdout sentences and second readings;
    it is charged apart and never compared. The row's lock is taken to draw and to publish, never to claim.
    """

    class Kind(models.TextChoices):
        RANDOM = "random"
        ACTIVE = "active"
        MEASUREMENT = "measurement"

    project = models.ForeignKey(Project, models.CASCADE, related_name="queues")
    kind = models.CharField(max_length=12, choices=Kind)
    generation = models.ForeignKey(Generation, models.SET_NULL, null=True, related_name="+")
    position = models.PositiveIntegerField(default=0, help_text="ranks of the generation already drawn")
    last_number = models.BigIntegerField(default=0, help_text="number of the latest draw")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "kind"], name="one_queue_a_kind")]

    def __str__(self) -> str:
        return f"{self.kind} queue of {self.project}"


class Draw(models.Model):
    """A sentence's membership in an arm's sample, at its place in the order of drawing.

    Final when the assignment of `slot` is submitted, when the sentence is declined or retired. `reused_from`
    is the person whose reading of `slot`, made in the other arm's turn, this arm reuses: what the arm is
    charged for that person beyond the turns of its own.
    """

    queue = models.ForeignKey(Queue, models.CASCADE, related_name="draws", db_index=False)
    number = models.BigIntegerField()
    sentence = models.ForeignKey(Sentence, models.CASCADE, related_name="draws")
    slot = models.PositiveSmallIntegerField(default=0)
    generation = models.ForeignKey(Generation, models.PROTECT, null=True, db_index=False)
    rank = models.PositiveIntegerField(null=True, help_text="in the generation; null in the random order")
    score = models.FloatField(null=True, help_text="acquisition score, higher = sooner")
    clusters = models.PositiveSmallIntegerField(help_text="of the sentence: what it costs in that unit")
    reused_from = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    drawn_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["queue", "number"], name="draw_numbers_differ"),
            models.UniqueConstraint(fields=["queue", "sentence"], name="a_sentence_is_drawn_once_an_arm"),
        ]
        indexes = [
            # A new block of turns adds these up for a person without reading the table.
            models.Index(
                fields=["reused_from", "queue", "number"],
                include=["clusters"],
                name="reused_from_a_person",
                condition=Q(reused_from__isnull=False),
            ),
        ]


class Offer(models.Model):
    """One reading of one sentence that nobody holds. A claim deletes it, a lapse puts it back."""

    queue = models.ForeignKey(Queue, models.CASCADE, db_index=False)
    number = models.BigIntegerField()
    sentence = models.ForeignKey(Sentence, models.CASCADE)
    slot = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            # `number` is second so that the claim's walk in order is this index.
            models.UniqueConstraint(fields=["queue", "number", "sentence", "slot"], name="offers_differ"),
        ]


class Assignment(models.Model):
    """A sentence in somebody's hands, or the record that it was. The id says nothing about arm or rank."""

    class State(models.TextChoices):
        LEASED = "leased"
        SUBMITTED = "submitted"
        SKIPPED = "skipped"
        RELEASED = "released"
        EXPIRED = "expired"

    HELD = [State.LEASED, State.SUBMITTED]
    SEEN = [State.LEASED, State.SUBMITTED, State.SKIPPED]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, models.CASCADE, db_index=False)
    queue = models.ForeignKey(Queue, models.CASCADE, db_index=False)
    number = models.BigIntegerField(help_text="the offer's, to put it back in its place")
    sentence = models.ForeignKey(Sentence, models.CASCADE, related_name="assignments")
    slot = models.PositiveSmallIntegerField()
    required_annotations = models.PositiveSmallIntegerField()
    annotator = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="assignments")
    state = models.CharField(max_length=10, choices=State, default=State.LEASED)
    leased_at = models.DateTimeField()
    lease_until = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    guideline = models.ForeignKey(Guideline, models.PROTECT, null=True, db_index=False)
    suggestion_policy = models.CharField(max_length=12)
    suggestion = models.ForeignKey(Suggestion, models.SET_NULL, null=True, db_index=False)
    suggestion_shown = models.BooleanField(default=False)
    skip_reason = models.CharField(max_length=200, blank=True, default="")
    active_ms = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["sentence", "slot"],
                condition=Q(state__in=["leased", "submitted"]),
                name="one_holder_a_slot",
            ),
            models.UniqueConstraint(
                fields=["sentence", "annotator"],
                condition=Q(state__in=["leased", "submitted", "skipped"]),
                name="nobody_sees_a_sentence_twice",
            ),
            models.CheckConstraint(
                condition=Q(slot__lt=F("required_annotations")), name="no_slot_beyond_the_overlap"
            ),
        ]
        indexes = [
            models.Index(fields=["lease_until"], name="leases_to_lapse", condition=Q(state="leased")),
            models.Index(fields=["annotator", "leased_at"], name="work_of_a_person"),
            # A claim asks what the person holds; their history must not be in its way.
            models.Index(fields=["annotator"], name="held_by_a_person", condition=Q(state="leased")),
            # Counted at every submit, from the index alone: today's work of one person.
            models.Index(
                fields=["annotator", "project", "finished_at"],
                name="submitted_by_a_person",
                condition=Q(state="submitted"),
            ),
            models.Index(fields=["project", "finished_at"], name="work_finished"),
            models.Index(fields=["queue", "number"], name="handed_out_of_a_queue"),
            # The learner counts these at every beat, from the index alone.
            models.Index(
                fields=["queue", "finished_at"], name="submitted_of_a_queue", condition=Q(state="submitted")
            ),
            # A page adds these up by person, from the index alone.
            models.Index(
                fields=["queue", "annotator"],
                include=["project", "active_ms"],
                name="submitted_by_people",
                condition=Q(state="submitted"),
            ),
            # The latest second readings, for agreement.
            models.Index(
                fields=["project", "-finished_at"],
                include=["sentence"],
                name="second_readings",
                condition=Q(state="submitted", slot__gt=0),
            ),
        ]

"""Tables of the learner: rounds and what they froze, made, measured and published; and what happened when."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from annotation.models import Export, Failing, Generation, Guideline, Project


class Arm(models.TextChoices):
    """The lines of the experiment. `suggestion` is trained on everything and never compared."""

    RANDOM = "random"
    ACTIVE = "active"
    SUGGESTION = "suggestion"


def not_started() -> dict[str, Any]:
    """Return the progress of a round that waits for its freeze."""
    return {"step": "freezing", "done": 0, "total": 1}


class Leased(models.Model):
    """Work that one process at a time does, and only that one writes (learner/process_leases.py)."""

    holder = models.UUIDField(null=True, help_text="the process at work; null: waiting for one")
    lease_until = models.DateTimeField(null=True, help_text="real time")

    class Meta:
        abstract = True


class Round(Failing, Leased):
    """One turn of the loop: freeze → train → measure → score → publish.

    `attempt` counts how often its training, then the filling of its order, was begun: a lapsed lease opens
    the next one. All times but the lease's and `filled_at` are those of the project's clock.
    """

    class State(models.TextChoices):
        OPEN = "open"
        TRAINING = "training"
        SCORING = "scoring"
        CLOSED = "closed"
        FAILED = "failed"
        CANCELLED = "cancelled"

    class Trigger(models.TextChoices):
        COUNT = "count"
        HAND = "hand"
        SCHEDULE = "schedule"

    UNDER_WAY = [State.OPEN, State.TRAINING, State.SCORING]

    project = models.ForeignKey(Project, models.CASCADE, related_name="rounds")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    trigger = models.CharField(max_length=10, choices=Trigger)
    opened_at = models.DateTimeField()
    frozen_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    labels_until = models.DateTimeField(null=True, help_text="when the latest label it knew was submitted")
    attempt = models.PositiveIntegerField(default=0)
    attempts_allowed = models.PositiveIntegerField(default=3)
    progress = models.JSONField(default=not_started, help_text="step, done, total")
    config = models.JSONField(default=dict, help_text="settings and versions as they were at the freeze")
    catching_up = models.BooleanField(
        default=False, help_text="a stratum that came later lagged at the freeze: left out of event windows"
    )
    filled_at = models.DateTimeField(null=True, help_text="the head of its order has suggestions; real time")
    scorer = models.ForeignKey("Checkpoint", models.SET_NULL, null=True, related_name="+")
    generation = models.ForeignKey(Generation, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="round_numbers_differ"),
            models.UniqueConstraint(
                fields=["project"],
                condition=Q(state__in=["open", "training", "scoring"]),
                name="one_round_under_way",
            ),
        ]
        ordering = ["project", "number"]

    def __str__(self) -> str:
        return f"round {self.number} of {self.project}"


class RoundArm(models.Model):
    """What a round froze of one arm: sentences in the order they were drawn, with the training label of each.

    The label is the adjudication where `adjudication_ids` has one, else the annotation; 0 in both means that
    there is none (declined or retired). Costs are those charged to the arm, whoever's turn made the label.
    """

    round = models.ForeignKey(Round, models.CASCADE, related_name="arms")
    arm = models.CharField(max_length=10, choices=Arm)
    upto = models.BigIntegerField(help_text="number of the last draw of the frozen prefix")
    sentence_ids = ArrayField(models.BigIntegerField())
    annotation_ids = ArrayField(models.BigIntegerField())
    adjudication_ids = ArrayField(models.BigIntegerField())
    annotations = models.PositiveIntegerField(help_text="sentences with a label")
    clusters = models.PositiveBigIntegerField(help_text="of the sentences with a label")
    seconds = models.FloatField(help_text="active, of labels and skips")
    declined = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "arm"], name="an_arm_freezes_once_a_round")]
        ordering = ["round", "arm"]

    def __str__(self) -> str:
        return f"{self.arm} arm of {self.round}"


class Checkpoint(models.Model):
    """A trained tagger. `path` is relative to the checkpoint store; the files are never changed."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="checkpoints")
    arm = models.CharField(max_length=10, choices=Arm)
    seed = models.BigIntegerField()
    path = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64, help_text="of the weights")
    metrics = models.JSONField(default=dict, help_text="counts on the holdout by document, as last measured")
    config = models.JSONField(default=dict)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "arm", "seed"], name="one_checkpoint_an_arm_and_seed"),
        ]

    def __str__(self) -> str:
        return f"checkpoint {self.pk}"

    @property
    def folder(self) -> Path:
        """Return where its files lie."""
        return Path(settings.CHECKPOINT_STORE) / self.path

    @property
    def source(self) -> str:
        """Return the name under which orders and suggestions say that they come from this checkpoint."""
        return f"checkpoint:{self.pk}"


class Pretraining(Failing, Leased):
    """A project's one pre-training on its pool, made in slices on the lane `train`, so rounds get their turn.

    Rounds that freeze after it is `done` start all their models from it.
    """

    class State(models.TextChoices):
        RUNNING = "running"
        PAUSED = "paused"
        DONE = "done"
        FAILED = "failed"

    project = models.OneToOneField(Project, models.CASCADE, related_name="pretraining")
    state = models.CharField(max_length=8, choices=State, default=State.RUNNING)
    config = models.JSONField(help_text="seed, and the schedule and model of segmenter/pretrain.py")
    progress = models.JSONField(default=dict, help_text="done and total steps, and the latest figures")
    path = models.CharField(max_length=200, help_text="of the run's folder, in the checkpoint store")
    sha256 = models.CharField(max_length=64, blank=True, default="", help_text="of the weights, when done")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"pre-training of {self.project}"


class ScoreShard(Leased):
    """A stretch of the pool to score, by sentence id (both ends included); done when `done_at` is set."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="shards")
    number = models.PositiveIntegerField()
    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField()
    attempt = models.PositiveIntegerField(default=0)
    ids = ArrayField(models.BigIntegerField(), default=list)
    scores = ArrayField(models.FloatField(), default=list, help_text="higher = sooner")
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "number"], name="shard_numbers_differ")]


class CurvePoint(models.Model):
    """An arm's figures on the holdout after a round; measured again when the holdout's reference changes."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="points")
    arm = models.CharField(max_length=10, choices=Arm)
    metrics = models.JSONField(help_text="name → value, low, high; null where there is nothing to say")
    intervals = models.JSONField(help_text="what the intervals contain and how they were made")
    holdout = models.JSONField(help_text="sentences, documents, done, and the reference's fingerprint")
    provisional = models.BooleanField(help_text="the holdout was not completely annotated")
    at = models.DateTimeField(help_text="when the sample was frozen")
    measured_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "arm"], name="one_point_an_arm_and_round")]


class Event(models.Model):
    """Something that happened in the loop or around it. Append-only; later thoughts are remarks."""

    class RecordedBy(models.TextChoices):
        SOFTWARE = "software"
        HAND = "hand"

    project = models.ForeignKey(Project, models.CASCADE, related_name="events")
    kind = models.CharField(max_length=60, help_text="dotted and stable, e.g. round.closed")
    at = models.DateTimeField()
    until = models.DateTimeField(null=True, help_text="null: a moment")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    recorded_by = models.CharField(max_length=8, choices=RecordedBy, default=RecordedBy.SOFTWARE)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    note = models.TextField(blank=True, default="")
    mark = models.CharField(
        max_length=120, null=True, help_text="what a watcher found; the same find is recorded once"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "mark"], name="a_find_is_recorded_once")]
        indexes = [models.Index(fields=["project", "at"], name="events_in_time")]
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.kind} at {self.at:%Y-%m-%d %H:%M}"


class EventRemark(models.Model):
    """A later note on an event."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="remarks")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    note = models.TextField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]


class Replay(models.Model):
    """Counts by document of a model trained or measured for an analysis only, never for serving.

    `variant` says which of its purpose: the group left out, the arm whose next draws were the test, the
    reader who was the reference, the preset trained, a guideline's version with labels and rules.
    `reference` is the fingerprint of what was held true.
    """

    class Purpose(models.TextChoices):
        WITHOUT_GROUP = "without_group"
        NEXT_DRAWS = "next_draws"
        READER = "reader"
        SUCCESSOR = "successor"
        GUIDELINE = "guideline"

    round = models.ForeignKey(Round, models.CASCADE, related_name="replays")
    purpose = models.CharField(max_length=16, choices=Purpose)
    arm = models.CharField(max_length=10, choices=Arm)
    seed = models.BigIntegerField()
    variant = models.CharField(max_length=40)
    counts = models.JSONField(help_text="document → the eight counts of segmenter.metrics.Counts")
    reference = models.CharField(max_length=16)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["round", "purpose", "arm", "seed", "variant"], name="a_replay_is_stored_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.variant} of {self.round}"


class GuidelineBridge(models.Model):
    """Sentences read under older rules that are read again under a guideline; `sentences` by group, ids.

    `round` is the last one frozen before the guideline came, whose models are measured against both rules.
    """

    project = models.ForeignKey(Project, models.CASCADE, related_name="guideline_bridges")
    guideline = models.OneToOneField(Guideline, models.PROTECT, related_name="bridge")
    round = models.ForeignKey(Round, models.PROTECT, null=True, related_name="+")
    sentences = models.JSONField(help_text="holdout, random, active → sentence ids in the order of the keys")
    per_arm = models.PositiveIntegerField()
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, help_text="when the last reading was noticed")
    switched_at = models.DateTimeField(null=True, help_text="when references passed to the new rules")

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"bridge to {self.guideline}"


class ModelPackage(Failing):
    """A checkpoint asked for as an installable package; learner/packages.py says where the zip lies."""

    State = Export.State

    checkpoint = models.OneToOneField(Checkpoint, models.CASCADE, related_name="package")
    state = models.CharField(max_length=8, choices=Export.State, default=Export.State.WAITING)
    asked_at = models.DateTimeField(help_text="by the real clock")

    def __str__(self) -> str:
        return f"package of {self.checkpoint}"


class Plan(models.Model):
    """One version of what a project set out to show; the latest holds. Locked at the first label.

    `smallest_effect` and `expected_error` are in units of the figure, as the mean gain is; the error is the
    standard error that the plan's author expects of it.
    """

    class Estimand(models.TextChoices):
        SAMPLES = "samples"
        STRATEGIES = "strategies"

    class Stopping(models.TextChoices):
        HORIZON = "fixed horizon"
        SPENDING = "alpha spending"
        SEQUENCE = "confidence sequence"

    project = models.ForeignKey(Project, models.CASCADE, related_name="plans")
    version = models.PositiveIntegerField()
    figure = models.CharField(max_length=16, default="word_f1")
    unit = models.CharField(max_length=12, default="seconds")
    estimand = models.CharField(max_length=12, choices=Estimand, default=Estimand.STRATEGIES)
    budget = models.FloatField(null=True, help_text="charged cost of an arm at the horizon, in the unit")
    exclusions = models.TextField(blank=True, default="")
    smallest_effect = models.FloatField(default=0.01, help_text="smallest mean gain that would matter")
    expected_error = models.FloatField(null=True, help_text="standard error expected of the mean gain")
    stopping = models.CharField(max_length=20, choices=Stopping, default=Stopping.HORIZON)
    note = models.TextField(blank=True, default="")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    locked_at = models.DateTimeField(null=True, help_text="null: a draft, which may still be replaced")
    sha256 = models.CharField(max_length=64, blank=True, default="", help_text="of its content, once locked")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "version"], name="plan_versions_differ")]
        ordering = ["project", "version"]

    def __str__(self) -> str:
        return f"plan {self.version} of {self.project}"


class Report(Failing):
    """A report asked for, written in the background. The file lies in EXPORT_STORE under `file_name`."""

    State = Export.State

    project = models.ForeignKey(Project, models.CASCADE, related_name="reports")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    figure = models.CharField(max_length=16)
    unit = models.CharField(max_length=12)
    state = models.CharField(max_length=8, choices=Export.State, default=Export.State.WAITING)
    size = models.BigIntegerField(null=True, help_text="bytes of the file")
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"report {self.pk} of {self.project}"

    @property
    def file_name(self) -> str:
        """Return the name of the file: nothing in it comes from people."""
        return f"report-{self.pk}.zip"

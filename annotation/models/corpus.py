"""Texts: corpora as imported, their documents and sentences."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from annotation.models.project import Project


class Corpus(models.Model):
    """One import: a named set of documents with source and licence, and a stratum of the population.

    Sentences of a corpus are served once it is `ready`; of one withdrawn, those that others hold as well.
    `frontier` is the largest order key of this stratum that the random arm has drawn (null: none yet), so the
    random sample of the stratum is its complete key prefix.
    """

    class State(models.TextChoices):
        IMPORTING = "importing"
        READY = "ready"
        FAILED = "failed"
        WITHDRAWN = "withdrawn"

    project = models.ForeignKey(Project, models.CASCADE, related_name="corpora")
    name = models.CharField(max_length=200)
    source = models.CharField(max_length=400, blank=True, default="")
    licence = models.CharField(max_length=200, blank=True, default="")
    domain = models.CharField(max_length=80, blank=True, default="", help_text="where a text names none")
    splitter = models.CharField(max_length=40, default="line")
    file_format = models.CharField(max_length=20)
    file_name = models.CharField(max_length=400)
    file_sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=12, choices=State, default=State.IMPORTING)
    imported_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    progress = models.JSONField(default=dict, help_text="records read so far; an import resumes from here")
    report = models.JSONField(default=dict, help_text="counts: sentences, duplicates, moved boundaries, …")
    frontier = models.BigIntegerField(null=True, editable=False)
    has_primary_holdout = models.BooleanField(
        default=False,
        editable=False,
        help_text="its holdout is part of what the primary curve is measured on",
    )

    class Meta:
        constraints = [
            # A file that failed or was withdrawn may come again.
            models.UniqueConstraint(
                fields=["project", "file_sha256"],
                condition=models.Q(state__in=["importing", "ready"]),
                name="one_import_a_file",
            ),
        ]
        verbose_name_plural = "corpora"

    def __str__(self) -> str:
        return self.name


class Document(models.Model):
    """One source text as imported, or a contiguous block of a source that has no documents."""

    class Split(models.TextChoices):
        POOL = "pool"
        HOLDOUT = "holdout"

    corpus = models.ForeignKey(Corpus, models.CASCADE, related_name="documents")
    name = models.CharField(max_length=200)
    domain = models.CharField(max_length=80, blank=True, default="")
    split = models.CharField(max_length=8, choices=Split, default=Split.POOL)
    sealed = models.BooleanField(default=False, help_text="holdout kept shut until the final report")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["corpus", "name"], name="document_names_differ")]

    def __str__(self) -> str:
        return self.name


class Sentence(models.Model):
    """The unit served to an annotator. Text is exactly as imported; `cluster_lengths` cuts it once for all.

    `project` and `corpus` repeat what the document says, without a foreign-key check of their own, because
    queues and imports read them a million at a time; `document` carries the checked reference.
    """

    class Split(models.TextChoices):
        POOL = "pool"
        SEED = "seed"
        HOLDOUT = "holdout"
        WITHHELD = "withheld"

    project = models.ForeignKey(Project, models.CASCADE, db_constraint=False, db_index=False)
    corpus = models.ForeignKey(Corpus, models.CASCADE, db_constraint=False, db_index=False)
    document = models.ForeignKey(Document, models.CASCADE, related_name="sentences")
    position = models.PositiveIntegerField(help_text="place in the document, from 0")
    text = models.TextField()
    cluster_lengths = models.BinaryField(help_text="code points of each grapheme cluster, a byte each")
    n_clusters = models.PositiveSmallIntegerField()
    text_hash = models.UUIDField(help_text="128 bits of SHA-256 of the normalised text")
    occurrences = models.PositiveIntegerField(default=1, help_text="how often the same string was imported")
    order_key = models.BigIntegerField(help_text="place in the random order; see annotation/keys.py")
    split = models.CharField(max_length=8, choices=Split, default=Split.POOL)
    required_annotations = models.PositiveSmallIntegerField(default=1)
    control = models.BooleanField(default=False, help_text="always served without suggestion")
    signature = models.BinaryField(help_text="MinHash of character 5-grams")
    group = models.BigIntegerField(null=True, help_text="near-duplicates share one; null: none known")
    retired_at = models.DateTimeField(null=True, help_text="out of the frame: withdrawn or split anew")
    declined_at = models.DateTimeField(
        null=True, help_text="skipped twice, or nobody is left to read it; see annotation/declining.py"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "text_hash"], name="one_sentence_a_string"),
        ]
        indexes = [
            # The random arm walks each stratum by key; holdout and withheld sentences are not in its way.
            models.Index(
                fields=["corpus", "order_key", "id"],
                name="sentence_random_order",
                condition=models.Q(split__in=["pool", "seed"], retired_at=None),
            ),
            models.Index(
                fields=["corpus", "id"],
                name="sentence_holdout",
                condition=models.Q(split="holdout", retired_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"sentence {self.pk}"


class GoldSegmentation(models.Model):
    """The segmentation a source file came with. Never shown to annotators, never used by the loop."""

    sentence = models.OneToOneField(Sentence, models.CASCADE, primary_key=True, related_name="gold")
    boundaries = ArrayField(models.SmallIntegerField())

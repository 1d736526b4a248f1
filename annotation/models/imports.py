"""What an import found that was there already."""

from django.db import models

from annotation.models.corpus import Corpus, Sentence


class Repeat(models.Model):
    """How often one import repeats a string that the project holds already, its own or an earlier one's.

    Counted into `Sentence.occurrences` when the import is complete, and out of it when it is withdrawn.
    """

    corpus = models.ForeignKey(Corpus, models.CASCADE, related_name="repeats", db_index=False)
    sentence = models.ForeignKey(Sentence, models.CASCADE, related_name="repeats")
    count = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["corpus", "sentence"], name="repeats_are_counted_once"),
        ]

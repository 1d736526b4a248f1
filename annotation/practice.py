"""Sentences to practise on before real work: their reference is shown, so none of them is served any more."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from django.db.models import Exists, OuterRef

from annotation import keys
from annotation.models import Adjudication, Assignment, Membership, Offer, Sentence, Suggestion
from segmenter.text import boundaries_from_words, cluster_lengths, clusters_from_lengths

# The project's own settled references show its own rules, once there are enough of them.
ENOUGH = 8
AT_MOST = 12
SHIPPED = Path(__file__).parent / "demo" / "practice.jsonl"


def sentences(membership: Membership) -> list[dict[str, Any]]:
    """Return sentences with clusters, a reading to start from, the reference, and a note in each language."""
    own = _settled(membership)
    return own if len(own) >= ENOUGH else _shipped_but(membership.project_id)


def _settled(membership: Membership) -> list[dict[str, Any]]:
    """Return settled sentences of the project that nobody will be handed and this person has not read."""
    finished = (
        Sentence.objects.filter(project_id=membership.project_id)
        .exclude(split=Sentence.Split.HOLDOUT)
        .exclude(Exists(Offer.objects.filter(sentence=OuterRef("pk"))))
        .exclude(Exists(Assignment.objects.filter(sentence=OuterRef("pk"), state="leased")))
        .exclude(Exists(Assignment.objects.filter(sentence=OuterRef("pk"), annotator=membership.user_id)))
    )
    latest = Adjudication.objects.filter(sentence__in=finished).order_by("sentence", "-revision")
    settled = list(latest.distinct("sentence").select_related("sentence")[:AT_MOST])
    starts = dict(
        Suggestion.objects.filter(sentence__in=[one.sentence_id for one in settled]).values_list(
            "sentence_id", "boundaries"
        )
    )
    return [
        {
            "clusters": clusters_from_lengths(one.sentence.text, bytes(one.sentence.cluster_lengths)),
            "start": starts.get(one.sentence_id, []),
            "reference": one.boundaries,
            "note": {"th": one.note, "en": one.note},
        }
        for one in settled
    ]


def _shipped_but(project_id: int) -> list[dict[str, Any]]:
    """Return the sentences that come with the software, without those the project has imported itself."""
    shipped = _shipped()
    imported = set(
        Sentence.objects.filter(project_id=project_id, text_hash__in=[one[0] for one in shipped]).values_list(
            "text_hash", flat=True
        )
    )
    return [sentence for text_hash, sentence in shipped if text_hash not in imported]


@cache
def _shipped() -> list[tuple[Any, dict[str, Any]]]:
    return [_read(json.loads(line)) for line in SHIPPED.read_text(encoding="utf-8").splitlines()]


def _read(record: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    text = "".join(record["words"])
    lengths = cluster_lengths(text)
    start, reference = (
        list(boundaries_from_words(record[name], text=text, lengths=lengths)[0])
        for name in ("start", "words")
    )
    clusters = clusters_from_lengths(text, lengths)
    sentence = {"clusters": clusters, "start": start, "reference": reference, "note": record["note"]}
    return keys.text_hash(keys.normalise(text)), sentence

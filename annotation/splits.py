"""Splits of a new import: what is held out, what is withheld, how often each sentence is read.

The holdout is drawn by document, in proportion to the domains. Near-duplicates take one side together: where
one is held out, the others are withheld from both arms; where one has been served before, none is held out.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db import connection

from annotation import keys
from annotation.drawing import measurement_number
from annotation.models import Corpus, Document, Offer, Project, Queue, Sentence

Split = Sentence.Split


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence of a document that is held out."""

    id: int
    document_id: int
    order_key: int
    key: int


@dataclass(slots=True)
class Draw:
    """What was drawn. `held_out` is in the order of drawing; `counts` goes into the report."""

    documents: list[int] = field(default_factory=list)
    held_out: list[Candidate] = field(default_factory=list)
    withheld: set[int] = field(default_factory=set)
    counts: Counter[str] = field(default_factory=Counter)


def choose_documents(
    seed: str, documents: Sequence[tuple[int, str, str]], *, share: float
) -> list[tuple[int, str]]:
    """Return the (id, name) of a share of documents given as (id, name, domain), in the order of drawing.

    Every stretch from the front takes the domains in proportion: a document at rank r of the n of its domain
    stands at (r + ½) / n. At least one of two or more documents is chosen where the share is not 0.
    """
    by_domain: dict[str, list[tuple[int, int, str]]] = {}
    for id_, name, domain in documents:
        by_domain.setdefault(domain, []).append((keys.key(seed, "holdout", name), id_, name))
    placed = [
        ((rank + 0.5) / len(ranked), key, id_, name)
        for ranked in map(sorted, by_domain.values())
        for rank, (key, id_, name) in enumerate(ranked)
    ]
    size = math.floor(share * len(placed) + 0.5)
    if share > 0 and len(placed) > 1:
        size = min(max(size, 1), len(placed) - (share < 1))
    return [(id_, name) for _, _, id_, name in sorted(placed)[:size]]


def draw(corpus: Corpus, groups: Sequence[Sequence[int]]) -> Draw:
    """Draw the holdout of a corpus whose rows are in. `groups` are its near-duplicates, also older ones."""
    project = corpus.project
    documents = list(Document.objects.filter(corpus=corpus).values_list("id", "name", "domain"))
    group_of = {id_: number for number, group in enumerate(groups) for id_ in group}
    older = _older_splits(corpus, group_of)
    known = {group_of[id_] for id_ in older}
    drawn = Draw()
    taken: set[int] = set()
    chosen = choose_documents(project.seed, documents, share=project.holdout_share)
    for document_id, _ in chosen:
        room = min(project.holdout_per_document, project.holdout_limit - len(drawn.held_out))
        if room <= 0:
            break
        drawn.documents.append(document_id)
        for candidate in _candidates(project, document_id):
            group = group_of.get(candidate.id)
            if room > 0 and (group is None or (group not in known and group not in taken)):
                drawn.held_out.append(candidate)
                room -= 1
                taken |= set() if group is None else {group}
            else:
                drawn.withheld.add(candidate.id)
    _keep_groups_together(groups, drawn, older)
    return drawn


def _older_splits(corpus: Corpus, group_of: Mapping[int, int]) -> dict[int, str]:
    """Return the splits of those group members that are not of this import."""
    rows = Sentence.objects.filter(pk__in=list(group_of)).exclude(corpus=corpus)
    return dict(rows.values_list("id", "split"))


def _candidates(project: Project, document_id: int) -> list[Candidate]:
    rows = Sentence.objects.filter(document_id=document_id).values_list("id", "order_key", "text")
    return sorted(
        (
            Candidate(id_, document_id, order_key, keys.key(project.seed, "holdout", keys.normalise(text)))
            for id_, order_key, text in rows
        ),
        key=lambda candidate: (candidate.key, candidate.id),
    )


def _keep_groups_together(groups: Sequence[Sequence[int]], drawn: Draw, older: Mapping[int, str]) -> None:
    """Withhold the newcomers of every group that has a member on the holdout's side, old or new."""
    held_out = {candidate.id for candidate in drawn.held_out}
    side = held_out | drawn.withheld
    for group in groups:
        frozen = any(older.get(id_) in (Split.HOLDOUT, Split.WITHHELD) for id_ in group)
        if frozen or not side.isdisjoint(group):
            moved = {id_ for id_ in group if id_ not in older and id_ not in side}
            drawn.withheld |= moved
            drawn.counts["withheld_matching_frozen_holdout" if frozen else "withheld_with_group"] += len(
                moved
            )
    drawn.counts["withheld"] = len(drawn.withheld)
    drawn.counts["holdout"] = len(held_out)
    drawn.counts["holdout_documents"] = len(drawn.documents)


SET_SPLIT = "UPDATE annotation_sentence SET split = %s WHERE id = ANY(%s)"
SET_READERS = "UPDATE annotation_sentence SET required_annotations = %s WHERE id = ANY(%s)"


def apply(corpus: Corpus, drawn: Draw) -> None:
    """Store a draw, seal half of its documents, and open the holdout in the measurement queue."""
    project = corpus.project
    held_out = [candidate.id for candidate in drawn.held_out]
    with connection.cursor() as cursor:
        cursor.execute(SET_SPLIT, [Split.HOLDOUT, held_out])
        cursor.execute(SET_SPLIT, [Split.WITHHELD, list(drawn.withheld)])
        cursor.execute(SET_READERS, [project.holdout_readers, held_out])
    documents = Document.objects.filter(pk__in=drawn.documents)
    documents.update(split=Document.Split.HOLDOUT)
    sealed = _sealed(project.seed, list(documents.values_list("id", "name")))
    documents.filter(pk__in=sealed).update(sealed=True)
    drawn.counts["sealed_documents"] = len(sealed)
    if held_out and not _has_primary_holdout(project):
        Corpus.objects.filter(pk=corpus.pk).update(has_primary_holdout=True)
    queue = Queue.objects.get(project=project, kind=Queue.Kind.MEASUREMENT)
    Offer.objects.bulk_create(
        (
            Offer(
                queue=queue,
                number=measurement_number(candidate.order_key),
                sentence_id=candidate.id,
                slot=slot,
            )
            for candidate in drawn.held_out
            for slot in range(project.holdout_readers)
        ),
        ignore_conflicts=True,
        batch_size=1000,
    )


def _has_primary_holdout(project: Project) -> bool:
    """Tell whether the primary curve is settled: the arms have started, and there is a holdout."""
    kept = Corpus.objects.filter(project=project, has_primary_holdout=True).exclude(
        state=Corpus.State.WITHDRAWN
    )
    started = Project.objects.filter(pk=project.pk, started_at__isnull=False)
    return started.exists() and kept.exists()


def _sealed(seed: str, documents: Sequence[tuple[int, str]]) -> list[int]:
    """Return the ids of half of the documents (rounded down), by key."""
    ranked = sorted(documents, key=lambda document: (keys.key(seed, "sealed", document[1]), document[0]))
    return [id_ for id_, _ in ranked[: len(ranked) // 2]]

"""One factory per thing tests need; each writes real rows and returns them."""

import itertools
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from annotation import invitations, keys
from annotation.models import (
    Annotation,
    Assignment,
    Corpus,
    Document,
    GoldSegmentation,
    Guideline,
    Invitation,
    Membership,
    Project,
    Queue,
    Sentence,
)
from segmenter.text import boundaries_from_words, cluster_lengths

_count = itertools.count(1)


def make_user(name: str | None = None, **fields: Any) -> User:
    return User.objects.create_user(username=name or f"person{next(_count)}", password="ตัดคำตัดคำ", **fields)


def make_project(**fields: Any) -> Project:
    """A project with its three queues and a first guideline; no suggestions unless asked for."""
    settings = {
        "name": f"project {next(_count)}",
        "seed": "5e" * 32,
        "suggestion_policy": "none",
        "seed_size": 4,
    }
    project = Project.objects.create(**(settings | fields))
    Queue.objects.bulk_create([Queue(project=project, kind=kind) for kind in Queue.Kind])
    make_guideline(project)
    return project


def make_guideline(project: Project, text: str = "# กติกา") -> Guideline:
    return Guideline.objects.create(
        project=project, version=project.guidelines.count() + 1, text=text, published_at=timezone.now()
    )


def make_member(project: Project, role: str = "annotator", user: User | None = None) -> Membership:
    return Membership.objects.create(project=project, user=user or make_user(), role=role)


def make_corpus(
    project: Project, texts: Sequence[str | Sequence[str]] | int, *, documents: int = 1, **fields: Any
) -> Corpus:
    """A corpus that is ready to be served, all of it in the pool. A list of words is a text with gold.

    A number instead of texts makes so many short sentences, each its own.
    """
    if isinstance(texts, int):
        texts = [["ประโยค", "ที่", " ", str(next(_count)), " ", "ของ", "เรา"] for _ in range(texts)]
    settings = {
        "name": f"corpus {next(_count)}",
        "file_format": "text",
        "file_name": "made.txt",
        "state": "ready",
        # As an import does: the first one's holdout is the primary one.
        "has_primary_holdout": not project.corpora.exists(),
    }
    corpus = Corpus.objects.create(
        project=project, file_sha256=uuid.uuid4().hex * 2, imported_at=timezone.now(), **(settings | fields)
    )
    rows = [Document.objects.create(corpus=corpus, name=f"d{number}") for number in range(documents)]
    for position, text in enumerate(texts):
        make_sentence(rows[position % documents], text, position=position)
    return corpus


def make_sentence(
    document: Document, text: str | Sequence[str], *, position: int = 0, **fields: Any
) -> Sentence:
    words = None if isinstance(text, str) else list(text)
    text = text if isinstance(text, str) else "".join(text)
    normalised = keys.normalise(text)
    lengths = cluster_lengths(text)
    project = document.corpus.project
    values = {
        "cluster_lengths": lengths,
        "n_clusters": len(lengths),
        "text_hash": keys.text_hash(normalised),
        "order_key": keys.order_key(project.seed, normalised),
        "signature": b"",
    }
    sentence = Sentence.objects.create(
        project=project,
        corpus=document.corpus,
        document=document,
        position=position,
        text=text,
        **(values | fields),
    )
    if words is not None:
        boundaries, _ = boundaries_from_words(words, text=text, lengths=lengths)
        GoldSegmentation.objects.create(sentence=sentence, boundaries=list(boundaries))
    return sentence


def make_finished(
    sentence: Sentence, user: User, *, at: datetime, queue: str = "random", **fields: Any
) -> Assignment:
    """A hand-out of a sentence that was submitted, put on record without going through the queues."""
    settings = {"slot": 0, "number": sentence.pk, "state": "submitted", "required_annotations": 1}
    return Assignment.objects.create(
        project=sentence.project,
        queue=Queue.objects.get(project=sentence.project, kind=queue),
        sentence=sentence,
        annotator=user,
        leased_at=at,
        lease_until=at,
        finished_at=at,
        **(settings | fields),
    )


def make_reading(
    sentence: Sentence,
    user: User,
    boundaries: Sequence[int],
    *,
    at: datetime,
    active_ms: int = 1000,
    **fields: Any,
) -> Annotation:
    """What a person read in a sentence, with its hand-out; `fields` are the hand-out's."""
    return Annotation.objects.create(
        assignment=make_finished(sentence, user, at=at, active_ms=active_ms, **fields),
        sentence=sentence,
        annotator=user,
        boundaries=list(boundaries),
        active_ms=active_ms,
        key_actions=2,
        client_key=uuid.uuid4(),
        created_at=at,
    )


def make_invitation(project: Project, by: User, **options: Any) -> tuple[Invitation, str]:
    """A link to join by and its token; as annotator, with one place and for a day, unless asked otherwise."""
    settings = {"role": "annotator", "places": 1, "days": 1, "now": timezone.now()}
    return invitations.create(project, actor=by, **(settings | options))


def annotate(caller: Any, project: Project, *boundaries: int, active_ms: int = 2000) -> Assignment:
    """What a person's page does with the next sentence: it asks for it and sends these boundaries."""
    path = f"/api/projects/{project.pk}"
    assignment = caller.post(f"{path}/next").json()["work"]["assignment"]
    reading = {"boundaries": list(boundaries), "client_key": str(uuid.uuid4())}
    cost = {"active_ms": active_ms, "key_actions": 1}
    caller.post(f"{path}/assignments/{assignment}/submit", reading | cost)
    return Assignment.objects.get(pk=assignment)

"""Withdrawing a corpus: its strings leave the frame, but for those that another corpus holds as well.

A string that another ready corpus repeats stays where it is: its stratum shrinks to what others hold, and its
keys, draws and frontier go on, so that the random sample of the stratum is still its complete key prefix.
"""

from collections import Counter
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Count

from annotation import audit, loading, outbox
from annotation.corpus import COUNT_REPEATS, IMPORT_LOCK
from annotation.errors import Conflict
from annotation.locks import try_lock
from annotation.models import Corpus, Offer, Queue, Sentence

State = Corpus.State

HELD_BY_ANOTHER = """
EXISTS (
    SELECT 1 FROM annotation_repeat r JOIN annotation_corpus other ON other.id = r.corpus_id
    WHERE r.sentence_id = s.id AND other.state = 'ready' AND other.id <> %(corpus)s)
"""
RETIRE = f"""
UPDATE annotation_sentence s SET retired_at = %(now)s
WHERE s.id BETWEEN %(first)s AND %(last)s AND s.corpus_id = %(corpus)s AND s.retired_at IS NULL
  AND NOT {HELD_BY_ANOTHER}
"""  # noqa: S608  (no input in it)
# Strings of corpora withdrawn before that stayed because this one held them.
RETIRE_KEPT = f"""
UPDATE annotation_sentence s SET retired_at = %(now)s
FROM annotation_repeat own, annotation_corpus first
WHERE own.corpus_id = %(corpus)s AND s.id = own.sentence_id AND s.retired_at IS NULL
  AND first.id = s.corpus_id AND first.state = 'withdrawn' AND NOT {HELD_BY_ANOTHER}
"""  # noqa: S608  (no input in it)
COUNT_OUT = """
UPDATE annotation_sentence SET occurrences = occurrences - 1 WHERE corpus_id = %s AND retired_at IS NULL
"""


def withdraw(
    corpus: Corpus, *, now: datetime, record: AbstractContextManager[object] | None = None
) -> Corpus:
    """Take a corpus out of the frame: its sentences are served no more; what was read of them is kept.

    Sentences retire in small steps beside the service; only the end holds the arms' locks, and runs inside
    `record`. Raises Conflict unless the corpus is ready, and while an import runs: it may be about to repeat
    what retires.
    """
    with try_lock(IMPORT_LOCK, corpus.project_id) as is_ours:
        if not is_ours:
            raise Conflict("import_under_way")
        _refuse_unless_ready(corpus)
        for first, last in loading.id_ranges(corpus):
            _run(RETIRE, {"now": now, "first": first, "last": last, "corpus": corpus.pk})
        with record or nullcontext():
            return _finish(corpus, now=now)


def _refuse_unless_ready(corpus: Corpus) -> None:
    if corpus.state != State.READY:
        state = str(corpus.state)
        raise Conflict("corpus_not_ready", name=corpus.name, state=state, details={"state": state})


@transaction.atomic
def _finish(corpus: Corpus, *, now: datetime) -> Corpus:
    # The arms draw under these locks: nothing is opened between here and the end.
    list(Queue.objects.filter(project=corpus.project_id).select_for_update(no_key=True).order_by("pk"))
    corpus = Corpus.objects.select_for_update(of=("self",)).select_related("project").get(pk=corpus.pk)
    _refuse_unless_ready(corpus)
    _run(RETIRE_KEPT, {"now": now, "corpus": corpus.pk})
    Offer.objects.filter(sentence__project=corpus.project_id, sentence__retired_at__isnull=False).delete()
    _run(COUNT_REPEATS, [-1, corpus.pk])
    _run(COUNT_OUT, [corpus.pk])
    corpus.repeats.all().delete()
    corpus.state, corpus.withdrawn_at = State.WITHDRAWN, now
    corpus.save(update_fields=["state", "withdrawn_at"])
    for one in Corpus.objects.filter(project=corpus.project_id, state=State.WITHDRAWN):
        one.report["kept"] = _kept(one)
        one.save(update_fields=["report"])
    kept = Sentence.objects.filter(corpus=corpus, retired_at=None).count()
    audit.note(thing=f"corpus {corpus.pk}", after={"name": corpus.name, "kept": kept})
    payload = {"corpus": corpus.pk, "name": corpus.name, "kept": kept}
    outbox.write(corpus.project, "corpus.withdrawn", payload, at=now)
    return corpus


def _kept(corpus: Corpus) -> dict[str, int]:
    """Count what stays in the frame of a withdrawn corpus, under the names of an import's report."""
    left = Sentence.objects.filter(corpus=corpus, retired_at=None)
    counts = Counter(dict(left.values_list("split").annotate(Count("id"))))
    return {"sentences": counts.total(), "holdout": counts["holdout"], "withheld": counts["withheld"]}


def _run(statement: str, values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)  # type: ignore[arg-type]

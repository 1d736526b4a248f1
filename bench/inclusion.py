"""Who gets into the random arm's frozen samples, over many projects in which both arms are at work.

In each project two people read a first corpus, the longest sentences come first in the active arm, a second
corpus arrives in the middle, and some sentences are kept for long before they are handed in. Of each corpus
the first sentences of the random arm's freeze are looked at: they should be a simple random sample of it,
whatever the active arm prefers and however long a sentence takes.
"""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

import numpy as np
from scipy.stats import chi2, norm

from learner.effects import holm

# Each corpus has a sentence of every length class in each of its documents.
LENGTHS, DOCUMENTS = 9, 3
SENTENCES = LENGTHS * DOCUMENTS
# So many of the freeze are looked at, of the first corpus and of the one that comes later.
TAKEN = (8, 5)
RANKED_AT, IMPORTED_AT, MOST_STEPS = 6, 14, 400
STEP_SECONDS = 20
# Steps for which each sentence of a corpus is kept, by no rule.
KEPT = random.Random(7).choices([0, 0, 1, 2, 4, 8, 12], k=SENTENCES)
FEATURES = {"length": lambda number: number // DOCUMENTS, "document": lambda number: number % DOCUMENTS}


def play(seed: int) -> dict[str, Any]:
    """Run one project in a transaction that is rolled back; say who is in the random arm's freeze."""
    from django.db import transaction

    with transaction.atomic():
        answer = {"taken": _play(seed)}
        transaction.set_rollback(True)
    return answer


def _play(seed: int) -> list[list[int]]:
    from django.contrib.auth.models import User

    from annotation.models import Queue
    from tests.annotation.conftest import Desk
    from tests.factories import make_corpus, make_member, make_project

    rng, desk = random.Random(seed), Desk()
    project = make_project(
        seed=f"{rng.getrandbits(256):064x}", seed_size=3, overlap_share=0, holdout_serve_share=0
    )
    make_corpus(project, _texts(0), documents=DOCUMENTS)
    members = [make_member(project, user=User.objects.create(username=name)) for name in ("anan", "boon")]
    kept: list[tuple[int, Any]] = []
    for step in range(MOST_STEPS):
        desk.wait(seconds=STEP_SECONDS)
        for due, late in [one for one in kept if one[0] <= step]:
            desk.submit(late)
            kept.remove((due, late))
        if step == IMPORTED_AT:
            make_corpus(project, _texts(1), documents=DOCUMENTS)
        if step in (RANKED_AT, IMPORTED_AT):
            _rank_longest_first(project, desk.now)
        member = rng.choice(members)
        own = tuple(late.pk for _, late in kept if late.annotator_id == member.user_id)
        held = desk.claim(member, held=own)
        if held is not None:
            kept.append((step + 1 + KEPT[_number(held.sentence.text)[1]], held))
        taken = _taken(Queue.objects.get(project=project, kind="random")) if step > IMPORTED_AT else []
        if taken:
            return taken
    raise RuntimeError(f"The random arm of project {seed} does not get on.")


def _texts(corpus: int) -> list[str]:
    return [f"{'คำ' * (1 + FEATURES['length'](number))} {corpus} {number}" for number in range(SENTENCES)]


def _number(text: str) -> tuple[int, int]:
    """Return a text's corpus and its number there."""
    _, corpus, number = text.split()
    return int(corpus), int(number)


def _rank_longest_first(project: Any, now: Any) -> None:
    from annotation import publishing
    from annotation.models import Queue, Sentence

    pool = list(Sentence.objects.filter(project=project, split="pool").order_by("-n_clusters", "pk"))
    queue = Queue.objects.get(project=project, kind="active")
    generation = publishing.write_generation(
        queue,
        [one.pk for one in pool],
        [float(one.n_clusters) for one in pool],
        source="bench",
        strategy="longest",
    )
    publishing.publish(generation, now=now)


def _taken(queue: Any) -> list[list[int]]:
    """Return the first of each corpus in the arm's freeze; nothing while it holds too few."""
    from annotation.models import Sentence
    from learner.freezing import freeze_arm

    ids = freeze_arm(queue).sentence_ids
    texts = dict(Sentence.objects.filter(pk__in=ids).values_list("pk", "text"))
    drawn = [_number(texts[id_]) for id_ in ids]
    by_corpus = [[number for corpus, number in drawn if corpus == one] for one in range(len(TAKEN))]
    if any(len(held) < least for held, least in zip(by_corpus, TAKEN, strict=True)):
        return []
    return [held[:least] for held, least in zip(by_corpus, TAKEN, strict=True)]


def p_values(projects: Sequence[Sequence[Sequence[int]]]) -> dict[str, float]:
    """Return a p value, adjusted for their number, for each way in which inclusion may be unfair.

    `projects` holds for each project who was taken of each corpus. Of each corpus: single inclusion
    (chi-square), pairs of one document and of one length (z of their number), and the means of what the
    active arm ranks by and of how long sentences were kept (z), against simple random sampling.
    """
    found = {}
    for corpus in range(len(TAKEN)):
        samples = [project[corpus] for project in projects]
        found |= {f"{name}_{corpus + 1}": p for name, p in _of_corpus(samples)}
    return dict(zip(found, holm(list(found.values())), strict=True))


def _of_corpus(samples: Sequence[Sequence[int]]) -> Iterator[tuple[str, float]]:
    size, projects = len(samples[0]), len(samples)
    share = size / SENTENCES
    times = np.bincount(np.concatenate([np.asarray(one) for one in samples]), minlength=SENTENCES)
    # Without replacement the counts lie in a plane, in which their variance is the same in every direction.
    spread = projects * share * (1 - share) * SENTENCES / (SENTENCES - 1)
    statistic = float(((times - projects * share) ** 2).sum() / spread)
    yield "inclusion", float(chi2.sf(statistic, SENTENCES - 1))
    for name, feature in FEATURES.items():
        pairs = [sum(feature(a) == feature(b) for a, b in combinations(one, 2)) for one in samples]
        every = Counter(map(feature, range(SENTENCES)))
        alike = sum(n * (n - 1) / 2 for n in every.values()) / (SENTENCES * (SENTENCES - 1) / 2)
        expected = alike * size * (size - 1) / 2
        error = np.std(pairs, ddof=1) / np.sqrt(projects)
        yield f"pairs_of_a_{name}", _two_sided((np.mean(pairs) - expected) / error)
    scores = [FEATURES["length"](number) for number in range(SENTENCES)]
    for name, values in (("active_score", np.array(scores)), ("seconds", np.array(KEPT))):
        means = [values[list(one)].mean() for one in samples]
        error = np.sqrt(values.var(ddof=1) / size * (1 - share) / projects)
        yield name, _two_sided((np.mean(means) - values.mean()) / error)


def _two_sided(z: Any) -> float:
    return float(2 * norm.sf(abs(z)))

"""What the comparison of the arms rests on: the random arm knows nothing of the active one, nobody drops out
of a freeze, and an annotator cannot tell the arms apart. Played with chance, many times over.
"""

import random
import uuid

import pytest
from scipy.stats import chisquare

from annotation import keys, publishing
from annotation.models import Assignment, Draw, Project, Queue, Sentence
from learner.freezing import freeze_arm
from tests.factories import make_corpus, make_member, make_project, make_sentence
from tests.learner.working import hold_out

pytestmark = pytest.mark.django_db
PROJECTS = 24


def make_arms(*, active_share: float = 0.5, seed: str = "5e" * 32, texts: int = 40) -> Project:
    """A project whose arms are at work on texts of different lengths; nothing is held out or read twice."""
    project = make_project(
        active_share=active_share, seed=seed, seed_size=3, overlap_share=0, holdout_serve_share=0
    )
    make_corpus(project, words(texts))
    return project


def words(count: int, start: int = 0) -> list[list[str]]:
    return [["คำ"] * (1 + number % 9) + [" ", str(number)] for number in range(start, start + count)]


def rank(project: Project, desk, by) -> None:
    """Publish an active order: the highest first by a function of the text."""
    pool = Sentence.objects.filter(project=project, split="pool")
    ranked = sorted(pool, key=lambda sentence: -by(sentence.text))
    queue = Queue.objects.get(project=project, kind="active")
    generation = publishing.write_generation(
        queue,
        [sentence.pk for sentence in ranked],
        [float(by(sentence.text)) for sentence in ranked],
        source="test",
        strategy="test",
    )
    publishing.publish(generation, now=desk.now)


def drawn(project: Project, kind: str) -> list[str]:
    draws = Draw.objects.filter(queue__project=project, queue__kind=kind).order_by("number")
    return list(draws.values_list("sentence__text", flat=True))


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8])
def test_what_the_active_arm_chooses_changes_nothing_in_the_random_order(desk, share):
    """However much the active arm takes, and whatever it prefers: the random draws are the keys' prefix."""
    seen = []
    for by in (len, lambda text: -len(text), lambda text: keys.order_key("5e" * 32, text)):
        project = make_arms(active_share=share)
        member = make_member(project)
        desk.work(member, 3)
        rank(project, desk, by)
        desk.work(member, 8)
        make_corpus(project, words(20, start=100))
        rank(project, desk, by)
        desk.work(member, 14)
        seen.append(drawn(project, "random"))
        for corpus in project.corpora.all():
            prefix = Sentence.objects.filter(corpus=corpus, order_key__lte=corpus.frontier or -(2**63))
            assert set(prefix.values_list("text", flat=True)) == set(seen[-1]) & set(corpus_texts(corpus))
    shortest = min(map(len, seen))
    assert shortest >= 6
    assert len({tuple(texts[:shortest]) for texts in seen}) == 1


def corpus_texts(corpus):
    return Sentence.objects.filter(corpus=corpus).values_list("text", flat=True)


def test_every_sentence_has_the_same_chance_in_the_random_arm_and_the_active_score_none(desk):
    """Chi-square of inclusion by length over projects with seeds of their own, both arms running."""
    taken = dict.fromkeys(range(9), 0)
    for number in range(PROJECTS):
        project = make_arms(seed=f"{number:064x}", texts=27)
        member = make_member(project)
        desk.work(member, 3)
        # Longest first: leaked into the random arm, long texts would be there more often.
        rank(project, desk, len)
        desk.work(member, 12)
        for text in drawn(project, "random")[:8]:
            taken[text.count("คำ") - 1] += 1
    assert chisquare(list(taken.values())).pvalue > 0.001


def test_however_late_a_sentence_comes_no_freeze_goes_past_it(desk):
    """Three people, some of whom keep sentences for long; each freeze is the whole prefix of the draws."""
    rng = random.Random(7)
    project = make_arms(texts=60)
    members = [make_member(project) for _ in range(3)]
    kept: list[Assignment] = []
    sizes = []
    for step in range(60):
        desk.wait(seconds=20)
        held = desk.claim(rng.choice(members), held=tuple(one.pk for one in kept))
        if held is None or rng.random() < 0.2:
            kept += [held] if held else []
        else:
            desk.submit(held)
        if kept and rng.random() < 0.1:
            desk.submit(kept.pop(rng.randrange(len(kept))))
        if step % 6 == 5:
            sizes.append(_check_freezes(project))
    for late in kept:
        desk.submit(late)
    sizes.append(_check_freezes(project))
    assert sizes == sorted(sizes)
    assert sizes[-1] > sizes[0]


def _check_freezes(project: Project) -> int:
    """Hold both arms' freezes against the draws: nothing missing, nothing unlabelled, as far as it goes."""
    total = 0
    for queue in Queue.objects.filter(project=project, kind__in=["random", "active"]):
        frozen = freeze_arm(queue)
        prefix = list(
            Draw.objects.filter(queue=queue, number__lte=frozen.upto)
            .order_by("number")
            .values_list("sentence_id", flat=True)
        )
        assert frozen.sentence_ids == prefix
        assert all(frozen.annotation_ids)
        after = Draw.objects.filter(queue=queue, number__gt=frozen.upto).order_by("number").first()
        if after is not None:
            done = Assignment.objects.filter(sentence=after.sentence, state="submitted", slot=after.slot)
            assert not done.exists()
        total += len(prefix)
    return total


IDS = {"assignment", "id", "lease_until", "created_at"}


def plain(answer):
    """Return an answer without its ids and times."""
    if isinstance(answer, dict):
        kept = {name: part for name, part in answer.items() if name not in IDS}
        if isinstance(kept.get("annotation"), int):
            del kept["annotation"]
        return {name: plain(part) for name, part in kept.items()}
    return [plain(part) for part in answer] if isinstance(answer, list) else answer


def test_for_the_same_sentence_all_answers_are_the_same_in_every_queue(by, desk):
    """One text, one person, one state; only the queue it is served from differs."""
    seen = {}
    for number in range(10):
        project = make_project(seed=f"{number:064x}", seed_size=1, overlap_share=0, holdout_serve_share=0)
        corpus = make_corpus(project, [["เริ่ม"]])
        caller = by(make_member(project).user)
        path = f"/api/projects/{project.pk}"
        submit(caller, path, caller.post(f"{path}/next", {"held": []}).json()["work"])
        document = corpus.documents.create(name="more", split="holdout" if number < 2 else "pool")
        if number < 2:
            hold_out(document, ["แมว", "กิน", "ปลา"])
        else:
            make_sentence(document, ["แมว", "กิน", "ปลา"])
            rank(project, desk, len)
        work = caller.post(f"{path}/next", {"held": []}).json()
        lease = f"{path}/assignments/{work['work']['assignment']}"
        answers = [
            work,
            caller.post(f"{lease}/renew").json(),
            caller.post(f"{lease}/flag", {"comment": "?"}).json(),
            submit(caller, path, work["work"]),
            caller.get(f"{path}/history").json(),
        ]
        served = Assignment.objects.get(pk=work["work"]["assignment"])
        seen.setdefault(served.queue.kind, plain(answers))
    assert set(seen) == {"random", "active", "measurement"}
    assert seen["random"] == seen["active"] == seen["measurement"]


def submit(caller, path, work):
    body = {"boundaries": [], "client_key": str(uuid.uuid4()), "active_ms": 900, "key_actions": 1}
    return caller.post(f"{path}/assignments/{work['assignment']}/submit", body | {"next": False}).json()

"""What the learner's tests do again and again: a project with gold, people who answer, rounds that turn."""

from datetime import datetime, timedelta

from django.utils import timezone

from annotation.models import (
    Assignment,
    Document,
    GoldSegmentation,
    Membership,
    Offer,
    Project,
    Queue,
    Sentence,
)
from learner import rounds, scoring, suggestions, training
from learner.models import Round
from tests.annotation.conftest import Desk
from tests.factories import make_corpus, make_project, make_sentence

SUBJECTS = ["ฉัน", "เธอ", "แม่", "ครู", "เพื่อน", "น้อง", "ตำรวจ", "นักเรียน"]
VERBS = ["กิน", "ซื้อ", "ขาย", "เห็น", "ชอบ", "ล้าง"]
OBJECTS = ["ข้าว", "ปลา", "มะม่วง", "หนังสือ", "รถ", "บ้าน", "แมว"]
TIMES = ["เมื่อวาน", "วันนี้", "ตอนเย็น", "พรุ่งนี้"]


def thai(count: int, *, start: int = 0) -> list[list[str]]:
    """So many different sentences as words."""
    every = [
        [subject, verb, thing, " ", time]
        for time in TIMES
        for thing in OBJECTS
        for verb in VERBS
        for subject in SUBJECTS
    ]
    return every[start : start + count]


def make_loop(*, texts: int = 60, holdout: int = 6, **fields) -> Project:
    """A project with Thai gold, some of it held out in documents of its own, ready for its first round."""
    settings = {
        "overlap_share": 0,
        "holdout_serve_share": 0.2,
        "seed_size": 8,
        "round_size": 10,
        "model_seeds": 1,
        "model_preset": "test",
    }
    project = make_project(**(settings | fields))
    corpus = make_corpus(project, thai(texts))
    for number in range(holdout):
        document = Document.objects.create(corpus=corpus, name=f"h{number}", split="holdout")
        hold_out(document, thai(1, start=texts + number)[0])
    return project


def hold_out(document: Document, words: list[str]) -> Sentence:
    """A holdout sentence that is open to be read."""
    sentence = make_sentence(document, words, split="holdout")
    queue = Queue.objects.get(project=sentence.project, kind="measurement")
    Offer.objects.create(queue=queue, number=abs(sentence.order_key), sentence=sentence, slot=0)
    return sentence


def answer(desk: Desk, member: Membership, count: int) -> list[int]:
    """Claim and submit so many sentences with their gold; return the sentences' ids."""
    done = []
    while len(done) < count and (held := desk.claim(member)):
        gold = GoldSegmentation.objects.get(sentence=held.sentence_id).boundaries
        desk.wait(seconds=5)
        desk.submit(held, *gold)
        done.append(held.sentence_id)
    return done


def arm_labels(project: Project) -> int:
    """How many readings were submitted from the arms' queues."""
    own = Assignment.objects.filter(project=project, state="submitted")
    return own.exclude(queue__kind="measurement").count()


def turn(round_: Round) -> Round:
    """Do everything a round still needs, as workers would, in this process."""
    for _ in range(20):
        rounds.advance(round_.pk, real_now=timezone.now())
        round_.refresh_from_db()
        if round_.state == Round.State.TRAINING:
            training.train_round(round_.pk, round_.attempt)
        for shard in round_.shards.filter(done_at=None):
            scoring.score_shard(shard.pk, shard.attempt)
        round_.refresh_from_db()
        if round_.progress["step"] == "suggesting":
            suggestions.fill_order(round_.pk, round_.attempt)
        if round_.state not in Round.UNDER_WAY:
            return round_
    raise AssertionError(f"{round_} does not end: {round_.state}, {round_.error}")


def later(**spans: float) -> datetime:
    """The wall clock after a while."""
    return timezone.now() + timedelta(**spans)

"""What helps an annotator: lookups, practice, comments that came back, one's own hours."""

from datetime import UTC, datetime, timedelta

import pytest

from annotation import practice
from annotation.lookups import covering, listed_words
from annotation.models import Assignment, Offer, Project, Queue, Sentence
from tests.factories import make_corpus, make_reading

pytestmark = pytest.mark.django_db
MORNING = datetime(2026, 1, 5, 2, tzinfo=UTC)


def read(people, user, text, words, *, slot=0, at=MORNING):
    """Let a person have read a sentence so; the sentence is made where there is none of that text."""
    sentence = Sentence.objects.filter(project=people.project, text=text).first()
    if sentence is None:
        make_corpus(people.project, [text])
        sentence = Sentence.objects.get(project=people.project, text=text)
    starts, position = [], 0
    for word in words.split("|")[:-1]:
        position += len(word)
        starts.append(position)
    make_reading(sentence, user, starts, at=at, slot=slot, required_annotations=slot + 1, active_ms=4500)
    return sentence


@pytest.fixture
def look_up(people, by):
    """Ask about a string while holding a sentence; return the words of each cut with their counts."""
    desk = by(people.annotator)
    held = desk.post(people.path("/next")).json()["work"]["assignment"]

    def ask(string):
        answer = desk.get(people.path(f"/assignments/{held}/lookup"), {"string": string})
        assert answer.status_code == 200
        return answer.json()

    ask.assignment = held
    return ask


def counts(answer):
    return {"|".join(cut["tokens"]): cut["count"] for cut in answer["cuts"]}


def test_a_lookup_shows_how_one_cut_the_string_before_the_most_frequent_first(people, look_up):
    read(people, people.annotator, "นอนตากลม", "นอน|ตาก|ลม")
    read(people, people.annotator, "มาตากลมกัน", "มา|ตาก|ลม|กัน")
    read(people, people.annotator, "เดกตากลม", "เดก|ตา|กลม")
    answer = look_up("ตากลม")
    assert list(counts(answer).items()) == [("ตาก|ลม", 2), ("ตา|กลม", 1)]
    assert answer["cuts"][1]["examples"] == [{"before": ["เดก"], "after": []}]
    assert counts(look_up("ตาก")) == {"ตาก": 2, "ตา|กลม": 1}
    assert answer["words"][:3] == ["ตากลม", "ตาก", "กลม"]


def test_a_lookup_shows_settled_references_but_not_what_others_made_of_it(people, by, look_up):
    read(people, people.second, "นอนตากลม", "นอน|ตากลม")
    assert look_up("ตากลม")["cuts"] == []
    sentence = Sentence.objects.get(text="นอนตากลม")
    by(people.adjudicator).post(people.path(f"/sentences/{sentence.pk}/adjudicate"), {"boundaries": [3, 6]})
    assert [(cut["tokens"], cut["settled"]) for cut in look_up("ตากลม")["cuts"]] == [(["ตาก", "ลม"], 1)]


def test_a_lookup_never_shows_the_holdout(people, look_up):
    read(people, people.annotator, "นอนตากลม", "นอน|ตากลม")
    Sentence.objects.filter(text="นอนตากลม").update(split="holdout")
    assert look_up("ตากลม")["cuts"] == []


@pytest.mark.parametrize("blind", [{"control": True}, {"split": "holdout"}])
def test_a_lookup_from_a_sentence_served_blind_is_refused_alike(people, look_up, blind):
    read(people, people.annotator, "นอนตากลม", "นอน|ตากลม")
    held = Assignment.objects.get(pk=look_up.assignment).sentence_id
    Sentence.objects.filter(pk=held).update(**blind)
    assert look_up("ตากลม") == {"blind": True, "cuts": [], "words": []}


@pytest.mark.parametrize(
    ("words", "string", "found"),
    [
        ("ตาก|ลม", "ตากลม", [(0, 2)]),
        ("ตาก|ลม", "ลม", [(1, 2)]),
        ("ตาก|ลม", "กล", [(0, 2)]),
        ("ๆ|ๆ|ๆ", "ๆๆ", [(0, 2), (1, 3)]),
        ("ตาก|ลม", "ฝน", []),
    ],
)
def test_the_words_that_cover_a_string(words, string, found):
    assert list(covering(words.split("|"), string)) == found


def test_the_word_list_names_the_words_inside_longest_first():
    assert listed_words("โรงเรียน")[:2] == ["โรงเรียน", "เรียน"]
    assert listed_words("กขฃ") == []


def test_practice_comes_with_the_software_but_for_what_the_project_has_itself(people, by):
    ask = lambda: by(people.annotator).get(people.path("/practice")).json()  # noqa: E731
    shipped = ask()
    assert len(shipped) == 12
    assert all(0 < gap < len(one["clusters"]) for one in shipped for gap in one["reference"])
    assert any(one["start"] != one["reference"] for one in shipped)
    make_corpus(people.project, ["".join(shipped[0]["clusters"])])
    assert ask() == shipped[1:]


def test_practice_takes_the_projects_own_references_once_there_are_enough(people, by, monkeypatch):
    monkeypatch.setattr(practice, "ENOUGH", 2)
    texts = ["นอนตากลม", "มาตากลมกัน", "เด็กตากลม", "ตากลมเย็น"]
    judge = by(people.adjudicator)
    for text in texts:
        sentence = read(people, people.second, text, text)
        body = {"boundaries": [2], "note": "ดูกฎข้อ 1"}
        judge.post(people.path(f"/sentences/{sentence.pk}/adjudicate"), body)
    # Read by the person, of the holdout, still to be read by somebody: none of these is for practice.
    read(people, people.annotator, texts[1], texts[1], slot=1)
    answer = by(people.annotator).get(people.path("/practice")).json()
    assert len(answer) == 3
    assert answer[0]["note"] == {"th": "ดูกฎข้อ 1", "en": "ดูกฎข้อ 1"}
    Sentence.objects.filter(text=texts[0]).update(split="holdout")
    left = Sentence.objects.get(text=texts[2])
    Offer.objects.create(
        queue=Queue.objects.get(project=people.project, kind="measurement"),
        number=1,
        sentence=left,
        slot=1,
    )
    assert len(by(people.annotator).get(people.path("/practice")).json()) == 12


def test_comments_tell_what_was_settled_otherwise_or_with_a_note(people, by):
    judge, mine = by(people.adjudicator), by(people.annotator)
    same = read(people, people.annotator, "นอนตากลม", "นอน|ตาก|ลม")
    other = read(people, people.annotator, "มาตากลมกัน", "มา|ตากลม|กัน")
    measured = read(people, people.annotator, "ตากลมเย็น", "ตากลม|เย็น")
    Sentence.objects.filter(pk=measured.pk).update(split="holdout")
    for sentence, boundaries in ((same, [3, 6]), (other, [2, 5, 7]), (measured, [2])):
        judge.post(people.path(f"/sentences/{sentence.pk}/adjudicate"), {"boundaries": boundaries})
    ask = lambda: mine.get(people.path("/comments")).json()  # noqa: E731
    assert [(one["boundaries"], one["reference"]) for one in ask()] == [([2, 7], [2, 5, 7])]
    settled = {"boundaries": [3, 6], "note": "ถูกแล้ว"}
    judge.post(people.path(f"/sentences/{same.pk}/adjudicate"), settled)
    assert [one["note"] for one in ask()] == ["ถูกแล้ว", ""]
    assert by(people.second).get(people.path("/comments")).json() == []


def test_hours_are_by_the_day_in_thailand(people, by):
    read(people, people.annotator, "นอนตากลม", "นอน|ตาก|ลม", at=MORNING)
    read(people, people.annotator, "เดกตากลม", "เดก|ตา|กลม", at=MORNING + timedelta(hours=14, minutes=59))
    read(people, people.annotator, "มาตากลมกัน", "มา|ตาก|ลม|กัน", at=MORNING + timedelta(hours=15))
    desk = by(people.annotator)
    Project.objects.update(simulated_now=MORNING + timedelta(hours=16))
    held = desk.post(people.path("/next")).json()["work"]["assignment"]
    skip = {"reason": "not_thai", "active_ms": 1500}
    desk.post(people.path(f"/assignments/{held}/skip"), skip)
    assert desk.get(people.path("/hours/own")).json() == [
        {"day": "2026-01-06", "sentences": 1, "revisions": 0, "skips": 1, "active_seconds": 6.0},
        {"day": "2026-01-05", "sentences": 2, "revisions": 0, "skips": 0, "active_seconds": 9.0},
    ]
    assert by(people.second).get(people.path("/hours/own")).json() == []

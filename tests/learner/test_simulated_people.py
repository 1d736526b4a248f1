"""What simulated people go by: gold, guidelines as changes of it, difficulty, their days of work."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from annotation.splitters import split_clauses
from learner.findings import find, judge
from learner.gold_text import Text, difficulty, read_source, served, upload_of
from learner.rules import in_turn, join_after, join_words_of, keep, split_after
from learner.scenario import Colleague, Finding, ScenarioError, Source
from learner.simulated_people import Answers, Worker

MONDAY = datetime(2024, 1, 1, 8, tzinfo=UTC)


class TestRules:
    def test_the_gold_is_followed_as_it_is(self):
        assert keep(("การ", "เรียน")) == ["การ", "เรียน"]

    def test_a_prefix_joins_the_word_after_it_but_no_space(self):
        rule = join_after(["การ"])
        assert rule(["การ", "เรียน", "การ", " ", "ดี"]) == ["การเรียน", "การ", " ", "ดี"]

    def test_a_prefix_is_split_off_before_a_known_word_only(self):
        rule = split_after(["การ"], {"เรียน"})
        assert rule(["การเรียน", "การค้า", "การ"]) == ["การ", "เรียน", "การค้า", "การ"]

    def test_words_join_where_another_corpus_has_them_joined_the_longest_first(self):
        rule = join_words_of([["แม่น้ำ"], ["แม่น้ำ"], ["แม่น้ำโขง"], ["แม่น้ำโขง"], ["น้ำโขง"]])
        assert rule(["แม่", "น้ำ", "โขง"]) == ["แม่น้ำโขง"]
        assert rule(["น้ำ", "โขง"]) == ["น้ำ", "โขง"]

    def test_rules_apply_in_turn_and_never_change_the_text(self):
        rule = in_turn([join_after(["การ"]), split_after(["การ"], {"เรียน"})])
        assert "".join(rule(["การ", "เรียน"])) == "การเรียน"


class TestGoldText:
    def texts(self):
        long = ("ประเทศ", "ไทย", "มี", "แม่น้ำ", "หลาย", "สาย", "และ", "มี", "ภูเขา", "สูง")
        return [Text(long, "d1", "news"), Text(long[::-1], "d1", "news"), Text(("สั้น",), "d2", "chat")]

    def test_what_is_uploaded_has_no_words(self):
        assert b"words" not in upload_of(self.texts(), splitter="line")

    def test_the_pieces_are_those_that_the_service_cuts_with_their_words(self):
        pieces = served(self.texts(), splitter="clause")
        running = "".join(self.texts()[0].words) + " " + "".join(self.texts()[1].words)
        assert [piece.text for piece in pieces if piece.document == "d1"] == split_clauses(running)
        assert [piece.text for piece in pieces if piece.document == "d2"] == ["สั้น"]

    def test_a_file_that_is_not_there_is_named_with_the_places_looked_at(self, tmp_path):
        with pytest.raises(ScenarioError, match=r"absent\.jsonl"):
            read_source(Source("absent.jsonl"), [tmp_path], seed=1)

    def test_difficulty_follows_the_gold_as_far_as_asked(self):
        doubtful = [("แม่น้ำ", str(number)) for number in range(30)]
        doubtful += [("แม่", "น้ำ", str(number)) for number in range(30)]
        plain = [("ฟ้า", str(number)) for number in range(60)]
        texts = [Text((*words, tag), "d", "x") for tag in "ab" for words in [*doubtful, *plain]]
        is_doubtful = np.array([len(text.words) and text.words[0].startswith("แม่") for text in texts])
        for by_gold, low, high in ((0.0, -0.2, 0.2), (0.9, 0.5, 1.0)):
            hard = difficulty(texts, by_gold=by_gold, seed=1)
            values = [hard[text.text] for text in texts]
            assert low < np.corrcoef(values, is_doubtful)[0, 1] < high


class TestPeople:
    def worker(self, **fields) -> Worker:
        return Worker("anan", Colleague(**fields), client=None, membership=1, guideline="gold")

    def answers(self, **fields) -> Answers:
        texts = {"แมวกินปลา": Text(("แมว", "กิน", "ปลา"), "d", "x")}
        rules = {"gold": keep, "joined": join_after(["กิน"])}
        return Answers(
            **({"texts": texts, "rules": rules, "difficulty": {}, "slope": 0.5, "seed": 1} | fields)
        )

    WORK = {"clusters": ["แ", "ม", "ว", "กิ", "น", "ป", "ล", "า"], "suggestion": None}

    def test_who_makes_no_slips_answers_by_their_guideline(self):
        worker = self.worker(error_rate=0.0)
        assert worker.answer(self.WORK, self.answers())[0] == [3, 5]
        worker.guideline = "joined"
        assert worker.answer(self.WORK, self.answers())[0] == [3]

    def test_an_answer_depends_on_seed_person_and_text_alone(self):
        first = self.worker(error_rate=0.3).answer(self.WORK, self.answers())
        assert self.worker(error_rate=0.3).answer(self.WORK, self.answers()) == first
        assert self.worker(error_rate=0.3).answer(self.WORK, self.answers(seed=2)) != first

    def test_pace_multiplies_the_seconds(self):
        quick, slow = (self.worker(pace=pace).answer(self.WORK, self.answers())[1] for pace in (1, 2))
        assert slow == pytest.approx(2 * quick)

    def test_work_begins_in_the_morning_lasts_so_long_and_rests_at_the_weekend(self):
        worker = self.worker(from_hour=9, minutes_a_day=30)
        first = worker.next_stretch(MONDAY)
        assert timedelta(hours=1) <= first - MONDAY < timedelta(hours=1, minutes=21)
        assert worker.next_stretch(first + timedelta(minutes=29)) == first + timedelta(minutes=29)
        assert worker.next_stretch(first + timedelta(minutes=31)).date() == MONDAY.date() + timedelta(1)
        friday = MONDAY + timedelta(days=4, hours=8)
        assert worker.next_stretch(friday).weekday() == 0


class TestFindings:
    class Manager:
        def get(self, path):
            if path.endswith("/events"):
                return [{"kind": "corpus.imported", "at": (MONDAY + timedelta(hours=30)).isoformat()}]
            return {"rows": [{"arm": "active", "value": 2.5}]}

    @pytest.mark.parametrize(
        ("finding", "holds"),
        [
            (Finding("", event="corpus.imported"), True),
            (Finding("", event="corpus.imported", between=[0, 20]), False),
            (Finding("", no_event="corpus.imported"), False),
            (Finding("", no_event="order.stale"), True),
            (Finding("", analysis="x", path="rows.arm=active.value", at_least=2), True),
            (Finding("", analysis="x", path="rows.0.value", at_most=2), False),
            (Finding("", analysis="x", path="rows.3.value", at_least=0), False),
            (Finding("", analysis="x", path="rows.0.arm", equals="active"), True),
        ],
    )
    def test_each_is_held_against_what_the_service_says(self, finding, holds):
        (judged,) = judge([finding], self.Manager(), project=1, start=MONDAY)
        assert judged.holds is holds

    def test_a_path_that_leads_nowhere_finds_nothing(self):
        assert find({"a": [{"b": 1}]}, "a.0.b.c") is None

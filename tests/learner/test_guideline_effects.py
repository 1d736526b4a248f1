"""What new rules did to labels, from pairs of readings: hand-made pairs whose figures are known."""

import numpy as np
import pytest

from learner.estimates import NotEstimable, TheseReadings
from learner.guideline_effects import Pair, label_effects, moved


def pair(before: str, after: str, *, document: int = 1) -> Pair:
    """Two readings written with “|” between tokens; every letter is a cluster."""

    def cuts(text: str) -> tuple[int, ...]:
        ends = np.cumsum([len(token) for token in text.split("|")])[:-1]
        return tuple(int(end) for end in ends)

    return Pair(document, list(before.replace("|", "")), cuts(before), cuts(after))


JOINED = [pair("กข|คง", "กขคง", document=number) for number in range(60)]
SAME = [pair("กข|คง", "กข|คง", document=number) for number in range(60)]


class TestLabels:
    def test_what_changed_is_a_share_of_decisions_and_of_tokens(self):
        (found,) = label_effects({"random": JOINED}, SAME, seed=1)["groups"].values()
        assert found["pairs"] == 60
        assert found["changed"].value == pytest.approx(1 / 3)
        assert found["tokens"].value == pytest.approx(-1 / 2)
        assert isinstance(found["changed"], TheseReadings)

    def test_what_people_differ_by_under_one_version_is_taken_off(self):
        people = SAME[:30] + JOINED[30:]
        found = label_effects({"random": JOINED}, people, seed=1)
        assert found["people"] == {"pairs": 60, "share": pytest.approx(1 / 6)}
        net = found["groups"]["random"]["net"]
        assert net.value == pytest.approx(1 / 6)
        assert net.low < 1 / 6 < net.high

    def test_an_interval_holds_the_choice_of_documents(self):
        mixed = [
            one if number % 2 else other for number, (one, other) in enumerate(zip(JOINED, SAME, strict=True))
        ]
        found = label_effects({"random": mixed}, SAME, seed=1)["groups"]["random"]["changed"]
        # Half the documents at 1/3: a standard error of 1/6 / √60.
        assert found.high - found.low == pytest.approx(2 * 1.96 / 6 / np.sqrt(60), rel=0.2)

    def test_few_documents_give_a_figure_without_an_interval(self):
        found = label_effects({"random": JOINED[:5]}, SAME[:5], seed=1)["groups"]["random"]["changed"]
        assert (found.value, found.low) == (pytest.approx(1 / 3), None)

    def test_the_arms_are_held_against_each_other(self):
        found = label_effects({"random": SAME, "active": JOINED}, SAME, seed=1)
        assert found["active_minus_random"].value == pytest.approx(1 / 3)

    def test_without_readings_there_is_nothing_to_say(self):
        found = label_effects({"random": [], "active": []}, [], seed=1)
        assert isinstance(found["groups"]["random"]["changed"], NotEstimable)
        assert isinstance(found["active_minus_random"], NotEstimable)


class TestStrings:
    def test_a_string_that_is_joined_again_and_again_has_moved(self):
        (one,) = moved(JOINED[:10])
        assert (one.string, one.joined, one.split) == ("กขคง", 10, 0)
        assert one.p == pytest.approx(2 / 1024)

    def test_a_prefix_that_is_joined_to_many_words_has_moved_though_no_word_comes_twice(self):
        words = "คงจฉชซฌญฎฏ"
        first, *others = moved([pair(f"กข|{word}", f"กข{word}") for word in words])
        assert (first.string, first.joined, first.split) == ("กข…", 10, 0)
        assert first.p == pytest.approx(2 / 1024)
        assert {(one.string, one.joined) for one in others} == {(f"กข{word}", 1) for word in words}

    def test_the_last_part_is_one_too(self):
        pairs = [pair(f"{word}|กข", f"{word}กข") for word in "คงจฉชซ"]
        assert moved(pairs)[0].string == "…กข"

    def test_slips_go_both_ways_and_move_nothing(self):
        (one,) = moved([pair("กข|คง", "กขคง")] * 5 + [pair("กขคง", "กข|คง")] * 5)
        assert (one.joined, one.split, one.p) == (5, 5, 1.0)

    def test_a_token_moves_only_between_ends_on_which_both_agree(self):
        assert moved([pair("กข|คง", "ก|ขคง")]) == []

import pytest

from learner.conflicts import Labelled, find_conflicts, plan_repairs, same_sentence, shifts


def label(sentence, text, *, guideline=1, annotator=1, arm="random", seconds=10.0):
    """An annotation written with bars at its boundaries."""
    tokens = text.split("|")
    return Labelled(
        sentence=sentence,
        tokens=tokens,
        guideline=guideline,
        annotator=annotator,
        arm=arm,
        clusters=len(text.replace("|", "")),
        seconds=seconds,
    )


class TestConflicts:
    def test_a_string_kept_here_and_cut_there_is_a_conflict(self):
        (found,) = find_conflicts(
            [label(1, "เขา|ขึ้น|รถไฟ"), label(2, "รถ|ไฟ|มา", arm="active"), label(3, "รถไฟ|ไป", annotator=2)]
        )
        assert found.string == "รถไฟ"
        assert (found.all.whole, found.all.cut) == (2, 1)
        assert found.cuts == {"รถ|ไฟ": 1}
        assert (found.by_arm["active"].cut, found.by_arm["random"].whole) == (1, 2)
        assert found.by_annotator[2].whole == 1
        assert found.sentences == {1, 2, 3}
        assert found.minority == 1

    def test_the_same_letters_across_another_words_edge_do_not_count(self):
        # ตาก|ลม and ตา|กลม: neither is an occurrence of the other's tokens
        assert find_conflicts([label(1, "ตาก|ลม"), label(2, "ตา|กลม")]) == []

    def test_three_ways_to_cut_are_told_apart(self):
        (found, other) = find_conflicts([label(1, "แม่ค้าปลา"), label(2, "แม่ค้า|ปลา"), label(3, "แม่|ค้า|ปลา")])
        assert found.string == "แม่ค้าปลา"
        assert found.cuts == {"แม่ค้า|ปลา": 1, "แม่|ค้า|ปลา": 1}
        assert other.string == "แม่ค้า"

    def test_white_space_ends_a_string(self):
        assert find_conflicts([label(1, "รถไฟ"), label(2, "รถ| |ไฟ")]) == []

    def test_the_conflict_that_most_labels_are_on_the_wrong_side_of_comes_first(self):
        labels = [label(n, "รถไฟ|มา") for n in range(3)] + [label(n, "รถ|ไฟ|มา") for n in range(3, 5)]
        labels += [label(5, "น้ำแข็ง"), label(6, "น้ำ|แข็ง")]
        assert [found.string for found in find_conflicts(labels)] == ["รถไฟ", "น้ำแข็ง"]


class TestShifts:
    LABELS = (
        [label(n, "รถ|ไฟ|มา", guideline=1) for n in range(8)]
        + [label(n, "รถไฟ|มา", guideline=2) for n in range(8, 16)]
        + [label(20, "น้ำ|แข็ง", guideline=1), label(21, "น้ำแข็ง", guideline=1), label(22, "น้ำแข็ง", guideline=2)]
    )

    def test_the_string_whose_rule_changed_stands_out(self):
        first, second = shifts(find_conflicts(self.LABELS), old=[1], new=[2])
        assert first.string == "รถไฟ"
        assert (first.before.cut, first.after.whole) == (8, 8)
        # Fisher: 2 / C(16, 8). The other string can never have so small a p, so it does not count here.
        assert first.p == pytest.approx(2 / 12870)
        assert second.p == 1.0

    def test_a_string_seen_under_one_version_only_is_left_out(self):
        labels = [label(1, "รถ|ไฟ", guideline=1), label(2, "รถไฟ", guideline=1)]
        assert shifts(find_conflicts(labels), old=[1], new=[2]) == []


class TestRepair:
    NEW = [label(n, "รถไฟ|มา", guideline=2) for n in range(100, 109)]

    def plan(self, labels, holdout=()):
        return plan_repairs([*labels, *self.NEW], current=2, holdout=set(holdout), seconds_per_cluster=0.5)

    def test_a_sentence_is_worth_the_changes_to_be_expected_in_a_second(self):
        plan = self.plan([label(1, "รถ|ไฟ|มา"), label(2, "รถ|ไฟ|รถ|ไฟ"), label(3, "ปลา|มา")])
        assert [repair.sentence for repair in plan.repairs] == [2, 1, 3]
        # kept in 9 of 9 under the new guideline: (9 + 0.5) / 10 an occurrence
        assert plan.repairs[0].changes == pytest.approx(2 * 0.95)
        assert plan.repairs[0].strings == ("รถไฟ", "รถไฟ")
        assert plan.repairs[1].seconds == pytest.approx(0.5 * len("รถไฟมา"))
        assert (plan.sentences, plan.changes_known) == (3, 2)

    def test_holdout_comes_first_whatever_it_costs(self):
        plan = self.plan([label(1, "รถ|ไฟ|มา"), label(2, "ปลา|มา")], holdout=[2])
        assert [repair.sentence for repair in plan.repairs] == [2, 1]

    def test_what_already_follows_the_new_rule_gains_little(self):
        plan = self.plan([label(1, "รถไฟ|มา"), label(2, "รถ|ไฟ|มา")])
        assert [repair.sentence for repair in plan.repairs] == [2, 1]
        assert plan.repairs[1].changes == pytest.approx(0.05)
        assert plan.repairs[1].strings == ()

    def test_a_sentence_annotated_again_already_is_not_in_the_plan(self):
        plan = self.plan([label(1, "รถ|ไฟ|มา"), label(1, "รถไฟ|มา", guideline=2)])
        assert plan.repairs == []
        assert plan.seconds == 0


class TestTheSameSentence:
    def test_differences_are_counted_by_what_changed_between_two_readings(self):
        found = same_sentence(
            [
                label(1, "รถ|ไฟ", annotator=1),
                label(1, "รถไฟ", annotator=2),
                label(2, "มา", annotator=1),
                label(2, "มา", annotator=2),
                label(3, "รถ|ไฟ", annotator=1),
                label(3, "รถไฟ", annotator=1, guideline=2),
            ]
        )
        assert (found["people"].sentences, found["people"].different) == (2, 1)
        assert (found["guideline"].sentences, found["guideline"].different) == (1, 1)
        assert found["both"].sentences == 0

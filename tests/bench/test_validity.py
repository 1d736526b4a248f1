"""The judges of bench/validity.py let a fair design pass and find an unfair one."""

import json
import random

import numpy as np
import pytest

from bench import inclusion, timing, validity
from bench.replaying import LATE_ROUNDS, Design, Gold, replay
from bench.report import Report


def projects(weight, count=300):
    """Samples of both corpora, drawn one after another with chances in proportion to `weight` of a number."""
    rng = np.random.default_rng(3)
    weights = np.array([weight(number) for number in range(inclusion.SENTENCES)], float)
    chances = weights / weights.sum()
    return [
        [rng.choice(inclusion.SENTENCES, size, replace=False, p=chances).tolist() for size in inclusion.TAKEN]
        for _ in range(count)
    ]


class TestInclusion:
    def test_simple_random_samples_pass(self):
        assert min(inclusion.p_values(projects(lambda number: 1)).values()) > 0.05

    def test_what_the_active_arm_ranks_high_must_not_come_more_often(self):
        found = inclusion.p_values(projects(lambda number: 10 + inclusion.FEATURES["length"](number)))
        assert found["active_score_1"] < 0.001

    def test_what_is_handed_in_late_must_not_drop_out(self):
        found = inclusion.p_values(projects(lambda number: 30 - inclusion.KEPT[number]))
        assert found["seconds_1"] < 0.001

    def test_sentences_of_a_document_must_not_come_together(self):
        rng = random.Random(5)
        fair = projects(lambda number: 1)
        for project in fair[::2]:
            document = rng.randrange(inclusion.DOCUMENTS)
            own = [document + inclusion.DOCUMENTS * place for place in range(inclusion.LENGTHS)]
            project[0] = rng.sample(own, inclusion.TAKEN[0])
        found = inclusion.p_values(fair)
        assert found["inclusion_1"] > 0.001
        assert found["pairs_of_a_document_1"] < 0.001


class TestTiming:
    def latencies(self, slower):
        rng = np.random.default_rng(2)
        return {
            name: {
                "random": rng.gamma(9, 1, 1000).tolist(),
                "active": (rng.gamma(9, 1, 1000) + slower).tolist(),
            }
            for name in ("submitted", "brought")
        }

    def test_arms_that_answer_alike_pass(self):
        assert min(p for _, p in timing.told_apart(self.latencies(0)).values()) > 0.01

    def test_a_millisecond_is_told(self):
        for right, p in timing.told_apart(self.latencies(1)).values():
            assert p < 0.001
            assert right == pytest.approx(0.57, abs=0.03)


def test_new_rules_join_the_same_pairs_of_clusters_everywhere_and_leave_the_holdout():
    gold = Gold.read()
    design = Design(rounds=6, batch=10, refit=False, seeds=2, event_after=3)
    changed = Design(**{**vars(design), "rules_after": 0.3})
    plain, new = (replay(gold, one, seed=4)[0].counts.sum(axis=(2, 3)) for one in (design, changed))
    # until the third round nothing differs; then models miss boundaries that the holdout has
    assert (plain[:, :3] == new[:, :3]).all()
    assert (new[:, -1, 2] > 1.2 * plain[:, -1, 2]).all()
    assert (plain[..., 0] + plain[..., 2] == new[..., 0] + new[..., 2]).all()


EVENT = Design(rounds=6, batch=10, refit=False, seeds=2, event_after=3)


@pytest.fixture(scope="module")
def gold():
    return Gold.read()


def played(gold, **changed):
    return replay(gold, Design(**{**vars(EVENT), **changed}), seed=4)[0]


def test_late_labels_hold_up_the_freeze_and_are_not_left_out_of_it(gold):
    plain, late = played(gold), played(gold, late_share=1.0)
    costs = late.costs["annotations"]
    assert (costs[:, :3] == plain.costs["annotations"][:, :3]).all()
    # half of the sentences are long and two rounds late, so that nothing of a round is whole before
    assert (costs[:, 3] < plain.costs["annotations"][:, 3]).all()
    assert (np.diff(costs, axis=1) >= 0).all()
    assert (costs[:, 3 + LATE_ROUNDS] >= plain.costs["annotations"][:, 3]).all()


def test_a_model_that_is_blind_to_features_is_worse_from_the_event_on(gold):
    plain, blind = (one.counts.sum(axis=(2, 3)) for one in (played(gold), played(gold, blind_share=0.5)))
    assert (plain[:, :3] == blind[:, :3]).all()
    assert (blind[:, 3:, 3] < plain[:, 3:, 3]).all()


def test_a_corpus_that_arrives_is_drawn_from_after_the_event_only(gold):
    assert played(gold, arriving_share=0.5).costs["annotations"][0].tolist() == [30, 40, 50, 60, 70, 80]


def test_another_splitter_cuts_the_same_text_and_what_arrives_by_it_is_longer():
    both = Gold.read(with_coarse=True)
    sums = [both.clusters[both.is_coarse == coarse] for coarse in (False, True)]
    lines, pairs = (len(sizes) for sizes in sums)
    assert lines / 2 <= pairs < lines
    # a space for every two lines that are joined
    assert sums[1].sum() == sums[0].sum() + lines - pairs
    plain, coarse = (played(both, coarse_share=share).costs["clusters"] for share in (0.0, 0.8))
    assert np.diff(coarse)[:, 2:].mean() > 1.4 * np.diff(plain)[:, 2:].mean()


def test_replays_of_other_code_are_left_out_and_counted(tmp_path, capsys):
    kept = tmp_path / "results.jsonl"
    rows = [{"check": "quiet", "seed": seed, "code": made_by} for seed, made_by in ((1, "old"), (2, "new"))]
    kept.write_text("".join(json.dumps(row) + "\n" for row in [*rows, {"check": "quiet", "seed": 3}]))
    assert validity._read(kept, "new") == {("quiet", 2): {}}
    assert "2 replays of other code" in capsys.readouterr().err


class TestBands:
    def lines(self, gains, *, half):
        return [
            {
                "value": 0.0,
                "e1": [-1, 1],
                "e2": [-1, 1],
                "gains": row,
                "pointwise": [[gain - half, gain + half] for gain in row],
                "sup_t": [[gain - 2 * half, gain + 2 * half] for gain in row],
            }
            for row in gains
        ]

    def test_the_truth_is_zero_where_both_arms_are_random(self):
        lines = self.lines([[0.0, 0.5], [3.0, 1.5]], half=1.0)
        assert validity.band_coverage(lines, is_null=True) == {"pointwise": 0.5, "sup_t": 0.5}

    def test_elsewhere_it_is_the_mean_over_the_replays(self):
        lines = self.lines([[10.0, 10.0], [10.5, 10.5]], half=1.0)
        assert validity.band_coverage(lines, is_null=False) == {"pointwise": 1.0, "sup_t": 1.0}

    def test_the_bounds_of_coverage_belong_to_what_passes(self):
        held = [{"value": 0.0, "e1": [-1, 1], "e2": [-1, 1]}] * 193
        missed = [{"value": 0.0, "e1": [-1, 1], "e2": [1, 2]}] * 7
        report = Report(seed=1)
        validity.judge_coverage(report, "null", held + missed)
        (target,) = (one for one in report.targets if one.name == "null_e2_coverage_off_95")
        assert report.figures["null_e2_coverage"] == 0.965
        assert target.met

    def test_lines_of_earlier_versions_are_not_judged(self):
        old = {"value": 0.0, "e1": [-1, 1], "e2": [-1, 1]}
        report = Report(seed=1)
        validity.judge_coverage(report, "null", [old])
        assert "null_sup_t_coverage" not in report.figures
        validity.judge_coverage(report, "null", [old, *self.lines([[0.0, 0.5]], half=1.0)])
        assert report.figures["null_sup_t_coverage"] == 1.0
        assert report.figures["null_band_replays"] == 1


class TestDetectors:
    def line(self, *finds):
        return {"at": 5.0, "rounds": 10.0, "finds": list(finds)}

    def judged(self, quiet):
        report = Report(seed=1, figures={"false_alarms": 0.04})
        validity.judge_detectors(report, {"detectors": quiet})
        return {target.name: target.met for target in report.targets}

    def test_one_alarm_in_fifty_projects_passes_and_six_in_a_hundred_do_not(self):
        alarm = self.line(["work.shifted", None, 4.0, 5.0])
        assert self.judged([alarm] + [self.line()] * 49)["detectors_false_alarms"]
        assert not self.judged([alarm] * 6 + [self.line()] * 94)["detectors_false_alarms"]

    def test_the_family_is_the_analysis_and_the_detectors_together(self):
        alarm = self.line(["work.shifted", None, 4.0, 5.0])
        assert not self.judged([alarm] * 2 + [self.line()] * 98)["false_alarms_of_both"]
        assert self.judged([self.line()] * 100)["false_alarms_of_both"]

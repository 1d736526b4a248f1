"""The watch: it finds what nobody tells, once, and leaves a quiet project alone."""

from datetime import timedelta

import numpy as np
import pytest

from annotation import release
from annotation.models import Assignment, Project, Sentence
from learner import rounds, watching
from learner.models import Event, Round
from tests.factories import make_corpus, make_finished, make_member, make_project
from tests.learner.working import answer, turn

pytestmark = pytest.mark.django_db


def found(project: Project, kind: str) -> list[Event]:
    return list(Event.objects.filter(project=project, kind=kind))


def write_work(project: Project, user, sentences: list[Sentence], desk, *, seconds) -> None:
    """Put readings on record, a minute apart, without going through the queues."""
    for sentence, took in zip(sentences, seconds, strict=True):
        desk.wait(minutes=1)
        make_finished(sentence, user, at=desk.now, suggestion_policy="none", active_ms=int(1000 * took))


@pytest.fixture
def project() -> Project:
    return make_project()


def sentences_of(project: Project, count: int) -> list[Sentence]:
    make_corpus(project, count)
    return list(Sentence.objects.filter(project=project).order_by("pk"))


def test_the_first_release_is_noted_and_a_change_of_software_is_an_event(project, desk, monkeypatch):
    watching.watch(project, now=desk.now)
    watching.watch(project, now=desk.now)
    assert [event.after for event in found(project, "release.started")] == [release.version()]
    monkeypatch.setattr(release, "version", lambda: {"release": "9.9", "source": "abc"})
    watching.watch(project, now=desk.now)
    watching.watch(project, now=desk.now)
    (changed,) = found(project, "release.changed")
    assert (changed.before["source"] != "abc", changed.after["release"]) == (True, "9.9")


def test_the_release_is_read_from_the_changelog_and_the_source(tmp_path, settings):
    (tmp_path / "CHANGELOG.md").write_text("# Changelog\n\n## 1.4.0 - 2026-02-01\n\n## 1.3.0\n")
    (tmp_path / "learner").mkdir()
    (tmp_path / "learner" / "a.py").write_text("x = 1\n")
    settings.BASE_DIR = tmp_path
    release.version.cache_clear()
    first = release.version()
    (tmp_path / "learner" / "a.py").write_text("x = 2\n")
    release.version.cache_clear()
    second = release.version()
    release.version.cache_clear()
    assert first["release"] == second["release"] == "1.4.0"
    assert first["source"] != second["source"]


def test_somebody_idle_for_long_and_back_again_is_two_events(project, desk):
    make_corpus(project, 20)
    member = make_member(project)
    desk.work(member, 2)
    worked = desk.now
    desk.wait(hours=95)
    watching.watch(project, now=desk.now)
    assert not found(project, "annotator.idle")
    desk.wait(hours=3)
    watching.watch(project, now=desk.now)
    watching.watch(project, now=desk.now)
    (idle,) = found(project, "annotator.idle")
    assert (idle.at, idle.after["user"]) == (worked + timedelta(hours=96), member.user_id)
    desk.work(member, 1)
    watching.watch(project, now=desk.now)
    watching.watch(project, now=desk.now)
    (returned,) = found(project, "annotator.returned")
    assert (returned.at, returned.after["user"]) == (desk.now, member.user_id)


def test_who_has_left_is_not_called_idle(project, desk):
    make_corpus(project, 20)
    member = make_member(project)
    desk.work(member, 1)
    member.active = False
    member.save()
    watching.watch(project, now=desk.now + timedelta(days=30))
    assert not found(project, "annotator.idle")


def test_a_round_that_takes_long_is_found_once(loop, desk):
    round_ = rounds.open_if_due(loop, now=desk.now)
    desk.wait(minutes=50)
    watching.watch(loop, now=desk.now)
    assert not found(loop, "round.delayed")
    desk.wait(minutes=20)
    watching.watch(loop, now=desk.now)
    watching.watch(loop, now=desk.now)
    (delayed,) = found(loop, "round.delayed")
    assert delayed.after == {"round": 1, "state": "open"}
    Round.objects.filter(pk=round_.pk).update(state="cancelled")
    watching.watch(loop, now=desk.now)


def test_an_order_that_many_labels_are_not_in_is_stale(loop, desk):
    loop.simulated_now = desk.now
    loop.round_size = 3
    loop.save()
    turn(rounds.open_if_due(loop, now=desk.now))
    answer(desk, make_member(loop), 15)
    watching.watch(loop, now=desk.now)
    watching.watch(loop, now=desk.now)
    (stale,) = found(loop, "order.stale")
    assert stale.after["round"] == 1
    assert stale.after["labels"] >= 9


def test_a_person_who_slows_down_is_found_and_lasting_slowness_only_once(project, desk):
    member = make_member(project)
    rng = np.random.default_rng(3)
    sentences = sentences_of(project, 160)
    usual, slow = rng.lognormal(1.0, 0.3, 60), rng.lognormal(1.7, 0.3, 100)
    write_work(project, member.user, sentences[:60], desk, seconds=usual)
    watching.watch(project, now=desk.now)
    assert not found(project, "annotator.pace_drifted")
    write_work(project, member.user, sentences[60:110], desk, seconds=slow[:50])
    watching.watch(project, now=desk.now)
    (drift,) = found(project, "annotator.pace_drifted")
    assert drift.after["user"] == member.user_id
    assert drift.after["ratio"] == pytest.approx(2.0, rel=0.2)
    write_work(project, member.user, sentences[110:], desk, seconds=slow[50:])
    watching.watch(project, now=desk.now)
    assert len(found(project, "annotator.pace_drifted")) == 1


def test_a_few_sentences_left_open_are_no_drift(project, desk):
    member = make_member(project)
    seconds = np.random.default_rng(5).lognormal(1.0, 0.3, 100)
    seconds[[60, 71, 88]] = 600
    write_work(project, member.user, sentences_of(project, 100), desk, seconds=seconds)
    watching.watch(project, now=desk.now)
    assert not found(project, "annotator.pace_drifted")


def test_a_steady_pace_is_never_called_a_drift(project, desk):
    sentences = sentences_of(project, 100)
    for replay in range(15):
        member = make_member(project)
        Assignment.objects.filter(project=project).delete()
        seconds = np.random.default_rng(replay).lognormal(1.0, 0.6, 100)
        write_work(project, member.user, sentences, desk, seconds=seconds)
        watching.watch(project, now=desk.now)
    assert not found(project, "annotator.pace_drifted")


def work_days(project, desk, labels_by_day) -> None:
    """Let people make so many labels on each day, a minute apart: a list of (person, labels) by day."""
    for day in labels_by_day:
        desk.wait(hours=24, minutes=-sum(labels for _, labels in day))
        for user, labels in day:
            write_work(project, user, sentences_of_own(project, labels), desk, seconds=[3] * labels)


def sentences_of_own(project: Project, count: int) -> list[Sentence]:
    corpus = make_corpus(project, count)
    return list(Sentence.objects.filter(corpus=corpus).order_by("pk"))


class TestWork:
    @pytest.fixture
    def people(self, project):
        return [make_member(project).user for _ in range(2)]

    def test_work_that_shifts_to_somebody_else_is_found_once_and_dated(self, project, desk, people):
        one, two = people
        work_days(project, desk, [[(one, 8 + day % 2), (two, 8)] for day in range(9)])
        watching.watch(project, now=desk.now)
        assert not found(project, "work.shifted")
        changed = desk.now
        for _ in range(7):
            work_days(project, desk, [[(two, 17)]])
            watching.watch(project, now=desk.now)
        (shift,) = found(project, "work.shifted")
        assert abs(shift.at - changed) < timedelta(days=1)
        assert shift.before["shares"][str(one.pk)] == pytest.approx(0.5, abs=0.05)
        assert shift.after["shares"].get(str(one.pk), 0) < 0.25

    def test_long_sessions_in_turn_are_no_shift(self, project, desk, people):
        one, two = people
        work_days(project, desk, [[(one, 30)], [(two, 30)]] * 8)
        watching.watch(project, now=desk.now)
        assert not found(project, "work.shifted")

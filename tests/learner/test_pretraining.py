"""A project's pre-training: once, in slices, pausable; rounds after it start both arms from it."""

from dataclasses import replace
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from annotation.errors import Conflict
from annotation.models import Sentence
from learner import pretraining, pretraining_steps, rounds
from learner.models import Checkpoint, Event, Pretraining
from segmenter.checkpoint import load
from segmenter.pretrain import PretrainConfig
from segmenter.seq2seq import Seq2SeqConfig
from tests.learner.working import later, turn

pytestmark = pytest.mark.django_db

MODEL = Seq2SeqConfig(vocabulary=120, width=8, heads=2, hidden=8, encoder_layers=1, decoder_layers=1)
SCHEDULE = PretrainConfig(
    steps=4,
    tau=0.5,
    rows=2,
    length=16,
    generator_width=8,
    generator_heads=2,
    report_every=2,
    validation_rows=2,
)


def begin(project, desk, **changes) -> Pretraining:
    schedule = replace(SCHEDULE, **changes).to_json()
    return pretraining.start(project, schedule=schedule, model=MODEL.to_json(), now=desk.now, actor_id=None)


def kinds(project) -> list[str]:
    found = Event.objects.filter(project=project, kind__startswith="pretraining.")
    return list(found.order_by("id").values_list("kind", flat=True))


def test_a_project_is_pre_trained_once(loop, desk):
    begin(loop, desk)
    with pytest.raises(Conflict, match="has a pre-training already"):
        begin(loop, desk)


def test_it_is_made_in_slices_that_show_how_far_it_is(loop, desk, monkeypatch):
    monkeypatch.setattr(pretraining_steps, "SLICE_SECONDS", 0.0)
    row = begin(loop, desk)
    for done in range(1, 5):
        pretraining_steps.make_slice(row.pk)
        row.refresh_from_db()
        assert (row.progress["done"], row.progress["total"], row.holder) == (done, 4, None)
    assert row.state == "done"
    assert len(row.sha256) == 64
    assert kinds(loop) == ["pretraining.started", "pretraining.finished"]
    # a message that comes twice does nothing
    pretraining_steps.make_slice(row.pk)
    assert kinds(loop) == ["pretraining.started", "pretraining.finished"]


def test_slices_give_the_weights_of_an_unbroken_run(loop, desk, monkeypatch):
    row = begin(loop, desk)
    pretraining_steps.make_slice(row.pk)
    row.refresh_from_db()
    whole = row.sha256
    row.delete()
    monkeypatch.setattr(pretraining_steps, "SLICE_SECONDS", 0.0)
    again = begin(loop, desk)
    Pretraining.objects.filter(pk=again.pk).update(path="elsewhere")
    for _ in range(4):
        pretraining_steps.make_slice(again.pk)
    again.refresh_from_db()
    assert again.sha256 == whole


def test_paused_it_makes_no_step_until_it_is_resumed(loop, desk):
    row = begin(loop, desk)
    pretraining.pause(row, now=desk.now, actor_id=None)
    pretraining_steps.make_slice(row.pk)
    row.refresh_from_db()
    assert (row.state, row.progress["done"]) == ("paused", 0)
    with pytest.raises(Conflict, match="is paused"):
        pretraining.pause(row, now=desk.now, actor_id=None)
    pretraining.resume(row, now=desk.now, actor_id=None)
    pretraining_steps.make_slice(row.pk)
    row.refresh_from_db()
    assert row.state == "done"


def test_a_pause_in_the_middle_of_a_slice_keeps_what_was_made(loop, desk, monkeypatch):
    row = begin(loop, desk)
    monkeypatch.setattr(pretraining_steps, "RENEW_SECONDS", 0.0)

    def renew(held, **_):
        pretraining.pause(row, now=desk.now, actor_id=None)
        return False

    monkeypatch.setattr(pretraining, "renew", renew)
    pretraining_steps.make_slice(row.pk)
    row.refresh_from_db()
    assert (row.state, row.progress["done"], row.holder) == ("paused", 1, None)


def test_only_one_process_is_at_it_and_a_dead_one_loses_it(loop, desk):
    row = begin(loop, desk)
    held = pretraining.take(row.pk, real_now=timezone.now())
    assert pretraining.take(row.pk, real_now=timezone.now()) is None
    other = pretraining.take(row.pk, real_now=later(minutes=2))
    assert other is not None
    assert not pretraining.renew(held, progress={}, real_now=later(minutes=2))
    assert pretraining.renew(other, progress={}, real_now=later(minutes=2))


def test_an_error_is_written_down_and_a_resume_goes_on(loop, desk, monkeypatch):
    row = begin(loop, desk, length=100_000)
    pretraining_steps.make_slice(row.pk)
    row.refresh_from_db()
    assert row.state == "failed"
    assert row.why["code"] == "too_little_text"
    assert "symbols of raw text" in row.error
    pretraining.resume(row, now=desk.now, actor_id=None)
    row.refresh_from_db()
    assert (row.state, row.error) == ("running", "")


def test_the_holdout_is_not_read(loop):
    texts = set(pretraining_steps._pool_texts(loop))
    held_out = set(Sentence.objects.filter(project=loop, split="holdout").values_list("text", flat=True))
    assert texts
    assert held_out
    assert not texts & held_out


def test_rounds_after_it_start_both_arms_from_it_and_earlier_ones_from_scratch(loop, desk, checkpoint_store):
    first = turn(rounds.open_if_due(loop, now=desk.now))
    assert first.config["pretrained"] is None
    row = begin(loop, desk)
    pretraining_steps.make_slice(row.pk)
    row.refresh_from_db()
    second = turn(rounds.open_round(loop, trigger="hand", now=desk.now))
    assert second.state == "closed"
    assert second.config["pretrained"] == {"path": row.path, "sha256": row.sha256}
    models = [load(checkpoint_store / c.path) for c in Checkpoint.objects.filter(round=second)]
    assert len(models) == 2
    assert [model.config.pretrained for model in models] == [MODEL, MODEL]
    earlier = load(checkpoint_store / Checkpoint.objects.filter(round=first).first().path)
    assert earlier.config.pretrained is None


def test_the_command_starts_pauses_resumes_and_shows(loop):
    def said(*flags: str) -> str:
        out = StringIO()
        call_command("pretrain", str(loop.pk), *flags, stdout=out)
        return out.getvalue()

    with pytest.raises(CommandError, match="has no pre-training"):
        said("--show")
    assert said("--steps", "10") == "running: 0 of 10 steps\n"
    assert said("--pause") == "paused: 0 of 10 steps\n"
    with pytest.raises(CommandError, match="is paused"):
        said("--pause")
    assert said("--resume") == "running: 0 of 10 steps\n"
    with pytest.raises(CommandError, match="already"):
        said()


def test_beat_sends_what_waits_again(loop, desk, monkeypatch):
    sent = []
    monkeypatch.setattr(pretraining, "send", lambda name, *ids, lane: sent.append((name, *ids, lane)))
    row = begin(loop, desk)
    sent.clear()
    pretraining.send_again(real_now=timezone.now())
    assert sent == [("learner.tasks.pretrain", row.pk, "train")]
    pretraining.take(row.pk, real_now=timezone.now())
    pretraining.send_again(real_now=timezone.now())
    assert len(sent) == 1

"""A round from the freeze to the served order: what opens it, what it writes, what becomes of it if hurt."""

import json
import threading

import pytest
from django.db import IntegrityError, connections, transaction

from annotation import publishing, webhooks
from annotation.errors import Conflict
from annotation.models import Delivery, Draw, Generation, OrderChunk, Queue, Sentence
from learner import lag, ordering, rounds, scoring, tasks, training
from learner.analysis_data import read_trajectory
from learner.models import Checkpoint, CurvePoint, Event, Round
from learner.process_leases import LostLeaseError
from segmenter.query import STRATEGIES
from tests.factories import make_corpus, make_member, make_user
from tests.learner.working import answer, arm_labels, later, make_loop, thai, turn

pytestmark = pytest.mark.django_db


def kinds(project) -> list[str]:
    return list(Event.objects.filter(project=project).order_by("id").values_list("kind", flat=True))


def order_of(generation: Generation) -> list[int]:
    chunks = OrderChunk.objects.filter(generation=generation).order_by("number")
    return [id_ for chunk in chunks for id_ in chunk.sentence_ids]


def open_by_hand(project, desk) -> Round:
    return rounds.open_round(project, trigger="hand", now=desk.now, actor_id=make_user().pk)


def in_training(project, desk) -> Round:
    round_ = rounds.open_if_due(project, now=desk.now)
    rounds.advance(round_.pk, real_now=later())
    round_.refresh_from_db()
    assert round_.state == "training"
    return round_


# What opens a round


def test_the_first_round_opens_when_the_seed_set_is_final(desk):
    project = make_loop(holdout_serve_share=0)
    member = make_member(project)
    answer(desk, member, 7)
    assert rounds.open_if_due(project, now=desk.now) is None
    answer(desk, member, 1)
    assert rounds.open_if_due(project, now=desk.now).trigger == "count"


def test_the_next_round_opens_when_enough_new_arm_labels_are_in(desk):
    project = make_loop(holdout_serve_share=0, round_size=10)
    member = make_member(project)
    answer(desk, member, 8)
    turn(rounds.open_if_due(project, now=desk.now))
    answer(desk, member, 9)
    assert rounds.open_if_due(project, now=desk.now) is None
    answer(desk, member, 1)
    assert rounds.open_if_due(project, now=desk.now).number == 2


def test_holdout_labels_do_not_count_towards_a_round(desk):
    project = make_loop(holdout_serve_share=0, round_size=6)
    member = make_member(project)
    answer(desk, member, 8)
    turn(rounds.open_if_due(project, now=desk.now))
    before = arm_labels(project)
    project.holdout_serve_share = 0.9
    project.save()
    answer(desk, member, 6)
    held_out = Sentence.objects.filter(project=project, split="holdout", annotations__isnull=False).count()
    assert held_out > 0
    assert arm_labels(project) == before + 6 - held_out


def test_a_schedule_opens_a_round_only_when_there_is_something_new(desk):
    project = make_loop(holdout_serve_share=0, round_size=1000, round_hours=2)
    member = make_member(project)
    answer(desk, member, 8)
    turn(rounds.open_if_due(project, now=desk.now))
    desk.wait(hours=3)
    assert rounds.open_if_due(project, now=desk.now) is None
    answer(desk, member, 1)
    assert rounds.open_if_due(project, now=desk.now).trigger == "schedule"


def test_a_manager_opens_a_round_by_hand_and_is_named_in_the_event(loop, desk):
    manager = make_user()
    round_ = rounds.open_round(loop, trigger="hand", now=desk.now, actor_id=manager.pk)
    assert round_.state == "open"
    assert Event.objects.get(kind="round.opened").actor == manager


def test_no_round_opens_before_an_arm_has_a_label(desk):
    with pytest.raises(Conflict, match="no finished sentence"):
        open_by_hand(make_loop(), desk)


def test_there_is_one_round_under_way_a_project(loop, desk):
    open_by_hand(loop, desk)
    with pytest.raises(Conflict, match="under way"):
        open_by_hand(loop, desk)
    with pytest.raises(IntegrityError), transaction.atomic():
        Round.objects.create(project=loop, number=9, trigger="hand", opened_at=desk.now, state="scoring")


@pytest.mark.django_db(transaction=True)
def test_two_who_open_at_once_open_one_round(desk):
    project = make_loop(holdout_serve_share=0)
    answer(desk, make_member(project), 10)
    outcomes = []

    def open_one() -> None:
        try:
            outcomes.append(rounds.open_round(project, trigger="count", now=desk.now).number)
        except Conflict:
            outcomes.append("refused")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=open_one) for _ in range(2)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(map(str, outcomes)) == ["1", "refused"]


# From freeze to served order


def test_a_round_trains_measures_scores_and_publishes(loop, desk):
    webhooks.create(loop, url="https://example.org/", kinds=["round.closed"], actor=make_user())
    round_ = turn(rounds.open_if_due(loop, now=desk.now))
    assert round_.state == "closed"
    active = Queue.objects.get(project=loop, kind="active")
    assert active.generation == round_.generation
    assert round_.generation.source == f"checkpoint:{round_.scorer.pk}"
    assert (round_.scorer.arm, round_.scorer.seed) == ("active", round_.config["seeds"][0])
    assert sorted(point.arm for point in round_.points.all()) == ["active", "random"]
    assert kinds(loop)[-2:] == ["round.closed", "checkpoint.activated"]
    assert json.loads(Delivery.objects.get().body)["data"] == {"project": loop.pk, "round": round_.number}
    assert not round_.shards.exists()


def test_the_order_holds_the_whole_pool_outside_the_active_sample_labelled_or_not(loop, desk):
    round_ = turn(rounds.open_if_due(loop, now=desk.now))
    drawn = Draw.objects.filter(queue__project=loop, queue__kind="active").values("sentence_id")
    pool = Sentence.objects.filter(project=loop, split="pool").exclude(pk__in=drawn)
    assert set(order_of(round_.generation)) == set(pool.values_list("pk", flat=True))
    assert pool.filter(annotations__isnull=False).exists()


def test_what_is_held_out_withheld_retired_or_still_imported_is_never_ordered(loop, desk):
    withheld, retired = Sentence.objects.filter(project=loop, split="pool").order_by("-order_key")[:2]
    Sentence.objects.filter(pk=withheld.pk).update(split="withheld")
    Sentence.objects.filter(pk=retired.pk).update(retired_at=desk.now)
    importing = make_corpus(loop, thai(5, start=100), state="importing")
    round_ = turn(rounds.open_if_due(loop, now=desk.now))
    ordered = Sentence.objects.filter(pk__in=order_of(round_.generation))
    assert set(ordered.values_list("split", flat=True)) == {"pool"}
    assert not ordered.filter(corpus=importing).exists()
    assert retired not in ordered


def test_of_near_duplicates_only_the_best_is_ordered(loop, desk):
    ids = list(Sentence.objects.filter(project=loop, split="pool").values_list("pk", flat=True))
    Sentence.objects.filter(pk__in=ids[:5]).update(group=7)
    seed = Sentence.objects.filter(project=loop, split="seed")[0]
    Sentence.objects.filter(pk__in=[seed.pk, ids[5]]).update(group=8)
    round_ = rounds.open_if_due(loop, now=desk.now)
    rounds.advance(round_.pk, real_now=later())
    training.train_round(round_.pk, 1)
    for shard in round_.shards.all():
        scoring.score_shard(shard.pk, shard.attempt)
    scores = {id_: s for shard in round_.shards.all() for id_, s in zip(shard.ids, shard.scores, strict=True)}
    round_ = turn(round_)
    ordered = order_of(round_.generation)
    best = max(ids[:5], key=scores.__getitem__)
    assert set(ids[:5]) & set(ordered) == {best}
    assert ids[5] not in ordered


def test_draws_that_publishing_takes_back_are_in_the_new_order(loop, desk):
    member = make_member(loop)
    turn(rounds.open_if_due(loop, now=desk.now))
    answer(desk, member, 10)
    ahead = Draw.objects.filter(queue__project=loop, queue__kind="active", generation__isnull=False)
    handed_out = set(Sentence.objects.filter(assignments__queue__kind="active").values_list("pk", flat=True))
    waiting = set(ahead.values_list("sentence_id", flat=True)) - handed_out
    assert waiting
    second = turn(open_by_hand(loop, desk))
    still_drawn = set(
        Draw.objects.filter(queue__project=loop, queue__kind="active").values_list("sentence_id", flat=True)
    )
    assert waiting <= set(order_of(second.generation)) | still_drawn
    assert waiting & set(order_of(second.generation))


def test_the_old_order_serves_until_the_new_one_is_published(loop, desk):
    member = make_member(loop)
    first = turn(rounds.open_if_due(loop, now=desk.now))
    answer(desk, member, 10)
    second = open_by_hand(loop, desk)
    rounds.advance(second.pk, real_now=later())
    training.train_round(second.pk, 1)
    active = Queue.objects.get(project=loop, kind="active")
    assert active.generation == first.generation
    assert answer(desk, member, 1)
    turn(second)
    active.refresh_from_db()
    assert active.generation.number == 2


@pytest.mark.parametrize("strategy", sorted(STRATEGIES))
def test_every_strategy_orders_the_whole_pool(loop, desk, strategy):
    loop.strategy = strategy
    loop.save()
    round_ = turn(rounds.open_if_due(loop, now=desk.now))
    assert round_.generation.strategy == strategy
    assert len(order_of(round_.generation)) == 52
    scores = [s for chunk in round_.generation.chunks.order_by("number") for s in chunk.scores]
    if not (STRATEGIES[strategy].spread or STRATEGIES[strategy].mixed):
        assert scores == sorted(scores, reverse=True)


def test_an_empty_pool_closes_the_round_with_an_empty_order(desk):
    project = make_loop(texts=8, holdout_serve_share=0)
    answer(desk, make_member(project), 8)
    round_ = turn(rounds.open_if_due(project, now=desk.now))
    assert (round_.state, round_.generation.size) == ("closed", 0)


def test_a_pool_of_many_shards_gives_the_same_order_as_one(loop, desk, monkeypatch):
    round_ = in_training(loop, desk)
    training.train_round(round_.pk, round_.attempt)
    round_.refresh_from_db()
    orders = []
    for size in (5000, 7):
        for shard in ordering.split_pool(round_, size=size):
            scoring.score_shard(shard.pk, 0)
        orders.append(ordering.merged(round_)[0])
    assert orders[0] == orders[1]
    assert len(orders[0]) == 52


def test_both_arms_share_the_models_while_they_are_at_the_seed_set(desk):
    project = make_loop(holdout_serve_share=0)
    answer(desk, make_member(project), 8)
    round_ = turn(rounds.open_if_due(project, now=desk.now))
    random, active = (Checkpoint.objects.get(round=round_, arm=arm) for arm in ("random", "active"))
    assert (random.path, random.sha256) == (active.path, active.sha256)


def test_the_suggestion_model_is_a_third_line_and_only_made_when_asked_for(loop, desk):
    loop.suggestion_policy = "model"
    loop.model_seeds = 2
    loop.save()
    round_ = turn(rounds.open_if_due(loop, now=desk.now))
    assert sorted(round_.checkpoints.values_list("arm", flat=True)) == [
        "active",
        "active",
        "random",
        "random",
        "suggestion",
    ]
    frozen = {arm.arm: arm for arm in round_.arms.all()}
    assert frozen["suggestion"].annotations == arm_labels(loop)


def test_settings_changed_during_a_round_wait_for_the_next(loop, desk):
    round_ = in_training(loop, desk)
    loop.strategy, loop.model_seeds = "random", 3
    loop.save()
    round_ = turn(round_)
    assert round_.generation.strategy == "total_entropy_per_second"
    assert round_.checkpoints.count() == 2


def test_a_repeated_round_gives_the_same_figures(loop, desk):
    round_ = turn(rounds.open_if_due(loop, now=desk.now))
    before = {(c.arm, c.seed): (c.sha256, c.metrics) for c in round_.checkpoints.all()}
    points = dict(round_.points.values_list("arm", "metrics"))
    ordered = order_of(round_.generation)
    # As if it had failed at the very end, its checkpoints lost.
    round_.checkpoints.all().delete()
    CurvePoint.objects.all().delete()
    Round.objects.filter(pk=round_.pk).update(state="failed", scorer=None)
    rounds.restart(round_, now=desk.now, actor_id=make_user().pk, real_now=later())
    round_.refresh_from_db()
    round_ = turn(round_)
    after = {(c.arm, c.seed): (c.sha256, c.metrics) for c in round_.checkpoints.all()}
    assert after == before
    assert dict(round_.points.values_list("arm", "metrics")) == points
    assert order_of(round_.generation) == ordered


# When it is hurt


def test_every_task_may_run_twice(loop, desk):
    round_ = rounds.open_if_due(loop, now=desk.now)
    for _ in range(2):
        tasks.advance_rounds()
        tasks.advance_round(round_.pk)
    assert round_.arms.count() == 2
    for _ in range(2):
        tasks.train_round(round_.pk, 1)
    round_.refresh_from_db()
    assert (round_.state, round_.checkpoints.count()) == ("scoring", 2)
    shard = round_.shards.get()
    for _ in range(2):
        tasks.score_shard(shard.pk, 0)
    for _ in range(2):
        tasks.advance_round(round_.pk)
        tasks.fill_suggestions(loop.pk)
        tasks.update_curves(loop.pk)
        tasks.collect_events()
        tasks.watch()
    round_.refresh_from_db()
    assert (round_.state, Generation.objects.count(), CurvePoint.objects.count()) == ("closed", 1, 2)
    assert sorted(set(kinds(loop))) == sorted(kinds(loop))


def test_an_attempt_is_taken_by_one_process(loop, desk):
    round_ = in_training(loop, desk)
    assert rounds.take(round_.pk, 1, real_now=later()) is not None
    assert rounds.take(round_.pk, 1, real_now=later()) is None


def test_a_killed_worker_costs_one_attempt_and_the_next_closes_the_round(loop, desk):
    round_ = in_training(loop, desk)
    dead = rounds.take(round_.pk, 1, real_now=later())
    rounds.advance(round_.pk, real_now=later(seconds=50))
    round_.refresh_from_db()
    assert round_.attempt == 1
    rounds.advance(round_.pk, real_now=later(seconds=70))
    round_.refresh_from_db()
    assert (round_.attempt, round_.holder, round_.state) == (2, None, "training")
    assert "stopped answering" in round_.error
    round_ = turn(round_)
    assert (round_.state, round_.error) == ("closed", "")
    with pytest.raises(LostLeaseError):
        rounds.renew(dead, step="training", done=1, total=2, real_now=later())


def test_a_worker_believed_dead_writes_nothing_when_it_comes_back(loop, desk):
    round_ = in_training(loop, desk)
    dead = rounds.take(round_.pk, 1, real_now=later())
    rounds.advance(round_.pk, real_now=later(seconds=70))
    with pytest.raises(LostLeaseError), rounds.writing(dead) as held:
        Checkpoint.objects.create(round=held, arm="active", seed=1, path="x", created_at=desk.now)
    assert not Checkpoint.objects.exists()
    rounds_before = Round.objects.get().attempt
    with pytest.raises(LostLeaseError):
        rounds.give_up(dead, "too late", real_now=later())
    assert Round.objects.get().attempt == rounds_before


def test_a_clock_that_is_set_back_does_not_hold_a_dead_attempt(loop, desk):
    round_ = in_training(loop, desk)
    rounds.take(round_.pk, 1, real_now=later())
    rounds.advance(round_.pk, real_now=later(hours=-1))
    round_.refresh_from_db()
    assert (round_.attempt, round_.holder) == (2, None)


def test_new_labels_are_counted_though_the_clock_was_set_back(loop, desk):
    right = in_training(loop, desk)
    ahead = Round.objects.get(pk=right.pk)
    ahead.labels_until = later(hours=1)
    by_time, by_number = lag.new_labels(right), lag.new_labels(ahead)
    desk.now = later()
    answer(desk, make_member(loop), 6)
    new = lag.new_labels(right) - by_time
    assert new > 0
    assert lag.new_labels(ahead) - by_number == new


def test_a_lost_message_is_sent_again_without_costing_an_attempt(
    loop, desk, django_capture_on_commit_callbacks
):
    round_ = in_training(loop, desk)
    with django_capture_on_commit_callbacks() as sent:
        rounds.advance(round_.pk, real_now=later(seconds=30))
    assert sent == []
    with django_capture_on_commit_callbacks() as sent:
        rounds.advance(round_.pk, real_now=later(seconds=70))
    assert [callback.args[:2] for callback in sent] == [("learner.tasks.train_round", (round_.pk, 1))]


def test_finished_checkpoints_are_kept_for_the_next_attempt(loop, desk, monkeypatch):
    round_ = in_training(loop, desk)
    fit, calls = training.fit, []

    def dies_at_the_second(*arguments, **options):
        calls.append(1)
        if len(calls) == 2:
            raise MemoryError("no room")
        return fit(*arguments, **options)

    monkeypatch.setattr(training, "fit", dies_at_the_second)
    training.train_round(round_.pk, 1)
    round_.refresh_from_db()
    assert (round_.state, round_.attempt) == ("training", 2)
    assert "MemoryError: no room" in round_.error
    kept = Checkpoint.objects.get()
    training.train_round(round_.pk, 2)
    assert len(calls) == 3
    assert Checkpoint.objects.get(arm="random") == kept


def test_what_a_dead_attempt_left_in_the_store_is_removed(loop, desk, checkpoint_store):
    first = turn(rounds.open_if_due(loop, now=desk.now))
    second = open_by_hand(loop, desk)
    left = checkpoint_store / f"project-{loop.pk}" / "round-2" / "active-1-attempt-0"
    left.mkdir(parents=True)
    (left / "weights.safetensors").write_bytes(b"half")
    second = turn(second)
    stored = {
        str(path.parent.relative_to(checkpoint_store)) for path in checkpoint_store.rglob("checkpoint.json")
    }
    assert stored == {c.path for round_ in (first, second) for c in round_.checkpoints.all()}
    assert not left.exists()


def test_a_round_that_fails_three_times_has_failed_and_says_why(loop, desk):
    loop.model_preset = "enormous"
    loop.save()
    round_ = turn(rounds.open_if_due(loop, now=desk.now))
    assert (round_.state, round_.attempt) == ("failed", 3)
    assert "enormous" in round_.error
    event = Event.objects.get(kind="round.failed")
    assert event.after == {"round": 1, "error": round_.why}
    assert rounds.open_if_due(loop, now=desk.now) is None


def test_a_failed_round_can_be_restarted_by_a_manager(loop, desk):
    loop.model_preset = "enormous"
    loop.save()
    round_ = turn(rounds.open_if_due(loop, now=desk.now))
    Round.objects.filter(pk=round_.pk).update(config={**round_.config, "preset": "test"})
    manager = make_user()
    rounds.restart(round_, now=desk.now, actor_id=manager.pk, real_now=later())
    round_.refresh_from_db()
    assert (round_.state, round_.attempt, round_.error) == ("training", 4, "")
    assert turn(round_).state == "closed"
    assert Event.objects.get(kind="round.restarted").actor == manager


def test_only_a_failed_round_that_is_the_latest_is_restarted(loop, desk):
    first = turn(rounds.open_if_due(loop, now=desk.now))
    again = {"now": desk.now, "actor_id": make_user().pk, "real_now": later()}
    with pytest.raises(Conflict, match="is closed"):
        rounds.restart(first, **again)
    Round.objects.filter(pk=first.pk).update(state="failed")
    open_by_hand(loop, desk)
    with pytest.raises(Conflict, match="not the latest"):
        rounds.restart(first, **again)


def test_a_cancelled_round_stops_its_worker_and_leaves_the_order(loop, desk):
    round_ = in_training(loop, desk)
    held = rounds.take(round_.pk, 1, real_now=later())
    manager = make_user()
    rounds.cancel(round_, now=desk.now, actor_id=manager.pk)
    with pytest.raises(LostLeaseError):
        rounds.renew(held, step="training", done=0, total=1, real_now=later())
    round_.refresh_from_db()
    assert (round_.state, Generation.objects.count()) == ("cancelled", 0)
    assert Event.objects.get(kind="round.cancelled").actor == manager
    with pytest.raises(Conflict, match="cancelled already"):
        rounds.cancel(round_, now=desk.now, actor_id=manager.pk)


def test_a_round_cancelled_while_it_scores_publishes_nothing(loop, desk):
    round_ = in_training(loop, desk)
    training.train_round(round_.pk, 1)
    shard = round_.shards.get()
    rounds.cancel(round_, now=desk.now, actor_id=make_user().pk)
    scoring.score_shard(shard.pk, 0)
    rounds.advance(round_.pk, real_now=later(seconds=100))
    round_.refresh_from_db()
    assert (round_.state, round_.generation) == ("cancelled", None)


def test_a_shard_whose_worker_died_is_scored_by_another(loop, desk):
    round_ = in_training(loop, desk)
    training.train_round(round_.pk, 1)
    shard = round_.shards.get()
    dead = scoring.take(shard.pk, 0)
    rounds.advance(round_.pk, real_now=later(seconds=70))
    scoring.score_shard(shard.pk, 1)
    shard.refresh_from_db()
    assert shard.done_at is not None
    with pytest.raises(LostLeaseError):
        scoring.finish(dead, [], [])
    assert turn(round_).state == "closed"


def test_a_shard_that_cannot_be_scored_fails_the_round(loop, desk, checkpoint_store):
    round_ = in_training(loop, desk)
    training.train_round(round_.pk, 1)
    round_.refresh_from_db()
    (checkpoint_store / round_.scorer.path / "weights.safetensors").unlink()
    round_ = turn(round_)
    assert round_.state == "failed"
    assert "weights.safetensors" in round_.error


def test_a_late_draw_is_not_served_again_from_an_order_made_before_it(loop, desk):
    round_ = in_training(loop, desk)
    training.train_round(round_.pk, 1)
    for shard in round_.shards.all():
        scoring.score_shard(shard.pk, 0)
    taken = Sentence.objects.filter(project=loop, split="pool")[0]
    active = Queue.objects.get(project=loop, kind="active")
    Draw.objects.create(
        queue=active, number=500, sentence=taken, clusters=taken.n_clusters, drawn_at=desk.now
    )
    rounds.advance(round_.pk, real_now=later())
    active.refresh_from_db()
    assert taken.pk not in publishing.upcoming(active, 100)


# How far the served order lags


def test_the_lag_of_the_served_order_counts_labels_and_minutes_since_its_freeze(loop, desk):
    assert lag.staleness(loop, now=desk.now) is None
    loop.simulated_now = desk.now
    loop.save()
    turn(rounds.open_if_due(loop, now=desk.now))
    before = arm_labels(loop)
    desk.wait(minutes=10, seconds=30)
    answer(desk, make_member(loop), 5)
    stale = lag.staleness(loop, now=desk.now)
    assert stale.labels == arm_labels(loop) - before
    assert stale.minutes == 10


def test_a_round_says_its_frame_and_whether_a_late_stratum_lags(loop, desk):
    first = turn(rounds.open_if_due(loop, now=desk.now))
    assert not first.catching_up
    pool = Sentence.objects.filter(project=loop, split__in=["pool", "seed"]).count()
    assert first.config["frame"] == {"version": 1, "sentences": pool}
    make_corpus(loop, thai(40, start=300))
    second = turn(rounds.open_round(loop, trigger="hand", now=desk.now))
    assert second.catching_up
    assert second.config["frame"] == {"version": 2, "sentences": pool + 40}
    assert read_trajectory(loop, level_only=True).rounds == [first]

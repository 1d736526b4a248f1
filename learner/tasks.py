"""What the workers are asked to do. Each task may run twice: the state is in the rows it looks at."""

from celery import shared_task
from django.utils import timezone

from annotation import clock
from annotation.models import Project
from config.lanes import send
from learner import (
    events,
    measuring,
    package_writing,
    packages,
    pretraining,
    pretraining_steps,
    replays,
    report_writing,
    reports,
    rounds,
    scoring,
    suggestions,
    training,
    watching,
)
from learner.models import GuidelineBridge, Round


@shared_task(name="learner.tasks.advance_rounds")
def advance_rounds() -> None:
    """Open the rounds that are due and look after those under way; called by beat.

    In a rehearsal rounds open when its clock is moved (learner/simulated_time.py), never by real time.
    """
    for project in Project.objects.filter(simulated_now=None):
        rounds.open_if_due(project, now=clock.now(project))
    for round_id in Round.objects.filter(state__in=Round.UNDER_WAY).values_list("pk", flat=True):
        send("learner.tasks.advance_round", round_id)


@shared_task(name="learner.tasks.advance_round")
def advance_round(round_id: int) -> None:
    """Do the round's next step if it is due."""
    rounds.advance(round_id, real_now=timezone.now())


@shared_task(name="learner.tasks.train_round")
def train_round(round_id: int, attempt: int) -> None:
    """Train and measure; on the training lane."""
    training.train_round(round_id, attempt)


@shared_task(name="learner.tasks.pretrain")
def pretrain(pretraining_id: int) -> None:
    """Make a slice of a pre-training; on the training lane."""
    pretraining_steps.make_slice(pretraining_id)


@shared_task(name="learner.tasks.score_shard")
def score_shard(shard_id: int, attempt: int) -> None:
    """Score a stretch of the pool."""
    scoring.score_shard(shard_id, attempt)


@shared_task(name="learner.tasks.update_curves")
def update_curves(project_id: int) -> None:
    """Measure one stale point again, and ask for the next one; so other tasks get their turn in between."""
    project = Project.objects.get(pk=project_id)
    if measuring.measure_one_again(project, now=clock.now(project)):
        send("learner.tasks.update_curves", project_id)


@shared_task(name="learner.tasks.fill_order")
def fill_order(round_id: int, attempt: int) -> None:
    """Make the suggestions that the head of a round's order lacks, before it is served."""
    suggestions.fill_order(round_id, attempt)


@shared_task(name="learner.tasks.fill_suggestions")
def fill_suggestions(project_id: int) -> None:
    """Make the suggestions that the heads of the queues lack."""
    suggestions.fill(Project.objects.get(pk=project_id))


@shared_task(name="learner.tasks.collect_events")
def collect_events() -> None:
    """Take up what the outbox holds; called by beat."""
    while events.collect() == events.FACTS_AT_ONCE:
        pass


@shared_task(name="learner.tasks.train_bridge")
def train_bridge(round_id: int, model: str) -> None:
    """Train one model of a bridge, and ask for the next one; on the training lane, rounds in between."""
    round_ = Round.objects.select_related("project").get(pk=round_id)
    if replays.train_successor(round_, model, now=clock.now(round_.project)):
        send("learner.tasks.train_bridge", round_id, model, lane="train")


@shared_task(name="learner.tasks.train_guideline_bridge")
def train_guideline_bridge(bridge_id: int) -> None:
    """Train or measure one model of a guideline's bridge, and ask for the next one; as `train_bridge`."""
    bridge = GuidelineBridge.objects.select_related("project", "guideline").get(pk=bridge_id)
    if replays.train_guideline_bridge(bridge, now=clock.now(bridge.project)):
        send("learner.tasks.train_guideline_bridge", bridge_id, lane="train")


@shared_task(name="learner.tasks.write_report", soft_time_limit=3600, time_limit=3660)
def write_report(report_id: int) -> None:
    """Write the file of a report; with jackknife refits its resampling takes minutes."""
    report_writing.run(report_id)


@shared_task(name="learner.tasks.write_package")
def write_package(checkpoint_id: int) -> None:
    """Write a checkpoint as a package that somebody asked for."""
    package_writing.run(checkpoint_id)


@shared_task(name="learner.tasks.watch")
def watch() -> None:
    """Look at every project for what nobody tells; called by beat."""
    reports.take_up()
    packages.take_up()
    pretraining.send_again(real_now=timezone.now())
    for project in Project.objects.all():
        if project.simulated_now is None:
            watching.watch(project, now=clock.now(project))
        send("learner.tasks.fill_suggestions", project.pk)
        if measuring.has_stale_points(project):
            send("learner.tasks.update_curves", project.pk)

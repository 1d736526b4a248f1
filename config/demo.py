"""The main job on the demo corpus: import, label by simulated annotators, turn the loop, show the curves."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from annotation import clock, corpus, guidelines, people, projects
from annotation.models import GoldSegmentation, Membership, Project, Queue
from learner import rehearsal
from learner.freezing import is_seed_set_final
from learner.lag import new_labels
from learner.models import CurvePoint, Event, Round

CORPUS_FOLDER = settings.BASE_DIR / "annotation" / "demo" / "corpus"
GUIDELINE = settings.BASE_DIR / "docs" / "guideline-th.md"
PROJECT_NAME = "ตัวอย่าง / Demo"
# Small rounds and one tiny model an arm, so that the loop turns in a minute; half of the short documents held
# out, so that the unsealed half of those is forty, from which on the curves have an interval.
PROJECT_SETTINGS = {
    "holdout_share": 0.5,
    "holdout_serve_share": 0.6,
    "holdout_per_document": 2,
    "seed_size": 40,
    "round_size": 50,
    "model_seeds": 1,
    "model_preset": "tiny",
    "strategy": "mean_entropy",
    "suggestion_policy": "dictionary",
}
# The seed set's round, and two in which the arms go their own ways.
ROUNDS = 3
SIMULATED = 4
SEED = 1


@dataclass(frozen=True)
class LogIn:
    """A person of the demo and how to log in."""

    username: str
    password: str
    role: str


def make_project(progress: Callable[[str], None]) -> tuple[Project, list[LogIn]]:
    """Create the demo project with its people, guideline and corpus, or complete the one of an earlier start.

    Returns log-ins for a manager and two annotators. Passwords are drawn anew at each start, so that none has
    to be kept and no two installations share one.
    """
    manager, log_in = _log_in("manager", "manager")
    project = Project.objects.filter(name=PROJECT_NAME).first() or _new_project(manager)
    log_ins = [log_in]
    for username in ("annotator1", "annotator2"):
        user, log_in = _log_in(username, "annotator")
        _join(project, user, actor=manager)
        log_ins.append(log_in)
    for path in sorted(CORPUS_FOLDER.glob("*.jsonl")):
        progress(path.stem)
        corpus.import_file(project, path, name=path.stem, source="written for Tatkham", licence="CC0-1.0")
    return project, log_ins


@transaction.atomic
def _new_project(manager: User) -> Project:
    now = timezone.now()
    project = projects.create({"name": PROJECT_NAME, **PROJECT_SETTINGS}, creator=manager, now=now).project
    guidelines.publish(project, GUIDELINE.read_text(encoding="utf-8"), author=manager, now=now)
    return project


def _log_in(username: str, role: str) -> tuple[User, LogIn]:
    """Give an account a new password, making it where there is none."""
    user, _ = User.objects.get_or_create(username=username, defaults={"is_staff": role == "manager"})
    user.set_password(password := secrets.token_urlsafe(9))
    user.save(update_fields=["password"])
    return user, LogIn(username, password, role)


def _join(project: Project, user: User, *, actor: User) -> None:
    if not Membership.objects.filter(project=project, user=user).exists():
        people.add(
            project,
            username=user.username,
            password="",
            name="",
            role="annotator",
            actor=actor,
            now=clock.now(project),
        )


def label(project: Project, base_url: str, progress: Callable[[int, int], None]) -> None:
    """Let simulated annotators work through the API until the demo's rounds have closed and are measured.

    `progress` gets the rounds closed and the rounds asked for.
    """
    members = [_simulated(project, number) for number in range(SIMULATED)]
    answers = GoldSegmentation.objects.filter(sentence__project=project)
    gold = dict(answers.values_list("sentence__text", "boundaries"))
    annotators = [
        rehearsal.Annotator(person, base_url=base_url, project_id=project.pk, gold=gold, seed=SEED)
        for person in members
    ]

    def is_done() -> bool:
        progress(closed := closed_rounds(project), ROUNDS)
        # Measured on a part of the holdout until all of it is read.
        provisional = CurvePoint.objects.filter(round__project=project, provisional=True)
        return closed >= ROUNDS and not provisional.exists()

    rehearsal.run(annotators, until=is_done, resting=lambda: is_loop_due(project))


def is_loop_due(project: Project) -> bool:
    """Tell whether a round is under way, or due to be opened by the beat."""
    latest = project.rounds.order_by("-number").first()
    if latest is None:
        return is_seed_set_final(Queue.objects.get(project=project, kind=Queue.Kind.RANDOM))
    return latest.state in Round.UNDER_WAY or new_labels(latest) >= project.round_size


def closed_rounds(project: Project) -> int:
    """Count the rounds that have closed; raise `ServiceError` where one has failed."""
    failed = Round.objects.filter(project=project, state=Round.State.FAILED).first()
    if failed is not None:
        raise rehearsal.ServiceError(f"Round {failed.number} failed: {failed.error}")
    return Round.objects.filter(project=project, state=Round.State.CLOSED).count()


def outcome(project: Project) -> dict[str, Any]:
    """Return what happened: a row a round and arm with its cost and word F1, and the events."""
    points = (
        CurvePoint.objects.filter(round__project=project)
        .select_related("round")
        .order_by("round__number", "arm")
    )
    costs = {
        (arm.round_id, arm.arm): arm
        for round_ in Round.objects.filter(project=project)
        for arm in round_.arms.all()
    }
    return {
        "rounds": [
            {
                "arm": point.arm,
                "number": point.round.number,
                "annotations": costs[point.round_id, point.arm].annotations,
                "clusters": costs[point.round_id, point.arm].clusters,
                "seconds": costs[point.round_id, point.arm].seconds,
                "word_f1": point.metrics["word_f1"],
            }
            for point in points
        ],
        "events": [
            {"kind": event.kind, "at": event.at.isoformat()}
            for event in Event.objects.filter(project=project).order_by("at", "id")
        ],
    }


def curves_text(rounds: list[dict[str, Any]]) -> str:
    """Return the two learning curves as a table of plain text."""
    lines = ["arm     round  sentences  clusters  minutes  word F1 on the holdout"]
    for row in sorted(rounds, key=lambda row: (row["arm"], row["number"])):
        f1 = row["word_f1"]
        band = f"  ({f1['low']:.3f} to {f1['high']:.3f})" if f1["low"] is not None else ""
        lines.append(
            f"{row['arm']:8}{row['number']:5}{row['annotations']:11}{row['clusters']:10}"
            f"{row['seconds'] / 60:9.1f}  {f1['value']:.3f}{band}"
        )
    return "\n".join(lines)


def _simulated(project: Project, number: int) -> rehearsal.Person:
    user, log_in = _log_in(f"simulated{number + 1}", "annotator")
    _join(project, user, actor=User.objects.get(username="manager"))
    # Everyday differences between people: the slowest takes nearly twice as long as the quickest.
    return rehearsal.Person(
        log_in.username, log_in.password, error_rate=0.01 + 0.01 * number, per_cluster=0.07 + 0.015 * number
    )

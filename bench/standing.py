"""A service under measurement: servers in a kept home, one web process, projects prepared once."""

import os
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from bench.pool import write_text

SEED = 1
ANNOTATORS = 64


def say(text: str) -> None:
    """Tell on standard error how far the bench is."""
    print(text, file=sys.stderr, flush=True)


def set_up_django(home: Path) -> None:
    """Make Django use the bench's own home."""
    os.environ["TATKHAM_HOME"] = str(home)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()


@contextmanager
def running_servers() -> Iterator[Any]:
    """Run the embedded servers, the tables brought up to date; give their supervisor."""
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connections

    from config import processes

    with processes.running_servers(settings.HOME) as supervisor:
        call_command("migrate", interactive=False, verbosity=0)
        connections.close_all()
        yield supervisor


@contextmanager
def running_service(port: int) -> Iterator["Processes"]:
    """Run the servers and one web process; give their processes."""
    from config import processes

    with running_servers() as supervisor:
        supervisor.start(processes.make_program("web", port=port))
        yield Processes(supervisor)


class Processes:
    """What the service's processes have spent."""

    def __init__(self, supervisor: Any) -> None:
        self.supervisor = supervisor

    def cpu_seconds(self, name: str) -> float:
        """Return the CPU seconds spent so far by a process (`web`, `postgres`) and all below it."""
        root = psutil.Process(self.supervisor.pid(name))
        own = root.cpu_times()
        # What a child has spent is its parent's once it has ended.
        total = own.user + own.system + own.children_user + own.children_system
        for process in root.children(recursive=True):
            try:
                times = process.cpu_times()
            except psutil.NoSuchProcess:
                continue
            total += times.user + times.system
        return float(total)


def project(size: int, *, name: str = "") -> Any:
    """Return a project with a pool of so many made-up sentences, 64 annotators and a published order.

    It is made once for each name, by default one a size.
    """
    from django.contrib.auth.models import User
    from django.utils import timezone

    from annotation import corpus, projects
    from annotation.models import Membership, Project, Queue

    now, name = timezone.now(), name or f"bench {size}"
    found = Project.objects.filter(name=name).first()
    if found is None:
        manager, _ = User.objects.get_or_create(username="bench-manager", defaults={"is_staff": True})
        settings = {"name": name, "suggestion_policy": "none", "holdout_serve_share": 0.05}
        found = projects.create(settings, creator=manager, now=now).project
    file = Path(os.environ["TATKHAM_HOME"]) / f"pool-{size}.txt"
    if not file.exists():
        say(f"writing {size:,} sentences")
        write_text(file, size, seed=SEED)
    corpus.import_file(found, file, name="made up", source="bench/pool.py", licence="CC0-1.0")
    for number in range(ANNOTATORS):
        user, _ = User.objects.get_or_create(username=f"bench-{number}")
        Membership.objects.get_or_create(project=found, user=user, defaults={"role": "annotator"})
    queue = Queue.objects.get(project=found, kind="active")
    if queue.generation_id is None:
        say("publishing an order")
        _label_seed_set(found)
        publish_order(found, seed=SEED)
    return found


def publish_order(project: Any, *, seed: int) -> None:
    """Publish the pool in an order drawn by lot: what ranks it makes no difference to serving it."""
    from django.utils import timezone

    from annotation import publishing
    from annotation.models import Queue, Sentence

    now = timezone.now()
    pool = Sentence.objects.filter(project=project, split="pool").values_list("pk", flat=True)
    ids = np.fromiter(pool.iterator(chunk_size=20_000), np.int64)
    np.random.default_rng(seed).shuffle(ids)
    scores = np.linspace(1, 0, len(ids)).tolist()
    queue = Queue.objects.get(project=project, kind="active")
    generation = publishing.write_generation(queue, ids.tolist(), scores, source="bench", strategy="random")
    publishing.publish(generation, now=now)


def _label_seed_set(project: Any) -> None:
    from django.utils import timezone

    from annotation import annotations, queues
    from annotation.models import Membership

    member = Membership.objects.filter(project=project, role="annotator").first()
    for _ in range(2 * project.seed_size):
        work = queues.claim_next(member.pk, now=timezone.now())
        reading = annotations.Reading([], uuid.uuid4(), 1000, 1)
        annotations.submit(work.assignment_id, reading, annotator_id=member.user_id, now=timezone.now())


def tokens(names: list[str]) -> list[str]:
    """Return an API token for each of these people."""
    from django.contrib.auth.models import User
    from django.utils import timezone

    from annotation import access_tokens

    users = User.objects.filter(username__in=names).order_by("pk")
    return [access_tokens.make(user, by_password=True, now=timezone.now())[1] for user in users]

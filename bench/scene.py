"""What bench/faults.py breaks: two projects with people at work, the faults, and how to judge them."""

import contextlib
import json
import random
import threading
import time
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import redis
import requests

from bench import pool, standing, witness
from bench.parts import NeverHappened, Service, wait
from bench.volumes import Limit, Volume
from learner import rehearsal
from segmenter.corpora import read_gold

SEED = 1
PASSWORD = "simulated-annotators-only"
LEASE_SECONDS = 60
HOUR = 3600.0
LOOP_POOL = 6_000
IMPORTED = 20_000
# Short rounds one after the other in one project, work without rounds in the other, where the load is.
PROJECTS = {
    "loop": {"model_preset": "tiny", "model_seeds": 1, "seed_size": 40, "round_size": 60},
    # A seed set that is never read to its end: no round opens, whose training would hold up the other's.
    "load": {"seed_size": 10_000_000},
}
SHARED = {"suggestion_policy": "none", "lease_seconds": LEASE_SECONDS, "overlap_share": 0.2}
PAUSES = {"loop": 1.5, "load": 0.2}

TRAINING = """
SELECT id, attempt FROM learner_round WHERE project_id = %s AND state = 'training' AND holder IS NOT NULL
  AND progress->>'step' = 'training' AND (progress->>'done')::int > 0
"""
# Waits for a lock of ours, and has written an order in its transaction that nobody sees yet.
PUBLISHING = """
SELECT l.pid FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid AND a.wait_event_type = 'Lock'
WHERE l.relation = 'annotation_orderchunk'::regclass AND l.mode = 'RowExclusiveLock'
"""
# The latest round where it has failed: no other can be restarted.
FAILED = """
SELECT id, why->>'text' FROM learner_round r WHERE project_id = %s AND state = 'failed'
  AND NOT EXISTS (SELECT 1 FROM learner_round n WHERE n.project_id = r.project_id AND n.number > r.number)
"""
CUT = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


class Scene:
    """Two projects of a service, what has been done to it, and how it took it."""

    def __init__(self, service: Service, options: Any, volumes: list[Volume]) -> None:
        from django.conf import settings

        self.service, self.options, self._home = service, options, Path(options.home)
        self._redis_url = settings.REDIS_URL
        self._outcomes = self._home / "outcomes.jsonl"
        self.journal = self._home / "answered.jsonl"
        self.journal.touch()
        self.projects = {name: _project(name, options) for name in PROJECTS}
        self.rng = random.Random(SEED + len(self.outcomes()))
        self._manager = _client(service, "faults-manager")
        self._crowds: list[witness.Crowd] = []
        self._interrupted: list[tuple[int, int, float]] = []
        self._is_full = False
        self._then: list[Callable[[], None]] = []
        limit = [
            lambda name=name: service.processes_of(name) for name in ("worker-train", "web", "worker-default")
        ]
        self._checkpoints: Volume | Limit = volumes[1] if volumes else Limit(limit[0])
        self._uploads: Volume | Limit = volumes[0] if volumes else Limit(limit[1])
        self._imports: Volume | Limit = volumes[0] if volumes else Limit(limit[2])

    def outcomes(self, kind: str = "fault") -> list[dict[str, Any]]:
        """Return what is noted of a kind (`fault`, `resumed`, `restarted`), over all parts of the run."""
        if not self._outcomes.exists():
            return []
        rows = [json.loads(line) for line in self._outcomes.read_text().splitlines()]
        return [row for row in rows if kind in row]

    def note(self, **row: Any) -> None:
        """Keep an outcome, so that a run that was stopped goes on after it."""
        standing.say("  " + ", ".join(f"{name} {value}" for name, value in row.items()))
        with self._outcomes.open("a") as file:
            file.write(json.dumps(row) + "\n")

    @contextlib.contextmanager
    def people_at_work(self) -> Iterator[None]:
        """Let annotators work in both projects for the block, and a manager look after the rounds."""
        seed = SEED + 1000 * len(self.outcomes())
        gold = _gold(self.options)
        for name, project in self.projects.items():
            people = [
                witness.Witness(
                    rehearsal.Person(f"{name}-{n}", PASSWORD),
                    base_url=self.service.address,
                    project_id=project.pk,
                    gold=gold,
                    seed=seed,
                )
                for n in range(self.options.annotators)
            ]
            self._crowds.append(witness.Crowd(people, pause=PAUSES[name], journal=self.journal, seed=seed))
        end = threading.Event()
        manager = threading.Thread(target=self._attend, args=[end], daemon=True)
        manager.start()
        try:
            yield
            # Rounds that a fault broke off have their time, under load as before.
            with contextlib.suppress(NeverHappened):
                wait("interrupted rounds", lambda: not self._interrupted, seconds=240)
        finally:
            for crowd in self._crowds:
                crowd.stop()
            self.settle()
            for round_id, _, since in self._interrupted:
                self.note(resumed=round(time.monotonic() - since, 1), round=round_id, state="never")
            for crowd in self._crowds:
                self.note(refused=crowd.refusals.total(), most=crowd.refusals.most_common(3))
            end.set()
            manager.join()

    def refusals(self) -> int:
        """Count the requests that were refused though a correct annotator may make them."""
        return sum(int(row["refused"]) for row in self.outcomes("refused"))

    def play(self, fault: str) -> None:
        """Do a fault, wait until the service is back, and note how long that took."""
        standing.say(fault)
        began = time.monotonic()
        try:
            returned = ACTS[fault](self)
            self.note(fault=fault, away=round(returned - began, 2), back=round(self._back(returned), 2))
            while self._then:
                self._then.pop()()
        except NeverHappened as error:
            self.note(fault=fault, missed=str(error))
        time.sleep(self.rng.uniform(1.0, 3.0))

    def _back(self, returned: float) -> float:
        """Return the seconds from a part's return until submits are answered and facts taken up.

        Facts go from the beat by the broker to a worker, so that all parts but the training have to work.
        """
        wait("a submit", lambda: max(each.last_answer for each in self._crowds) > returned, seconds=120)
        mark = wait(
            "a fact", lambda: self.service.ask("SELECT max(id) FROM annotation_outboxentry")[0][0], seconds=30
        )
        older = "SELECT count(*) FROM annotation_outboxentry WHERE id <= %s"
        wait("facts to be taken up", lambda: not self.service.ask(older, [mark])[0][0], seconds=120)
        return time.monotonic() - returned

    def _attend(self, end: threading.Event) -> None:
        """Do what a manager would: restart rounds that have failed; and note when broken-off ones go on."""
        while not end.wait(0.5):
            for round_id, attempt, since in list(self._interrupted):
                row = "SELECT state, attempt, holder FROM learner_round WHERE id = %s"
                state, now_at, holder = self.service.ask(row, [round_id])[0]
                if state != "training" or (now_at > attempt and holder is not None):
                    self._interrupted.remove((round_id, attempt, since))
                    self.note(resumed=round(time.monotonic() - since, 1), round=round_id, state=state)
            for round_id, why in [] if self._is_full else self.service.ask(FAILED, [self._loop]):
                # One that another round has followed meanwhile, or that somebody else restarted, is refused.
                with contextlib.suppress(rehearsal.ServiceError):
                    self._manager.post(f"/api/projects/{self._loop}/rounds/{round_id}/restart", {})
                    self.note(restarted=round_id, why=why)

    @property
    def _loop(self) -> int:
        return int(self.projects["loop"].pk)

    def leave(self) -> None:
        """Have somebody in each project take a sentence and never come back."""
        number = len(self.outcomes("left"))
        for project in self.projects.values():
            name = f"leaver-{project.pk}-{number}"
            _member(project, name)
            work = _client(self.service, name).post(f"/api/projects/{project.pk}/next", {"held": []})["work"]
            self.note(left=work["assignment"])

    def settle(self) -> None:
        """Wait, with nobody at work, until all leases have lapsed and no round is under way."""
        with contextlib.suppress(NeverHappened):
            wait("leases", lambda: not self.service.ask(LEASED)[0][0], seconds=LEASE_SECONDS + 60)
            wait("rounds", lambda: not self.service.ask(UNDER_WAY)[0][0], seconds=240)

    def kill(self, name: str) -> float:
        """Kill a part's own process."""
        return self.service.kill(name)

    def kill_in_training(self) -> float:
        """Kill the training worker while a model trains."""
        found = wait("a training", lambda: self.service.ask(TRAINING, [self._loop]), seconds=240)
        returned = self.service.kill("worker-train")
        self._interrupted.append((*found[0], returned))
        return returned

    def kill_in_publishing(self) -> float:
        """Kill the default worker in the transaction that publishes an order, held open by a lock of ours."""
        scoring = "SELECT id FROM learner_round WHERE project_id = %s AND state = 'scoring'"
        deadline = time.monotonic() + 240
        while True:
            wait("a scoring", lambda: self.service.ask(scoring, [self._loop]), seconds=240)
            with self.service.connect() as connection:
                connection.execute(
                    "SELECT 1 FROM annotation_queue WHERE project_id = %s AND kind = 'active' FOR UPDATE",
                    [self._loop],
                )
                # A round that was published before we had the lock is over: wait for the next one's.
                with contextlib.suppress(NeverHappened):
                    wait("a publishing", lambda: self.service.ask(PUBLISHING), seconds=10)
                    return self.service.kill("worker-default")
            if time.monotonic() > deadline:
                raise NeverHappened("a publishing: not within 240 s")

    def empty_broker(self) -> float:
        """Forget every message, and every name of a lane with them."""
        redis.Redis.from_url(self._redis_url).flushall()
        return time.monotonic()

    def cut_connections(self) -> float:
        """End every connection to the database but our own."""
        self.service.ask(CUT)
        return time.monotonic()

    def step_clock(self, seconds: float) -> float:
        """Set the service's wall clock while somebody holds a sentence who never comes back."""
        self.leave()
        self.service.step_clock(seconds)
        time.sleep(0.5)
        return time.monotonic()

    def fill_checkpoints(self) -> float:
        """Have no space for checkpoints until a round has failed for it; a manager restarts it after that."""
        self._is_full = True
        failed = "SELECT id FROM learner_round WHERE project_id = %s AND state = 'failed'"
        with self._full(self._checkpoints):
            found = wait("a round to fail", lambda: self.service.ask(failed, [self._loop]), seconds=300)
        returned = time.monotonic()
        self._is_full = False
        self._interrupted.append((found[0][0], 0, returned))
        return returned

    def fill_import(self) -> float:
        """Have no space when a file is uploaded, then none while it is imported."""
        path, project = _files(self.options)["further"], self.projects["load"]
        with self._full(self._uploads):
            with path.open("rb") as file:
                answer = requests.post(
                    f"{self.service.address}/api/projects/{project.pk}/corpora",
                    files={"file": file},
                    data={"licence": "CC0-1.0"},
                    headers={"Authorization": f"Token {_token('faults-manager')}"},
                    timeout=120,
                )
            self.note(upload_on_full_disk=answer.status_code, said=answer.text[:120])
        drafts = len(list((self._home / "service" / "uploads").glob("tmp*")))
        upload = ("further.jsonl", path.read_bytes())
        fields = {"source": "bench/pool.py", "licence": "CC0-1.0"}
        corpus = self._manager.upload(f"/api/projects/{project.pk}/corpora", upload, fields)["id"]
        state = "SELECT state, progress->>'records' FROM annotation_corpus WHERE id = %s"
        wait("an import", lambda: self.service.ask(state, [corpus])[0] != ("importing", None), seconds=60)
        with self._full(self._imports):
            time.sleep(8)
        returned = time.monotonic()
        self._then.append(lambda: self._see_import(corpus, drafts, returned))
        return returned

    def _see_import(self, corpus: int, drafts: int, returned: float) -> None:
        """Wait for the import to end, and count what it has stored."""
        state = "SELECT state FROM annotation_corpus WHERE id = %s"
        wait("the import", lambda: self.service.ask(state, [corpus])[0][0] == "ready", seconds=240)
        count = self.service.ask("SELECT count(*) FROM annotation_sentence WHERE corpus_id = %s", [corpus])[
            0
        ][0]
        after = round(time.monotonic() - returned, 1)
        self.note(imported=count, of=IMPORTED, drafts_left=drafts, ready_after=after)

    @contextlib.contextmanager
    def _full(self, disk: Volume | Limit) -> Iterator[None]:
        try:
            disk.fill()
            yield
        finally:
            disk.free()

    def answered(self) -> Iterator[tuple[str, list[int]]]:
        """Yield every answered submit of the run: assignment and boundaries."""
        return witness.answered(self.journal)

    def lost_or_doubled(self) -> dict[str, int]:
        """Hold the journal of answered submits against the readings stored."""
        rows = self.service.ask("SELECT assignment_id, boundaries FROM annotation_annotation")
        return dict(witness.compare(self.answered(), rows))

    def count(self, statement: str) -> int:
        """Return the number that a query counts over both projects."""
        return int(self.service.ask(statement)[0][0])


LEASED = "SELECT count(*) FROM annotation_assignment WHERE state = 'leased'"
UNDER_WAY = "SELECT count(*) FROM learner_round WHERE state IN ('open', 'training', 'scoring')"
CLOSED = "SELECT count(*) FROM learner_round WHERE state = 'closed'"
# Readings that an arm waits for, and second readings, that nobody holds and nobody can be handed.
STUCK = """
WITH awaited AS (
    SELECT d.sentence_id, d.slot FROM annotation_draw d
    UNION
    SELECT a.sentence_id, slots.slot FROM annotation_assignment a JOIN annotation_queue q ON q.id = a.queue_id
    JOIN annotation_sentence s ON s.id = a.sentence_id,
        generate_series(1, s.required_annotations - 1) AS slots(slot)
    WHERE a.slot = 0 AND a.state = 'submitted' AND q.kind <> 'measurement'
)
SELECT count(*) FROM awaited w JOIN annotation_sentence s ON s.id = w.sentence_id
WHERE s.retired_at IS NULL AND s.declined_at IS NULL
  AND NOT EXISTS (SELECT 1 FROM annotation_offer o WHERE o.sentence_id = w.sentence_id AND o.slot = w.slot)
  AND NOT EXISTS (SELECT 1 FROM annotation_assignment a
    WHERE a.sentence_id = w.sentence_id AND a.slot = w.slot AND a.state IN ('leased', 'submitted'))
"""
BEYOND_OVERLAP = """
SELECT count(*) FROM (
    SELECT a.sentence_id FROM annotation_assignment a JOIN annotation_sentence s ON s.id = a.sentence_id
    WHERE a.state IN ('leased', 'submitted') GROUP BY a.sentence_id, s.required_annotations
    HAVING count(*) > s.required_annotations) beyond
"""
# Work that came after its lease had lapsed and had gone to somebody else: kept, as a further reading.
LATE = "SELECT count(*) FROM annotation_sentence WHERE required_annotations > 2"

ACTS: dict[str, Callable[[Scene], float]] = {
    **{f"kill {name}": lambda scene, name=name: scene.kill(name) for name in ("web", "worker-default")},
    **{f"kill {name}": lambda scene, name=name: scene.kill(name) for name in ("postgres", "valkey", "beat")},
    **{
        f"kill a process of {name}": lambda scene, name=name: scene.service.kill_below(name)
        for name in ("web", "worker-default", "worker-train", "postgres")
    },
    "kill worker-train in training": Scene.kill_in_training,
    "kill worker-default in publishing": Scene.kill_in_publishing,
    "empty the broker": Scene.empty_broker,
    "cut the connections": Scene.cut_connections,
    "step the clock an hour on": lambda scene: scene.step_clock(HOUR),
    "step the clock an hour back": lambda scene: scene.step_clock(0.0),
    "fill the disk of checkpoints": Scene.fill_checkpoints,
    "fill the disk of an import": Scene.fill_import,
}


def _project(name: str, options: Any) -> Any:
    """Return the project of a name with its people and made-up sentences, made where it is not there."""
    from django.db import connections
    from django.utils import timezone

    from annotation import corpus, projects
    from annotation.models import Project

    project = Project.objects.filter(name=name).first()
    if project is None:
        settings = {"name": name, **SHARED, **PROJECTS[name]}
        project = projects.create(settings, creator=_user("faults-manager"), now=timezone.now()).project
    corpus.import_file(
        project, _files(options)[name], name="made up", source="bench/pool.py", licence="CC0-1.0"
    )
    for number in range(options.annotators):
        _member(project, f"{name}-{number}")
    connections.close_all()
    return project


def _files(options: Any) -> dict[str, Path]:
    """Return the corpora of both projects, and what is imported further while people work in `load`."""
    sizes = {"loop": LOOP_POOL, "load": options.pool, "further": IMPORTED}
    files = {name: Path(options.home) / f"{name}.jsonl" for name in sizes}
    for seed, (name, path) in enumerate(files.items(), start=SEED):
        if not path.exists():
            _write(path, sizes[name], seed=seed)
    return files


def _write(path: Path, count: int, *, seed: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        for words in pool.sentences(count, seed=seed):
            line = {"text": "".join(words), "words": words}
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


def _user(name: str) -> Any:
    from django.contrib.auth.models import User

    user, made = User.objects.get_or_create(username=name, defaults={"is_staff": name == "faults-manager"})
    if made:
        user.set_password(PASSWORD)
        user.save()
    return user


def _member(project: Any, name: str) -> None:
    from django.db import connections

    from annotation.models import Membership

    Membership.objects.get_or_create(project=project, user=_user(name), defaults={"role": "annotator"})
    # Our own connections are cut with all others.
    connections.close_all()


def _token(name: str) -> str:
    from django.db import connections

    try:
        return standing.tokens([name])[0]
    finally:
        connections.close_all()


def _client(service: Service, name: str) -> Any:
    return rehearsal.Client(service.address, username=name, password=PASSWORD)


def _gold(options: Any) -> dict[str, tuple[int, ...]]:
    """Return the boundaries of every sentence of the corpora, those not imported yet as well."""
    sentences = chain.from_iterable(map(read_gold, _files(options).values()))
    return {sentence.example.text: sentence.example.boundaries for sentence in sentences}

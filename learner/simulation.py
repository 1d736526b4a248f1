"""A whole experiment played against the running service, through its HTTP API, on a simulated clock.

One act at a time, in the order of simulated time; before each the service's clock is moved to it, which does
what is due by then (learner/simulated_time.py). While a round is at work the simulated time stands still:
training takes none, but for an outage that the scenario asks for.
"""

import hashlib
import heapq
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from learner.gold_text import Text, difficulty, read_source, served, upload_of
from learner.rehearsal import Client, ServiceError
from learner.rules import Rewrite, in_turn, join_after, join_words_of, keep, split_after
from learner.scenario import Change, Late, Rules, Scenario, read
from learner.simulated_people import PAUSE_SECONDS, Answers, Worker, actions

POLL_SECONDS = 0.1
# Real time that an import or a round may take.
PATIENCE_SECONDS = 1800.0
NO_WORK = timedelta(minutes=30)
# Nobody was handed anything for so long, by the simulated clock.
STANDSTILL = timedelta(days=14)
UNDER_WAY = {"open", "training", "scoring"}

Show = Callable[[int, str], None]


def read_answers(scenario: Scenario, folders: Sequence[Path]) -> tuple[dict[str, list[Text]], Answers]:
    """Return the texts of each corpus as read, and what people answer. Raises ScenarioError."""
    corpora = {
        name: read_source(source, folders, seed=scenario.seed) for name, source in scenario.corpora.items()
    }
    texts: dict[str, Text] = {}
    for name, source in scenario.corpora.items():
        for text in served(corpora[name], splitter=source.splitter):
            texts.setdefault(text.text, text)
    answers = Answers(
        texts=texts,
        rules={
            name: _rewrite(rules, texts, folders, scenario.seed)
            for name, rules in scenario.guidelines.items()
        },
        difficulty=difficulty(list(texts.values()), by_gold=scenario.difficulty.by_gold, seed=scenario.seed),
        slope=scenario.difficulty.slope,
        seed=scenario.seed,
    )
    return corpora, answers


def _rewrite(rules: Rules, texts: Mapping[str, Text], folders: Sequence[Path], seed: int) -> Rewrite:
    found: list[Rewrite] = []
    if rules.join_words_of is not None:
        others = read_source(rules.join_words_of, folders, seed=seed)
        found.append(join_words_of(text.words for text in others))
    if rules.join_after:
        found.append(join_after(rules.join_after))
    if rules.split_after:
        vocabulary = {word for text in texts.values() for word in text.words}
        found.append(split_after(rules.split_after, vocabulary))
    return in_turn(found) if found else keep


class Simulation:
    """One rehearsal under way. `play` does everything; the rest is its steps."""

    def __init__(
        self,
        scenario: Scenario,
        manager: Client,
        *,
        url: str,
        folders: Sequence[Path],
        show: Show = lambda rounds, text: None,
    ) -> None:
        self.scenario, self.manager, self.url, self.show = scenario, manager, url, show
        self.corpora, self.answers = read_answers(scenario, folders)
        self.start = self.now = datetime.fromisoformat(scenario.starts_at)
        self.guideline = scenario.first_guideline
        self.late: Late | None = None
        self.workers: dict[str, Worker] = {}
        self.labels = self.closed = 0
        self.is_training_paused = False
        self.project = 0
        self._acts: list[tuple[datetime, int, Callable[[], None]]] = []
        self._count = 0
        self._last_work = self.start

    @property
    def hours(self) -> float:
        """Return the simulated hours since the start."""
        return (self.now - self.start).total_seconds() / 3600

    def play(self) -> None:
        """Make the project, let everybody work until the rounds have closed and the holdout is read."""
        self._make_project()
        for change in self.scenario.changes:
            if change.at.hour is not None:
                self._at(self.start + timedelta(hours=change.at.hour), partial(self._do, change))
        while not self._is_over():
            if not self._acts or self.now - self._last_work > STANDSTILL:
                raise ServiceError(
                    f"Nobody has had a sentence since hour {self.hours:.0f}, after {self.closed} rounds: "
                    "the text is read to its end, or nobody is left."
                )
            when, _, act = heapq.heappop(self._acts)
            self._advance(when)
            act()
        self._settle()

    def _make_project(self) -> None:
        seed = hashlib.sha256(f"{self.scenario.name}|{self.scenario.seed}".encode()).hexdigest()
        body = {
            "suggestion_policy": "none",
            **self.scenario.project,
            "name": f"{self.scenario.name} (rehearsal)",
            "rehearsal": {"now": self.start.isoformat(), "seed": seed},
        }
        self.project = self.manager.post("/api/projects", body)["id"]
        self._publish(self.guideline)
        for name in self.scenario.first_corpora:
            self._import(name)
        for name, colleague in self.scenario.people.items():
            if colleague.from_start:
                self._join(name)

    def _path(self, rest: str = "") -> str:
        return f"/api/projects/{self.project}{rest}"

    def _at(self, when: datetime, act: Callable[[], None]) -> None:
        self._count += 1
        heapq.heappush(self._acts, (when, self._count, act))

    # time

    def _advance(self, to: datetime) -> None:
        """Move the clock; wait for a round that opens, and do what is to happen after it."""
        self.now = max(self.now, to)
        deadline = time.monotonic() + PATIENCE_SECONDS
        latest = self._tick()
        while latest is not None and latest["state"] in UNDER_WAY:
            if self.is_training_paused and latest["state"] == "training":
                return
            if time.monotonic() > deadline:
                raise ServiceError(f"Round {latest['number']} is {latest['state']} for {PATIENCE_SECONDS} s.")
            time.sleep(POLL_SECONDS)
            latest = self._tick()
        if latest is not None and latest["number"] > self.closed:
            if latest["state"] == "failed":
                raise ServiceError(f"Round {latest['number']} failed: {latest['error']}")
            self.closed = latest["number"]
            for change in self.scenario.changes:
                if change.at.round == self.closed:
                    self._do(change)
        self.show(self.closed, f"{self.hours:.0f} h, {self.labels} labels")

    def _tick(self) -> dict[str, Any] | None:
        answer = self.manager.post(self._path("/clock"), {"now": self.now.isoformat()})
        return answer["round"]

    def _is_over(self) -> bool:
        if self.closed < self.scenario.rounds:
            return False
        holdout = self.manager.get(self._path("/curves"))["holdout"]
        bridges = self.manager.get(self._path("/guideline-bridges"))
        return bool(holdout["done"] >= holdout["sentences"] and all(row["read_at"] for row in bridges))

    def _settle(self) -> None:
        """Wait until all points are measured on the whole holdout, and bridges trained."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self._is_unsettled():
            if time.monotonic() > deadline:
                raise ServiceError("The curves stay provisional, or a bridge is not trained.")
            time.sleep(1.0)

    def _is_unsettled(self) -> bool:
        points = self.manager.get(self._path("/curves"))["points"]
        bridges = self.manager.get(self._path("/guideline-bridges"))
        return any(point["provisional"] for point in points) or any(
            row["trained"] < row["trainings"] for row in bridges
        )

    # people

    def _join(self, name: str) -> None:
        username, password = f"sim-{self.project}-{name}", secrets.token_urlsafe(16)
        body = {"username": username, "password": password, "name": name, "role": "annotator"}
        member = self.manager.post(self._path("/members"), body)
        worker = Worker(
            name=name,
            is_like=self.scenario.people[name],
            client=Client(self.url, username=username, password=password),
            membership=member["id"],
            guideline=self.guideline,
        )
        self.workers[name] = worker
        self._at(worker.next_stretch(self.now), lambda: self._begin(worker))

    def _begin(self, worker: Worker) -> None:
        if not worker.is_here:
            return
        answer = worker.client.post(self._path("/next"), {"held": worker.kept})
        self._take(worker, answer)

    def _take(self, worker: Worker, answer: Mapping[str, Any]) -> None:
        work = answer["work"]
        if work is None:
            self._at(worker.next_stretch(self.now + NO_WORK), lambda: self._begin(worker))
            return
        self._last_work = self.now
        boundaries, seconds = worker.answer(work, self.answers)
        if self._is_kept(work):
            worker.kept.append(work["assignment"])
            later = self.now + timedelta(hours=self.late.hours if self.late else 0)
            self._at(later, lambda: self._hand_in(worker, work, boundaries, seconds))
            after = worker.next_stretch(self.now + timedelta(seconds=PAUSE_SECONDS))
            self._at(after, lambda: self._begin(worker))
            return
        worker.work = work
        done = self.now + timedelta(seconds=seconds)
        self._at(done, lambda: self._finish(worker, work, boundaries, seconds))

    def _is_kept(self, work: Mapping[str, Any]) -> bool:
        if self.late is None or len(work["clusters"]) < self.late.clusters:
            return False
        chance = hashlib.sha256(f"{self.scenario.seed}|late|{''.join(work['clusters'])}".encode()).digest()
        return int.from_bytes(chance[:4], "big") / 2**32 < self.late.share

    def _finish(
        self, worker: Worker, work: Mapping[str, Any], boundaries: Sequence[int], seconds: float
    ) -> None:
        if not worker.is_here:
            return
        resumes = self.now + timedelta(seconds=PAUSE_SECONDS)
        goes_on = worker.until is not None and resumes < worker.until
        answer = self._submit(worker, work, boundaries, seconds, wants_next=goes_on)
        worker.work = None
        if goes_on:
            self._take(worker, answer["next"])
        else:
            self._at(worker.next_stretch(resumes), lambda: self._begin(worker))

    def _hand_in(
        self, worker: Worker, work: Mapping[str, Any], boundaries: Sequence[int], seconds: float
    ) -> None:
        """Submit what was kept for long; its lease has lapsed by then."""
        worker.kept.remove(work["assignment"])
        if worker.is_here:
            self._submit(worker, work, boundaries, seconds, wants_next=False)

    def _submit(
        self,
        worker: Worker,
        work: Mapping[str, Any],
        boundaries: Sequence[int],
        seconds: float,
        *,
        wants_next: bool,
    ) -> Any:
        self.labels += 1
        key = hashlib.md5(f"{work['assignment']}|{worker.name}".encode(), usedforsecurity=False).hexdigest()
        body = {
            "boundaries": list(boundaries),
            "client_key": key,
            "active_ms": round(1000 * seconds),
            "key_actions": 1 + 2 * actions(work, boundaries),
            "held": worker.kept,
            "next": wants_next,
        }
        return worker.client.post(self._path(f"/assignments/{work['assignment']}/submit"), body)

    # changes

    def _do(self, change: Change) -> None:
        _CHANGES[change.what](self, getattr(change, change.what))

    def _publish(self, name: str) -> None:
        """Publish a guideline; everybody follows it, each after their own lag."""
        self.guideline = name
        self.manager.post(self._path("/guidelines"), {"text": self.scenario.guidelines[name].text})
        for worker in self.workers.values():
            when = self.now + timedelta(hours=worker.is_like.lag_hours)
            self._at(when, partial(setattr, worker, "guideline", name))

    def _set(self, settings: Mapping[str, Any]) -> None:
        self.manager.patch(self._path(), settings)

    def _import(self, name: str) -> None:
        source = self.scenario.corpora[name]
        content = upload_of(self.corpora[name], splitter=source.splitter)
        fields = {"name": name, "source": source.file, "licence": "see source", "splitter": source.splitter}
        row = self.manager.upload(self._path("/corpora"), (f"{name}.jsonl", content), fields)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while row["state"] != "ready":
            if row["state"] == "failed" or time.monotonic() > deadline:
                raise ServiceError(f"The import of {name} is {row['state']}: {row['report']}")
            time.sleep(POLL_SECONDS)
            rows = self.manager.get(self._path("/corpora"))
            row = next(one for one in rows if one["id"] == row["id"])

    def _leave(self, name: str) -> None:
        worker = self.workers[name]
        worker.is_here = False
        self.manager.patch(self._path(f"/members/{worker.membership}"), {"active": False})

    def _alter(self, values: Mapping[str, Any]) -> None:
        """Let a person work otherwise from now on. Nobody tells the service."""
        worker = self.workers[values["name"]]
        others = {name: value for name, value in values.items() if name != "name"}
        worker.is_like = read(type(worker.is_like), {**asdict(worker.is_like), **others}, "person")

    def _be_late(self, late: Late) -> None:
        self.late = replace(late)

    def _pause_training(self, state: str) -> None:
        self.is_training_paused = state == "paused"
        self.manager.patch(self._path(), {"training_paused": self.is_training_paused})

    def _open_bridge(self, per_arm: int) -> None:
        self.manager.post(self._path("/guideline-bridges"), {"per_arm": per_arm})

    def _record(self, remark: Any) -> None:
        body = {"kind": remark.kind, "at": self.now.isoformat(), "note": remark.note}
        self.manager.post(self._path("/events"), body)


_CHANGES: dict[str, Callable[[Simulation, Any], None]] = {
    "guideline": Simulation._publish,
    "settings": Simulation._set,
    "corpus": Simulation._import,
    "joins": Simulation._join,
    "leaves": Simulation._leave,
    "person": Simulation._alter,
    "late": Simulation._be_late,
    "training": Simulation._pause_training,
    "bridge": Simulation._open_bridge,
    "event": Simulation._record,
}

"""Simulated annotators: they speak the same HTTP API as the browser and answer from a gold corpus."""

import random
import threading
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import requests

# How long an annotator keeps trying while the service is away.
PATIENCE_SECONDS = 120.0
RETRY_SECONDS = 0.2
NO_WORK_SECONDS = 0.2
POLL_SECONDS = 0.2
# Nobody has had a sentence for so long: the text is read to its end, or the loop stands still.
STANDSTILL_SECONDS = 300.0


class ServiceError(Exception):
    """The service refused a request that a correct annotator may make."""


@dataclass(frozen=True)
class Person:
    """How a simulated annotator works: seconds = base + per_cluster·clusters + per_correction·corrections."""

    username: str
    password: str
    error_rate: float = 0.02
    base_seconds: float = 1.5
    per_cluster: float = 0.08
    per_correction: float = 0.9


class Client:
    """One person's session with the service; every request is repeated until the service answers."""

    def __init__(self, base_url: str, *, username: str, password: str) -> None:
        self._base_url = base_url.rstrip("/")
        self._session = requests.Session()
        token = self.post("/api/token", {"username": username, "password": password})["token"]
        self._session.headers["Authorization"] = f"Token {token}"

    def get(self, path: str) -> Any:
        """GET a path below the service's address and return the decoded answer."""
        return self._request("GET", path, None)

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """POST JSON and return the decoded answer. Only for requests that may be repeated safely."""
        return self._request("POST", path, body)

    def patch(self, path: str, body: Mapping[str, Any]) -> Any:
        """PATCH JSON and return the decoded answer."""
        return self._request("PATCH", path, body)

    def upload(self, path: str, file: tuple[str, bytes], fields: Mapping[str, str]) -> Any:
        """POST a file, given as its name and content, with fields beside it."""
        return self._request("POST", path, fields, file)

    def _request(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None,
        file: tuple[str, bytes] | None = None,
    ) -> Any:
        deadline = time.monotonic() + PATIENCE_SECONDS
        content: dict[str, Any] = {"json": body} if file is None else {"data": body, "files": {"file": file}}
        while True:
            try:
                answer = self._session.request(method, self._base_url + path, timeout=30, **content)
                if answer.status_code < 500:
                    break
            except (requests.ConnectionError, requests.Timeout):
                pass
            if time.monotonic() > deadline:
                raise ServiceError(f"{method} {path}: no answer for {PATIENCE_SECONDS:.0f} s")
            time.sleep(RETRY_SECONDS)
        if answer.status_code >= 400:
            raise ServiceError(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
        return answer.json() if answer.content else None


class Annotator:
    """A person at work on one project, one sentence at a time."""

    def __init__(
        self,
        person: Person,
        *,
        base_url: str,
        project_id: int,
        gold: Mapping[str, Sequence[int]],
        seed: int,
    ) -> None:
        self.person = person
        self.submitted: dict[str, list[int]] = {}
        self._client = Client(base_url, username=person.username, password=person.password)
        self._path = f"/api/projects/{project_id}"
        self._gold = gold
        self._rng = random.Random(f"{seed}|{person.username}")
        self._work: dict[str, Any] | None = None

    def step(self) -> bool:
        """Submit the sentence at hand and take the next; False when there is nothing to do now."""
        if self._work is None:
            self._work = self._client.post(f"{self._path}/next", {"held": []})["work"]
            return self._work is not None
        work = self._work
        boundaries = self.answer(work["clusters"])
        body = {
            "boundaries": boundaries,
            "client_key": str(uuid.UUID(int=self._rng.getrandbits(128))),
            "active_ms": round(1000 * self.seconds(work, boundaries)),
            "key_actions": 1 + 2 * len(set(boundaries) ^ set(work["suggestion"] or [])),
            "held": [],
            "next": True,
        }
        answer = self._client.post(f"{self._path}/assignments/{work['assignment']}/submit", body)
        self.submitted[work["assignment"]] = boundaries
        self._work = answer["next"]["work"]
        return True

    def answer(self, clusters: Sequence[str]) -> list[int]:
        """Return the gold boundaries with this person's slips, which come at the error rate."""
        text = "".join(clusters)
        if text not in self._gold:
            raise ServiceError(f"No gold segmentation for the sentence {text[:60]!r}.")
        return with_slips(
            self._gold[text], n_clusters=len(clusters), rate=self.person.error_rate, rng=self._rng
        )

    def seconds(self, work: Mapping[str, Any], boundaries: Sequence[int]) -> float:
        """Return the time this person would have needed, with everyday variation."""
        corrections = len(set(boundaries) ^ set(work["suggestion"] or []))
        person = self.person
        usual = (
            person.base_seconds
            + person.per_cluster * len(work["clusters"])
            + person.per_correction * corrections
        )
        return usual * self._rng.lognormvariate(0.0, 0.25)


def with_slips(boundaries: Sequence[int], *, n_clusters: int, rate: float, rng: random.Random) -> list[int]:
    """Return boundaries with a person's slips.

    They fall on boundaries at the rate and, as often in all, on places between them.
    """
    right = set(boundaries)
    rate_between = rate * len(right) / max(1, n_clusters - 1 - len(right))
    chosen = []
    for place in range(1, n_clusters):
        slips = rng.random() < (rate if place in right else rate_between)
        if (place in right) != slips:
            chosen.append(place)
    return chosen


def run(
    annotators: Sequence[Annotator],
    *,
    until: Callable[[], bool],
    resting: Callable[[], bool] = lambda: False,
) -> None:
    """Let the annotators work side by side until `until()` holds; raise what stopped one of them.

    While `resting()` holds nobody begins another sentence: people without pauses would have read a small pool
    to its end before the first model is trained. Raises ServiceError too where nobody gets a sentence for
    minutes.
    """
    stop, awake = threading.Event(), threading.Event()
    failures: list[BaseException] = []
    last_step = time.monotonic()

    def work(annotator: Annotator) -> None:
        nonlocal last_step
        try:
            while not stop.is_set():
                if awake.wait(NO_WORK_SECONDS) and annotator.step():
                    last_step = time.monotonic()
                else:
                    stop.wait(NO_WORK_SECONDS)
        except Exception as error:  # raised again in the caller's thread
            failures.append(error)
            stop.set()

    threads = [threading.Thread(target=work, args=[annotator], daemon=True) for annotator in annotators]
    for thread in threads:
        thread.start()
    try:
        while not stop.is_set() and not until():
            (awake.clear if resting() else awake.set)()
            if time.monotonic() - last_step > STANDSTILL_SECONDS:
                raise ServiceError(f"Nobody was handed a sentence for {STANDSTILL_SECONDS:.0f} s.")
            stop.wait(POLL_SECONDS)
    finally:
        stop.set()
        for thread in threads:
            thread.join(timeout=35)
    if failures:
        raise failures[0]

"""A lean load generator: many annotators on keep-alive connections in one thread, a request a pair.

Lean, because it shares the machine with the service: no HTTP library, no threads, one selector.
"""

import json
import random
import re
import selectors
import socket
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field

# A service that fails this often is not worth measuring.
MOST_FAILURES = 200
LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


@dataclass
class Tally:
    """What the annotators saw: latencies in seconds, failures, hand-outs in the order of their arrival."""

    latencies: list[float] = field(default_factory=list)
    failures: Counter[str] = field(default_factory=Counter)
    handed_out: list[str] = field(default_factory=list)
    submitted: list[str] = field(default_factory=list)
    wall_seconds: float = 0.0
    cpu_seconds: float = 0.0

    def percentile(self, share: float) -> float:
        """Return the latency in milliseconds below which a share of the pairs lies."""
        ordered = sorted(self.latencies)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


class _Annotator:
    """One connection: sends a submit that brings the next sentence, waits, sends again."""

    def __init__(
        self, address: tuple[str, int], token: str, path: str, pause: float, rng: random.Random
    ) -> None:
        self.address, self.token, self.path, self.pause, self.rng = address, token, path, pause, rng
        self.socket = socket.create_connection(address, timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        self.buffer = bytearray()
        self.expected = 0
        self.sent_at = 0.0
        self.due = 0.0
        self.work: dict | None = None
        self.is_submit = False

    def send(self) -> None:
        """Send the submit of the sentence at hand, or ask for a first one."""
        self.is_submit = self.work is not None
        if self.work is None:
            path, body = f"{self.path}/next", b'{"held": []}'
        else:
            last = len(self.work["clusters"])
            boundaries = sorted(self.rng.sample(range(1, last), k=last // 3)) if last > 3 else []
            path = f"{self.path}/assignments/{self.work['assignment']}/submit"
            body = json.dumps(
                {
                    "boundaries": boundaries,
                    "client_key": str(uuid.uuid4()),
                    "active_ms": 6000,
                    "key_actions": 9,
                    "held": [],
                    "next": True,
                }
            ).encode()
        head = (
            f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Token {self.token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        self.buffer.clear()
        self.expected = 0
        self.sent_at = time.perf_counter()
        self.socket.sendall(head.encode() + body)

    def receive(self) -> tuple[int, bytes] | None:
        """Read what has come; return (status, body) once the answer is whole. Raises ConnectionError."""
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionError("the service closed the connection")
        self.buffer += data
        if not self.expected:
            end = self.buffer.find(b"\r\n\r\n")
            if end < 0:
                return None
            length = LENGTH.search(self.buffer, 0, end)
            self.expected = end + 4 + (int(length[1]) if length else 0)
            self.head = end
        if len(self.buffer) < self.expected:
            return None
        return int(self.buffer[9:12]), bytes(self.buffer[self.head + 4 : self.expected])


def run(
    address: tuple[str, int],
    tokens: list[str],
    project_id: int,
    *,
    seconds: float,
    pause: float = 0.0,
    pairs: int | None = None,
    seed: int = 0,
) -> Tally:
    """Let one annotator a token work for so long (or for so many pairs in all) and return what they saw.

    A latency runs from the sending of a submit to the arrival of the next sentence.
    """
    path = f"/api/projects/{project_id}"
    rng = random.Random(seed)
    annotators = [_Annotator(address, token, path, pause, random.Random(rng.random())) for token in tokens]
    tally = Tally()
    selector = selectors.DefaultSelector()
    started, cpu = time.perf_counter(), time.process_time()
    for annotator in annotators:
        selector.register(annotator.socket, selectors.EVENT_READ, annotator)
        annotator.due = started + rng.random() * max(pause, 0.05)
    waiting = set(annotators)
    while (now := time.perf_counter()) < started + seconds and len(tally.latencies) < (pairs or 1 << 62):
        if tally.failures.total() > MOST_FAILURES:
            raise RuntimeError(f"the service fails: {tally.failures.most_common(1)}")
        for annotator in [annotator for annotator in waiting if annotator.due <= now]:
            waiting.discard(annotator)
            annotator.send()
        nearest = min((annotator.due for annotator in waiting), default=now + 0.1)
        for key, _ in selector.select(timeout=max(0.0, min(0.1, nearest - now))):
            annotator = key.data
            answer = annotator.receive()
            if answer is None:
                continue
            _account(annotator, *answer, tally)
            annotator.due = time.perf_counter() + (pause * rng.uniform(0.5, 1.5) if pause else 0.0)
            waiting.add(annotator)
    tally.wall_seconds, tally.cpu_seconds = time.perf_counter() - started, time.process_time() - cpu
    for annotator in annotators:
        annotator.socket.close()
    return tally


def _account(annotator: _Annotator, status: int, body: bytes, tally: Tally) -> None:
    if status != 200:
        tally.failures[f"{status} {body[:120].decode(errors='replace')}"] += 1
        annotator.work = None
        return
    answer = json.loads(body)
    if annotator.is_submit:
        tally.latencies.append(time.perf_counter() - annotator.sent_at)
        tally.submitted.append(answer["annotation"]["assignment"])
        answer = answer["next"]
    annotator.work = answer["work"]
    if annotator.work is not None:
        tally.handed_out.append(annotator.work["assignment"])
    else:
        tally.failures[f"no work: {answer['reason']}"] += 1

"""A line that shows how far a step is. Standard library only: it runs before anything is installed."""

import sys
import threading
import time
from types import TracebackType

WIDTH = 30


class Step:
    """Draws one step on stderr for the length of a with block: a bar on a terminal, two lines elsewhere."""

    def __init__(self, title: str, *, total: int = 0) -> None:
        self._title = title
        self._total = total
        self._done = 0
        self._now = ""
        self._began = time.monotonic()
        self._on_terminal = sys.stderr.isatty()
        self._ended = threading.Event()
        self._painter = threading.Thread(target=self._repaint, daemon=True)

    def __enter__(self) -> "Step":
        if self._on_terminal:
            self._painter.start()
        else:
            print(f"{self._title} …", file=sys.stderr, flush=True)
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: BaseException | TracebackType | None) -> None:
        self._ended.set()
        if self._on_terminal:
            self._painter.join()
        said = "failed" if kind else "done"
        start = "\r\x1b[K" if self._on_terminal else ""
        print(f"{start}{self._title}: {said} in {self._seconds():.0f} s", file=sys.stderr, flush=True)

    def advance(self, now: str) -> None:
        """Count one more part; `now` says what is going on."""
        self._done += 1
        self._now = now

    def _seconds(self) -> float:
        return time.monotonic() - self._began

    def _repaint(self) -> None:
        while not self._ended.wait(0.2):
            filled = min(WIDTH, WIDTH * self._done // self._total) if self._total else 0
            bar = f"[{'#' * filled}{'.' * (WIDTH - filled)}] " if self._total else ""
            line = f"{self._title} {bar}{self._seconds():.0f} s {self._now}"
            print(f"\r\x1b[K{line[:100]}", end="", file=sys.stderr, flush=True)

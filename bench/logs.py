"""What the log costs a request: microseconds of the middleware for each way of writing lines.

    .venv/bin/python bench/logs.py

The view does nothing, so that what is measured is the middleware alone; lines go to a file.
"""

import logging
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django
from django.conf import settings
from django.http import HttpResponse
from django.test import RequestFactory

from config import logs

REQUESTS = 20_000
REPEATS = 5


def measure(middleware: Callable[..., Any]) -> float:
    """Return the microseconds of one request, the best of some runs."""
    answer, request = middleware(lambda _: HttpResponse()), RequestFactory().post("/api/projects/1/next")
    best = float("inf")
    for _ in range(REPEATS):
        began = time.perf_counter()
        for _ in range(REQUESTS):
            answer(request)
        best = min(best, time.perf_counter() - began)
    return 1e6 * best / REQUESTS


def main() -> None:
    """Print a line for each way."""
    django.setup()
    nothing = measure(lambda get_response: get_response)
    with tempfile.TemporaryFile("w") as file:
        handler = logging.StreamHandler(file)
        handler.addFilter(logs.About())
        logs.access.addHandler(handler)
        logs.access.propagate = False
        print(f"id of the request       {measure(logs.requests) - nothing:6.1f} µs")
        settings.ACCESS_LOG = True
        text = logs.configuration(level="INFO", is_json=False)["formatters"]["line"]["format"]
        for name, formatter in (("text", logging.Formatter(text)), ("json", logs.json_formatter())):
            handler.setFormatter(formatter)
            print(f"id and a line as {name}   {measure(logs.requests) - nothing:6.1f} µs")


if __name__ == "__main__":
    main()

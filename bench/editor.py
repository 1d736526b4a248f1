"""What correcting costs at the annotator's page, and how fast the page is.

    python bench/editor.py --json

A simulated day in a real Chromium against the real service on loopback: a model trained on a part of the demo
corpus suggests, a person who knows the reference corrects by keys (bench/correcting.py) and sends. Then as
many sentences again, unseen, for the time from Enter to the next sentence painted while other annotators keep
the service busy. Needs a Chromium; keeps its data in a home of its own (--home).
"""

import argparse
import gzip
import os
import statistics
import sys
import threading
import time
from pathlib import Path
from typing import Any

# ruff: noqa: E402 (the repository is put on the path first, so that the file runs as a script)
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench import load, standing
from bench.correcting import Suggested, plan
from bench.report import Report
from bench.standing import say

SEED = 1
TRAINED_ON = 150
NEIGHBOURS, NEIGHBOURS_POOL = 32, 10_000
NEIGHBOURS_PAUSE = 1.0
LOADS = 5

# How long from the press of Enter until the frame that shows another sentence has been handed to the screen.
WATCH = """
window.painted = [];
window.shifted = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
}).observe({ type: "layout-shift", buffered: true });
window.addEventListener("keydown", (event) => {
  if (event.code !== "Enter") return;
  const shown = () => document.querySelector(".sentence[role=application]")?.textContent;
  const [before, pressed, { port1, port2 }] = [shown(), event.timeStamp, new MessageChannel()];
  const look = () => requestAnimationFrame(() => port2.postMessage(null));
  port1.onmessage = () => {
    if (shown() !== undefined && shown() !== before) window.painted.push(performance.now() - pressed);
    else look();
  };
  look();
}, { capture: true });
"""


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sentences", type=int, default=200, help="of the simulated day")
    parser.add_argument("--port", type=int, default=8766)
    parser.add_argument("--home", type=Path, default=Path("~/.cache/tatkham-editor").expanduser())
    parser.add_argument("--quick", action="store_true", help="30 sentences, about a minute")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    chosen = parser.parse_args()
    if chosen.quick:
        chosen.sentences = min(chosen.sentences, 30)
    return chosen


def main() -> None:
    """Work a day, measure, print the report."""
    options = arguments()
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright's loop runs in this thread.
    standing.set_up_django(options.home)
    from playwright.sync_api import sync_playwright

    report = Report(seed=SEED)
    with standing.running_service(options.port), sync_playwright() as playwright:
        world = _world()
        busy = standing.project(NEIGHBOURS_POOL)
        browser = playwright.chromium.launch(executable_path=_chromium(), args=_chromium_options())
        _measure_loading(browser, options.port, world, report)
        page = _open(browser, options.port, world)
        _correct_a_day(page, world, options.sentences, report)
        with _Neighbours(options.port, busy):
            _measure_enter(page, options.sentences, report)
        report.judge("layout_shift", round(page.evaluate("window.shifted"), 4), 0, at_most=True)
        browser.close()
    if options.json:
        print(report.line())


def _chromium() -> str:
    import shutil

    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        sys.exit("no Chromium was found (Debian: apt-get install -y chromium)")
    return found


def _chromium_options() -> list[str]:
    return ["--disable-dev-shm-usage", *(["--no-sandbox"] if os.geteuid() == 0 else [])]


def _world() -> Any:
    """Return a new project with the demo corpus, an annotator, and a model's suggestions."""
    from django.contrib.auth.models import User
    from django.utils import timezone

    from annotation import corpus, guidelines, projects
    from annotation.models import Membership

    now = timezone.now()
    manager, _ = User.objects.get_or_create(username="editor-manager", defaults={"is_staff": True})
    annotator, _ = User.objects.get_or_create(username="editor-annotator")
    settings = {
        "name": f"editor {now:%Y-%m-%d %H:%M:%S}",
        "suggestion_policy": "model",
        "holdout_share": 0.0,
        "overlap_share": 0.0,
        "control_share": 0.0,
    }
    project = projects.create(settings, creator=manager, now=now).project
    guidelines.publish(project, (ROOT / "docs" / "guideline-th.md").read_text(), author=manager, now=now)
    Membership.objects.create(project=project, user=annotator, role="annotator")
    for path in sorted((ROOT / "annotation" / "demo" / "corpus").glob("*.jsonl")):
        corpus.import_file(project, path, name=path.stem, source="demo", licence="CC0-1.0")
    _suggest(project)
    return {"project": project, "annotator": annotator}


def _suggest(project: Any) -> None:
    """Train on some sentences with gold, take them out of the pool, and suggest for the others."""
    from django.utils import timezone

    from annotation.models import Sentence, Suggestion
    from learner.suggestions import made_from
    from segmenter.data import Example
    from segmenter.model import TaggerConfig
    from segmenter.predict import boundary_probabilities
    from segmenter.train import fit

    sentences = list(Sentence.objects.filter(project=project).select_related("gold").order_by("order_key"))
    known, others = sentences[:TRAINED_ON], sentences[TRAINED_ON:]
    say(f"training on {len(known)} sentences, suggesting for {len(others)}")
    examples = [Example(one.text, tuple(one.gold.boundaries)) for one in known]
    tagger = fit(examples, TaggerConfig.preset("small"), seed=SEED)
    made = map(made_from, boundary_probabilities(tagger, (one.text for one in others)))
    Suggestion.objects.bulk_create(
        Suggestion(
            sentence=sentence,
            source="bench",
            boundaries=list(one.boundaries),
            doubtful=list(one.doubtful),
            alternatives=[list(gaps) for gaps in one.alternatives],
        )
        for sentence, one in zip(others, made, strict=True)
    )
    Sentence.objects.filter(pk__in=[one.pk for one in known]).update(retired_at=timezone.now())
    project.suggestion_source = "bench"
    project.save(update_fields=["suggestion_source"])


def _open(browser: Any, port: int, world: Any) -> Any:
    """Open the annotator's page in a browser of its own, watched, and wait for the sentence."""
    from django.conf import settings
    from django.test import Client

    client = Client()
    client.force_login(world["annotator"], backend="django.contrib.auth.backends.ModelBackend")
    address = f"http://127.0.0.1:{port}"
    context = browser.new_context(base_url=address, locale="th-TH", viewport={"width": 1280, "height": 800})
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": address}])
    page = context.new_page()
    page.add_init_script(WATCH)
    page.goto(f"/projects/{world['project'].pk}/annotate")
    page.wait_for_selector(".gap.cursor")
    return page


def _measure_loading(browser: Any, port: int, world: Any, report: Any) -> None:
    """Load the page with an empty cache: weight without fonts, first paint, the sentence on the screen."""
    paints, sentences, weight = [], [], 0
    for _ in range(LOADS):
        page = _open(browser, port, world)
        paint = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
        paints.append(page.evaluate(paint))
        sentences.append(page.evaluate("performance.now()"))
        loaded = page.evaluate(
            "performance.getEntriesByType('resource').map((entry) => entry.name)"
            ".filter((name) => /assets/.test(name) && !/woff2$/.test(name))"
        )
        bodies = [page.request.get(name).body() for name in [page.url, *loaded]]
        weight = sum(len(gzip.compress(body, 9)) for body in bodies)
        page.context.close()
    report.judge("page_kb_gzipped", round(weight / 1000, 1), 100, at_most=True)
    report.judge("first_paint_ms", round(statistics.median(paints)), 1000, at_most=True)
    report.figures["first_sentence_ms"] = round(statistics.median(sentences))


def _correct_a_day(page: Any, world: Any, count: int, report: Any) -> None:
    """Correct and send sentences by keys alone; hold the screen against the reference each time."""
    from annotation.models import Sentence, Suggestion

    gold = {
        sentence.text: (sentence.pk, frozenset(sentence.gold.boundaries))
        for sentence in Sentence.objects.filter(project=world["project"]).select_related("gold")
    }
    suggestions = {one.sentence_id: one for one in Suggestion.objects.filter(source="bench")}
    costs: list[float] = []
    keys = wrong = untouched = doubtful = alternatives = 0
    for number in range(count):
        clusters, boundaries = page.evaluate(READ)
        id_, reference = gold["".join(clusters)]
        known = suggestions[id_]
        shown = Suggested(
            len(clusters),
            frozenset(boundaries),
            tuple(known.doubtful),
            tuple(tuple(gaps) for gaps in known.alternatives),
        )
        doubtful += len(shown.doubtful)
        alternatives += len(shown.alternatives)
        corrections = plan(shown, reference)
        for correction in corrections:
            for key in correction.keys:
                page.keyboard.press(key)
            costs += [len(correction.keys) / correction.mended] * correction.mended
        if frozenset(page.evaluate(READ)[1]) != reference:
            raise RuntimeError(f"The keys did not lead to the reference of sentence {id_}.")
        keys += sum(len(correction.keys) for correction in corrections)
        wrong += len(boundaries_wrong := frozenset(boundaries) ^ reference)
        untouched += not boundaries_wrong
        _send(page)
        if number % 50 == 49:
            say(f"{number + 1} sentences, {wrong} wrong boundaries, {keys} keys")
    report.judge("keys_a_wrong_boundary_median", statistics.median(costs), 2.5, at_most=True)
    report.figures["keys_a_wrong_boundary_mean"] = round(keys / wrong, 2)
    report.figures["keys_a_sentence_mean"] = round((keys + count) / count, 2)
    report.figures["wrong_boundaries"] = wrong
    report.figures["doubtful_a_sentence"] = round(doubtful / count, 2)
    report.figures["alternatives_a_sentence"] = round(alternatives / count, 2)
    report.figures["sentences_right_at_once"] = untouched


# Clusters and boundaries of the sentence on the screen; a space is drawn as a sign.
READ = """() => {
  const sentence = document.querySelector(".sentence");
  const clusters = [...sentence.querySelectorAll(".cluster")].map((one) => one.textContent);
  const open = [...sentence.querySelectorAll(".gap.open")].map((one) => Number(one.dataset.gap));
  return [clusters.map((one) => (one === "␣" ? " " : one)), open];
}"""


def _send(page: Any) -> None:
    painted = page.evaluate("window.painted.length")
    page.keyboard.press("Enter")
    page.wait_for_function("count => window.painted.length > count", arg=painted)


def _measure_enter(page: Any, count: int, report: Any) -> None:
    """Send sentences as they are and take the time from Enter to the next sentence's paint."""
    page.evaluate("window.painted = []")
    for _ in range(count):
        _send(page)
        page.wait_for_selector(".save-state.good")
    times = sorted(page.evaluate("window.painted"))
    report.figures["enter_to_paint_p50_ms"] = round(statistics.median(times), 1)
    p95 = times[min(len(times) - 1, int(0.95 * len(times)))]
    report.judge("enter_to_paint_p95_ms", round(p95, 1), 50, at_most=True)


class _Neighbours:
    """Other annotators who work on another project meanwhile, in a thread."""

    def __init__(self, port: int, project: Any) -> None:
        address = ("127.0.0.1", port)
        people = standing.tokens([f"bench-{number}" for number in range(NEIGHBOURS)])
        self._work = lambda: load.run(
            address, people, project.pk, seconds=2.0, pause=NEIGHBOURS_PAUSE, seed=SEED
        )
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        while not self._is_over.is_set():
            self._work()

    def __enter__(self) -> None:
        say(f"{NEIGHBOURS} other annotators at work")
        self._thread.start()

    def __exit__(self, *error: object) -> None:
        self._is_over.set()
        self._thread.join()


if __name__ == "__main__":
    started = time.monotonic()
    main()
    say(f"{time.monotonic() - started:.0f} s in all")

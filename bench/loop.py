"""The whole loop on real text: import, annotators over HTTP, rounds, curves, export; with kills in between.

    python bench/loop.py --corpus tud.jsonl.gz --corpus best.jsonl.gz --limit 20000 --rounds 4 --json
    python bench/loop.py --quick --kill --json

Annotators answer from the gold segmentation that the files carry. With --kill the web process and both
workers are killed (SIGKILL) while they work. A home of its own (--home) is kept between runs.
"""

import argparse
import gzip
import json
import signal
import sys
import threading
import time
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

SETTINGS = {
    "seed_size": 60,
    "round_size": 120,
    "holdout_share": 0.15,
    "holdout_limit": 200,
    "holdout_per_document": 5,
    "holdout_serve_share": 0.2,
    "model_seeds": 1,
    "suggestion_policy": "dictionary",
}
PASSWORD = "simulated-annotators-only"
# Of all submits, when the web and when the workers are killed.
KILLS = {0.3: ("web",), 0.6: ("worker-train", "worker-default"), 0.8: ("web", "beat")}
SEED = 1


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", type=Path, action="append", help="gold JSONL; default: the demo corpus")
    parser.add_argument("--limit", type=int, default=20_000, help="sentences of a file, from its start")
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--submits", type=int, default=2000, help="go on until there are so many, too")
    parser.add_argument("--annotators", type=int, default=8)
    parser.add_argument("--error-rate", type=float, default=0.02)
    parser.add_argument("--preset", default="tiny", help="of the tagger")
    parser.add_argument("--kill", action="store_true", help="kill web and workers in between")
    parser.add_argument("--port", type=int, default=8766)
    parser.add_argument("--home", type=Path, default=Path("~/.cache/tatkham-loop").expanduser())
    parser.add_argument("--quick", action="store_true", help="demo corpus, two rounds, about a minute")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    chosen = parser.parse_args()
    if chosen.quick:
        chosen.corpus, chosen.rounds, chosen.submits = None, 2, 250
    return chosen


def main() -> None:
    """Play the loop and hold its rows, curves and export against what the annotators did."""
    options = arguments()
    from bench.standing import set_up_django

    set_up_django(options.home)
    from django.conf import settings

    from bench.report import Report
    from config import processes

    report = Report(seed=SEED)
    with processes.running_service(settings.HOME, host="127.0.0.1", port=options.port) as supervisor:
        project = _project(options)
        annotators = _annotators(options, project)
        with _Killer(options, annotators, supervisor) as killed:
            _work(options, project, annotators)
        report.figures["processes_killed"] = len(killed)
        _judge_rows(report, project, annotators)
        _judge_curves(report, project, options)
        _judge_export(report, project, annotators)
    if options.json:
        print(report.line())


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _project(options: argparse.Namespace) -> Any:
    """Make a project and import the files; each run makes its own."""
    from django.contrib.auth.models import User
    from django.utils import timezone

    from annotation import corpus, projects
    from config.demo import CORPUS_FOLDER

    manager, _ = User.objects.get_or_create(username="loop-manager", defaults={"is_staff": True})
    settings = {"name": f"loop {int(time.time())}", "model_preset": options.preset, **SETTINGS}
    if not options.corpus:
        settings |= {"seed_size": 40, "round_size": 50, "holdout_share": 0.5, "holdout_per_document": 2}
    project = projects.create(settings, creator=manager, now=timezone.now()).project
    for path in options.corpus or sorted(CORPUS_FOLDER.glob("*.jsonl")):
        _say(f"importing {path.name}")
        corpus.import_file(
            project, _head(path, options), name=path.stem, source=path.name, licence="see source"
        )
    project.refresh_from_db()
    return project


def _head(path: Path, options: argparse.Namespace) -> Path:
    """Return a file with the first lines of a larger one."""
    options.home.mkdir(parents=True, exist_ok=True)
    head = options.home / f"{options.limit}-{path.name.removesuffix('.gz')}"
    reader = gzip.open if path.suffix == ".gz" else open
    with reader(path, "rt", encoding="utf-8") as lines, head.open("w", encoding="utf-8") as out:
        for _, line in zip(range(options.limit), lines, strict=False):
            out.write(line)
    return head


def _annotators(options: argparse.Namespace, project: Any) -> list[Any]:
    from django.contrib.auth.models import User

    from annotation.models import GoldSegmentation, Membership
    from learner import rehearsal

    answers = GoldSegmentation.objects.filter(sentence__project=project)
    gold = dict(answers.values_list("sentence__text", "boundaries"))
    annotators = []
    for number in range(options.annotators):
        user, _ = User.objects.get_or_create(username=f"loop-{number}")
        user.set_password(PASSWORD)
        user.save()
        Membership.objects.create(project=project, user=user, role="annotator")
        # The first makes no slips: their labels must come back from the export as the gold they are.
        person = rehearsal.Person(user.username, PASSWORD, error_rate=options.error_rate * (number > 0))
        url = f"http://127.0.0.1:{options.port}"
        annotators.append(
            rehearsal.Annotator(person, base_url=url, project_id=project.pk, gold=gold, seed=SEED)
        )
    return annotators


def _work(options: argparse.Namespace, project: Any, annotators: Sequence[Any]) -> None:
    from tqdm import tqdm

    from config.demo import closed_rounds, is_loop_due
    from learner import rehearsal

    with tqdm(total=options.submits, desc="submits", unit="", file=sys.stderr) as bar:

        def done() -> bool:
            submits = _submits(annotators)
            if submits > bar.n:
                bar.update(submits - bar.n)
            return submits >= options.submits and closed_rounds(project) >= options.rounds

        def resting() -> bool:
            # With enough submits only the rounds are waited for; until then people also go on meanwhile, as
            # long as the text lasts.
            return closed_rounds(project) < options.rounds and is_loop_due(project)

        rehearsal.run(annotators, until=done, resting=resting)


def _submits(annotators: Sequence[Any]) -> int:
    return sum(len(annotator.submitted) for annotator in annotators)


class _Killer:
    """Kills processes of the service when so many submits are in; gives the list of those killed."""

    def __init__(self, options: argparse.Namespace, annotators: Sequence[Any], supervisor: Any) -> None:
        self._due = dict(KILLS) if options.kill else {}
        self._total, self._annotators, self._supervisor = options.submits, annotators, supervisor
        self._killed: list[str] = []
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> list[str]:
        self._thread.start()
        return self._killed

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def _watch(self) -> None:
        while self._due and not self._end.wait(0.1):
            share = min(self._due)
            if _submits(self._annotators) >= share * self._total:
                for name in self._due.pop(share):
                    self._kill(name)

    def _kill(self, name: str) -> None:
        import psutil

        root = psutil.Process(self._supervisor.pid(name))
        for process in [root, *root.children(recursive=True)]:
            process.send_signal(signal.SIGKILL)
        self._killed.append(name)
        _say(f"killed {name}")


BEYOND_OVERLAP = """
SELECT count(*) FROM (
    SELECT a.sentence_id FROM annotation_assignment a JOIN annotation_sentence s ON s.id = a.sentence_id
    WHERE a.project_id = %s AND a.state IN ('leased', 'submitted')
    GROUP BY a.sentence_id, s.required_annotations HAVING count(*) > s.required_annotations) beyond
"""


def _judge_rows(report: Any, project: Any, annotators: Sequence[Any]) -> None:
    """Every submit that was answered is there, once and as it was sent; nobody read beyond the overlap."""
    from django.db import connection

    from annotation.models import Annotation

    sent = {key: value for annotator in annotators for key, value in annotator.submitted.items()}
    rows = Annotation.objects.filter(assignment__project=project).values_list("assignment_id", "boundaries")
    kept: dict[str, list[list[int]]] = {}
    for assignment, boundaries in rows:
        kept.setdefault(str(assignment), []).append(boundaries)
    lost = sum(kept.get(key) != [value] for key, value in sent.items())
    report.figures["submits"] = len(sent)
    report.judge("submits_lost_or_changed", lost, 0, at_most=True)
    with connection.cursor() as cursor:
        cursor.execute(BEYOND_OVERLAP, [project.pk])
        report.judge("sentences_beyond_overlap", cursor.fetchone()[0], 0, at_most=True)


def _judge_curves(report: Any, project: Any, options: argparse.Namespace) -> None:
    """Both arms have a point a round, and are better at the end than at the start."""
    from config.demo import curves_text, outcome

    rounds = outcome(project)["rounds"]
    _say(curves_text(rounds))
    for arm in ("random", "active"):
        values = [row["word_f1"]["value"] for row in rounds if row["arm"] == arm]
        report.judge(f"{arm}_rounds", len(values), options.rounds)
        gain = round(values[-1] - values[0], 4)
        if options.quick:
            _say(f"left out by --quick: {arm}_word_f1_gain ({gain}); thirty sentences cannot judge it")
        else:
            report.judge(f"{arm}_word_f1_gain", gain, 0.0)
        report.figures[f"{arm}_word_f1"] = round(values[-1], 4)


def _judge_export(report: Any, project: Any, annotators: Sequence[Any]) -> None:
    """The export parses back to what was sent, hence to the gold where the annotator made no slip."""
    from django.utils import timezone

    from annotation import exports, written_files
    from annotation.models import GoldSegmentation

    export = exports.run(exports.create(project, format="jsonl", which="all", now=timezone.now()).pk)
    gold = _gold_words(GoldSegmentation.objects.filter(sentence__project=project))
    careful = _user_id(annotators[0])
    wrong = exported = 0
    for row in _exported(written_files.path_of(export)):
        exported += 1
        wrong += "".join(row["words"]) != row["text"]
        wrong += row["annotator"] == careful and row["words"] != gold[row["text"]]
    report.judge("exported", exported, report.figures["submits"])
    report.judge("exported_wrong", wrong, 0, at_most=True)


def _user_id(annotator: Any) -> int:
    from django.contrib.auth.models import User

    return User.objects.values_list("pk", flat=True).get(username=annotator.person.username)


def _gold_words(rows: Any) -> Mapping[str, list[str]]:
    from segmenter.text import clusters_from_lengths, tokens

    return {
        gold.sentence.text: tokens(
            clusters_from_lengths(gold.sentence.text, bytes(gold.sentence.cluster_lengths)), gold.boundaries
        )
        for gold in rows.select_related("sentence").iterator()
    }


def _exported(path: Path) -> Iterator[dict[str, Any]]:
    with zipfile.ZipFile(path) as archive, archive.open("data.jsonl") as lines:
        yield from map(json.loads, lines)


if __name__ == "__main__":
    main()

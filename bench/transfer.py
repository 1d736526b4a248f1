"""How many sentences a second an import takes in and an export gives out, and at what memory.

    python bench/transfer.py --sentences 1000000 --json

Made-up text of about 120 characters a sentence, on the embedded servers, in a home of its own (--home) that
is kept: a run that was stopped goes on with the step it was at; --again measures everything anew. Each step
runs in a process of its own, so that its peak of memory is its own.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

SEED = 1
SMALL = 50_000
# Sentences with words: in practice such corpora are smaller.
GOLD = 100_000
IMPORT_GOAL, EXPORT_GOAL, GROWTH_GOAL_MIB = 20_000, 50_000, 256


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sentences", type=int, default=1_000_000)
    parser.add_argument("--home", type=Path, default=Path("~/.cache/tatkham-bench").expanduser())
    parser.add_argument("--quick", action="store_true", help="20,000 sentences, about a minute")
    parser.add_argument("--again", action="store_true", help="forget what an earlier run measured")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    parser.add_argument("--step", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.quick:
        chosen.sentences = 20_000
    return chosen


def main() -> None:
    """Measure step by step and print the report."""
    options = arguments()
    from bench.standing import set_up_django

    set_up_django(options.home)
    if options.step:
        name, _, size = options.step.partition(":")
        print(json.dumps(STEPS[name](int(size))))
        return
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connections

    from bench.report import Report, commit
    from config import processes

    report = Report(seed=SEED)
    kept = options.home / f"transfer-{options.sentences}.json"
    kept.parent.mkdir(parents=True, exist_ok=True)
    if options.again:
        kept.unlink(missing_ok=True)
    done = json.loads(kept.read_text()) if kept.exists() else {}
    with processes.running_servers(settings.HOME):
        call_command("migrate", interactive=False, verbosity=0)
        connections.close_all()
        for step in _steps(options.sentences):
            if done.get(step, {}).get("commit") != commit():
                say(f"{step} …")
                done[step] = _measure(options, step) | {"commit": commit()}
                kept.write_text(json.dumps(done))
            say(f"{step}: {done[step]}")
    _judge(report, done, options.sentences)
    if options.json:
        print(report.line())


def say(text: str) -> None:
    """Tell how far the bench is."""
    print(text, file=sys.stderr, flush=True)


def _steps(size: int) -> list[str]:
    small, gold = min(SMALL, size), min(GOLD, size)
    imports = [f"import_text:{small}", f"import_text:{size}", f"import_gold:{gold}", f"annotate:{size}"]
    return imports + [f"export_{name}:{size}" for name in ("jsonl", "best", "parquet", "conllu")]


def _measure(options: argparse.Namespace, step: str) -> dict[str, Any]:
    command = [sys.executable, __file__, "--home", str(options.home), "--step", step]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)


def _judge(report: Any, done: dict[str, Any], size: int) -> None:
    for step, figures in done.items():
        name = step.replace(":", "_")
        report.figures |= {f"{name}_{key}": value for key, value in figures.items() if key != "commit"}
    whole = done[f"import_text:{size}"]
    report.judge("import_sentences_a_second", whole["rate"], IMPORT_GOAL)
    report.judge("export_sentences_a_second", done[f"export_jsonl:{size}"]["rate"], EXPORT_GOAL)
    growth = whole["peak_mib"] - done[f"import_text:{min(SMALL, size)}"]["peak_mib"]
    report.judge("import_memory_growth_mib", growth, GROWTH_GOAL_MIB, at_most=True)


def _project(name: str) -> Any:
    from annotation.models import Project
    from annotation.queues import create_queues

    project, is_new = Project.objects.get_or_create(name=f"transfer {name}")
    if is_new:
        create_queues(project)
    return project


def _import(file: Path, name: str, size: int) -> dict[str, Any]:
    """Import a file into a new project; the time includes groups, splits and the last commit."""
    from annotation import corpus

    started, cpu = time.perf_counter(), time.process_time()
    made = corpus.import_file(_project(f"{name} {time.time():.0f}"), file)
    seconds = time.perf_counter() - started
    characters = made.report["characters"] / made.report["sentences"]
    return _figures(size, seconds, time.process_time() - cpu) | {
        "rows_loaded_s": made.report["seconds"],
        "characters_a_sentence": round(characters, 1),
    }


def _figures(size: int, seconds: float, cpu: float) -> dict[str, Any]:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
        1 << 20 if sys.platform == "darwin" else 1 << 10
    )
    return {
        "rate": round(size / seconds),
        "seconds": round(seconds, 1),
        "python_cpu_us": round(cpu / size * 1e6, 1),
        "peak_mib": round(peak),
    }


def import_text(size: int) -> dict[str, Any]:
    """Import plain text."""
    from bench.pool import write_text

    file = Path(os.environ["TATKHAM_HOME"]) / f"pool-{size}.txt"
    if not file.exists():
        write_text(file, size, seed=SEED)
    return _import(file, "text", size)


def import_gold(size: int) -> dict[str, Any]:
    """Import JSONL with words."""
    from bench.pool import sentences

    file = Path(os.environ["TATKHAM_HOME"]) / f"pool-{size}.jsonl"
    with file.open("w", encoding="utf-8") as out:
        for words in sentences(size, seed=SEED):
            line = {"text": "".join(words), "words": words}
            out.write(json.dumps(line, ensure_ascii=False) + "\n")
    return _import(file, "gold", size)


FILL = """
WITH held AS (
    INSERT INTO annotation_assignment (
        id, project_id, queue_id, number, sentence_id, slot, required_annotations, annotator_id, state,
        leased_at, lease_until, finished_at, guideline_id, suggestion_policy, suggestion_shown, skip_reason,
        active_ms)
    SELECT gen_random_uuid(), s.project_id, %(queue)s, s.id, s.id, 0, s.required_annotations, %(user)s,
        'submitted', now(), now(), now(), %(guideline)s, 'none', false, '', 6000
    FROM annotation_sentence s WHERE s.project_id = %(project)s
    RETURNING id, sentence_id
)
INSERT INTO annotation_annotation (
    assignment_id, sentence_id, annotator_id, revision, boundaries, guideline_id, active_ms, key_actions,
    client_key, created_at)
SELECT h.id, s.id, %(user)s, 0, ARRAY(SELECT generate_series(3, s.n_clusters - 1, 3)::smallint),
    %(guideline)s, 6000, 9, gen_random_uuid(), now()
FROM held h JOIN annotation_sentence s ON s.id = h.sentence_id
"""


def _largest(size: int) -> Any:
    from annotation.models import Project

    return (
        Project.objects.filter(name__startswith="transfer text", corpora__report__sentences=size)
        .order_by("-pk")
        .first()
    )


def annotate(size: int) -> dict[str, Any]:
    """Give every sentence an annotation, a boundary at every third cluster; no figure of the service."""
    from django.contrib.auth.models import User
    from django.db import connection
    from django.utils import timezone

    from annotation.models import Guideline, Queue

    project = _largest(size)
    user, _ = User.objects.get_or_create(username="transfer")
    defaults = {"text": "-", "published_at": timezone.now()}
    guideline, _ = Guideline.objects.get_or_create(project=project, version=1, defaults=defaults)
    queue = Queue.objects.get(project=project, kind="random")
    started = time.perf_counter()
    with connection.cursor() as cursor:
        values = {"project": project.pk, "queue": queue.pk, "user": user.pk, "guideline": guideline.pk}
        cursor.execute(FILL, values)
        cursor.execute("ANALYZE")
    return {"seconds": round(time.perf_counter() - started, 1)}


def _export(file_format: str) -> Callable[[int], dict[str, Any]]:
    def export(size: int) -> dict[str, Any]:
        from django.utils import timezone

        from annotation import exports, written_files

        ordered = exports.create(_largest(size), format=file_format, which="all", now=timezone.now())
        started, cpu = time.perf_counter(), time.process_time()
        done = exports.run(ordered.pk)
        seconds = time.perf_counter() - started
        if done.state != "ready" or done.manifest["counts"]["rows"] != size:
            raise RuntimeError(f"the export is {done.state}: {done.error or done.manifest['counts']}")
        written_files.path_of(done).unlink()
        return _figures(size, seconds, time.process_time() - cpu)

    return export


STEPS: dict[str, Callable[[int], dict[str, Any]]] = {
    "import_text": import_text,
    "import_gold": import_gold,
    "annotate": annotate,
    **{f"export_{name}": _export(name) for name in ("jsonl", "best", "parquet", "conllu")},
}


if __name__ == "__main__":
    main()

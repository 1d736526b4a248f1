"""manage.py import_corpus FILE: what an upload does, from a shell, with a progress bar."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from annotation import corpus
from annotation.errors import DomainError
from annotation.management.projects import find_project
from annotation.models import Corpus
from annotation.readers import FORMATS
from annotation.splitters import SPLITTERS


class Command(BaseCommand):
    """Imports a file; the same command goes on after a kill, and adds nothing when the file is known."""

    help = "Import a corpus: text, JSONL, CSV, TSV, Parquet, BEST or CoNLL-U, plain, .gz or .zip."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--project", required=True, help="name or number")
        parser.add_argument("--name", default="", help="of the corpus; default: the file's")
        parser.add_argument("--source", default="")
        parser.add_argument("--licence", default="")
        parser.add_argument("--domain", default="", help="of texts that name none")
        parser.add_argument("--splitter", choices=SPLITTERS, default="line")
        parser.add_argument("--format", choices=FORMATS, help="default: found from name and content")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        if not file.is_file():
            raise CommandError(f"{file} is not a file.")
        project = find_project(options["project"])
        before = set(Corpus.objects.filter(project=project, state="ready").values_list("pk", flat=True))
        described = {name: options[name] for name in ("name", "source", "licence", "domain", "splitter")}
        with tqdm(total=file.stat().st_size, unit="B", unit_scale=True, desc=file.name) as bar:
            try:
                imported = corpus.import_file(
                    project,
                    file,
                    file_format=options["format"],
                    progress=lambda done, _: bar.update(done - bar.n),
                    **described,
                )
            except DomainError as error:
                raise CommandError(error.message) from error
        if imported.pk in before:
            self.stdout.write(f"Nothing added: this file was imported as {imported.name!r} before.")
        self._tell(imported)

    def _tell(self, imported: Corpus) -> None:
        for name, value in imported.report.items():
            self.stdout.write(f"{name.replace('_', ' ')}: {value}")

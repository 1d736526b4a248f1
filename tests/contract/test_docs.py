"""What the documents name exists: commands with their options, addresses, settings, paths, tables, functions.

docs/experiments.md is a dated log, which may name what has gone; the guideline is for annotators.
"""

import argparse
import json
import re
from functools import lru_cache

import pytest
import yaml
from django.apps import apps
from django.core.management import get_commands, load_command_class

from annotation import errors
from annotation.api.errors import CODES
from annotation.models import Annotation
from config import environment
from config.processes import NAMES
from config.settings import BASE_DIR
from segmenter.__main__ import _parser
from tests.factories import make_corpus, make_member, make_project, make_user

LOGS = {"experiments.md", "guideline-th.md"}
DOCUMENTS = [BASE_DIR / "README.md", *sorted((BASE_DIR / "docs").rglob("*.md"))]
DOCUMENTS = [path for path in DOCUMENTS if path.name not in LOGS]
FOLDERS = ("annotation", "config", "learner", "segmenter", "frontend", "bench", "tests", "docs")

FENCE = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`([^`\n]+)`")
COMMAND = re.compile(r"manage\.py +(.*)")
OPTION = re.compile(r"(?<!\S)--[a-z][a-z-]*")
METHOD = re.compile(r"(GET|POST|PATCH|DELETE) (/api/[^\s?]*)")

# Options of `manage.py test` that are its own; all others are pytest's.
TEST_OPTIONS = {"--slow"}

every_document = pytest.mark.parametrize(
    "document", DOCUMENTS, ids=lambda path: str(path.relative_to(BASE_DIR))
)


def spans(document):
    """Return what stands between backticks in the document's prose."""
    return SPAN.findall(FENCE.sub("", document.read_text()))


def command_lines(document):
    """Return lines of code blocks but those of plain text, continued lines joined, and spans of code."""
    blocks = "\n".join(block for block in FENCE.findall(document.read_text()) if "```text" not in block)
    blocks = blocks.replace("\\\n", " ")
    return [line.partition(" #")[0].strip() for line in blocks.splitlines()] + spans(document)


@lru_cache(maxsize=1)
def source():
    """Return the text of everything that runs, to look names up in."""
    files = [BASE_DIR / "docker-compose.yml", BASE_DIR / "config" / "settings.py", BASE_DIR / "manage.py"]
    for folder in ("annotation", "config", "learner", "segmenter", "bench"):
        files += sorted((BASE_DIR / folder).rglob("*.py"))
    return "\n".join(path.read_text() for path in files)


def options_of(parser):
    return {option for action in parser._actions for option in action.option_strings}


@every_document
def test_every_manage_command_and_its_options_exist(document):
    for line in command_lines(document):
        found = COMMAND.search(line)
        if not found or not found[1]:
            continue
        name, options = found[1].split()[0].rstrip(",.;:"), set(OPTION.findall(found[1]))
        if name == "test":
            assert options <= TEST_OPTIONS, line
        elif name != "setup":
            assert name in get_commands(), line
            parser = load_command_class(get_commands()[name], name).create_parser("manage.py", name)
            assert options <= options_of(parser), line


@every_document
def test_every_make_verb_exists(document):
    verbs = re.findall(r"^([a-z-]+):", (BASE_DIR / "Makefile").read_text(), re.MULTILINE)
    for line in command_lines(document):
        found = re.match(r"make ([a-z-]+)$", line)
        assert not found or found[1] in verbs, line


@every_document
def test_every_script_and_module_that_is_run_exists_with_its_options(document):
    choices = next(a for a in _parser()._actions if isinstance(a, argparse._SubParsersAction)).choices
    for line in command_lines(document):
        if found := re.search(r"python\S* -m segmenter(?: +([a-z]+))?(.*)", line):
            assert found[1] is None or found[1] in choices, line
            parser = choices[found[1]] if found[1] else _parser()
            assert set(OPTION.findall(found[2])) <= options_of(parser), line
        if found := re.search(r"python\S* ((?:bench|docs)/\S+\.py)(.*)", line):
            script = BASE_DIR / found[1]
            assert script.is_file(), line
            for option in OPTION.findall(found[2]):
                assert f'"{option}"' in script.read_text(), line
        if found := re.search(r"npm run (\S+)", line):
            assert found[1] in json.loads((BASE_DIR / "frontend/package.json").read_text())["scripts"], line


@every_document
def test_every_address_of_the_api_exists(document):
    paths = yaml.safe_load((BASE_DIR / "openapi.yaml").read_text())["paths"]
    beside_the_schema = {"/api/health", "/api/ready", "/api/schema.json"}
    for method, path in METHOD.findall("\n".join(spans(document))):
        assert path in beside_the_schema or method.lower() in paths.get(path, {}), f"{method} {path}"


@every_document
def test_every_path_exists(document):
    for span in spans(document):
        if re.fullmatch(r"[\w.*/-]+", span) and span.split("/")[0] in FOLDERS and "/" in span:
            assert list(BASE_DIR.glob(span.rstrip("/"))), span


@every_document
def test_every_variable_and_constant_exists(document):
    for span in spans(document):
        found = re.match(r"([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)(?:=\S+)?$", span)
        known = environment.READ | {"TATKHAM_REQUIRE_BROWSER"}
        assert not found or found[1] in known or re.search(rf"\b{found[1]}\b", source()), span


@every_document
def test_every_function_and_field_exists(document):
    """Functions of modules, fields of models; or the very words, as kinds of events are."""
    for span in spans(document):
        if not re.fullmatch(r"(?:\w+\.)+\w+", span) or span.endswith(
            (".py", ".md", ".json", ".yml", ".yaml")
        ):
            continue
        *context, owner, name = span.split(".")
        assert span in source() or _has(owner, name, context) or (BASE_DIR / span).exists(), span


def _has(owner, name, context):
    for model in apps.get_models():
        if model.__name__ == owner:
            return hasattr(model, name)
    if (BASE_DIR / owner / f"{name}.py").is_file():
        return True
    modules = [
        path for path in BASE_DIR.glob(f"*/{owner}.py") if not context or path.parts[-2] == context[-1]
    ]
    return any(re.search(rf"^(?:def |class )?{name}\b", path.read_text(), re.MULTILINE) for path in modules)


def test_the_architecture_lists_every_table_and_no_other():
    text = (BASE_DIR / "docs" / "architecture.md").read_text()
    listed = re.findall(r"^\| `([A-Z]\w+)` \|", text, re.MULTILINE)
    models = [*apps.get_app_config("annotation").get_models(), *apps.get_app_config("learner").get_models()]
    assert sorted(listed) == sorted(model.__name__ for model in models)


def test_the_architecture_lists_every_process():
    text = (BASE_DIR / "docs" / "architecture.md").read_text()
    assert [name for name in NAMES if f"\n| `{name}` |" not in text] == []


def test_the_error_codes_of_the_api_are_all_described():
    raised = {
        error.code
        for error in vars(errors).values()
        if isinstance(error, type) and issubclass(error, errors.DomainError)
    }
    described = set(
        re.findall(r"^\| \d+ \| `(\w+)` \|", (BASE_DIR / "docs/api.md").read_text(), re.MULTILINE)
    )
    # `refused` is the base of the others; answers are JSON whatever the caller accepts.
    assert raised - {"refused"} <= described
    assert described <= raised | set(CODES.values()) | {"server_error"}


@pytest.mark.django_db(transaction=True)
def test_the_example_annotator_of_the_api_reads_to_the_end(web, passwords, capsys):
    project = make_project(overlap_share=0, seed_size=2)
    make_corpus(project, 3)
    annotator = make_member(project, user=make_user("reader")).user
    example = re.search(r"```python\n(.*?)```", (BASE_DIR / "docs/api.md").read_text(), re.DOTALL)[1]
    constants = f'URL, USERNAME, PASSWORD, PROJECT = "{web}", "reader", "ตัดคำตัดคำ", {project.pk}'
    example, replaced = re.subn(r"^URL, USERNAME.*$", constants, example, flags=re.MULTILINE)
    assert replaced == 1
    exec(example, {})  # noqa: S102  (our own page)
    # Without a round there is no order of the active arm: the random arm serves all three.
    assert Annotation.objects.filter(annotator=annotator).count() == 3
    assert capsys.readouterr().out.splitlines()[-1] == "Nothing to do: nothing_left"

"""The dependency rules of docs/architecture.md: pyproject's contracts, and those import-linter cannot say."""

import os
import re
import subprocess
import sys
from pathlib import Path

import grimp
import pytest

from config.settings import BASE_DIR

PACKAGES = ("annotation", "config", "learner", "segmenter")


@pytest.fixture(scope="module")
def imports():
    return grimp.build_graph(*PACKAGES, include_external_packages=True, cache_dir=None)


def importers(imports, module):
    """Return the modules that import the module or something in it, without its own."""
    inside = {module, *imports.find_descendants(module)} if module in imports.modules else set()
    found = {importer for part in inside for importer in imports.find_modules_that_directly_import(part)}
    return found - inside


def below(imports, package):
    return (
        {package, *imports.find_descendants(package)} & imports.modules
        if package in imports.modules
        else set()
    )


def test_the_contracts_of_pyproject_hold():
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=BASE_DIR, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("app", ["annotation", "learner"])
def test_nothing_imports_the_tasks(imports, app):
    assert importers(imports, f"{app}.tasks") == set()


@pytest.mark.parametrize("app", ["annotation", "learner"])
def test_acts_import_neither_their_api_nor_rest_framework(imports, app):
    api = below(imports, f"{app}.api") | {f"{app}.urls"}
    for module in imports.modules:
        if module.split(".")[0] != app or module in api:
            continue
        imported = imports.find_modules_directly_imported_by(module)
        assert not imported & api, module
        assert not {
            name for name in imported if name.split(".")[0] in {"rest_framework", "drf_spectacular"}
        }, module


@pytest.mark.parametrize("app", ["annotation", "learner"])
def test_acts_know_no_http(app):
    """Domain errors are turned into HTTP in one place, the API's handler."""
    for file in (BASE_DIR / app).rglob("*.py"):
        if "api" in file.relative_to(BASE_DIR / app).parts or file.name in {"api.py", "urls.py"}:
            continue
        assert not re.search(r"\b(HttpRequest|HttpResponse|Http404)\b", file.read_text()), file


@pytest.mark.parametrize("app", ["annotation", "learner"])
def test_models_import_no_act(imports, app):
    allowed = {f"{app}.errors", f"{app}.clock", "annotation"}
    models = below(imports, f"{app}.models")
    for module in models:
        for imported in imports.find_modules_directly_imported_by(module):
            if imported.split(".")[0] in PACKAGES:
                is_model = imported in models or imported.startswith("annotation.models")
                assert is_model or imported in allowed, f"{module} imports {imported}"


def test_config_and_segmenter_packages_cost_nothing_to_import():
    assert (BASE_DIR / "config" / "__init__.py").read_text() == ""
    assert (BASE_DIR / "segmenter" / "__init__.py").read_text() == ""


@pytest.mark.parametrize("module", ["config.wsgi", "segmenter.text", "segmenter.metrics"])
def test_the_web_process_loads_no_model_library(module):
    ask = f"import sys, {module}; "
    if module == "config.wsgi":
        ask += "from django.urls import get_resolver; get_resolver().url_patterns; "
    ask += "print(sorted({'torch', 'sklearn', 'pythainlp'} & set(sys.modules)))"
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"}
    done = subprocess.run(
        [sys.executable, "-c", ask], cwd=BASE_DIR, env=environment, capture_output=True, text=True
    )
    assert done.stdout.strip() == "[]", done.stdout + done.stderr

"""The committed OpenAPI schema is what the server says, and the client's types are made from it."""

import subprocess

import pytest
from django.core.management import call_command

from config import bootstrap
from config.settings import BASE_DIR

SCHEMA = BASE_DIR / "openapi.yaml"
TYPES = BASE_DIR / "frontend" / "src" / "api" / "schema.d.ts"


def test_the_committed_schema_is_the_servers(tmp_path):
    made = tmp_path / "openapi.yaml"
    call_command("spectacular", file=str(made), validate=True, fail_on_warn=True)
    assert SCHEMA.read_text() == made.read_text(), "run: make openapi"


def test_the_clients_types_are_made_from_the_committed_schema(tmp_path):
    if not (bootstrap.FRONTEND / "node_modules").is_dir():
        pytest.skip("the front end's packages are not installed: python3 manage.py setup")
    npm, environment = bootstrap.find_npm()
    made = tmp_path / "schema.d.ts"
    command = [*npm, "exec", "--", "openapi-typescript", str(SCHEMA), "--output", str(made)]
    done = subprocess.run(command, cwd=bootstrap.FRONTEND, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert TYPES.read_text() == made.read_text(), "run: make openapi"

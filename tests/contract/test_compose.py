"""docker-compose.yml cannot be run everywhere, but its shape and its promises can be read."""

import re
import subprocess
import sys

import pytest
import yaml

from config import processes
from config.settings import BASE_DIR

FILE = BASE_DIR / "docker-compose.yml"
SECRETS = ("POSTGRES_PASSWORD", "VALKEY_PASSWORD", "SECRET_KEY")


@pytest.fixture(scope="module")
def services():
    return yaml.safe_load(FILE.read_text())["services"]


def test_the_file_has_the_shape_that_compose_asks_for():
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(FILE)]
    done = subprocess.run(check, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_every_process_of_the_service_is_a_container_of_the_same_image(services):
    assert set(services) == {"postgres", "valkey", "migrate", *processes.NAMES}
    for name in processes.NAMES:
        assert services[name]["command"][:4] == ["python", "manage.py", "process", name]
    assert {services[name]["image"] for name in (*processes.NAMES, "migrate")} == {"tatkham"}


def test_no_secret_has_a_default():
    text = FILE.read_text()
    for secret in SECRETS:
        uses = re.findall(r"\$\{" + secret + r"[^}]*\}", text)
        assert uses
        assert all(use == "${" + secret + ":?is not set}" for use in uses)


def test_every_long_running_container_says_how_its_health_is_seen(services):
    for name, service in services.items():
        if name != "migrate":
            assert "healthcheck" in service, name
            assert service["restart"] == "unless-stopped", name


def test_data_lies_in_named_volumes(services):
    assert services["postgres"]["volumes"] == ["postgres:/var/lib/postgresql"]
    assert services["valkey"]["volumes"] == ["valkey:/data"]
    assert all(services[name]["volumes"] == ["data:/data"] for name in processes.NAMES)


def test_only_the_web_is_reached_from_outside_and_by_default_from_this_host_alone(services):
    assert [name for name, service in services.items() if "ports" in service] == ["web"]
    assert services["web"]["ports"] == ["${WEB_ADDRESS:-127.0.0.1}:${WEB_PORT:-8000}:8000"]


def test_the_variables_of_the_containers_are_ones_the_settings_read(services):
    documented = (BASE_DIR / "docs" / "settings.md").read_text()
    for name in services["web"]["environment"]:
        assert f"| `{name}` |" in documented

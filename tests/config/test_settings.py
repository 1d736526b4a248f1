"""Settings come from the environment alone: every variable is documented, and nonsense stops the start."""

import os
import re
import subprocess
import sys

import pytest

from config import environment, settings
from config.environment import SettingError

DOCUMENTED = re.compile(r"^\| `([A-Z_]+)` \|", re.MULTILINE)


def test_every_variable_that_is_read_is_documented_and_no_other():
    documented = DOCUMENTED.findall((settings.BASE_DIR / "docs" / "settings.md").read_text())
    assert documented == sorted(environment.READ - {"SOMETHING"})


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (lambda: environment.flag("SOMETHING", default=False), "maybe"),
        (lambda: environment.number("SOMETHING", default=1, low=1, high=9), "10"),
        (lambda: environment.number("SOMETHING", default=1, low=1, high=9), "1.5"),
        (lambda: environment.choice("SOMETHING", default="A", among=["A", "B"]), "C"),
    ],
)
def test_a_value_that_cannot_be_understood_is_named_with_its_variable(monkeypatch, read, value):
    monkeypatch.setenv("SOMETHING", value)
    with pytest.raises(SettingError, match=f"SOMETHING='{re.escape(value)}'"):
        read()


def test_an_empty_variable_counts_as_not_set(monkeypatch):
    monkeypatch.setenv("SOMETHING", "")
    assert environment.number("SOMETHING", default=3, low=1, high=9) == 3


def test_words_lose_the_spaces_around_them(monkeypatch):
    monkeypatch.setenv("SOMETHING", "a.org, b.org,")
    assert environment.words("SOMETHING", default=[]) == ["a.org", "b.org"]


def read_setting(name, **variables):
    """Read one setting in a process whose environment has just these variables."""
    command = [sys.executable, "-c", f"from config import settings; print(settings.{name})"]
    kept = {"PATH": os.environ["PATH"], "TATKHAM_HOME": str(settings.HOME.root)}
    return subprocess.run(
        command, env={**kept, **variables}, cwd=settings.BASE_DIR, capture_output=True, text=True
    )


def test_a_deployment_without_a_secret_key_does_not_start():
    done = read_setting("SECRET_KEY", DATABASE_URL="postgresql://u:p@db/tatkham")
    assert done.returncode != 0
    assert "SECRET_KEY is not set" in done.stderr


def test_a_short_secret_key_is_refused():
    done = read_setting("SECRET_KEY", SECRET_KEY="secret")
    assert "SECRET_KEY is shorter than 32 characters" in done.stderr


def test_an_installation_keeps_the_key_it_made():
    first, second = read_setting("SECRET_KEY"), read_setting("SECRET_KEY")
    assert len(first.stdout.strip()) >= 32
    assert first.stdout == second.stdout


def test_a_database_address_is_read_whole():
    address = "postgresql://ann:p%40ss@db.example:5433/corpus?sslmode=require"
    done = read_setting("DATABASES['default']", DATABASE_URL=address, SECRET_KEY="k" * 32)
    assert (
        "'NAME': 'corpus', 'USER': 'ann', 'PASSWORD': 'p@ss', 'HOST': 'db.example', 'PORT': '5433'"
        in done.stdout
    )
    assert "'sslmode': 'require'" in done.stdout


def test_an_address_of_another_database_is_refused_without_showing_its_password():
    done = read_setting("DATABASES", DATABASE_URL="mysql://ann:hidden@db/x", SECRET_KEY="k" * 32)
    assert "DATABASE_URL cannot be understood" in done.stderr
    assert "hidden" not in done.stderr


def test_health_checks_beside_the_web_process_are_always_answered():
    assert (
        read_setting("ALLOWED_HOSTS", ALLOWED_HOSTS="a.example").stdout.strip()
        == "['localhost', 'a.example']"
    )


def test_debug_is_off_unless_asked_for():
    assert read_setting("DEBUG").stdout.strip() == "False"


def test_a_deployment_behind_tls_passes_djangos_own_check():
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    variables = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": "postgresql://u:p@db/tatkham",
        "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWX",
        "BEHIND_TLS": "yes",
        "ALLOWED_HOSTS": "tatkham.example.org",
    }
    # The browser's fixture sets it for this process (tests/conftest.py); a deployment does not.
    variables.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)
    done = subprocess.run(command, env=variables, cwd=settings.BASE_DIR, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"OIDC_ISSUER": "https://login.example.org"}, "needs OIDC_CLIENT_ID and OIDC_CLIENT_SECRET as well"),
        ({"PASSWORD_LOGIN": "no"}, "OIDC_ISSUER is not set"),
    ],
)
def test_single_sign_on_that_is_half_set_does_not_start(variables, said):
    done = read_setting("OIDC_ISSUER", **variables)
    assert done.returncode != 0
    assert said in done.stderr

"""No secret lies in the repository, and nothing in it unpickles, evaluates or trusts what it reads."""

import ast
import math
import re
import subprocess
from collections import Counter

import pytest

from config.settings import BASE_DIR

# Shapes that keys of known makers have, and private keys of any.
KEYS = re.compile(
    "|".join(
        (
            r"-----BEGIN [A-Z ]*PRIVATE KEY",
            r"\bAKIA[0-9A-Z]{16}\b",
            r"\bgh[pousr]_\w{36}",
            r"\bglpat-[\w-]{20}",
            r"\bxox[abps]-[\w-]{10}",
            r"\bAIza[\w-]{35}",
            r"\bsk_live_\w{20}",
            r"\bey[JK][\w-]{20,}\.ey[\w-]{20,}\.[\w-]{20,}",
            r"\bpypi-[\w-]{40}",
            r"\bhf_[A-Za-z]{34}",
            r"\btatkham_[0-9a-f]{48}",
        )
    )
)
# A name that means a secret, with a literal that looks like one: long, ASCII, and of many different signs.
ASSIGNED = re.compile(
    r"(?i)\b\w*(?:secret|password|passwd|token|api_?key)\w*[\"']?\s*[:=]\s*[\"']([!#-&(-~]{16,})[\"']"
)
MOST_ENTROPY = 3.9
# The alphabet.
KNOWN = {
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWX",
}
TEXTS = {".py", ".ts", ".tsx", ".md", ".yml", ".yaml", ".toml", ".json", ".txt", ".html", ".css", "", ".env"}
# Calls that run what they read.
UNSAFE = {"pickle", "cPickle", "dill", "cloudpickle", "marshal", "shelve", "joblib"}


def files():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=BASE_DIR, capture_output=True)
    if listed.returncode:
        pytest.skip("this is no checkout of git")
    names = listed.stdout.decode().split("\0")
    return [BASE_DIR / name for name in names if name and (BASE_DIR / name).suffix in TEXTS]


def entropy(text: str) -> float:
    """Return bits a sign; words have about 3, random letters and digits more than 4."""
    return -sum(n / len(text) * math.log2(n / len(text)) for n in Counter(text).values())


def secrets_in(text: str) -> list[str]:
    found = [match[0] for match in KEYS.finditer(text)]
    assigned = (match[1] for match in ASSIGNED.finditer(text))
    return found + [one for one in assigned if entropy(one) > MOST_ENTROPY and one not in KNOWN]


def test_no_file_of_the_repository_holds_a_secret():
    found = {}
    for path in files():
        if path.is_file() and (inside := secrets_in(path.read_text(errors="ignore"))):
            found[str(path.relative_to(BASE_DIR))] = inside
    assert found == {}


@pytest.mark.parametrize(
    "text",
    [
        "-----BEGIN RSA PRIVATE " + "KEY-----",
        'SECRET_KEY = "' + 'x9$kQ2!mZp7&vL4@wR8#tY1^"',
        "AKIA" + "IOSFODNN7EXAMPLE",
    ],
)
def test_a_secret_would_be_found(text):
    assert secrets_in(text)


def calls_that_run_what_they_read(source: str) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [name.name for name in node.names if name.name.partition(".")[0] in UNSAFE]
        elif isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in UNSAFE:
            found.append(str(node.module))
        elif isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            options = {option.arg: ast.unparse(option.value) for option in node.keywords}
            if called in ("eval", "exec", "yaml.load", "yaml.unsafe_load") or (
                (called == "torch.load" and options.get("weights_only") != "True")
                or (called.endswith(".load") and options.get("allow_pickle", "False") != "False")
                or options.get("shell", "False") != "False"
            ):
                found.append(called)
    return found


def test_nothing_runs_what_it_reads():
    found = {
        str(path.relative_to(BASE_DIR)): calls
        for path in files()
        # Tests run the examples of the documents.
        if path.suffix == ".py"
        and "tests" not in path.parts
        and (calls := calls_that_run_what_they_read(path.read_text()))
    }
    assert found == {}


@pytest.mark.parametrize(
    "source",
    ["import pickle", "from joblib import load", "torch.load(f)", "np.load(f, allow_pickle=True)", "eval(x)"],
)
def test_what_runs_what_it_reads_would_be_found(source):
    assert calls_that_run_what_they_read(source)

"""What the software records as an event is told by the pages in words: each kind, and each fact it names."""

import ast
import re

from annotation.models import Project
from config.settings import BASE_DIR

CATALOGUE = "".join(path.read_text() for path in (BASE_DIR / "frontend/src/domain/messages").glob("*.ts"))
KEYS = set(re.findall(r"^  (\w+): \{", CATALOGUE, re.MULTILINE))
SETTINGS = {field.name for field in Project._meta.concrete_fields}
# Calls that record an event or a fact; detectors of drift record what they find by the last two.
RECORDERS = r"events\.record$|outbox\.write$|^(drift\.)?look$|^_record$"
# Facts that become other events, or none.
WORK = {"annotation.submitted", "annotation.skipped", "annotation.adjudicated", "project.changed"}


def calls():
    """Yield the calls of the learner and the annotation that record an event or write to the outbox."""
    for package in ("learner", "annotation"):
        for path in (BASE_DIR / package).glob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and re.search(RECORDERS, name(node)):
                    yield node


def name(call):
    return ast.unparse(call.func)


def test_every_kind_has_a_name():
    kinds = {
        argument.value
        for call in calls()
        for argument in call.args
        if isinstance(argument, ast.Constant) and "." in argument.value
    }
    assert "bridge.opened" in kinds
    assert {kind for kind in kinds - WORK if f"event_{kind.replace('.', '_')}" not in KEYS} == set()


def test_every_fact_has_a_name():
    facts = {
        key.value
        for call in calls()
        for keyword in call.keywords
        if keyword.arg in ("before", "after")
        for found in ast.walk(keyword.value)
        if isinstance(found, ast.Dict)
        for key in found.keys
        if isinstance(key, ast.Constant)
    }
    # what a shift is found to be is recorded as it is
    shifts = ast.walk(ast.parse((BASE_DIR / "learner" / "shifts.py").read_text()))
    dicts = [node for node in shifts if isinstance(node, ast.Dict)]
    facts |= {key.value for found in dicts for key in found.keys if isinstance(key, ast.Constant)}
    assert {"round", "shift", "version"} <= facts
    told = {fact for fact in facts if {f"fact_{fact}", f"report_{fact}", f"set_{fact}"} & KEYS}
    assert facts - told - SETTINGS == set()

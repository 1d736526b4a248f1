"""Scenario files: read strictly; every mistake is named with its place."""

import pytest
import yaml

from config.settings import BASE_DIR
from learner.scenario import ScenarioError, load

FILES = sorted((BASE_DIR / "docs" / "scenarios").glob("*.yaml"))


def plain(**values):
    return {
        "name": "plain",
        "about": "nothing",
        "rounds": 3,
        "corpora": {"one": {"file": "one.jsonl"}},
        "guidelines": {"gold": {"text": "# Gold"}},
        "people": {"anan": {}},
        "finds": [],
    } | values


@pytest.fixture
def written(tmp_path):
    def write(values, file="scenario.yaml"):
        path = tmp_path / file
        path.write_text(yaml.safe_dump(values, allow_unicode=True), encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_documented_scenarios_are_right_and_named_after_their_files(path):
    scenario = load(path)
    assert scenario.name == path.stem
    assert scenario.finds
    assert f"`{path.name}`" in (path.parent / "README.md").read_text(encoding="utf-8")


def test_there_are_at_least_eight():
    assert len(FILES) >= 8


def test_one_like_another_says_only_what_is_different(written):
    written(plain(project={"seed_size": 5, "round_size": 9}), "base.yaml")
    path = written(
        {"like": "base.yaml", "name": "other", "project": {"round_size": 3}, "people": {"boon": {}}}
    )
    scenario = load(path)
    assert (scenario.name, scenario.rounds) == ("other", 3)
    assert scenario.project == {"seed_size": 5, "round_size": 3}
    assert list(scenario.people) == ["anan", "boon"]


CHANGE = {"at": {"round": 1}}
WRONG = {
    "an unknown key": (plain(speed=1), "'speed' is not known here"),
    "a missing key": ({"name": "x"}, "'about' is missing"),
    "a text for a number": (plain(rounds="three"), "scenario.rounds: 'three' is not a whole number"),
    "true for a number": (plain(seed=True), "scenario.seed: True is not a whole number"),
    "too many rounds": (plain(rounds=13), "not between 1 and 12"),
    "no corpus": (plain(corpora={}), "scenario.corpora"),
    "nobody at the start": (plain(people={"a": {"from_start": False}}), "nobody is there"),
    "an unknown key of a person": (plain(people={"a": {"mood": 1}}), "scenario.people.a: 'mood'"),
    "a change without anything": (plain(changes=[CHANGE]), "scenario.changes[0]: exactly one of"),
    "two changes in one": (
        plain(changes=[CHANGE | {"guideline": "gold", "leaves": "anan"}]),
        "there is guideline, leaves",
    ),
    "a change at no time": (plain(changes=[{"at": {}, "leaves": "anan"}]), "changes[0].at: exactly one"),
    "a change after the end": (
        plain(changes=[{"at": {"round": 3}, "leaves": "anan"}]),
        "not between 1 and 2",
    ),
    "a guideline that is not there": (plain(changes=[CHANGE | {"guideline": "new"}]), "'new' is not known"),
    "a person who is not there": (plain(changes=[CHANGE | {"leaves": "dao"}]), "known: anan"),
    "a figure that a person has not": (
        plain(changes=[CHANGE | {"person": {"name": "anan", "speed": 2}}]),
        "changes[0].person: 'speed'",
    ),
    "a pause of another kind": (plain(changes=[CHANGE | {"training": "off"}]), "known: paused, resumed"),
    "a finding of nothing": (plain(finds=[{"why": "x"}]), "finds[0]: exactly one of"),
    "an analysis without a path": (
        plain(finds=[{"why": "x", "analysis": "curves", "at_least": 1}]),
        "needs a path",
    ),
    "an analysis without a bound": (
        plain(finds=[{"why": "x", "analysis": "curves", "path": "a"}]),
        "exactly one of at_least",
    ),
}


@pytest.mark.parametrize(("values", "says"), WRONG.values(), ids=WRONG.keys())
def test_a_mistake_is_named_with_its_place(written, values, says):
    with pytest.raises(ScenarioError) as raised:
        load(written(values))
    assert says in str(raised.value)


def test_a_file_that_is_no_yaml_or_not_there_is_an_error_with_its_name(tmp_path):
    (tmp_path / "broken.yaml").write_text("a: [", encoding="utf-8")
    for name in ("broken.yaml", "absent.yaml"):
        with pytest.raises(ScenarioError, match=name):
            load(tmp_path / name)

"""The two arms are interleaved blindly, and held to the ratio within each person."""

import itertools

from annotation import interleave

SEED = "5e" * 32


def turns(person: str, count: int, *, costs: dict[str, float], active_share: float = 0.5) -> str:
    """Play `count` blocks of a person whose turns cost what `costs` says."""
    charged = {"r": 0.0, "a": 0.0, "m": 0.0}
    played = ""
    for number in range(1, count + 1):
        block = interleave.next_block(
            SEED,
            person,
            number,
            active_share=active_share,
            measurement_share=0.2,
            charged_random=charged["r"],
            charged_active=charged["a"],
        )
        played += block
        for turn in block:
            charged[turn] += costs[turn]
    return played


def test_arms_of_unequal_cost_are_charged_the_same():
    costs = {"r": 70.0, "a": 130.0, "m": 90.0}
    played = turns("7", 300, costs=costs)
    random_cost, active_cost = played.count("r") * costs["r"], played.count("a") * costs["a"]
    assert abs(random_cost - active_cost) / (random_cost + active_cost) < 0.03


def test_an_arm_of_very_short_sentences_still_gets_its_share_of_the_cost():
    costs = {"r": 140.0, "a": 22.0, "m": 90.0}
    played = turns("7", 400, costs=costs)
    random_cost, active_cost = played.count("r") * costs["r"], played.count("a") * costs["a"]
    assert abs(random_cost - active_cost) / (random_cost + active_cost) < 0.05


def test_another_share_is_held_too():
    played = turns("7", 300, costs={"r": 90.0, "a": 90.0, "m": 90.0}, active_share=0.75)
    assert 0.72 < played.count("a") / (played.count("a") + played.count("r")) < 0.78


def test_measurement_takes_its_share_of_all_turns():
    played = turns("7", 400, costs={"r": 90.0, "a": 90.0, "m": 90.0})
    assert 0.16 < played.count("m") / len(played) < 0.24


def test_blocks_repeat_for_a_person_and_differ_between_people():
    costs = {"r": 90.0, "a": 90.0, "m": 90.0}
    assert turns("7", 20, costs=costs) == turns("7", 20, costs=costs)
    assert turns("7", 20, costs=costs) != turns("8", 20, costs=costs)


def test_turns_do_not_alternate():
    arms = turns("7", 200, costs={"r": 90.0, "a": 90.0, "m": 90.0}).replace("m", "")
    changes = sum(first != second for first, second in itertools.pairwise(arms)) / (len(arms) - 1)
    assert 0.4 < changes < 0.8


def test_an_arm_with_the_whole_share_gets_every_turn():
    assert "r" not in turns("7", 50, costs={"r": 90.0, "a": 90.0, "m": 90.0}, active_share=1.0)

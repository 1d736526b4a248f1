"""Which queue serves a person next: randomised blocks of varying size, held to the ratio within each person.

Strict alternation would let a person guess the arm from the turn. A block is a short random sequence of
turns; where one arm has been charged more than its share, the next block's probability leans the other way.
"""

import random
from statistics import mean

from annotation.keys import key

RANDOM, ACTIVE, MEASUREMENT = "r", "a", "m"
BLOCK_SIZES = (2, 4, 6)
# The share that repays a deficit leans at most this far from the asked one, so no turn is ever certain. Far,
# because an arm that ranks short sentences first is charged a sixth of the other's cost a turn.
LEAN = 0.45
# A deficit of this many usual turns leans fully.
FULL_LEAN_TURNS = 2.0


def active_probability(
    active_share: float, *, charged_random: float, charged_active: float, turns: float
) -> float:
    """Return the probability of an active turn, corrected towards the asked share of charged cost.

    `turns` is about how many turns the charges are of: from it follows what a usual turn costs, in whatever
    unit, reused labels included.
    """
    total = charged_random + charged_active
    deficit = active_share * total - charged_active
    if active_share in (0.0, 1.0) or not total:
        return active_share
    lean = LEAN * max(-1.0, min(1.0, deficit * turns / (FULL_LEAN_TURNS * total)))
    return max(0.05, min(0.95, active_share + lean))


def next_block(
    seed: str,
    person: str,
    number: int,
    *,
    active_share: float,
    measurement_share: float,
    charged_random: float,
    charged_active: float,
) -> str:
    """Return the person's block of that number: a string of turns, first turn first.

    Repeatable: the randomness follows from the project's seed, the person and the block's number.
    """
    rng = random.Random(key(seed, "interleaving", f"{person}|{number}"))
    size = rng.choice(BLOCK_SIZES)
    share = active_probability(
        active_share,
        charged_random=charged_random,
        charged_active=charged_active,
        turns=(number - 1) * mean(BLOCK_SIZES),
    )
    expected = size * share
    active_turns = int(expected) + (rng.random() < expected - int(expected))
    turns = [ACTIVE] * active_turns + [RANDOM] * (size - active_turns)
    rng.shuffle(turns)
    block = []
    for turn in turns:
        # Measurement turns come in between, as if thrown by a coin, and do not count towards the ratio.
        while rng.random() < measurement_share:
            block.append(MEASUREMENT)
        block.append(turn)
    return "".join(block)[:32]

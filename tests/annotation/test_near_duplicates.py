"""Which texts count as near-duplicates."""

import random

import numpy as np
import pytest

from annotation import near_duplicates
from annotation.near_duplicates import find_groups, jaccard, sign

LETTERS = "กขคงจฉชซดตถทนบปผฝพฟมยรลวสหอาิีุูเแโไ "


def a_text(rng: random.Random, length: int = 120) -> str:
    return "".join(rng.choices(LETTERS, k=length))


def changed(rng: random.Random, text: str, count: int) -> str:
    letters = list(text)
    for place in rng.sample(range(len(letters)), count):
        letters[place] = rng.choice(LETTERS)
    return "".join(letters)


def groups(texts: list[str], *, old: int = 0) -> list[list[int]]:
    signed = sign(texts)
    places = [place for place, signature in enumerate(signed) if signature]
    signatures = np.frombuffer(b"".join(signed), np.uint64).reshape(len(places), -1)
    ids = np.array(places, np.int64)
    return find_groups(ids, signatures, ids >= old, lambda wanted: {id_: texts[id_] for id_ in wanted})


def test_jaccard_is_shared_grams_over_all_grams():
    assert jaccard("abcdefghij", "abcdefghij") == 1
    assert jaccard("abcdef", "bcdefg") == pytest.approx(1 / 3)
    assert jaccard("abcdef", "uvwxyz") == 0
    assert jaccard("abc", "abc") == 0


def test_a_signature_depends_on_the_text_alone():
    rng = random.Random(1)
    texts = [a_text(rng, length) for length in (3, 4, 5, 6, 120, 300)] * 200
    rng.shuffle(texts)
    together = dict(zip(texts, sign(texts), strict=True))
    assert together == {text: sign([text])[0] for text in together}
    assert [bool(signature) for signature in sign(["", "abcd", "abcde"])] == [False, False, True]
    assert {len(signature) for signature in together.values()} == {0, 80}


def test_signatures_agree_as_often_as_the_texts_are_alike():
    rng = random.Random(2)
    for changes in (2, 6, 15):
        differences = []
        for _ in range(200):
            text = a_text(rng, 200)
            other = changed(rng, text, changes)
            left, right = (np.frombuffer(signature, np.uint16) for signature in sign([text, other]))
            differences.append((left == right).mean() - jaccard(text, other))
        # 200 pairs of 40 values: a standard error of at most 0.0056.
        assert abs(np.mean(differences)) < 0.025


def test_groups_are_those_that_comparing_every_pair_finds():
    rng = random.Random(3)
    texts = []
    for _ in range(60):
        text = a_text(rng, rng.randrange(60, 300))
        texts += [text, *(changed(rng, text, rng.randrange(1, 9)) for _ in range(rng.randrange(4)))]
    texts += ["สั้น", "สั้นๆ", ""]
    rng.shuffle(texts)
    assert groups(texts) == every_pair(texts)


def every_pair(texts: list[str]) -> list[list[int]]:
    label = list(range(len(texts)))
    for left in range(len(texts)):
        for right in range(left):
            if jaccard(texts[left], texts[right]) >= near_duplicates.SIMILAR:
                old, new = label[left], label[right]
                label = [new if value == old else value for value in label]
    found: dict[int, list[int]] = {}
    for place, value in enumerate(label):
        found.setdefault(value, []).append(place)
    return sorted(group for group in found.values() if len(group) > 1)


def test_two_old_texts_are_not_compared_again():
    rng = random.Random(4)
    text = a_text(rng)
    texts = [text, changed(rng, text, 1), a_text(rng), changed(rng, text, 1)]
    assert groups(texts, old=4) == []
    assert groups(texts, old=3) == [[0, 1, 3]]


def test_a_form_letter_sent_a_thousand_times_is_one_group():
    rng = random.Random(5)
    letter = a_text(rng, 200)
    texts = [f"{letter}{number:04d}" for number in range(1000)] + [a_text(rng) for _ in range(1000)]
    assert groups(texts) == [list(range(1000))]


def test_texts_that_share_half_their_length_stay_apart():
    rng = random.Random(6)
    head = a_text(rng, 100)
    assert groups([head + a_text(rng, 100) for _ in range(500)]) == []

import subprocess
import sys

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from segmenter.text import (
    ClusterTooLong,
    InvalidBoundaries,
    WordsDoNotJoin,
    boundaries_from_words,
    check_boundaries,
    cluster_lengths,
    clusters,
    clusters_from_lengths,
    tokens,
)

THAI_AND_ASCII = st.text(
    st.sampled_from([chr(c) for c in (*range(0x80), *range(0x0E00, 0x0E80))]), max_size=40
)
MIXED = st.text(st.sampled_from("กาำิ่์ะ \r\n\t\u200d\u0301😀👩🏽🇹🇭a0\u0eb3ລ\ud800\u00ad\u00a0"), max_size=40)


@given(THAI_AND_ASCII)
def test_clusters_of_thai_and_ascii_are_those_of_the_unicode_rules(text: str) -> None:
    assert clusters(text) == regex.findall(r"\X", text)
    assert list(cluster_lengths(text)) == [len(c) for c in regex.findall(r"\X", text)]


@given(MIXED)
def test_clusters_of_any_text_are_those_of_the_unicode_rules(text: str) -> None:
    assert clusters(text) == regex.findall(r"\X", text)
    assert clusters_from_lengths(text, cluster_lengths(text)) == clusters(text)


def test_each_character_clusters_by_the_unicode_rules_on_both_sides_of_a_thai_letter() -> None:
    for code in (*range(0x1200), 0x200D, 0xD800, 0x1F600):
        for text in (chr(code) + "ก", "ก" + chr(code)):
            assert clusters(text) == regex.findall(r"\X", text)


def test_a_vowel_and_a_tone_stay_with_their_letter() -> None:
    assert clusters("ที่น้ำ") == ["ที่", "น้ำ"]
    assert cluster_lengths("ที่น้ำ") == b"\x03\x03"


def test_a_cluster_of_256_code_points_is_refused_with_its_place() -> None:
    assert cluster_lengths("a" + "\u0301" * 254) == b"\xff"
    with pytest.raises(ClusterTooLong, match="character 2 has 256 code points"):
        cluster_lengths("กข" + "a" + "\u0301" * 255)


def test_lengths_that_do_not_fit_the_text_are_refused() -> None:
    with pytest.raises(ValueError, match="add up to 3 code points; the text has 4"):
        clusters_from_lengths("abcd", b"\x01\x02")


def test_tokens_join_back_to_the_text() -> None:
    assert tokens(["ฉั", "น", "กิ", "น"], (2,)) == ["ฉัน", "กิน"]
    assert tokens(["ฉั", "น"], ()) == ["ฉัน"]
    assert tokens([], ()) == []


def test_valid_boundaries_come_back_as_a_tuple() -> None:
    assert check_boundaries([1, 3], n_clusters=4) == (1, 3)
    assert check_boundaries([], n_clusters=0) == ()


@pytest.mark.parametrize(
    ("boundaries", "message"),
    [
        ([0], "boundary 0 is outside 1 to 3"),
        ([4], "boundary 4 is outside"),
        ([-1], "boundary -1 is outside"),
        ([2, 2], "boundary 2 follows 2"),
        ([3, 1], "boundary 1 follows 3"),
        ([1.0], "boundary 1.0 is not a whole number"),
        ([True], "boundary True is not a whole number"),
        (["1"], "boundary '1' is not a whole number"),
    ],
)
def test_bad_boundaries_are_refused_by_value(boundaries: list[int], message: str) -> None:
    with pytest.raises(InvalidBoundaries, match=message):
        check_boundaries(boundaries, n_clusters=4)


def test_words_become_cluster_indices() -> None:
    assert boundaries_from_words(["ที่", "นี่", " ", "ดี"], text="ที่นี่ ดี") == ((1, 2, 3), 0)


def test_an_edge_inside_a_cluster_moves_to_its_start_and_is_counted() -> None:
    assert boundaries_from_words(["กน", "้ำ"], text="กน้ำ") == ((1,), 1)


def test_an_edge_moved_to_the_start_of_the_text_disappears_but_is_counted() -> None:
    assert boundaries_from_words(["น", "้ำ"], text="น้ำ") == ((), 1)


def test_empty_words_cut_nothing() -> None:
    assert boundaries_from_words(["", "ก", "", "ข"], text="กข") == ((1,), 0)


@pytest.mark.parametrize(
    ("words", "text", "position"),
    [(["กข"], "กค", 1), (["ก"], "กข", 1), (["กข"], "ก", 1), ([], "ก", 0)],
)
def test_words_that_do_not_join_are_refused_with_the_place(
    words: list[str], text: str, position: int
) -> None:
    with pytest.raises(WordsDoNotJoin, match=f"at character {position} ") as caught:
        boundaries_from_words(words, text=text)
    assert caught.value.position == position


@given(st.lists(st.text(st.sampled_from("กขที่นำ้ a😀"), min_size=1, max_size=5), max_size=8))
def test_tokens_and_boundaries_are_inverse_where_no_edge_moves(words: list[str]) -> None:
    text = "".join(words)
    boundaries, moved = boundaries_from_words(words, text=text)
    again = tokens(clusters(text), boundaries)
    assert "".join(again) == text
    if not moved:
        assert again == words
    assert check_boundaries(boundaries, n_clusters=len(clusters(text))) == boundaries


@pytest.mark.parametrize(
    ("module", "absent"), [("text", ("torch", "numpy")), ("metrics", ("torch",)), ("query", ("torch",))]
)
def test_light_modules_import_no_heavy_package(module: str, absent: tuple[str, ...]) -> None:
    code = f"import sys, segmenter.{module}; sys.exit(any(name in sys.modules for name in {absent!r}))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

"""Clusters of many texts at once are those of one text at a time."""

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from segmenter.clusters import cluster_lengths_of
from segmenter.text import ClusterTooLong

# A character of every kind that the Unicode rules tell apart.
KINDS = "กิ่ำaé\u0301 \t\n\r“…\u00a0\u200b\u200c\u200d\ufe0f\u20e3\u0e3a\u0eb3\u0600😀👩🏽🇹🇭"
KINDS += "한\u1100\u1161\u11a8क\u094dषि"
TEXTS = st.lists(st.text(st.sampled_from(KINDS), max_size=12) | st.text(max_size=12), max_size=6)


def general(text: str) -> list[int]:
    return [len(cluster) for cluster in regex.findall(r"\X", text, flags=regex.DOTALL)]


@given(TEXTS)
@settings(max_examples=500, deadline=None)
def test_clusters_of_many_texts_are_those_of_the_unicode_rules(texts: list[str]) -> None:
    assert [list(lengths) for lengths in cluster_lengths_of(texts)] == [general(text) for text in texts]


def test_every_character_between_thai_letters_and_marks() -> None:
    # Beyond these lie ideographs, private use and what is not assigned.
    codes = [*range(0xD800), *range(0xE000, 0x20000), *range(0xE0000, 0xE0200)]
    texts = [f"ก{chr(code)}\u0e34{chr(code)}ก" for code in codes]
    for text, lengths in zip(texts, cluster_lengths_of(texts), strict=True):
        assert list(lengths) == general(text), ascii(text)


def test_a_cluster_that_is_too_long_is_refused_at_its_text() -> None:
    coming = cluster_lengths_of(["กา", "ก" + "\u0e34" * 254, "กข" + "\u0e34" * 255, "ก"])
    assert [next(coming), next(coming)] == [b"\x01\x01", b"\xff"]
    with pytest.raises(ClusterTooLong, match="at character 1 has 256 code points"):
        next(coming)

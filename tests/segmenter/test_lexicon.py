import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from segmenter.lexicon import LONGEST_WORD, Lexicon, add_list, code_points, general_words, royal_words

WORDS = st.text(st.sampled_from("กขาม"), max_size=6)


@given(st.lists(WORDS, max_size=20), st.lists(st.text(st.sampled_from("กขามx "), max_size=12), max_size=4))
def test_matches_are_all_occurrences_of_all_words_and_none_crosses_texts(
    words: list[str], texts: list[str]
) -> None:
    joined = "\0".join(texts)
    lexicon = Lexicon(words)
    matches = lexicon.match(code_points(joined))
    found = sorted(zip(matches.start.tolist(), matches.end.tolist(), strict=True))
    expected = sorted(
        (start, end)
        for start in range(len(joined))
        for end in range(start + 1, len(joined) + 1)
        if joined[start:end] in words
    )
    assert found == expected
    for start, end, word in zip(matches.start, matches.end, matches.word, strict=True):
        assert lexicon.words[word] == joined[start:end]


def test_words_that_cannot_be_matched_are_left_out() -> None:
    assert Lexicon(["", " ", "ก\0ข", "ก" * (LONGEST_WORD + 1), "ก"]).words == ("ก",)


def test_a_lone_surrogate_counts_as_one_code_point() -> None:
    assert code_points("\ud800ก").tolist() == [0xD800, 0x0E01]


def test_the_general_lists_know_common_words_and_how_common_they_are() -> None:
    general = general_words()
    words = general.lexicon.words
    index = {word: words.index(word) for word in ("ประเทศ", "ไทย", "นัยน์ตา")}
    assert general.member.shape == (len(words), 5)
    assert general.member[index["ประเทศ"]].all()
    assert general.log_probability.shape == (len(words), 3)
    assert (general.log_probability[index["ไทย"]] > general.log_probability[index["นัยน์ตา"]]).all()


def test_a_word_outside_a_dictionary_is_not_in_its_lattice() -> None:
    general = general_words()
    in_first = np.isfinite(general.log_probability[:, 0])
    assert {w for w, known in zip(general.lexicon.words, in_first, strict=True) if known} <= royal_words()
    assert in_first.sum() == len(Lexicon(royal_words()))
    assert np.isfinite(general.log_probability).any(axis=0).all()


def test_an_added_list_keeps_the_others() -> None:
    general = general_words()
    lists = add_list(general, ["ไทย", "ตัดคำตัดคำ"])
    words = lists.lexicon.words
    known, new = words.index("ไทย"), words.index("ตัดคำตัดคำ")
    old = general.lexicon.words.index("ไทย")
    assert lists.member[known].tolist() == [*general.member[old], True]
    assert lists.member[new].tolist() == [False] * 5 + [True]
    assert np.array_equal(lists.log_probability[known], general.log_probability[old])
    assert np.isneginf(lists.log_probability[new]).all()
    assert lists.member[:, -1].sum() == 2

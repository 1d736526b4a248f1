import pytest

from segmenter.baselines import ENGINES, UnknownEngine, dictionary_boundaries
from segmenter.text import check_boundaries, cluster_lengths, clusters, tokens


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    "text", ["", " ", "ฉันกินข้าว ABC 12,000.50 บาท", "😀👩🏽", "ລາວ", "\ud800ก", "กำั", "a\r\n\tข", "ก" * 300]
)
def test_dictionary_boundaries_are_valid_for_any_text(engine: str, text: str) -> None:
    boundaries = dictionary_boundaries(text, engine=engine)
    assert check_boundaries(boundaries, n_clusters=len(clusters(text))) == boundaries


def test_the_dictionary_cuts_common_words() -> None:
    text = "ฉันกินข้าว Abc"
    boundaries = dictionary_boundaries(text, cluster_lengths(text))
    assert tokens(clusters(text), boundaries) == ["ฉัน", "กินข้าว", " ", "Abc"]


def test_an_engine_that_changes_text_is_not_offered() -> None:
    with pytest.raises(UnknownEngine, match="'icu' is unknown; known: newmm"):
        dictionary_boundaries("ก", engine="icu")

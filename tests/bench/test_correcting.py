"""The keys by which the simulated person corrects a suggestion."""

from bench.correcting import Correction, Suggested, plan


def corrections(length, boundaries, reference, doubtful=(), alternatives=()):
    shown = Suggested(length, frozenset(boundaries), tuple(doubtful), tuple(alternatives))
    return plan(shown, frozenset(reference))


def test_a_right_suggestion_needs_no_key():
    assert corrections(9, [3, 5], [3, 5]) == []


def test_the_cursor_walks_by_cluster_and_by_word_whichever_is_shorter():
    assert corrections(20, [5, 10], [5]) == [Correction(("Control+ArrowRight",) * 2 + ("Space",), 1)]
    assert corrections(20, [5], [2, 5]) == [Correction(("ArrowRight", "Space"), 1)]


def test_a_doubtful_place_is_one_key_away_and_the_first_is_under_the_cursor():
    assert corrections(20, [4, 9], [4], doubtful=[9]) == [Correction(("Space",), 1)]
    mended = corrections(20, [4, 5, 6, 7, 9, 10, 11], [4, 5, 6, 7, 9, 10], doubtful=[2, 8, 11])
    assert mended == [Correction(("KeyN", "KeyN", "Space"), 1)]


def test_an_alternative_is_taken_where_it_mends_without_breaking():
    mended = corrections(20, [4, 9], [5, 9], doubtful=[12], alternatives=[[4, 5], [12]])
    assert mended == [Correction(("Digit1",), 2)]
    assert corrections(20, [4], [], doubtful=[4], alternatives=[[4, 5]]) == [Correction(("Space",), 1)]


def test_every_wrong_boundary_is_mended_once():
    made = corrections(40, [3, 9, 21, 30], [4, 9, 22, 30, 35], doubtful=[21, 22])
    assert sum(correction.mended for correction in made) == 5

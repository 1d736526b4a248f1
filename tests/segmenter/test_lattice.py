import numpy as np

from segmenter.lattice import (
    LAST_RESORT,
    LONGEST_PIECE,
    LONGEST_TEXT,
    UNKNOWN_CLUSTER,
    UNKNOWN_WORD,
    Script,
    boundary_posteriors,
)


def no_unknown_words(size: int) -> Script:
    return Script(np.arange(size), np.ones(size, bool))


def posteriors_by_enumeration(size: int, words: dict[tuple[int, int], float]) -> np.ndarray:
    """Add up every path of a small lattice that has no unknown words."""
    cuts = np.zeros(size)
    total = 0.0
    paths: list[tuple[int, float, tuple[int, ...]]] = [(0, 0.0, ())]
    while paths:
        at, log, path = paths.pop()
        if at == size:
            total += np.exp(log)
            cuts[list(path)] += np.exp(log)
            continue
        steps = {end: weight for (start, end), weight in words.items() if start == at}
        steps[at + 1] = max(steps.get(at + 1, -np.inf), LAST_RESORT)
        paths += [(end, log + weight, (*path, at)) for end, weight in steps.items()]
    return cuts / total


def test_posteriors_are_those_of_all_paths() -> None:
    rng = np.random.default_rng(0)
    for _ in range(30):
        sizes = rng.integers(0, 9, 5)
        offsets = np.concatenate([[0], np.cumsum(sizes)])
        found, expected = [], []
        for first, size in zip(offsets, sizes, strict=False):
            starts = rng.integers(0, max(size, 1), 6 if size else 0)
            words = {(int(s), int(rng.integers(s + 1, size + 1))): -rng.uniform(1, 26) for s in starts}
            found += [(first + s, first + e, weight) for (s, e), weight in words.items()]
            expected.append(posteriors_by_enumeration(size, words) if size else np.zeros(0))
        start, end, log = (np.array([row[i] for row in found]) for i in range(3))
        script = no_unknown_words(int(offsets[-1]))
        result = boundary_posteriors(start.astype(int), end.astype(int), log, script=script, offsets=offsets)
        np.testing.assert_allclose(result, np.concatenate(expected), atol=1e-5)


def test_long_texts_stay_in_range_and_words_too_long_are_left_out() -> None:
    size = 3 * LONGEST_TEXT
    offsets = np.array([0, size])
    none, script = np.zeros(0, int), no_unknown_words(size)
    assert (boundary_posteriors(none, none, np.zeros(0), script=script, offsets=offsets) == 1).all()
    too_long = np.array([0]), np.array([LONGEST_PIECE + 1]), np.array([-1.0])
    assert (boundary_posteriors(*too_long, script=script, offsets=offsets) == 1).all()
    pairs = np.arange(0, size, 2)
    log = np.full(len(pairs), -9.0)
    result = boundary_posteriors(pairs, pairs + 2, log, script=script, offsets=offsets)
    assert (result[::2] > 0.999).all()
    assert (result[1::2] < 0.001).all()


def test_an_unknown_word_keeps_to_its_run_and_to_whole_units() -> None:
    none, offsets = np.zeros(0, int), np.array([0, 6])
    two_runs = Script(np.array([0, 0, 0, 3, 3, 3]), np.zeros(6, bool))
    result = boundary_posteriors(none, none, np.zeros(0), script=two_runs, offsets=offsets)
    assert result[3] == 1
    assert (result[[1, 2, 4, 5]] < 0.01).all()
    inside = np.array([False, True, False, False, False, False])
    one_run = Script(np.zeros(6, int), inside)
    # two known words leave one cluster, and the unit it lies in cannot be cut: all of it is one unknown word
    log = np.array([-5.0, -5.0])
    result = boundary_posteriors(np.array([1, 4]), np.array([4, 6]), log, script=one_run, offsets=offsets)
    assert UNKNOWN_WORD + 6 * UNKNOWN_CLUSTER > LAST_RESORT - 10
    assert result[1] < 0.01

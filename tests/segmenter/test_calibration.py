import numpy as np
import pytest

from segmenter.calibration import calibrate
from segmenter.data import Example
from segmenter.model import Calibration, Tagger
from segmenter.predict import boundary_probabilities
from segmenter.train import evaluate_tagger


def test_calibration_does_not_depend_on_the_calibration_before(
    tagger: Tagger, examples: list[Example]
) -> None:
    right = calibrate(tagger, examples)
    assert calibrate(tagger.calibrated(Calibration(9.0, 0.6)), examples) == right


def test_a_higher_temperature_makes_every_probability_more_doubtful(tagger: Tagger) -> None:
    text = "ครูซื้อมะม่วง วันนี้"
    cold, warm = (next(boundary_probabilities(tagger.calibrated(Calibration(t)), [text])) for t in (1.0, 3.0))
    assert (np.abs(warm - 0.5) < np.abs(cold - 0.5)).all()
    assert np.array_equal(cold > 0.5, warm > 0.5)


def test_the_dictionaries_decide_where_their_share_is_large(tagger: Tagger, examples: list[Example]) -> None:
    text = "นักวิทยาศาสตร์ประเทศไทย"
    probabilities = next(boundary_probabilities(tagger.calibrated(Calibration(1.0, 1000.0)), [text]))
    lattices = tagger.features.lattice_logits()
    encoded = tagger.features.encode([text], [Example(text, ()).cluster_lengths])
    looked_up = lattices[encoded.features].sum(axis=1)[1:]
    told = looked_up != 0
    assert np.array_equal(probabilities[told] > 0.5, looked_up[told] > 0)
    assert told.sum() > len(told) / 2


def test_labels_against_the_dictionaries_give_them_no_share(tagger: Tagger, examples: list[Example]) -> None:
    whole = [Example(example.text, ()) for example in examples]
    assert evaluate_tagger(tagger, examples).word_f1 == pytest.approx(1.0, abs=0.05)
    assert calibrate(tagger, whole).prior == 0.0

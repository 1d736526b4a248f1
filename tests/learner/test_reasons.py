import pytest

from learner.estimates import NotEstimable, TheseSamples
from learner.reasons import Reason


def test_a_reason_is_code_values_and_the_english_sentence():
    few = Reason("too_few_streams", {"streams": 3, "least": 5})
    said = {
        "code": "too_few_streams",
        "values": {"streams": 3, "least": 5},
        "text": "3 replicate streams; at least 5 are needed. Play more of them.",
    }
    assert NotEstimable(few).as_json() == {"not_estimable": said}
    assert TheseSamples(value=0.1, notes=(few,)).as_json()["notes"] == [said]


@pytest.mark.parametrize(("code", "values"), [("no_such_code", {}), ("too_few_streams", {"streams": 3})])
def test_what_cannot_be_said_is_refused_when_it_is_made(code, values):
    with pytest.raises(ValueError, match=code):
        Reason(code, values)

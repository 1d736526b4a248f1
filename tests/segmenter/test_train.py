from dataclasses import replace

import numpy as np
import pytest
import torch

from segmenter.data import Example, FeatureMap, LearntFrom, boundary_labels, data_hash
from segmenter.lexicon import add_list, general_words
from segmenter.model import PRESETS, Tagger, TaggerConfig, UnknownPreset
from segmenter.predict import boundary_probabilities, committee_probabilities, segment
from segmenter.text import InvalidBoundaries, clusters
from segmenter.train import NothingToLearn, Step, _feature_map, evaluate_tagger, fit

STRANGE = ["", "ก", "น้ำ", " \t\n", "😀👩🏽", "\ud800ก", "ລາວ Latin ไทย", "ก้้้้้", "ก\0ข", "ฉันกินข้าว" * 3, "๑๒3"]


def weights(tagger: Tagger) -> list[torch.Tensor]:
    return [value for network in tagger.networks for value in network.state_dict().values()]


def test_a_tagger_learns_what_it_is_shown(tagger: Tagger, examples: list[Example]) -> None:
    f1 = evaluate_tagger(tagger, examples).word_f1
    assert f1 is not None
    assert f1 > 0.95
    assert segment(tagger, "ครูซื้อมะม่วง วันนี้") == ["ครู", "ซื้อ", "มะม่วง", " ", "วันนี้"]


def test_the_same_seed_gives_the_same_weights_and_another_seed_others(
    tagger: Tagger, examples: list[Example], config: TaggerConfig
) -> None:
    again = fit(examples, config, seed=1)
    other = fit(examples, config, seed=2)
    assert all(torch.equal(a, b) for a, b in zip(weights(tagger), weights(again), strict=True))
    assert not all(torch.equal(a, b) for a, b in zip(weights(tagger), weights(other), strict=True))


def test_every_step_is_reported_and_the_last_carries_the_tagger(
    examples: list[Example], config: TaggerConfig
) -> None:
    seen: list[Step] = []
    tagger = fit(examples, config, seed=3, progress=seen.append)
    assert [step.step for step in seen] == list(range(1, seen[-1].steps + 1))
    assert seen[-1].tagger is tagger
    assert all(step.tagger is None for step in seen[:-1])
    assert seen[-1].loss < seen[0].loss


def test_without_an_inner_edge_there_is_nothing_to_learn(config: TaggerConfig) -> None:
    for nothing in ([], [Example("ก", ())], [Example("", ())]):
        with pytest.raises(NothingToLearn, match="no example has an inner cluster edge"):
            fit(nothing, config, seed=0)


def test_a_dev_set_only_calibrates(tagger: Tagger, examples: list[Example], config: TaggerConfig) -> None:
    unrehearsed = fit(examples, replace(config, few=0), seed=1)
    calibrated = fit(examples, config, seed=1, dev=examples[:5])
    for a, b in zip(unrehearsed.networks, calibrated.networks, strict=True):
        assert torch.equal(a.head.weight, b.head.weight)
    assert unrehearsed.temperature == 1.0
    assert calibrated.temperature != 1.0


def test_few_examples_are_rehearsed_and_many_are_not(examples: list[Example], config: TaggerConfig) -> None:
    few = fit(examples, config, seed=1)
    many = fit(examples, replace(config, few=len(examples)), seed=1)
    assert few.temperature != 1.0
    assert many.temperature == 1.0
    assert torch.equal(few.networks[0].head.weight, many.networks[0].head.weight)


def test_few_examples_are_learnt_at_a_part_of_the_rate(examples: list[Example], config: TaggerConfig) -> None:
    short = replace(config, members=1, steps=10)
    halved = fit(examples, replace(short, few_rate=0.5), seed=1)
    slow = fit(examples, replace(short, learning_rate=config.learning_rate / 2), seed=1)
    assert torch.equal(halved.networks[0].head.weight, slow.networks[0].head.weight)
    assert halved.config.learning_rate == config.learning_rate
    many = fit(examples, replace(short, few_rate=0.5, few=len(examples)), seed=1)
    plain = fit(examples, replace(short, few=len(examples)), seed=1)
    assert torch.equal(many.networks[0].head.weight, plain.networks[0].head.weight)


def test_probabilities_come_one_per_inner_edge_in_input_order(tagger: Tagger) -> None:
    results = list(boundary_probabilities(tagger, STRANGE))
    for text, probabilities in zip(STRANGE, results, strict=True):
        assert probabilities.dtype == np.float32
        assert len(probabilities) == max(0, len(clusters(text)) - 1)
        assert ((probabilities >= 0) & (probabilities <= 1)).all()
        assert "".join(segment(tagger, text)) == text


def test_probabilities_do_not_depend_on_the_batch(tagger: Tagger, examples: list[Example]) -> None:
    texts = [e.text for e in examples] + STRANGE
    together = list(boundary_probabilities(tagger, texts))
    small = list(boundary_probabilities(tagger, texts, batch_characters=50))
    for text, a, b in zip(texts, together, small, strict=True):
        alone = next(boundary_probabilities(tagger, [text]))
        np.testing.assert_allclose(a, b, atol=1e-5)
        np.testing.assert_allclose(a, alone, atol=1e-5)


def test_a_committee_votes_member_by_member(tagger: Tagger) -> None:
    texts = ["ครูซื้อมะม่วง", "", "ก"]
    votes, empty, single = committee_probabilities(tagger, texts)
    assert votes.shape == (2, len(clusters(texts[0])) - 1)
    assert empty.shape == (2, 0) == single.shape
    mean = next(boundary_probabilities(tagger, texts))
    logits = np.log(votes) - np.log1p(-votes)
    np.testing.assert_allclose(1 / (1 + np.exp(-logits.mean(axis=0))), mean, atol=1e-4)


def test_dropout_draws_differ_and_can_be_repeated(tagger: Tagger) -> None:
    texts = ["ครูซื้อมะม่วง วันนี้"]
    draws = next(committee_probabilities(tagger, texts, dropout_samples=5, seed=1))
    again = next(committee_probabilities(tagger, texts, dropout_samples=5, seed=1))
    assert draws.shape[0] == 5
    assert np.array_equal(draws, again)
    assert draws.std(axis=0).max() > 0


def test_prediction_reads_a_stream_window_by_window(tagger: Tagger) -> None:
    read = 0

    def endless():
        nonlocal read
        while True:
            read += 1
            yield "ฉันกินข้าว"

    stream = boundary_probabilities(tagger, endless())
    next(stream)
    assert 0 < read <= 512


def test_a_sentence_of_100_000_characters_is_segmented(tagger: Tagger) -> None:
    text = "ฉันกินข้าว" * 10_000
    assert "".join(segment(tagger, text)) == text


def test_a_word_seen_in_one_example_only_is_not_matched_there() -> None:
    words = add_list(general_words(), ["กขคฮ", "งจฮ"])
    features = FeatureMap(words, lattice=True)
    only_in = np.full(len(words.lexicon), -1)
    only_in[words.lexicon.words.index("กขคฮ")] = 0
    texts = ["กขคฮงจฮ"] * 2
    lengths = [bytes([1] * 7)] * 2
    hidden = features.encode(texts, lengths, learnt=LearntFrom(np.arange(2), only_in))
    plain = features.encode(texts, lengths)
    assert (hidden.features[7:] == plain.features[7:]).all()
    assert (hidden.features[:7] != plain.features[:7]).any()


def test_training_takes_no_word_as_learnt_in_the_only_document_it_is_in(config: TaggerConfig) -> None:
    pieces = [("กขคฮ", "ก"), ("กขคฮ", "ข"), ("งจฮ", "ค"), ("งจฮ", "ง"), ("งจฮ", "จ"), ("งจฮ", "ฉ")]
    documents = ["a", "a", "b", "c", "d", "e"]
    examples = [
        Example("".join(words), (4 if words[0] == "กขคฮ" else 3,), document=document)
        for words, document in zip(pieces, documents, strict=True)
    ]
    features, learnt = _feature_map(examples, config)
    only_in = dict(zip(features.words.lexicon.words, learnt.only_in.tolist(), strict=True))
    assert learnt.documents.tolist() == [0, 0, 1, 2, 3, 4]
    assert (only_in["กขคฮ"], only_in["งจฮ"]) == (0, -1)
    _, of_few = _feature_map(examples[:4], config)
    assert of_few.documents.tolist() == [0, 1, 2, 3]


def test_labels_mark_where_tokens_start() -> None:
    labels = boundary_labels([Example("กขค", (2,)), Example("งจ", (1,))])
    assert labels.tolist() == [0, 0, 1, 0, 1]


def test_an_example_checks_its_boundaries() -> None:
    with pytest.raises(InvalidBoundaries, match="boundary 2 is outside"):
        Example("กข", (2,))


def test_the_data_hash_ignores_order_and_sees_boundaries(examples: list[Example]) -> None:
    assert data_hash(examples) == data_hash(examples[::-1])
    assert data_hash([Example("กข", ())]) != data_hash([Example("กข", (1,))])


def test_presets_have_stable_names() -> None:
    assert {"tiny", "small", "base"} <= set(PRESETS)
    with pytest.raises(UnknownPreset, match="'huge' is unknown; known: tiny"):
        TaggerConfig.preset("huge")


@pytest.mark.parametrize("name", PRESETS)
def test_a_configuration_survives_json(name: str) -> None:
    config = TaggerConfig.preset(name)
    assert TaggerConfig.from_json(config.to_json()) == config


def test_without_dictionaries_words_are_known_from_the_labels_alone(examples: list[Example]) -> None:
    config = TaggerConfig(steps=4, epochs=4, batch_clusters=400, dictionaries=False)
    tagger = fit(examples, config, seed=1)
    assert set(tagger.features.words.lexicon.words) <= {w for e in examples for w in e.words()}
    assert len(tagger.features.words.lexicon) > 0
    assert evaluate_tagger(tagger, examples).boundary_tp > 0

"""The two-stage schedule on a model of a few thousand weights: switch, resume, FLOPs, the tagger's start."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch

from segmenter import checkpoint, export, train
from segmenter.checkpoint import BadCheckpoint
from segmenter.data import Example
from segmenter.model import TaggerConfig
from segmenter.predict import boundary_probabilities
from segmenter.pretrain import HYBRID, SPAN, PretrainConfig, Pretraining, begin, run
from segmenter.pretrain_files import Source, load_pretrained, restore, run_saved
from segmenter.pretrained import PretrainedEncoder
from segmenter.runtime import Model
from segmenter.seq2seq import Seq2Seq, Seq2SeqConfig
from segmenter.symbols import RawText, read_clusters
from segmenter.text import cluster_lengths
from segmenter.train import fit

MODEL = Seq2SeqConfig(vocabulary=100, width=16, heads=2, hidden=24, encoder_layers=1, decoder_layers=1)
CONFIG = PretrainConfig(
    steps=6,
    tau=0.5,
    rows=4,
    length=20,
    generator_width=8,
    generator_heads=2,
    report_every=2,
    validation_rows=4,
)


@pytest.fixture
def source(examples: list[Example]) -> Source:
    text, known = read_clusters((e.text for e in examples), vocabulary=MODEL.vocabulary)
    return Source(MODEL.to_json(), text, known)


def new(config: PretrainConfig = CONFIG, *, seed: int = 0) -> Pretraining:
    return begin(partial(Seq2Seq, MODEL), config, seed=seed)


def weights(state: Pretraining) -> torch.Tensor:
    return torch.cat([p.detach().flatten() for p in state.reader.parameters()])


def finish(text: RawText, config: PretrainConfig = CONFIG, *, seed: int = 0) -> Pretraining:
    state = new(config, seed=seed)
    for _ in run(state, text):
        pass
    return state


def test_the_switch_drops_generator_and_head_and_leaves_the_optimiser(source: Source) -> None:
    state = new()
    for _ in run(state, source.text, until=CONFIG.switch):
        assert state.generator is not None
        assert state.head is not None
    extra = set(state.optimizer.param_groups[1]["params"])
    kept = state.optimizer.param_groups[0]["params"]
    moments = {p: state.optimizer.state[p]["step"].item() for p in kept if p in state.optimizer.state}
    next(run(state, source.text))
    assert state.generator is None
    assert state.head is None
    assert [group["params"] for group in state.optimizer.param_groups] == [kept]
    assert not extra & set(state.optimizer.state)
    assert all(state.optimizer.state[p]["step"].item() == steps + 1 for p, steps in moments.items())


@pytest.mark.parametrize(("tau", "stages"), [(0.0, {SPAN}), (0.5, {HYBRID, SPAN}), (1.0, {HYBRID})])
def test_tau_says_which_stages_there_are(source: Source, tau: float, stages: set[str]) -> None:
    state = finish(source.text, replace(CONFIG, tau=tau))
    assert set(state.flops_a_step) == stages
    assert (state.generator is None) is (tau < 1)


@pytest.mark.parametrize("stopped_at", [1, 3, 4, 5])
def test_a_resumed_run_gives_the_same_weights_and_figures(
    source: Source, tmp_path: Path, stopped_at: int
) -> None:
    whole = finish(source.text)
    for _ in run_saved(new(), source, tmp_path, save_every=100, until=stopped_at):
        pass
    # a caller that stops in the middle has saved nothing less
    again = new()
    for _ in run_saved(again, source, tmp_path, save_every=100):
        pass
    assert torch.equal(weights(again), weights(whole))
    assert again.history == whole.history
    assert (again.step, again.flops, again.flops_a_step) == (whole.step, whole.flops, whole.flops_a_step)


def test_a_run_that_its_caller_leaves_is_saved_where_it_was(source: Source, tmp_path: Path) -> None:
    steps = run_saved(new(), source, tmp_path, save_every=100)
    next(steps)
    next(steps)
    steps.close()
    again = new()
    restore(again, tmp_path, source)
    assert again.step == 2


def test_another_configuration_seed_or_text_is_not_resumed(source: Source, tmp_path: Path) -> None:
    for _ in run_saved(new(), source, tmp_path, save_every=1, until=1):
        pass
    with pytest.raises(BadCheckpoint, match="another configuration or seed"):
        restore(new(seed=1), tmp_path, source)
    with pytest.raises(BadCheckpoint, match="another configuration or seed"):
        restore(new(replace(CONFIG, rows=5)), tmp_path, source)
    other = RawText(source.text.symbols[::-1], source.text.special)
    with pytest.raises(BadCheckpoint, match="another model or on other text"):
        restore(new(), tmp_path, replace(source, text=other))


def test_seeds_differ_and_one_seed_repeats(source: Source) -> None:
    first, second, other = (weights(finish(source.text, seed=seed)) for seed in (0, 0, 1))
    assert torch.equal(first, second)
    assert not torch.equal(first, other)


def test_flops_of_span_corruption_are_those_counted_by_hand(source: Source) -> None:
    state = finish(source.text, replace(CONFIG, tau=0.0, steps=1))
    rows, width, hidden, vocabulary = CONFIG.rows, MODEL.width, MODEL.hidden, MODEL.vocabulary
    # 20 symbols, of which 6 in 2 spans: 14 + 2 + 1 read, 6 + 2 + 1 written
    read, written = 17, 9
    encoder = read * (4 * width**2 + 2 * width * hidden) + 2 * read * read * width
    decoder = (
        written * (6 * width**2 + 2 * width * hidden + vocabulary * width)
        + read * 2 * width**2
        + 2 * (written * written + written * read) * width
    )
    # two for a multiplication with its addition; backward costs twice as much as forward
    assert state.flops_a_step[SPAN] == rows * 3 * 2 * (encoder + decoder)
    assert state.flops == state.flops_a_step[SPAN]


def test_the_hybrid_stage_costs_more_and_is_counted_by_its_steps(source: Source) -> None:
    state = finish(source.text)
    assert state.flops_a_step[HYBRID] > state.flops_a_step[SPAN]
    assert state.flops == 3 * state.flops_a_step[HYBRID] + 3 * state.flops_a_step[SPAN]


def test_the_history_has_the_figures_of_its_stage(source: Source) -> None:
    history = finish(source.text, replace(CONFIG, report_every=3)).history
    assert [entry["step"] for entry in history] == [3, 6]
    hybrid = {"generator_accuracy", "replaced_share", "detection_accuracy", "detection_recall"}
    assert hybrid <= set(history[0])
    assert not hybrid & set(history[1])
    assert all(np.isfinite(list(entry.values())).all() for entry in history)


def test_validation_is_on_text_that_training_never_draws(source: Source) -> None:
    numbered = RawText(np.arange(1000, dtype=np.int32), source.text.special, validation_share=0.1)
    drawn = numbered.training_rows(3000, 20, rng=np.random.default_rng(0))
    kept = numbered.validation_rows(30, 20)
    assert (drawn.min(), drawn.max()) == (0, 899)
    assert (kept.min(), kept.max()) == (900, 999)


def test_pre_training_lowers_the_validation_loss(source: Source) -> None:
    config = replace(CONFIG, steps=60, report_every=10, rows=16, learning_rate=1e-2, warmup=10)
    history = finish(source.text, config).history
    assert history[-1]["validation_loss"] < history[0]["validation_loss"] - 0.5


@pytest.mark.parametrize("rate", [0.0, 0.1])
def test_a_tagger_starts_from_the_encoder_and_survives_saving_and_export(
    source: Source, examples: list[Example], tmp_path: Path, rate: float
) -> None:
    for _ in run_saved(new(), source, tmp_path / "run", save_every=100):
        pass
    pretrained = load_pretrained(tmp_path / "run")
    config = TaggerConfig(
        width=16, dilations=(1,), steps=10, epochs=20, batch_clusters=400, lattice=False, pretrained_rate=rate
    )
    tagger = fit(examples, config, seed=1, pretrained=pretrained)
    (network,) = tagger.networks
    assert network.pretrained is not None
    same = torch.equal(
        network.pretrained.state_dict()["embedding.weight"], pretrained.tensors["embedding.weight"]
    )
    assert same is (rate == 0)
    checkpoint.save(tagger, tmp_path / "tagger", description={})
    loaded = checkpoint.load(tmp_path / "tagger")
    assert loaded.config == tagger.config
    assert all(
        torch.equal(value, loaded.networks[0].state_dict()[name])
        for name, value in network.state_dict().items()
    )
    exported = Model(export.export(tmp_path / "tagger", tmp_path / "package", name="cutter") / "cutter")
    texts = [example.text for example in examples] + ["", "😀ລາວ English ๑๒", "ครูซื้อรถ" * 80]
    theirs = exported.boundary_probabilities(texts, [cluster_lengths(text) for text in texts])
    for ours, other in zip(boundary_probabilities(tagger, texts), theirs, strict=True):
        np.testing.assert_allclose(ours, other, atol=1e-5)


def test_a_fit_is_the_same_whether_a_kept_encoder_is_asked_once_or_at_every_step(
    source: Source, examples: list[Example], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in run_saved(new(), source, tmp_path / "run", save_every=100):
        pass
    pretrained = load_pretrained(tmp_path / "run")
    config = TaggerConfig(
        width=16, dilations=(1,), steps=20, epochs=20, batch_clusters=400, lattice=False, few=0
    )
    asked = 0
    forward = PretrainedEncoder.forward

    def counted(self: PretrainedEncoder, features: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        nonlocal asked
        asked += 1
        return forward(self, features, mask)

    monkeypatch.setattr(PretrainedEncoder, "forward", counted)
    kept = fit(examples, config, seed=1, pretrained=pretrained)
    once, asked = asked, 0
    monkeypatch.setattr(train, "MOST_KEPT", 0)
    anew = fit(examples, config, seed=1, pretrained=pretrained)
    assert once < asked == config.steps
    for name, value in kept.networks[0].state_dict().items():
        torch.testing.assert_close(value, anew.networks[0].state_dict()[name], atol=1e-4, rtol=1e-3)

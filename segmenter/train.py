"""Training as a generator of steps: one seed, one thread count, one machine give identical weights."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from segmenter.calibration import calibrate
from segmenter.data import (
    N_CHARACTER_COLUMNS,
    Encoded,
    Example,
    FeatureMap,
    LearntFrom,
    batches_of_similar_length,
    boundary_labels,
)
from segmenter.lexicon import add_list, general_words, no_words
from segmenter.metrics import Counts, count
from segmenter.model import (
    Calibration,
    Network,
    Tagger,
    TaggerConfig,
    batch_tensors,
    feature_map,
)
from segmenter.predict import boundary_probabilities
from segmenter.pretrained import Pretrained
from segmenter.text import clusters_from_lengths

Array = np.ndarray[Any, Any]


REHEARSAL_PARTS = 5
"""One in so many examples is kept out of the rehearsal and calibrated on."""


FEWEST_DOCUMENTS = 5
"""With fewer documents most learnt words would count as learnt nowhere."""
_WINDOW_EXAMPLES = 4_000
MOST_KEPT = 2**26
"""Numbers that a pre-trained encoder puts out and a fit keeps: 256 MiB of them."""


class NothingToLearn(ValueError):
    """There is no labelled cluster edge to train on."""


@dataclass(frozen=True, slots=True)
class Step:
    """One training step: `step` of `steps`, its loss, and the finished tagger at the last step."""

    step: int
    steps: int
    loss: float
    tagger: Tagger | None = None


def fit(
    examples: Sequence[Example],
    config: TaggerConfig,
    *,
    seed: int,
    dev: Sequence[Example] | None = None,
    pretrained: Pretrained | None = None,
    progress: Callable[[Step], None] | None = None,
) -> Tagger:
    """Train to the end and return the tagger; `progress` is called after every step."""
    tagger = None
    for step in train(examples, config, seed=seed, dev=dev, pretrained=pretrained):
        if progress:
            progress(step)
        tagger = step.tagger
    if tagger is None:
        raise RuntimeError("training ended without a tagger")
    return tagger


def train(
    examples: Sequence[Example],
    config: TaggerConfig,
    *,
    seed: int,
    dev: Sequence[Example] | None = None,
    pretrained: Pretrained | None = None,
) -> Iterator[Step]:
    """Train on `examples` by a fixed schedule, yielding every step; the last one carries the tagger.

    `dev` (part of the labels, never the holdout) only calibrates. Without it and with few examples, a network
    trained on four fifths of them is calibrated on the others, and the tagger trained on all takes that over.
    `pretrained` adds an encoder that has read raw text. Seeds the process's torch generator.
    """
    if pretrained is not None:
        config = replace(config, pretrained=pretrained.config)
    examples = [example for example in examples if len(example.cluster_lengths) > 1]
    if not examples:
        raise NothingToLearn("no example has an inner cluster edge")
    calibration, before = Calibration(), 0
    schedule = config
    if len(examples) < config.few:
        schedule = replace(config, learning_rate=config.few_rate * config.learning_rate)
    if not dev and REHEARSAL_PARTS <= len(examples) < config.few:
        kept = [e for i, e in enumerate(examples) if i % REHEARSAL_PARTS]
        for step in _train_networks(kept, replace(schedule, members=1), seed=seed, pretrained=pretrained):
            # each member will take about as many steps again
            yield replace(step, steps=step.steps * (1 + config.members), tagger=None)
            if step.tagger:
                calibration, before = calibrate(step.tagger, examples[::REHEARSAL_PARTS]), step.step
    for step in _train_networks(examples, schedule, seed=seed, pretrained=pretrained):
        tagger = step.tagger
        if tagger:
            tagger = replace(tagger, config=config)
            tagger = tagger.calibrated(calibrate(tagger, dev) if dev else calibration)
        yield replace(step, step=before + step.step, steps=before + step.steps, tagger=tagger)


def _train_networks(
    examples: Sequence[Example],
    config: TaggerConfig,
    *,
    seed: int,
    pretrained: Pretrained | None,
) -> Iterator[Step]:
    """Train every member of the tagger, uncalibrated."""
    features, learnt = _feature_map(examples, config)
    encoded = _encode(features, examples, learnt)
    targets = boundary_labels(examples)
    networks: list[Network] = []
    for member in range(config.members):
        torch.manual_seed(seed * 1000 + member)
        rng = np.random.default_rng([seed, member])
        network = Network(config, n_embeddings=features.size)
        if pretrained is not None and network.pretrained is not None:
            network.pretrained.load_state_dict(pretrained.tensors)
        networks.append(network)
        for step in optimise(network, encoded, targets, config, rng=rng):
            done = Step(member * step.steps + step.step, config.members * step.steps, step.loss)
            if done.step < done.steps:
                yield done
    yield replace(done, tagger=Tagger(config, features, tuple(networks)))


def optimise(
    network: Network, encoded: Encoded, targets: Array, config: TaggerConfig, *, rng: np.random.Generator
) -> Iterator[Step]:
    """Train one network towards `targets` (0 to 1 per cluster row), yielding every step.

    Ends with the weights averaged over the last steps (Izmailov et al. 2018). Dropout draws from torch's
    global generator.
    """
    batches = _batches(encoded.sizes, config, rng)
    groups = _parameter_groups(network, config)
    optimizer = torch.optim.AdamW(groups, weight_decay=config.weight_decay, betas=(0.9, 0.98), fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, [group["lr"] for group in groups], total_steps=len(batches) + 1, pct_start=0.1
    )
    averaging_from = len(batches) - max(1, int(len(batches) * config.average_last))
    average = torch.optim.swa_utils.AveragedModel(network)
    kept = _kept_outputs(network, encoded, config)
    network.train()
    for number, batch in enumerate(batches, start=1):
        loss = _loss(network, encoded, targets, batch, config, kept)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        if number > averaging_from:
            average.update_parameters(network)
        if number == len(batches):
            network.load_state_dict(average.module.state_dict())
            network.eval()
        yield Step(number, len(batches), loss.item())


def _parameter_groups(network: Network, config: TaggerConfig) -> list[dict[str, Any]]:
    encoder, readers = "pretrained.", ("fit_pretrained.", "pretrained_head.")
    named = list(network.named_parameters())
    own = [p for name, p in named if not name.startswith((encoder, *readers))]
    groups: list[dict[str, Any]] = [{"params": own, "lr": config.learning_rate}]
    if network.pretrained is not None:
        read = [p for name, p in named if name.startswith(readers)]
        groups.append({"params": read, "lr": config.learning_rate, "weight_decay": config.pretrained_decay})
        if config.pretrained_rate:
            rate = config.pretrained_rate * config.learning_rate
            groups.append({"params": list(network.pretrained.parameters()), "lr": rate})
    return groups


def evaluate_tagger(tagger: Tagger, examples: Sequence[Example]) -> Counts:
    """Count the tagger's boundaries (probability above one half) against the examples' own."""
    total = Counts()
    predictions = boundary_probabilities(tagger, (e.text for e in examples))
    for example, probabilities in zip(examples, predictions, strict=True):
        predicted = (np.flatnonzero(probabilities > 0.5) + 1).tolist()
        clusters = clusters_from_lengths(example.text, example.cluster_lengths)
        total += count(predicted, example.boundaries, clusters)
    return total


def _feature_map(examples: Sequence[Example], config: TaggerConfig) -> tuple[FeatureMap, LearntFrom]:
    """Return the feature map and where its learnt words come from.

    What has no document is one of its own, and so is everything where there are too few documents to tell.
    """
    names = [example.document for example in examples]
    if len(set(names)) < FEWEST_DOCUMENTS:
        names = [""] * len(examples)
    numbers: dict[str | int, int] = {}
    documents = [numbers.setdefault(name or index, len(numbers)) for index, name in enumerate(names)]
    source: dict[str, int] = {}
    for document, example in zip(documents, examples, strict=True):
        for word in set(example.words()):
            source[word] = document if source.get(word, document) == document else -1
    words = add_list(general_words() if config.dictionaries else no_words(), source)
    only_in = np.array([source.get(word, -1) for word in words.lexicon.words], np.int64)
    return feature_map(words, config), LearntFrom(np.array(documents), only_in)


def _encode(features: FeatureMap, examples: Sequence[Example], learnt: LearntFrom) -> Encoded:
    """Encode window by window: what is needed on the way is several times what comes out."""
    parts = []
    for start in range(0, len(examples), _WINDOW_EXAMPLES):
        window = examples[start : start + _WINDOW_EXAMPLES]
        here = LearntFrom(learnt.documents[start : start + _WINDOW_EXAMPLES], learnt.only_in)
        texts, lengths = [e.text for e in window], [e.cluster_lengths for e in window]
        parts.append(features.encode(texts, lengths, learnt=here))
    sizes = np.concatenate([part.sizes for part in parts])
    return Encoded(
        np.concatenate([part.features for part in parts]),
        np.concatenate([part.ngrams for part in parts]),
        np.concatenate([[0], np.cumsum(sizes)]),
    )


def _batches(sizes: Array, config: TaggerConfig, rng: np.random.Generator) -> list[Array]:
    """Draw the batches of all epochs: texts of similar length together, batches in random order."""
    batches: list[Array] = []
    for _ in range(config.epochs):
        order = np.argsort(sizes * rng.uniform(0.8, 1.25, len(sizes)), kind="stable")
        epoch = list(batches_of_similar_length(sizes, order, area=config.batch_clusters))
        batches += [epoch[i] for i in rng.permutation(len(epoch))]
        if len(batches) >= config.steps:
            break
    return batches[: config.steps]


def _kept_outputs(network: Network, encoded: Encoded, config: TaggerConfig) -> torch.Tensor | None:
    """Return what an encoder that stays as it is puts out for every cluster row: (rows, width).

    None where there is no such encoder, and where that would be more than `MOST_KEPT`: of so much text a fit
    makes few passes, and every step can ask the encoder again.
    """
    if network.pretrained is None or config.pretrained_rate:
        return None
    rows, width = len(encoded.features), network.pretrained.embedding.embedding_dim
    if rows * width > MOST_KEPT:
        return None
    kept = torch.zeros((rows, width))
    by_length = np.argsort(encoded.sizes, kind="stable")
    with torch.no_grad():
        for batch in batches_of_similar_length(encoded.sizes, by_length, area=config.batch_clusters):
            features, _, mask = batch_tensors(encoded, batch)
            kept[encoded.rows(batch)] = network.pretrained(features[:, :N_CHARACTER_COLUMNS], mask)
    return kept


def _loss(
    network: Network,
    encoded: Encoded,
    targets: Array,
    batch: Array,
    config: TaggerConfig,
    kept: torch.Tensor | None,
) -> torch.Tensor:
    features, ngrams, mask = batch_tensors(encoded, batch)
    if config.feature_dropout:
        dropped = torch.rand(features.shape) < config.feature_dropout
        if network.pretrained is not None:
            # it would read another cluster
            dropped[:, :N_CHARACTER_COLUMNS] = False
        features[dropped] = 0
    rows = encoded.rows(batch)
    logits = network(features, ngrams, mask, None if kept is None else kept[rows])
    # the first cluster always starts a token: nothing is decided there
    inner = torch.ones(len(features), dtype=torch.bool)
    inner[np.cumsum(encoded.sizes[batch])[:-1]] = inner[0] = False
    target = torch.from_numpy(targets[rows])
    return functional.binary_cross_entropy_with_logits(logits[inner], target[inner])

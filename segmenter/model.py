"""The character tagger: boundary logits at every grapheme cluster, from features to decision.

Features are summed embeddings (segmenter/data.py); an encoder turns them into one vector a cluster; a linear
head decides about the edge before it. The encoder is replaceable: any module from (batch, length, width) and
a mask to (batch, length, width) fits `ENCODERS`.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from segmenter.data import N_CHARACTER_COLUMNS, Encoded, FeatureMap
from segmenter.lexicon import WordLists
from segmenter.ngrams import NARROW, WIDE, Templates
from segmenter.pretrained import PretrainedEncoder
from segmenter.seq2seq import Seq2SeqConfig

PRETRAINED_REACH = 5
"""Clusters around an edge whose pre-trained outputs speak for the boundary by a weight of their own."""


class UnknownPreset(ValueError):
    """The preset's name is not in PRESETS."""


@dataclass(frozen=True, slots=True)
class TaggerConfig:
    """Shape of the tagger and schedule of its training; equal configs, seeds and data give equal weights."""

    encoder: str = "conv"
    width: int = 48
    dilations: tuple[int, ...] = (1, 2)
    kernel: int = 3
    dropout: float = 0.3
    feature_dropout: float = 0.05
    lattice: bool = True
    """Whether the dictionary's own segmentation is a feature."""
    dictionaries: bool = True
    """Whether the general word lists are read; without them, words are known from the labels alone."""
    templates: Templates = NARROW
    """The n-grams of clusters that have weights."""
    members: int = 1
    """Networks trained from different seeds, whose logits are averaged."""
    steps: int = 800
    """Training steps of a network at most; fewer where `epochs` runs out first."""
    epochs: int = 60
    batch_clusters: int = 1500
    learning_rate: float = 4e-3
    weight_decay: float = 0.02
    average_last: float = 0.3
    """Share of the steps, at the end, over which the weights are averaged."""
    few: int = 1000
    """Fewer sentences than this are few: part of them is first kept out to learn how far the network can be
    trusted, and the learning rate is `few_rate` times the usual one."""
    few_rate: float = 0.5
    pretrained: Seq2SeqConfig | None = None
    """Shape of a pre-trained encoder whose outputs are added to the features; None: there is none."""
    pretrained_rate: float = 0.0
    """The pre-trained weights' learning rate as a share of `learning_rate`; 0 keeps them as they are."""
    pretrained_dropout: float = 0.5
    """Share of the pre-trained encoder's outputs that a training step does not see."""
    pretrained_decay: float = 5.0
    """Weight decay of what reads these outputs, which would else fit few labels by heart."""

    @staticmethod
    def preset(name: str) -> TaggerConfig:
        """Return a named configuration.

        tiny for tests and the demo, replay where a fit must take two seconds, small for projects, base for
        accuracy, committee for strategies that need several opinions, large for whole corpora, fast for a
        distilled student.
        """
        try:
            return PRESETS[name]
        except KeyError:
            raise UnknownPreset(f"preset {name!r} is unknown; known: {', '.join(PRESETS)}") from None

    @staticmethod
    def from_json(values: dict[str, Any]) -> TaggerConfig:
        """Read what `to_json` wrote; an unknown name or a missing one is an error."""
        pretrained = values["pretrained"]
        return TaggerConfig(
            **{
                **values,
                "dilations": tuple(values["dilations"]),
                "templates": Templates.from_json(values["templates"]),
                "pretrained": Seq2SeqConfig(**pretrained) if pretrained else None,
            }
        )

    def to_json(self) -> dict[str, Any]:
        """Return the configuration as plain values."""
        return asdict(self)


PRESETS = {
    "tiny": TaggerConfig(steps=200, epochs=15, lattice=False, few=0),
    "replay": TaggerConfig(
        width=32,
        dilations=(1,),
        lattice=False,
        steps=150,
        epochs=15,
        learning_rate=15e-3,
        few=0,
    ),
    "small": TaggerConfig(steps=400, epochs=20, few_rate=1.0),
    "base": TaggerConfig(templates=WIDE),
    "committee": TaggerConfig(templates=WIDE, members=3),
    "large": TaggerConfig(
        width=96,
        dilations=(1, 2, 4),
        dropout=0.15,
        templates=replace(WIDE, bits=22),
        steps=8_000,
        batch_clusters=4000,
    ),
    "fast": TaggerConfig(
        encoder="none",
        width=32,
        dilations=(),
        dropout=0.0,
        feature_dropout=0.0,
        lattice=False,
        steps=1200,
        few=0,
    ),
}


class ConvEncoder(nn.Module):
    """Residual dilated convolutions over clusters."""

    def __init__(self, config: TaggerConfig) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(
            nn.Conv1d(
                config.width, config.width, config.kernel, dilation=d, padding=d * (config.kernel - 1) // 2
            )
            for d in config.dilations
        )
        self.norms = nn.ModuleList(nn.LayerNorm(config.width) for _ in config.dilations)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Map (batch, length, width) to the same shape; `mask` (batch, length) is False on padding."""
        for conv, norm in zip(self.blocks, self.norms, strict=True):
            # (batch, length, width), padding zeroed so that it looks like the edge of the text
            h = norm(x) * mask[..., None]
            h = conv(h.transpose(1, 2)).transpose(1, 2)
            x = x + self.dropout(functional.relu(h))
        return x


class NoEncoder(nn.Module):
    """Leave every cluster by itself: what lies around it is known from the n-grams alone."""

    def __init__(self, config: TaggerConfig) -> None:
        super().__init__()

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Return `x`, of any shape, cut off below zero."""
        return functional.relu(x)


ENCODERS: dict[str, Callable[[TaggerConfig], nn.Module]] = {"conv": ConvEncoder, "none": NoEncoder}


class Network(nn.Module):
    """Feature rows to boundary logits: an encoder over clusters, plus one weight for every n-gram.

    The n-grams remember what the labels say about single strings (Cheng et al. 2016, wide & deep). What a
    pre-trained encoder puts out is read both ways: with the features, and straight into the logit.
    """

    def __init__(self, config: TaggerConfig, *, n_embeddings: int) -> None:
        super().__init__()
        self.embedding = nn.EmbeddingBag(n_embeddings, config.width, mode="sum")
        nn.init.normal_(self.embedding.weight, std=0.1)
        self.embedding_dropout = nn.Dropout(config.dropout)
        self.encoder = ENCODERS[config.encoder](config)
        self.pretrained: PretrainedEncoder | None = None
        if config.pretrained is not None:
            self.pretrained = PretrainedEncoder(config.pretrained)
            self.pretrained.requires_grad_(config.pretrained_rate > 0)
            self.pretrained_norm = nn.BatchNorm1d(config.pretrained.width, affine=False)
            self.pretrained_dropout = nn.Dropout(config.pretrained_dropout)
            self.fit_pretrained = nn.Linear(config.pretrained.width, config.width)
            self.pretrained_head = nn.Conv1d(config.pretrained.width, 1, PRETRAINED_REACH, padding="same")
            nn.init.zeros_(self.pretrained_head.weight)
        self.looks_around = config.encoder != "none" or self.pretrained is not None
        self.norm = nn.LayerNorm(config.width)
        self.head = nn.Linear(config.width, 1)
        self.ngrams = nn.EmbeddingBag(2**config.templates.bits + 1, 1, mode="sum")
        nn.init.zeros_(self.ngrams.weight)
        # not trained: what the dictionaries say is blended in by as much as helps on labels not trained on
        self.prior = nn.EmbeddingBag(n_embeddings, 1, mode="sum").requires_grad_(False)
        nn.init.zeros_(self.prior.weight)

    def forward(
        self, features: Tensor, ngrams: Tensor, mask: Tensor, encoded: Tensor | None = None
    ) -> Tensor:
        """Map (clusters, n_features) and (clusters, n_templates) to logits (clusters,).

        `mask` (texts, longest) says how the clusters of the texts, end to end, lie in a padded batch.
        `encoded` (clusters, width) is what the pre-trained encoder has put out for them, if that is known.
        """
        x = self.embedding(features)
        wide = self.prior(features) + self.ngrams(ngrams)
        if self.pretrained is not None:
            if encoded is None:
                encoded = self.pretrained(features[:, :N_CHARACTER_COLUMNS], mask)
            read = self.pretrained_dropout(self.pretrained_norm(encoded))
            x = x + self.fit_pretrained(read)
            around = self.pretrained_head(_padded(read, mask).transpose(1, 2))
            wide = wide + around.transpose(1, 2)[mask]
        x = self.embedding_dropout(x)
        if self.looks_around:
            x = self.encoder(_padded(x, mask), mask)[mask]
        else:
            x = self.encoder(x, mask)
        logits: Tensor = (self.head(self.norm(x)) + wide).squeeze(-1)
        return logits


def _padded(x: Tensor, mask: Tensor) -> Tensor:
    """Lay rows (clusters, width), texts end to end, into (texts, longest, width); zeros are padding."""
    padded = torch.zeros((*mask.shape, x.shape[-1]))
    padded[mask] = x
    return padded


@dataclass(frozen=True, slots=True)
class Calibration:
    """How logits become probabilities: plus `prior` times the dictionaries' logit, over `temperature`."""

    temperature: float = 1.0
    prior: float = 0.0


@dataclass(frozen=True, slots=True)
class Tagger:
    """Trained networks with their features, and the temperature that calibrates their mean logit."""

    config: TaggerConfig
    features: FeatureMap
    networks: tuple[Network, ...]
    temperature: float = 1.0

    def calibrated(self, calibration: Calibration) -> Tagger:
        """Return the same tagger with the dictionaries' share and the temperature replaced by these."""
        prior = torch.from_numpy(calibration.prior * self.features.lattice_logits())[:, None]
        networks = tuple(copy.deepcopy(network) for network in self.networks)
        for network in networks:
            network.prior.weight.data = prior.clone()
        return replace(self, networks=networks, temperature=calibration.temperature)


def feature_map(words: WordLists, config: TaggerConfig) -> FeatureMap:
    """Return the feature map that a network of this configuration reads."""
    return FeatureMap(words, lattice=config.lattice, templates=config.templates)


def batch_tensors(encoded: Encoded, texts: Any) -> tuple[Tensor, Tensor, Tensor]:
    """Return features, n-grams and mask of the chosen texts, as `Network.forward` wants them."""
    rows = encoded.rows(texts)
    sizes = torch.from_numpy(encoded.sizes[texts])
    mask = torch.arange(int(sizes.max()))[None] < sizes[:, None]
    return torch.from_numpy(encoded.features[rows]), torch.from_numpy(encoded.ngrams[rows]), mask

"""The encoder of a pre-training run, as a part of the tagger's network."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from segmenter.data import N_CHARACTERS
from segmenter.seq2seq import Seq2SeqConfig, Stack
from segmenter.symbols import CLUSTER_SPECIAL, FIRST_CLUSTER, symbols_of_characters


@dataclass(frozen=True, slots=True)
class Pretrained:
    """Shape and weights of an encoder that has read raw text; `tensors` are a PretrainedEncoder's."""

    config: Seq2SeqConfig
    tensors: dict[str, Tensor]


class PretrainedEncoder(nn.Module):
    """Reads the characters of clusters and returns what the encoder makes of them in their text."""

    known: Tensor
    column_offsets: Tensor

    def __init__(self, config: Seq2SeqConfig) -> None:
        super().__init__()
        self.embedding = nn.Embedding(config.vocabulary, config.width)
        self.encoder = Stack(config, layers=config.encoder_layers, crosses=False)
        self.register_buffer("known", torch.zeros(config.vocabulary - FIRST_CLUSTER, dtype=torch.int32))
        self.register_buffer(
            "column_offsets", torch.arange(3, dtype=torch.int32) * N_CHARACTERS, persistent=False
        )

    def forward(self, features: Tensor, mask: Tensor) -> Tensor:
        """Map the first three columns of feature rows (clusters, 3) to (clusters, width).

        `mask` (texts, longest) says how the clusters of the texts, end to end, lie in a padded batch.
        """
        padded = torch.full(mask.shape, CLUSTER_SPECIAL.pad, device=mask.device)
        padded[mask] = self.symbols(features)
        return self.read(padded, mask)[mask]

    def symbols(self, features: Tensor) -> Tensor:
        """Return the symbols (…) of the first three columns of feature rows (…, 3)."""
        return symbols_of_characters(features - self.column_offsets, self.known)

    def read(self, symbols: Tensor, mask: Tensor) -> Tensor:
        """Map symbols (texts, longest) to (texts, longest, width), anything where `mask` is False."""
        encoded: Tensor = self.encoder(self.embedding(symbols), mask=mask)
        return encoded

"""A small encoder–decoder in the manner of T5: pre-norm, relative positions, no biases, tied embeddings.

Raffel et al. 2020, arXiv 1910.10683. There is no dropout: pre-training passes over its text about once.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

LOCAL_REACH = 8.0
"""From this far on, all distances begin equally unlikely to be read."""


@dataclass(frozen=True, slots=True)
class Seq2SeqConfig:
    """Shape of the encoder–decoder; `hidden` is the inner width of the feed-forward blocks."""

    vocabulary: int = 1024
    width: int = 128
    heads: int = 4
    hidden: int = 384
    encoder_layers: int = 3
    decoder_layers: int = 1
    position_buckets: int = 32
    furthest: int = 128
    """Distances from here on share a bucket."""

    def to_json(self) -> dict[str, Any]:
        """Return the configuration as plain values."""
        return asdict(self)


class Reader(nn.Module):
    """What pre-training needs of an encoder–decoder; inputs and outputs share the table `embedding`."""

    embedding: nn.Embedding

    def encode(self, ids: Tensor) -> Tensor:
        """Map (rows, length) ids without padding to (rows, length, width)."""
        raise NotImplementedError

    def decode(self, ids: Tensor, encoded: Tensor) -> Tensor:
        """Map decoder inputs (rows, steps) to logits (rows, steps, vocabulary) of the symbols that follow."""
        raise NotImplementedError


class RelativeBias(nn.Module):
    """What the distance between two places adds to their attention, for each head; shared by all layers."""

    def __init__(self, config: Seq2SeqConfig, *, both_ways: bool) -> None:
        super().__init__()
        self.both_ways, self.furthest = both_ways, config.furthest
        self.bias = nn.Embedding(config.position_buckets, config.heads)
        # every head begins by reading one neighbour: an encoder that mixes nothing at first gives the decoder
        # nothing to read, and the decoder then learns for thousands of steps to do without it
        beginning = torch.stack([self._near(place) for place in self._neighbours(config.heads)], dim=1)
        self.bias.weight.data.copy_(beginning)

    def forward(self, length: int) -> Tensor:
        """Return (1, heads, length, length); a decoder's is minus infinity towards later places."""
        place = torch.arange(length, device=self.bias.weight.device)
        distance = place[None] - place[:, None]
        bias = self.bias(self._bucket(distance)).permute(2, 0, 1)[None]
        if not self.both_ways:
            bias = bias.masked_fill(distance > 0, -math.inf)
        return bias

    def _neighbours(self, heads: int) -> list[int]:
        """Return where each head first looks: 1 before, 1 after, 2 before …; a decoder's 0, 1, 2 before."""
        if not self.both_ways:
            return [-head for head in range(heads)]
        return [(head // 2 + 1) * (1 if head % 2 else -1) for head in range(heads)]

    def _near(self, place: int) -> Tensor:
        """Return (buckets,) that fall with the distance from a neighbour, at most by `LOCAL_REACH`."""
        distance = torch.arange(-self.furthest, self.furthest + 1)
        bucket, away = self._bucket(distance), (distance - place).abs().clamp(max=LOCAL_REACH).float()
        buckets = torch.arange(self.bias.num_embeddings)
        nearest = torch.where(bucket[None] == buckets[:, None], away[None], LOCAL_REACH).amin(1)
        return -nearest

    def _bucket(self, distance: Tensor) -> Tensor:
        """Half of the buckets are single distances, the others widen logarithmically up to `furthest`."""
        buckets = self.bias.num_embeddings
        later = torch.zeros_like(distance)
        if self.both_ways:
            buckets //= 2
            later = (distance > 0) * buckets
        far = distance.abs() if self.both_ways else (-distance).clamp(min=0)
        exact = buckets // 2
        wide = torch.log(far.clamp(min=1) / exact) / math.log(self.furthest / exact) * (buckets - exact)
        return later + torch.where(far < exact, far, (exact + wide.long()).clamp(max=buckets - 1))


class Norm(nn.RMSNorm):
    """Root mean square norm that leaves its input's precision as it is."""

    def forward(self, x: Tensor) -> Tensor:
        """Map (…, width) to the same shape."""
        # written out, since ONNX of the exported package's version has no such operator
        size = x.square().mean(-1, keepdim=True) + torch.finfo(x.dtype).eps
        return x * size.rsqrt() * self.weight.to(x.dtype)


class Attention(nn.Module):
    """Attention with several heads; the queries' row may differ from that of keys and values."""

    def __init__(self, config: Seq2SeqConfig) -> None:
        super().__init__()
        self.heads = config.heads
        self.query = _linear(config.width, config.width)
        self.key_value = _linear(config.width, 2 * config.width)
        self.out = _linear(config.width, config.width)

    def forward(self, x: Tensor, source: Tensor, bias: Tensor | None) -> Tensor:
        """Map x (rows, m, width), source (rows, n, width) to (rows, m, width); bias (rows, heads, m, n)."""
        query = self.query(x).unflatten(-1, (self.heads, -1)).transpose(1, 2)
        key_value = self.key_value(source).unflatten(-1, (2 * self.heads, -1)).transpose(1, 2)
        key, value = key_value.chunk(2, dim=1)
        scores = query @ key.transpose(-1, -2) * query.shape[-1] ** -0.5
        if bias is not None:
            scores = scores + bias
        mixed: Tensor = self.out((scores.softmax(-1) @ value).transpose(1, 2).flatten(2))
        return mixed


class FeedForward(nn.Module):
    """Two linear maps with a rectifier between them."""

    def __init__(self, config: Seq2SeqConfig) -> None:
        super().__init__()
        self.inner = _linear(config.width, config.hidden)
        self.outer = _linear(config.hidden, config.width)

    def forward(self, x: Tensor) -> Tensor:
        """Map (…, width) to the same shape."""
        mapped: Tensor = self.outer(functional.relu(self.inner(x)))
        return mapped


class Layer(nn.Module):
    """Self-attention, in a decoder attention to the encoder, feed-forward: each normed before and added."""

    def __init__(self, config: Seq2SeqConfig, *, crosses: bool) -> None:
        super().__init__()
        self.attention_norm = Norm(config.width)
        self.attention = Attention(config)
        if crosses:
            self.cross_norm = Norm(config.width)
            self.cross = Attention(config)
        self.feed_norm = Norm(config.width)
        self.feed = FeedForward(config)

    def forward(self, x: Tensor, bias: Tensor, encoded: Tensor | None = None) -> Tensor:
        """Map (rows, length, width) to the same shape."""
        normed = self.attention_norm(x)
        x = x + self.attention(normed, normed, bias)
        if encoded is not None:
            x = x + self.cross(self.cross_norm(x), encoded, None)
        fed: Tensor = x + self.feed(self.feed_norm(x))
        return fed


class Stack(nn.Module):
    """Layers that share one relative bias, and a last norm: an encoder, or a decoder where it `crosses`."""

    def __init__(self, config: Seq2SeqConfig, *, layers: int, crosses: bool) -> None:
        super().__init__()
        self.bias = RelativeBias(config, both_ways=not crosses)
        self.layers = nn.ModuleList(Layer(config, crosses=crosses) for _ in range(layers))
        self.norm = Norm(config.width)

    def forward(self, x: Tensor, encoded: Tensor | None = None, mask: Tensor | None = None) -> Tensor:
        """Map (rows, length, width) to the same shape; `mask` (rows, length) is False on padding."""
        bias = self.bias(x.shape[1])
        if mask is not None:
            bias = bias.masked_fill(~mask[:, None, None], -math.inf)
        for layer in self.layers:
            x = layer(x, bias, encoded)
        normed: Tensor = self.norm(x)
        return normed


class Seq2Seq(Reader):
    """Embedding, encoder and decoder of one configuration."""

    def __init__(self, config: Seq2SeqConfig) -> None:
        super().__init__()
        self.embedding = nn.Embedding(config.vocabulary, config.width)
        # smaller than T5's 1: the first few hundred steps, which may be all, go down faster
        nn.init.normal_(self.embedding.weight, std=0.3)
        self.encoder = Stack(config, layers=config.encoder_layers, crosses=False)
        self.decoder = Stack(config, layers=config.decoder_layers, crosses=True)

    def encode(self, ids: Tensor) -> Tensor:
        """Map (rows, length) ids without padding to (rows, length, width)."""
        encoded: Tensor = self.encoder(self.embedding(ids))
        return encoded

    def decode(self, ids: Tensor, encoded: Tensor) -> Tensor:
        """Map decoder inputs (rows, steps) to logits (rows, steps, vocabulary) of the symbols that follow."""
        return tied_logits(self.decoder(self.embedding(ids), encoded), self.embedding)


class Generator(nn.Module):
    """A narrower encoder that guesses masked symbols; it reads and writes the main model's embedding."""

    def __init__(self, config: Seq2SeqConfig, *, embedding_width: int) -> None:
        super().__init__()
        self.narrow = _linear(embedding_width, config.width)
        self.encoder = Stack(config, layers=config.encoder_layers, crosses=False)
        self.widen = _linear(config.width, embedding_width)

    def forward(self, ids: Tensor, masks: Tensor, embedding: nn.Embedding) -> Tensor:
        """Return logits (masked places, vocabulary) at the places where `masks` (rows, length) is True."""
        encoded = self.encoder(self.narrow(embedding(ids)))
        return tied_logits(self.widen(encoded[masks]), embedding)


def detection_head(width: int) -> nn.Module:
    """Return the head that says of each encoder output (…, width) whether its symbol was replaced: (…, 1)."""
    return nn.Sequential(_linear(width, width), nn.GELU(), nn.Linear(width, 1))


def tied_logits(x: Tensor, embedding: nn.Embedding) -> Tensor:
    """Return x (…, width) against the embedding table, scaled as its unit variance asks for."""
    return functional.linear(x, embedding.weight) * x.shape[-1] ** -0.5


def _linear(inputs: int, outputs: int) -> nn.Linear:
    linear = nn.Linear(inputs, outputs, bias=False)
    nn.init.normal_(linear.weight, std=inputs**-0.5)
    return linear

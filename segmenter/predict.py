"""Boundary probabilities and segmentations of many texts, in input order, with flat memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice, pairwise
from typing import Any

import numpy as np
import torch
from scipy import special

from segmenter.data import Encoded, batches_of_similar_length
from segmenter.model import Network, Tagger, batch_tensors
from segmenter.text import cluster_lengths, clusters_from_lengths, tokens

Probabilities = np.ndarray[Any, np.dtype[np.float32]]

BATCH_CHARACTERS = 16_000
WINDOW_TEXTS = 512
"""Texts read ahead, so that texts of similar length can share a batch."""


def boundary_probabilities(
    tagger: Tagger, texts: Iterable[str], *, batch_characters: int = BATCH_CHARACTERS
) -> Iterator[Probabilities]:
    """Yield, for each text in order, float32 per cluster edge: entry i is P(a token starts at cluster i + 1).

    A text of n clusters gives n − 1 values, an empty one none. `batch_characters` bounds a batch's padded
    area. Reads the texts in windows, so a stream of any length takes the same memory.
    """
    stream = iter(texts)
    while window := list(islice(stream, WINDOW_TEXTS)):
        yield from _window_probabilities(tagger, window, batch_characters)


def segment(tagger: Tagger, text: str) -> list[str]:
    """Return the tokens of `text`, cut where the probability is above one half."""
    lengths = cluster_lengths(text)
    probabilities = next(boundary_probabilities(tagger, [text]))
    boundaries = (np.flatnonzero(probabilities > 0.5) + 1).tolist()
    return tokens(clusters_from_lengths(text, lengths), boundaries)


def committee_probabilities(
    tagger: Tagger, texts: Iterable[str], *, dropout_samples: int = 0, seed: int = 0
) -> Iterator[Probabilities]:
    """Yield, for each text in order, (members, edges) float32: what each member of a committee thinks.

    The committee are the tagger's networks, or `dropout_samples` draws with dropout switched on
    (Gal & Ghahramani 2016), which seeds the process's torch generator.
    """
    torch.manual_seed(seed)
    stream = iter(texts)
    while window := list(islice(stream, WINDOW_TEXTS)):
        encoded = _encode(tagger, window)
        if dropout_samples:
            voters = [tagger.networks[i % len(tagger.networks)] for i in range(dropout_samples)]
        else:
            voters = list(tagger.networks)
        votes = [
            _sigmoid(_network_logits(voter, encoded, BATCH_CHARACTERS, dropout=dropout_samples > 0), tagger)
            for voter in voters
        ]
        yield from _inner(encoded, np.stack(votes))


def _window_probabilities(tagger: Tagger, texts: list[str], batch_characters: int) -> Iterator[Probabilities]:
    encoded = _encode(tagger, texts)
    return _inner(encoded, _sigmoid(mean_logits(tagger, encoded, batch_characters), tagger))


def mean_logits(tagger: Tagger, encoded: Encoded, batch_characters: int = BATCH_CHARACTERS) -> Probabilities:
    """Return the networks' mean logit of every cluster row, before the temperature."""
    logits = [_network_logits(network, encoded, batch_characters) for network in tagger.networks]
    mean: Probabilities = np.mean(logits, axis=0)
    return mean


def _encode(tagger: Tagger, texts: list[str]) -> Encoded:
    return tagger.features.encode(texts, [cluster_lengths(text) for text in texts])


def _network_logits(
    network: Network, encoded: Encoded, batch_characters: int, *, dropout: bool = False
) -> Probabilities:
    """Return the logit of every cluster row."""
    network.train(dropout)
    with torch.inference_mode():
        parts = _in_context if network.looks_around else _row_by_row
        logits = parts(network, encoded, batch_characters)
    network.eval()
    return logits


def _in_context(network: Network, encoded: Encoded, batch_characters: int) -> Probabilities:
    """Run whole texts in batches of similar length."""
    logits = np.zeros(int(encoded.offsets[-1]), np.float32)
    by_length = np.argsort(encoded.sizes, kind="stable")
    todo = by_length[encoded.sizes[by_length] > 1]
    for batch in batches_of_similar_length(encoded.sizes, todo, area=batch_characters):
        logits[encoded.rows(batch)] = network(*batch_tensors(encoded, batch)).numpy()
    return logits


def _row_by_row(network: Network, encoded: Encoded, batch_characters: int) -> Probabilities:
    """Run a network that needs no neighbours over all rows, without sorting or padding texts."""
    features, ngrams = torch.from_numpy(encoded.features), torch.from_numpy(encoded.ngrams)
    no_mask = torch.zeros((0, 0), dtype=torch.bool)
    logits = np.zeros(len(features), np.float32)
    for start in range(0, len(logits), batch_characters):
        rows = slice(start, start + batch_characters)
        logits[rows] = network(features[rows], ngrams[rows], no_mask).numpy()
    return logits


def _sigmoid(logits: Probabilities, tagger: Tagger) -> Probabilities:
    probabilities: Probabilities = special.expit(logits / np.float32(tagger.temperature))
    return probabilities


def _inner(encoded: Encoded, rows: Probabilities) -> Iterator[Probabilities]:
    """Cut the last axis, rows of all texts, into the inner edges of each."""
    for start, end in pairwise(encoded.offsets.tolist()):
        yield rows[..., start + 1 : end].copy()

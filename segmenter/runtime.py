"""An exported model at work: numpy and ONNX Runtime, no torch.

`segmenter/export.py` copies this module, and those of the segmenter that it imports, into the package it
writes. So they may import nothing but numpy, regex, ONNX Runtime, the standard library and one another.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import islice, pairwise
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

from segmenter.data import FeatureMap, batches_of_similar_length
from segmenter.lexicon import Lexicon, WordLists
from segmenter.ngrams import Templates
from segmenter.text import cluster_lengths, clusters_from_lengths, tokens

FORMAT = 1
GRAPH, DESCRIPTION = "model.onnx", "model.json"
WINDOW_TEXTS = 512
BATCH_CLUSTERS = 16_000


class Model:
    """Segments texts with an exported model; one thread."""

    def __init__(self, folder: Path | str) -> None:
        folder = Path(folder)
        description = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))
        if description["format"] != FORMAT:
            raise ValueError(f"{folder} has format {description['format']}; this version reads {FORMAT}")
        self.features = read_features(description)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            folder / GRAPH, options, providers=["CPUExecutionProvider"]
        )

    def segment(self, text: str) -> list[str]:
        """Return the words of `text`, white space included; joined they are the text exactly.

        Raises ClusterTooLong where more than 255 code points make up one character as readers see it.
        """
        return next(self.segment_all([text]))

    def segment_all(self, texts: Iterable[str]) -> Iterator[list[str]]:
        """Yield the words of each text in order; reads windows of texts, so that any stream fits."""
        stream = iter(texts)
        while window := list(islice(stream, WINDOW_TEXTS)):
            lengths = [cluster_lengths(text) for text in window]
            probabilities = self.boundary_probabilities(window, lengths)
            for text, sizes, edges in zip(window, lengths, probabilities, strict=True):
                yield tokens(clusters_from_lengths(text, sizes), (np.flatnonzero(edges > 0.5) + 1).tolist())

    def boundary_probabilities(self, texts: list[str], lengths: list[bytes]) -> list[np.ndarray[Any, Any]]:
        """Return float32 per inner edge of each text: entry i is P(a word starts at cluster i + 1)."""
        encoded = self.features.encode(texts, lengths)
        rows = np.zeros(int(encoded.offsets[-1]), np.float32)
        by_length = np.argsort(encoded.sizes, kind="stable")
        todo = by_length[encoded.sizes[by_length] > 1]
        for batch in batches_of_similar_length(encoded.sizes, todo, area=BATCH_CLUSTERS):
            sizes = encoded.sizes[batch]
            mask = np.arange(int(sizes.max())) < sizes[:, None]
            features = np.zeros((*mask.shape, encoded.features.shape[1]), np.int32)
            ngrams = np.zeros((*mask.shape, encoded.ngrams.shape[1]), np.int32)
            here = encoded.rows(batch)
            features[mask], ngrams[mask] = encoded.features[here], encoded.ngrams[here]
            feed = {"features": features, "ngrams": ngrams, "mask": mask}
            rows[here] = self._session.run(None, feed)[0][mask]
        return [rows[start + 1 : end] for start, end in pairwise(encoded.offsets.tolist())]


def describe_features(features: FeatureMap) -> dict[str, Any]:
    """Return what `read_features` needs, as JSON: every word with the lists it is in and how common it is."""
    words = features.words
    lists = words.member @ (1 << np.arange(words.member.shape[1]))
    return {
        "lattice": features.lattice,
        "templates": features.templates.to_json(),
        "lists": words.member.shape[1],
        "words": list(words.lexicon.words),
        "member": lists.tolist(),
        "log_probability": [
            [round(value, 6) if isfinite(value) else None for value in lattice]
            for lattice in words.log_probability.T.astype(float).tolist()
        ],
    }


def read_features(description: dict[str, Any]) -> FeatureMap:
    """Return the feature map that `describe_features` described."""
    lexicon = Lexicon(description["words"])
    if len(lexicon) != len(description["words"]):
        raise ValueError("the model's words are not unique or cannot be matched")
    member = np.array(description["member"], np.int64)[:, None] >> np.arange(description["lists"]) & 1
    # what is in no lattice's dictionary was written as null, which reads as not a number
    lattices = np.array(description["log_probability"], np.float32)
    log_probability = np.where(np.isnan(lattices), np.float32(-np.inf), lattices).T
    return FeatureMap(
        WordLists(lexicon, member.astype(bool), log_probability),
        lattice=description["lattice"],
        templates=Templates.from_json(description["templates"]),
    )

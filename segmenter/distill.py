"""A small, fast student that copies a tagger's probabilities (Hinton et al. 2015), for scoring whole pools.

The student sees the teacher's word lists but no lattice, and one cluster's features at a time besides the
n-grams around the edge; its knowledge of context lies in the n-gram weights.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import torch

from segmenter.model import Network, Tagger, TaggerConfig, feature_map
from segmenter.predict import boundary_probabilities
from segmenter.text import cluster_lengths
from segmenter.train import NothingToLearn, Step, optimise


def distil(teacher: Tagger, texts: Sequence[str], config: TaggerConfig, *, seed: int) -> Iterator[Step]:
    """Train a student on what `teacher` thinks of `texts`, yielding every step; the last has the student.

    Unlabelled text is enough, and the more of the pool it comes from, the closer the student.
    """
    texts = [text for text in texts if len(text) > 1]
    if not texts:
        raise NothingToLearn("there is no text to distil from")
    lengths = [cluster_lengths(text) for text in texts]
    features = feature_map(teacher.features.words, config)
    encoded = features.encode(texts, lengths)
    probabilities = boundary_probabilities(teacher, texts)
    first = np.zeros(1, np.float32)
    targets = np.concatenate([part for edges in probabilities for part in (first, edges)])
    torch.manual_seed(seed)
    network = Network(config, n_embeddings=features.size)
    for step in optimise(network, encoded, targets, config, rng=np.random.default_rng(seed)):
        finished = step.step == step.steps
        yield replace(step, tagger=Tagger(config, features, (network,))) if finished else step

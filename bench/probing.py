"""What a pre-trained encoder says about word boundaries by itself: a linear probe of its outputs.

    python bench/probing.py ENCODER --folder FOLDER --labels 100 400 --json

ENCODER is a folder of the home of bench/pretraining.py. The encoder's outputs at two clusters on either side
of a cluster edge are given to a logistic regression; so are those of the same encoder before it had read
anything. What the first has over the second is what reading brought; where it has less, the decoder has
learnt to do without its encoder. Boundary F1 on sentences held out by the seed.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

# ruff: noqa: E402 (the repository is put on the path first, so that the file runs as a script)
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.report import Report
from bench.standing import say
from segmenter.benchmark import hold_out
from segmenter.corpora import read_gold
from segmenter.data import N_CHARACTER_COLUMNS, Example, FeatureMap, boundary_labels
from segmenter.lexicon import general_words
from segmenter.model import TaggerConfig, batch_tensors, feature_map
from segmenter.pretrain_files import load_pretrained
from segmenter.pretrained import PretrainedEncoder

Array = np.ndarray[Any, np.dtype[Any]]
# Clusters before and after the edge that the probe looks at.
AROUND = (-2, -1, 0, 1)
TEXTS_AT_ONCE = 16


def main() -> int:
    """Probe both encoders with every number of labels, and print the closing line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("encoder", type=Path)
    parser.add_argument("--folder", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--corpus", default="tud")
    parser.add_argument("--labels", type=int, nargs="+", default=[100, 400])
    parser.add_argument("--test-sentences", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true", help="accepted; the closing line is always JSON")
    options = parser.parse_args()
    gold = list(read_gold(options.folder / f"{options.corpus}.jsonl.gz"))
    pool, test = hold_out(gold, test_sentences=options.test_sentences, seed=options.seed)
    report = Report(seed=options.seed)
    features = feature_map(general_words(), TaggerConfig())
    for name, encoder in _encoders(options.encoder, seed=options.seed).items():
        unseen = _outputs(encoder, [sentence.example for sentence in test], features)
        for labels in options.labels:
            seen = _outputs(encoder, [sentence.example for sentence in pool[:labels]], features)
            figure = round(100 * _probe(seen, unseen), 2)
            report.figures[f"{name} {options.corpus}-{labels} boundary F1"] = figure
            say(f"{name}, {labels} labels: {figure}")
    print(report.line())
    return 0


def _encoders(folder: Path, *, seed: int) -> dict[str, PretrainedEncoder]:
    """Return the encoder of a run, and the same before its first step."""
    kept = load_pretrained(folder)
    torch.manual_seed(seed)
    unread, read = PretrainedEncoder(kept.config).eval(), PretrainedEncoder(kept.config).eval()
    read.load_state_dict(kept.tensors)
    unread.known.copy_(read.known)
    return {"unread": unread, "read": read}


@torch.no_grad()
def _outputs(
    encoder: PretrainedEncoder, examples: Sequence[Example], features: FeatureMap
) -> tuple[Array, Array]:
    """Return what is put out around every inner edge (edges, 4 × width), and the edges' labels."""
    rows, labels = [], []
    for start in range(0, len(examples), TEXTS_AT_ONCE):
        part = examples[start : start + TEXTS_AT_ONCE]
        sizes = [len(example.cluster_lengths) for example in part]
        encoded = features.encode([e.text for e in part], [e.cluster_lengths for e in part])
        columns, _, mask = batch_tensors(encoded, np.arange(len(part)))
        outputs = encoder(columns[:, :N_CHARACTER_COLUMNS], mask).numpy()
        for one in np.split(outputs, np.cumsum(sizes)[:-1]):
            places = np.arange(1, len(one))[:, None] + AROUND
            rows.append(one[places.clip(0, len(one) - 1)].reshape(len(places), -1))
        firsts = np.cumsum([0, *sizes[:-1]])
        labels.append(np.delete(boundary_labels(part), firsts))
    return np.concatenate(rows), np.concatenate(labels)


def _probe(seen: tuple[Array, Array], unseen: tuple[Array, Array]) -> float:
    """Return the boundary F1 of a logistic regression fitted on the one and tried on the other."""
    probe = make_pipeline(StandardScaler(), LogisticRegression(C=0.01, max_iter=1000))
    probe.fit(*seen)
    return float(f1_score(unseen[1], probe.predict(unseen[0])))


if __name__ == "__main__":
    sys.exit(main())

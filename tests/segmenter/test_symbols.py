"""Clusters as symbols, raw text files, and what is kept out of them."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
import torch

from segmenter.data import cluster_characters
from segmenter.overlap import without_overlap
from segmenter.symbols import (
    FIRST_CLUSTER,
    UNKNOWN,
    TooLittleText,
    read_clusters,
    read_texts,
    symbols_of_characters,
)
from segmenter.text import cluster_lengths


def test_frequent_clusters_get_symbols_the_rest_is_unknown_and_texts_end() -> None:
    text, known = read_clusters(["กากิ", "กา", "ก็"], vocabulary=FIRST_CLUSTER + 2)
    # ก twice, า twice; the clusters กิ and ก็ once each
    assert len(known) == 2
    first, second = FIRST_CLUSTER, FIRST_CLUSTER + 1
    assert text.symbols.tolist() == [first, second, UNKNOWN, 1, first, second, 1, UNKNOWN, 1]


def test_the_tagger_reads_the_symbols_that_pre_training_read() -> None:
    texts = ["น้ำท่วมที่ ABC 12 😀", "ກຂ"]
    text, known = read_clusters(texts, vocabulary=FIRST_CLUSTER + 9)
    characters = torch.from_numpy(cluster_characters(texts, [cluster_lengths(t) for t in texts]))
    assert symbols_of_characters(characters, torch.from_numpy(known)).tolist() == [
        symbol for symbol in text.symbols.tolist() if symbol != text.special.eos
    ]


def test_a_small_text_leaves_symbols_over() -> None:
    text, known = read_clusters(["กข"], vocabulary=FIRST_CLUSTER + 5)
    assert (known == -1).sum() == 3
    assert UNKNOWN not in text.symbols


def test_too_little_text_is_said() -> None:
    text, _ = read_clusters(["กข"], vocabulary=FIRST_CLUSTER + 5)
    with pytest.raises(TooLittleText, match="3 symbols of raw text are too few for rows of 20"):
        text.training_rows(1, 20, rng=np.random.default_rng(0))


def test_texts_are_read_from_lines_and_from_json(tmp_path: Path) -> None:
    plain, packed = tmp_path / "a.txt", tmp_path / "b.jsonl.gz"
    plain.write_text("หนึ่ง\n\nสอง\n", encoding="utf-8")
    with gzip.open(packed, "wt", encoding="utf-8") as file:
        file.write(json.dumps({"text": "สาม"}) + "\n" + json.dumps({"text": ""}) + "\n")
    assert [*read_texts(plain), *read_texts(packed)] == ["หนึ่ง", "สอง", "สาม"]


def test_texts_that_share_a_stretch_with_held_out_ones_are_left_out() -> None:
    held_out = ["abcdefghij", "xy"]
    texts = ["..abcd..", "..abc..", "bcde", " xy ", "xyz", "zefghz"]
    assert list(without_overlap(texts, held_out, stretch=4)) == ["..abc..", "bcde", "xyz"]

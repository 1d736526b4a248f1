"""Pre-training of a T5 of the transformers library on the symbols of any of its tokenizers.

Needs the packages of requirements-t5.txt. Nothing is downloaded: tokenizer and configuration are local files.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor
from transformers import AutoTokenizer, PreTrainedTokenizerBase, T5Config, T5ForConditionalGeneration

from segmenter.corruption import SpecialIds
from segmenter.seq2seq import Reader
from segmenter.symbols import SENTINELS, RawText

TEXTS_AT_ONCE = 1000


class T5Reader(Reader):
    """A T5 for conditional generation with tied embeddings, seen as encoder and decoder."""

    def __init__(self, config: T5Config) -> None:
        super().__init__()
        self.model = T5ForConditionalGeneration(config)
        self.embedding = self.model.shared

    def encode(self, ids: Tensor) -> Tensor:
        """Map (rows, length) ids without padding to (rows, length, width)."""
        encoded: Tensor = self.model.encoder(input_ids=ids).last_hidden_state
        return encoded

    def decode(self, ids: Tensor, encoded: Tensor) -> Tensor:
        """Map decoder inputs (rows, steps) to logits (rows, steps, vocabulary) of the symbols that follow."""
        logits: Tensor = self.model(decoder_input_ids=ids, encoder_outputs=(encoded,), use_cache=False).logits
        return logits


def load_tokenizer(folder: Path) -> PreTrainedTokenizerBase:
    """Read a tokenizer from a local folder."""
    return AutoTokenizer.from_pretrained(folder, local_files_only=True)


def special_ids(tokenizer: PreTrainedTokenizerBase) -> SpecialIds:
    """Return the tokenizer's padding, end and sentinels (`<extra_id_0>` …), and its mask.

    What it lacks is added to the tokenizer.
    """
    sentinels = [f"<extra_id_{number}>" for number in range(SENTINELS)]
    tokenizer.add_special_tokens(
        {
            "pad_token": tokenizer.pad_token or "<pad>",
            "eos_token": tokenizer.eos_token or "</s>",
            "mask_token": tokenizer.mask_token or "<mask>",
        }
    )
    tokenizer.add_tokens(sentinels, special_tokens=True)
    return SpecialIds(
        pad=tokenizer.pad_token_id,
        eos=tokenizer.eos_token_id,
        mask=tokenizer.mask_token_id,
        sentinels=tuple(tokenizer.get_vocab()[token] for token in sentinels),
    )


def tokenize(texts: Iterable[str], tokenizer: PreTrainedTokenizerBase) -> RawText:
    """Return the texts as symbols of the tokenizer, an end symbol after each."""
    special = special_ids(tokenizer)
    parts = []
    stream = iter(texts)
    while some := list(islice(stream, TEXTS_AT_ONCE)):
        for ids in tokenizer(some, add_special_tokens=False)["input_ids"]:
            parts.append(np.array([*ids, special.eos], np.int32))
    return RawText(np.concatenate(parts) if parts else np.empty(0, np.int32), special)


def t5_config(values: dict[str, Any], tokenizer: PreTrainedTokenizerBase) -> T5Config:
    """Return a T5's configuration from its JSON, with the tokenizer's vocabulary and special symbols."""
    special = special_ids(tokenizer)
    return T5Config(
        **{
            **values,
            "vocab_size": len(tokenizer),
            "pad_token_id": special.pad,
            "eos_token_id": special.eos,
            "decoder_start_token_id": special.pad,
            "tie_word_embeddings": True,
        }
    )

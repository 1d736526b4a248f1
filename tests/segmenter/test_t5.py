"""Pre-training of a T5 of the transformers library on a subword tokenizer trained here."""

import json
from pathlib import Path

import pytest

from segmenter.__main__ import main
from segmenter.data import Example

transformers = pytest.importorskip("transformers", reason="needs the packages of requirements-t5.txt")

SMALL = {"d_model": 16, "d_kv": 8, "d_ff": 24, "num_layers": 1, "num_heads": 2, "dropout_rate": 0.0}


@pytest.fixture
def tokenizer(examples: list[Example], tmp_path: Path) -> Path:
    from tokenizers import Tokenizer, models, trainers

    subwords = Tokenizer(models.BPE(unk_token="<unk>"))
    trainer = trainers.BpeTrainer(vocab_size=120, special_tokens=["<pad>", "</s>", "<unk>"])
    subwords.train_from_iterator([e.text for e in examples], trainer)
    fast = transformers.PreTrainedTokenizerFast(
        tokenizer_object=subwords, pad_token="<pad>", eos_token="</s>", unk_token="<unk>"
    )
    fast.save_pretrained(tmp_path / "tokenizer")
    return tmp_path / "tokenizer"


def test_a_t5_is_pre_trained_resumed_and_saved(
    tokenizer: Path, examples: list[Example], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    texts, config, model = tmp_path / "raw.txt", tmp_path / "t5.json", tmp_path / "run"
    texts.write_text("\n".join(e.text for e in examples), encoding="utf-8")
    config.write_text(json.dumps(SMALL), encoding="utf-8")
    command = ["pretrain", "--data", str(texts), "--model", str(model), "--tokenizer", str(tokenizer)]
    command += ["--t5-config", str(config), "--steps", "4", "--tau", "0.5", "--json"]
    assert main(command) == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures["steps"] == 4
    assert figures["flops"] > 0
    assert figures["validation_loss"] < 10
    assert main(command) == 0
    assert json.loads(capsys.readouterr().out)["flops"] == figures["flops"]
    description = json.loads((model / "pretraining.json").read_text(encoding="utf-8"))
    assert description["model"]["t5"]["d_model"] == 16
    assert set(description["flops_a_step"]) == {"hybrid", "span"}
    # a tagger reads clusters, not this tokenizer's symbols
    assert main(["train", "--data", str(texts), "--model", str(tmp_path / "m"), "--init", str(model)]) == 1

"""What pre-training and tagger rely on in the encoder–decoder."""

import torch

from segmenter.pretrained import PretrainedEncoder
from segmenter.seq2seq import RelativeBias, Seq2Seq, Seq2SeqConfig

CONFIG = Seq2SeqConfig(vocabulary=60, width=16, heads=2, hidden=24, encoder_layers=2, decoder_layers=2)


def model() -> Seq2Seq:
    torch.manual_seed(0)
    return Seq2Seq(CONFIG)


def test_the_decoder_does_not_look_ahead_and_looks_at_the_encoder() -> None:
    reader = model()
    ids = torch.randint(0, 60, (2, 8))
    encoded = reader.encode(torch.randint(0, 60, (2, 11)))
    changed = ids.clone()
    changed[:, 5] = (changed[:, 5] + 1) % 60
    before, after = reader.decode(ids, encoded), reader.decode(changed, encoded)
    assert torch.allclose(before[:, :5], after[:, :5], atol=1e-6)
    assert not torch.allclose(before[:, 5:], after[:, 5:], atol=1e-3)
    assert not torch.allclose(before, reader.decode(ids, encoded.flip(1) * 2), atol=1e-3)


def test_the_encoder_looks_both_ways_and_tells_the_order() -> None:
    reader = model()
    ids = torch.arange(6)[None]
    assert not torch.allclose(reader.encode(ids)[:, 0], reader.encode(ids.roll(1))[:, 1], atol=1e-3)
    changed = ids.clone()
    changed[0, 5] = 40
    assert not torch.allclose(reader.encode(ids)[:, 0], reader.encode(changed)[:, 0], atol=1e-4)


def test_heads_begin_by_reading_their_neighbours() -> None:
    config = Seq2SeqConfig(heads=4)
    first_read = RelativeBias(config, both_ways=True)(9).argmax(-1)[0, :, 4]
    assert first_read.tolist() == [3, 5, 2, 6]
    first_read = RelativeBias(config, both_ways=False)(9).argmax(-1)[0, :, 4]
    assert first_read.tolist() == [4, 3, 2, 1]


def test_embeddings_are_tied() -> None:
    reader = model()
    assert sum(p.shape == (60, 16) for p in reader.parameters()) == 1


def test_padding_does_not_change_what_the_tagger_reads() -> None:
    torch.manual_seed(0)
    encoder = PretrainedEncoder(CONFIG)
    encoder.known.copy_(torch.arange(len(encoder.known), dtype=torch.int32))
    # clusters of one character each: their key is that of the character alone
    rows = torch.zeros((7, 3), dtype=torch.int32)
    rows[:, 2] = torch.arange(7)
    rows = rows + encoder.column_offsets
    alone = [
        encoder(rows[:3], torch.ones(1, 3, dtype=torch.bool)),
        encoder(rows[3:], torch.ones(1, 4, dtype=torch.bool)),
    ]
    together = encoder(rows, torch.tensor([[True, True, True, False], [True] * 4]))
    assert torch.allclose(together, torch.cat(alone), atol=1e-5)

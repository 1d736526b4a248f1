"""Keys depend on the seed, the purpose and the text, and on nothing else."""

import hmac

from annotation import keys

SEED = "5e" * 32


def test_a_key_is_the_first_64_bits_of_the_hmac():
    digest = hmac.new(bytes.fromhex(SEED), "order|สวัสดี".encode(), "sha256").hexdigest()
    assert keys.key(SEED, "order", "สวัสดี") == int(digest[:16], 16)


def test_purposes_are_independent():
    names = [f"ประโยค {number}" for number in range(4000)]
    held = [keys.share_of(keys.key(SEED, "holdout", name)) < 0.5 for name in names]
    twice = [keys.share_of(keys.key(SEED, "overlap", name)) < 0.5 for name in names]
    assert 0.45 < sum(held) / 4000 < 0.55
    assert 0.22 < sum(a and b for a, b in zip(held, twice, strict=True)) / 4000 < 0.28


def test_signed_order_keys_keep_the_order():
    names = [f"ประโยค {number}" for number in range(500)]
    assert sorted(names, key=lambda name: keys.key(SEED, "order", name)) == sorted(
        names, key=lambda name: keys.order_key(SEED, name)
    )
    assert all(-(2**63) <= keys.order_key(SEED, name) < 2**63 for name in names)


def test_strings_that_differ_in_white_space_or_composition_are_the_same_string():
    assert keys.normalise("  ไป  โรงเรียน\n") == "ไป โรงเรียน"
    assert keys.text_hash(keys.normalise("caf\u00e9")) == keys.text_hash(keys.normalise("cafe\u0301"))
    assert keys.text_hash(keys.normalise("ไปมา")) != keys.text_hash(keys.normalise("ไป มา"))

"""Keys: every random choice of a project follows from its seed and the text alone.

key = first 64 bits of HMAC-SHA256(seed, purpose | normalised text). Purposes are kept apart, so that being
held out, drawn early, read twice or served without suggestion are independent of one another.
"""

import hashlib
import unicodedata
import uuid
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

SPAN = 2**64


def normalise(text: str) -> str:
    """Return the form under which two strings count as the same: NFC, white space runs as one space."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def key(seed: str, purpose: str, name: str) -> int:
    """Return the key of a name (a normalised text, a document, a person) for a purpose, in [0, 2**64)."""
    return keys_of(seed, purpose, [name.encode()])[0]


def keys_of(seed: str, purpose: str, names: Iterable[bytes]) -> list[int]:
    """Return the key of each name, given in UTF-8."""
    begun = _begun(seed, purpose)
    found = []
    for name in names:
        inner, outer = begun[0].copy(), begun[1].copy()
        inner.update(name)
        outer.update(inner.digest())
        found.append(int.from_bytes(outer.digest()[:8], "big"))
    return found


@lru_cache(maxsize=64)
def _begun(seed: str, purpose: str) -> tuple[Any, Any]:
    """Return the two hashes of HMAC (RFC 2104) as they stand after the seed and the purpose.

    An import needs several keys a sentence: going on from here takes a third of `hmac.digest`'s time.
    """
    secret = bytes.fromhex(seed).ljust(64, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in secret))
    inner.update(f"{purpose}|".encode())
    return inner, hashlib.sha256(bytes(byte ^ 0x5C for byte in secret))


def share_of(key_: int) -> float:
    """Return a key as a number in [0, 1): below a share means chosen for it."""
    return key_ / SPAN


def order_key(seed: str, normalised: str) -> int:
    """Return the order key as PostgreSQL holds it: signed 64 bits, same order."""
    return signed(key(seed, "order", normalised))


def signed(key_: int) -> int:
    """Return a key as PostgreSQL can hold it, in the same order."""
    return key_ - SPAN // 2


def text_hash(normalised: str) -> uuid.UUID:
    """Return 128 bits of SHA-256: equal for equal normalised texts, in every project."""
    return uuid.UUID(bytes=text_hash_bytes(normalised.encode()))


def text_hash_bytes(normalised: bytes) -> bytes:
    """Return the text hash of a normalised text in UTF-8 as 16 bytes."""
    return hashlib.sha256(normalised).digest()[:16]

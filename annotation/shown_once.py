"""Secrets that are shown once and known again by their hash: keys of access tokens, links to join by."""

import hashlib


def hash_of(secret: str) -> str:
    """Return what is kept of a secret: it is random throughout, so its plain hash cannot be guessed back."""
    return hashlib.sha256(secret.encode()).hexdigest()

"""Which software made a figure: the release named in CHANGELOG.md and a hash of the source itself."""

import hashlib
import re
from functools import cache
from pathlib import Path

from django.conf import settings

PACKAGES = ("annotation", "learner", "segmenter")
_HEADING = re.compile(r"^## \[?(\d[^\s\]]*)", re.MULTILINE)


@cache
def version() -> dict[str, str]:
    """Return the release and the first 12 digits of the SHA-256 of all Python source of the product.

    The hash, unlike a commit, is there in an image without a repository, and sees local changes.
    """
    return {"release": _release(settings.BASE_DIR / "CHANGELOG.md"), "source": _source(settings.BASE_DIR)}


def _release(changelog: Path) -> str:
    found = _HEADING.search(changelog.read_text(encoding="utf-8")) if changelog.is_file() else None
    return found[1] if found else "unreleased"


def _source(base: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(path for package in PACKAGES for path in (base / package).rglob("*.py")):
        digest.update(f"{path.relative_to(base)}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]

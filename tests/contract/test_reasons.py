"""What the analyses say in words is said by the pages in both languages, and in English by both alike."""

import re

from config.settings import BASE_DIR
from learner.reasons import TEXTS

CATALOGUE = BASE_DIR / "frontend" / "src" / "domain" / "messages" / "reasons.ts"
MESSAGE = re.compile(r'\bwhy_(\w+): \{\s*th: "([^"]+)",\s*en: "([^"]+)"')


def test_every_reason_has_a_thai_and_the_same_english_message():
    messages = {code: (thai, english) for code, thai, english in MESSAGE.findall(CATALOGUE.read_text())}
    assert {code: english for code, (_, english) in messages.items()} == TEXTS
    without_thai = [code for code, (thai, _) in messages.items() if not re.search("[ก-๙]", thai)]
    assert without_thai == []


def test_every_reason_is_given_somewhere():
    sources = "".join(
        path.read_text() for path in (BASE_DIR / "learner").rglob("*.py") if path.name != "reasons.py"
    )
    given = set(re.findall(r'"(\w+)"', sources))
    unused = [
        code
        for code in TEXTS
        if code not in given and code.removeprefix("assumed_").removeprefix("follows_") not in given
    ]
    assert unused == []

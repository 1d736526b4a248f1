"""What the software says in words is said by the pages in both languages, and in English by both alike."""

import re
from string import Formatter

from annotation import reason_texts
from config.settings import BASE_DIR
from learner.reasons import TEXTS as LEARNERS

CATALOGUES = BASE_DIR / "frontend" / "src" / "domain" / "messages"
MESSAGE = re.compile(r'\bwhy_(\w+): \{\s*th: "([^"]+)",\s*en: "([^"]+)"')
TEXTS = reason_texts.TEXTS | LEARNERS


def messages():
    texts = "".join((CATALOGUES / name).read_text() for name in ("reasons.ts", "refusals.ts"))
    return {code: (thai, english) for code, thai, english in MESSAGE.findall(texts)}


def places(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_every_reason_has_a_thai_and_the_same_english_message():
    said = messages()
    assert {code: english for code, (_, english) in said.items()} == TEXTS
    words = {code: re.sub(r"\{\w+\}", "", thai).strip() for code, (thai, _) in said.items()}
    assert [code for code, thai in words.items() if thai and not re.search("[ก-๙]", thai)] == []


def test_thai_and_english_name_the_same_values():
    differ = [code for code, (thai, english) in messages().items() if places(thai) != places(english)]
    assert differ == []


def test_every_reason_is_given_somewhere():
    sources = "".join(
        path.read_text()
        for app in ("annotation", "learner", "config")
        for path in (BASE_DIR / app).rglob("*.py")
        if path.name not in ("reasons.py", "reason_texts.py")
    )
    given = set(re.findall(r'"(\w+)"', sources))
    unused = [
        code
        for code in TEXTS
        if code not in given and code.removeprefix("assumed_").removeprefix("follows_") not in given
    ]
    assert unused == []


def test_every_refusal_of_the_loop_says_what_to_do():
    sources = "".join(path.read_text() for path in (BASE_DIR / "learner").rglob("*.py"))
    refusals = set(re.findall(r'raise \w+\(\s*"(\w+)"', sources)) & LEARNERS.keys()
    silent = {code for code in refusals if not re.search(r"[.;:] \S", LEARNERS[code])}
    # Where everything has been read by the rules in force, nothing is to be done.
    assert silent == {"nothing_outdated"}


def test_a_field_is_named_as_its_form_names_it():
    forms = "".join(path.read_text() for path in (BASE_DIR / "frontend" / "src").rglob("*.tsx"))
    fields = set(re.findall(r'<(?:input|select|textarea|Select)\b[^>]*? name="(\w+)"', forms))
    domain = BASE_DIR / "frontend" / "src" / "domain"
    labelled = set(re.findall(r'^  (\w+): "\w+",$', (domain / "fields.ts").read_text(), re.M))
    labelled |= set(re.findall(r'\{ name: "(\w+)"', (domain / "settings.ts").read_text()))
    # The page's own, which no request has, and a box to tick, which cannot be wrong.
    assert fields - labelled <= {"theme", "language", "purpose", "holdout", "people"}

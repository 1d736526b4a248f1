"""The documents are true where a machine can tell: links lead somewhere, trees name files that exist."""

import re

import pytest

from config.settings import BASE_DIR

DOCUMENTS = sorted(
    [*BASE_DIR.glob("*.md"), *(BASE_DIR / "docs").rglob("*.md"), *BASE_DIR.glob("*/**/README.md")]
)
DOCUMENTS = [path for path in DOCUMENTS if not {"node_modules", ".venv", ".tatkham"} & set(path.parts)]
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(BASE_DIR)))
def test_links_inside_the_project_lead_to_files(document):
    links = [
        link
        for link in LINK.findall(document.read_text())
        if "://" not in link and not link.startswith("mailto:")
    ]
    missing = [link for link in links if not (document.parent / link).exists()]
    assert missing == []

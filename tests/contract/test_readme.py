"""The README's tree: every path in it exists, and every source file is in it."""

import os
import re
from pathlib import Path

from config.settings import BASE_DIR

SOURCE = {".py", ".ts", ".tsx", ".css", ".html"}
LEFT_OUT = {"test", "tests", "migrations", "node_modules", "dist", "__pycache__"}
ENTRY = re.compile(r"( *)(\S+)  +(\S.*)")


def read_tree():
    """Return path → what the tree says of it, folders with their closing slash."""
    block = re.search(r"## The tree.*?```text\n(.*?)```", (BASE_DIR / "README.md").read_text(), re.DOTALL)
    entries, folder = {}, ""
    for line in filter(None, block[1].splitlines()):
        indent, name, said = ENTRY.fullmatch(line).groups()
        folder = folder if indent else name if name.endswith("/") else ""
        entries[folder + name if indent else name] = said
    return entries


def source_files():
    for folder, folders, files in os.walk(BASE_DIR):
        folders[:] = [name for name in folders if name not in LEFT_OUT and not name.startswith(".")]
        for path in (Path(folder, name) for name in files):
            is_empty_package = path.name == "__init__.py" and not path.read_text().strip()
            if path.suffix in SOURCE and not is_empty_package:
                yield str(path.relative_to(BASE_DIR))


def test_every_path_in_the_tree_exists():
    assert [path for path in read_tree() if not (BASE_DIR / path).exists()] == []


def test_every_source_file_is_in_the_tree():
    assert sorted(set(source_files()) - set(read_tree())) == []

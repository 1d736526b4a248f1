"""Gold text of a rehearsal: what is imported into the service, and the answers that it never sees."""

import gzip
import json
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np
from scipy.stats import norm, rankdata

from annotation.splitters import SPLITTERS
from learner.conflicts import Labelled, find_conflicts, occurrences
from learner.scenario import ScenarioError, Source


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence and its gold words."""

    words: tuple[str, ...]
    document: str
    domain: str

    @property
    def text(self) -> str:
        """Return the words joined."""
        return "".join(self.words)


def read_source(source: Source, folders: Sequence[Path], *, seed: int) -> list[Text]:
    """Read a source's texts from the first folder that has its file. Raises ScenarioError."""
    path = next((folder / source.file for folder in folders if (folder / source.file).is_file()), None)
    if path is None:
        places = ", ".join(str(folder) for folder in folders)
        raise ScenarioError(f"There is no {source.file} in {places}; name its folder with --data.")
    texts = [text for text in _rows(path) if _is_wanted(text, source)]
    if source.documents is not None:
        names = sorted({text.document for text in texts})
        random.Random(f"{seed}|{source.file}").shuffle(names)
        chosen = set(names[: source.documents])
        texts = [text for text in texts if text.document in chosen]
    if source.per_document is not None:
        count: Counter[str] = Counter()
        texts = [text for text in texts if _counted(count, text.document) <= source.per_document]
    if not texts:
        raise ScenarioError(f"{source.file} has no text that the scenario wants.")
    return texts[: source.sentences]


def _counted(count: Counter[str], name: str) -> int:
    count[name] += 1
    return count[name]


def _rows(path: Path) -> Iterator[Text]:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            yield Text(tuple(row["words"]), str(row.get("document", "")), str(row.get("domain", "")))


def _is_wanted(text: Text, source: Source) -> bool:
    in_domain = source.domains is None or text.domain in source.domains
    size = len(text.text)
    return in_domain and source.shortest <= size and (source.longest is None or size <= source.longest)


def upload_of(texts: Sequence[Text], *, splitter: str) -> bytes:
    """Return JSONL without words: the service learns of the gold only through its annotators.

    For a splitter other than `line` a document is one running text, its sentences joined by spaces.
    """
    rows = texts if splitter == "line" else _running(texts)
    return b"".join(
        json.dumps(
            {"text": row.text, "document": row.document, "domain": row.domain}, ensure_ascii=False
        ).encode()
        + b"\n"
        for row in rows
    )


def _running(texts: Iterable[Text]) -> list[Text]:
    running = []
    for (document, domain), held in groupby(texts, key=lambda text: (text.document, text.domain)):
        words: list[str] = []
        for text in held:
            words += [" ", *text.words] if words else text.words
        running.append(Text(tuple(words), document, domain))
    return running


def served(texts: Sequence[Text], *, splitter: str) -> list[Text]:
    """Return the sentences that the service makes of an upload, with their gold words."""
    if splitter == "line":
        return list(texts)
    pieces = []
    for row in _running(texts):
        ends = np.cumsum([len(piece) for piece in SPLITTERS[splitter](row.text)])
        pieces += [Text(tuple(words), row.document, row.domain) for words in _cut(row.words, ends.tolist())]
    return pieces


def _cut(words: Sequence[str], ends: Sequence[int]) -> Iterator[list[str]]:
    """Yield the words up to each end, in characters; a word across an end is cut there."""
    left, place = list(reversed(words)), 0
    for end in ends:
        piece: list[str] = []
        while place < end:
            word = left.pop()
            if place + len(word) > end:
                left.append(word[end - place :])
                word = word[: end - place]
            piece.append(word)
            place += len(word)
        if piece:
            yield piece


def difficulty(texts: Sequence[Text], *, by_gold: float, seed: int) -> dict[str, float]:
    """Return how hard each text is to people, in standard deviations from the usual.

    Never from a model: `by_gold` of it (a correlation) is the rank by how much the gold disagrees with itself
    about the strings in the text, the rest is chance.
    """
    labels = [Labelled(place, text.words, None, 0, "", 0, 0.0) for place, text in enumerate(texts)]
    doubt = {one.string: one.minority / one.all.total for one in find_conflicts(labels)}
    longest = max(map(len, doubt), default=0)
    rng = np.random.default_rng(seed)
    raw = [_doubt(text, doubt, longest) for text in texts]
    # Ties, as many texts have no doubtful string, in an order of chance.
    places = rankdata(np.array(raw) + 1e-9 * rng.random(len(raw)))
    of_gold = norm.ppf(places / (len(raw) + 1))
    mixed = by_gold * of_gold + np.sqrt(1 - by_gold**2) * rng.standard_normal(len(raw))
    return dict(zip((text.text for text in texts), mixed.tolist(), strict=True))


def _doubt(text: Text, doubt: Mapping[str, float], longest: int) -> float:
    found = (doubt[string] for string, _ in occurrences(text.words, doubt.keys(), longest))
    return sum(found) / len(text.words)

"""Made-up text for benches: any number of distinct sentences from the words of the demo corpus."""

import json
import random
from collections.abc import Iterator
from pathlib import Path

CORPUS = Path(__file__).resolve().parent.parent / "annotation" / "demo" / "corpus"
# Of words in a sentence; with the demo corpus's words this gives about 120 characters in the mean, which is
# that of the public Thai corpora.
WORDS = (14, 52)
SENTENCES_A_DOCUMENT = 40


def words() -> list[str]:
    """Return every word of the demo corpus as often as it stands there, white space included."""
    lines = (line for path in sorted(CORPUS.glob("*.jsonl")) for line in path.open(encoding="utf-8"))
    return [word for line in lines for word in json.loads(line)["words"]]


def sentences(count: int, *, seed: int) -> Iterator[list[str]]:
    """Yield sentences as lists of words; a running number makes each one distinct."""
    vocabulary = words()
    rng = random.Random(seed)
    for number in range(count):
        drawn = rng.choices(vocabulary, k=rng.randrange(*WORDS))
        yield [*drawn, " ", str(number)]


def write_text(path: Path, count: int, *, seed: int) -> None:
    """Write plain text, one sentence a line, an empty line between documents."""
    with path.open("w", encoding="utf-8") as file:
        for number, drawn in enumerate(sentences(count, seed=seed)):
            if number and number % SENTENCES_A_DOCUMENT == 0:
                file.write("\n")
            file.write("".join(drawn).strip() + "\n")

"""Small labelled texts written for these tests, and a tagger trained on them once."""

from collections.abc import Sequence

import pytest
import torch

from segmenter.data import Example
from segmenter.model import Tagger, TaggerConfig
from segmenter.text import boundaries_from_words
from segmenter.train import fit

SUBJECTS = ["ฉัน", "เธอ", "แม่", "ครู", "เพื่อน", "น้อง", "ตำรวจ", "นักเรียน"]
VERBS = ["กิน", "ซื้อ", "ขาย", "เห็น", "ชอบ", "ล้าง"]
OBJECTS = ["ข้าว", "ปลา", "มะม่วง", "หนังสือ", "รถ", "บ้าน", "แมว"]
TIMES = ["เมื่อวาน", "วันนี้", "ตอนเย็น", "พรุ่งนี้"]


def example(words: Sequence[str]) -> Example:
    text = "".join(words)
    return Example(text, boundaries_from_words(words, text=text)[0])


@pytest.fixture(scope="session")
def examples() -> list[Example]:
    return [
        example([subject, VERBS[i % 6], OBJECTS[(i * 3 + j) % 7], " ", TIMES[(i + j) % 4]])
        for i, subject in enumerate(SUBJECTS * 2)
        for j in range(3)
    ]


@pytest.fixture(scope="session")
def config() -> TaggerConfig:
    return TaggerConfig(
        width=16, dilations=(1,), members=2, steps=40, epochs=20, batch_clusters=400, few_rate=1.0
    )


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def tagger(examples: list[Example], config: TaggerConfig) -> Tagger:
    torch.set_num_threads(1)
    return fit(examples, config, seed=1)

import gzip
import json
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest

from bench.arms import GENRES, Plan, draw_world, read_corpora, replay
from bench.learning import compare
from bench.plots import curves_svg
from segmenter.corpora import GoldSentence
from segmenter.data import Example


def curve(*f1: float, seconds_each: float) -> list[dict[str, float]]:
    return [
        {"sentences": 50.0 * i, "clusters": 500.0 * i, "seconds": seconds_each * i, "word_f1": value}
        for i, value in enumerate(f1, start=1)
    ]


def test_random_against_itself_gains_nothing_and_needs_everything() -> None:
    random = curve(0.7, 0.8, 0.9, seconds_each=100)
    figures = compare([random], [random])
    assert figures["area gained"] == 0
    assert figures["last word F1"] == 90
    assert figures["share of seconds"] == 1
    assert figures["area interval"] is None
    assert figures["clusters a sentence"] == 10


def test_an_arm_that_gets_there_in_half_the_seconds_says_so() -> None:
    random = curve(0.7, 0.8, 0.9, seconds_each=100)
    fast = curve(0.7, 0.8, 0.9, seconds_each=50)
    figures = compare([fast], [random])
    assert figures["share of seconds"] == pytest.approx(0.5)
    assert figures["share of sentences"] == 1
    assert figures["area gained"] > 0


def test_a_level_that_is_not_reached_is_none_and_a_dip_does_not_undo_it() -> None:
    random = curve(0.7, 0.8, 0.9, seconds_each=100)
    assert compare([curve(0.7, 0.8, 0.85, seconds_each=100)], [random])["share of seconds"] is None
    dipping = curve(0.9, 0.8, 0.8, seconds_each=100)
    assert compare([dipping], [random])["share of seconds"] == pytest.approx(1 / 3, abs=0.001)


def test_three_replicates_have_an_interval() -> None:
    random = [curve(0.7, 0.8, 0.9, seconds_each=100)] * 3
    better = [curve(0.7, 0.8 + i / 100, 0.9, seconds_each=100) for i in range(3)]
    figures = compare(better, random)
    assert figures["area interval"] > 0


def test_shares_are_those_of_the_mean_over_replicates() -> None:
    random = [curve(0.7, 0.8, 0.9, seconds_each=100), curve(0.6, 0.7, 0.8, seconds_each=200)]
    arms = [curve(0.7, 0.9, 0.95, seconds_each=100), curve(0.6, 0.8, 0.85, seconds_each=200)]
    assert compare(arms, random)["share of seconds"] == pytest.approx(2 / 3, abs=0.001)


def test_a_pool_of_genres_has_each_genre_s_sentences_once_on_the_halves_that_best_has(tmp_path) -> None:
    rows = [
        {"text": f"ก{i}", "words": ["ก", str(i)], "domain": GENRES[i % 5 % 4], "document": f"d{i // 10}"}
        for i in range(400)
    ]
    (tmp_path / "best.jsonl.gz").write_bytes(gzip.compress("\n".join(map(json.dumps, rows)).encode()))
    genres = read_corpora(tmp_path, "genres")
    assert [{s.domain for s in part} for part in genres.values()] == [{genre} for genre in GENRES]
    assert read_corpora(tmp_path, "best-news") == {"best news": genres["best news"]}
    plan = replace(PLAN, pool_sentences=400, test_sentences=20)
    whole, by_genre = (
        {e.document for e in (*world.pool, *world.test)}
        for world in (draw_world(c, plan, seed=0) for c in (read_corpora(tmp_path, "best"), genres))
    )
    assert whole == by_genre


@pytest.fixture
def corpora(examples: list[Example]) -> dict[str, list[GoldSentence]]:
    """Documents of two sentences, with enough of them on either half."""
    sentences = [GoldSentence(f"s{i}", "", replace(e, document=f"d{i // 2}")) for i, e in enumerate(examples)]
    return {"here": sentences}


PLAN = Plan("here", "choose", seed_size=3, last=10, rounds=3, pool_sentences=40, test_sentences=6)


def test_no_document_is_on_both_halves_or_in_both_pool_and_test(corpora) -> None:
    halves = {half: draw_world(corpora, replace(PLAN, half=half), seed=0) for half in ("choose", "report")}
    texts = [e.text for world in halves.values() for e in (*world.pool, *world.test)]
    assert len(texts) > 30
    places = {s.example.text: s.example.document for s in corpora["here"]}
    held = [{places[e.text] for e in part} for w in halves.values() for part in (w.pool, w.test)]
    assert len(set().union(*held)) == sum(map(len, held))


def test_every_seed_draws_its_own_world_and_the_same_one_again(corpora) -> None:
    first, again, other = (draw_world(corpora, PLAN, seed=seed) for seed in (0, 0, 1))
    assert first.pool == again.pool
    assert first.pool != other.pool


@pytest.mark.parametrize("strategy", ["random", "mean_entropy", "bald", "coverage_per_second_mixed"])
def test_an_arm_spends_what_random_spends_starts_from_the_same_and_draws_nothing_twice(
    strategy, corpora, config
) -> None:
    world = draw_world(corpora, PLAN, seed=0)
    quick = replace(config, members=1, steps=8)
    rounds = list(replay(world, strategy, PLAN, quick, seed=0))
    assert len(rounds) == 3
    random_seconds = np.cumsum(world.seconds)
    for (point, sample), size in zip(rounds, PLAN.schedule(), strict=True):
        assert sample[:3] == [0, 1, 2]
        assert len(set(sample)) == len(sample) == point["sentences"]
        over = point["seconds"] - random_seconds[size - 1]
        assert -0.1 <= over <= world.seconds.max()
    if strategy == "random":
        assert rounds[-1][1] == list(range(10))


def test_the_plot_names_every_arm() -> None:
    curves = {name: [curve(0.7, 0.8, seconds_each=100)] * 2 for name in ("random", "<mean>")}
    svg = curves_svg(curves, title="a & b")
    drawn = ElementTree.fromstring(svg)  # noqa: S314  (made here)
    assert len(drawn.findall(".//{*}path[@fill='none']")) == 6
    assert {"random", "<mean>", "a & b"} <= {
        text.text for text in drawn.iter("{http://www.w3.org/2000/svg}text")
    }

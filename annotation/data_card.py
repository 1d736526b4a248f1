"""The data card of an export: what the rows are, where they come from, and what they can be used for."""

import html
from collections.abc import Mapping
from typing import Any

COLUMNS = {
    "text": "the sentence, exactly as imported",
    "words": "its segmentation; joined they are the text",
    "document, domain, source, licence, corpus": "where the text comes from, and on which terms",
    "split": "`seed` and `pool` may be trained on; `holdout` is for measuring only",
    "label, label_id, annotator, revision": "which decision this is; people are numbers, never names",
    "guideline_version": "the rules it was made by, in `guidelines/`",
    "arm": "`random`, `active`, `both`, or empty for what neither arm has drawn",
    "random_draw, active_draw, active_rank, active_score": "place in each arm's sample, what ranked it",
    "weight": "inverse inclusion probability of the random sample, by import; empty: not in it",
    "active_ms, key_actions, suggestion": "what the label took, and what was shown beforehand",
}

USE = """\
The random arm is a simple random sample of each import, so that figures of the whole text are estimated from
rows with a `weight`, each counted so often. Rows of the active arm were chosen because a model was unsure of
them: they may be trained on, but averages over them say nothing of the text as a whole. Sentences that two
people declined have no row; where they are many, the weighted figures lean towards easy text. Do not train on
`holdout` rows: curves were measured on them.
"""


def write(manifest: Mapping[str, Any]) -> str:
    """Return the card in Markdown, from the manifest of the same export."""
    counts = manifest["counts"]
    filters = ", ".join(f"{name} = {value}" for name, value in manifest["filters"].items()) or "none"
    project = _plain(manifest["project"]["name"])
    lines = [
        f"# {_plain(manifest['name']) or project}",
        "",
        f"Thai word boundaries from the project {project}, frozen {manifest['written_at']}.",
        f"{counts['rows']:,} rows of {counts['sentences']:,} sentences, {counts['tokens']:,} words.",
        f"{counts['annotators']} people. Labels: {manifest['which']}; filters: {filters}.",
        "",
        "## What it may be used for",
        "",
        USE,
        *_table("Arms", manifest["rows_by"]["arm"]),
        *_table("Splits", manifest["rows_by"]["split"]),
        *_table("Domains", manifest["rows_by"]["domain"]),
        "## Texts",
        "",
        "| corpus | source | licence | rows |",
        "|---|---|---|---|",
        *(
            f"| {_cell(one['name'])} | {_cell(one['source'])} | {_cell(one['licence'])} | {one['rows']:,} |"
            for one in manifest["corpora"]
        ),
        "",
        "## Columns",
        "",
        *(f"- `{name}`: {meaning}." for name, meaning in COLUMNS.items()),
        "",
        "`manifest.json` has the hash of every file and the software that wrote it.",
    ]
    return "\n".join(lines) + "\n"


def _table(title: str, rows: Mapping[str, int]) -> list[str]:
    head = [f"## {title}", "", f"| {title.lower()} | rows |", "|---|---|"]
    return [*head, *(f"| {_cell(name)} | {count:,} |" for name, count in rows.items()), ""]


def _cell(text: str) -> str:
    return _plain(text).replace("|", "\\|") or "–"


def _plain(text: str) -> str:
    """Return what people wrote as one line in which no HTML is left to be rendered."""
    return html.escape(" ".join(text.split()), quote=False)

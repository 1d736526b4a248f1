"""The steps of a project's pre-training, a slice at a time: the lane `train` is for rounds too."""

import logging
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from django.conf import settings
from django.utils import timezone

from annotation import clock
from annotation.errors import reason_of
from annotation.models import Corpus, Project, Sentence
from learner import pretraining
from learner.heartbeat import beating
from learner.models import Pretraining
from learner.reasons import Reason
from learner.training import RENEW_SECONDS, file_sha256
from segmenter.overlap import without_overlap
from segmenter.pretrain import PretrainConfig, begin
from segmenter.pretrain import Pretraining as Run
from segmenter.pretrain_files import Source, read_description, run_saved
from segmenter.seq2seq import Seq2Seq, Seq2SeqConfig
from segmenter.symbols import CLUSTER_SPECIAL, RawText, TooLittleText, read_clusters

log = logging.getLogger(__name__)

SLICE_SECONDS = 60.0
SAVE_EVERY = 200
SYMBOLS = "symbols.npz"


def make_slice(pretraining_id: int) -> None:
    """Make steps for a minute, save, and send the next slice; nothing if another process is at it.

    Why it failed is written on the row, and a manager may resume it.
    """
    held = pretraining.take(pretraining_id, real_now=timezone.now())
    if held is None:
        return
    try:
        with beating(lambda: pretraining.prolong(held, real_now=timezone.now())):
            _make_steps(held)
    except TooLittleText as error:
        pretraining.fail(held, Reason("too_little_text", {"error": str(error)}))
    except Exception as error:
        log.exception("%s failed", held)
        pretraining.fail(held, reason_of(error))


def _make_steps(held: Pretraining) -> None:
    torch.set_num_threads(1)
    folder = Path(settings.CHECKPOINT_STORE) / held.path
    model = Seq2SeqConfig(**held.config["model"])
    source = _source(held.project, folder, model)
    schedule = PretrainConfig.from_json(held.config["schedule"])
    state = begin(partial(Seq2Seq, model), schedule, seed=held.config["seed"])
    steps = run_saved(state, source, folder, save_every=SAVE_EVERY)
    started = renewed = time.monotonic()
    try:
        for _ in steps:
            if time.monotonic() - renewed >= RENEW_SECONDS:
                renewed = time.monotonic()
                if not pretraining.renew(held, progress=_progress(state), real_now=timezone.now()):
                    break
            if time.monotonic() - started >= SLICE_SECONDS:
                break
    finally:
        steps.close()
    if state.is_finished:
        weights = folder / read_description(folder)["weights"]
        now = clock.now(held.project)
        pretraining.finish(held, progress=_progress(state), sha256=file_sha256(weights), now=now)
    else:
        pretraining.give_back(held, progress=_progress(state))


def _progress(state: Run) -> dict[str, Any]:
    figures = dict(state.history[-1]) if state.history else {}
    return {**figures, "done": state.step, "total": state.config.steps, "flops": state.flops}


def _source(project: Project, folder: Path, model: Seq2SeqConfig) -> Source:
    """Return the pool as symbols, read once: what is imported later does not change a run under way."""
    kept = folder / SYMBOLS
    if not kept.exists():
        folder.mkdir(parents=True, exist_ok=True)
        text, known = read_clusters(_pool_texts(project), vocabulary=model.vocabulary)
        new = folder / f"new-{SYMBOLS}"
        np.savez(new, symbols=text.symbols, known=known)
        new.replace(kept)
    with np.load(kept, allow_pickle=False) as arrays:
        return Source(model.to_json(), RawText(arrays["symbols"], CLUSTER_SPECIAL), arrays["known"])


def _pool_texts(project: Project) -> Iterator[str]:
    """Yield the texts of pool and seed set, but for those that share a stretch with the holdout."""
    texts = Sentence.objects.filter(
        project=project, retired_at=None, corpus__state=Corpus.State.READY
    ).order_by("id")
    held_out = texts.filter(split="holdout").values_list("text", flat=True)
    pool = texts.filter(split__in=["pool", "seed"]).values_list("text", flat=True)
    return without_overlap(pool.iterator(), held_out)

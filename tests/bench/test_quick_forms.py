"""The quick forms of the benches that measure the service: they speak to it as it is now.

Their figures are not judged here, only that each is there: a bench whose addresses or columns have gone would
be noticed when somebody needs its figures.
"""

import pytest

FIGURES = {
    "pages": "pages_p95_ms",
    "rank": "rank_seconds",
    "serve": "pairs_a_second",
    "transfer": "export_sentences_a_second",
}


@pytest.mark.slow
@pytest.mark.parametrize("bench", FIGURES)
def test_a_bench_of_the_service_runs_to_its_figures(bench, run_bench):
    assert run_bench(bench)["figures"][FIGURES[bench]] > 0

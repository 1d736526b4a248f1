"""A round repeated from what it stored gives the same weights and the same figures."""

import io

import pytest
from django.core.management import CommandError, call_command

from annotation.models import Annotation
from learner import repeating, rounds
from tests.learner.working import turn

pytestmark = pytest.mark.django_db


@pytest.fixture
def closed(loop, desk):
    return turn(rounds.open_if_due(loop, now=desk.now))


def test_a_repeated_round_gives_the_same_weights_and_figures(closed):
    repeated = list(repeating.repeat(closed))
    assert [(one.checkpoint.arm, one.same_weights, one.same_figures) for one in repeated] == [
        ("active", True, True),
        ("random", True, True),
    ]


def test_settings_and_labels_that_changed_since_do_not_touch_it(closed, loop, desk):
    loop.model_preset = "small"
    loop.save()
    label = Annotation.objects.get(pk=closed.arms.get(arm="random").annotation_ids[0])
    desk.submit(label.assignment, 1)
    assert all(one.same_weights for one in repeating.repeat(closed))


def test_the_command_says_when_a_model_came_out_otherwise(closed, loop):
    out = io.StringIO()
    call_command("repeat_round", loop.pk, 1, stdout=out)
    assert out.getvalue().count("same weights, same figures") == 2
    closed.checkpoints.filter(arm="active").update(sha256="0" * 64)
    with pytest.raises(CommandError, match="1 of round 1's models"):
        call_command("repeat_round", loop.pk, 1, stdout=out)
    with pytest.raises(CommandError, match="no round 7"):
        call_command("repeat_round", loop.pk, 7)

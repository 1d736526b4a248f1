"""The sealed half of the holdout: opened once, when it is read and a round has closed."""

import json

import pytest
from django.core.management import CommandError, call_command

from annotation.errors import Conflict
from annotation.models import Document
from learner import rounds, sealed
from learner.holdout import read_holdout
from learner.models import Event
from tests.factories import make_member
from tests.learner.working import answer, make_loop, turn

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(desk):
    """A project whose first round is due, with two documents of six sealed."""
    project = make_loop(holdout_serve_share=0)
    Document.objects.filter(name__in=["h0", "h1"]).update(sealed=True)
    answer(desk, make_member(project), 30)
    return project


def read_all(project, desk) -> None:
    project.holdout_serve_share = 0.9
    project.save()
    member = make_member(project)
    while not (read_holdout(project).is_complete and read_holdout(project, sealed=True).is_complete):
        assert answer(desk, member, 1)


def test_it_is_opened_once_and_the_figures_stay_with_the_event(project, desk, capsys):
    round_ = turn(rounds.open_if_due(project, now=desk.now))
    with pytest.raises(Conflict, match="0 of 2 sentences"):
        sealed.open_sealed(project, now=desk.now)
    read_all(project, desk)
    call_command("open_holdout", project.pk)
    printed = json.loads(capsys.readouterr().out)
    event = Event.objects.get(kind="holdout.opened")
    assert event.after == printed
    assert (printed["round"], printed["holdout"]["documents"]) == (round_.number, 2)
    assert all(0 <= printed["arms"][arm]["metrics"]["word_f1"]["value"] <= 1 for arm in ("random", "active"))
    with pytest.raises(CommandError, match="was opened on 2"):
        call_command("open_holdout", project.pk)
    assert Event.objects.filter(kind="holdout.opened").count() == 1


def test_it_stays_sealed_before_a_round_has_closed(project, desk):
    read_all(project, desk)
    with pytest.raises(Conflict, match="No round"):
        sealed.open_sealed(project, now=desk.now)
    assert sealed.opened(project) is None

"""A row of work has one holder, until its lease has lapsed or its clock was wrong."""

from datetime import timedelta

import pytest
from django.utils import timezone

from learner import process_leases
from learner.models import Pretraining
from tests.factories import make_project

pytestmark = pytest.mark.django_db

NOW = timezone.now()


@pytest.fixture
def row() -> Pretraining:
    return Pretraining.objects.create(project=make_project(), config={}, path="p", started_at=NOW)


def take(row, **after: float) -> Pretraining | None:
    now = NOW + timedelta(**after)
    free = Pretraining.objects.filter(process_leases.has_no_holder(now))
    return process_leases.take(free, row.pk, real_now=now)


@pytest.mark.parametrize(
    ("after", "is_held"),
    [
        ({"seconds": 0}, True),
        ({"seconds": 59}, True),
        ({"seconds": 60}, False),
        ({"seconds": -60}, True),
        ({"seconds": -61}, False),
    ],
    ids=["at once", "in time", "lapsed", "a clock a little behind", "a clock that was set back"],
)
def test_a_lease_stands_for_a_minute_and_no_longer_than_it_could_have_been_given_for(row, after, is_held):
    held = take(row)
    assert process_leases.is_held(held, real_now=NOW + timedelta(**after)) == is_held
    assert (take(row, **after) is None) == is_held


def test_who_lost_a_row_writes_nothing_and_who_has_it_does(row):
    first = take(row)
    second = take(row, seconds=61)
    assert not process_leases.prolong(process_leases.own(first), real_now=NOW, sha256="late")
    assert not process_leases.release(process_leases.own(first), sha256="late")
    later = NOW + timedelta(seconds=90)
    assert process_leases.prolong(process_leases.own(second), real_now=later, progress={"done": 1})
    row.refresh_from_db()
    assert (row.lease_until, row.progress, row.sha256) == (later + process_leases.LEASE, {"done": 1}, "")
    assert process_leases.release(process_leases.own(second), sha256="done")
    row.refresh_from_db()
    assert (row.holder, row.lease_until, row.sha256) == (None, None, "done")
    assert not process_leases.is_held(row, real_now=later)

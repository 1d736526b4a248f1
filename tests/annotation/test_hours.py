"""Hours at work: what counts on which day."""

import pytest

from annotation import hours
from annotation.models import Annotation
from tests.factories import make_corpus, make_member, make_project

pytestmark = pytest.mark.django_db


def test_a_revision_and_its_time_count_on_the_day_it_was_made(desk):
    project = make_project(holdout_share=0.0)
    make_corpus(project, ["แมวกินปลา", "ฝนตกหนัก"])
    person = make_member(project)
    revised = desk.claim(person)
    desk.submit(revised, 2)
    desk.submit(desk.claim(person), 1)
    desk.wait(hours=24)
    desk.submit(revised, 3)
    spent = dict.fromkeys((0, 1), 0.0)
    for annotation in Annotation.objects.all():
        spent[annotation.revision] += annotation.active_ms / 1000
    told = [
        (day["sentences"], day["revisions"], day["skips"], day["active_seconds"])
        for day in hours.of_member(person)
    ]
    assert told == [(0, 1, 0, spent[1]), (2, 0, 0, spent[0])]

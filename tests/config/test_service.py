"""The service's own processes: workers take tasks from their lanes, the web answers from the database."""

import urllib.request

import pytest
from django.db import connection

from config.celery import LANES, app
from tests.waiting import PATIENCE_SECONDS

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_worker_for_each_lane_answers(workers):
    answers = app.control.ping(timeout=2)
    assert sorted(name.split("@")[0] for answer in answers for name in answer) == sorted(LANES)


def test_the_web_process_answers_from_the_test_database(web):
    with urllib.request.urlopen(f"{web}/api/ready", timeout=PATIENCE_SECONDS) as answer:
        assert answer.status == 200


def test_tests_run_on_a_database_of_their_own():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database()")
        assert cursor.fetchone()[0].startswith("test_tatkham")

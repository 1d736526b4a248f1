"""Messages to others: stored with what they tell of, signed, sent again until somebody takes them."""

import base64
import hashlib
import hmac
import json
import socket
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.db import transaction
from django.utils import timezone

from annotation import exports, outgoing, webhooks
from annotation.errors import BadInput
from annotation.models import Delivery
from learner import events
from tests.annotation.api.conftest import by
from tests.factories import make_member, make_project

__all__ = ["by"]

pytestmark = pytest.mark.django_db


class Receiver(BaseHTTPRequestHandler):
    """Answers with the statuses it is told, and keeps what it got."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.path, dict(self.headers), body))
        status = self.server.statuses.pop(0)
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/elsewhere")
        self.end_headers()
        self.wfile.write("ก".encode() * 500)

    def log_message(self, *_):
        pass


@pytest.fixture
def receiver():
    server = HTTPServer(("127.0.0.1", 0), Receiver)
    server.got, server.statuses = [], []
    server.url = f"http://127.0.0.1:{server.server_address[1]}/hook?a=1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def webhook(db, receiver, settings):
    settings.WEBHOOK_PRIVATE_ADDRESSES = True
    project = make_project()
    actor = make_member(project, "manager").user
    return webhooks.create(project, url=receiver.url, kinds=["round.closed", "export.ready"], actor=actor)


def close_round(project):
    webhooks.tell(project, "round.closed", round=3)


def test_a_refused_message_comes_again_signed_and_is_then_done_with(webhook, receiver):
    close_round(webhook.project)
    receiver.statuses += [500, 200]
    now = timezone.now()
    webhooks.send_due(now=now)
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.attempts, delivery.status) == ("waiting", 1, 500)
    assert delivery.answer == "ก" * 200
    webhooks.send_due(now=now + timedelta(seconds=1))
    assert len(receiver.got) == 1, "sent before it was due"
    webhooks.send_due(now=now + timedelta(seconds=6))
    webhooks.send_due(now=now + timedelta(days=1))
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts, delivery.status) == ("delivered", 2, 200)
    (path, first, body), (_, second, again) = receiver.got
    assert path == "/hook?a=1"
    assert first["webhook-id"] == second["webhook-id"]
    assert body == again
    message = json.loads(body)
    assert (message["type"], message["data"]) == (
        "round.closed",
        {"project": webhook.project_id, "round": 3},
    )
    key = base64.b64decode(webhook.secret.split("_")[1])
    for headers in (first, second):
        signed = b".".join([headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), body])
        expected = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
        assert headers["webhook-signature"] == f"v1,{expected}"


def test_a_message_nobody_takes_dies_after_a_day_and_is_forgotten_after_a_month(webhook, receiver):
    close_round(webhook.project)
    receiver.statuses += [500] * 8
    began = now = timezone.now()
    while Delivery.objects.get().state == "waiting":
        webhooks.send_due(now=now)
        now = Delivery.objects.get().due_at
    assert Delivery.objects.get().state == "dead"
    assert len(receiver.got) == 8
    assert timedelta(days=1) < now - began < timedelta(days=2)
    webhooks.send_due(now=began + timedelta(days=31))
    assert not Delivery.objects.exists()


def test_a_receiver_that_does_not_answer_is_asked_once_a_run(webhook, receiver):
    close_round(webhook.project)
    close_round(webhook.project)
    # A port that nobody listens at.
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        webhook.url = f"http://127.0.0.1:{free.getsockname()[1]}/"
    webhook.save()
    webhooks.send_due(now=timezone.now())
    assert sorted(Delivery.objects.values_list("attempts", "status")) == [(0, None), (1, None)]


def test_a_message_is_stored_with_what_it_tells_of_or_not_at_all(webhook):
    with transaction.atomic():
        close_round(webhook.project)
        transaction.set_rollback(True)
    assert not Delivery.objects.exists()


def test_an_export_is_told_of_when_its_file_is_there(webhook, settings, tmp_path):
    settings.EXPORT_STORE = tmp_path
    export = exports.create(webhook.project, format="jsonl", which="all", now=timezone.now())
    exports.run(export.pk)
    assert json.loads(Delivery.objects.get().body)["data"]["export"] == export.pk


def test_a_find_that_is_recorded_once_is_told_once(webhook):
    webhook.kinds = ["event.recorded"]
    webhook.save()
    for _ in range(2):
        events.record(webhook.project, "pace.changed", at=timezone.now(), note="ชื่อคน", mark="the same")
    # What was noted stays here.
    assert json.loads(Delivery.objects.get().body)["data"].keys() == {"project", "event", "kind"}


def test_a_redirect_is_not_followed(webhook, receiver):
    receiver.statuses.append(302)
    assert outgoing.post(receiver.url, b"{}", {})[0] == 302
    assert [path for path, _, _ in receiver.got] == ["/hook?a=1"]


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/",
        "ftp://example.org/",
        "https://",
        "https://ann:secret@example.org/",
        "https://example.org:port/",
        "https://127.0.0.1/",
        "https://10.0.0.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/",
        "https://[::ffff:192.168.0.1]/",
        "https://[fe80::1]/",
    ],
)
def test_an_address_inside_the_network_is_refused(url, settings):
    settings.WEBHOOK_PRIVATE_ADDRESSES = False
    with pytest.raises(BadInput, match="not an address to send to"):
        webhooks.create(make_project(), url=url, kinds=["round.closed"], actor=None)


def test_a_name_that_leads_inside_the_network_is_refused_when_it_is_looked_up(settings):
    settings.WEBHOOK_PRIVATE_ADDRESSES = False
    status, why = outgoing.post("https://localhost/", b"{}", {})
    assert status is None
    # Which of its two addresses a machine names first is its own affair.
    assert why in {f"RefusedError: {address} is not a public address" for address in ("127.0.0.1", "::1")}


def test_the_secret_is_shown_once(by, settings):
    project = make_project()
    caller, path = by(make_member(project, "manager").user), f"/api/projects/{project.pk}/webhooks"
    made = caller.post(path, {"url": "https://example.org/hook", "kinds": ["export.ready"]})
    assert made.status_code == 201
    assert made.json()["secret"].startswith("whsec_")
    tested = caller.post(f"{path}/{made.json()['id']}/test", {})
    listed = caller.get(path)
    assert made.json()["secret"] not in listed.content.decode()
    assert [row["id"] for row in listed.json()[0]["deliveries"]] == [tested.json()["id"]]
    assert caller.delete(f"{path}/{made.json()['id']}").status_code == 204
    assert caller.get(path).json() == []

"""A project with one of everything that an address can name, and what the database held at a moment."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone

from annotation import access_tokens, exports, webhooks, written_files
from annotation.models import Export, Flag, Membership, Project
from learner import events, plans
from learner.models import Event, Report, Round
from tests.annotation.conftest import Desk
from tests.factories import make_guideline, make_invitation, make_member, make_user
from tests.learner.working import make_loop

PASSWORD = "ตัดคำตัดคำ"
LABELS = 12


@dataclass
class World:
    """A project, its people by role, and the ids of what it has, named as in the addresses."""

    project: Project
    people: dict[str, User | None]
    names: dict[str, Any]

    def fill(self, path: str, **other: Any) -> str:
        """Return the address of a row of the table."""
        return "/api" + path.replace("P", f"/projects/{self.project.pk}", 1).format(**self.names | other)


def make_world(mark: str) -> World:
    """Make the project; its annotator has read some sentences, remarked on one and holds one.

    What people wrote in it begins with the mark, by which it is known when it turns up elsewhere.
    """
    project = make_loop(texts=24, holdout=2, name=f"{mark} project")
    make_guideline(project, f"# {mark} rules")
    project.corpora.update(name=f"{mark} corpus")
    roles = ("manager", "annotator", "adjudicator", "second", "left")
    members = {
        role: make_member(project, "annotator" if role in ("second", "left") else role) for role in roles
    }
    Membership.objects.filter(pk=members["left"].pk).update(active=False)
    # Named like every other account, and a member: only that it was closed keeps it out.
    closed = make_member(project, "manager", make_user(is_active=False)).user
    people = {role: member.user for role, member in members.items()}
    desk = Desk(now=timezone.now())
    done = desk.work(members["annotator"], LABELS)[0]
    held = desk.claim(members["annotator"])
    now, manager = desk.now, people["manager"]
    flag = Flag.objects.create(
        sentence=done.sentence, annotator=people["annotator"], comment=f"{mark} remark", created_at=now
    )
    events.record(project, "corpus.imported", at=now, note=f"{mark} note")
    plans.write(project, {"exclusions": "ไม่มี", "note": f"{mark} plan"}, author=manager, now=now)
    invitation, token = make_invitation(project, manager, places=5)
    access_token, _ = access_tokens.make(people["annotator"], name=f"{mark} script", now=timezone.now())
    url = f"https://hooks.example.org/{mark}"
    webhook = webhooks.create(project, url=url, kinds=["round.closed"], actor=manager)
    export = exports.create(project, format="jsonl", which="all", now=now)
    report = Report.objects.create(
        project=project, figure="word_f1", unit="seconds", created_at=now, state="ready"
    )
    Export.objects.filter(pk=export.pk).update(state="ready")
    for path in (written_files.path_of(export), written_files.path_of(report)):
        write_file(path)
    round_ = Round.objects.create(
        project=project, number=1, trigger="hand", opened_at=now, state="failed", attempt=3
    )
    names = {
        "assignment_id": held.pk,
        "sentence_id": done.sentence_id,
        "flag_id": flag.pk,
        "membership_id": members["second"].pk,
        "corpus_id": project.corpora.get().pk,
        "invitation_id": invitation.pk,
        "token": token,
        "token_id": access_token.pk,
        "export_id": export.pk,
        "report_id": report.pk,
        "round_id": round_.pk,
        "version": 1,
        "webhook_id": webhook.pk,
        "event_id": Event.objects.filter(project=project).latest("pk").pk,
        "name": "domains",
    }
    return World(project, {**people, "closed": closed, "anonymous": None}, names)


def write_file(path: Path) -> None:
    """Put something to download where a worker would have written it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"PK")


def every_row() -> set[str]:
    """Return every row that people can make or change; when an account or a token was used does not count."""
    models = [*apps.get_app_config("annotation").get_models(), *apps.get_app_config("learner").get_models()]
    tables = [model._meta.db_table for model in (*models, User)]
    uses = "'{last_login,last_used_at}'::text[]"
    rows = (f"SELECT '{table}' || (to_jsonb(t) - {uses})::text FROM {table} t" for table in tables)
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(rows))
        return {line for (line,) in cursor.fetchall()}


@contextmanager
def undone() -> Iterator[None]:
    """Take back what is done inside."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)

"""Every act by which a manager changes something is in the audit trail: whatever the table of roles lists."""

import pytest

from annotation.models import AuditEntry
from tests.security.test_roles import ROWS, call
from tests.security.world import every_row, undone

# What changes nothing of the project, or keeps its own record of who and when.
LEFT_OUT = {
    "POST P/clock": "a rehearsal's program, thousands of times",
    "POST P/corpora/preview": "stores nothing",
    "POST P/sentences/{sentence_id}/adjudicate": "each decision stays in its own table",
}
ACTS = [
    (method, path)
    for method, path, statuses in ROWS
    if path.startswith("P") and method != "GET" and statuses["manager"] < 300
]


@pytest.mark.parametrize(("method", "path"), ACTS, ids=[" ".join(row) for row in ACTS])
def test_an_act_of_a_manager_leaves_one_entry(worlds, by, method, path):
    manager = worlds.own.people["manager"]
    with undone():
        answer = call(by, manager, f"{method} {path}", worlds.own.fill(path))
        assert answer.status_code < 300
        entries = list(AuditEntry.objects.filter(project=worlds.own.project))
        if f"{method} {path}" in LEFT_OUT:
            assert entries == []
            return
        (entry,) = entries
        assert entry.actor == manager
        assert entry.act
        assert "ตัดคำไทยให้ถูก" not in str((entry.thing, entry.before, entry.after)), "a password"


def test_an_act_that_is_refused_leaves_nothing(worlds, by):
    before = every_row()
    own = worlds.own
    answer = by(own.people["manager"]).client.patch(own.fill("P"), {"seed_size": 7, "strategy": "random"})
    assert answer.status_code == 409
    assert every_row() == before

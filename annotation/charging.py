"""What people's turns cost the arms: charged with the hand-out, refunded when it comes back unread.

A reading costs each arm that has drawn its sentence, once: the arm whose turn it was by the person's counters
(`Membership.charged_random`, `charged_active`), the other one by the mark `Draw.reused_from`. So a label that
an arm reuses counts for the person who made it, and the ratio of the arms is held within each person also
where the arms share sentences. Marks are facts and not sums: setting one twice charges once, and a draw that
a new order takes back takes its charge along. Second readings and the holdout cost neither arm.

Who writes here holds the membership's lock (`lock`), which a claim takes before anything else.
"""

import uuid
from collections.abc import Sequence

from django.db import connection

from annotation.models import Membership

# The turns of some assignments, and what each costs in the unit of the project's ratio: nothing where no draw
# asked for this reading, as for measurement and for work that came late, beyond the overlap.
TURNS = """
SELECT t.project_id, t.queue_id, q.kind, t.annotator_id, t.sentence_id, t.slot,
    CASE WHEN d.id IS NULL THEN 0 WHEN p.ratio_unit = 'clusters' THEN d.clusters ELSE 1 END AS cost
FROM {assignments} t JOIN annotation_queue q ON q.id = t.queue_id
JOIN annotation_project p ON p.id = t.project_id
LEFT JOIN annotation_draw d ON d.queue_id = t.queue_id AND d.number = t.number AND d.slot = t.slot
"""
COUNT = """
UPDATE annotation_membership m SET {also}
    charged_random = m.charged_random {sign} coalesce(sums.random, 0),
    charged_active = m.charged_active {sign} coalesce(sums.active, 0)
FROM (
    SELECT project_id, annotator_id, sum(cost) FILTER (WHERE kind = 'random') AS random,
        sum(cost) FILTER (WHERE kind = 'active') AS active
    FROM turns GROUP BY project_id, annotator_id) sums
WHERE m.project_id = sums.project_id AND m.user_id = sums.annotator_id
"""
MARK = """
UPDATE annotation_draw d SET reused_from_id = turns.annotator_id FROM turns
WHERE d.sentence_id = turns.sentence_id AND d.slot = turns.slot AND d.queue_id <> turns.queue_id
"""
UNMARK = """
UPDATE annotation_draw d SET reused_from_id = NULL FROM turns
WHERE d.sentence_id = turns.sentence_id AND d.slot = turns.slot AND d.reused_from_id = turns.annotator_id
"""
STORED = TURNS.format(assignments="annotation_assignment") + " WHERE t.id = ANY(%s)"
CHARGE = f"WITH turns AS ({STORED}), counted AS ({COUNT.format(also='', sign='+')}) {MARK}"
REFUND = f"WITH turns AS ({STORED}), counted AS ({COUNT.format(also='', sign='-')}) {UNMARK}"

# What the arm of queue `q` reuses of the person of membership `m`, in the unit of the ratio of project `p`.
# Draws past the last hand-out are not reached yet; the seed set is reached at once, by both arms.
REUSED = """
SELECT coalesce(sum(CASE p.ratio_unit WHEN 'clusters' THEN d.clusters ELSE 1 END), 0) FROM annotation_draw d
WHERE d.queue_id = q.id AND d.reused_from_id = m.user_id
  AND d.number <= greatest(p.seed_size, (
    SELECT max(a.number) FROM annotation_assignment a WHERE a.queue_id = q.id))
"""


def lock(user_id: int) -> None:
    """Lock the person's memberships: before any of their assignments, as a claim does."""
    own = Membership.objects.filter(user_id=user_id)
    list(own.select_for_update(no_key=True).order_by("pk").values_list("pk"))


def charge(ids: Sequence[uuid.UUID]) -> None:
    """Charge assignments that are taken up again, as a claim charges new ones."""
    with connection.cursor() as cursor:
        cursor.execute(CHARGE, [list(ids)])


def refund(ids: Sequence[uuid.UUID]) -> None:
    """Take back the charge of assignments that ended without a reading."""
    with connection.cursor() as cursor:
        cursor.execute(REFUND, [list(ids)])

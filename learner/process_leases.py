"""Leases of processes on rows of work: a round's training, its filling, a shard, a pre-training.

A process takes a row by a conditional update that makes it the holder, and writes only while it still is. A
lease lapses when its process is gone; the next one that takes the row shuts the earlier one out. Leases of
sentences, which people hold, are another thing (annotation/leases.py).

`real_now` is the wall clock's time: processes live on it also where the project's own clock is simulated.
"""

import uuid
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db.models import Q, QuerySet

from learner.models import Leased

# A holder's heartbeat (learner/heartbeat.py) renews it; a minute without means that the process is gone.
LEASE = timedelta(seconds=60)
# A lease that ends later was dated by a clock that has been set back since.
LONGEST_LEASE = 2 * LEASE
# A message that nobody took up for so long may be lost; it is sent again, and a second one does no harm.
RESEND_AFTER = timedelta(seconds=60)
# So often is work begun before it is given up.
ATTEMPTS = 3

Row = TypeVar("Row", bound=Leased)


class LostLeaseError(Exception):
    """The work was ended or has gone to another process; stop and write nothing."""


def take(rows: QuerySet[Row], row_id: int, *, real_now: datetime, **fields: Any) -> Row | None:
    """Take a row if it is among those that may be taken, and return it as held; None when it is not."""
    holder = uuid.uuid4()
    if not rows.filter(pk=row_id).update(holder=holder, lease_until=real_now + LEASE, **fields):
        return None
    return rows.model._default_manager.filter(pk=row_id, holder=holder).first()


def own(held: Row) -> QuerySet[Row]:
    """Return the row as the process that took it may write it: nothing once it has gone to another."""
    return type(held)._default_manager.filter(pk=held.pk, holder=held.holder)


def prolong(rows: QuerySet[Row], *, real_now: datetime, **fields: Any) -> bool:
    """Prolong the lease of an own row and write; False when it has gone."""
    return bool(rows.update(lease_until=real_now + LEASE, **fields))


def release(rows: QuerySet[Row], **fields: Any) -> bool:
    """End the lease of an own row and write; False when it has gone."""
    return bool(rows.update(holder=None, lease_until=None, **fields))


def is_held(row: Leased, *, real_now: datetime) -> bool:
    """Tell whether the lease stands: of a holder, or of a message that somebody is still to take up."""
    until = row.lease_until
    return until is not None and real_now < until <= real_now + LONGEST_LEASE


def has_no_holder(real_now: datetime) -> Q:
    """Return the condition that nobody is at work on a row: it has no holder or a lapsed lease."""
    return Q(holder=None) | Q(lease_until__lte=real_now) | Q(lease_until__gt=real_now + LONGEST_LEASE)

"""What an annotator does: take a sentence, submit, skip, flag, renew, release; look back; read the rules.

Nothing in an answer tells arm, rank, score, split or control.
"""

import uuid
from collections.abc import Collection
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from annotation import annotations, leases, progress, queues
from annotation.api import inputs, outputs
from annotation.api.permissions import ANNOTATORS, MEMBERS, ProjectView
from annotation.errors import NotFound


class WorkView(ProjectView):
    """Base of the views that may hand out a sentence."""

    def hand_out(self, held: Collection[uuid.UUID]) -> dict[str, Any]:
        """Return the next sentence for the caller, or why there is none."""
        paused = self.project.paused_at is not None
        work = None if paused else queues.claim_next(self.membership.pk, now=self.now, held=held)
        reason = None if work else self._reason(paused=paused)
        return {
            "work": work and _plain(work),
            "reason": reason,
            "until": progress.earliest_return(self.membership) if reason == "nothing_left" else None,
            "summary": progress.own_work(self.membership, now=self.now),
        }

    def _reason(self, *, paused: bool) -> str | None:
        if paused:
            return "paused"
        return None if progress.holds_enough(self.membership, now=self.now) else "nothing_left"


def _plain(work: queues.Work) -> dict[str, Any]:
    return {
        "assignment": work.assignment_id,
        "clusters": work.clusters,
        "suggestion": work.suggestion,
        "doubtful": work.doubtful,
        "alternatives": work.alternatives,
        "guideline_version": work.guideline_version,
        "lease_until": work.lease_until,
        "lease_seconds": work.lease_seconds,
        "idle_cut_seconds": work.idle_cut_seconds,
    }


class NextView(WorkView):
    """The next sentence."""

    roles = {"POST": ANNOTATORS}

    @extend_schema(request=inputs.Next, responses=outputs.NextWork)
    def post(self, request: Request, project_id: int) -> Response:
        """Take a sentence: one that the caller holds and does not name, else a new one."""
        return Response(self.hand_out(inputs.parse(inputs.Next, request)["held"]))


class SubmitView(WorkView):
    """A segmentation."""

    roles = {"POST": ANNOTATORS}

    @extend_schema(request=inputs.Submit, responses=outputs.Submitted)
    def post(self, request: Request, project_id: int, assignment_id: uuid.UUID) -> Response:
        """Store a segmentation, once for each `client_key`; a later one of a sentence is a revision."""
        values = inputs.parse(inputs.Submit, request)
        held, wants_next = values.pop("held"), values.pop("next")
        reading = annotations.Reading(**values)
        stored = annotations.submit(assignment_id, reading, annotator_id=self.user.pk, now=self.now)
        annotation = {
            "id": stored.id,
            "assignment": stored.assignment_id,
            "revision": stored.revision,
            "created_at": stored.created_at,
        }
        return Response({"annotation": annotation, "next": self.hand_out(held) if wants_next else None})


class SkipView(WorkView):
    """A sentence declined."""

    roles = {"POST": ANNOTATORS}

    @extend_schema(request=inputs.Skip, responses=outputs.Skipped)
    def post(self, request: Request, project_id: int, assignment_id: uuid.UUID) -> Response:
        """Decline the sentence; it is not served to the caller again."""
        values = inputs.parse(inputs.Skip, request)
        leases.skip(
            assignment_id,
            annotator_id=self.user.pk,
            reason=values["reason"],
            active_ms=values["active_ms"],
            now=self.now,
        )
        return Response({"next": self.hand_out(values["held"]) if values["next"] else None})


class FlagView(ProjectView):
    """A remark."""

    roles = {"POST": ANNOTATORS}

    @extend_schema(request=inputs.NewFlag, responses={201: outputs.Flagged})
    def post(self, request: Request, project_id: int, assignment_id: uuid.UUID) -> Response:
        """Leave a remark on the sentence for the managers."""
        comment = inputs.parse(inputs.NewFlag, request)["comment"]
        flag = annotations.flag(assignment_id, annotator_id=self.user.pk, comment=comment, now=self.now)
        return Response({"id": flag.pk}, status=201)


class RenewView(ProjectView):
    """A lease."""

    roles = {"POST": ANNOTATORS}

    @extend_schema(request=None, responses=outputs.Renewed)
    def post(self, request: Request, project_id: int, assignment_id: uuid.UUID) -> Response:
        """Prolong the lease; 409 when somebody else has the sentence by now."""
        until = leases.renew(assignment_id, annotator_id=self.user.pk, now=self.now)
        return Response({"lease_until": until})


class ReleaseView(ProjectView):
    """Sentences given back."""

    roles = {"POST": ANNOTATORS}

    @extend_schema(request=inputs.Release, responses=outputs.Released)
    def post(self, request: Request, project_id: int) -> Response:
        """Give back sentences that the page leaves behind; others than one's own are passed over."""
        named = inputs.parse(inputs.Release, request)["assignments"]
        own = self.project.assignment_set.filter(pk__in=named).values_list("pk", flat=True)
        return Response({"released": leases.release(own, annotator_id=self.user.pk, now=self.now)})


class HistoryView(ProjectView):
    """The caller's own work."""

    roles = {"GET": ANNOTATORS}

    @extend_schema(parameters=[inputs.HistoryPage], responses=outputs.History)
    def get(self, request: Request, project_id: int) -> Response:
        """List sentences as the caller last submitted them, the one handed out last first."""
        page = inputs.parse_query(inputs.HistoryPage, request)
        return Response(progress.history(self.membership, **page))


class GuidelineView(ProjectView):
    """The written rules."""

    roles = {"GET": MEMBERS}

    @extend_schema(responses=outputs.CurrentGuideline)
    def get(self, request: Request, project_id: int) -> Response:
        """Return the guideline in force; 404 before the first is published."""
        guideline = annotations.current_guideline(self.project.pk)
        if guideline is None:
            raise NotFound("guideline_none")
        return Response(outputs.CurrentGuideline(guideline).data)

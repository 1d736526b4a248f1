"""The audit trail: read by managers, in pages and as a table."""

import csv
import json
from collections.abc import Iterable, Iterator

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from annotation import audit
from annotation.api import inputs, outputs
from annotation.api.permissions import MANAGERS, ProjectView
from annotation.models import AuditEntry
from annotation.spreadsheets import harmless

COLUMNS = ("at", "act", "thing", "actor", "person", "before", "after", "request_id")


class AuditView(ProjectView):
    """What managers did in the project, and what happened to its people's accounts."""

    roles = {"GET": MANAGERS}

    @extend_schema(parameters=[inputs.AuditPage], responses=outputs.AuditTrail)
    def get(self, request: Request, project_id: int) -> Response:
        """List acts, the latest first."""
        rows, before = audit.page(self.project, **inputs.parse_query(inputs.AuditPage, request))
        return Response(outputs.AuditTrail({"results": rows, "before": before}).data)


class AuditFileView(ProjectView):
    """The whole trail as a file."""

    roles = {"GET": MANAGERS}

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.STR})
    def get(self, request: Request, project_id: int) -> StreamingHttpResponse:
        """Download all acts as CSV, the latest first."""
        name = {"Content-Disposition": f'attachment; filename="audit-{project_id}.csv"'}
        lines = _lines(audit.of_project(self.project).iterator(chunk_size=1000))
        return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=name)


class _Line:
    """What the csv module takes for a file: hands back what is written."""

    def write(self, line: str) -> str:
        return line


def _lines(entries: Iterable[AuditEntry]) -> Iterator[str]:
    writer = csv.writer(_Line())
    yield writer.writerow(COLUMNS)
    for entry in entries:
        names = [person.username if person else "" for person in (entry.actor, entry.person)]
        states = [json.dumps(state, ensure_ascii=False) for state in (entry.before, entry.after)]
        cells = [entry.at.isoformat(), entry.act, entry.thing, *names, *states, entry.request_id]
        yield writer.writerow([harmless(cell) for cell in cells])

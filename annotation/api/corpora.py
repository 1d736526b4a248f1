"""Corpora: what has been imported; a file uploaded, a corpus withdrawn."""

import tempfile
from pathlib import Path

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from annotation import audit, corpus, previews, withdrawing
from annotation.api import inputs, outputs
from annotation.api.permissions import MANAGERS, ProjectView, request_id_of
from annotation.errors import NotFound, TooLarge
from annotation.models import Corpus

MIB = 1024 * 1024


class CorporaView(ProjectView):
    """The project's corpora."""

    roles = {"GET": MANAGERS, "POST": MANAGERS}
    acts = {"POST": "corpus.uploaded"}
    parser_classes = (MultiPartParser,)

    @extend_schema(responses=outputs.CorpusRow(many=True))
    def get(self, request: Request, project_id: int) -> Response:
        """List the imports, oldest first, also those that failed."""
        return Response(outputs.CorpusRow(self.project.corpora.order_by("pk"), many=True).data)

    @extend_schema(request=inputs.Upload, responses={202: outputs.CorpusRow})
    def post(self, request: Request, project_id: int) -> Response:
        """Upload a file; it is imported in the background. 409 where the same file is there already."""
        _check_size(request)
        values = inputs.parse(inputs.Upload, request)
        upload = values.pop("file")
        row = corpus.receive(self.project, upload.chunks(), file_name=upload.name, now=self.now, **values)
        return Response(outputs.CorpusRow(row).data, status=202)


def _check_size(request: Request) -> None:
    """Refuse by the announced length, before the body is read. What is longer than announced is not read."""
    size, limit = int(request.META.get("CONTENT_LENGTH") or 0), settings.UPLOAD_LIMIT_MIB * MIB
    if size > limit:
        raise TooLarge("upload_too_large", size=size, limit=settings.UPLOAD_LIMIT_MIB)


class PreviewView(ProjectView):
    """A look at a file before its import."""

    roles = {"POST": MANAGERS}
    # Stores nothing.
    acts = {"POST": None}
    parser_classes = (MultiPartParser,)

    @extend_schema(request=inputs.Upload, responses=outputs.FilePreview)
    def post(self, request: Request, project_id: int) -> Response:
        """Say what an import would bring, from the front of the file; nothing is stored."""
        _check_size(request)
        values = inputs.parse(inputs.Upload, request)
        upload = values["file"]
        with tempfile.NamedTemporaryFile() as file:
            for block in upload.chunks():
                file.write(block)
            file.flush()
            found = previews.of_file(
                self.project,
                Path(file.name),
                file_name=upload.name,
                domain=values["domain"],
                splitter=values["splitter"],
            )
        return Response(outputs.FilePreview(found).data)


class SampleView(ProjectView):
    """A look at a corpus."""

    roles = {"GET": MANAGERS}

    @extend_schema(responses=outputs.CorpusSample)
    def get(self, request: Request, project_id: int, corpus_id: int) -> Response:
        """Return its domains with their sizes, and some sentences by lot."""
        return Response(outputs.CorpusSample(previews.of_corpus(_find(self, corpus_id))).data)


def _find(view: ProjectView, corpus_id: int) -> Corpus:
    row = view.project.corpora.filter(pk=corpus_id).first()
    if row is None:
        raise NotFound("not_in_project", thing="corpus", id=corpus_id)
    return row


class WithdrawView(ProjectView):
    """A corpus taken out of the frame."""

    roles = {"POST": MANAGERS}
    # Goes in steps that each commit; the act stores its entry with the last one.
    acts = {"POST": None}

    @extend_schema(request=None, responses=outputs.CorpusRow)
    def post(self, request: Request, project_id: int, corpus_id: int) -> Response:
        """Serve the corpus no more; what was read of it is kept. 409 unless it is ready."""
        record = audit.recording(
            "corpus.withdrawn", project=self.project, actor=self.user, request_id=request_id_of(request)
        )
        withdrawn = withdrawing.withdraw(_find(self, corpus_id), now=self.now, record=record)
        return Response(outputs.CorpusRow(withdrawn).data)

"""Files that are written in the background and downloaded once they are ready: exports and reports."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, TypeVar

from django.http import FileResponse

from annotation.errors import Conflict, NotFound


class Written(Protocol):
    """A row that says whether its file is written, and what that is called."""

    state: Any

    @property
    def file_name(self) -> str:
        """The file's name in its store."""


Row = TypeVar("Row", bound=Written)


def download(thing: str, id_: int, row: Row | None, path_of: Callable[[Row], Path]) -> FileResponse:
    """Answer with the file of a row, which is a `thing` ("export") with that id.

    Raises NotFound where there is no such row or its file has been deleted, Conflict where it is not ready.
    """
    if row is None:
        raise NotFound("not_in_project", thing=thing, id=id_)
    if row.state != "ready":
        state = str(row.state)
        raise Conflict("file_unready", thing=thing, id=id_, state=state, details={"state": state})
    path = path_of(row)
    if not path.is_file():
        raise NotFound("file_deleted", thing=thing, id=id_)
    return FileResponse(path.open("rb"), as_attachment=True, filename=f"tatkham-{row.file_name}")

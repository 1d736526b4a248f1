"""Files that are downloaded once they have been written in the background (annotation/written_files.py)."""

from typing import Any

from django.http import FileResponse

from annotation.errors import Conflict, NotFound
from annotation.written_files import State, path_of


def download(thing: str, id_: int, row: Any) -> FileResponse:
    """Answer with the file of a row, which is a `thing` ("export") with that id.

    Raises NotFound where there is no such row or its file has been deleted, Conflict where it is not ready.
    """
    if row is None:
        raise NotFound("not_in_project", thing=thing, id=id_)
    if row.state != State.READY:
        state = str(row.state)
        raise Conflict("file_unready", thing=thing, id=id_, state=state, details={"state": state})
    path = path_of(row)
    if not path.is_file():
        raise NotFound("file_deleted", thing=thing, id=id_)
    return FileResponse(path.open("rb"), as_attachment=True, filename=f"tatkham-{row.file_name}")

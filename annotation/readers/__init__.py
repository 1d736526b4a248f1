"""Reading corpora: an input file as a stream of records, whatever its format and packing."""

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from annotation.errors import BadInput
from annotation.readers.containers import Member, Pushed, file_label, open_members, read_head
from annotation.readers.formats import READERS, detect
from annotation.readers.records import Record, bad_file

FORMATS = tuple(READERS)
HEAD = 64 * 1024
# What an archive of files of different formats is called.
SEVERAL = "several"

__all__ = ["FORMATS", "InputFile", "Record", "bad_file"]


class InputFile:
    """A file being read. `format` is known once a record has come; `bytes_read` is the place on disk.

    Without a `file_format` it is found from name and content. Use it as a context manager.
    """

    def __init__(self, path: Path, *, name: str | None = None, file_format: str | None = None) -> None:
        if file_format is not None and file_format not in READERS:
            raise BadInput("format_unknown", format=file_format, known=", ".join(FORMATS))
        self.file = file_label(path, name)
        self.format = file_format or ""
        self.size = path.stat().st_size
        self._raw = path.open("rb")

    def __enter__(self) -> "InputFile":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._raw.close()

    @property
    def bytes_read(self) -> int:
        """Return how many bytes of the file on disk have been taken in."""
        return min(self.size, self._raw.tell())

    def records(self) -> Iterator[Record]:
        """Yield the file's records in order; raises BadFile at the first thing that is wrong."""
        if not self.size:
            raise bad_file("file_empty", file=self.file)
        given = self.format
        with open_members(self._raw, file=self.file) as members:
            for member in members:
                yield from self._read(member, given)

    def _read(self, member: Member, given: str) -> Iterator[Record]:
        head = read_head(member.stream, HEAD)
        found = given or detect(head, name=member.name, file=member.file)
        self.format = found if self.format in ("", found) else SEVERAL
        yield from READERS[found](Pushed(head, member.stream), file=member.file)

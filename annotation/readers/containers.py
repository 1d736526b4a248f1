"""Files as they lie on disk: plain, gzip, or a zip of several; their lines; and what stops a bomb."""

import codecs
import gzip
import io
import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Protocol

from annotation.errors import BadFile
from annotation.readers.records import bad_file

BLOCK = 1 << 20
LONGEST_LINE = 4 << 20
# Text shrinks to a fifth or a tenth, repetitive tables to a fiftieth. A bomb shrinks to a thousandth.
LARGEST_RATIO = 200
FREE_BYTES = 16 << 20
LARGEST_INFLATED = 64 << 30

# RuntimeError: a password is needed. NotImplementedError: a way of packing that Python does not know.
UNPACKING_ERRORS = (
    OSError,
    EOFError,
    zlib.error,
    lzma.LZMAError,
    zipfile.BadZipFile,
    RuntimeError,
    NotImplementedError,
    ValueError,
)

NOT_TEXTS = {"manifest.json"}
NOT_TEXT_SUFFIXES = {".md"}


class Stream(Protocol):
    """Anything that gives its bytes in blocks."""

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes, none at the end."""


@dataclass(frozen=True, slots=True)
class Member:
    """One file to be read: its name for messages, its name for its format, and its bytes."""

    file: str
    name: str
    stream: Stream


class Inflated:
    """A compressed stream that refuses to give out far more than it was made from."""

    def __init__(self, stream: Stream, *, packed: Callable[[], int], file: str) -> None:
        self._stream, self._packed, self._file = stream, packed, file
        self._given = 0

    def read(self, size: int, /) -> bytes:
        """Return the next bytes; raises BadFile where the data is damaged or swells too much."""
        try:
            block = self._stream.read(size)
        except (
            OSError,
            EOFError,
            zlib.error,
            zipfile.BadZipFile,
            RuntimeError,
            NotImplementedError,
        ) as error:
            raise bad_file("file_not_unpacked", file=self._file, value=str(error)) from error
        self._given += len(block)
        swollen = self._given > FREE_BYTES and self._given > LARGEST_RATIO * max(1, self._packed())
        if swollen or self._given > LARGEST_INFLATED:
            raise bad_file(
                "file_swollen",
                file=self._file,
                times=LARGEST_RATIO,
                limit=LARGEST_INFLATED >> 30,
                value=self._given,
            )
        return block


@contextmanager
def open_members(raw: BinaryIO, *, file: str) -> Iterator[Iterator[Member]]:
    """Yield the files in `raw`: itself, what a gzip holds, or each text of a zip in the order of its list."""
    magic = raw.read(4)
    raw.seek(0)
    if magic[:2] == b"\x1f\x8b":
        name = file[:-3] if file.lower().endswith(".gz") else file
        with gzip.GzipFile(fileobj=raw) as unpacked:
            yield iter([Member(file, name, Inflated(unpacked, packed=raw.tell, file=file))])
    elif magic in (b"PK\x03\x04", b"PK\x05\x06"):
        yield _zip_members(raw, file=file)
    else:
        yield iter([Member(file, file, raw)])


def _zip_members(raw: BinaryIO, *, file: str) -> Iterator[Member]:
    try:
        archive = zipfile.ZipFile(raw)
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError) as error:
        raise bad_file("file_no_zip", file=file, value=str(error)) from error
    with archive:
        for entry in archive.infolist():
            if not entry.filename:
                raise bad_file("file_nameless", file=file, value=entry.orig_filename)
            path = PurePosixPath(entry.filename)
            hidden = path.name.startswith(".") or "__MACOSX" in path.parts
            if entry.is_dir() or hidden or path.name in NOT_TEXTS or path.suffix.lower() in NOT_TEXT_SUFFIXES:
                continue
            inner = f"{file}/{entry.filename}"
            try:
                stream = archive.open(entry)
            except UNPACKING_ERRORS as error:
                raise bad_file("file_not_unpacked", file=inner, value=str(error)) from error
            with stream:
                packed = partial(getattr, entry, "compress_size")
                yield Member(inner, path.name, Inflated(stream, packed=packed, file=inner))


class Pushed:
    """A stream whose first bytes were looked at already."""

    def __init__(self, head: bytes, stream: Stream) -> None:
        self._head, self._stream = head, stream

    def read(self, size: int, /) -> bytes:
        """Return the head first, then what follows it."""
        if self._head:
            head, self._head = self._head, b""
            return head
        return self._stream.read(size)


def read_head(stream: Stream, size: int) -> bytes:
    """Return up to `size` first bytes of a stream; fewer only at its end."""
    parts: list[bytes] = []
    missing = size
    while missing > 0 and (block := stream.read(missing)):
        parts.append(block)
        missing -= len(block)
    return b"".join(parts)


def spool(stream: Stream, target: io.BufferedIOBase) -> None:
    """Copy a stream into a file that can be read in any order."""
    while block := stream.read(BLOCK):
        target.write(block)
    target.seek(0)


def read_lines(stream: Stream, *, file: str) -> Iterator[tuple[int, str]]:
    r"""Yield (line number, text) of UTF-8 lines without their ends (\n, \r\n) and without a byte order mark.

    Raises BadFile with the offset of the first byte that is not UTF-8, or at a line too long to be one.
    """
    number, offset, rest = 0, 0, b""
    while True:
        block = stream.read(BLOCK)
        pieces = (rest + block).split(b"\n")
        rest = pieces.pop() if block else b""
        for piece in pieces:
            number += 1
            if len(piece) > LONGEST_LINE:
                raise _too_long(piece, file=file, number=number)
            yield number, _decode(piece, file=file, number=number, offset=offset)
            offset += len(piece) + 1
        if len(rest) > LONGEST_LINE:
            raise _too_long(rest, file=file, number=number + 1)
        if not block:
            return


def _too_long(line: bytes, *, file: str, number: int) -> BadFile:
    return bad_file("file_line_long", file=file, line=number, longest=LONGEST_LINE, value=line[:80])


def _decode(piece: bytes, *, file: str, number: int, offset: int) -> str:
    if number == 1 and piece.startswith(codecs.BOM_UTF8):
        piece, offset = piece[3:], offset + 3
    try:
        return piece.removesuffix(b"\r").decode()
    except UnicodeDecodeError as error:
        around = piece[error.start : error.start + 8]
        raise bad_file(
            "file_not_utf8", file=file, line=number, byte=offset + error.start, value=around
        ) from error


def file_label(path: Path, name: str | None) -> str:
    """Return the name by which messages speak of a file: its owner's, without folders."""
    return PurePosixPath(name.replace("\\", "/")).name if name else path.name

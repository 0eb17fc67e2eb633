"""What is posted: fields and files, read as they come, and refused before more was read than may be.

A file is held in memory, and beyond a few megabytes in a file without a name in the restricted folder: it is in
nobody's temporary folder, and nothing of it is left however the process ends.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING
from urllib.parse import parse_qsl

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect, Request

from sciculture_etl.desk.refusals import RefusalError
from sciculture_etl.desk.route import MAX_FORM_BYTES

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

MAX_FIELDS, MAX_FIELD_BYTES = 100, 16 * 1024
MAX_BYTES_IN_MEMORY = 4 * 1024**2
# So long a sender may say nothing, and so long it may take in all, besides a second for each of so many bytes.
MAX_SECONDS_OF_SILENCE, MAX_SECONDS, MIN_BYTES_A_SECOND = 20, 60, 16 * 1024
TOKEN = "token"
MULTIPART, URLENCODED = "multipart/form-data", "application/x-www-form-urlencoded"


@dataclass
class Upload:
    """A file that was posted.

    Attributes:
        name: as the browser gave it: anything may be in it.
        file: its bytes, open at the beginning; closed with the request.
        sha256: of its bytes.
    """

    name: str
    file: IO[bytes]
    size: int = 0
    sha256: str = ""

    def data(self) -> bytes:
        self.file.seek(0)
        return self.file.read()


@dataclass
class Form:
    """What was posted.

    Attributes:
        files: by the name of their field; a field that was left empty has none.
    """

    fields: dict[str, str] = field(default_factory=dict)
    files: dict[str, Upload] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """A field without the blanks around it; empty where it wasn't posted."""
        return self.fields.get(name, "").strip()

    def close(self) -> None:
        for upload in self.files.values():
            upload.file.close()


async def read_form(request: Request, is_token: Callable[[str], bool], max_file_bytes: int, folder: Path) -> Form:
    """Reads what was posted.

    Args:
        is_token: whether the field ``token``, which comes first, is that of the page.
        max_file_bytes: 0: no file is taken.
        folder: where large files are held.

    Raises:
        RefusalError: 403 for a wrong token, 413 for too much, 415 and 400 for what is no form, 408 for who is slow.
    """
    kind = request.headers.get("content-type", "").encode("latin-1")
    media_type, options = parse_options_header(kind)
    limit = max_file_bytes + MAX_FORM_BYTES
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit:
        raise RefusalError(413)
    chunks = _limited(request, limit)
    if media_type == URLENCODED.encode():
        form = await _read_fields(chunks)
    elif media_type == MULTIPART.encode() and max_file_bytes:
        return await _read_parts(chunks, options.get(b"boundary", b""), is_token, folder)
    else:
        raise RefusalError(415)
    if not is_token(form.fields.get(TOKEN, "")):
        raise RefusalError(403, "token")
    return form


async def _limited(request: Request, limit: int) -> AsyncIterator[bytes]:
    """The bytes of the body, as long as there aren't more than may be and they come."""
    began, size, stream = time.monotonic(), 0, request.stream()
    while True:
        try:
            chunk = await asyncio.wait_for(anext(stream), MAX_SECONDS_OF_SILENCE)
        except StopAsyncIteration:
            return
        except ClientDisconnect:
            raise RefusalError(400) from None
        except TimeoutError:
            raise RefusalError(408) from None
        size += len(chunk)
        if size > limit:
            raise RefusalError(413)
        if time.monotonic() - began > MAX_SECONDS + size / MIN_BYTES_A_SECOND:
            raise RefusalError(408)
        yield chunk


async def _read_fields(chunks: AsyncIterator[bytes]) -> Form:
    body = b"".join([chunk async for chunk in chunks])
    try:
        pairs = parse_qsl(body.decode("ascii"), True, encoding="utf-8", errors="strict", max_num_fields=MAX_FIELDS)
    except ValueError:
        raise RefusalError(400) from None
    return Form(dict(reversed(pairs)))  # of a field that comes twice the first counts


async def _read_parts(
    chunks: AsyncIterator[bytes], boundary: bytes, is_token: Callable[[str], bool], folder: Path
) -> Form:
    parts = _Parts(is_token, folder)
    try:
        parser = MultipartParser(boundary, parts.callbacks())
        async for chunk in chunks:
            parser.write(chunk)
        parser.finalize()
        if not parts.is_complete:
            raise RefusalError(400)
        parts.check_token()
    except BaseException as error:
        parts.form.close()
        if isinstance(error, FormParserError | ValueError):
            raise RefusalError(400) from None
        raise
    return parts.form


class _Parts:
    """The parts of a form as they are read."""

    def __init__(self, is_token: Callable[[str], bool], folder: Path) -> None:
        self.form = Form()
        self.is_complete = False
        self._is_token = is_token
        self._folder = folder
        self._count = 0
        self._header = [b"", b""]
        self._disposition = b""
        self._name = ""
        self._text = bytearray()
        self._upload: Upload | None = None
        self._hash = hashlib.sha256()

    def callbacks(self) -> MultipartCallbacks:
        return {
            "on_part_begin": self._begin, "on_header_field": self._header_field, "on_header_value": self._header_value,
            "on_header_end": self._header_end, "on_headers_finished": self._named, "on_part_data": self._add,
            "on_part_end": self._end, "on_end": self._complete,
        }  # fmt: skip

    def check_token(self) -> None:
        if not self._is_token(self.form.fields.get(TOKEN, "")):
            raise RefusalError(403, "token")

    def _complete(self) -> None:
        self.is_complete = True

    def _begin(self) -> None:
        self._count += 1
        if self._count > MAX_FIELDS:
            raise RefusalError(400)
        self._disposition, self._name, self._text, self._upload = b"", "", bytearray(), None

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._header[0] += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._header[1] += data[start:end]

    def _header_end(self) -> None:
        if self._header[0].lower() == b"content-disposition":
            self._disposition = self._header[1]
        self._header = [b"", b""]

    def _named(self) -> None:
        _, options = parse_options_header(self._disposition)
        self._name = options.get(b"name", b"").decode("utf-8", "replace")
        if b"filename" in options:
            self.check_token()  # nothing of a file is taken that doesn't come from one of our pages
            name = options[b"filename"].decode("utf-8", "replace")
            held = SpooledTemporaryFile(MAX_BYTES_IN_MEMORY, dir=str(self._folder))  # noqa: SIM115
            self._upload, self._hash = Upload(name, held), hashlib.sha256()

    def _add(self, data: bytes, start: int, end: int) -> None:
        if self._upload is None:
            self._text += data[start:end]
            if len(self._text) > MAX_FIELD_BYTES:
                raise RefusalError(413)
            return
        piece = data[start:end]
        self._upload.file.write(piece)
        self._upload.size += len(piece)
        self._hash.update(piece)

    def _end(self) -> None:
        if self._upload is None:
            self.form.fields.setdefault(self._name, self._text.decode("utf-8", "replace"))
        elif not self._upload.name or self._name in self.form.files:
            self._upload.file.close()
        else:
            self._upload.sha256 = self._hash.hexdigest()
            self._upload.file.seek(0)
            self.form.files[self._name] = self._upload

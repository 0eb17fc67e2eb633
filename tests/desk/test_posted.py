"""What is posted is read as it comes: no more than may be, in no temporary folder, whatever its sender makes of it."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from starlette.requests import Request

from sciculture_etl.desk import forms
from sciculture_etl.desk.forms import MAX_BYTES_IN_MEMORY, MAX_FIELD_BYTES, MAX_FIELDS, Form, read_form
from sciculture_etl.desk.refusals import RefusalError
from sciculture_etl.desk.route import MAX_FORM_BYTES

MAX = 8 * 1024**2
MULTIPART = "multipart/form-data; boundary=x"
FIELD = '--x\r\nContent-Disposition: form-data; name="why"\r\n\r\n 가 \r\n'.encode()
TOKEN = b'--x\r\nContent-Disposition: form-data; name="token"\r\n\r\nright\r\n'


def file_part(name: str = "실적.csv", data: bytes = b"a,b\n", field: str = "file") -> bytes:
    return f'--x\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n\r\n'.encode() + data + b"\r\n"


async def chunks_of(body: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(body), size):
        yield body[start : start + size]


def posted(body: bytes | AsyncIterator[bytes], folder: Path, kind: str = MULTIPART, size: int = 60_000) -> Form:
    """The form that is read of a body."""
    source = chunks_of(body, size) if isinstance(body, bytes) else body

    async def receive() -> dict[str, Any]:
        try:
            return {"type": "http.request", "body": await anext(source), "more_body": True}
        except StopAsyncIteration:
            return {"type": "http.request", "body": b"", "more_body": False}

    async def read() -> Form:
        request = Request({"type": "http", "method": "POST", "headers": [(b"content-type", kind.encode())]}, receive)
        return await read_form(request, lambda token: token == "right", MAX, folder)

    return anyio.run(read)


def refused(body: bytes | AsyncIterator[bytes], folder: Path, **more: Any) -> int:
    with pytest.raises(RefusalError) as found:
        posted(body, folder, **more)
    return found.value.status


@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_fields_and_files_are_read_however_they_are_cut(tmp_path: Path, size: int) -> None:
    body = (
        TOKEN
        + b'--x\r\nContent-Disposition: form-data; name="why"\r\n\r\n \xea\xb0\x80 \r\n'
        + file_part()
        + b"--x--\r\n"
    )
    form = posted(body, tmp_path, size=size)
    assert form.text("why") == "가"
    assert (form.files["file"].name, form.files["file"].size, form.files["file"].data()) == ("실적.csv", 4, b"a,b\n")
    assert form.files["file"].sha256 == hashlib.sha256(b"a,b\n").hexdigest()


def test_a_large_file_lies_under_no_name_in_the_folder_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    folder = tmp_path / "restricted"
    folder.mkdir()
    upload = posted(TOKEN + file_part(data=b"x" * (MAX_BYTES_IN_MEMORY + 1)) + b"--x--", folder).files["file"]
    place = Path(f"/proc/self/fd/{upload.file.fileno()}").readlink()
    assert place.is_relative_to(folder)
    assert "deleted" in place.name
    assert not list(folder.iterdir()) + list(temporary.iterdir()), "nothing is left, however the process ends"
    assert len(upload.data()) == MAX_BYTES_IN_MEMORY + 1


def test_nothing_of_a_file_is_read_before_the_token(tmp_path: Path) -> None:
    async def endless() -> AsyncIterator[bytes]:
        yield file_part(data=b"")[:-2]
        while True:
            pytest.fail("more was read")
            yield b""

    assert refused(endless(), tmp_path) == 403
    assert refused(TOKEN.replace(b"right", b"wrong") + file_part(), tmp_path) == 403
    assert refused(TOKEN.replace(b"right", b"wrong") + b"--x--", tmp_path) == 403


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (TOKEN + file_part(data=b"x" * (MAX + MAX_FORM_BYTES)) + b"--x--", 413),
        (TOKEN + b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n' + b"y" * (MAX_FIELD_BYTES + 1), 413),
        (TOKEN + b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n' * MAX_FIELDS + b"--x--", 400),
        (TOKEN + b"--x\r\n" + b"A: b\r\n" * 100 + b"\r\n\r\n", 400),
        (TOKEN + b"--x\r\nX: " + b"b" * 100_000 + b"\r\n\r\n", 400),
        (b"no boundary at all", 400),
        (TOKEN + file_part()[:-2], 400),
        (b"", 400),
        (TOKEN, 400),
    ],
    ids=["file", "field", "fields", "headers", "header", "boundary", "cut off", "nothing", "no end"],
)
def test_too_much_and_what_is_no_form_is_refused(tmp_path: Path, body: bytes, status: int) -> None:
    assert refused(body, tmp_path) == status
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("boundary", ["", "; boundary=", "; boundary=" + "x" * 500])
def test_a_boundary_that_is_none_is_refused(tmp_path: Path, boundary: str) -> None:
    assert refused(TOKEN + b"--x--", tmp_path, kind=f"multipart/form-data{boundary}") == 400


@pytest.mark.parametrize("body", [b"token=right&a=%ff", b"token=right&a=\xff", b"&".join([b"a=b"] * (MAX_FIELDS + 1))])
def test_fields_that_are_none_are_refused(tmp_path: Path, body: bytes) -> None:
    assert refused(body, tmp_path, kind=forms.URLENCODED) == 400


def test_of_what_comes_twice_the_first_counts(tmp_path: Path) -> None:
    assert posted(b"token=right&a=1&a=2&token=wrong", tmp_path, kind=forms.URLENCODED).text("a") == "1"
    form = posted(TOKEN + TOKEN.replace(b"right", b"wrong") + file_part() + file_part("b") + b"--x--", tmp_path)
    assert form.files["file"].name == "실적.csv"


def test_a_field_that_was_left_empty_is_no_file(tmp_path: Path) -> None:
    assert posted(TOKEN + file_part("", b"") + b"--x--", tmp_path).files == {}


def test_whoever_says_nothing_any_more_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def silent() -> AsyncIterator[bytes]:
        yield TOKEN
        await asyncio.sleep(60)

    async def dripping() -> AsyncIterator[bytes]:
        for byte in TOKEN:
            yield bytes([byte])
            await asyncio.sleep(0.002)

    monkeypatch.setattr(forms, "MAX_SECONDS_OF_SILENCE", 0.05)
    assert refused(silent(), tmp_path) == 408
    monkeypatch.setattr(forms, "MAX_SECONDS", 0.02)
    assert refused(dripping(), tmp_path) == 408

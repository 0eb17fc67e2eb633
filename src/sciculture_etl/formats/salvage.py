"""What can be had of bytes that are no table: how they are written, members of damaged packages, parts of mails."""

from __future__ import annotations

import codecs
import email
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from email.header import decode_header, make_header

from sciculture_etl.formats.html import is_parted_well
from sciculture_etl.formats.recognise import ARCHIVED_PAGE

LOCAL = b"PK\x03\x04"
CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1f]")
ENCODED_HEADER = "=?"
MAX_MEMBERS, MAX_INFLATED = 1_000, 64 * 1024**2  # of a damaged package


def encoding_of(first: bytes) -> str | None:
    """What the beginning of a part is written in, None where it is no text."""
    if first.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if first.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if first[:2] in (b"<\x00", b"\x00<"):
        return "utf-16-le" if first[:1] == b"<" else "utf-16-be"
    if CONTROLS.search(first):
        return None
    for encoding in ("utf-8", "cp949"):
        try:
            codecs.getincrementaldecoder(encoding)("strict").decode(first)
        except UnicodeDecodeError:
            continue
        return encoding
    # Text with a few odd bytes is text all the same.
    return "cp949" if first.decode("cp949", "replace").count("\ufffd") * 20 < len(first) else None


def decoded(data: bytes) -> str | None:
    encoding = encoding_of(data)
    return data.decode(encoding, "replace").removeprefix("\ufeff") if encoding else None


def is_mail(data: bytes) -> bool:
    return ARCHIVED_PAGE.match(data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")) is not None


def parts_of_mail(data: bytes) -> Iterator[bytes]:
    """What an archived page, or a mail, holds in letters that stand for other bytes; nothing where it can't be
    parted in linear time.
    """
    if not is_parted_well(data):
        return
    for part in email.message_from_bytes(data).walk():
        encoded = [str(value) for value in part.values() if ENCODED_HEADER in str(value)]
        for value in encoded:
            with suppress(LookupError, ValueError):
                yield str(make_header(decode_header(value))).encode()
        content = None if part.is_multipart() else part.get_payload(decode=True)
        if isinstance(content, bytes):
            yield content


def unzipped(data: bytes, most: int) -> bytes:
    """What a gzip file holds, at most so many bytes of it, as far as it can be unpacked."""
    try:
        return zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(data, most)
    except zlib.error:
        return b""


def inflated_members(data: bytes) -> Iterator[bytes]:
    """Members of a package by their own headers, as far as they can be unpacked."""
    left, at = MAX_INFLATED, data.find(LOCAL)
    for _ in range(MAX_MEMBERS):
        if at < 0 or left <= 0:
            return
        method = int.from_bytes(data[at + 8 : at + 10], "little")
        start = at + 30 + sum(int.from_bytes(data[at + n : at + n + 2], "little") for n in (26, 28))
        following = data.find(LOCAL, at + 4)
        content = data[start : following if following > 0 else len(data)]
        if method == zipfile.ZIP_DEFLATED:
            unpacker, unpacked, packed = zlib.decompressobj(-15), bytearray(), content
            try:
                # Piece by piece: what comes before the damage is told.
                for piece in range(0, len(packed), 4096):
                    unpacked += unpacker.decompress(packed[piece : piece + 4096], max(1, left - len(unpacked)))
                    if len(unpacked) >= left:
                        break
            except zlib.error:
                pass
            content = bytes(unpacked)
        left -= len(content)
        yield content
        at = following

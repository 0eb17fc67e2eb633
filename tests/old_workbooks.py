"""Old workbooks (.xls) record by record, as no library writes them. All that stands in them is invented."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable, Sequence

import olefile
import xlwt
from xlwt.CompoundDoc import XlsDoc

Record = tuple[int, bytes]
BOF, EOF, BOUNDSHEET, CODEPAGE, NUMBER = 0x809, 0x0A, 0x85, 0x42, 0x203
CHART = 0x20


def written(write: Callable[[xlwt.Workbook], None]) -> bytes:
    """What xlwt makes of a workbook."""
    book = xlwt.Workbook(encoding="utf-8")
    write(book)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def records_of(data: bytes) -> list[Record]:
    with olefile.OleFileIO(io.BytesIO(data)) as ole:
        stream = ole.openstream("Workbook").read()
    found, at = [], 0
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        if not kind and not size:
            break
        found.append((kind, stream[at + 4 : at + 4 + size]))
        at += 4 + size
    return found


def from_records(records: Sequence[Record]) -> bytes:
    """The file of those records; sheets are listed where they lie."""
    places, depth, at = [], 0, 0
    for kind, body in records:
        if kind == BOF:
            if depth == 0:
                places.append(at)
            depth += 1
        elif kind == EOF:
            depth -= 1
        at += 4 + len(body)
    sheets = iter(places[1:])
    stream = b""
    for kind, body in records:
        if kind == BOUNDSHEET and (place := next(sheets, None)) is not None:
            body = struct.pack("<I", place) + body[4:]
        stream += struct.pack("<HH", kind, len(body)) + body
    return in_container(stream)


def in_container(stream: bytes) -> bytes:
    target = io.BytesIO()
    XlsDoc().save(target, stream)
    return target.getvalue()


def begin(kind: int) -> Record:
    return BOF, struct.pack("<HHHHII", 0x600, kind, 0x0DBB, 1996, 0, 6)


def number(row: int, column: int, value: float) -> Record:
    return NUMBER, struct.pack("<HHHd", row, column, 15, value)


def at_end_of(part: int, records: Sequence[Record], *more: Record) -> list[Record]:
    """Records put before the end of the globals (part 0) or of a sheet (1, 2, ...)."""
    ends = [place for place, (kind, _) in enumerate(records) if kind == EOF]
    return [*records[: ends[part]], *more, *records[ends[part] :]]


def with_codepage(data: bytes, codepage: int) -> bytes:
    changed = [(kind, struct.pack("<H", codepage) if kind == CODEPAGE else body) for kind, body in records_of(data)]
    return from_records(changed)


def with_charts(data: bytes) -> bytes:
    """A chart with cached numbers at the places of the first sheet's cells within it, and a chart as a sheet."""
    chart = [begin(CHART), *(number(row, column, 999.0) for row in range(3) for column in range(12)), (EOF, b"")]
    records = at_end_of(1, records_of(data), *chart)
    listed = struct.pack("<IBBBB", 0, 0, 2, 3, 0) + b"One"
    place = max(place for place, (kind, _) in enumerate(records) if kind == BOUNDSHEET)
    return from_records([*records[: place + 1], (BOUNDSHEET, listed), *records[place + 1 :], *chart])

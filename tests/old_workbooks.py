"""Old workbooks (.xls) record by record, as no library writes them. All that stands in them is invented."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable, Mapping, Sequence

import olefile
import xlwt
from xlwt.CompoundDoc import XlsDoc

Record = tuple[int, bytes]
BOF, EOF, BOUNDSHEET, CODEPAGE, NUMBER = 0x809, 0x0A, 0x85, 0x42, 0x203
CHART = 0x20
END, FREE = 0xFFFFFFFE, 0xFFFFFFFF  # of a chain of sectors, and of what is none


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


def in_compound_file(workbook: bytes, more: Mapping[str, bytes]) -> bytes:
    """A workbook in a container that holds other streams beside it, each of 4 KiB at least."""
    with olefile.OleFileIO(io.BytesIO(workbook)) as ole:
        streams = {"Workbook": ole.openstream("Workbook").read(), **more}
    chains, sectors = [], b""
    for stream in streams.values():
        padded = stream.ljust(4096, b"\0")
        padded += bytes(-len(padded) % 512)
        chains.append((len(sectors) // 512, len(padded) // 512))
        sectors += padded
    entries = [("Root Entry", 5, FREE, 1, END, 0)]
    for place, (name, (start, size)) in enumerate(zip(streams, chains, strict=True), start=1):
        following = place + 1 if place < len(streams) else FREE
        entries.append((name, 2, following, FREE, start, 512 * size))
    folder = b"".join(
        name.encode("utf-16-le").ljust(64, b"\0")
        + struct.pack("<HBBIII36xIQ", 2 * len(name) + 2, kind, 1, FREE, right, child, start, size)
        for name, kind, right, child, start, size in entries
    )
    folder += bytes(-len(folder) % 512)
    chains.append((len(sectors) // 512, len(folder) // 512))
    sectors += folder
    links = [link for start, size in chains for link in (*range(start + 1, start + size), END)]
    table = struct.pack(f"<{len(links)}I", *links)
    count = 1
    while 128 * count < len(links) + count:
        count += 1
    first = len(links)
    table += struct.pack("<I", 0xFFFFFFFD) * count
    table += struct.pack("<I", FREE) * (128 * count - len(table) // 4)
    listed = [first + number for number in range(count)] + [FREE] * (109 - count)
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + struct.pack(
        "<16xHHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, count, chains[-1][0], 0, 4096, END, 0, END, 0
    )
    return head + struct.pack("<109I", *listed) + sectors + table


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

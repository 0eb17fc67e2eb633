"""When a file was last saved, as it says itself: what survives copying, which the times of a folder do not."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta, timezone

import olefile
from lxml import etree

from sciculture_etl.formats.content import Source
from sciculture_etl.formats.relations import read_relations, related_part

HEAD = 64 * 1024  # bytes in which the time stands, and more than any program writes before it
MAX_TEXT = 40  # characters of a moment, with nine decimals and a zone
FIRST, LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
KOREA = timezone(timedelta(hours=9))  # of what is written without a zone; no summer time in these years
# Of the empty workbooks of Excel 2007 and 2016, which libraries carry and copy into all that they write.
CONSTANTS = {
    datetime(2006, 9, 13, 11, 21, 55, tzinfo=UTC),
    datetime(2015, 6, 5, 18, 17, 26, tzinfo=UTC),
    datetime(2015, 6, 5, 18, 19, 39, tzinfo=UTC),
}
# Of the summary of an old workbook: where its list of properties is said to begin, and two of their numbers.
SECTION_AT, LAST_SAVED, FILETIME = 44, 13, 64

Reader = Callable[[Source], str | datetime | None]


def saved_at(source: Source, read: Reader) -> datetime | None:
    """The moment (UTC) of a file's last saving; None where it says none, none that can be, or one of a program's own.

    A program that writes a constant writes midnight (our own forms and answers too), a moment before there were such
    files, or that of the empty workbook which it fills. Never raises: whatever stands there is no reason to refuse.
    """
    try:
        written = read(source)
        moment = datetime.fromisoformat(written.strip()) if isinstance(written, str) else written
        if moment is None or moment.time() == time():
            return None
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=KOREA)).astimezone(UTC)
    except Exception:
        return None
    return moment if FIRST <= moment < LAST and moment not in CONSTANTS else None


def saved_in_workbook(source: Source) -> str | None:
    """Of a workbook of parts: its core properties."""
    part = related_part(read_relations(source.package), "core-properties", source.package, "docProps/core.xml")
    return _text(_head_of(source, part), "coreProperties/modified") if part else None


def saved_in_opendocument(source: Source) -> str | None:
    return _text(_head_of(source, "meta.xml"), "meta/date")


def saved_in_hwpx(source: Source) -> str | None:
    return _text(_head_of(source, "Contents/content.hpf"), 'metadata/meta[@name="ModifiedDate"]')


def saved_in_flat_workbook(source: Source) -> str | None:
    return _text(source.utf8[:HEAD], "DocumentProperties/LastSaved")


def saved_in_flat_opendocument(source: Source) -> str | None:
    return _text(source.utf8[:HEAD], "meta/date")


def saved_in_old_workbook(source: Source) -> datetime | None:
    """Of an old workbook: its summary, if it has one.

    Of a list of properties, each with its number and its place, only the one is read: the library reads them all, and
    thousands of them may point to the same long one.
    """
    with olefile.OleFileIO(io.BytesIO(source.data)) as ole:
        summary = ole.openstream("\x05SummaryInformation").read(HEAD)
    (section,) = struct.unpack_from("<I", summary, SECTION_AT)
    (count,) = struct.unpack_from("<I", summary, section + 4)
    listed = summary[section + 8 : section + 8 + 8 * count]
    place = dict(struct.iter_unpack("<II", listed[: len(listed) // 8 * 8]))[LAST_SAVED]
    kind, tenths = struct.unpack_from("<IQ", summary, section + place)
    return datetime(1601, 1, 1, tzinfo=UTC) + timedelta(microseconds=tenths // 10) if kind == FILETIME else None


def _head_of(source: Source, part: str) -> bytes:
    return source.package.open(part).read(HEAD)


def _text(head: bytes, path: str) -> str | None:
    """The text of the first element of a path, whatever their namespaces; a head may end anywhere."""
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False)
    root = etree.fromstring(head, parser)
    parent, _, child = path.partition("/")
    found = next((own for within in root.iter(f"{{*}}{parent}") for own in within.iterfind(f"{{*}}{child}")), None)
    return found.text if found is not None and found.text and len(found.text) <= MAX_TEXT else None

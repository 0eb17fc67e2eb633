"""What a file is, by its first bytes and never by its name."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import olefile

from sciculture_etl.findings import Finding, unsupported
from sciculture_etl.formats.content import Source
from sciculture_etl.formats.grid import RefusedError
from sciculture_etl.formats.package import Package
from sciculture_etl.formats.relations import main_part
from sciculture_etl.formats.xml_tree import local_name, read_xml

OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = (b"PK\x03\x04", b"PK\x05\x06")
MARKS = b"\xef\xbb\xbf\xff\xfe"  # byte order marks
HEAD = 4096  # bytes in which a file shows what it is
DRM = (b"\x9b DRMONE", b"<## NASCA DRM FILE")  # Fasoo, NASCA
DRM_LETTERS = b"SCDSA0"  # SoftCamp, whose versions differ in the last three digits; a header may begin so too
# First bytes that no text begins with → name in expectations/formats.yml.
FOREIGN = {
    b"\x89PNG\r\n": "picture", b"\xff\xd8\xff": "picture", b"II*\x00": "picture", b"MM\x00*": "picture",
    b"Rar!\x1a\x07": "archive", b"7z\xbc\xaf\x27\x1c": "archive", b"\x1f\x8b\x08": "archive",
    b"ALZ\x01": "archive", b"ARROW1\x00\x00": "parquet", b"SQLite format 3\x00": "database", b"Obj\x01": "parquet",
}  # fmt: skip
# First letters that a header may begin with too: then what follows is text.
FOREIGN_LETTERS = {
    b"GIF87a": "picture", b"GIF89a": "picture", b"EGGA": "archive", b"HWP Document File V": "hwp", b"PAR1": "parquet",
}  # fmt: skip
FOREIGN_TEXTS = {re.compile(rb"%PDF-\d\.\d"): "pdf", re.compile(rb"\{\\rtf\d"): "word"}
BINARY = re.compile(rb"[\x00-\x08\x0e-\x1f]")
BITMAP_HEADERS = (12, 16, 40, 52, 56, 64, 108, 124)  # bytes, by the versions of their format
# Streams of an OLE2 file, which are named in UTF-16.
STREAMS = {"FileHeader": "hwp", "HwpSummaryInformation": "hwp", "WordDocument": "word", "PowerPoint Document": "slides"}
# Parts of a package.
PARTS = {"word/document.xml": "word", "ppt/presentation.xml": "slides", "Index/Document.iwa": "numbers",
         "index.xml": "numbers"}  # fmt: skip
# Elements that a page begins with. A title in angle brackets (<2020년 실적>, <KOFAC>) is none.
PAGE = re.compile(
    rb"<(?:!doctype\s|/?(?:html|head|meta|title|base|link|style|script|body|form|table|caption|colgroup|thead|tbody|tr|td"
    rb"|th|div|center|font|span|p|br|b|h[1-6]|img|input|iframe|frameset)[\s/>])",
    re.IGNORECASE,
)
XML = re.compile(rb"<(?:\?xml\s|[^\s<>/?!]+\s[^<>]*xmlns)")
TABLE = re.compile(rb"<(?:[\w.-]+:)?table[\s>]", re.IGNORECASE)
ROOT = re.compile(rb"<(?:[^\s<>/:]+:)?([^\s<>/:]+)")
ARCHIVED_PAGE = re.compile(rb"(?:[\w-]+:[^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*)*?MIME-Version:", re.IGNORECASE)


def package_kind(package: Package) -> str:
    """Of a zip package: ``xlsx``, ``xlsb``, ``hwpx`` or ``ods``. Raises RefusedError for anything else."""
    parts = package.parts
    if "META-INF/manifest.xml" in parts and b"encryption-data" in package.read("META-INF/manifest.xml"):
        raise RefusedError(Finding("R_ENCRYPTED"))
    main = main_part(package)
    if main and main.endswith(".bin"):
        return "xlsb"
    if main and local_name(read_xml(package.read(main))) == "workbook":
        return "xlsx"
    if any(re.fullmatch(r"Contents/section\d+\.xml", name) for name in parts):
        return "hwpx"
    if "content.xml" in parts:
        return "ods"
    known = next((kind for name, kind in PARTS.items() if name in parts), "archive")
    raise RefusedError(unsupported(known))


def refuse_foreign(source: Source) -> None:
    """Raises RefusedError, naming what it is, for a file that is empty, locked, or of a format that isn't read."""
    data = source.data
    if not data.strip(b"\x00 \t\r\n" + MARKS):
        raise RefusedError(Finding("R_EMPTY"))
    head = data[:HEAD]
    bare = head.lstrip(MARKS + b" \t\r\n")
    if bare.startswith(DRM) or (bare.startswith(DRM_LETTERS) and BINARY.search(head)):
        raise RefusedError(Finding("R_DRM"))
    if kind := _foreign_kind(head):
        raise RefusedError(unsupported(kind))
    if bare.startswith(b"{") and _is_shortcut(data):
        raise RefusedError(unsupported("shortcut"))
    if data.startswith(OLE2):
        _refuse_foreign_streams(data)


def _foreign_kind(head: bytes) -> str | None:
    for signature, kind in FOREIGN.items():
        if head.startswith(signature):
            return kind
    for letters, kind in FOREIGN_LETTERS.items():
        if head.startswith(letters) and BINARY.search(head):
            return kind
    if head.startswith(b"BM") and head[6:10] == bytes(4) and int.from_bytes(head[14:18], "little") in BITMAP_HEADERS:
        return "picture"
    return next((kind for pattern, kind in FOREIGN_TEXTS.items() if pattern.match(head)), None)


def _refuse_foreign_streams(data: bytes) -> None:
    def holds(stream: str) -> bool:
        return stream.encode("utf-16-le") in data

    if holds("EncryptedPackage"):
        raise RefusedError(Finding("R_ENCRYPTED"))
    other = next((kind for stream, kind in STREAMS.items() if holds(stream)), None)
    # A document of another kind may have a workbook within it.
    if other and not ((holds("Workbook") or holds("Book")) and _is_workbook(data)):
        raise RefusedError(unsupported(other))


def _is_workbook(data: bytes) -> bool:
    try:
        with olefile.OleFileIO(data) as ole:
            return bool(ole.exists("Workbook") or ole.exists("Book"))
    except Exception:
        return True  # said to be broken when it is read


def is_old_workbook(source: Source) -> bool:
    return source.data.startswith(OLE2)


def is_package(kind: str) -> Callable[[Source], bool]:
    return lambda source: source.data.startswith(ZIP) and package_kind(source.package) == kind


def is_archived_page(source: Source) -> bool:
    return ARCHIVED_PAGE.match(_plain(source)) is not None


def _is_markup(source: Source) -> bool:
    plain = _plain(source)
    return plain.startswith(b"<!--") or bool(PAGE.match(plain) or XML.match(plain))


def is_xml(*roots: str) -> Callable[[Source], bool]:
    """Whether it is XML whose outermost element bears one of those names."""
    return lambda source: _is_markup(source) and root_name(source.utf8) in roots


def is_page(source: Source) -> bool:
    """Whether it is a web page, or XML with tables like those of one. Raises RefusedError for other XML."""
    if not _is_markup(source):
        return False
    if XML.match(_plain(source)) and root_name(source.utf8).lower() != "html" and not TABLE.search(source.utf8):
        raise RefusedError(unsupported("hwp" if root_name(source.utf8) == "HWPML" else "xml"))
    return True


def _plain(source: Source) -> bytes:
    """Its beginning without marks and, where two bytes make a character, without every other one."""
    return source.data[:HEAD].lstrip(MARKS + b" \t\r\n").replace(b"\x00", b"").lstrip(b" \t\r\n")


def root_name(text: bytes) -> str:
    """Name of the first element, without its prefix; empty where there is none."""
    at = 0
    while (at := text.find(b"<", at)) >= 0:
        if text.startswith(b"<!--", at):
            at = text.find(b"-->", at)
        elif text.startswith(b"<?", at):
            at = text.find(b"?>", at)
        elif text.startswith(b"<!", at):
            at = text.find(b">", at)
        else:
            found = ROOT.match(text, at)
            return found[1].decode(errors="replace") if found else ""
        if at < 0:
            break
    return ""


def _is_shortcut(data: bytes) -> bool:
    """A file that only points at a document kept by a service, as Google Drive leaves them on a disk."""
    try:
        told = json.loads(data[:65536])
    except ValueError:
        return False
    return isinstance(told, dict) and bool({"url", "doc_id", "resource_id"} & told.keys())

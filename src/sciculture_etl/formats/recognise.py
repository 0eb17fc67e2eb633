"""What a file is, by its first bytes and never by its name."""

from __future__ import annotations

import json
import re

from sciculture_etl.findings import Finding, unsupported
from sciculture_etl.formats.content import Source
from sciculture_etl.formats.grid import RefusedError
from sciculture_etl.formats.package import Package
from sciculture_etl.formats.relations import main_part
from sciculture_etl.formats.xml_tree import local_name, read_xml

OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MARKS = b"\xef\xbb\xbf\xff\xfe"  # byte order marks
# SoftCamp (its versions differ in the last three digits), Fasoo, NASCA.
DRM = (b"SCDSA0", b"\x9b DRMONE", b"<## NASCA DRM FILE")
# First bytes → name in expectations/formats.yml.
FOREIGN = {
    b"\x89PNG": "picture", b"\xff\xd8\xff": "picture", b"GIF8": "picture", b"BM": "picture", b"II*\x00": "picture",
    b"MM\x00*": "picture", b"%PDF": "pdf", b"Rar!": "archive", b"7z\xbc\xaf\x27\x1c": "archive",
    b"\x1f\x8b": "archive", b"EGGA": "archive", b"ALZ\x01": "archive", b"HWP Document File": "hwp", b"{\\rtf": "word",
    b"PAR1": "parquet", b"ARROW1": "parquet", b"SQLite format 3": "database", b"Obj\x01": "parquet",
}  # fmt: skip
# Streams of an OLE2 file, which are named in UTF-16.
STREAMS = {"FileHeader": "hwp", "HwpSummaryInformation": "hwp", "WordDocument": "word", "PowerPoint Document": "slides"}
# Parts of a package.
PARTS = {"word/document.xml": "word", "ppt/presentation.xml": "slides", "Index/Document.iwa": "numbers",
         "index.xml": "numbers"}  # fmt: skip
MARKUP = re.compile(rb"<(?:!|\?|/?[a-z][a-z0-9]*(?::[a-z]+)?[\s>/])", re.IGNORECASE)
ARCHIVED_PAGE = re.compile(rb"(?:[\w-]+:[^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*)*?MIME-Version:", re.IGNORECASE)


def _package_kind(package: Package) -> str:
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


def _ole2_kind(data: bytes) -> str:
    def holds(stream: str) -> bool:
        return stream.encode("utf-16-le") in data

    if holds("EncryptedPackage"):
        raise RefusedError(Finding("R_ENCRYPTED"))
    if holds("Workbook") or holds("Book"):
        return "xls"
    for stream, kind in STREAMS.items():
        if holds(stream):
            raise RefusedError(unsupported(kind))
    return "xls"


def recognise_format(source: Source) -> str:
    """``csv``, ``xlsx``, ``xlsb``, ``ods``, ``xls``, ``hwpx``, ``html``, ``xml`` or ``mhtml``. Raises RefusedError for
    anything else.
    """
    data = source.data
    if not data.strip(b"\x00 \t\r\n" + MARKS):
        raise RefusedError(Finding("R_EMPTY"))
    bare = data[:4096].lstrip(MARKS + b" \t\r\n")
    if data.startswith(DRM) or bare.startswith(DRM):
        raise RefusedError(Finding("R_DRM"))
    for signature, kind in FOREIGN.items():
        if data.startswith(signature):
            raise RefusedError(unsupported(kind))
    if data.startswith(OLE2):
        return _ole2_kind(data)
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _package_kind(source.package)
    plain = bare.replace(b"\x00", b"").lstrip(b" \t\r\n")
    if MARKUP.match(plain):
        return "xml" if plain.startswith(b"<?xml") and not re.search(rb"<(?:!doctype )?html", plain, re.I) else "html"
    if ARCHIVED_PAGE.match(plain):
        return "mhtml"
    if plain.startswith(b"{") and _is_shortcut(data):
        raise RefusedError(unsupported("shortcut"))
    return "csv"


def _is_shortcut(data: bytes) -> bool:
    """A file that only points at a document kept by a service, as Google Drive leaves them on a disk."""
    try:
        told = json.loads(data[:65536])
    except ValueError:
        return False
    return isinstance(told, dict) and bool({"url", "doc_id", "resource_id"} & told.keys())

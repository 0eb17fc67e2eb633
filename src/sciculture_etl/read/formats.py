"""What a file is, by its first bytes and never by its name."""

from __future__ import annotations

import io
import zipfile

from sciculture_etl.findings import Finding
from sciculture_etl.read.grid import Grid, Refused, read_text_grid
from sciculture_etl.read.workbook import read_workbook_grids

OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
DRM = (b"SCDSA002", b"SCDSA004", b"\x9b DRMONE")
FOREIGN = {
    b"\x89PNG": "PNG 그림(PNG picture)",
    b"\xff\xd8\xff": "JPEG 그림(JPEG picture)",
    b"GIF8": "GIF 그림(GIF picture)",
    b"%PDF": "PDF",
    b"Rar!": "RAR 압축 파일(RAR archive)",
    b"7z\xbc\xaf": "7z 압축 파일(7z archive)",
    b"\x1f\x8b": "gzip 압축 파일(gzip archive)",
    b"HWP Document File": "한글 문서(HWP)",
}


def _unsupported(what: str) -> Refused:
    return Refused(Finding("R_UNSUPPORTED_FORMAT", value=what))


def _package_kind(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            names = set(package.namelist())
    except zipfile.BadZipFile:
        raise _unsupported("깨진 엑셀 파일(broken workbook)") from None
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "xl/workbook.bin" in names:
        return "xlsb"
    if "Contents/content.hpf" in names:
        raise _unsupported("한글 문서(HWPX)")
    if "content.xml" in names:
        return "ods"
    raise _unsupported("압축 파일(ZIP archive)")


def recognise_format(data: bytes) -> str:
    """``csv``, ``xlsx``, ``xlsb``, ``ods`` or ``xls``. Raises Refused for anything else."""
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise Refused(Finding("R_EMPTY"))
    if data.startswith(DRM):
        raise Refused(Finding("R_DRM"))
    for signature, what in FOREIGN.items():
        if data.startswith(signature):
            raise _unsupported(what)
    if data.startswith(OLE2):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise Refused(Finding("R_ENCRYPTED"))
        if "HwpSummaryInformation".encode("utf-16-le") in data:
            raise _unsupported("한글 문서(HWP)")
        return "xls"
    if data.startswith(b"PK\x03\x04"):
        return _package_kind(data)
    if data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise _unsupported("웹 문서(HTML/XML)")
    return "csv"


def read_grids(data: bytes, max_unpacked_bytes: int) -> tuple[str, list[Grid]]:
    """Format and sheets of a file. Raises Refused with the finding that says why it can't be read."""
    kind = recognise_format(data)
    if kind == "csv":
        return kind, [read_text_grid(data)]
    return kind, read_workbook_grids(data, max_unpacked_bytes)

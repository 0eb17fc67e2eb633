"""Personal data in what is no cell: notes, headers and footers, text boxes, formulas, pivot caches, damaged files."""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from html import unescape

from sciculture_etl.formats.content import Source
from sciculture_etl.formats.grid import RefusedError
from sciculture_etl.formats.package import CHUNK, Package
from sciculture_etl.privacy.search import ELSEWHERE, Text, shown_sheet

# Runs of one text, which a program may cut anywhere; every other tag ends a text.
WITHIN_TEXT = re.compile(
    r"</?(?:\w+:)?(?:t|r|rPr|span|b|i|u|s|em|strong|font|sz|color|rFont|family|charset|scheme)\b[^>]*>"
)
TAG = re.compile(r"<[^>]*>")
SAYING = re.compile(
    r'\b(?:Target|tooltip|display|prompt\w*|error\w*|name|title|descr|alt|v|text|caption|href)="([^"]+)"'
)
SHEET_NAME = re.compile(rb"<(?:\w+:)?sheet [^>]*>")
FORMULA = re.compile(rb"<f\b[^>]*>[^<]+</f>")
FOOTER_CODE = re.compile(r"&amp;(?:[A-Z]|\d{1,2}(?!\d)|&quot;.*?&quot;)")  # &L: what follows stands left
NOTED = re.compile(r'<(?:\w+:)?(comment|threadedComment) [^>]*?\bref="([A-Z]+)(\d+)"[^>]*>(.*?)</(?:\w+:)?\1>', re.S)
AUTHORS = re.compile(r"<(?:\w+:)?authors>.*?</(?:\w+:)?authors>|<dc:creator>.*?</dc:creator>", re.S)
ANNOTATION = re.compile(r"<office:annotation\b.*?</office:annotation>", re.S)
RELATION = re.compile(r'Target="([^"]*(?:comment|threadedComment)[^"]*\.xml)"', re.I)
PRINTABLE = re.compile(rb"[\x20-\x7e]{9,}")
PRINTABLE_WIDE = re.compile(rb"(?:[\x20-\x7e]\x00){9,}")
# Who is logged in on which account is written here by programs, unseen by whoever sends the file.
OF_THE_PROGRAM = ("docProps/", "customXml/", "docMetadata/", "xl/persons/", "meta.xml")
NOT_LOOKED_AT = re.compile(
    r"xl/(?:sharedStrings|styles|theme/|media/|printerSettings/|calcChain)|docProps/app\.xml|\.(?:png|jpe?g|gif|emf|wmf)$",
    re.I,
)
CALLED = {
    "comment": ("메모", "note"), "drawing": ("도형·글상자", "shape or text box"),
    "worksheets": ("시트 설정·수식", "sheet settings or formula"), "workbook": ("이름 정의", "defined name"),
    "pivot": ("피벗 캐시", "pivot cache"), "chart": ("차트", "chart"), "externalLinks": ("외부 연결", "external link"),
    "docProps": ("문서 속성", "document properties"),
}  # fmt: skip
LONGEST_FORMULA = 16_384
MAX_MEMBERS, MAX_INFLATED = 1_000, 64 * 1024**2  # of a damaged package


def texts_in_parts(source: Source, sheets: list[str | None]) -> list[Text]:
    """Of a file that could be read, all but its cells.

    Args:
        sheets: names in the workbook's order.

    Raises:
        RefusedError: Where a part is too large to be looked at.
    """
    if not source.data.startswith(b"PK"):
        return list(_texts(_runs(source.data), ELSEWHERE))
    package = source.package
    paths = _sheet_paths(package)
    texts, parts = _notes(package, paths, sheets)
    for name in package.parts:
        if name in parts or NOT_LOOKED_AT.search(name):
            continue
        content = _around_cells(package, name) if name in paths else _content(package, name)
        texts += _in_part(name, content, name in paths)
    return texts


def _content(package: Package, name: str) -> bytes:
    try:
        return package.read(name)
    except RefusedError as refusal:
        if refusal.finding.code == "R_TOO_LARGE":
            raise
        return b""  # what can't be unpacked nobody can read


def _around_cells(package: Package, name: str) -> bytes:
    """What stands in a sheet before and after its cells, and the formulas of these."""
    kept, tail, cells = [], b"", False
    with package.open(name) as stream:
        while chunk := stream.read(CHUNK):
            text = tail + chunk
            if not cells and (start := text.find(b"<sheetData")) >= 0:
                kept.append(text[:start])
                text, cells = text[start:], True
            end = text.find(b"</sheetData>") if cells else -1
            within = text[: max(end, 0)] if end >= 0 else text
            if cells:
                kept += FORMULA.findall(within)
            if end >= 0:
                kept.append(text[end:])
                cells, tail = False, b""
            elif cells:
                tail = text[-LONGEST_FORMULA:]
            else:
                kept.append(text[: -len(b"<sheetData")])
                tail = text[-len(b"<sheetData") :]
    return b"\n".join([*kept, tail])


def _sheet_paths(package: Package) -> list[str]:
    """Worksheets in the workbook's order, as far as it can be told."""
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= package.parts.keys():
        return []
    book = _content(package, "xl/workbook.xml").decode("utf-8", "replace")
    relations = _content(package, "xl/_rels/workbook.xml.rels").decode("utf-8", "replace")
    targets = {}
    for element in re.findall(r"<(?:\w+:)?Relationship [^>]*>", relations):
        own = dict(re.findall(r'(\w+)="([^"]*)"', element))
        targets[own.get("Id", "")] = own.get("Target", "")
    paths = []
    for element in re.findall(r"<(?:\w+:)?sheet [^>]*>", book):
        found = re.search(r'\w+:id="([^"]*)"', element)
        target = targets.get(found[1] if found else "", "")
        paths.append(target.lstrip("/") if target.startswith("/") else f"xl/{target}")
    return paths if set(paths) <= package.parts.keys() else []


def _notes(package: Package, paths: list[str], sheets: list[str | None]) -> tuple[list[Text], set[str]]:
    """Notes with the cells that they hang on, and the parts they stand in."""
    texts, parts = [], set()
    for number, path in enumerate(paths, start=1):
        folder, name = posixpath.split(path)
        relations = f"{folder}/_rels/{name}.rels"
        if relations not in package.parts:
            continue
        sheet = shown_sheet(sheets[number - 1], number) if len(sheets) == len(paths) else None
        for target in RELATION.findall(_content(package, relations).decode("utf-8", "replace")):
            part = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"{folder}/{target}")
            if part not in package.parts:
                continue
            parts.add(part)
            text = AUTHORS.sub("", _content(package, part).decode("utf-8", "replace"))
            for _, letters, row, note in NOTED.findall(text):
                said = CALLED["comment"]
                texts += [Text(line, said, sheet, int(row), f"{letters}{row}") for line in _xml_lines(note)]
    unique = dict.fromkeys(texts)  # a threaded note stands in two parts
    return list(unique), parts


def _in_part(name: str, content: bytes, is_sheet: bool) -> Iterator[Text]:
    said = next((words for part, words in CALLED.items() if part in name), ELSEWHERE)
    if name == "content.xml":  # the cells of an OpenDocument sheet, which were looked at, and its notes
        notes = ANNOTATION.findall(content.decode("utf-8", "replace"))
        lines = _xml_lines("\n".join(AUTHORS.sub("", text) for text in notes))
        said = CALLED["comment"]
    elif is_sheet:
        lines = _xml_lines(FOOTER_CODE.sub("\n", content.decode("utf-8", "replace")))
    elif name.endswith(".bin"):
        lines = [] if "worksheets/" in name else list(_runs(content))
    else:
        lines = list(_lines(SHEET_NAME.sub(b"", content) if name == "xl/workbook.xml" else content))
    yield from _texts(lines, said, by_program=name.startswith(OF_THE_PROGRAM))


def texts_in_bytes(data: bytes) -> list[Text]:
    """Of a file that can't be read as tables: its lines, what can still be unpacked of it, and texts in its bytes."""
    if not data.startswith(b"PK"):
        text = _decoded(data)
        if text is None:
            return list(_texts(_runs(data), ELSEWHERE))
        lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        shown = [" ".join(_xml_lines(line)) if "<" in line else line for line in lines]
        return [Text(line, ("줄", "line"), row=row) for row, line in enumerate(shown, start=1)]
    return [text for content in _inflated(data) for text in _texts(_lines(content), ELSEWHERE)]


def _inflated(data: bytes) -> Iterator[bytes]:
    """Members of a package by their own headers, as far as they can be unpacked."""
    left, at = MAX_INFLATED, data.find(b"PK\x03\x04")
    for _ in range(MAX_MEMBERS):
        if at < 0 or left <= 0:
            return
        method = int.from_bytes(data[at + 8 : at + 10], "little")
        start = at + 30 + sum(int.from_bytes(data[at + n : at + n + 2], "little") for n in (26, 28))
        following = data.find(b"PK\x03\x04", at + 4)
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


def _decoded(data: bytes) -> str | None:
    encodings = ["utf-16"] if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ["utf-8-sig", "cp949"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if "\x00" in text else text
    # Text with a few odd bytes is text all the same.
    text = data.decode("cp949", "replace")
    return text if "\x00" not in text and text.count("\ufffd") * 20 < len(text) else None


def _lines(content: bytes) -> Iterator[str]:
    text = _decoded(content)
    if text is None:
        yield from _runs(content)
    elif "<" in text[:1024]:
        yield from _xml_lines(text)
    else:
        yield from text.splitlines()


def _xml_lines(text: str) -> list[str]:
    saying = [unescape(value).replace("mailto:", "") for value in SAYING.findall(text)]
    content = unescape(TAG.sub("\n", WITHIN_TEXT.sub("", text)))
    return [line for line in [*content.split("\n"), *saying] if line.strip()]


def _runs(content: bytes) -> Iterator[str]:
    """Texts of one and of two bytes a character amid bytes of other kinds."""
    for run in PRINTABLE.findall(content):
        yield run.decode("ascii")
    for run in PRINTABLE_WIDE.findall(content):
        yield run.decode("utf-16-le")


def _texts(lines: Iterable[str], said: tuple[str, str], by_program: bool = False) -> Iterator[Text]:
    return (Text(line, said, by_program=by_program) for line in lines)

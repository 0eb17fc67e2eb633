"""Every text of a file beside the cells of its grids: of all parts of a package, of packages within it, of bytes."""

from __future__ import annotations

import codecs
import io
import itertools
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace

import olefile
import polars as pl

from sciculture_etl.formats.content import Source
from sciculture_etl.formats.grid import RefusedError, too_large
from sciculture_etl.formats.markup_texts import texts_of_bytes, texts_of_markup
from sciculture_etl.formats.notes import notes_of, sheets_of
from sciculture_etl.formats.package import CHUNK, LOCAL_HEADER, Package, Part
from sciculture_etl.formats.salvage import (
    LOCAL,
    decoded,
    encoding_of,
    inflated_members,
    is_mail,
    parts_of_mail,
    unzipped,
)
from sciculture_etl.privacy.search import ELSEWHERE, Texts
from sciculture_etl.settings import DEFAULT_LIMITS, Limits

OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP, END_OF_ZIP, GZIP = b"PK", b"PK\x05\x06", b"\x1f\x8b"  # pictures are packed so, too
# What shows nothing but points or sounds, by its first bytes: no text can be read in it.
PICTURES = (
    b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\x00", b"MM\x00*", b"RIFF", b"\x00\x00\x01\x00"
)  # fmt: skip
TEXT_OF_PICTURE = 256 * 1024  # bytes at its beginning, where programs write who took it
CALLED = {
    "comment": ("메모", "note"), "drawing": ("도형·글상자", "shape or text box"),
    "worksheets": ("시트 설정·수식", "sheet settings or formula"), "workbook": ("이름 정의", "defined name"),
    "pivot": ("피벗 캐시", "pivot cache"), "chart": ("차트", "chart"), "externalLinks": ("외부 연결", "external link"),
    "docProps": ("문서 속성", "document properties"), "styles": ("셀 서식", "cell styles"),
    "connections": ("데이터 연결", "data connection"), "embeddings": ("삽입된 파일", "embedded file"),
    "customXml": ("문서 속성", "document properties"), "meta": ("문서 속성", "document properties"),
}  # fmt: skip
NAMES = ("압축 안의 파일 이름·설명", "names and remarks within the package")
# A cell of a sheet as programs write them; what it holds is searched as a cell.
CELL = (
    r'<(?:[a-z]{1,4}:)?c r="[A-Z]{1,3}[0-9]{1,7}"(?: s="[0-9]+")?(?: t="[a-zA-Z]+")?(?:/>|>(?:<(?:[a-z]{1,4}:)?v>[^<]*'
    r"</(?:[a-z]{1,4}:)?v>|<is><t[^<>]*>[^<]*</t></is>)?</(?:[a-z]{1,4}:)?c>)"
    r'|<(?:[a-z]{1,4}:)?row(?: [A-Za-z0-9:]+="[-0-9.:a-z ]{0,15}")*>'
)
LOGGED_IN = re.compile(rb"\x5c\x00\x70\x00[\x00-\xff]{112}")  # the record of an old workbook that says who wrote it
MAX_DEPTH = 4  # packages within packages
OVERLAP = 1024  # characters looked at with both blocks between which they stand
FAR = 64 * 1024  # characters, within which a tag is looked for to part blocks at
MAX_PIECES, MAX_PIECE_SIZE = 4_096, 4 * CHUNK  # looked at in one go
# What was found in parts as every file of a program has them: their colours, the kinds of their parts.
_KNOWN: dict[str, dict[bool, list[str]]] = {}  # piece → by program → its texts
MAX_KNOWN, MAX_KNOWN_SIZE = 256, 64 * 1024


@dataclass(frozen=True)
class Piece:
    """A piece of markup or text, and the place where it stands."""

    text: str
    said: tuple[str, str]
    sheet: str | None = None
    is_grid: bool = False  # a sheet, whose cells are searched as a grid


def texts_in_parts(source: Source, sheets: list[str | None]) -> Iterator[Texts]:
    """Of a file that could be read, all but its cells.

    Args:
        sheets: names in the workbook's order.

    Raises:
        RefusedError: Where packages within it are too deep or too large.
    """
    walk = _Walk(source.limits)
    if source.data.startswith(ZIP):
        yield from walk.package(source.package, sheets)
    else:
        yield from walk.file(source.data)


def texts_in_bytes(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Iterator[Texts]:
    """Of a file that can't be read as tables, or is no package: its lines, what can still be unpacked of it, and texts
    in its bytes.
    """
    text = None if data.startswith((ZIP, OLE2)) else decoded(data)
    if text is None or "<" in text[:CHUNK] or is_mail(data):
        with suppress(RefusedError):  # what is too deep in a file that is refused already
            yield from _Walk(limits).file(data)
        return
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    yield Texts(pl.Series(lines, dtype=pl.String), ("줄", "line"), first_row=1)


class _Walk:
    """From a file to the texts of all that is in it."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.size = 0  # of what stands in packages within packages

    def file(self, data: bytes, said: tuple[str, str] = ELSEWHERE, depth: int = 0) -> Iterator[Texts]:
        """Any bytes at all."""
        if depth > MAX_DEPTH:
            raise too_large(f"{depth}단계(levels)", f"{MAX_DEPTH}단계(levels)")
        self.size += len(data) if depth else 0
        if self.size > self.limits.unpacked_bytes:
            raise too_large(f"{self.size:,} bytes", f"{self.limits.unpacked_bytes:,} bytes")
        if data.startswith(ZIP):
            try:
                yield from self.package(Package(data, self.limits), [], said, depth)
                return
            except RefusedError as refusal:
                if refusal.finding.code == "R_TOO_LARGE" and depth:
                    raise
            for content in inflated_members(data):
                yield from self.file(content, said, depth + 1)
        elif data.startswith(GZIP):
            yield from self.file(unzipped(data, self.limits.unpacked_bytes // 4), said, depth + 1)
        elif data.startswith(OLE2):
            yield from self._streams(data, said, depth)
        else:
            if is_mail(data):
                for content in parts_of_mail(data):
                    yield from self.file(content, said, depth + 1)
            yield from _look(self._pieces(io.BytesIO(data), said, None))

    def package(
        self, package: Package, sheets: list[str | None], said: tuple[str, str] = ELSEWHERE, depth: int = 0
    ) -> Iterator[Texts]:
        """All parts of a package, its names and remarks."""
        names = sheets_of(package, sheets)
        nested: list[tuple[bytes, tuple[str, str]]] = []
        notes, handled = notes_of(package, names)
        yield from notes
        yield Texts(pl.Series(list(_names(package)), dtype=pl.String), NAMES)
        yield from _look(self._parts(package, names, handled, said, nested, depth))
        for data, place in nested:
            yield from self.file(data, place, depth + 1)

    def _parts(
        self,
        package: Package,
        names: dict[str, str | None],
        handled: set[str],
        said: tuple[str, str],
        nested: list[tuple[bytes, tuple[str, str]]],
        depth: int,
    ) -> Iterator[Piece]:
        for entry in package.entries:
            if entry.filename in handled:
                continue
            place = next((words for part, words in CALLED.items() if part in entry.filename), said)
            try:
                stream = Part(package, entry, is_searched=True)
                first = stream.read(CHUNK)
                if first.startswith((LOCAL, OLE2, GZIP)):
                    nested.append((first + _rest(stream, self.limits), place))
                    continue
                sheet = names.get(entry.filename)
                is_grid = entry.filename in names and not depth
                for piece in self._pieces(stream, place, sheet, first):
                    yield replace(piece, is_grid=is_grid)
            except RefusedError as refusal:
                if refusal.finding.code == "R_TOO_LARGE":
                    raise
                # What can't be unpacked nobody can read.

    def _streams(self, data: bytes, said: tuple[str, str], depth: int) -> Iterator[Texts]:
        """An OLE2 file: old workbooks and documents, and what other programs put into new ones."""
        streams: dict[str, bytes] = {}
        try:
            with olefile.OleFileIO(io.BytesIO(data)) as ole:
                for path in ole.listdir():
                    streams["/".join(path)] = ole.openstream(path).read()
                properties = ole.get_metadata()
                authors = [name for name in (properties.author, properties.last_saved_by) if name]
        except Exception:  # whatever the library makes of a broken file: its bytes are looked at as they stand
            streams, authors = {"": data}, []
        if sum(map(len, streams.values())) > 2 * len(data):
            streams = {"": data}
        for name, stream in streams.items():
            at = stream.find(LOCAL, 0, 4096)
            if name and (at >= 0 or stream.startswith(OLE2)):
                yield from self.file(stream[max(at, 0) :], said, depth + 1)
                continue
            signed = LOGGED_IN.findall(stream)
            for author in authors if name.endswith("SummaryInformation") else ():
                signed.append(author)
                stream = stream.replace(author, b"\0")
            unsigned = texts_of_bytes(LOGGED_IN.sub(b"\0", stream))
            yield Texts(pl.Series(unsigned, dtype=pl.String), said)
            signatures = [text for name in signed for text in texts_of_bytes(name)]
            yield Texts(pl.Series(signatures, dtype=pl.String), said, by_program=True)

    def _pieces(
        self, stream: io.RawIOBase | io.BytesIO, said: tuple[str, str], sheet: str | None, first: bytes = b""
    ) -> Iterator[Piece]:
        """A part in pieces of text that overlap a little."""
        first = first or stream.read(CHUNK) or b""
        if first.startswith(PICTURES):
            yield from (Piece(text, said, sheet) for text in texts_of_bytes(first[:TEXT_OF_PICTURE]))
            return
        encoding, tail = encoding_of(first), ""
        rest = _changing(first, iter(lambda: stream.read(CHUNK) or b"", b""))
        if encoding is None:
            tail_bytes = b""
            for chunk in itertools.chain([first], rest):
                yield from (Piece(text, said, sheet) for text in texts_of_bytes(tail_bytes + chunk))
                tail_bytes = chunk[-OVERLAP:]
            return
        decoder = codecs.getincrementaldecoder(encoding)("replace")
        for chunk in itertools.chain([first], rest):
            text = tail + decoder.decode(chunk)
            cut = text.rfind("<", max(0, len(text) - FAR), max(0, len(text) - OVERLAP))
            tail = text[cut if cut >= 0 else -OVERLAP :]
            yield Piece(text, said, sheet)


def _changing(first: bytes, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Chunks without those that only go on with the two before: what they hold was looked at, and where they meet."""
    before = alike = first
    for chunk in chunks:
        if not chunk == before == alike:
            yield chunk
        before, alike = chunk, before


def _look(pieces: Iterable[Piece]) -> Iterator[Texts]:
    """The texts in pieces that may hold something, many pieces at once."""
    together: list[Piece] = []
    size = 0
    for piece in pieces:
        together.append(piece)
        size += len(piece.text)
        if size > MAX_PIECE_SIZE or len(together) == MAX_PIECES:
            yield from _texts_of(together)
            together, size = [], 0
    yield from _texts_of(together)


def _texts_of(pieces: list[Piece]) -> Iterator[Texts]:
    pieces = list(dict.fromkeys(_without_cells(pieces)))
    found = {text: _KNOWN.pop(text) for text in {piece.text: None for piece in pieces} if text in _KNOWN}
    unknown = list(dict.fromkeys(piece.text for piece in pieces if piece.text not in found))
    found |= {text: {} for text in unknown}
    for number, by_program, text in texts_of_markup(unknown) if unknown else ():
        found[unknown[number]].setdefault(by_program, []).append(text)
    for text, own in found.items():  # what was asked for last is forgotten last
        if len(text) < MAX_KNOWN_SIZE:
            _KNOWN[text] = own
    while len(_KNOWN) > MAX_KNOWN:
        del _KNOWN[next(iter(_KNOWN))]
    for piece in pieces:
        for by_program, texts in found[piece.text].items():
            yield Texts(pl.Series(texts, dtype=pl.String), piece.said, piece.sheet, by_program=by_program)


def _without_cells(pieces: list[Piece]) -> list[Piece]:
    if not any(piece.is_grid for piece in pieces):
        return pieces
    sheets = pl.Series([piece.text for piece in pieces if piece.is_grid], dtype=pl.String)
    bare = iter(sheets.str.replace_all(CELL, "<").to_list())
    return [replace(piece, text=next(bare)) if piece.is_grid else piece for piece in pieces]


def _rest(stream: Part, limits: Limits) -> bytes:
    chunks, size = [], 0
    while chunk := stream.read(CHUNK):
        chunks.append(chunk)
        size += len(chunk)
        if size > limits.unpacked_bytes // 4:
            raise too_large(f"{size:,} bytes", f"{limits.unpacked_bytes // 4:,} bytes")
    return b"".join(chunks)


def _names(package: Package) -> Iterator[str]:
    """Names of parts, and what a zip file says of itself and of them beside."""
    end = package.data.rfind(END_OF_ZIP)
    remarks = [package.data[end + 22 :]] if end >= 0 else []
    for entry in package.entries:
        yield entry.filename
        remarks += [entry.comment, entry.extra]
        if (at := entry.header_offset) >= 0 and at + LOCAL_HEADER.size <= len(package.data):
            _, name, extra = LOCAL_HEADER.unpack_from(package.data, at)
            remarks.append(package.data[at + LOCAL_HEADER.size :][: name + extra] if extra else b"")
    for remark in remarks:
        if remark:
            yield decoded(remark) or " ".join(texts_of_bytes(remark))

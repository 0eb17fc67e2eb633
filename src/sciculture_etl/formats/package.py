"""Zip packages (workbooks and documents), unpacked within limits whatever they say of their own sizes."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from functools import cached_property

from sciculture_etl.findings import Finding, unsupported
from sciculture_etl.formats.grid import RefusedError, broken, too_large
from sciculture_etl.settings import Limits

LOCAL_MARK = b"PK\x03\x04"
LOCAL_HEADER = struct.Struct("<4s22xHH")
CHUNK = 1024**2
MAX_KEPT = 16 * CHUNK  # of small parts that are kept unpacked for whoever asks again


class Part(io.RawIOBase):
    """One part as a stream of its bytes. Counts what really comes out, and refuses entities: a few of them can stand
    for more than any memory holds, and no program that makes workbooks writes them. One that is checked is refused
    where its bytes are not those that were packed; one that is only searched is no markup to anybody.
    """

    def __init__(
        self, package: Package, entry: zipfile.ZipInfo, is_checked: bool = False, is_searched: bool = False
    ) -> None:
        super().__init__()
        start = entry.header_offset
        _, name, extra = LOCAL_HEADER.unpack_from(package.data, start)
        start += LOCAL_HEADER.size + name + extra
        self._packed = memoryview(package.data)[start : start + entry.compress_size]
        self._inflate = zlib.decompressobj(-15) if entry.compress_type == zipfile.ZIP_DEFLATED else None
        if self._inflate is None and entry.compress_type != zipfile.ZIP_STORED:
            raise broken()
        self._package, self._entry, self._size = package, entry, 0
        self._tail, self._is_checked, self._checksum = b"", is_checked, 0
        self.limit = package.limits.markup_bytes
        self._markup = not is_searched and entry.filename.lower().endswith((".xml", ".rels", ".hpf"))

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        if size < 0:
            return b"".join(iter(lambda: self.read(CHUNK), b""))
        if self._inflate is None:
            chunk, self._packed = bytes(self._packed[:size]), self._packed[size:]
        else:
            chunk = self._inflated(size)
        if self._is_checked:
            self._checksum = zlib.crc32(chunk, self._checksum)
            if not chunk and size and self._checksum != self._entry.CRC:
                raise broken()
        self._size += len(chunk)
        self._package.count(self._entry, self._size)
        if self._markup:
            if not self._tail and chunk.startswith((b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")):
                raise broken()
            # One rare byte is found far faster than eight.
            if b"!" in self._tail + chunk and b"<!ENTITY" in self._tail + chunk:
                raise RefusedError(unsupported("xml_entities"))
            self._tail = chunk[-16:]
        return chunk

    def _inflated(self, size: int) -> bytes:
        assert self._inflate
        try:
            while not self._inflate.eof and len(self._packed):
                given, chunk = len(self._packed[:CHUNK]), self._inflate.decompress(self._packed[:CHUNK], size)
                self._packed = self._packed[given - len(self._inflate.unconsumed_tail) :]
                if chunk:
                    return chunk
            return self._inflate.decompress(b"", size) if not self._inflate.eof else b""
        except zlib.error:
            raise broken() from None


class Package:
    """The parts of a zip file by name. Raises RefusedError for what is encrypted, broken or unpacks to too much."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        self.data = data
        self.limits = limits
        self._unpacked: dict[int, int] = {}
        self._total = 0
        self._kept: dict[str, bytes] = {}
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as opened:
                self.entries = opened.infolist()
        except (zipfile.BadZipFile, NotImplementedError, struct.error, ValueError, OSError):
            raise broken() from None
        if any(entry.flag_bits & 1 for entry in self.entries):
            raise RefusedError(Finding("R_ENCRYPTED"))
        if any(data[entry.header_offset : entry.header_offset + 4] != LOCAL_MARK for entry in self.entries):
            raise broken()
        self._refuse_over(sum(entry.file_size for entry in self.entries))
        # Some programs on Windows part folders by backslashes.
        self.parts = {entry.filename.replace("\\", "/").lstrip("/"): entry for entry in self.entries}

    @cached_property
    def _by_folded_name(self) -> dict[str, str]:
        return {name.casefold(): name for name in reversed(self.parts)}

    def named(self, name: str) -> str | None:
        """The name of a part as it is written in the package: capitals make no other part."""
        return name if name in self.parts else self._by_folded_name.get(name.casefold())

    def open(self, name: str) -> Part:
        """Raises RefusedError where there is no such part."""
        if name not in self.parts:
            raise broken()
        return Part(self, self.parts[name], is_checked=True)

    def read(self, name: str) -> bytes:
        """A whole part, which may be no larger than markup that is read as a whole; a small one is unpacked once."""
        if name in self._kept:
            return self._kept[name]
        stream = self.open(name)
        chunks, size = [], 0
        while chunk := stream.read(CHUNK):
            chunks.append(chunk)
            size += len(chunk)
            if size > self.limits.markup_bytes:
                raise too_large(f"{name} > {_mib(size - 1)}", _mib(self.limits.markup_bytes))
        data = b"".join(chunks)
        if size <= CHUNK and sum(map(len, self._kept.values())) + size <= MAX_KEPT:
            self._kept[name] = data
        return data

    def drain(self, but: set[str]) -> None:
        """Unpacks, and forgets, all markup and records but those parts: what another library will read unasked."""
        for entry in self.entries:
            seen = entry.filename in but and entry is self.parts[entry.filename]
            if not seen and entry.filename.lower().endswith((".xml", ".rels", ".bin")):
                stream = Part(self, entry)
                while stream.read(CHUNK):
                    pass

    def count(self, entry: zipfile.ZipInfo, size: int) -> None:
        """How much of an entry came out so far; one that is read twice counts once."""
        before = self._unpacked.get(id(entry), 0)
        if size > before:
            self._unpacked[id(entry)] = size
            self._total += size - before
            self._refuse_over(self._total)

    def _refuse_over(self, size: int) -> None:
        if size > self.limits.unpacked_bytes:
            raise too_large(_mib(size), _mib(self.limits.unpacked_bytes))


def _mib(size: int) -> str:
    return f"{size / 1024**2:,.0f} MiB"

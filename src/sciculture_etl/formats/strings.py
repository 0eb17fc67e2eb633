"""Shared strings of .xlsx: a text that is written once may stand in every cell of a sheet."""

from __future__ import annotations

import re

import numpy as np

from sciculture_etl.formats.grid import too_large
from sciculture_etl.formats.package import CHUNK, Package

STRINGS = "xl/sharedStrings.xml"
REFERENCE = re.compile(rb'\bt="s"[^>]*>\s*<v>(\d{1,9})</v>')
BLOCK = 4 * CHUNK
MARKUP = len("<si><t>") + len("</t>")


def refuse_repeated(package: Package, references: dict[str, int]) -> None:
    """Refuses sheets (part → how many cells refer to shared strings) whose texts, laid out, are more than a package may
    hold. Raises RefusedError.
    """
    if STRINGS not in package.parts or not any(references.values()):
        return
    lengths = _lengths(package)
    longest = int(lengths.max()) if lengths.size else 0
    # Laid out, a text takes room several times over.
    most = package.limits.unpacked_bytes // 2
    for part, count in references.items():
        # Nearly always the longest text in every cell would fit; only then needn't it be counted out.
        if count * longest > most:
            size = _laid_out(package, part, lengths)
            if size > most:
                raise too_large(f"{size / CHUNK:,.0f} MiB", f"{most / CHUNK:,.0f} MiB")


def _lengths(package: Package) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Bytes of each shared string, its reading aids and formats included: never less than its text."""
    stream, rest = package.open(STRINGS), b""
    found = [np.zeros(0, np.int64)]
    while chunk := stream.read(BLOCK):
        pieces = (rest + chunk).split(b"</si>")
        rest = pieces.pop()
        if len(rest) > package.limits.markup_bytes:
            raise too_large(f"{len(rest):,} bytes", f"{package.limits.markup_bytes:,}")
        found.append(np.fromiter(map(len, pieces), np.int64, len(pieces)))
    return np.maximum(np.concatenate(found) - MARKUP, 0)


def _laid_out(package: Package, part: str, lengths: np.ndarray[tuple[int], np.dtype[np.int64]]) -> int:
    stream, rest, size = package.open(part), b"", 0
    while chunk := stream.read(BLOCK):
        rest += chunk
        cut = rest.rfind(b"</")
        numbers = np.array(REFERENCE.findall(rest, 0, cut + 5), dtype=np.int64)
        size += int(lengths[numbers[numbers < lengths.size]].sum())
        rest = rest[cut + 2 :] if cut >= 0 else rest
        if len(rest) > package.limits.markup_bytes:
            raise too_large(f"{len(rest):,} bytes", f"{package.limits.markup_bytes:,}")
    return size

"""Notes on the cells of a workbook, with the cells that they hang on."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

import polars as pl
from lxml import etree

from sciculture_etl.formats.grid import RefusedError
from sciculture_etl.formats.package import Package
from sciculture_etl.privacy.search import Texts, shown_sheet

SAID = ("메모", "note")
BOOK = re.compile(r"xl/workbook\w*\.xml")
NOTES = re.compile(r"comment", re.IGNORECASE)
CELL = re.compile(r"([A-Z]{1,3})(\d{1,7})")


def sheets_of(package: Package, sheets: list[str | None]) -> dict[str, str | None]:
    """Part → what its sheet is called in findings, for the sheets of a workbook in its order; none where that can't be
    told.

    Args:
        sheets: their names in that order, as far as they are known.
    """
    book = next(filter(BOOK.fullmatch, package.parts), "")
    parts = list(_relations(package, book, "sheet"))
    known = [part for part in parts if part in package.parts]
    shown = [shown_sheet(name, number) for number, name in enumerate(sheets, start=1)]
    return dict(zip(known, shown if len(shown) == len(known) else [None] * len(known), strict=True))


def notes_of(package: Package, sheets: dict[str, str | None]) -> tuple[list[Texts], set[str]]:
    """The notes on the cells of all sheets, and the parts that hold nothing else.

    Args:
        sheets: what ``sheets_of`` says.
    """
    found: dict[tuple[str | None, str], list[str]] = {}
    beside: list[str] = []
    parts = set()
    for part, sheet in sheets.items():
        for target in _relations(package, part, None):
            root = _tree(package, target) if NOTES.search(target) and target not in parts else None
            if root is None:
                continue
            parts.add(target)
            for element in root.iter():
                beside += [str(value) for name, value in element.attrib.items() if name != "ref"]
                note = next((e for e in (element, *element.iterancestors()) if _cell_of(e)), None)
                if note is None:
                    beside += [element.text or "", element.tail or ""]
                elif note is element:
                    found.setdefault((sheet, _cell_of(note)), []).append("".join(map(str, note.itertext())))
    texts = [Texts(pl.Series(beside, dtype=pl.String), SAID, by_program=True)]
    for (sheet, cell), notes in found.items():
        # A threaded note stands in two parts.
        texts.append(Texts(pl.Series(list(dict.fromkeys(notes))), SAID, sheet, int(CELL.sub(r"\2", cell)), cell))
    return texts, parts


def _cell_of(element: etree._Element) -> str:
    cell = str(element.get("ref") or "")
    return cell if cell and NOTES.search(str(element.tag).rpartition("}")[2]) and CELL.fullmatch(cell) else ""


def _tree(package: Package, part: str) -> etree._Element | None:
    """A part as a tree, or None where it is none."""
    if part not in package.parts:
        return None
    try:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        return etree.fromstring(package.read(part), parser)
    except (RefusedError, etree.XMLSyntaxError, ValueError):
        return None


def _relations(package: Package, part: str, of: str | None) -> Iterator[str]:
    """The parts that a part points at: all, or those that its elements called ``of`` name in their order."""
    folder, name = posixpath.split(part)
    root = _tree(package, f"{folder}/_rels/{name}.rels")
    if root is None:
        return
    targets = {}
    for relation in root.iter("{*}Relationship"):
        target = str(relation.get("Target", "")).replace("\\", "/")
        full = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"{folder}/{target}")
        targets[str(relation.get("Id", ""))] = full
    if of is None:
        yield from targets.values()
        return
    book = _tree(package, part)
    for element in [] if book is None else book.iter(f"{{*}}{of}"):
        identity = next((str(v) for k, v in element.attrib.items() if str(k).rpartition("}")[2] == "id"), "")
        yield targets.get(identity, "")

"""Which part of a package leads to which: what a part is, its relations say and not its name."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from urllib.parse import unquote

from lxml import etree

from sciculture_etl.formats.package import Package
from sciculture_etl.formats.xml_tree import attribute, read_xml

MAIN_PARTS = ("xl/workbook.xml", "xl/workbook.bin")  # of packages that don't say which is theirs


@dataclass(frozen=True)
class Relation:
    """kind: the last word of its type, such as ``worksheet``. part: that it leads to, empty outside the package."""

    kind: str
    part: str


def read_relations(package: Package, part: str = "") -> dict[str, Relation]:
    """Relations of a part, or of the package, by their ids. Raises RefusedError where they are no XML."""
    folder, name = posixpath.split(part)
    written = package.named(posixpath.join(folder, "_rels", f"{name}.rels"))
    if written is None:
        return {}
    relations = {}
    for element in read_xml(package.read(written)):
        kind = (attribute(element, "Type") or "").rpartition("/")[2]
        target = (attribute(element, "Target") or "").replace("\\", "/")
        inside = (attribute(element, "TargetMode") or "Internal") == "Internal"
        path = posixpath.normpath(posixpath.join("/" + folder, target)).lstrip("/")
        found = (package.named(path) or package.named(unquote(path)) or path) if inside else ""
        relations[attribute(element, "Id") or ""] = Relation(kind, found)
    return relations


def main_part(package: Package) -> str | None:
    """The part that a package is about, such as its workbook; None where it is none that is read."""
    if package.named("_rels/.rels"):
        for relation in read_relations(package).values():
            if relation.kind == "officeDocument" and relation.part in package.parts:
                return relation.part
    return next((part for part in map(package.named, MAIN_PARTS) if part), None)


def related_part(relations: dict[str, Relation], kind: str, package: Package, fallback: str) -> str | None:
    """The part of a kind, such as ``styles``, that the main part leads to, or the one of its usual name."""
    named = (relation.part for relation in relations.values() if relation.kind == kind)
    return next((part for part in named if part in package.parts), package.named(fallback))


@dataclass(frozen=True)
class SheetPart:
    """name: as people see it. part: where its cells are. is_hidden: from people."""

    name: str
    part: str
    is_hidden: bool


def worksheet_parts(package: Package, relations: dict[str, Relation], workbook: etree._Element) -> list[SheetPart]:
    """The worksheets of a workbook in its order; sheets of charts, macros and dialogs hold no rows."""
    listed = [element for sheets in workbook.iterchildren("{*}sheets") for element in sheets.iterchildren("{*}sheet")]
    found = []
    for element in listed:
        relation = relations.get(_relation_id(element))
        if relation is None or relation.kind == "worksheet":
            part = relation.part if relation else ""
            is_hidden = (attribute(element, "state") or "visible") != "visible"
            found.append(SheetPart(element.get("name", ""), part, is_hidden))
    return found


def _relation_id(element: etree._Element) -> str:
    """``r:id``, whatever the prefix, and not another attribute of that name."""
    for key, value in element.attrib.items():
        space, _, name = str(key).rpartition("}")
        if name == "id" and space.endswith("/relationships"):
            return str(value)
    return ""

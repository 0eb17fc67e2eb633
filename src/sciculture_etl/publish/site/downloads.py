"""The files of a release in which a reader finds the rows of a table or a program."""

from __future__ import annotations

from dataclasses import dataclass

from sciculture_etl.publish.files import Content


@dataclass(frozen=True)
class Download:
    """A file: what it is called among the words, and its path within the release."""

    kind: str
    path: str


def of_table(content: Content, table: str, with_portal: bool = True) -> list[Download]:
    """The files of one table, as far as the release has them."""
    found = [
        Download(name, content.public[name].format(table=table))
        for name in ("csv", "parquet")
        if name in content.public
    ]
    if with_portal and "portal_csv" in content.public:
        named = {one: name for name, one in content.manifest.get("portal_names", {}).items()}
        if table in named:
            found.insert(1, Download("portal_csv", content.public["portal_csv"].format(portal_name=named[table])))
    return found


def of_program(content: Content, program: str) -> list[Download]:
    """The workbook of a program, and its measures as cubes, as far as the release has them."""
    found = []
    if "xlsx" in content.public and program in content.manifest.get("workbooks", {}):
        found.append(Download("xlsx", content.public["xlsx"].format(workbook=program)))
    if "jsonstat" in content.public:
        cubes = [cube for cube in content.manifest.get("cubes", ()) if cube.partition(".")[0] == program]
        found += [Download(cube.partition(".")[2], content.public["jsonstat"].format(cube=cube)) for cube in cubes]
    return found

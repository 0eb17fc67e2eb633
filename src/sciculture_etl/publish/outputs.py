"""What a release consists of: one entry for each output, in the order in which they are written.

Writing a release, its manifest, the check that it is complete, the doctor, the list in ``docs/releases.md`` and the
test of what may stand in it all walk this list. To add an output: its ``write_…`` in
``files.py`` or a file of its own, an entry here, its line in ``docs/releases.md``; ``OUTPUTS_BEFORE_CHOICE`` stays as
it is.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from sciculture_etl.publish import (
    changelog,
    checksums,
    citation,
    datapackage,
    dictionary,
    files,
    jsonstat,
    notices,
    observations,
    portal,
    readme,
    schema_file,
    sdmx,
    site,
    workbooks,
)
from sciculture_etl.publish.beside import Files, files_of, second_process
from sciculture_etl.publish.files import Content
from sciculture_etl.settings import fingerprint
from sciculture_etl.storage.access import FILE_FOR_ALL, OWN_FILE

Manifest = dict[str, Any]


def _public_tables(manifest: Manifest) -> dict[str, str]:
    return {name: name for name, table in sorted(manifest["tables"].items()) if table["audience"] == "public"}


def _portal_names(manifest: Manifest) -> dict[str, str]:
    return dict(manifest.get("portal_names", {}))


def _workbooks(manifest: Manifest) -> dict[str, str]:
    return {name: name for name in manifest.get("workbooks", {})}


def _pages(manifest: Manifest) -> dict[str, str]:
    return {page: page for page in manifest.get("pages", ())}


def _cubes(manifest: Manifest) -> dict[str, str]:
    return {cube: cube for cube in manifest.get("cubes", ())}


def _long_table(manifest: Manifest) -> dict[str, str]:
    return {observations.TABLE: observations.TABLE} if observations.TABLE in manifest.get("tables", {}) else {}


# What may stand in a path → what it becomes, with what each file is written of.
FILE_NAMES: dict[str, Callable[[Manifest], dict[str, str]]] = {
    "{table}": _public_tables,
    "{portal_name}": _portal_names,
    "{workbook}": _workbooks,
    "{cube}": _cubes,
    "{page}": _pages,
    "{long_table}": _long_table,
}


@dataclass(frozen=True)
class Output:
    """One kind of file in a release.

    path: within the release; with ``{table}``, one file for each public table, and so for all ``FILE_NAMES``.
    audience: whom it is for; what is the operator's is readable by its owner alone. write: content, what it is written
    of (a table; empty without ``{…}``), target → the file. why_broken: file, what the manifest says of it and its
    table → in words, None where nothing is; None: its presence is all there is to check. made_from: content, what it is
    written of → what decides how the file comes out, empty where that can't be told; None: it is another in every
    release. is_needed: no release is used without it. is_live: readers open a copy of it beside the releases.
    is_mutable: it tells what became of the release since, so that no hash of it is kept. is_beside: it is written of
    the public database alone, so that a second process may do it. is_last: it tells of the others and comes
    after them.
    """

    name: str
    path: str
    audience: Literal["public", "operator"]
    write: Callable[[Content, str, Path], None]
    why_broken: Callable[[Path, dict[str, Any]], str | None] | None = None
    made_from: Callable[[Content, str], str] | None = None
    is_needed: bool = False
    is_live: bool = False
    is_mutable: bool = False
    is_beside: bool = False
    is_last: bool = False

    @property
    def mode(self) -> int:
        return FILE_FOR_ALL if self.audience == "public" else OWN_FILE

    def files(self, manifest: Manifest) -> Iterator[tuple[str, str]]:
        """Path of every file of it in a release, and what that is written of: a table where there is one for each."""
        for pattern, names in FILE_NAMES.items():
            if pattern in self.path:
                for name, written_of in names(manifest).items():
                    yield self.path.replace(pattern, name), written_of
                return
        yield self.path, ""


def _content(content: Content, table: str) -> str:
    return str(content.manifest["tables"][table].get("content", ""))


def _described_content(content: Content, table: str) -> str:
    parts = [_content(content, name) for name in (table, "meta_column", "meta_field")]
    return fingerprint(*parts) if all(parts) else ""


# Live copies are swapped in this order: the operator's file must never lag behind figures that are already public.
OUTPUTS = (
    Output(
        "operations", "operations.duckdb", "operator", files.write_operations, files.why_no_database,
        is_needed=True, is_live=True,
    ),
    Output(
        "public", "sciculture.duckdb", "public", files.write_public, files.why_no_database,
        is_needed=True, is_live=True,
    ),
    # The next release is compared with it.
    Output(
        "parquet", "parquet/{table}.parquet", "public", files.write_parquet, files.why_no_table, _content,
        is_needed=True,
    ),
    Output("csv", "csv/{table}.csv", "public", files.write_csv, files.why_not_as_hashed, _content),
    Output(
        "portal_csv", "portal/{portal_name}.csv", "public", portal.write_portal_csv, files.why_not_as_hashed, _content
    ),
    Output(
        "xlsx", "xlsx/{workbook}.xlsx", "public", workbooks.write_workbook, files.why_not_as_hashed,
        workbooks.made_from, is_beside=True,
    ),
    Output("dictionary", "dictionary/dictionary.md", "public", dictionary.write_markdown),
    Output("dictionary_page", "dictionary/dictionary.html", "public", dictionary.write_page),
    Output("portal", "dictionary/portal/{table}.csv", "public", dictionary.write_portal, made_from=_described_content),
    Output("schema", "schema.json", "public", schema_file.write_schema),
    Output("changelog", "CHANGELOG.md", "public", changelog.write_changelog),
    Output("jsonstat", "jsonstat/{cube}.json", "public", jsonstat.write_dataset, made_from=observations.made_from),
    Output(
        "jsonstat_collection", "jsonstat/collection.json", "public", jsonstat.write_collection,
        made_from=observations.made_from,
    ),
    Output("sdmx", "sdmx/{long_table}.csv", "public", sdmx.write_observations, made_from=observations.made_from),
    Output(
        "sdmx_structure", "sdmx/{long_table}.structure.json", "public", sdmx.write_structure,
        made_from=observations.made_from,
    ),
    Output("site", "site/{page}", "public", site.write_page, files.why_not_as_hashed, site.made_from),
    Output("standing", notices.STANDING, "public", notices.write_standing, notices.why_no_standing, is_mutable=True),
    Output("readme", "README.md", "public", readme.write_readme),
    Output("citation", "CITATION.cff", "public", citation.write_citation),
    # It tells of all files before it, and the list of hashes of that too.
    Output("datapackage", "datapackage.json", "public", datapackage.write_data_package, is_last=True),
    Output("checksums", checksums.CHECKSUMS, "public", checksums.write_checksums, is_last=True),
    # It names the files that institutions sent. It is read before all else is checked, so that needs no check here.
    Output("manifest", "manifest.json", "operator", files.write_manifest, is_needed=True, is_last=True),
)  # fmt: skip
BY_NAME = {output.name: output for output in OUTPUTS}
OPERATIONS, PUBLIC, MANIFEST, DATAPACKAGE = (
    BY_NAME[name].path for name in ("operations", "public", "manifest", "datapackage")
)
FOR_OPERATORS = [output.path for output in OUTPUTS if output.audience == "operator"]
LIVE = {output.path: output.mode for output in OUTPUTS if output.is_live}
# Frozen: what a release holds whose manifest has no "outputs". Never add a name: every release that is kept would count
# as incomplete.
OUTPUTS_BEFORE_CHOICE = (
    "operations",
    "public",
    "parquet",
    "csv",
    "dictionary",
    "dictionary_page",
    "portal",
    "manifest",
)


def chosen(names: Collection[str] | None) -> list[Output]:
    """The outputs of those names and all that are needed; None: every one.

    Raises:
        KeyError: For a name that is none.
    """
    wanted = {BY_NAME[name] for name in BY_NAME if names is None} or {BY_NAME[name] for name in names or ()}
    return [output for output in OUTPUTS if output.is_needed or output in wanted]


def held_in(manifest: dict[str, Any]) -> list[Output]:
    """The outputs that a release says it has. One that is no longer made isn't looked at."""
    names = manifest.get("outputs", OUTPUTS_BEFORE_CHOICE)
    return [output for output in OUTPUTS if output.name in names]


def write_outputs(outputs: Collection[Output], content: Content, folder: Path) -> None:
    """Writes them into the new folder of a release, those that can be ``beside`` by a second process meanwhile.

    A file that would come out as it stands in the release before is that file. The manifest says of each, under
    ``files``, what it was made from, its hash, its output and what it is written of.
    """
    content.manifest["files"] = {}
    content = replace(content, public={one.name: one.path for one in outputs if one.audience == "public"})
    if "site" in content.public:
        content.manifest["pages"] = site.pages_of(content)
    beside = [output.name for output in outputs if output.is_beside]
    standing: Files = {}
    begun = None
    with second_process(bool(beside)) as second:
        for output in outputs:
            if output.is_beside or output.is_last:
                continue
            standing |= _write_files([output], content, folder)
            if output.path == PUBLIC:
                begun = second.begin(write_named, content, folder / PUBLIC, folder, beside)
        written = files_of(begun, folder)
    standing |= written if written is not None else write_named(content, folder, beside)
    in_order = (path for output in outputs for path, _ in output.files(content.manifest))
    content.manifest["files"] = {path: standing[path] for path in in_order if path in standing}
    for output in outputs:
        if output.is_last:
            content.manifest["files"] |= _write_files([output], content, folder)


def write_named(content: Content, folder: Path, names: list[str]) -> Files:
    """Writes the outputs of those names."""
    return _write_files([BY_NAME[name] for name in names], content, folder)


def _write_files(outputs: Collection[Output], content: Content, folder: Path) -> Files:
    written: Files = {}
    for output in outputs:
        for path, written_of in output.files(content.manifest):
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            made_from = output.made_from(content, written_of) if output.made_from else ""
            sha256 = content.previous.link(path, made_from, target) if made_from else None
            if sha256 is None:
                output.write(content, written_of, target)
                sha256 = files.sha256_of(target)
            if output.name != "manifest" and not output.is_mutable:
                written[path] = {"made_from": made_from, "sha256": sha256, "output": output.name, "of": written_of}
    return written

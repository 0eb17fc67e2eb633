"""The kinds of pages of a site, and of the files that they need.

To add a kind: a module beside this one that says which pages there are, what decides how each comes out, and how it is
written; an entry here; its template in ``pages/templates/site``, its words in ``expectations/site.yml``. The test in a
browser walks this list: it opens one page of each kind.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sciculture_etl.pages import LANGUAGES
from sciculture_etl.publish.files import Content
from sciculture_etl.publish.site import (
    ask,
    asset,
    changes,
    form_page,
    front,
    legend,
    methods,
    program,
    program_list,
    region_table,
    sido,
    sido_list,
    table_list,
    table_page,
    withheld,
)


@dataclass(frozen=True)
class PageKind:
    """One kind of page or file.

    Attributes:
        path: below ``site/``; ``{language}`` and ``{name}`` stand for what there is one for each.
        names: content → the names, where there is a page for each.
        made_from: content, language, name → what decides how it comes out: a fingerprint of hashes of tables, of slices
            of them, of words. Empty: it is another in every release. Never the release's name in it, or no page would
            ever stay.
        write: content, language, name → the file.
    """

    name: str
    path: str
    made_from: Callable[[Content, str, str], str]
    write: Callable[[Content, str, str], bytes]
    names: Callable[[Content], list[str]] | None = None

    def pages(self, content: Content) -> dict[str, tuple[str, str]]:
        """Path → language and name."""
        languages = LANGUAGES if "{language}" in self.path else ("",)
        names = self.names(content) if self.names else [""]
        return {self.path.format(language=lang, name=name): (lang, name) for lang in languages for name in names}


KINDS = (
    PageKind("front", "{language}/index.html", front.made_from, front.write),
    PageKind("programs", "{language}/programs/index.html", program_list.made_from, program_list.write),
    PageKind("program", "{language}/programs/{name}.html", program.made_from, program.write, program.names),
    PageKind(
        "measure", "{language}/programs/{name}.html", region_table.made_from, region_table.write, region_table.names
    ),
    PageKind("ask", "{language}/ask.html", ask.made_from, ask.write),
    PageKind("ask_file", "assets/ask/{name}", ask.file_made_from, ask.write_file, ask.file_names),
    PageKind("sido_list", "{language}/sido/index.html", sido_list.made_from, sido_list.write),
    PageKind("sido", "{language}/sido/{name}.html", sido.made_from, sido.write, sido.names),
    PageKind("tables", "{language}/dictionary/index.html", table_list.made_from, table_list.write),
    PageKind(
        "table", "{language}/dictionary/tables/{name}.html", table_page.made_from, table_page.write, table_page.names
    ),
    PageKind("form", "{language}/dictionary/forms/{name}.html", form_page.made_from, form_page.write, form_page.names),
    PageKind("changes", "{language}/changes.html", changes.made_from, changes.write),
    PageKind("methods", "{language}/methods/index.html", methods.made_from, methods.write),
    PageKind("withheld", "{language}/methods/withheld.html", withheld.made_from, withheld.write),
    PageKind("legend", "{language}/methods/legend.html", legend.made_from, legend.write),
    PageKind("asset", "assets/{name}", asset.made_from, asset.write, asset.names),
)


def pages_of(content: Content) -> list[str]:
    """The paths of all files of a site, below ``site/``."""
    return list(_pages(content))


def _pages(content: Content) -> dict[str, tuple[PageKind, str, str]]:
    """Path → kind, language and name."""
    return content.once(
        "pages", lambda: {path: (kind, *found) for kind in KINDS for path, found in kind.pages(content).items()}
    )


def made_from(content: Content, path: str) -> str:
    """What decides how a page comes out; empty where it is another in every release."""
    kind, language, name = _pages(content)[path]
    return kind.made_from(content, language, name)


def write_page(content: Content, path: str, target: Path) -> None:
    """One file of the site → ``target``."""
    kind, language, name = _pages(content)[path]
    target.write_bytes(kind.write(content, language, name))

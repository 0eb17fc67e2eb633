"""``CITATION.cff``: how a release is cited, for programs (Citation File Format 1.2.0) and for people."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from sciculture_etl.publish.about import About, about, release_texts
from sciculture_etl.publish.files import Content


def citation_file(described: About) -> str:
    """The text of the file; ``message`` and ``abstract`` are in both languages."""
    texts = release_texts()
    cite_so = "\n".join((texts.cite_so.ko, described.citation.ko, texts.cite_so.en, described.citation.en))
    licence = {"license": described.licence.spdx} if described.licence.spdx else {"license-url": described.licence.url}
    found: dict[str, Any] = {
        "cff-version": "1.2.0",
        "type": "dataset",
        "title": texts.title.both,
        "message": cite_so,
        "abstract": "\n".join((texts.description.ko, texts.description.en, described.licence.title.both)),
        "authors": [{"name": described.publisher.ko, "alias": described.publisher.en, "country": "KR"}],
        "version": described.version,
        "date-released": described.day,
        **licence,
        "keywords": texts.keywords,
    }
    return yaml.safe_dump(found, allow_unicode=True, sort_keys=False, width=120)


def write_citation(content: Content, _table: str, target: Path) -> None:
    target.write_text(citation_file(about(content.manifest)), encoding="utf-8", newline="\n")

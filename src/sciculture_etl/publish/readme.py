"""``README.md`` of a release: what each file is, what the marks mean, how to check a copy, licence and citation."""

from __future__ import annotations

from pathlib import Path

from sciculture_etl.publish.about import About, about, release_texts
from sciculture_etl.publish.files import Content


def readme(described: About, public: dict[str, str]) -> str:
    """The page as Markdown, in Korean and English.

    Args:
        public: output → path of its files, of those that are for everyone.
    """
    texts, licence, citation = release_texts(), described.licence, described.citation
    files = [
        f"| `{path.replace('{', '<').replace('}', '>')}` | {texts.files[name].ko} | {texts.files[name].en} |"
        for name, path in public.items()
    ]
    known = {
        "title": texts.title, "description": texts.description, "publisher": described.publisher,
        "licence": licence.title, "terms": licence.terms, "citation": citation, "licence_url": licence.url,
        "version": described.version, "release_id": described.release_id, "day": described.day.isoformat(),
        "files": "\n".join(files),
    }  # fmt: skip
    return "\n".join(part.format(**known) for part in texts.readme)


def write_readme(content: Content, _table: str, target: Path) -> None:
    target.write_text(readme(about(content.manifest), content.public), encoding="utf-8", newline="\n")

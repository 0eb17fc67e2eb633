"""What a release says of itself to whoever gets a copy: who publishes it, when, under which licence, how to cite it.

The texts are those of ``expectations/release.yml``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from pydantic import ValidationError

from sciculture_etl.contracts.yaml_files import BilingualText, Strict, explain, read_yaml
from sciculture_etl.project import EXPECTATIONS


class Licence(Strict):
    """The terms under which a release may be used. spdx: its name in the list of SPDX, empty where it has none."""

    title: BilingualText
    url: str
    spdx: str = ""
    terms: BilingualText


class ReleaseTexts(Strict):
    """``expectations/release.yml``.

    Attributes:
        legend: what the marks of values mean, in one note.
        dimensions: those of the long table of measures, and what else a row of it has, by their names.
        files: what each output is, by its name.
        readme: the parts of the page.
    """

    title: BilingualText
    description: BilingualText
    keywords: list[str]
    sources: list[BilingualText]
    licences: dict[str, Licence]
    legend: BilingualText
    dimensions: dict[str, BilingualText]
    yes_no: dict[str, BilingualText]
    citation: BilingualText
    cite_so: BilingualText
    files: dict[str, BilingualText]
    readme: list[str]


@lru_cache
def release_texts() -> ReleaseTexts:
    """Raises ContractError naming the key that can't be meant."""
    path = EXPECTATIONS / "release.yml"
    try:
        return ReleaseTexts.model_validate(read_yaml(path))
    except ValidationError as error:
        raise explain(path, error) from None


@dataclass(frozen=True)
class About:
    """What the manifest of a release says of it, in words.

    Attributes:
        version: what the figures are called by; the name of the release where it has no version.
        licence_code: as ``SCICULTURE_LICENCE`` has it.
    """

    release_id: str
    version: str
    day: date
    publisher: BilingualText
    licence_code: str

    @property
    def licence(self) -> Licence:
        return release_texts().licences[self.licence_code]

    @property
    def citation(self) -> BilingualText:
        """How the release is cited."""
        texts, known = release_texts(), {"year": self.day.year, "version": self.version}
        return BilingualText(
            ko=texts.citation.ko.format(publisher=self.publisher.ko, title=texts.title.ko, **known),
            en=texts.citation.en.format(publisher=self.publisher.en, title=texts.title.en, **known),
        )


def about(manifest: dict[str, Any]) -> About:
    """What a manifest says; its day is that of the release's name."""
    release_id = str(manifest["release_id"])
    return About(
        release_id=release_id,
        version=str(manifest.get("version") or release_id),
        day=datetime.strptime(release_id.rpartition("-")[2], "%Y%m%d").date(),
        publisher=BilingualText(**manifest["publisher"]),
        licence_code=manifest["licence"],
    )


def one_line(text: str) -> str:
    """A text of a setting as it can stand in a line of anything."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())

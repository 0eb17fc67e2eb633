"""What a file is read with, part by part: when one of them is other than it was, the file is read again."""

from __future__ import annotations

from collections.abc import Sequence

from sciculture_etl.contracts import Contract
from sciculture_etl.privacy import masked_kinds
from sciculture_etl.project import EXPECTATIONS
from sciculture_etl.regions import REFERENCE_VERSION
from sciculture_etl.settings import Limits, fingerprint

# Raise it when what the reading gives for a file changes: rows, findings or accounts. Every archive is then read again
# at its next run. tests/reading holds it to the truth by a corpus of files.
READING_VERSION = 3
WORD_FILES = ("findings.yml", "formats.yml", "personal_names.yml")
# How a part is told of.
WORDS = {
    "code": "the version of the reading", "regions": "the reference of regions", "limits": "the limits",
    "words": "the words of findings", "personal name": "a name that tells of a person",
}  # fmt: skip


class ReadFingerprints:
    """Today's marks.

    A reading is the fingerprint of all parts that a file was read with; ``log.reading`` keeps what each consists of.
    """

    def __init__(self, contracts: dict[str, Contract], limits: Limits) -> None:
        self._contracts = {name: contract.fingerprint for name, contract in sorted(contracts.items())}
        self._always = {
            "code": str(READING_VERSION),
            "regions": REFERENCE_VERSION,
            "limits": fingerprint(repr(limits)),
            "words": fingerprint(*((EXPECTATIONS / name).read_bytes() for name in WORD_FILES)),
        }
        self._readings: dict[tuple[str, ...], str] = {}

    def parts(self, datasets: Sequence[str], whole: bool, path: str) -> dict[str, str]:
        """Part → its mark.

        Args:
            whole: not all of the file was recognised, so that any contract may change that. The same bytes under a name
                that tells of no person any more are read again.
        """
        return {part: self._fingerprint_of(part) for part in self._names(datasets, whole, path)}

    def reading(self, datasets: Sequence[str], whole: bool, path: str) -> str:
        """Fingerprint of the parts."""
        names = self._names(datasets, whole, path)
        if names not in self._readings:
            self._readings[names] = fingerprint(*(f"{name} {self._fingerprint_of(name)}" for name in names))
        return self._readings[names]

    def _names(self, datasets: Sequence[str], whole: bool, path: str) -> tuple[str, ...]:
        known = self._contracts if whole or not datasets else sorted(set(datasets) & self._contracts.keys())
        kinds = ["personal name"] if masked_kinds(path) else []
        return (*self._always, *(f"contract {name}" for name in known), *kinds)

    def _fingerprint_of(self, part: str) -> str:
        kind, _, name = part.partition(" ")
        return self._contracts[name] if kind == "contract" else self._always.get(part, "told")


def what_changed(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """The parts that differ, in words, with the beginnings of both marks; those before may be unknown."""
    if not before:
        return ["what it was read with isn't known"]
    return [
        f"{WORDS.get(part, part)} ({before.get(part, 'none')[:8]} → {after.get(part, 'none')[:8]})"
        for part in {**after, **before}
        if before.get(part) != after.get(part)
    ]

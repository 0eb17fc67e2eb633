"""What happened to submissions between two releases: came into force, replaced, withdrawn, read otherwise."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from sciculture_etl.contracts import Contract
from sciculture_etl.load import Warehouse
from sciculture_etl.privacy import mask_text

PARTS = {"code": "reader", "regions": "administrative divisions", "limits": "limits of a file"}
WORDS = ("expectations/findings.yml", "expectations/formats.yml")
Partition = tuple[str, str, int, str]  # dataset, submitter, program year, partition key
Version = tuple[str, str | None]  # submission, reading


@dataclass(frozen=True)
class Event:
    """That rows of a submission count now and didn't, or the reverse, or are read otherwise.

    Attributes:
        gone: they don't count any more.
        cause: in words.
    """

    submission_id: str
    dataset: str
    program_year: int
    cause: str
    gone: bool = False


def _in_force(manifest: dict[str, Any]) -> dict[Partition, Version]:
    found: dict[Partition, Version] = {}
    for row in manifest["inputs"]:
        for dataset, submitter, year, key, reading in row["in_force"]:
            found[dataset, submitter, year, key] = (row["submission_id"], reading)
    return found


class Readings:
    """What changed between two readings of a submission, by the parts that readings consist of."""

    def __init__(self, before: dict[str, Any], after: dict[str, Any], contracts: dict[str, Contract]) -> None:
        self._parts = {**before["readings"], **after["readings"]}
        self._contracts = contracts
        sources = before["sources"], after["sources"]
        self._changed = {p for p in sources[0].keys() | sources[1].keys() if sources[0].get(p) != sources[1].get(p)}

    def difference(self, old: str | None, new: str | None, dataset: str) -> list[str]:
        """In words; of contracts only that of the dataset."""
        if old == new:
            return []
        was, now = self._parts.get(old or ""), self._parts.get(new or "")
        if was is None or now is None:
            return ["read otherwise (why isn't recorded)"]
        parts: list[str] = []
        for part in sorted(was.keys() | now.keys()):
            if was.get(part) == now.get(part):
                continue
            if part == f"contract {dataset}":
                parts += self._contract(dataset)
            elif part == "words":
                parts += sorted(self._changed & {*WORDS}) or ["words of findings"]
            elif not part.startswith("contract "):
                parts.append(PARTS.get(part, part))
        return parts

    def _contract(self, dataset: str) -> list[str]:
        contract = self._contracts.get(dataset)
        known = contract.corrections if contract else []
        others = {c.correction for c in self._all_corrections()} - {c.correction for c in known}
        parts = []
        for path in sorted(self._changed):
            folder, _, name = path.rpartition("/")
            stem = name.partition(".")[0]
            if path == f"expectations/submissions/{dataset}.yml":
                parts.append(f"contract {dataset}")
            elif folder == "expectations/corrections" and stem not in others:
                parts.append(f"correction {stem}")
            elif folder == "sql/reference" and contract and stem in {f.values_from for f in contract.fields.values()}:
                parts.append(f"reference list {path}")
        return parts or [f"contract {dataset}"]

    def _all_corrections(self) -> list[Any]:
        return [correction for contract in self._contracts.values() for correction in contract.corrections]


def find_events(
    warehouse: Warehouse, before: dict[str, Any], after: dict[str, Any], contracts: dict[str, Contract]
) -> list[Event]:
    """before, after: manifests. A year of one institution's dataset is told in one go: what came, what it replaced."""
    was, now = _in_force(before), _in_force(after)
    readings = Readings(before, after, contracts)
    events: list[Event] = []
    changed: dict[tuple[str, str, int], tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
    for partition in was.keys() | now.keys():
        dataset, submitter, year, _ = partition
        old, new = was.get(partition), now.get(partition)
        if old == new:
            continue
        if old and new and old[0] == new[0]:
            events += [Event(new[0], dataset, year, parts) for parts in readings.difference(old[1], new[1], dataset)]
            continue
        came, went = changed[dataset, submitter, year]
        came.update([new[0]] if new else [])
        went.update([old[0]] if old else [])
    known = {row["submission_id"]: row for row in reversed(before["inputs"])}
    current_reading = {row["submission_id"]: row["reading"] for row in after["inputs"]}
    withdrawn = {row["submission_id"] for row in warehouse.rows("SELECT submission_id FROM log.withdrawn")}
    for (dataset, submitter, year), (came, went) in changed.items():
        place = f"({mask_text(submitter)}, {dataset} {year})"

        def why_otherwise(submission: str, dataset: str = dataset) -> str:
            parts = readings.difference(known[submission]["reading"], current_reading.get(submission), dataset)
            return f"{', '.join(parts)}: " if parts else ""

        parts = _describe_events(came, went, withdrawn, known, place, why_otherwise)
        for submission in came | went:
            events += [Event(submission, dataset, year, cause, submission not in came) for cause in parts]
    return sorted(set(events), key=lambda e: (e.dataset, e.program_year, e.submission_id, e.cause))


def _describe_events(
    came: set[str], went: set[str], withdrawn: set[str], known: dict[str, Any], place: str, why_otherwise: Any
) -> list[str]:
    fresh, recounted = came - known.keys(), came & known.keys()
    taken, replaced = went & withdrawn, went - withdrawn - came
    parts = []
    if taken:
        instead = f", {_ids(recounted)} counts again" if recounted else ""
        parts.append(f"withdrawal of submission {_ids(taken)} {place}{instead}")
    if fresh:
        instead = f" replaces {_ids(replaced)}" if replaced else ""
        parts.append(f"submission {_ids(fresh)} {place}{instead}")
    if not taken:
        for submission in sorted(recounted):
            back = "reinstated " if known[submission]["standing"] == "withdrawn" else ""
            parts.append(f"{why_otherwise(submission)}{back}submission {submission} {place} counts now")
    if not fresh:
        for submission in sorted(replaced):
            parts.append(f"{why_otherwise(submission)}submission {submission} {place} no longer counts")
    return parts


def _ids(submissions: set[str]) -> str:
    return ", ".join(sorted(submissions))

"""What changed in a form since the year before: its columns and what may be chosen in them, and the places it offers.

A contract is what it is today. So that a later year can tell, each version of a form is written down once, on the day
when it was first offered (``FormHistory``); that of the year before is the one that was offered when that year ended.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path

from sciculture_etl.contracts import Contract, FormColumn, form_columns
from sciculture_etl.contracts.form import form_version
from sciculture_etl.storage.journal import Journal
from sciculture_etl.template.region_lists import Names, offered_places

SIDO, SIGUNGU, EUPMYEONDONG = 1, 2, 3
HISTORY = "forms.jsonl"


@dataclass(frozen=True)
class OfferedColumn:
    """A column as a form offered it.

    Attributes:
        key: the same for what is the same column, whatever it is called.
        header: without unit and sign.
        offered: codes and the words for them that may be chosen.
    """

    key: str
    header: str
    unit: str
    is_required: bool
    offered: dict[str, str] = field(default_factory=dict)
    between: tuple[float, float] | None = None

    @classmethod
    def of(cls, column: FormColumn) -> OfferedColumn:
        own = column.field
        key = f"{own.name}:{column.code}" if column.code else own.name
        words = column.offered if own.type == "enum" and not column.code else {}
        return cls(key, column.name, column.unit or "", column.required, dict(words), own.between)


@dataclass(frozen=True)
class ColumnChange:
    """What became of one column.

    Attributes:
        kind: ``added``, ``removed``, ``renamed``, ``unit``, ``required``, ``optional``, ``values_added``,
            ``values_removed``, ``between``.
        before, after: the header, unit, bounds or values that changed; empty where there is none.
    """

    kind: str
    header: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True)
class PlaceChanges:
    """Places of one level that a form offers anew and no longer.

    Attributes:
        level: 1 sido, 2 sigungu, 3 eup/myeon/dong.
        added, removed: chains of names, ``경기도 부천시 소사구``.
    """

    level: int
    added: list[str]
    removed: list[str]


@dataclass(frozen=True)
class FormChanges:
    """What is new in the form of a year.

    Attributes:
        is_known: whether the form of the year before was written down; else its columns are taken to be today's.
    """

    columns: list[ColumnChange]
    places: list[PlaceChanges]
    is_known: bool

    @property
    def count(self) -> int:
        return len(self.columns) + sum(len(level.added) + len(level.removed) for level in self.places)


class FormHistory:
    """The forms that were offered, and since when: ``forms.jsonl`` in the desk's folder."""

    def __init__(self, folder: Path) -> None:
        self._journal = Journal(folder / HISTORY)

    def note(self, contracts: dict[str, Contract], today: date) -> None:
        """Writes down the forms that are other than they were last."""
        last = {line["dataset"]: line["version"] for line in self._journal.readable()}
        self._journal.add(
            {
                "dataset": name,
                "version": form_version(contract),
                "since": today.isoformat(),
                "columns": [asdict(OfferedColumn.of(column)) for column in form_columns(contract)],
            }
            for name, contract in contracts.items()
            if last.get(name) != form_version(contract)
        )

    def before(self, dataset: str, year: int) -> list[OfferedColumn] | None:
        """The columns of the form as it was at the end of the year before; None where that isn't known."""
        found = None
        for line in self._journal.readable():
            if line["dataset"] == dataset and date.fromisoformat(line["since"]).year < year:
                found = [
                    OfferedColumn(**column | {"between": tuple(column["between"]) if column["between"] else None})
                    for column in line["columns"]
                ]
        return found


def form_changes(contract: Contract, year: int, history: FormHistory) -> FormChanges:
    """What is new in the form of a year."""
    before = history.before(contract.dataset, year)
    after = [OfferedColumn.of(column) for column in form_columns(contract)]
    changed = [] if before is None else column_changes(before, after)
    return FormChanges(changed, place_changes(year, len(contract.region_fields)), before is not None)


def column_changes(before: list[OfferedColumn], after: list[OfferedColumn]) -> list[ColumnChange]:
    """In the order of the newer form, then what it lacks."""
    known = {column.key: column for column in before}
    found = []
    for column in after:
        earlier = known.pop(column.key, None)
        if earlier is None:
            found.append(ColumnChange("added", column.header))
        elif earlier != column:
            found += _changes_of(earlier, column)
    return [*found, *(ColumnChange("removed", column.header) for column in known.values())]


def _changes_of(before: OfferedColumn, after: OfferedColumn) -> list[ColumnChange]:
    name, found = after.header, []
    if before.header != after.header:
        found.append(ColumnChange("renamed", name, before.header, after.header))
    if before.unit != after.unit:
        found.append(ColumnChange("unit", name, before.unit, after.unit))
    if before.is_required != after.is_required:
        found.append(ColumnChange("required" if after.is_required else "optional", name))
    if before.between != after.between:
        found.append(ColumnChange("between", name, _bounds(before), _bounds(after)))
    added = [word for code, word in after.offered.items() if code not in before.offered]
    removed = [word for code, word in before.offered.items() if code not in after.offered]
    if added:
        found.append(ColumnChange("values_added", name, after=", ".join(added)))
    if removed:
        found.append(ColumnChange("values_removed", name, before=", ".join(removed)))
    return found


def _bounds(column: OfferedColumn) -> str:
    return "~".join(f"{bound:,.10g}" for bound in column.between) if column.between else ""


def place_changes(year: int, levels: int) -> list[PlaceChanges]:
    """Per level what the lists of places offer anew and no longer, of what isn't covered by the level above already."""
    if not levels:
        return []
    after, before = offered_places(year, levels), offered_places(year - 1, levels)
    found = []
    covered: set[Names] = set()
    for level, (new, old) in enumerate(zip(after, before, strict=True), start=1):
        added, removed = _new_in(new, old, covered), _new_in(old, new, covered)
        changed = {*added, *removed}
        covered |= {names for names in (*new, *old) if names in changed or names[:-1] in covered}
        if added or removed:
            found.append(PlaceChanges(level, *([" ".join(names) for names in one] for one in (added, removed))))
    return found


def _new_in(these: list[Names], others: list[Names], covered: set[Names]) -> list[Names]:
    known = set(others)
    return [names for names in these if names not in known and names[:-1] not in covered]

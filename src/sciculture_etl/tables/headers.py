"""Which contract a table is written to, where its header stands, and which column holds which field."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from sciculture_etl.contracts import Contract, ContractField
from sciculture_etl.contracts.form import TOTAL
from sciculture_etl.grid import Merge
from sciculture_etl.header_text import MAX_CHARACTERS
from sciculture_etl.tables.spelling import (
    CUMULATIVE,
    DONE,
    NET,
    PART,
    PLANNED,
    Cells,
    header_names,
    normalise_header,
    spellings_of,
    unit_in_header,
    wide_column,
)
from sciculture_etl.tables.titles import Title


@dataclass(frozen=True)
class Header:
    """A header found.

    first, last: its rows from 0. columns: field → column from 0. labels: column → header text as the file writes it
    (``parent|child`` where two rows make it), of all columns of its rows. left, right: the first and last column of its
    own; what stands beyond them lies beside the table. missing: required fields without a column. unclear: measures of
    which it can't be told which column is meant: the same header twice, or one header over several columns (planned and
    actual); none before they are asked for (``unclear_measures``). score: how well it fits; the highest is taken.
    combined: pairs of fields that one column holds, the second in brackets behind the first.
    """

    contract: Contract
    first: int
    last: int
    columns: dict[str, int]
    labels: dict[int, str]
    left: int
    right: int
    missing: list[str] = field(default_factory=list)
    unclear: list[str] = field(default_factory=list)
    score: tuple[int, ...] = ()
    combined: tuple[tuple[str, str], ...] = ()

    @property
    def extra(self) -> list[str]:
        used = set(self.columns.values())
        return [label for c, label in self.labels.items() if c not in used and any(ch.isalpha() for ch in label)]


Forms = dict[int, tuple[str, ...]]  # column → how its header may be spelled, best first
Hits = tuple[tuple[int, tuple[str, ...]], ...]  # the same, of columns that some form has
Fields = dict[int, set[str]]
MAX_BESIDE = 50  # runs of columns to either side of a form that are tried as parts of it


def _map_columns(forms: Forms, contract: Contract) -> dict[str, int]:
    """Field → column; a field goes to the column that writes it most like the contract, its parent counting first."""
    spellings = spellings_of(contract)
    claims: list[tuple[int, int, int, str]] = []
    for column, names in forms.items():
        for form, name in enumerate(names):
            if name in spellings:
                target, rank = spellings[name]
                claims.append((form, rank, column, target))
    columns: dict[str, int] = {}
    taken: set[int] = set()
    for _, _, column, target in sorted(claims):
        if target not in columns and column not in taken:
            columns[target] = column
            taken.add(column)
    return columns


def _with_bracket(label: str) -> tuple[str, ...]:
    """``협회명(약칭)`` → both as they are compared; nothing for a label without a bracket."""
    if len(label) > MAX_CHARACTERS or "|" in label or not ("(" in label or "（" in label):
        return ()
    outer, bracket, inner = label.rstrip(" )）").replace("（", "(").partition("(")
    return (normalise_header(outer), normalise_header(inner)) if bracket else ()


def _combined(labels: dict[int, str], columns: dict[str, int], contract: Contract) -> dict[tuple[str, str], int]:
    """Fields of which one header names both, ``협회명(약칭)``, and no other column holds either → its column."""
    spellings = spellings_of(contract)
    found: dict[tuple[str, str], int] = {}
    for column, label in labels.items():
        both = [spellings.get(part, ("", 0))[0] for part in _with_bracket(label)]
        fields = [contract.fields[name] for name in both if name in contract.fields]
        if len(fields) < 2 or both[0] == both[1]:
            continue
        is_text = fields[0].type == "text" and fields[1].type in ("text", "enum")
        if is_text and all(columns.get(name, column) == column for name in both):
            found[both[0], both[1]] = column
    return found


def _missing(contract: Contract, columns: dict[str, int], above: Callable[[], Title]) -> list[str]:
    """Required fields of which neither a column nor the title tells. The title is read where it may tell enough."""
    missing = _without_column(contract, columns)
    if not any(_may_be_stated(contract, name) for name in missing) or _is_hopeless(contract, missing):
        return missing
    title = above()
    return [name for name in missing if not _is_stated(contract.fields[name], title)]


def _without_column(contract: Contract, columns: dict[str, int]) -> list[str]:
    # One column may hold the whole place, or both ends of a period; the others are then read from it.
    given = set(columns)
    if contract.region_fields and contract.region_fields[-1].name in columns:
        given |= {fld.name for fld in contract.region_fields}
    if contract.period and contract.period[0].name in columns:
        given.add(contract.period[1].name)
    given |= {name for name, fld in contract.fields.items() if fld.from_field in columns}
    wide = contract.unpivot
    told = [*wide.columns, *([TOTAL] if TOTAL in contract.fields[wide.into].values else [])] if wide else []
    if wide and any(wide_column(wide.measure, code) in columns for code in told):
        given |= {wide.into, wide.measure}
    return [name for name, fld in contract.fields.items() if fld.required and name not in given]


def _may_be_stated(contract: Contract, name: str) -> bool:
    """Whether the title may say it for all rows."""
    return contract.fields[name].said and contract.fields[name].type in ("date", "term")


def _is_stated(fld: ContractField, title: Title) -> bool:
    if not fld.said:
        return False
    return bool(title.day) if fld.type == "date" else fld.type == "term" and (title.term(fld.terms) or 0) > 0


def _is_hopeless(contract: Contract, missing: list[str]) -> bool:
    """Whether half of what the form asks for is missing, whatever its title says."""
    missing = [name for name in missing if not _may_be_stated(contract, name)]
    return bool(missing) and 2 * len(missing) >= len(_required(contract))


def _goes_on(rows: list[Cells], contract: Contract) -> bool:
    """Whether rows of nothing but headers, of their parts, or of their units in brackets, stand below a row of
    headers.
    """
    spellings = spellings_of(contract)

    def heads(cell: str) -> bool:
        name = normalise_header(cell)
        known = name in spellings or name in (*DONE, *NET, *CUMULATIVE) or bool(PLANNED.match(name))
        return known or bool(PART.fullmatch(name)) or (not name and bool(unit_in_header(cell)))

    below = [[cell for cell in row if cell] for row in rows[1:]]
    if not below or not all(cells and all(map(heads, cells)) for cells in below):
        return False
    if any(len(cells) == 1 and PART.fullmatch(normalise_header(cells[0])) for cells in below):  # a total left blank
        return False
    return sum(normalise_header(cell) in spellings for cell in rows[0]) > 1


def _runs(columns: Iterable[int]) -> list[range]:
    """Columns that stand side by side without a gap."""
    runs: list[range] = []
    for column in columns:
        if runs and runs[-1].stop == column:
            runs[-1] = range(runs[-1].start, column + 1)
        else:
            runs.append(range(column, column + 1))
    return runs


def _by_run(forms: Forms, runs: list[range]) -> dict[int, Forms]:
    """What stands in each run, by its number; runs without any are left out."""
    parted: dict[int, Forms] = {}
    number = 0
    for column, own in forms.items():
        while column >= runs[number].stop:
            number += 1
        parted.setdefault(number, {})[column] = own
    return parted


def _joined(
    own: int, parted: dict[int, Forms], runs: list[range], columns: dict[str, int], fields: Fields
) -> list[int]:
    """The run of a whole form, and those that a gap parts from it though they tell columns that the form lacks.

    Args:
        own: number of the run.
        columns: of the form.
        fields: the fields that each run tells, by its number.
    """
    near = range(own - MAX_BESIDE, own + MAX_BESIDE + 1)
    return [
        number
        for number in (near if len(near) < len(parted) else parted)
        if number == own
        or (number in fields and 2 * len(fields[number]) > len(runs[number]) and not columns.keys() & fields[number])
    ]


def fitting(contracts: Sequence[Contract], hits: Hits) -> list[Contract]:
    """Contracts of which these columns, read at their best, hold half of what is asked for."""
    fit = []
    for contract in contracts:
        spellings = spellings_of(contract)
        columns = dict.fromkeys((spellings[form][0] for _, names in hits for form in names if form in spellings), 0)
        if not _is_hopeless(contract, _without_column(contract, columns)):
            fit.append(contract)
    return fit


def headers_at(
    row: int,
    rows: list[Cells],
    above: Callable[[int, int], Title],
    merges: dict[int, list[Merge]],
    fitting: Callable[[Hits], list[Contract]],
    known: set[str],
    pieces: set[str],
) -> list[Header]:
    """What a row may be the header of, alone or with those below it. rows: it and as many as may belong to it. above:
    the title of a range of columns. merges: ranges of several columns by the rows they reach into. fitting: the
    contracts that columns may be of. known, pieces: the spellings of all forms and their parts.

    The contract wins of which the header has most required columns more than it lacks: a list of classes without its
    sessions is a damaged list of classes, though all columns of a list of facilities stand in it. Columns parted by a
    gap that make a whole form by themselves are one, whatever stands beside them. Among equals the one wins that leaves
    the fewest columns unknown, then one that lacks nothing, then the higher and shorter one. A header that lacks half
    of what its form asks for is no damaged form but another table.
    """
    found: list[Header] = []
    title = partial(above, 0, len(rows[0]) - 1)
    for depth in range(1, len(rows) + 1):
        last, names = row + depth - 1, header_names(rows[:depth], row, merges, pieces)
        labels = {column: label for column, (label, _) in enumerate(names) if label}
        hits = {column: names[column][1] for column in labels if any(form in known for form in names[column][1])}
        runs = _runs(labels)
        both = ((c, tuple(part for part in _with_bracket(label) if part in known)) for c, label in labels.items())
        told = (*hits.items(), *((column, parts) for column, parts in both if parts))
        for contract in fitting(told) if len(hits) > 1 else []:
            spellings = spellings_of(contract)
            forms = {column: own for column, own in hits.items() if any(form in spellings for form in own)}
            if len(forms) < 2:
                continue
            place = _Place(contract, row, last, labels, title, (_goes_on(rows[:depth], contract), -depth, -row))
            whole = _header(place, forms, runs, apart=len(runs) == 1)
            if whole is not None:
                found += [whole, *(_within(place, forms, runs, above) if len(runs) > 1 else [])]
    return [h for h in found if 2 * len(h.missing) < len(_required(h.contract)) or not h.missing]


def _within(place: _Place, forms: Forms, runs: list[range], above: Callable[[int, int], Title]) -> Iterator[Header]:
    """Whole forms in runs of columns that a gap parts from others."""
    spellings = spellings_of(place.contract)
    parted = _by_run(forms, runs)
    fields = {n: {next(spellings[f][0] for f in names if f in spellings) for names in own.values()}
              for n, own in parted.items()}  # fmt: skip
    for number, own in parted.items():
        if len(own) < 2:
            continue
        run, mine = runs[number], place
        alone = _header(mine, own, [run], apart=True)
        if alone and alone.missing and all(_may_be_stated(place.contract, name) for name in alone.missing):
            # Of several titles side by side its own may say it.
            mine = replace(place, above=partial(_title_of_run, run, above, place))
            alone = _header(mine, own, [run], apart=True)
        if alone and not alone.missing:
            numbers = _joined(number, parted, runs, alone.columns, fields)
            joined = {column: names for n in numbers for column, names in parted[n].items()}
            yield _header(mine, joined, [runs[n] for n in numbers], apart=True) or alone


def _title_of_run(run: range, above: Callable[[int, int], Title], place: _Place) -> Title:
    return above(run.start, run.stop - 1).within(place.above())


@dataclass(frozen=True)
class _Place:
    """What all readings of one row or rows as a header of one contract share. shape: the end of their score."""

    contract: Contract
    first: int
    last: int
    labels: dict[int, str]
    above: Callable[[], Title]
    shape: tuple[int, ...]


def _required(contract: Contract) -> list[str]:
    return [name for name, fld in contract.fields.items() if fld.required]


def _header(place: _Place, forms: Forms, runs: list[range], apart: bool) -> Header | None:
    columns = _map_columns(forms, place.contract)
    own_labels = {column: place.labels[column] for run in runs for column in run}
    combined = _combined(own_labels, columns, place.contract)
    columns |= {name: column for names, column in combined.items() for name in names}
    if len(columns) < 2:
        return None
    missing = _missing(place.contract, columns, place.above)
    present = len(_required(place.contract)) - len(missing)
    score = (present - len(missing), apart, len(columns), not missing, *place.shape)
    own = [run for run in runs if any(column in run for column in columns.values())]
    left, right = min(run.start for run in own), max(run.stop for run in own) - 1
    return Header(
        place.contract, place.first, place.last, columns, place.labels, left, right, missing, score=score,
        combined=tuple(combined),
    )  # fmt: skip

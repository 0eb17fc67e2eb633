"""A year of vouchers reported month by month, and an attacker who has nothing but the files of the releases.

He shares no code with the gate. Numbers are unknown of every release in which they are withheld; one that is withheld
while nothing else of its year changes stays as it is, and numbers of a year under way only grow. Cells of which he
knows the same are alike to him: one stands for all, and the others are taken together.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import numpy as np
from forms import as_csv
from scipy.optimize import linprog
from scipy.sparse import lil_matrix

HEADER = ["사업연도", "월", "시도", "시군구", "자격구분", "발급인원", "이용인원", "이용건수", "사용액"]
DISTRICTS = ["종로구", "중구", "용산구"]
GROUNDS = ["기초생활수급자", "차상위계층", "복지시설", "기타"]
MEASURES = ("issued_count", "user_count")
SMALL = (1, 2)


def month_of_vouchers(year: int, month: int, seed: int = 7, districts: Iterable[str] = DISTRICTS) -> bytes:
    """What a month brings: in most cells a few persons, in some nobody."""
    chance = random.Random(f"{seed} {year} {month}")
    rows = [HEADER]
    for district in districts:
        for place, ground in enumerate(GROUNDS):
            issued = chance.choice([0, 0, 1, 1, 2] if place < 2 else [2, 4, 7, 11])
            users = chance.randint(0, issued)
            if issued:
                rows.append([year, month, "서울특별시", district, ground, issued, users, users, users * 1000])
    return as_csv(rows)


@dataclass
class Attack:
    """What the files say.

    Attributes:
        found: (release, row, measure) → value, of the withheld numbers that can be computed.
        withheld: how many numbers are withheld.
    """

    found: dict[tuple[str, str, str], int] = field(default_factory=dict)
    withheld: int = 0

    @property
    def few(self) -> dict[tuple[str, str, str], int]:
        return {name: value for name, value in self.found.items() if value in SMALL}


@dataclass
class _Chain:
    """A cell over the releases: release → its number where it is shown, else None.

    Attributes:
        same: releases in which it is as it was in the one before.
    """

    numbers: dict[int, float | None] = field(default_factory=dict)
    same: set[int] = field(default_factory=set)


def attack_files(releases: Path) -> Attack:
    attack = Attack()
    names = sorted(path.name for path in releases.iterdir() if path.name[0].isdigit())
    cells = [list(_cells(releases / name)) for name in names]
    for year in sorted({cell[0] for of_release in cells for cell in of_release}):
        for measure in MEASURES:
            totals = [list(_totals(releases / name, year, measure)) for name in names]
            own = [[cell for cell in of_release if cell[0] == year] for of_release in cells]
            _attack_year(attack, names, own, totals, measure)
    return attack


def _rows(path: Path, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect() as connection:
        return connection.execute(query.format(path=path)).fetchall() if path.exists() else []


def _cells(release: Path) -> Iterator[tuple[int, str, str, tuple[float | None, ...]]]:
    """Year, cell, status, numbers."""
    query = (
        "SELECT program_year, concat(sigungu_code, '/', beneficiary_category), status, issued_count, user_count "
        "FROM '{path}' ORDER BY ALL"
    )
    for year, cell, status, *numbers in _rows(release / "parquet/mart_voucher_by_region.parquet", query):
        yield int(str(year)), str(cell), str(status), tuple(numbers)  # type: ignore[arg-type]


def _totals(release: Path, year: int, measure: str) -> Iterator[tuple[str, float]]:
    """District (empty: the nation) and what is shown of it."""
    by_district = (
        "SELECT sigungu_code, value FROM '{path}' WHERE program_code = 'science_culture_voucher' AND value IS NOT NULL "
        f"AND program_year = {year} AND measure = '{measure}' ORDER BY ALL"
    )
    nation = f"SELECT '', {measure} FROM '{{path}}' WHERE program_year = {year} AND {measure} IS NOT NULL"
    for table, query in (("mart_program_region_year", by_district), ("mart_voucher_summary", nation)):
        for district, value in _rows(release / f"parquet/{table}.parquet", query):
            yield str(district or ""), float(str(value))


def _attack_year(
    attack: Attack, names: list[str], cells: list[list[tuple[int, str, str, tuple[float | None, ...]]]],
    totals: list[list[tuple[str, float]]], measure: str,
) -> None:  # fmt: skip
    chains: defaultdict[str, _Chain] = defaultdict(_Chain)
    is_open, before = [], None
    for release, of_release in enumerate(cells):
        numbers = {cell: row[MEASURES.index(measure)] for _, cell, _, row in of_release}
        shown = (sorted(numbers.items()), totals[release])
        for cell, number in numbers.items():
            chains[cell].numbers[release] = number
            if shown == before:
                chains[cell].same.add(release)
        is_open.append(any(status == "p" for _, _, status, _ in of_release))
        before = shown
    groups: defaultdict[object, list[str]] = defaultdict(list)
    for cell, chain in chains.items():
        attack.withheld += sum(number is None for number in chain.numbers.values())
        if None in chain.numbers.values():
            district = cell.split("/")[0]
            told = {release for release, of in enumerate(totals) for name, _ in of if name == district}
            unknown = {release for release, number in chain.numbers.items() if number is None}
            groups[district if told & unknown else "", tuple(chain.numbers.items())].append(cell)
    _solve(attack, names, chains, list(groups.values()), totals, is_open, measure)


def _solve(
    attack: Attack, names: list[str], chains: dict[str, _Chain], groups: list[list[str]],
    totals: list[list[tuple[str, float]]], is_open: list[bool], measure: str,
) -> None:  # fmt: skip
    place: dict[tuple[str, int, int], int] = {}  # cell, 0 for it or 1 for those like it, release → unknown
    bounds: list[tuple[float, float | None]] = []
    grows: list[tuple[int, int]] = []
    for cell, *alike in groups:
        for which, count in ((0, 1), (1, len(alike))):
            last: tuple[float | None, int | None] | None = None
            for release, number in chains[cell].numbers.items() if count else ():
                here: int | None = None
                if number is None:
                    if last and last[1] is not None and release in chains[cell].same:
                        here = last[1]
                    else:
                        here = len(bounds)
                        bounds.append((0, None))
                    place[cell, which, release] = here
                if last and is_open[release - 1] and here != last[1]:
                    if last[1] is not None and here is not None:
                        grows.append((last[1], here))
                    elif last[1] is not None and number is not None:
                        bounds[last[1]] = (bounds[last[1]][0], count * number)
                    elif here is not None and last[0] is not None:
                        bounds[here] = (count * last[0], None)
                last = number, here
    equations = []
    for release, of_release in enumerate(totals):
        for district, total in of_release:
            rest, unknown = total, set()
            for cell, chain in chains.items():
                if release in chain.numbers and (not district or cell.startswith(f"{district}/")):
                    rest -= chain.numbers[release] or 0
            for (cell, _, when), number in place.items():
                if when == release and (not district or cell.startswith(f"{district}/")):
                    unknown.add(number)
            if unknown:
                equations.append((sorted(unknown), rest))
    matrix, less = lil_matrix((len(equations), len(bounds))), lil_matrix((len(grows), len(bounds)))
    for row, (columns, _) in enumerate(equations):
        matrix[row, columns] = 1
    for row, (earlier, later) in enumerate(grows):
        less[row, earlier], less[row, later] = 1, -1
    told = {number for columns, _ in equations for number in columns}
    system = {"A_eq": matrix.tocsr(), "b_eq": [rest for _, rest in equations], "bounds": bounds}
    if grows:
        system |= {"A_ub": less.tocsr(), "b_ub": np.zeros(len(grows))}
    solved: dict[int, tuple[float, float]] = {}
    for (cell, which, release), number in place.items() if equations else ():
        if which == 0 and number in told:
            if number not in solved:
                solved[number] = (_least(number, 1, system), -_least(number, -1, system))
            if solved[number][1] - solved[number][0] < 0.01:
                for one in next(group for group in groups if group[0] == cell):
                    attack.found[names[release], one, measure] = round(solved[number][0])


def _least(number: int, sign: int, system: dict[str, object]) -> float:
    bounds = system["bounds"]
    objective = np.zeros(len(bounds))  # type: ignore[arg-type]
    objective[number] = sign
    found = linprog(objective, **system)
    assert found.status in (0, 3), found.message
    return float(found.fun) if found.status == 0 else -np.inf

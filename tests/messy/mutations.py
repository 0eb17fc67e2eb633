"""Files that nobody would write: real ones with bytes or cells changed, and the texts that make a reader stumble."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from forms import Sheet, as_csv, as_xlsx

from sciculture_etl.formats import open_file
from sciculture_etl.formats.grid import Grid, RefusedError
from sciculture_etl.settings import DEFAULT_LIMITS

TESTS = Path(__file__).parents[1]
LARGEST = 64 * 1024
ODD = [
    "", " ", "\n", "\t", "\u3000", "\u200b", "\ufeff", "-", "–", "…", "x", "*", "0", "-0", "1e999", "nan", "inf",
    "-inf", "1e308",
    "9" * 40, "0." + "0" * 40 + "1", "1,096", "3,0", "약 300명", "50여명", "１２０", "121,551명", "4.46점/5점",
    "89.2%", "1/0",
    "2020", "2020년도", "’20", "0000-00-00", "9999-12-31", "2020.2.30", "3.2~3.27", "12.28~1.8", "~", "~~~", "상시",
    "43892",
    "99999", "60000.999", "2020년 13월 99일", "11.05(금)", "(　)", "서울특별시", "중구", "세종", "없는시",
    "수원시장안구", "합  계",
    "소계", "계(A+B)", "TOTAL", "평균", "※ 가상", "주)", "예시)", "(예시)", "구분", "운영횟수", "수혜자수\n(순인원)",
    "사업연도",
    "기관명", "강사수", "지역|시도", "단위: 천원", "=1+2", "=cmd|' /C calc'!A0", "@SUM(A1)", "+82", "{value}", "{0}",
    "%s", "\\", '"',
    "'", "a\x00b", "\x07", "\ud7a3\u1112\u1161\u11ab", "e\u0301", "𠮷", "👩‍🔬", "‮abc", "가" * 5000, "Ⅱ", "①", "½",
    "²", "٣", "१२",
]  # fmt: skip


def corpus() -> dict[str, bytes]:
    """Name → bytes of the files that other tests read."""
    folders = [TESTS / "contracts", TESTS / "messy"]
    paths = sorted(p for f in folders for p in f.rglob("*") if p.is_file() and p.suffix not in (".py", ".json", ".pyc"))
    return {p.name: p.read_bytes() for p in paths if p.stat().st_size < LARGEST}


def change_bytes(data: bytes, other: bytes, random: Random) -> bytes:
    made = bytearray(data)
    for _ in range(random.randint(1, 6)):
        at = random.randrange(len(made) + 1)
        end = min(len(made), at + random.choice([1, 2, 8, 64, 1024]))
        kind = random.randrange(5)
        if kind == 0 and at < len(made):
            made[at] ^= 1 << random.randrange(8)
        elif kind == 1:
            del made[at:end]
        elif kind == 2:
            made[at:at] = made[at:end] * random.choice([1, 2, 50])
        elif kind == 3:
            made[at:at] = random.choice(ODD).encode(random.choice(["utf-8", "cp949", "utf-16"]), "replace")
        else:
            start = random.randrange(len(other) + 1)
            made[at:end] = other[start : start + random.choice([4, 256, 8192])]
    return bytes(made)


def change_member(data: bytes, other: bytes, random: Random) -> bytes:
    """A package of which one member is changed and the rest is sound."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            members = {name: package.read(name) for name in package.namelist()}
    except zipfile.BadZipFile:
        return change_bytes(data, other, random)
    name = random.choice(sorted(members))
    if random.random() < 0.1:
        del members[name]
    else:
        members[name] = change_bytes(members[name], b"".join(members.values()), random)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        for member, content in members.items():
            package.writestr(zipfile.ZipInfo(member), content)
    return made.getvalue()


def _cells(grid: Grid) -> list[list[Any]]:
    return [["" if cell is None else cell for cell in row] for row in grid.frame.rows()]


def _change_cells(rows: list[list[Any]], random: Random) -> None:
    height, width = len(rows), max(1, *map(len, rows))
    r, c = random.randrange(height), random.randrange(width)
    other, to = random.randrange(height), random.randrange(width)

    def at(row: list[Any], column: int) -> Any:
        return row[column] if column < len(row) else ""

    changes: list[Callable[[], Any]] = [
        lambda: rows[r].__setitem__(slice(c, c + 1), [random.choice(ODD)]),
        lambda: rows[r].__setitem__(slice(c, c + 1), [random.choice([random.randint(-9, 9**9), random.random()])]),
        lambda: rows[r].__setitem__(slice(c, c + 1), [at(rows[other], to)]),
        lambda: rows.insert(r, rows.pop(other)),
        lambda: rows.insert(r, [*rows[other]]),
        lambda: rows.insert(r, []),
        lambda: rows.insert(r, [random.choice(ODD) for _ in range(random.randint(1, width))]),
        lambda: rows.pop(r) if height > 1 else None,
        lambda: rows.extend([*row] for row in rows[:]) if height < 60 else None,
        lambda: [row.insert(to, at(row, c)) for row in rows],
        lambda: [row.insert(to, "") for row in rows],
        lambda: [row.__delitem__(slice(c, c + 1)) for row in rows],
        lambda: [row.extend(["", *row]) for row in rows] if width < 60 else None,
        lambda: [row.extend(random.choice(ODD) for _ in range(200)) for row in rows] if width < 60 else None,
        lambda: [row.__setitem__(slice(c, c + 1), [""]) for row in rows[r:]],
    ]
    random.choice(changes)()


def _merges(rows: list[list[Any]], random: Random) -> list[tuple[int, int, int, int]]:
    """Ranges that don't overlap: one in each band of rows."""
    found, top = [], 0
    while top < len(rows) - 1 and random.random() < 0.7:
        bottom = min(len(rows) - 1, top + random.randrange(6))
        left = random.randrange(max(1, len(rows[top])))
        right = left + random.randrange(4)
        if (top, left) != (bottom, right) and left < len(rows[top]):
            found.append((top, left, bottom, right))
        top = bottom + 1
    return found


def change_grid(data: bytes, other: bytes, random: Random) -> bytes:
    """The first sheet of a file with rows, columns and cells changed, written anew."""
    try:
        rows = next((rows for grid in open_file(data, DEFAULT_LIMITS).grids if (rows := _cells(grid))), None)
    except RefusedError:
        rows = None
    if not rows:
        return change_bytes(data, other, random)
    for _ in range(random.randint(1, 8)):
        _change_cells(rows, random)
    if random.random() < 0.5:
        return as_csv(rows, random.choice(["utf-8", "utf-8-sig", "utf-16"]), random.choice([",", "\t", ";"]))
    hidden = [row for row in range(len(rows)) if random.random() < 0.1]
    rows = [[cell[:30000] if isinstance(cell, str) else cell for cell in row] for row in rows]
    merges = _merges(rows, random)
    return as_xlsx(Sheet(rows, "실적", random.choice([0, 0, 3]), random.choice([0, 0, 2]),
    hidden_rows=hidden) if not merges
                   else Sheet(rows, "실적", merges=merges, hidden_rows=hidden))  # fmt: skip


def mutate(files: dict[str, bytes], random: Random) -> tuple[str, bytes]:
    """A file's name and what was made of it."""
    name = random.choice(sorted(files))
    other = files[random.choice(sorted(files))]
    change = random.choice([change_bytes, change_member, change_grid, change_grid, change_grid])
    return name, change(files[name], other, random)

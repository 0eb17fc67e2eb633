"""Rules of a contract as spreadsheet formulas, where those can say them; the rest is left to the reader."""

from __future__ import annotations

import re

from sciculture_etl.contracts import RowRule

TOKEN = re.compile(r"\s*([A-Za-z_]+|\d+(?:\.\d+)?|<=|>=|<>|[=<>+*()-])")
PIECE = re.compile(r"\\d(?:\{(\d+)\})?|([A-Za-z0-9_/ -])")


def _spelled(condition: str, cells: dict[str, str]) -> tuple[str, set[str]] | None:
    """A condition over columns with comparisons and sums as a formula, and the cells in it; None for any other."""
    formula, used, position = "", set(), 0
    while position < len(condition.rstrip()):
        found = TOKEN.match(condition, position)
        if not found:
            return None
        token = found[1]
        if token[0].isalpha():
            if token not in cells:
                return None
            used.add(cells[token])
        formula += cells.get(token, token)
        position = found.end()
    return formula, used


def broken_rule(rule: RowRule, cells: dict[str, str]) -> str | None:
    """``=AND(COUNT($H8,$I8)=2,NOT($I8>=$H8))``: true where the row breaks the rule.

    Args:
        cells: of the columns that hold numbers and dates, by field.
    """
    spelled = [_spelled(condition, cells) for condition in (rule.must, rule.when) if condition]
    if None in spelled:
        return None
    must, *when = [part for part in spelled if part]
    used = sorted(set().union(*(own for _, own in [must, *when])))
    conditions = [f"COUNT({','.join(used)})={len(used)}", *(formula for formula, _ in when), f"NOT({must[0]})"]
    return f"=AND({','.join(conditions)})"


def _pieces(pattern: str) -> list[tuple[str | None, int]] | None:
    """``INST-\\d{4}`` → letters (None for digits) and how many; None for a pattern that says more."""
    pieces: list[tuple[str | None, int]] = []
    position = 0
    while position < len(pattern):
        found = PIECE.match(pattern, position)
        if not found:
            return None
        pieces.append((found[2], int(found[1] or 1)))
        position = found.end()
    return pieces


def pattern_shown(pattern: str) -> str:
    """``INST-\\d{4}`` → ``INST-0000``."""
    pieces = _pieces(pattern)
    return "".join((letter or "0") * count for letter, count in pieces) if pieces else pattern


def keeps_pattern(pattern: str, cell: str) -> str | None:
    """A formula that is true where the cell's text is like the pattern.

    None for a pattern that says more than letters and digits.
    """
    pieces = _pieces(pattern)
    if not pieces:
        return None
    tests, position = [f"LEN({cell})={sum(count for _, count in pieces)}"], 1
    for letter, count in pieces:
        part = f"MID({cell},{position},{count})"
        tests.append(f'EXACT({part},"{letter}")' if letter else f"ISNUMBER(--{part})")
        position += count
    return f"=AND({','.join(tests)})"

"""Find what became of each abolished division: its successors, the day, and the kind of change.

Sources give codes and days but no successors. They follow, in this order, from: the hand-kept list (sido, sigungu);
the same name under the succeeding sigungu (recoded, or moved when the old sigungu lives on); the ri that an eup or
myeon shared with its successor; the unit alone changing (호명면 -> 호명읍); for administrative dongs, the legal dongs
that both lie in; and one ending while one begins in the same sigungu. What none of these tells has no successor,
which the resolver reports as unknown.
"""

import re
from collections import defaultdict
from dataclasses import dataclass

import polars as pl
import region_facts as facts

Succession = tuple[str, str, str, str]  # code, successor, day, change


@dataclass(frozen=True)
class _Division:
    code: str
    name: str
    start: str
    end: str | None


class Reforms:
    """The successions known so far, asked by sigungu: which sigungu hold the ground of this one from that day on."""

    def __init__(self, legal: pl.DataFrame) -> None:
        self.rows: list[Succession] = list(facts.SUCCESSIONS)
        sigungu = [
            _division(row)
            for row in legal.filter(pl.col("ri").is_null() & pl.col("emd").is_null()).iter_rows(named=True)
        ]
        self._recode(sigungu)
        self._abolished = {item.code[:5] for item in sigungu if item.end is not None}
        self._next: dict[tuple[str, str], set[str]] = defaultdict(set)
        for code, successor, day, _ in self.rows:
            self._next[code[:5], day].add(successor[:5])

    def next_sigungu(self, sigungu: str, day: str) -> set[str]:
        """The five-digit codes under which a sigungu's divisions may be found from that day on, its own included."""
        followed = {sigungu} | self._next[sigungu, day] | facts.NEXT_SIGUNGU.get((sigungu, day), set())
        if day == "20160704" and sigungu[:4] == "4119":  # the gu of 부천시 were abolished, their dongs kept
            followed.add("41190")
        return followed

    def is_continued(self, sigungu: str) -> bool:
        return sigungu not in self._abolished

    def _recode(self, sigungu: list[_Division]) -> None:
        """Sigungu that only got a new code because their sido did."""
        by_sido_name = {(item.code[:2], item.name, item.start): item.code for item in sigungu}
        done = {code for code, *_ in self.rows}
        sido = [(code[:2], successor[:2], day) for code, successor, day, _ in self.rows if code.endswith("00000000")]
        for item in sigungu:
            for old, new, day in sido:
                successor = by_sido_name.get((new, item.name, day))
                if item.code[:2] == old and item.end == day and item.code not in done and successor:
                    self.rows.append((item.code, successor, day, "recoded"))


def legal_successions(legal: pl.DataFrame, reforms: Reforms) -> list[Succession]:
    """Return the successions of legal emd."""
    emd = [
        _division(row)
        for row in legal.filter(pl.col("emd").is_not_null() & pl.col("ri").is_null()).iter_rows(named=True)
    ]
    ri: dict[str, set[str]] = defaultdict(set)
    for code, name in legal.filter(pl.col("ri").is_not_null()).select("code", "ri").iter_rows():
        ri[code[:8]].add(name)
    born = _by_start(emd)
    rows: list[Succession] = []
    for item in emd:
        if item.end is None:
            continue
        near = [new for new in born[item.end] if new.code[:5] in reforms.next_sigungu(item.code[:5], item.end)]
        found = (
            [new for new in near if new.name == item.name]
            or [new for new in near if _has_shared_ri(item, new, ri)]
            or [new for new in born[item.end] if _is_made_of_its_ri(item, new, near, ri)]
            or [new for new in near if new.name[-1] in "읍면" and f"{item.name[:-1]}리" in ri[new.code[:8]]]
            or [new for new in near if new.name[-1] in "읍면" and new.name[:-1] == item.name[:-1]]
        )
        rows += [_row(item, new, len(found), reforms) for new in found]
    return _with_merged(rows + _lone_renames(emd, rows))


def administrative_successions(
    administrative: pl.DataFrame, pairs: pl.DataFrame, legal_rows: list[Succession], reforms: Reforms
) -> list[Succession]:
    """Return the successions of administrative emd whose code is not also a legal one."""
    legal_codes = {code for code, *_ in legal_rows} | {successor for _, successor, *_ in legal_rows}
    legal_next: dict[str, set[str]] = defaultdict(set)
    for code, successor, *_ in legal_rows:
        legal_next[code].add(successor)
    dongs = {row["code"]: _division(row) for row in administrative.iter_rows(named=True)}
    ground_before: dict[str, set[str]] = defaultdict(set)
    ground_from: dict[tuple[str, str], set[str]] = defaultdict(set)
    for legal, admin, start, end in pairs.iter_rows():
        if end is not None and end == dongs[admin].end:
            ground_before[admin] |= {legal} | legal_next[legal]
        ground_from[start, legal].add(admin)
    born = _by_start(list(dongs.values()))
    rows: list[Succession] = []
    for item in dongs.values():
        day = item.end
        if day is None or item.code in legal_codes:
            continue
        near = [new for new in born[day] if new.code[:5] in reforms.next_sigungu(item.code[:5], day)]
        taking = {admin for legal in ground_before[item.code] for admin in ground_from[day, legal]}
        found = (
            [new for new in near if new.name == item.name]
            or [dongs[code] for code in sorted(taking)]
            or [new for new in near if _letters(new.name) == _letters(item.name)]
        )
        rows += [_row(item, new, len(found), reforms) for new in found]
        if not found and day == facts.JULY_2026 and item.code[:5] in facts.OLD_INCHEON_GU:
            rows.append((item.code, f"{_incheon_gu(item)}00000", day, "moved"))
    rows += _lone_renames([item for item in dongs.values() if item.code not in legal_codes], rows)
    return _with_merged(rows)


def _lone_renames(divisions: list[_Division], rows: list[Succession]) -> list[Succession]:
    """Where one division of a sigungu ends and one begins on a day, and neither is explained yet, it was renamed."""
    explained = {code for code, *_ in rows} | {(successor, day) for _, successor, day, _ in rows}
    ended: dict[tuple[str, str], list[_Division]] = defaultdict(list)
    begun: dict[tuple[str, str], list[_Division]] = defaultdict(list)
    for item in divisions:
        if item.end is not None and item.code not in explained:
            ended[item.code[:5], item.end].append(item)
        if (item.code, item.start) not in explained:
            begun[item.code[:5], item.start].append(item)
    return [
        (old[0].code, begun[key][0].code, key[1], "renamed")
        for key, old in ended.items()
        if len(old) == 1 and len(begun[key]) == 1
    ]


def _incheon_gu(item: _Division) -> str:
    east, islands, west, geomdan = facts.NEW_INCHEON_GU
    if item.code.startswith("28260"):
        return geomdan if item.name in facts.INCHEON_GEOMDAN else west
    return islands if item.name.startswith(facts.INCHEON_ISLANDS) else east


def _row(old: _Division, new: _Division, successors: int, reforms: Reforms) -> Succession:
    if successors > 1:
        change = "split"
    elif new.start != old.end:
        change = "merged"
    elif old.name != new.name:
        change = "renamed"
    elif old.code[:5] != new.code[:5] and reforms.is_continued(old.code[:5]):
        change = "moved"
    else:
        change = "recoded"
    return old.code, new.code, old.end or "", change


def _with_merged(rows: list[Succession]) -> list[Succession]:
    """A successor of several is the product of a merger."""
    sources: dict[tuple[str, str], int] = defaultdict(int)
    for _, successor, day, _ in rows:
        sources[successor, day] += 1
    return [
        (code, successor, day, "merged" if change != "split" and sources[successor, day] > 1 else change)
        for code, successor, day, change in rows
    ]


def _has_shared_ri(old: _Division, new: _Division, ri: dict[str, set[str]]) -> bool:
    """An eup or myeon is told by the ri it takes along, wherever it goes."""
    mine = ri[old.code[:8]]
    return len(mine & ri[new.code[:8]]) > len(mine) / 2


def _is_made_of_its_ri(old: _Division, new: _Division, near: list[_Division], ri: dict[str, set[str]]) -> bool:
    """An eup or myeon that was cut up: into dongs named after its ri, or given to another sigungu."""
    is_its_dong = new in near and new.name[-1] == "동" and f"{new.name[:-1]}리" in ri[old.code[:8]]
    return is_its_dong or _has_shared_ri(old, new, ri)


def _by_start(divisions: list[_Division]) -> dict[str, list[_Division]]:
    born: dict[str, list[_Division]] = defaultdict(list)
    for item in divisions:
        born[item.start].append(item)
    return born


def _letters(name: str) -> str:
    """A dong's name without its number: 배곧동 for 배곧1동."""
    return re.sub(r"제?[\d.,]+", "", name)


def _division(row: dict[str, str]) -> _Division:
    return _Division(row["code"], row["emd"] or row["sigungu"] or row["sido"], row["valid_from"], row["valid_to"])

"""What an answer says around its findings: the phrases of ``expectations/feedback.yml`` with its numbers.

In English, for the desk's pages: ``expectations/feedback_en.yml``, which holds what these pages say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from sciculture_etl.feedback.answer import LETTERS, Answer, Language, Repeat, day_in_seoul
from sciculture_etl.intake.check import CheckedPart
from sciculture_etl.project import read_words

MAX_NAMES_LISTED = 12


@lru_cache
def words(language: Language = "ko") -> dict[str, Any]:
    name = "feedback.yml" if language == "ko" else f"feedback_{language}.yml"
    loaded: dict[str, Any] = read_words(name)
    return loaded


def _verdict_texts(answer: Answer) -> dict[str, Any]:
    texts: dict[str, Any] = words(answer.language)["received" if answer.received else "checked"][answer.kind]
    return texts


def headline(answer: Answer) -> str:
    """The verdict in one line."""
    reason = ""
    if answer.kind == "refused":
        reason = next(group.title for group in answer.groups if group.severity == "error")
    text: str = _verdict_texts(answer)["headline"]
    errors, warnings = (f"{answer.count(severity):,}" for severity in ("error", "warning"))
    return text.format(errors=errors, warnings=warnings, reason=reason)


def next_steps(answer: Answer) -> list[str]:
    """What that means, and what to do now."""
    texts = words(answer.language)
    received = answer.received
    stated, counting, because = (received.stated, received.counting, received.because) if received else ("", "", "")
    if answer.is_set_aside:
        known = {"stated": stated, "counting": counting, "because": because}
        return [line.format(**known) for line in _verdict_texts(answer)["next"]]
    rows = {kind: f"{count:,}" for kind, count in answer.checked.rows.items()}
    standing = received.standing if received else ""
    sound = sum(part.sound_rows for part in answer.checked.parts)
    blanked = answer.checked.rows["loaded"] - sound
    lines = [texts["rows_in_part"].format(**rows, sound=f"{sound:,}")] if answer.checked.rows["quarantined"] else []
    lines += [texts["rows_blanked"].format(blanked=f"{blanked:,}")] if blanked else []
    earlier = received.earlier if received else None
    day = day_in_seoul(earlier, answer.language) if earlier else ""
    lines += [line.format(day=day, stated=stated, counting=counting) for line in _verdict_texts(answer)["next"]]
    if standing in texts["standing"] and standing != answer.kind:
        lines.append(texts["standing"][standing].format(stated=stated))
    return lines


def facts(answer: Answer) -> list[tuple[str, str]]:
    """What is answered: label and text."""
    texts = words(answer.language)["facts"]
    found = [(texts["file"], answer.checked.file_name)]
    if answer.checked.submitter:
        found.append((texts["submitter"], answer.checked.submitter))
    if answer.received:
        found.append((texts["received"], day_in_seoul(answer.received.at, answer.language)))
        found.append((texts["number"], str(answer.received.number)))
    return found


def part_name(part: CheckedPart, language: Language = "ko") -> str:
    """``생활과학교실 강좌 운영 실적, 2020년 (운영실적)``."""
    years = ", ".join(words(language)["year"].format(year=year) for year in part.program_years)
    sheet = f" ({part.sheet})" if part.sheet else ""
    title = part.contract.title.ko if language == "ko" else part.contract.title.en
    return f"{title}{', ' if years else ''}{years}{sheet}"


def left_out(part: CheckedPart, language: Language = "ko") -> str:
    """``소계·합계 2, 각주 1``; empty where there is none."""
    texts = words(language)["left_out"]
    return ", ".join(f"{texts[reason]} {part.left_out[reason]:,}" for reason in texts if part.left_out[reason])


def totals(part: CheckedPart) -> list[tuple[str, str]]:
    """Measure and its sum with its unit."""
    fields = part.contract.fields
    return [
        (part.columns[name][1] if name in part.columns else fields[name].header, f"{total:,}{fields[name].unit or ''}")
        for name, total in part.totals.items()
        if total
    ]


def fine(part: CheckedPart, language: Language = "ko") -> list[str]:
    """What was right in a table."""
    texts = words(language)["fine"]
    pairs = zip(part.findings["severity"].to_list(), part.findings["cell"].to_list(), strict=True)
    faults = [cell for severity, cell in pairs if severity != "info"]
    faulty = {found[0] for cell in faults if cell and (found := LETTERS.match(cell))}
    columns = sorted(part.columns.values(), key=lambda column: (len(column[0]), column[0]))
    headers = [header.replace("|", " ") for letter, header in columns if letter not in faulty]
    lines = []
    if part.sound_rows:
        lines.append(texts["rows"].format(sound=f"{part.sound_rows:,}"))
    if headers:
        lines.append(texts["columns"].format(columns=_listed(headers), n=len(headers)))
    if part.left_out["subtotal"] and not faults:
        lines.append(texts["totals"].format(n=f"{part.left_out['subtotal']:,}"))
    return lines


def aside(answer: Answer) -> list[str]:
    """What stands in the file and wasn't read."""
    texts = words(answer.language)["aside"]
    ignored = [name.replace("|", " ") for part in answer.checked.parts for name in part.ignored_columns]
    sheets = [name for name in answer.checked.unread_sheets if name]
    lines = [(texts["columns"], ignored), (texts["sheets"], sheets)]
    return [line.format(names=_listed(names)) for line, names in lines if names]


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:MAX_NAMES_LISTED])
    return f"{shown}, …" if len(names) > MAX_NAMES_LISTED else shown


def places(repeat: Repeat, should_name_sheets: bool, most: int, language: Language = "ko") -> str:
    """``운영실적!H13, H15~H18 외 3곳``, ``13행``, or where the whole file is meant, that.

    Args:
        should_name_sheets: as ``Checked`` says.
        most: ranges that are named; of the others the number of places is.
    """
    texts = words(language)["list"]
    runs = list(_runs(row for row in repeat.rows if row is not None))
    named = []
    for first, last in runs[:most]:
        if repeat.letters:
            ends = f"{repeat.letters}{first}", f"{repeat.letters}{last}"
            named.append(ends[0] if first == last else "~".join(ends))
        else:
            row = f"{first:,}" if first == last else f"{first:,}~{last:,}"
            named.append(texts["row"].format(row=row))
    where = ", ".join(named)
    if rest := sum(last - first + 1 for first, last in runs[most:]):
        where += f" {texts['more_places'].format(n=f'{rest:,}')}"
    if where and not should_name_sheets:
        return where
    return "!".join(text for text in (repeat.sheet, where) if text) or texts["whole"]


def _runs(rows: Iterable[int]) -> Iterator[tuple[int, int]]:
    """The first and last of rows that follow one another."""
    first = last = None
    for row in sorted(set(rows)):
        if last is not None and first is not None and row > last + 1:
            yield first, last
            first = row
        first, last = (row if first is None else first), row
    if first is not None and last is not None:
        yield first, last

"""What an answer says around its findings: the phrases of ``expectations/feedback.yml`` with its numbers."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import yaml

from sciculture_etl.feedback.answer import SET_ASIDE, Answer, day_in_seoul
from sciculture_etl.findings import catalogue
from sciculture_etl.intake.check import CheckedPart
from sciculture_etl.project import EXPECTATIONS

MAX_NAMES_LISTED = 12


@lru_cache
def words() -> dict[str, Any]:
    text = (EXPECTATIONS / "feedback.yml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


def _verdict_texts(answer: Answer) -> dict[str, Any]:
    texts: dict[str, Any] = words()["received" if answer.received else "checked"][answer.kind]
    return texts


def headline(answer: Answer) -> str:
    """The verdict in one line."""
    errors = answer.findings.filter(severity="error")
    reason = catalogue()[errors["code"][0]]["title_ko"] if errors.height else ""
    text: str = _verdict_texts(answer)["headline"]
    return text.format(errors=f"{errors.height:,}", warnings=f"{answer.count('warning'):,}", reason=reason)


def next_steps(answer: Answer) -> list[str]:
    """What that means, and what to do now."""
    texts = words()
    if answer.kind in SET_ASIDE:
        return list(_verdict_texts(answer)["next"])
    rows = {kind: f"{count:,}" for kind, count in answer.checked.rows.items()}
    standing = answer.received.standing if answer.received else ""
    sound = sum(part.sound_rows for part in answer.checked.parts)
    blanked = answer.checked.rows["loaded"] - sound
    lines = [texts["rows_in_part"].format(**rows, sound=f"{sound:,}")] if answer.checked.rows["quarantined"] else []
    lines += [texts["rows_blanked"].format(blanked=f"{blanked:,}")] if blanked else []
    earlier = answer.received.earlier if answer.received else None
    day = day_in_seoul(earlier) if earlier else ""
    lines += [line.format(day=day) for line in _verdict_texts(answer)["next"]]
    return [*lines, texts["standing"][standing]] if standing in texts["standing"] else lines


def facts(answer: Answer) -> list[tuple[str, str]]:
    """What is answered: label and text."""
    texts = words()["facts"]
    found = [(texts["file"], answer.checked.file_name)]
    if answer.checked.submitter:
        found.append((texts["submitter"], answer.checked.submitter))
    if answer.received:
        found.append((texts["received"], day_in_seoul(answer.received.at)))
        found.append((texts["number"], str(answer.received.number)))
    return found


def part_name(part: CheckedPart) -> str:
    """``생활과학교실 강좌 운영 실적, 2020년 (운영실적)``."""
    years = ", ".join(f"{year}년" for year in part.program_years)
    sheet = f" ({part.sheet})" if part.sheet else ""
    return f"{part.title}{', ' if years else ''}{years}{sheet}"


def left_out(part: CheckedPart) -> str:
    """``소계·합계 2, 각주 1``; empty where there is none."""
    texts = words()["left_out"]
    return ", ".join(f"{texts[reason]} {part.left_out[reason]:,}" for reason in texts if part.left_out[reason])


def totals(part: CheckedPart) -> list[tuple[str, str]]:
    """Measure and its sum with its unit."""
    fields = part.contract.fields
    return [
        (part.columns[name][1] if name in part.columns else fields[name].header, f"{total:,}{fields[name].unit or ''}")
        for name, total in part.totals.items()
        if total
    ]


def fine(part: CheckedPart) -> list[str]:
    """What was right in a table."""
    texts = words()["fine"]
    faults = part.findings.filter(~part.findings["severity"].eq("info"))
    faulty = {found[0] for cell in faults["cell"].drop_nulls() if (found := re.match("[A-Z]+", cell))}
    columns = sorted(part.columns.values(), key=lambda column: (len(column[0]), column[0]))
    headers = [header.replace("|", " ") for letter, header in columns if letter not in faulty]
    lines = []
    if part.sound_rows:
        lines.append(texts["rows"].format(sound=f"{part.sound_rows:,}"))
    if headers:
        lines.append(texts["columns"].format(columns=_listed(headers), n=len(headers)))
    if part.left_out["subtotal"] and not faults.height:
        lines.append(texts["totals"].format(n=f"{part.left_out['subtotal']:,}"))
    return lines


def aside(answer: Answer) -> list[str]:
    """What stands in the file and wasn't read."""
    texts = words()["aside"]
    ignored = [name.replace("|", " ") for part in answer.checked.parts for name in part.ignored_columns]
    sheets = [name for name in answer.checked.unread_sheets if name]
    lines = [(texts["columns"], ignored), (texts["sheets"], sheets)]
    return [line.format(names=_listed(names)) for line, names in lines if names]


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:MAX_NAMES_LISTED])
    return f"{shown}, …" if len(names) > MAX_NAMES_LISTED else shown


def place(row: dict[str, Any], should_name_sheets: bool) -> str:
    """``운영실적!H13``, ``13행``, or where the whole file is meant, that.

    Args:
        should_name_sheets: as ``Checked`` says.
    """
    texts = words()["list"]
    where = row["cell"] or (texts["row"].format(row=f"{row['row']:,}") if row["row"] else "")
    if where and not should_name_sheets:
        return where
    return "!".join(text for text in (row["sheet"], where) if text) or texts["whole"]

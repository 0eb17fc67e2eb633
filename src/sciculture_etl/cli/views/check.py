"""The answer to ``sciculture check`` for people: on the console, and as a page that can be sent on."""

from __future__ import annotations

from html import escape
from itertools import groupby
from typing import Any

from rich.console import Console
from rich.text import Text

from sciculture_etl.findings import catalogue
from sciculture_etl.intake.check import ACCEPTED, PARTIALLY, Checked, CheckedPart

MAX_PLACES = 8
MAX_COLUMNS = 12
WORDS = {
    "ko": {
        "accepted": "접수 가능합니다", "partially_accepted": "일부만 접수 가능합니다", "rejected": "반려 대상입니다",
        "rows": "접수 행 {read:,} = 승인 예정 행 {loaded:,} + 보완 대상 행 {quarantined:,} + 집계 제외 행 {left_out:,}",
        "fine": "보완하실 사항이 없습니다.", "places": "건", "more": "외 {n:,}건", "more_columns": "외 {n:,}열",
        "row": "행", "fix": "보완 방법", "ignored": "읽지 않은 열: {names}", "title": "제출 파일 점검",
        "file": "파일", "year": "사업연도",
        "template": "{year}년 서식", "outdated": "{year}년 서식 (이전 서식)",
        "error": "보완 필요", "warning": "확인 필요", "info": "참고",
    },
    "en": {
        "accepted": "would be accepted", "partially_accepted": "would be accepted in part",
        "rejected": "would be rejected",
        "rows": "{read:,} rows read = {loaded:,} loaded + {quarantined:,} to correct + {left_out:,} left out",
        "fine": "There is nothing to correct.", "places": "places", "more": "and {n:,} more",
        "more_columns": "and {n:,} more", "row": "row", "fix": "what to do", "ignored": "columns not read: {names}",
        "title": "Check of a submission", "file": "File", "year": "program year",
        "template": "form of {year}", "outdated": "form of {year}, out of date",
        "error": "error", "warning": "please check", "info": "note",
    },
}  # fmt: skip
STYLE = {"error": "red", "warning": "yellow", "info": "dim"}
ORDER = ("error", "warning", "info")


def _place(row: dict[str, Any], checked: Checked, words: dict[str, str]) -> str:
    where = row["cell"] or (f"{row['row']:,}{words['row']}" if row["row"] else "")
    sheet = row["sheet"] if checked.should_name_sheets or not where else None
    return "!".join(text for text in (sheet, where) if text)


def _table(part: CheckedPart, words: dict[str, str]) -> str:
    """What one table is, and its rows."""
    years = ", ".join(map(str, part.program_years)) or "?"
    sheet = f" [{part.sheet}]" if part.sheet else ""
    form = ""
    if part.template:
        form = ", " + words["template" if part.is_current else "outdated"].format(year=part.template.year)
    return f"{part.title}{sheet}, {words['year']} {years}{form}: {words['rows'].format(**part.rows)}"


def _groups(checked: Checked) -> list[tuple[str, str, list[dict[str, Any]]]]:
    """Severity, code and findings, errors first; alike ones together."""
    rows = sorted(checked.shown_findings.to_dicts(), key=lambda row: (ORDER.index(row["severity"]), row["code"]))
    keyed = groupby(rows, key=lambda row: (row["severity"], row["code"]))
    return [(severity, code, list(group)) for (severity, code), group in keyed]


def _ignored(part: CheckedPart, words: dict[str, str]) -> str:
    """The columns that no field reads: the first of them, and how many more there are."""
    names = part.ignored_columns
    more = f" {words['more_columns'].format(n=len(names) - MAX_COLUMNS)}" if len(names) > MAX_COLUMNS else ""
    return words["ignored"].format(names=", ".join(names[:MAX_COLUMNS])) + more


def _heading(code: str, language: str) -> str:
    return catalogue()[code][f"title_{language}"]


def show_check(console: Console, checked: Checked, language: str) -> None:
    """The verdict, the rows of every table, and the findings with their places and what to do."""
    words = WORDS[language]
    style = {ACCEPTED: "bold green", PARTIALLY: "bold yellow"}.get(checked.verdict, "bold red")
    console.print(Text(f"{checked.file_name}: {words[checked.verdict]}", style=style))
    for part in checked.parts:
        console.print(Text(f"  {_table(part, words)}"))
        if part.ignored_columns:
            console.print(Text(f"  {_ignored(part, words)}", style="dim"), soft_wrap=True)
    groups = _groups(checked)
    if not groups:
        console.print(Text(f"  {words['fine']}", style="green"))
    for severity, code, rows in groups:
        console.print()
        label = f"{words[severity]} · {_heading(code, language)} ({code}) · {len(rows):,} {words['places']}"
        console.print(Text(label, style=STYLE[severity]))
        for row in rows[:MAX_PLACES]:
            where = " ".join(text for text in (_place(row, checked, words), row["header"]) if text)
            console.print(Text(f"  {where}{': ' if where else ''}{row[f'message_{language}']}"), soft_wrap=True)
        if len(rows) > MAX_PLACES:
            console.print(Text(f"  {words['more'].format(n=len(rows) - MAX_PLACES)}", style="dim"))
        for fix in dict.fromkeys(row[f"fix_{language}"] for row in rows[:MAX_PLACES]):
            console.print(Text(f"  → {fix}"), soft_wrap=True)


PAGE = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title><style>
body {{ font: 16px/1.6 system-ui, "Noto Sans KR", "Malgun Gothic", sans-serif; margin: 0 auto; max-width: 900px;
  padding: 24px 20px 80px; color: #1a1a1a; background: #fff; word-break: keep-all; overflow-wrap: anywhere; }}
.verdict {{ padding: 12px 16px; border-left: 6px solid; background: #f6f6f6; font-weight: 600; }}
.accepted {{ border-color: #1a7f37; }} .partially_accepted {{ border-color: #bf8700; }}
.rejected {{ border-color: #cf222e; }}
table {{ border-collapse: collapse; width: 100%; }}
td:nth-child(1) {{ width: 14%; }} td:nth-child(2) {{ width: 24%; }} td:nth-child(4) {{ width: 32%; }}
th, td {{ border-bottom: 1px solid #ddd; padding: 4px 12px 4px 0; text-align: left; vertical-align: top; }}
h2 {{ margin: 32px 0 4px; font-size: 18px; }} .fix {{ background: #eef5ff; padding: 6px 10px; }}
.error {{ color: #cf222e; }} .warning {{ color: #7d5700; }} .info {{ color: #555; }}
</style></head><body><h1>{title}</h1>
{body}
</body></html>
"""


def check_page(checked: Checked, language: str) -> str:
    """The same as a page that needs nothing from elsewhere; every finding is on it."""
    words = WORDS[language]
    body = [
        f"<p>{words['file']}: {escape(checked.file_name)}</p>",
        f'<p class="verdict {checked.verdict}">{words[checked.verdict]}</p>',
    ]
    for part in checked.parts:
        body.append(f"<p>{escape(_table(part, words))}</p>")
        if part.ignored_columns:
            body.append(f'<p class="info">{escape(_ignored(part, words))}</p>')
    groups = _groups(checked)
    if not groups:
        body.append(f"<p>{words['fine']}</p>")
    for severity, code, rows in groups:
        body.append(
            f'<h2 class="{severity}">{words[severity]} · {escape(_heading(code, language))} ({code}) · '
            f"{len(rows):,} {words['places']}</h2><table>"
        )
        # What to do is said once where it is the same everywhere.
        fixes = {row[f"fix_{language}"] for row in rows}
        for row in rows:
            texts = [_place(row, checked, words), row["header"] or "", row[f"message_{language}"]]
            texts += [f"→ {row[f'fix_{language}']}"] if len(fixes) > 1 else []
            body.append("<tr>" + "".join(f"<td>{escape(text)}</td>" for text in texts) + "</tr>")
        body.append("</table>")
        if len(fixes) == 1:
            body.append(f'<p class="fix">→ {escape(fixes.pop())}</p>')
    return PAGE.format(language=language, title=words["title"], body="\n".join(body))

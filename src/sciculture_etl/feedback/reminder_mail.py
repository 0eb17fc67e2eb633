"""A reminder as a mail in the words of an official letter: what is owed until when, and how to send it."""

from __future__ import annotations

import shlex
from html import escape
from typing import Any

from sciculture_etl.contracts import Contract
from sciculture_etl.feedback.mail import CELL, PAGE, Mail, paragraph
from sciculture_etl.feedback.owed import OwedReport, Reminder
from sciculture_etl.feedback.texts import words

COLOURS = ("#1a5fb4", "#b35900", "#b42318")


def form_command(report: OwedReport, contract: Contract) -> str:
    """The command that makes the form of a report, for the operator to send along."""
    period = f" --term {report.period_no}" if report.period_no and contract.due.cadence != "event" else ""
    who = shlex.quote(report.submitter)
    return f"sciculture template {report.dataset} --year {report.program_year}{period} --submitter {who}"


def reminder_mail(letter: Reminder) -> Mail:
    """The letter as a mail."""
    texts = words()["reminder"]
    level: dict[str, Any] = texts["levels"][min(letter.level, len(texts["levels"]) - 1)]
    lines = [_line(report, letter) for report in letter.owed]
    first, more = lines[0], len(lines) - 1
    about = f"{first[0]} {texts['more'].format(n=f'{more:,}')}" if more else first[0]
    subject = texts["subject"].format(kind=level["kind"], about=about)
    addressee = texts["to"].format(submitter=letter.submitter, addressee=level["to"])
    body = [*level["text"], *([texts["rejected"]] if any(report.rejected_count for report in letter.owed) else [])]
    steps = texts["steps"]
    text = [
        f"제목: {subject}", "", addressee, "", *body, "", f"[{texts['owed']}]",
        *(f"{number}. {name}: {due} ({standing})" for number, (name, due, standing) in enumerate(lines, start=1)),
        "", f"[{texts['how']}]", *(f"- {step}" for step in steps), "", texts["closing"], "",
    ]  # fmt: skip
    heads = "".join(f'<th style="{CELL};background:#f5f9ff">{escape(head)}</th>' for head in texts["columns"])
    rows = "".join(
        "<tr>" + "".join(f'<td style="{CELL}">{escape(cell)}</td>' for cell in line) + "</tr>" for line in lines
    )
    html = [
        paragraph(addressee),
        f'<p style="margin:16px 0;padding:12px 16px;background:{COLOURS[min(letter.level, 2)]};color:#ffffff;'
        f'font-size:18px;font-weight:bold">{escape(subject)}</p>',
        *(paragraph(line) for line in body),
        '<table cellspacing="0" cellpadding="0" style="border-collapse:collapse;width:100%;margin:16px 0">'
        f"<tr>{heads}</tr>{rows}</table>",
        *(paragraph(f"- {step}") for step in steps),
        paragraph(texts["closing"]),
    ]
    return Mail(subject, "\n".join(text), PAGE.format(subject=escape(subject), body="\n".join(html)))


def _line(report: OwedReport, letter: Reminder) -> tuple[str, str, str]:
    """What is owed, until when, and how that stands."""
    texts = words()["reminder"]
    name = f"{report.title_ko} ({' '.join(filter(None, (f'{report.program_year}년', report.period_ko)))})"
    due = f"{report.due_on.year}. {report.due_on.month}. {report.due_on.day}."
    days = (letter.day - report.due_on).days
    standing = texts["today"] if not days else texts["left" if days < 0 else "overdue"].format(n=abs(days))
    if report.rejected_count:
        standing += f", {texts['count_rejected'].format(n=f'{report.rejected_count:,}')}"
    return name, due, standing

"""An answer as a short mail: the verdict, the counts, the first things to mend; the rest is in the workbook.

Where nothing is to be mended there is no workbook, and the mail says all: what was received, its rows, its totals.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from sciculture_etl.feedback.answer import Answer, Group
from sciculture_etl.feedback.texts import facts, fine, headline, left_out, next_steps, part_name, places, totals, words

MAX_LINES, MAX_LINES_PER_KIND, MAX_RANGES, MAX_CHARACTERS = 10, 4, 6, 300
COLOURS = {
    "accepted": "#1a7f37", "warned": "#1a7f37", "duplicate": "#1a7f37", "partially_accepted": "#b35900",
    "rejected": "#b42318", "refused": "#b42318", "superseded": "#555555", "not_approved": "#555555",
    "waiting": "#b35900", "withdrawn": "#555555",
    "unclear": "#b35900", "resent": "#b35900", "resent_withdrawn": "#b35900",
}  # fmt: skip
GREEN, GREY, INK = "#1a7f37", "#555555", "#1a1a1a"
PAGE = """<!doctype html>
<html lang="ko"><head><meta charset="utf-8"><title>{subject}</title></head>
<body style="margin:0;padding:20px;background:#ffffff;color:#1a1a1a;line-height:1.6;word-break:keep-all;\
font-family:'Malgun Gothic','Noto Sans KR',sans-serif"><div style="max-width:720px">
{body}
</div></body></html>
"""
CELL = "padding:6px 10px;border:1px solid #d0d0d0;text-align:left;vertical-align:top;font-size:14px"


@dataclass(frozen=True)
class Mail:
    """A mail to an institution.

    Attributes:
        text: its first line is the subject.
        html: needs nothing from elsewhere.
    """

    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class _MailGroup:
    """A group as a mail tells it: heading, lines (places and header, message), what is left, what to do."""

    severity: str
    heading: str
    lines: list[tuple[str, str]]
    more: str
    fixes: list[str]


def _short(text: str) -> str:
    return text if len(text) <= MAX_CHARACTERS else text[: MAX_CHARACTERS - 1] + "…"


def _mail_group(group: Group, room: int, should_name_sheets: bool) -> _MailGroup:
    texts = words()["list"]
    repeats = group.repeats[: min(room, MAX_LINES_PER_KIND)]
    rest = group.count - sum(len(repeat.rows) for repeat in repeats)
    more = texts["more"].format(n=f"{rest:,}") if rest else ""
    fixes = dict.fromkeys(_short(repeat.fix) for repeat in repeats)
    heading = f"{words()['severity'][group.severity]}: {group.title} {texts['count'].format(n=f'{group.count:,}')}"
    lines = [
        (f"{places(repeat, should_name_sheets, MAX_RANGES)} {repeat.header}".strip(), _short(repeat.message))
        for repeat in repeats
    ]
    return _MailGroup(group.severity, heading, lines, more, list(fixes))


def _most_important(answer: Answer) -> tuple[list[_MailGroup], str]:
    """The groups that there is room for, and a line that names the others."""
    shown: list[_MailGroup] = []
    room = MAX_LINES
    groups = [group for group in answer.groups if group.severity != "info"] if not answer.is_duplicate else []
    for group in groups:
        if room <= 0:
            break
        shown.append(_mail_group(group, room, answer.checked.should_name_sheets))
        room -= len(shown[-1].lines)
    count = words()["list"]["count"]
    others = [f"{group.title} {count.format(n=f'{group.count:,}')}" for group in groups[len(shown) :]]
    return shown, words()["mail"]["others"].format(titles=", ".join(others)) if others else ""


def _counts(answer: Answer) -> list[str]:
    """A line a table: ``…: 읽은 행 8 = 받은 행 6 + 고칠 행 2 + 자료가 아닌 행 0``."""
    texts = words()["table"]
    loaded = texts["loaded" if answer.received else "loadable"]
    lines = []
    for part in answer.checked.parts if not answer.is_duplicate else []:
        rows = part.rows
        out = f" ({left_out(part)})" if rows["left_out"] else ""
        lines.append(
            f"{part_name(part)}: {texts['read']} {rows['read']:,} = {loaded} {rows['loaded']:,} + "
            f"{texts['quarantined']} {rows['quarantined']:,} + {texts['left_out']} {rows['left_out']:,}{out}"
        )
    return lines


def _fine(answer: Answer) -> list[str]:
    if answer.is_duplicate:
        return []
    several = len(answer.checked.parts) > 1
    return [f"{part_name(part)}: {line}" if several else line for part in answer.checked.parts for line in fine(part)]


def _totals(answer: Answer) -> list[str]:
    """A line a table, under a note that says what they are sums of."""
    sums = [(part, totals(part)) for part in answer.checked.parts] if not answer.is_duplicate else []
    several = len(sums) > 1
    lines = [
        (f"{part_name(part)}: " if several else "")
        + ", ".join(f"{header.replace('|', ' ')} {total}" for header, total in own)
        for part, own in sums
        if own
    ]
    return [words()["totals"]["note"], *lines] if lines else []


@dataclass(frozen=True)
class _Content:
    """What both forms of a mail say, in this order."""

    greeting: str
    headline: str
    steps: list[str]
    facts: list[str]
    counts: list[str]
    groups: list[_MailGroup]
    others: str
    fine: list[str]
    totals: list[str]
    attached: str
    closing: str


def answer_mail(answer: Answer, workbook: str | None) -> Mail:
    """workbook: name of the file that goes with it; None where the mail says all."""
    texts = words()["mail"]
    groups, others = _most_important(answer)
    content = _Content(
        greeting=texts["greeting"],
        headline=headline(answer),
        steps=next_steps(answer),
        facts=[] if workbook else [f"{label}: {text}" for label, text in facts(answer)],
        counts=_counts(answer),
        groups=groups,
        others=others,
        fine=_fine(answer),
        totals=[] if workbook else _totals(answer),
        attached=texts["attached"].format(name=workbook) if workbook else "",
        closing=texts["closing"],
    )
    subject = " ".join(texts["subject"].format(file=answer.checked.file_name, headline=content.headline).split())
    return Mail(subject, _text(content, subject), _html(content, subject, COLOURS[answer.kind]))


def _text(content: _Content, subject: str) -> str:
    lines = [f"제목: {subject}", "", content.greeting, "", f"■ {content.headline}", *content.steps]
    counted = [*content.facts, *content.counts]
    lines += ["", *(f"· {line}" for line in counted)] if counted else []
    for group in content.groups:
        lines += ["", f"[{group.heading}]", *(f"- {where}: {what}" for where, what in group.lines)]
        lines += [f"- {group.more}"] if group.more else []
        lines += [f"→ {fix}" for fix in group.fixes]
    lines += ["", content.others] if content.others else []
    if content.fine:
        lines += ["", f"[{words()['fine']['title']}]", *(f"- {line}" for line in content.fine)]
    if content.totals:
        lines += ["", f"[{words()['totals']['title']}]", *(f"- {line}" for line in content.totals)]
    lines += ["", content.attached] if content.attached else []
    return "\n".join([*lines, "", content.closing, ""])


def _html(content: _Content, subject: str, colour: str) -> str:
    body = [
        paragraph(content.greeting),
        f'<p style="margin:16px 0;padding:12px 16px;background:{colour};color:#ffffff;font-size:18px;'
        f'font-weight:bold">{escape(content.headline)}</p>',
        *(paragraph(step) for step in content.steps),
        *(paragraph(line, GREY) for line in [*content.facts, *content.counts]),
        *(_table(group) for group in content.groups),
    ]
    body += [paragraph(content.others)] if content.others else []
    if content.fine:
        body.append(_heading(words()["fine"]["title"], GREEN))
        body += [paragraph(f"✓ {line}", GREEN) for line in content.fine]
    if content.totals:
        body.append(_heading(words()["totals"]["title"], INK))
        body += [paragraph(line) for line in content.totals]
    body += [paragraph(content.attached)] if content.attached else []
    body.append(paragraph(content.closing))
    return PAGE.format(subject=escape(subject), body="\n".join(body))


def _table(group: _MailGroup) -> str:
    shade = "#ffc7ce" if group.severity == "error" else "#ffeb9c"
    rows = [f'<tr><th colspan="2" style="{CELL};background:{shade}">{escape(group.heading)}</th></tr>']
    rows += [
        f'<tr><td style="{CELL};width:34%">{escape(where)}</td><td style="{CELL}">{escape(what)}</td></tr>'
        for where, what in group.lines
    ]
    below = ([group.more] if group.more else []) + [f"→ {fix}" for fix in group.fixes]
    rows.append(f'<tr><td colspan="2" style="{CELL};background:#f5f9ff">{"<br>".join(map(escape, below))}</td></tr>')
    return (
        '<table role="presentation" cellspacing="0" cellpadding="0" style="border-collapse:collapse;width:100%;'
        f'margin:16px 0 0">{"".join(rows)}</table>'
    )


def _heading(text: str, colour: str) -> str:
    return f'<p style="margin:20px 0 0;font-weight:bold;color:{colour}">{escape(text)}</p>'


def paragraph(text: str, colour: str = INK) -> str:
    """A line of a mail as HTML."""
    return f'<p style="margin:6px 0;font-size:15px;color:{colour}">{escape(text)}</p>'

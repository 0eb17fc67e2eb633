"""An answer as a short mail: the verdict, the counts, the first things to mend; the rest is in the workbook."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from sciculture_etl.feedback.answer import Answer, Group
from sciculture_etl.feedback.words import fine, headline, left_out, next_steps, part_name, place, words

MOST_PLACES, MOST_OF_A_KIND, LONGEST = 10, 4, 300
COLOURS = {
    "accepted": "#1a7f37", "warned": "#1a7f37", "duplicate": "#1a7f37", "partially_accepted": "#b35900",
    "rejected": "#b42318", "refused": "#b42318",
}  # fmt: skip
CELL = "padding:6px 10px;border:1px solid #d0d0d0;text-align:left;vertical-align:top;font-size:14px"


@dataclass(frozen=True)
class Mail:
    """text: its first line is the subject. html: needs nothing from elsewhere."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class _Told:
    """A group as a mail tells it: heading, lines (place, header, message), what is left, what to do."""

    severity: str
    heading: str
    places: list[tuple[str, str]]
    more: str
    fixes: list[str]


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _told(group: Group, room: int) -> _Told:
    told = words()["list"]
    rows = group.rows[: min(room, MOST_OF_A_KIND)]
    more = told["more"].format(n=f"{group.count - len(rows):,}") if group.count > len(rows) else ""
    fixes = dict.fromkeys(_short(row["fix_ko"]) for row in rows)
    heading = f"{words()['severity'][group.severity]}: {group.title} {told['count'].format(n=f'{group.count:,}')}"
    places = [
        (" ".join(text for text in (place(row), (row["header"] or "").replace("|", " ")) if text), row["message_ko"])
        for row in rows
    ]
    return _Told(group.severity, heading, [(where, _short(what)) for where, what in places], more, list(fixes))


def _most_important(answer: Answer) -> list[_Told]:
    told: list[_Told] = []
    if answer.kind == "duplicate":
        return told
    room = MOST_PLACES
    for group in answer.groups():
        if room <= 0 or group.severity == "info":
            break
        told.append(_told(group, room))
        room -= len(told[-1].places)
    return told


def _counts(answer: Answer) -> list[str]:
    """A line a table: ``…: 읽은 행 8 = 받은 행 6 + 고칠 행 2 + 자료가 아닌 행 0``."""
    told = words()["table"]
    loaded = told["loaded" if answer.received else "loadable"]
    lines = []
    for part in answer.checked.parts if answer.kind != "duplicate" else []:
        rows = part.rows
        out = f" ({left_out(part)})" if rows["left_out"] else ""
        lines.append(
            f"{part_name(part)}: {told['read']} {rows['read']:,} = {loaded} {rows['loaded']:,} + {told['quarantined']} "
            f"{rows['quarantined']:,} + {told['left_out']} {rows['left_out']:,}{out}"
        )
    return lines


def _fine(answer: Answer) -> list[str]:
    if answer.kind == "duplicate":
        return []
    several = len(answer.checked.parts) > 1
    return [f"{part_name(part)}: {line}" if several else line for part in answer.checked.parts for line in fine(part)]


def answer_mail(answer: Answer, workbook: str | None) -> Mail:
    """workbook: name of the file that goes with it."""
    told = words()["mail"]
    subject = " ".join(told["subject"].format(file=answer.checked.file_name, headline=headline(answer)).split())
    attached = told["attached"].format(name=workbook) if workbook else ""
    return Mail(subject, _text(answer, subject, attached), _html(answer, subject, attached))


def _text(answer: Answer, subject: str, attached: str) -> str:
    told = words()
    lines = [f"제목: {subject}", "", told["mail"]["greeting"], "", f"■ {headline(answer)}", *next_steps(answer), ""]
    lines += [f"· {line}" for line in _counts(answer)]
    for group in _most_important(answer):
        lines += ["", f"[{group.heading}]", *(f"- {where}: {what}" for where, what in group.places)]
        lines += [f"- {group.more}"] if group.more else []
        lines += [f"→ {fix}" for fix in group.fixes]
    if right := _fine(answer):
        lines += ["", f"[{told['fine']['title']}]", *(f"- {line}" for line in right)]
    lines += ["", attached] if attached else []
    return "\n".join([*lines, "", told["mail"]["closing"], ""])


def _html(answer: Answer, subject: str, attached: str) -> str:
    told = words()
    colour = COLOURS[answer.kind]
    body = [
        _paragraph(told["mail"]["greeting"]),
        f'<p style="margin:16px 0;padding:12px 16px;background:{colour};color:#ffffff;font-size:18px;'
        f'font-weight:bold">{escape(headline(answer))}</p>',
        *(_paragraph(step) for step in next_steps(answer)),
        *(_paragraph(line, "#555555") for line in _counts(answer)),
    ]
    for group in _most_important(answer):
        shade = "#ffc7ce" if group.severity == "error" else "#ffeb9c"
        body.append(
            '<table role="presentation" cellspacing="0" cellpadding="0" style="border-collapse:collapse;width:100%;'
            f'margin:16px 0 0"><tr><th colspan="2" style="{CELL};background:{shade}">{escape(group.heading)}</th></tr>'
        )
        body += [
            f'<tr><td style="{CELL};width:34%">{escape(where)}</td><td style="{CELL}">{escape(what)}</td></tr>'
            for where, what in group.places
        ]
        below = ([group.more] if group.more else []) + [f"→ {fix}" for fix in group.fixes]
        body.append(f'<tr><td colspan="2" style="{CELL};background:#f5f9ff">{"<br>".join(map(escape, below))}</td></tr>')
        body.append("</table>")
    if right := _fine(answer):
        body.append(_paragraph(told["fine"]["title"], "#1a7f37"))
        body += [_paragraph(f"✓ {line}", "#1a7f37") for line in right]
    body += [_paragraph(attached)] if attached else []
    body.append(_paragraph(told["mail"]["closing"]))
    return (
        f'<!doctype html>\n<html lang="ko"><head><meta charset="utf-8"><title>{escape(subject)}</title></head>\n'
        "<body style=\"margin:0;padding:20px;background:#ffffff;color:#1a1a1a;font-family:'Malgun Gothic','Noto Sans KR',"
        'sans-serif;line-height:1.6;word-break:keep-all"><div style="max-width:720px">\n' + "\n".join(body) + "\n</div>"
        "</body></html>\n"
    )


def _paragraph(text: str, colour: str = "#1a1a1a") -> str:
    return f'<p style="margin:6px 0;font-size:15px;color:{colour}">{escape(text)}</p>'

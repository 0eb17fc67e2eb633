"""Reminders: a letter to each institution that owes reports, prepared before their due day, on it and after it.

Which were prepared is kept in the archive's ``reminders.jsonl``, so that none is prepared twice, whatever is rebuilt or
killed. A letter is planned there, then written, then marked as written; one that is planned and lies nowhere is not
counted, and what it was about is looked at anew.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from sciculture_etl.contracts import Contract
from sciculture_etl.feedback.outbox import ASIDE, put_letters_in_place, submitter_folder
from sciculture_etl.feedback.owed import OwedReport, Reminder, due_reminders
from sciculture_etl.feedback.reminder_mail import form_command, reminder_mail
from sciculture_etl.feedback.texts import words
from sciculture_etl.load import Warehouse
from sciculture_etl.storage.atomic import make_folder
from sciculture_etl.storage.journal import Journal

# A night knows the day where another was so many days before it or less; one under a wrong clock is alone.
MAX_DAYS_BETWEEN_NIGHTS = 31

OWED = """
SELECT s.dataset, s.title_ko, s.submitter, s.program_year, s.period_no, p.name_ko AS period_ko, s.due_on,
    s.rejected_count
FROM mart_submission_status AS s
JOIN reference.contract AS c USING (dataset)
LEFT JOIN reference.period AS p ON p.period = c.cadence || '-' || s.period_no
ANTI JOIN (SELECT dataset, program_year FROM log.year_state WHERE state = 'closed') AS y
    ON y.dataset = s.dataset AND y.program_year = s.program_year
WHERE s.is_owed AND s.status IN ('due', 'missing') AND s.due_on >= ?
ORDER BY s.submitter, s.due_on, s.dataset, s.program_year, s.period_no
"""


class Reminders:
    """The journal ``reminders.jsonl``: days on which reminders were looked for, letters planned, letters written."""

    def __init__(self, archive: Path) -> None:
        self._journal = Journal(archive / "reminders.jsonl")
        self._lines = list(self._journal.readable())

    def add(self, *lines: dict[str, Any]) -> None:
        self._journal.add(lines)
        self._lines += lines

    @property
    def days(self) -> set[date]:
        return {date.fromisoformat(line["day"]) for line in self._lines if "day" in line}

    def unwritten(self) -> list[str]:
        """Letters that were planned and not marked as written, as folders of the outbox."""
        written = {line["written"] for line in self._lines if "written" in line}
        return [line["letter"] for line in self._lines if "letter" in line and line["letter"] not in written]

    def stages(self) -> dict[str, int]:
        """Key of a report → the last stage of which a letter was written."""
        written = {line["written"] for line in self._lines if "written" in line}
        found: dict[str, int] = {}
        for line in self._lines:
            for key, stage in line["stages"].items() if line.get("letter") in written else ():
                found[key] = max(stage, found.get(key, stage))
        return found


def remind_all(
    warehouse: Warehouse, contracts: Mapping[str, Contract], archive: Path, outbox: Path, today: date
) -> int:
    """Writes the reminders of the day; returns how many letters.

    None is written of what was due before the first night, or in a closed year; nor on a night whose clock no other
    bears out.
    """
    journal = Reminders(archive)
    for letter in journal.unwritten():
        if (outbox / letter / "reminder.json").exists():
            journal.add({"written": letter})
    is_borne_out = any(0 < (today - day).days <= MAX_DAYS_BETWEEN_NIGHTS for day in journal.days)
    if today not in journal.days:
        journal.add({"day": today.isoformat()})
    if not is_borne_out:
        return 0
    owed = [OwedReport(**row) for row in warehouse.rows(OWED, [min(journal.days)])]
    letters = list(due_reminders(owed, contracts, journal.stages(), today))
    if letters:
        _write(letters, contracts, journal, outbox)
    return len(letters)


def _write(letters: list[Reminder], contracts: Mapping[str, Contract], journal: Reminders, outbox: Path) -> None:
    name_of_day = f"{letters[0].day:%Y-%m-%d}_{words()['reminder']['folder']}"
    places = [submitter_folder(outbox, letter.submitter) / name_of_day for letter in letters]
    names = [place.relative_to(outbox).as_posix() for place in places]
    journal.add(*({"letter": name, "stages": one.stages} for name, one in zip(names, letters, strict=True)))
    make_folder(outbox, 0o700)
    ready = []
    for letter, place in zip(letters, places, strict=True):
        aside = Path(tempfile.mkdtemp(prefix=ASIDE, dir=outbox))
        mail = reminder_mail(letter)
        (aside / "mail.txt").write_bytes(mail.text.encode())
        (aside / "mail.html").write_bytes(mail.html.encode())
        record = {
            "submitter": letter.submitter, "day": letter.day.isoformat(), "level": letter.level,
            "subject": mail.subject,
            "owed": [
                {"dataset": report.dataset, "program_year": report.program_year, "period_no": report.period_no,
                 "due_on": report.due_on.isoformat(), "days_overdue": (letter.day - report.due_on).days,
                 "rejected_count": report.rejected_count, "form": form_command(report, contracts[report.dataset])}
                for report in letter.owed
            ],
        }  # fmt: skip
        (aside / "reminder.json").write_bytes(json.dumps(record, ensure_ascii=False).encode())
        ready.append((aside, place))
    put_letters_in_place(ready, outbox)
    journal.add(*({"written": name} for name in names))

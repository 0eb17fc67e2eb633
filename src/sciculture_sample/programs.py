"""What all programs beside Daily Science Class report for a year, each told by its own module."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from sciculture_sample.cooperation import cooperation
from sciculture_sample.events import event_history, events
from sciculture_sample.grants import grants
from sciculture_sample.imagination import imagination_rooms
from sciculture_sample.inclusive import inclusive_programs
from sciculture_sample.membership import overseas_members
from sciculture_sample.museums import do_dream, travelling_exhibits
from sciculture_sample.regional import regional_support
from sciculture_sample.surveys import surveys
from sciculture_sample.vouchers import vouchers
from sciculture_sample.years import ProgramYear, Report


class Program(NamedTuple):
    """A program's reports, and the datasets that they are written to."""

    datasets: tuple[str, ...]
    report: Callable[[ProgramYear], Report]


PROGRAMS = (
    Program(("private_activity_project",), grants),
    Program(("imagination_room_program",), imagination_rooms),
    Program(("do_dream_operation",), do_dream),
    Program(("satisfaction_survey",), surveys),
    Program(("regional_culture_support",), regional_support),
    Program(("voucher_usage",), vouchers),
    Program(("science_museum_support",), travelling_exhibits),
    Program(("inclusive_program",), inclusive_programs),
    Program(("overseas_association_membership",), overseas_members),
    Program(("event_edition", "event_attendance"), events),
    Program(("cooperation_record",), cooperation),
)


def report_year(year: ProgramYear, datasets: Sequence[str], with_history: bool) -> Report:
    """Everything that was wanted of a year; with it, once in a sample, what was held before its years."""
    everything = Report([])
    reports = [program.report(year) for program in PROGRAMS if set(program.datasets) & set(datasets)]
    if with_history:
        reports.append(event_history(year))
    for report in reports:
        everything.tables += [table for table in report.tables if table.dataset in datasets]
        everything.institutions += report.institutions
        everything.summaries |= report.summaries
    return everything

"""A program year as the programs see it: its districts, a source of chance of each program's own, days of receipt."""

import datetime as dt
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sciculture_sample.places import Place, districts_of, load_places
from sciculture_sample.records import Months, Period, Table
from sciculture_sample.register import Institution, Pool, members

KST = dt.timezone(dt.timedelta(hours=9))
AGENCY = "한국과학창의재단"
MUSEUM_ASSOCIATION = "한국과학관협회"
FEDERATION = "한국과학기술단체총연합회"
SCIENCE_MUSEUM = "국립중앙과학관"
HALVES = (Months("상반기", "half", "_h1"), Months("하반기", "half", "_h2"))
QUARTERS = tuple(Months(f"{number}분기", "quarter", f"_q{number}") for number in range(1, 5))
MONTHS = tuple(Months(f"{number}월", "month", f"_m{number:02d}") for number in range(1, 13))


@cache
def _districts_in(year: int) -> tuple[Place, ...]:
    return tuple(districts_of(load_places(year)))


@dataclass
class Report:
    """What a program reports for a year: the tables sent, the institutions named in them, and what is true of both."""

    tables: list[Table]
    institutions: list[Institution] = field(default_factory=list)
    summaries: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ProgramYear:
    """The year that a program's tables are invented for."""

    year: int
    seed: int
    scale: int

    @property
    def districts(self) -> list[Place]:
        return list(_districts_in(self.year))

    def rng(self, name: str) -> random.Random:
        return random.Random(f"{self.seed} {self.year} {name}")

    def institutions(self, pool: Pool, count: int) -> list[Institution]:
        return members(pool, count, self.districts)

    def day(self, month: int, day: int) -> dt.date:
        return dt.date(self.year, month, day)

    def some_day(self, rng: random.Random, first_month: int = 3, last_month: int = 12) -> dt.date:
        return self.day(rng.randint(first_month, last_month), rng.randint(1, 28))

    def some_period(self, rng: random.Random, months: Sequence[int], longest: int) -> Period:
        """A period within the year that begins in one of these months."""
        start = self.day(rng.choice(months), rng.randint(1, 28))
        return Period(start, min(start + dt.timedelta(days=rng.randint(1, longest)), self.day(12, 31)))

    def received(self, month: int, day: int, number: int = 0) -> dt.datetime:
        """A moment of receipt in the year, or with a month above 12 in the next."""
        year, month = self.year + (month - 1) // 12, (month - 1) % 12 + 1
        moment = dt.datetime(year, month, day, 10, 0, tzinfo=KST)
        return moment + dt.timedelta(days=number % 5, minutes=11 * number)

"""Programs for everybody, creative spaces, programs against the gap, clubs (inclusive_program)."""

from sciculture_sample.apportion import apportion
from sciculture_sample.history import INCLUSIVE_PARTICIPANTS
from sciculture_sample.records import Record, Table
from sciculture_sample.register import INCLUSIVE_POOL
from sciculture_sample.years import HALVES, ProgramYear, Report

OPERATORS = 12
ROWS = 6  # of each operator in each half
PROGRAMS = {
    "inclusive_program": ("나눔·포용", ("나눔 과학교실", "가족 과학탐험", "장애인 과학체험")),
    "creative_space": ("창의공간", ("열린 공작실", "디지털 제작 체험")),
    "culture_gap": ("과학문화 격차해소", ("섬마을 과학캠프", "찾아가는 천체관측")),
    "autonomous_activity": ("자율 과학문화활동", ("우리동네 과학클럽", "시민 환경관측단")),
}
TARGETS = ("초등", "중고등", "성인", "노인", "장애인", "다문화")


def inclusive_programs(year: ProgramYear) -> Report:
    """Some rows of every operator in two halves of the year; one of them sends its first half twice."""
    rng = year.rng("inclusive")
    operators = year.institutions(INCLUSIVE_POOL, OPERATORS)
    total = INCLUSIVE_PARTICIPANTS[year.year]
    weights = [rng.lognormvariate(0, 0.6) for _ in range(OPERATORS * len(HALVES) * ROWS)]
    participants = apportion(total, weights, low=5)
    by_program = dict.fromkeys(PROGRAMS, 0)
    tables = []
    for index, one in enumerate(operators):
        code = list(PROGRAMS)[index % len(PROGRAMS)]
        word, names = PROGRAMS[code]
        for half, months in enumerate(HALVES):
            records: list[Record] = []
            for number, target in enumerate(TARGETS):
                people = participants.pop()
                by_program[code] += people
                records.append(
                    {
                        "institution_name": one.name,
                        "program_code": word,
                        "program_name": f"{names[number % len(names)]} {half + 1}기",
                        "target_group": target,
                        "place": one.seat,
                        "session_count": rng.randint(1, 24),
                        "participant_count": people,
                    }
                )
            received = year.received(7 + 6 * half, 8, index)
            earlier = records[:-2] if (index, half) == (2, 0) else ()
            tables.append(
                Table("inclusive_program", year.year, one.name, records, received, index + 9, months, earlier=earlier)
            )
    summary = {"participant_count": total, "participant_count_by_program": by_program}
    return Report(tables, operators, {"inclusive_program": summary})

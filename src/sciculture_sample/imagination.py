"""Imagination rooms: programs run and open use (imagination_room_program)."""

from sciculture_sample.apportion import apportion
from sciculture_sample.history import ROOMS
from sciculture_sample.records import Period, Record, Table
from sciculture_sample.register import ROOM_POOL, Institution
from sciculture_sample.years import HALVES, ProgramYear, Report

TYPES = {"regular": "정규", "rolling": "수시", "special_event": "특별행사"}
OPEN_USE = "상시이용"
NAMES = {
    "regular": ("3D 프린터 기초", "아두이노 첫걸음", "목공 공방", "레이저 커팅 교실", "발명 동아리"),
    "rolling": ("하루 메이커", "전자회로 체험", "종이 로봇 만들기", "드론 조립"),
    "special_event": ("메이커 축제", "과학의 달 행사", "방학 특별전"),
}
OPEN_SHARE = 0.35  # of the users, those who came to use the equipment


def imagination_rooms(year: ProgramYear) -> Report:
    """The programs of every institution in two halves of the year, each half with a row of open use."""
    figures, rng = ROOMS[year.year], year.rng("imagination rooms")
    institutions = year.institutions(ROOM_POOL, figures.institutions)
    sizes = [rng.uniform(0.5, 2) for _ in institutions]
    programs = apportion(figures.programs, sizes, low=2)
    opened = round(figures.users * OPEN_SHARE)
    open_users = apportion(opened, [size for size in sizes for _ in HALVES], low=10)
    users = apportion(figures.users - opened, [rng.lognormvariate(0, 0.8) for _ in range(figures.programs)], low=3)
    tables, by_type = [], dict.fromkeys(TYPES, 0)
    for index, one in enumerate(institutions):
        for half, months in enumerate(HALVES):
            count = programs[index] // 2 + (half * programs[index]) % 2
            records: list[Record] = []
            for number in range(count):
                kind = rng.choices(list(TYPES), (5, 3, 2))[0]
                by_type[kind] += 1
                records.append(
                    _row(one, f"{rng.choice(NAMES[kind])} {number + 1}", TYPES[kind])
                    | {
                        "period": year.some_period(rng, range(1 + 6 * half, 6 + 6 * half), 25),
                        "session_count": rng.randint(1, 30),
                        "user_count": users.pop(),
                    }
                )
            records.append(
                _row(one, "장비 상시 이용", OPEN_USE)
                | {
                    "period": Period(year.day(1 + 6 * half, 1), year.day(6 + 6 * half, 30)),
                    "session_count": None,
                    "user_count": open_users[2 * index + half],
                }
            )
            received = year.received(7 + 6 * half, 6, index)
            tables.append(Table("imagination_room_program", year.year, one.name, records, received, index, months))
    summary = {
        "institution_count": figures.institutions,
        "program_count": figures.programs,
        "user_count": figures.users,
        "program_count_by_type": by_type,
    }
    return Report(tables, institutions, {"imagination_room": summary})


def _row(one: Institution, name: str, kind: str) -> Record:
    return {"institution_name": one.name, "place": one.seat, "program_name": name, "program_type": kind}

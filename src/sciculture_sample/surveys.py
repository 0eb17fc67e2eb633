"""Satisfaction surveys of the programs, each office on a scale of its own (satisfaction_survey)."""

import random
from decimal import ROUND_HALF_UP, Decimal

from sciculture_sample.history import HUB_CENTRES, TOURS, VOUCHER_USERS
from sciculture_sample.museums import TOUR_REGIONS
from sciculture_sample.records import Record, Table
from sciculture_sample.years import AGENCY, ProgramYear, Report

DO_DREAM = "두드림 프로젝트"
# A scale: its word, what its top is worth, and to how many places its scores are given.
SCALES = (("%", 100, 1), ("5점", 5, 2), ("7점", 7, 2), ("10점", 10, 2), ("비율", 1, 3), ("100점", 100, 1))


def surveys(year: ProgramYear) -> Report:
    """Do Dream by tour region, and some other programs of the year as a whole."""
    rng = year.rng("surveys")
    wanted = Decimal(str(TOURS[year.year].satisfaction))
    while True:
        tours = [_answers(DO_DREAM, region, index, float(wanted), rng) for index, region in enumerate(TOUR_REGIONS)]
        if _overall(tours) == wanted:
            break
    others = ["생활과학교실", "무한상상실"]
    others += ["과학문화바우처"] if year.year in VOUCHER_USERS else []
    others += ["지역과학문화 거점센터"] if year.year in HUB_CENTRES else []
    rest = [_answers(program, "전국", index, rng.uniform(84, 93), rng) for index, program in enumerate(others)]
    table = Table("satisfaction_survey", year.year, AGENCY, tours + rest, year.received(13, 10), year.year + 13)
    asked = sum(answers["respondent_count"] for answers in tours if isinstance(answers["respondent_count"], int))
    summary = {"satisfaction_score": float(wanted), "respondent_count": asked}
    return Report([table], [], {"do_dream_satisfaction": summary})


def _answers(program: str, unit: str, index: int, about: float, rng: random.Random) -> Record:
    scale, top, places = SCALES[index % len(SCALES)]
    score = min(99.0, about + rng.uniform(-3, 3)) / 100 * top
    return {
        "program_code": program,
        "unit_name": unit,
        "respondent_count": rng.randint(25, 240),
        "satisfaction_score": f"{score:.{places}f}",
        "scale": scale,
    }


def _overall(rows: list[Record]) -> Decimal:
    """The score over all who answered, on a scale of 100, rounded half up once."""
    tops = {scale: top for scale, top, _ in SCALES}
    points, people = Decimal(0), 0
    for row in rows:
        count = row["respondent_count"]
        assert isinstance(count, int)
        points += Decimal(str(row["satisfaction_score"])) / tops[str(row["scale"])] * 100 * count
        people += count
    return (points / people).quantize(Decimal("0.1"), ROUND_HALF_UP)

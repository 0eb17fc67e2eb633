"""What the programs reached from 2016 to 2025.

Published: 2020, Daily Science Class and Do Dream in 2019, members at the end of 2021, voucher users of 2022 and 2023.
All else is invented: growth to 2019, a fall in 2020, recovery.
"""

from dataclasses import dataclass

YEARS = range(2016, 2026)


@dataclass(frozen=True)
class ClassFigures:
    """Daily Science Class in a year, and how many class rows carry it here."""

    institutions: int
    sigungu: int
    eupmyeondong: int
    instructors: int
    facilities: int
    sessions: int
    beneficiaries: int
    sharing_share: float
    class_rows: int = 5_500
    cancelled_rows: int = 40
    event_rows: int = 40


CLASSES = {
    2016: ClassFigures(31, 152, 1_002, 1_003, 1_987, 45_310, 118_240, 0.601, 4_700),
    2017: ClassFigures(32, 157, 1_043, 1_041, 2_068, 47_120, 123_905, 0.655, 4_900),
    2018: ClassFigures(33, 161, 1_082, 1_072, 2_147, 48_930, 128_310, 0.712, 5_100),
    2019: ClassFigures(34, 164, 1_111, 1_099, 2_213, 50_275, 132_676, 0.747, 5_300),
    2020: ClassFigures(33, 169, 1_096, 929, 2_330, 43_539, 121_551, 0.786),
    2021: ClassFigures(32, 166, 1_088, 941, 2_296, 44_870, 122_930, 0.788, 5_000),
    2022: ClassFigures(32, 168, 1_103, 968, 2_318, 46_940, 126_480, 0.791, 5_100),
    2023: ClassFigures(32, 170, 1_117, 994, 2_341, 48_260, 129_150, 0.795, 5_200),
    2024: ClassFigures(31, 168, 1_109, 985, 2_327, 47_880, 127_640, 0.798, 5_200),
    2025: ClassFigures(31, 171, 1_124, 1_002, 2_352, 48_910, 130_270, 0.801, 5_300),
}

# Grantees of the support for private activities, by type; 2019 from shares that were published, in part.
GRANTEE_TYPES = (
    "ngo", "school", "science_facility", "company", "office_of_education", "government_funded_institution",
    "foundation_corporation", "municipal_organization", "academic_society",
)  # fmt: skip
GRANTEES = {
    2016: (4, 5, 3, 15, 1, 1, 18, 2, 12),
    2017: (4, 4, 3, 16, 1, 1, 17, 2, 12),
    2018: (3, 4, 2, 18, 1, 0, 16, 2, 11),
    2019: (3, 3, 2, 19, 0, 0, 15, 2, 11),
    2020: (3, 3, 1, 21, 0, 0, 11, 1, 3),
    2021: (3, 2, 1, 14, 0, 0, 8, 1, 3),
    2022: (3, 3, 1, 16, 0, 1, 9, 1, 4),
    2023: (4, 3, 2, 17, 1, 1, 10, 1, 4),
    2024: (4, 3, 2, 18, 1, 0, 11, 1, 5),
    2025: (4, 4, 2, 19, 1, 1, 11, 2, 5),
}


@dataclass(frozen=True)
class RoomFigures:
    """Imagination rooms: programs are regular, rolling and special events; users are those of open use too."""

    institutions: int
    programs: int
    users: int


ROOMS = {
    2016: RoomFigures(42, 1_050, 512_340),
    2017: RoomFigures(21, 530, 184_870),
    2018: RoomFigures(21, 548, 191_260),
    2019: RoomFigures(22, 561, 298_410),
    2020: RoomFigures(23, 582, 246_079),
    2021: RoomFigures(23, 590, 252_630),
    2022: RoomFigures(22, 575, 271_940),
    2023: RoomFigures(20, 541, 263_180),
    2024: RoomFigures(19, 518, 255_720),
    2025: RoomFigures(18, 502, 249_360),
}


@dataclass(frozen=True)
class TourFigures:
    """Do Dream: an operating day is a stop on a day on which it was held."""

    operating_days: int
    sessions: int
    visitors: int
    satisfaction: float


TOURS = {
    2016: TourFigures(100, 640, 24_310, 88.9),
    2017: TourFigures(110, 720, 30_120, 89.4),
    2018: TourFigures(120, 800, 35_870, 90.1),
    2019: TourFigures(130, 910, 40_451, 90.7),
    2020: TourFigures(60, 175, 2_036, 89.2),
    2021: TourFigures(70, 230, 5_420, 89.9),
    2022: TourFigures(90, 480, 17_640, 90.3),
    2023: TourFigures(100, 600, 26_900, 90.5),
    2024: TourFigures(105, 640, 29_310, 90.8),
    2025: TourFigures(110, 680, 31_550, 91.0),
}

# Centres in provinces; a Science City is chosen each year beside them.
HUB_CENTRES = {2020: 4, 2021: 10, 2022: 10, 2023: 10, 2024: 10, 2025: 10}
VOUCHER_USERS = {
    2019: 8_120, 2020: 31_240, 2021: 36_480, 2022: 51_097, 2023: 30_744, 2024: 47_510, 2025: 52_300,
}  # fmt: skip
MUSEUM_VISITORS = {
    2016: 212_300, 2017: 224_180, 2018: 241_520, 2019: 258_940, 2020: 61_870, 2021: 88_310, 2022: 171_460,
    2023: 219_630, 2024: 228_750, 2025: 236_410,
}  # fmt: skip
INCLUSIVE_PARTICIPANTS = {
    2016: 30_150, 2017: 31_870, 2018: 33_420, 2019: 35_610, 2020: 14_280, 2021: 19_740, 2022: 26_330, 2023: 31_090,
    2024: 32_450, 2025: 33_980,
}  # fmt: skip
# Members of the associations overseas at 31 December.
MEMBERS = {
    2016: 16_940, 2017: 17_310, 2018: 17_905, 2019: 18_420, 2020: 18_610, 2021: 18_895, 2022: 23_860, 2023: 24_310,
    2024: 24_760, 2025: 25_120,
}  # fmt: skip

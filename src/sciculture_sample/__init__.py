"""Sample submissions: invented files in the styles of real ones, whose true totals are the published figures.

    report = write_sample(Path("inbox"), years=range(2016, 2026))

writes `inbox/<submitter>/<file>` (`inbox/<submitter>/<year>/<file>` for several years) and the truth about them in
`inbox/.truth.json`. It shares no code with what reads submissions, so that agreement between the two means something.
"""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from sciculture_sample.columns import HEADERS
from sciculture_sample.history import CLASSES, YEARS
from sciculture_sample.writing import Request, SampleReport, write_request

__all__ = ["DAILY_SCIENCE_CLASS", "SampleReport", "write_sample"]

DAILY_SCIENCE_CLASS = ("institution", "dsc_institution_year", "dsc_facility", "dsc_class")


def write_sample(
    out: Path,
    years: Iterable[int] | int | None = None,
    scale: int = 1,
    seed: int = 2020,
    institutions: int | None = None,
    datasets: Sequence[str] | None = None,
    year: int = 2020,
    written: Callable[[int, int], None] = lambda done, of: None,
) -> SampleReport:
    """Write the sample of `years` (or of `year` alone) into `out`; the same arguments give the same bytes.

    institutions: how many centres of Daily Science Class there are, instead of as many as there were each year.
    written: told after each file how many stand there, and of how many.
    """
    wanted_years = (year,) if years is None else (years,) if isinstance(years, int) else tuple(sorted(set(years)))
    if unknown_years := [str(one) for one in wanted_years if one not in YEARS]:
        known = f"{YEARS.start} to {YEARS.stop - 1}"
        raise ValueError(f"the sample can be written for {known}, not for {', '.join(unknown_years)}")
    if not wanted_years:
        raise ValueError("no years are wanted")
    if scale < 1:
        raise ValueError(f"scale must be 1 or more, not {scale}")
    wanted = tuple(HEADERS) if datasets is None else tuple(datasets)
    if unknown := sorted(set(wanted) - set(HEADERS)):
        raise ValueError(f"unknown datasets {', '.join(unknown)}; known are {', '.join(HEADERS)}")
    most = CLASSES[2020].institutions if institutions is None else institutions
    return write_request(Request(out, wanted_years, scale, seed, most, wanted), written)

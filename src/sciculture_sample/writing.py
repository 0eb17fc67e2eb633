"""Writing a sample: the world of every year wanted, its files, and the truth about them all."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sciculture_sample.centre_files import CentreFiles
from sciculture_sample.files import write_file
from sciculture_sample.history import CLASSES
from sciculture_sample.inbox import SampleInbox
from sciculture_sample.network import centres_of
from sciculture_sample.places import load_places
from sciculture_sample.program_files import program_submissions, register_table
from sciculture_sample.programs import report_year
from sciculture_sample.published import published_figures
from sciculture_sample.records import Table
from sciculture_sample.styles import style_of
from sciculture_sample.submissions import Submission
from sciculture_sample.truth import NOTE, centre_truth, figures_of, file_truth, region_truth, tally_classes
from sciculture_sample.vocabulary import MOST_INSTITUTIONS
from sciculture_sample.world import Centre, build_world
from sciculture_sample.years import ProgramYear, Report

KNOWN_YEAR = 2020  # the year whose network of centres the others are told from
CENTRE_DATASETS = ("dsc_institution_year", "dsc_facility", "dsc_class")


@dataclass(frozen=True)
class Request:
    """What sample is wanted. `institutions`: centres of the year that is known best."""

    out: Path
    years: tuple[int, ...]
    scale: int
    seed: int
    institutions: int
    datasets: tuple[str, ...]


@dataclass(frozen=True)
class SampleReport:
    """What was written. `figures` are those of the last year."""

    out: Path
    truth: Path
    file_count: int
    figures: dict[str, int | float]
    rows_read: int
    rows_quarantined: int


@dataclass(frozen=True)
class SampleYear:
    """The invented world of a year: the centres of Daily Science Class, and what the other programs report."""

    year: ProgramYear
    centres: list[Centre]
    report: Report
    tables: list[Table]


def write_request(request: Request, written: Callable[[int, int], None]) -> SampleReport:
    """Write the files of all years, and last the truth about them."""
    worlds = list(_worlds(request))
    submissions = [submission for world in worlds for submission in _submissions(world, request)]
    inbox = SampleInbox(request.out)
    inbox.clear_for(submissions)
    files = []
    for submission in submissions:
        sheets = submission.build() if submission.build else []
        content = inbox.read(submission.same_as) if submission.same_as else submission.raw
        inbox.write(submission, write_file(sheets, submission.style, submission.title) if sheets else content)
        files.append(file_truth(submission, sheets))
        written(len(files), len(submissions))
    truth = _truth(worlds, request)
    inbox.finish(truth | {"complete": True, "files": files, "regions": _regions(worlds, request)})
    parts = [part for file in files for part in file["parts"]]
    return SampleReport(
        out=request.out,
        truth=inbox.truth_path,
        file_count=len(files),
        figures=truth["figures"],
        rows_read=sum(part["rows"]["read"] for part in parts),
        rows_quarantined=sum(part["rows"]["quarantined"] for part in parts),
    )


def _worlds(request: Request) -> Iterator[SampleYear]:
    styles = [style_of(index, request.scale).codes for index in range(MOST_INSTITUTIONS)]
    figures = CLASSES[KNOWN_YEAR]
    known = build_world(figures, load_places(KNOWN_YEAR), request.institutions, request.seed, styles)
    for one in request.years:
        year, centres = ProgramYear(one, request.seed, request.scale), known
        if one != KNOWN_YEAR:
            count = max(1, request.institutions + CLASSES[one].institutions - figures.institutions)
            centres = centres_of(one, CLASSES[one], known, count, request.seed, styles)
        with_history = one == request.years[0] and "event_edition" in request.datasets
        report = report_year(year, request.datasets, with_history)
        tables = list(report.tables)
        if "institution" in request.datasets:
            tables.insert(0, register_table([*centres, *report.institutions], year))
        yield SampleYear(year, centres, report, tables)


def _submissions(world: SampleYear, request: Request) -> Iterator[Submission]:
    year = world.year.year
    subfolder = str(year) if len(request.years) > 1 else ""
    # The same bytes a second time would be a duplicate, so only one year has files that can't be taken.
    with_bad_files = year == (KNOWN_YEAR if KNOWN_YEAR in request.years else request.years[-1])
    registers = [table for table in world.tables if table.dataset == "institution"]
    yield from program_submissions(registers, subfolder, with_bad_files)
    styles = [style_of(index, request.scale) for index in range(len(world.centres))]
    centres = CentreFiles(world.centres, styles, year, request.scale, subfolder)
    yield from centres.submissions(request.datasets, with_bad_files)
    others = [table for table in world.tables if table.dataset != "institution"]
    yield from program_submissions(others, subfolder, with_bad_files)


def _truth(worlds: list[SampleYear], request: Request) -> dict[str, Any]:
    by_year: dict[int, dict[str, Any]] = {}
    for world in worlds:
        tallies = tally_classes(world.centres, request.scale)
        by_year[world.year.year] = {
            "figures": figures_of(world.centres, tallies, request.datasets),
            "summaries": world.report.summaries,
            "institutions": {one.code: one.name for one in [*world.centres, *world.report.institutions]},
            **centre_truth(world.centres, tallies),
        }
    settings = {
        "years": list(request.years),
        "scale": request.scale,
        "seed": request.seed,
        "institutions": request.institutions,
        "datasets": list(request.datasets),
    }
    latest = by_year[request.years[-1]]
    whole_network = request.institutions == CLASSES[KNOWN_YEAR].institutions
    return settings | {
        "year": request.years[-1],
        "note": NOTE,
        "published": published_figures(by_year, request.datasets, whole_network and request.scale == 1),
        **{name: latest[name] for name in ("figures", "by_institution", "by_sigungu")},
        "by_year": {str(year): truths for year, truths in by_year.items()},
    }


def _regions(worlds: list[SampleYear], request: Request) -> list[dict[str, Any]]:
    regions = []
    for world in worlds:
        styles = [style_of(index, request.scale) for index in range(len(world.centres))]
        regions += region_truth(world.centres, styles, world.report.tables, world.year.year)
    return regions

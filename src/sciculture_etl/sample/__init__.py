"""Sample submissions: invented files in the styles of real ones, whose true totals are the published figures.

    report = write_sample(Path("inbox"), year=2020)

writes `inbox/<submitter>/<file>` and the truth about them in `inbox/.truth.json`. It shares no code with what reads
submissions, so that agreement between the two means something.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sciculture_etl.sample.columns import HEADERS
from sciculture_etl.sample.files import write_file
from sciculture_etl.sample.inbox import SampleInbox
from sciculture_etl.sample.places import load_places
from sciculture_etl.sample.styles import style_of
from sciculture_etl.sample.submissions import Year
from sciculture_etl.sample.truth import figures_of, file_truth, region_truth, sample_truth, tally_classes
from sciculture_etl.sample.world import PUBLISHED, build_world

__all__ = ["SampleReport", "write_sample"]


@dataclass(frozen=True)
class SampleReport:
    """What was written."""

    out: Path
    truth: Path
    file_count: int
    figures: dict[str, int | float]
    rows_read: int
    rows_quarantined: int


def write_sample(
    out: Path,
    year: int = 2020,
    scale: int = 1,
    seed: int = 2020,
    institutions: int = 33,
    datasets: Sequence[str] | None = None,
) -> SampleReport:
    """Write the sample of a year into `out`; the same arguments give the same bytes."""
    if year not in PUBLISHED:
        known = ", ".join(str(known) for known in sorted(PUBLISHED))
        raise ValueError(f"no published totals are known for {year}; the sample can be written for {known}")
    if scale < 1:
        raise ValueError(f"scale must be 1 or more, not {scale}")
    wanted = tuple(HEADERS) if datasets is None else tuple(datasets)
    if unknown := sorted(set(wanted) - set(HEADERS)):
        raise ValueError(f"unknown datasets {', '.join(unknown)}; known are {', '.join(HEADERS)}")

    styles = [style_of(index, scale) for index in range(institutions)]
    world = build_world(PUBLISHED[year], load_places(year), institutions, seed, [style.codes for style in styles])
    submissions = list(Year(world, styles, year, scale).submissions(wanted))
    inbox = SampleInbox(out)
    inbox.clear_for(submissions)
    files = []
    for submission in submissions:
        sheets = submission.build() if submission.build else []
        content = inbox.read(submission.same_as) if submission.same_as else submission.raw
        inbox.write(submission, write_file(sheets, submission.style, submission.title) if sheets else content)
        files.append(file_truth(submission, sheets))

    tallies = tally_classes(world, scale)
    figures = figures_of(world, tallies, wanted)
    settings = {"year": year, "scale": scale, "seed": seed, "institutions": institutions, "datasets": list(wanted)}
    truth = sample_truth(world, tallies, figures, settings)
    inbox.finish(truth | {"complete": True, "files": files, "regions": region_truth(world, styles, year)})
    parts = [part for file in files for part in file["parts"]]
    return SampleReport(
        out=out,
        truth=inbox.truth_path,
        file_count=len(files),
        figures=figures,
        rows_read=sum(part["rows"]["read"] for part in parts),
        rows_quarantined=sum(part["rows"]["quarantined"] for part in parts),
    )

"""The truth about a sample: what its figures are, what each file holds and what is wrong with it, what each region is.

Figures are counted from the invented world, never from the files.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from sciculture_sample.places import Place
from sciculture_sample.program_files import style_of_table
from sciculture_sample.records import Table, written_district
from sciculture_sample.styles import Style
from sciculture_sample.submissions import OLD_VERSION, Submission
from sciculture_sample.tables import Account, Sheet
from sciculture_sample.vocabulary import TRACKS
from sciculture_sample.wording import write_region
from sciculture_sample.world import Centre, ClassRow, repeat_classes

NOTE = (
    "Invented data whose totals are the published figures where there are any. The findings listed are those planted; "
    "warnings about how a region is spelled are not, nor hidden sheets that hold no table. Rows count from 1 as a "
    "person sees them (Excel row, CSV record)."
)
Json = dict[str, Any]


@dataclass
class Tally:
    """What is counted for the country, an institution or a district. Distinct things are kept as sets of codes."""

    classes: int = 0
    sessions: int = 0
    sharing_sessions: int = 0
    beneficiaries: int = 0
    attendances: int = 0
    facilities: set[str] = field(default_factory=set)
    places: set[str] = field(default_factory=set)
    sigungu: set[str] = field(default_factory=set)

    def add(self, row: ClassRow) -> None:
        self.classes += 1
        self.sessions += row.sessions
        self.sharing_sessions += row.sessions if row.track == TRACKS["sharing"] else 0
        self.beneficiaries += row.beneficiaries
        self.attendances += row.attendances
        self.facilities.add(row.facility.code)
        self.places.add(row.facility.place.admin_code)
        self.sigungu.add(row.facility.place.sigungu_code)

    def figures(self) -> dict[str, int]:
        return {
            "sigungu_count": len(self.sigungu),
            "eupmyeondong_count": len(self.places),
            "facility_count": len(self.facilities),
            "class_count": self.classes,
            "session_count": self.sessions,
            "beneficiary_count": self.beneficiaries,
            "attendance_count": self.attendances,
            "sharing_session_count": self.sharing_sessions,
        }


@dataclass
class Tallies:
    """The counts of a whole sample."""

    nation: Tally
    by_institution: dict[str, Tally]
    by_sigungu: dict[str, Tally]


def tally_classes(institutions: Sequence[Centre], scale: int) -> Tallies:
    """Count the classes of the world, each row once."""
    nation, by_institution, by_sigungu = Tally(), {}, defaultdict[str, Tally](Tally)
    for one in institutions:
        own = by_institution[one.name] = Tally()
        for term_rows in _terms(one.classes):
            for row in repeat_classes(term_rows, scale):
                for tally in (nation, own, by_sigungu[row.facility.place.sigungu_code]):
                    tally.add(row)
    return Tallies(nation, by_institution, dict(sorted(by_sigungu.items())))


def figures_of(institutions: Sequence[Centre], tallies: Tallies, datasets: Sequence[str]) -> dict[str, int | float]:
    """The figures that the datasets written can give."""
    figures: dict[str, int | float] = {"institution_count": len(institutions)}
    if "dsc_institution_year" in datasets:
        figures["instructor_count"] = sum(one.instructors for one in institutions)
    counted = tallies.nation.figures()
    if "dsc_class" in datasets:
        figures |= counted
        figures["sharing_session_share"] = round(100 * counted["sharing_session_count"] / counted["session_count"], 4)
    elif "dsc_facility" in datasets:
        figures["facility_count"] = counted["facility_count"]
    return figures


def file_truth(submission: Submission, sheets: Sequence[Sheet]) -> Json:
    """What is known of one file. Its path is given in NFC; `disk_path` where the name on disk is decomposed."""
    path = unicodedata.normalize("NFC", submission.path)
    entry: Json = {"path": path}
    if path != submission.path:
        entry["disk_path"] = submission.path
    entry |= {
        "format": submission.style.form,
        "encoding": submission.style.encoding if submission.style.form == "csv" else None,
        "received": submission.received.isoformat(),
        "years": list(submission.years),
        "datasets": [sheet.dataset for sheet in sheets if sheet.dataset],
        "parts": [_part(sheet) for sheet in sheets if sheet.dataset],
        "findings": [{"code": "W_HIDDEN_SHEET", "sheet": sheet.name} for sheet in sheets if sheet.name == OLD_VERSION],
    }
    if submission.code:
        rows = asdict(Account())
        entry["parts"] = [{"dataset": None, "sheet": None, "term": None, "verdict": "rejected", "rows": rows}]
        entry["parts"][0] |= {"totals": {}, "findings": [_bad(submission)]}
    if submission.same_as:
        entry["duplicate_of"] = unicodedata.normalize("NFC", submission.same_as)
        entry["findings"] = [{"code": "R_DUPLICATE_FILE"}]
    if submission.superseded_by:
        entry["superseded_by"] = unicodedata.normalize("NFC", submission.superseded_by)
    return entry


def _bad(submission: Submission) -> Json:
    return {"code": submission.code} | (
        {} if submission.bad_row is None else {"row": submission.bad_row, "cell": submission.bad_cell}
    )


def _part(sheet: Sheet) -> Json:
    return {
        "dataset": sheet.dataset,
        "sheet": sheet.name or None,
        "term": sheet.term,
        "verdict": "partially_accepted" if sheet.account.quarantined else "accepted",
        "rows": asdict(sheet.account),
        "totals": sheet.totals,
        "findings": [asdict(finding) for finding in sheet.findings],
    }


def region_truth(centres: Sequence[Centre], styles: Sequence[Style], tables: Sequence[Table], year: int) -> list[Json]:
    """Every region as the offices write it, with the code that is meant, once each."""
    entries: dict[tuple[str, ...], Json] = {}
    on = f"{year}-12-31"
    for one, style in zip(centres, styles, strict=True):
        seat = one.seat
        entries.setdefault(_keys(seat), _district(("sido", "sigungu"), _keys(seat), seat, on))
        for facility in one.facilities:
            place = facility.place
            written = write_region(place, style.region)
            keys = ("text",) if len(written) == 1 else ("sido", "sigungu", "eupmyeondong")
            entry: Json = dict(zip(keys, written, strict=True))
            entry |= {"on": on, "level": "eupmyeondong", "admin_code": place.admin_code}
            entries.setdefault(written, entry | {"sigungu_code": place.sigungu_code})
    for table in tables:
        style = style_of_table(table)
        for district in {value: None for record in table.records if isinstance(value := record.get("place"), Place)}:
            texts = written_district(district, style, table.dataset)
            names = ("text",) if len(texts) == 1 else ("sido", "sigungu")
            entries.setdefault(texts, _district(names, texts, district, on))
    return list(entries.values())


def _keys(seat: Place) -> tuple[str, ...]:
    return seat.sido, seat.city or seat.sido


def _district(keys: Sequence[str], written: Sequence[str], place: Place, on: str) -> Json:
    known = {"level": "sigungu", "legal_code": f"{place.sigungu_code}00000", "sigungu_code": place.sigungu_code}
    return dict(zip(keys, written, strict=True)) | {"on": on} | known


def centre_truth(centres: Sequence[Centre], tallies: Tallies) -> Json:
    """What is true of every centre and of every district with classes."""
    by_institution = {}
    for one in centres:
        by_institution[one.name] = {
            "institution_code": one.code,
            **tallies.by_institution[one.name].figures(),
            "instructor_count": one.instructors,
            "national_fund_krw": one.national_fund_krw,
            "local_fund_krw": one.local_fund_krw,
        }
    chosen = ("class_count", "session_count", "beneficiary_count", "attendance_count", "facility_count")
    by_sigungu = {
        code: {name: value for name, value in tally.figures().items() if name in chosen}
        for code, tally in tallies.by_sigungu.items()
    }
    return {"by_institution": by_institution, "by_sigungu": by_sigungu}


def _terms(rows: Sequence[ClassRow]) -> Iterable[list[ClassRow]]:
    return [[row for row in rows if row.term == term] for term in sorted({row.term for row in rows})]

"""When a file says that it was last saved: evidence that survives copying, and no reason to refuse anything."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from answering import check
from containers import package
from forms import CLASS, table
from old_workbooks import in_compound_file

from sciculture_etl.contracts import load_contracts
from sciculture_etl.feedback import Answer, answer_workbook
from sciculture_etl.feedback.answer import Received
from sciculture_etl.formats import open_file
from sciculture_etl.formats.registry import FORMATS
from sciculture_etl.project import CHECKOUT
from sciculture_etl.settings import Limits
from sciculture_etl.template import make_template
from tests.formats.test_registry import MAKE

SAVED = datetime(2021, 3, 5, 5, 2, 33, tzinfo=UTC)
WRITTEN = "2021-03-05T05:02:33Z"
CORE = (
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
    'xmlns:dcterms="http://purl.org/dc/terms/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
    "<dcterms:created>2019-01-02T03:04:05Z</dcterms:created><dcterms:modified>{}</dcterms:modified></cp:coreProperties>"
)
META = '<office:meta xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:date>{}</dc:date></office:meta>'
OFFICE = 'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
HPF = (
    '<opf:package xmlns:opf="http://www.idpf.org/2007/opf/"><opf:metadata>'
    '<opf:meta name="CreatedDate" content="text">2019-01-02T03:04:05Z</opf:meta>'
    '<opf:meta name="ModifiedDate" content="text">{}</opf:meta></opf:metadata></opf:package>'
)
PROPERTIES = (
    '<DocumentProperties xmlns="urn:schemas-microsoft-com:office:office"><Created>2019-01-02T03:04:05Z</Created>'
    "<LastSaved>{}</LastSaved></DocumentProperties>"
)


def with_part(data: bytes, name: str, content: str | bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        parts: dict[str, str | bytes] = {part: opened.read(part) for part in opened.namelist()}
    return package(parts | {name: content})


def summary(moment: str | int, count: int = 2, section: int = 48) -> bytes:
    """The properties of an old workbook: its code page and when it was last saved, in tenths of microseconds."""
    if isinstance(moment, str):
        moment = (datetime.fromisoformat(moment) - datetime(1601, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) * 10
    listed = struct.pack("<IIII", 1, 24, 13, 32)
    values = struct.pack("<IHH", 2, 949, 0) + struct.pack("<IQ", 64, moment & 2**64 - 1)
    body = struct.pack("<II", 8 + len(listed) + len(values), count) + listed + values
    return struct.pack("<HHI16sI16sI", 0xFFFE, 0, 0, b"", 1, b"", section) + body


def as_saved(name: str, moment: Any) -> bytes:
    """A good file of a format that says that it was saved at a moment."""
    data = MAKE[name](table(CLASS), "")
    if name in ("xlsx", "xlsb"):
        return with_part(data, "docProps/core.xml", CORE.format(moment))
    if name == "ods":
        return with_part(
            data, "meta.xml", f"<office:document-meta {OFFICE}>{META.format(moment)}</office:document-meta>"
        )
    if name == "hwpx":
        return with_part(data, "Contents/content.hpf", HPF.format(moment))
    if name == "xls":
        return in_compound_file(
            data, {"\x05SummaryInformation": moment if isinstance(moment, bytes) else summary(moment)}
        )
    before, added = {"xml": (b"<Worksheet", PROPERTIES), "fods": (b"<office:body", META)}[name]
    return data.replace(before, added.format(moment).encode() + before, 1)


WITH_TIME = [form.name for form in FORMATS if form.saved]
DOCS = (CHECKOUT / "docs/formats.md").read_text(encoding="utf-8")


def saved(data: bytes) -> datetime | None:
    content = open_file(data, Limits())
    assert content.grids[0].frame.height == 2, "the file is read whatever it says of its saving"
    return content.saved_at


@pytest.mark.parametrize("name", WITH_TIME)
def test_each_format_that_holds_a_time_of_saving_gives_it(name: str) -> None:
    assert saved(as_saved(name, WRITTEN)) == SAVED


def test_the_documentation_says_of_each_format_whether_it_holds_a_time_of_saving() -> None:
    said = {row[0]: row[1] for row in re.findall(r"^\| `(\w+)` \|(?:[^|]*\|){2} ([^|]*) \|", DOCS, re.M)}
    assert {name for name, place in said.items() if place != "none"} == set(WITH_TIME)
    assert said.keys() == MAKE.keys()


@pytest.mark.parametrize("name", [name for name in MAKE if name != "xlsx"])
def test_a_file_that_says_no_time_of_saving_has_none(name: str) -> None:
    assert saved(MAKE[name](table(CLASS), "")) is None


def test_the_core_properties_are_those_that_the_package_leads_to() -> None:
    relations = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="a" Type="http://x/officeDocument" Target="xl/workbook.xml"/>'
        '<Relationship Id="b" Type="http://x/metadata/core-properties" Target="other/props.xml"/></Relationships>'
    )
    data = with_part(as_saved("xlsx", "2020-01-01T01:01:01Z"), "_rels/.rels", relations)
    assert saved(with_part(data, "other/props.xml", CORE.format(WRITTEN))) == SAVED


SPELLINGS = {
    "nine decimals and no zone, which is Korea's": "2021-03-05T14:02:33.123456789",
    "another zone": "2021-03-05T06:02:33+01:00",
    "spaces around": f"\n {WRITTEN} ",
}


@pytest.mark.parametrize("written", SPELLINGS.values(), ids=SPELLINGS)
def test_a_time_is_read_as_programs_spell_it(written: str) -> None:
    found = saved(as_saved("ods", written))
    assert found
    assert (found.replace(microsecond=0), found.tzinfo) == (SAVED, UTC)


NO_EVIDENCE = {
    "midnight": "2021-03-05T00:00:00Z", "a day alone": "2021-03-05", "midnight in Korea": "2021-03-05T00:00:00+09:00",
    "the beginning of time": "1970-01-01T00:00:01Z", "the packages' beginning": "1980-01-01T00:00:01Z",
    "the empty workbook of a library": "2006-09-13T11:21:55Z", "another one": "2015-06-05T18:17:26Z",
    "the last year there is": "9999-12-31T23:59:59Z", "beyond it": "10000-01-01T01:01:01Z",
    "the last moment westwards": "9999-12-31T23:59:59-14:00", "the first moment eastwards": "0001-01-01T00:00:01+14:00",
    "no such day": "2021-02-30T01:01:01Z", "words": "어제", "nothing": "", "very much": "2021" * 10_000,
    "an element": "<x>2021-03-05T05:02:33Z</x>", "a name for what stands elsewhere": "&saved;", "no markup": "<<<",
}  # fmt: skip


@pytest.mark.parametrize("written", NO_EVIDENCE.values(), ids=NO_EVIDENCE)
@pytest.mark.parametrize("name", ["xlsx", "hwpx"])
def test_what_is_constant_or_no_moment_is_no_evidence(name: str, written: str) -> None:
    assert saved(as_saved(name, written)) is None


OLD = {
    "none": summary(0), "midnight": summary("2021-03-05T00:00:00+00:00"), "beyond all years": summary(2**64 - 1),
    "cut short": summary(WRITTEN)[:60], "another kind": summary(WRITTEN).replace(struct.pack("<I", 64), bytes(4)),
    "elsewhere": summary(WRITTEN, section=2**32 - 1), "no bytes": b"", "fewer than are counted": summary(WRITTEN, 0),
}  # fmt: skip


@pytest.mark.parametrize("stream", OLD.values(), ids=OLD)
def test_a_summary_that_tells_no_moment_gives_none(stream: bytes) -> None:
    assert saved(as_saved("xls", stream)) is None


def test_more_properties_than_there_are_cost_nothing() -> None:
    assert saved(as_saved("xls", summary(WRITTEN, count=2**32 - 1))) == SAVED


def test_the_date_of_a_remark_is_not_that_of_saving() -> None:
    remark = f'<office:annotation xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:date>{WRITTEN}</dc:date>'
    data = MAKE["fods"](table(CLASS), "가상").replace(b"<office:annotation>", remark.encode(), 1)
    assert saved(data) is None


def test_a_form_or_an_answer_of_ours_that_a_program_fills_in_and_keeps_its_time_shows_none() -> None:
    form = make_template(load_contracts()["dsc_class"], 2020)
    received = Received(1, SAVED, "in force")
    marked = answer_workbook(Answer(check(b""), received=received), b"")
    for data in (form, marked):
        with zipfile.ZipFile(io.BytesIO(data)) as opened:
            assert b"dcterms:modified" in opened.read("docProps/core.xml")
        assert open_file(data, Limits()).saved_at is None

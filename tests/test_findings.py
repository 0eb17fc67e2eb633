"""The catalogue of findings and what raises them: no code without an example, none raised without its words.

Most are raised by the example files of the contracts and of messy submissions, of which other tests prove that they
give exactly the findings that stand beside them. The rest is raised here.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from forms import CENTRE, CLASS, INSTITUTION, SUBMITTER, as_csv, table
from judging import judge
from nights import NEEDED, begin, operations, settings, submit

from sciculture_etl.contracts import Contract, load_contracts
from sciculture_etl.contracts.correction import Correction
from sciculture_etl.extract import Decisions
from sciculture_etl.findings import catalogue, why_ended
from sciculture_etl.intake import read_submission
from sciculture_etl.pipeline import Run, take_steps
from sciculture_etl.project import EXPECTATIONS, SQL
from sciculture_etl.regions import resolve
from sciculture_etl.settings import Limits
from tests.template.filling import HEADER, Form

CODE = re.compile(r"[REW]_[A-Z]+(?:_[A-Z]+)*")
TESTS = Path(__file__).parent
SOURCES = TESTS.parent / "src" / "sciculture_etl"


def codes_of_examples() -> set[str]:
    """Those that stand beside example files."""
    places = [*TESTS.glob("contracts/*/*.json"), *TESTS.glob("messy/*.json")]
    return {
        finding[0] for path in places for finding in json.loads(path.read_text(encoding="utf-8")).get("findings", [])
    }


def corrected() -> dict[str, Contract]:
    contracts = load_contracts()
    one = Correction(
        correction="가상", dataset="dsc_class", submitter=SUBMITTER, program_year=2020, where={"term": 1},
        was={"session_count": 12}, to={"session_count": 13}, reason="자릿수를 잘못 적음", source="가상 공문 12호",
    )  # fmt: skip
    changed = contracts["dsc_class"].model_copy(update={"corrections": [one]})
    return contracts | {"dsc_class": changed}


def beyond_the_header() -> list[str]:
    header, row = table(CLASS)
    return judge(as_csv([header, [*row, "1"]])).codes


def too_large() -> list[str]:
    found = read_submission(as_csv(table(CLASS)), load_contracts(), Limits(cells=5))
    return [finding.code for finding in found.findings]


def header_changed() -> list[str]:
    form = Form("dsc_institution_year").fill({})
    form.sheet.cell(HEADER, 3).value = "우리끼리 쓰는 이름"
    return [code for code, *_ in form.check().all_findings.select("code").rows()]


def form_outdated() -> list[str]:
    form = Form("dsc_institution_year").fill({})
    form.sheet["A5"] = re.sub(r"[0-9a-f]{8}$", "0123abcd", form.sheet["A5"].value)
    return [code for code, *_ in form.check().all_findings.select("code").rows()]


def stray_quote() -> list[str]:
    lines = as_csv(table(CLASS, *[{}] * 9)).decode().splitlines()
    lines[3] = lines[3].replace("가상", '"가상', 1)
    return judge("\r\n".join(lines).encode()).codes


OF_A_FILE: dict[str, Callable[[], list[str]]] = {
    "E_EXTRA_CELLS": beyond_the_header,
    "E_STRAY_QUOTE": stray_quote,
    "R_EMPTY": lambda: judge(b"").codes,
    "W_YEAR_DISAGREES": lambda: judge(as_csv(table(CLASS)), "2021 실적.csv").codes,
    "R_TOO_COSTLY": lambda: [why_ended("memory", Limits(), 1).code],  # tests/intake/test_workers.py has it happen
    "R_TOO_LARGE": too_large,
    "W_CORRECTED": lambda: judge(as_csv(table(CLASS)), contracts=corrected()).codes,
    "W_HEADER_CHANGED": header_changed,
    # Of a place that is looked up with another beside it, which no form's columns are today.
    "W_REGION_COMPLETED": lambda: list(resolve("중구", date(2020, 5, 1), "대전 유성구").warnings),
    "W_TEMPLATE_OUTDATED": form_outdated,
}
# Raised by what else there is: other submissions, other years, decisions of people.
OF_A_NIGHT = {
    "E_REFERENCE_UNKNOWN", "R_DUPLICATE_FILE", "R_SUBMITTER_UNKNOWN", "R_SUITE_FAILED", "R_SUPERSEDED",
    "R_VERSION_UNCLEAR", "R_WITHDRAWN", "R_WAITING", "R_NOT_APPROVED",
    "W_OUTLIER_HISTORY", "W_YEAR_ON_YEAR",
}  # fmt: skip


@pytest.mark.parametrize("code", OF_A_FILE)
def test_a_file_raises(code: str) -> None:
    assert code in OF_A_FILE[code]()


@pytest.mark.night
def test_a_night_raises_what_no_file_alone_can(tmp_path: Path) -> None:
    inbox, places = tmp_path / "inbox", settings(tmp_path / "inbox", tmp_path / "warehouse")
    for day, name in enumerate(("처음", "고침", "잘못 보냄"), start=1):
        data = as_csv(table(CLASS | {"운영횟수": f"{day}0", "기수": "2" if day == 3 else "1"}))
        submit(inbox, "가상시험센터", f"{name}.csv", data, f"2020-04-0{day}T09:00:00")
    submit(inbox, "가상시험센터", "복사.csv", as_csv(table(CLASS | {"운영횟수": "20"})), "2020-04-05T09:00:00")
    for year, count in ((2018, "400"), (2019, "40")):
        submit(inbox, "가상둘째센터", f"{year}.csv", as_csv(table(CLASS | {"사업연도": str(year), "운영횟수": count})))
    counts = ["30", "33", "27", "31", "29", "30", "300"]  # of seven terms
    grown = [
        {"사업연도": str(2018 + n // 4), "기수": str(n % 4 + 1), "운영횟수": count} for n, count in enumerate(counts)
    ]
    submit(inbox, "가상셋째센터", "두 해.csv", as_csv(table(CLASS, *grown)))
    submit(inbox, "가상부서", "등록부.csv", as_csv(table(INSTITUTION)))
    submit(inbox, "가상시험센터", "센터.csv", as_csv(table(CENTRE, {"기관명": "가상 모르는 센터"})))
    for number in (1, 2):  # the same code for two institutions: in neither file is that wrong
        clash = table(INSTITUTION | {"사업연도": "2018", "기관명": f"가상{number}기관"})
        submit(inbox, f"가상{number}부서", f"{number}.csv", as_csv(clash))
    for centre in ("가상대기센터", "가상반려센터"):
        for day, count in ((1, "10"), (2, "400")):
            data = as_csv(table(CLASS | {"운영횟수": count, "강좌명": f"가상 강좌 {centre}"}))
            submit(inbox, centre, f"{count}회 {centre}.csv", data, f"2020-04-0{day}T09:00:00")
    for name in ("가", "나"):  # nothing says which of them is newer
        submit(inbox, "가상모름센터", f"{name}.csv", as_csv(table(CLASS | {"강좌명": f"가상 강좌 {name}"})))
    (inbox / "누구.csv").write_bytes(as_csv(table(CLASS | {"기수": "3"})))
    with Run.open(begin(places), outputs=NEEDED) as run:
        receipts = run.extract().received
        for name, kind in (("잘못 보냄.csv", "withdrawn"), ("400회 가상반려센터.csv", "rejected")):
            (wrong,) = [receipt for receipt in receipts if receipt.file_name == name]
            Decisions(places.archive).decide(wrong.submission_id, kind, "잘못 보냄", receipts)
        take_steps(run)
    raised = {code for (code,) in operations(places.warehouse, "SELECT DISTINCT code FROM mart_row_error")}
    assert OF_A_NIGHT - raised == set()


def test_every_code_of_the_catalogue_has_an_example() -> None:
    assert set(catalogue()) - codes_of_examples() - OF_A_FILE.keys() - OF_A_NIGHT == set()
    assert not codes_of_examples() & (OF_A_FILE.keys() | OF_A_NIGHT)  # one example is enough


def codes_raised() -> Iterator[tuple[str, str]]:
    """Every code that stands in the code, the SQL or a contract, with where."""
    for path in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value):
                yield node.value, path.name
    for name, path in (SQL.files("**/*.sql") | EXPECTATIONS.files("submissions/*.yml")).items():
        for found in re.findall(r"(?<![\w.])[REW]_[A-Z]{2,}(?:_[A-Z]+)*(?!\w)", path.read_text(encoding="utf-8")):
            yield found, name


def test_every_code_that_is_raised_is_in_the_catalogue_and_the_other_way_round() -> None:
    raised = set(codes_raised())
    assert sorted((code, place) for code, place in raised if code not in catalogue()) == []
    # The warning of a row rule is named by its error.
    said = {code for code, _ in raised}
    said |= {code.replace("E_", "W_", 1) for code in said if code.replace("E_", "W_", 1) in catalogue()}
    assert set(catalogue()) - said == set()

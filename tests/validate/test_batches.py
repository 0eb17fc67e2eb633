"""Whatever a table holds, its rows add up, and it is judged as if it were the only one."""

import pytest
from forms import CENTRE, CLASS, FACILITY, INSTITUTION, as_csv, table
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from judging import candidates_of, judge

from sciculture_etl.contracts import load_contracts
from sciculture_etl.validate import Validated, validate_tables

CELLS = st.one_of(
    st.sampled_from(
        [
            "",
            "-",
            "…",
            "x",
            "소계",
            "합 계",
            "※ 가상",
            "예시",
            "0",
            "12",
            "1,096",
            "3,0",
            "약 3",
            "-4",
            "12명",
            "5회",
            "2020",
        ]
    ),
    st.sampled_from(
        ["서울특별시", "종로구", "삼청동", "없는동", "세종특별자치시", "중앙동", "나눔", "초등", "1기", "9", "89.2%"]
    ),
    st.text("가나0123 ,.-~%명", max_size=5),
)
FORMS = {"dsc_class": CLASS, "dsc_facility": FACILITY, "dsc_institution_year": CENTRE, "institution": INSTITUTION}
MORE = {
    "dsc_class": ["수혜자(연인원)", "만족도", "유형", "교육대상", "반", "교육장코드"],
    "dsc_facility": ["시설코드", "기관명"],
    "dsc_institution_year": ["국비", "지방비"],
    "institution": ["등록일", "종료일", "영문명"],
}


@st.composite
def tables(draw: st.DrawFn, dataset: str) -> bytes:
    """A form with some of its cells changed to anything, and rows of nothing but such cells among them."""
    header = [*FORMS[dataset], *MORE[dataset]]
    rows = []
    for number in range(draw(st.integers(1, 8))):
        if draw(st.integers(0, 5)) == 0:
            rows.append(draw(st.lists(CELLS, max_size=len(header) + 2)))
            continue
        row = [*FORMS[dataset].values(), *[""] * len(MORE[dataset])]
        for column in draw(st.lists(st.integers(0, len(header) - 1), max_size=4)):
            row[column] = draw(CELLS)
        rows.append(row)
        if number % 3 == 0:
            rows.append(row)
    return as_csv([header, *rows])


def unlike(validated: Validated, submission: str) -> list[list[tuple[object, ...]]]:
    frames = [validated.accepted, validated.quarantine, validated.findings, validated.accounts]
    return [frame.filter(frame["submission_id"] == submission).select(sorted(frame.columns)).rows() for frame in frames]


@pytest.mark.parametrize("dataset", sorted(FORMS))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_rows_read_are_loaded_quarantined_or_left_out(dataset: str, data: st.DataObject) -> None:
    judged = judge(data.draw(tables(dataset)))
    for validated in judged.outcomes.values():
        for account in validated.accounts.to_dicts():
            assert account["read"] == account["loaded"] + account["quarantined"] + account["left_out"]
            reasons = ("blank", "footnote", "example", "header", "subtotal", "other")
            assert account["left_out"] == sum(account[reason] for reason in reasons)
        assert validated.accepted.height == validated.accounts["loaded"].sum()
        assert validated.quarantine.height == validated.accounts["quarantined"].sum()
        rows = [*validated.accepted["source_row"], *validated.quarantine["source_row"]]
        assert len(set(rows)) == len(rows)
        # Every quarantined row has an error that says why.
        errors = validated.findings.filter(validated.findings["severity"] == "error")
        assert set(validated.quarantine["source_row"]) <= set(errors["row"])


@pytest.mark.parametrize("dataset", ["dsc_class", pytest.param("dsc_facility", marks=pytest.mark.slow)])
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_the_outcome_of_a_table_does_not_depend_on_the_others_in_its_batch(dataset: str, data: st.DataObject) -> None:
    files = {name: data.draw(tables(dataset)) for name in ("one", "two", "three")}
    contract = load_contracts()[dataset]
    candidates = {
        name: [c for c in candidates_of(file, submission=name)[1] if c.table.contract == contract]
        for name, file in files.items()
    }
    present = [name for name in files if candidates[name]]
    if not present:
        return
    together = validate_tables(contract, [c for name in present for c in candidates[name]])
    backwards = validate_tables(contract, [c for name in reversed(present) for c in candidates[name]])
    for name in present:
        alone = validate_tables(contract, candidates[name])
        assert unlike(together, name) == unlike(alone, name)
        assert unlike(backwards, name) == unlike(alone, name)


def test_a_money_unit_in_one_file_does_not_reach_into_another() -> None:
    contract = load_contracts()["dsc_institution_year"]
    in_thousands = as_csv([["2020년 가상 (단위: 천원)"], *table(CENTRE | {"국비": "5"})])
    in_won = as_csv(table(CENTRE | {"국비": "5"}))
    candidates = [*candidates_of(in_thousands, submission="a")[1], *candidates_of(in_won, submission="b")[1]]
    accepted = validate_tables(contract, candidates).accepted
    assert accepted["national_fund_krw"].to_list() == [5000, 5]


def test_a_day_without_a_year_takes_that_of_its_own_table() -> None:
    contract = load_contracts()["institution"]
    files = {
        year: as_csv(table(INSTITUTION | {"사업연도": year, "등록일": "3.2"})) for year in ("2019", "2020", "2021")
    }
    candidates = [c for year, file in files.items() for c in candidates_of(file, submission=year)[1]]
    days = validate_tables(contract, candidates).accepted["valid_from"].to_list()
    assert [day.year for day in days] == [2019, 2020, 2021]


def test_the_same_row_in_two_files_is_no_repetition_and_in_one_file_it_is() -> None:
    contract = load_contracts()["dsc_class"]
    row = as_csv(table(CLASS))
    twice = [*candidates_of(row, submission="a")[1], *candidates_of(row, submission="b")[1]]
    assert validate_tables(contract, twice).findings.height == 0
    header, line = table(CLASS)
    judged = judge(as_csv([header, line, line, line]))
    assert judged.places == [("E_DUPLICATE_KEY", 3, None), ("E_DUPLICATE_KEY", 4, None)]
    assert judged.accounts[0]["loaded"] == 1


def test_a_repeated_row_is_told_of_though_it_has_a_fault_of_its_own() -> None:
    """Whoever mends the fault must not learn of the repetition only then. The row that is right stays accepted."""
    header, line = table(CLASS)
    _, faulty = table(CLASS, {"운영횟수": "약 20회"})
    _, unnamed = table(CLASS, {"강좌명": ""})
    judged = judge(as_csv([header, faulty, line, unnamed]))
    assert judged.places == [
        ("E_APPROXIMATE", 2, "H2"), ("E_DUPLICATE_KEY", 2, None), ("E_REQUIRED_MISSING", 4, "C4"),
    ]  # fmt: skip
    assert judged.accounts[0]["loaded"] == 1
    (validated,) = judged.outcomes.values()
    assert validated.findings.filter(code="E_DUPLICATE_KEY")["expected_ko"].to_list() == ["3"]


def test_a_place_that_never_was_is_told_of_though_the_year_is_unknown() -> None:
    """So is every other fault of the row: what hides another costs its sender one more round."""
    rows = [row[1:] for row in table(CLASS, {}, {"읍면동": "없는동"}, {"읍면동": "없는동", "운영횟수": "약 20회"})]
    told = [place for place in judge(as_csv(rows), "실적.csv").places if place[2]]
    assert told == [("E_REGION_UNKNOWN", 3, "F3"), ("E_REGION_UNKNOWN", 4, "F4"), ("E_APPROXIMATE", 4, "G4")]


def test_a_table_without_a_year_is_searched_for_repeated_rows_all_the_same() -> None:
    header, line, other = (row[1:] for row in table(CLASS, {}, {}))
    judged = judge(as_csv([header, line, line, other]), "실적.csv")
    assert [place for place in judged.places if place[0] == "E_DUPLICATE_KEY"] == [("E_DUPLICATE_KEY", 3, None)]


OPTIONAL = {
    "not available": ("…", [("E_NOT_AVAILABLE", "info")]),
    "withheld": ("x", [("E_SUPPRESSED", "info")]),
    "no number": ("많음", [("E_NOT_A_NUMBER", "error")]),
    "blank": ("", []),
}


@pytest.mark.parametrize("case", OPTIONAL)
def test_an_error_in_a_column_that_is_not_required_keeps_the_row_and_not_the_value(case: str) -> None:
    text, found = OPTIONAL[case]
    judged = judge(as_csv(table(CLASS | {"수혜자(연인원)": text})))
    (validated,) = judged.outcomes.values()
    assert validated.findings.select("code", "severity").rows() == found
    assert judged.column("attendance_count") == [None]


PLACES = {
    "in three columns": ({}, "1111054000"),
    "short names": ({"시도": "서울", "시군구": "종로구"}, "1111054000"),
    "in one column": ({"시도": None, "시군구": None, "읍면동": "서울특별시 종로구 삼청동"}, "1111054000"),
    "without a space": ({"시도": "경기", "시군구": "수원시장안구", "읍면동": "파장동"}, "4111156000"),
    "Sejong without a district": ({"시도": "세종특별자치시", "시군구": "", "읍면동": "조치원읍"}, "3611025000"),
}


@pytest.mark.parametrize("case", PLACES)
def test_a_place_is_resolved_to_its_code(case: str) -> None:
    changes, code = PLACES[case]
    absent = [name for name, value in changes.items() if value is None]
    given = {name: value for name, value in changes.items() if value is not None}
    judged = judge(as_csv(table(CLASS | given, without=absent)))
    assert judged.errors == []
    assert judged.column("eupmyeondong_code") == [code]


def test_a_place_that_is_ambiguous_is_never_guessed() -> None:
    rows = table(CLASS | {"읍면동": "중앙동"}, without=["시도", "시군구"])
    judged = judge(as_csv(rows))
    assert [code for code, *_ in judged.places] == ["E_REGION_AMBIGUOUS"]
    assert judged.accepted.height == 0
    assert judged.finding["expected_ko"].startswith("혹시 ")


def test_what_a_refused_row_said_holds_no_column_that_only_another_table_has() -> None:
    contract = load_contracts()["dsc_class"]
    wrong = CLASS | {"수혜자수(순인원)": "여럿"}
    assert set(wrong) == set(CLASS)
    yearless = as_csv([["2020년 가상"], *table({name: text for name, text in wrong.items() if name != "사업연도"})])
    files = {"yearless": yearless, "other": as_csv(table(wrong))}
    candidates = {name: candidates_of(file, submission=name)[1] for name, file in files.items()}
    together = validate_tables(contract, [one for found in candidates.values() for one in found])
    for name, found in candidates.items():
        assert unlike(together, name) == unlike(validate_tables(contract, found), name)
        assert unlike(together, name)[1]

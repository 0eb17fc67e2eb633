"""Numbers as people write them: one table of texts, and columns that agree with it cell by cell."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sciculture_etl.contracts import BilingualText, ContractField
from sciculture_etl.validate.numbers import cast_numbers, own_units, parse_number

WORDS = BilingualText(ko="가상", en="invented")
PERSONS = ContractField(name="n", header="명수", type="count", unit="명", description=WORDS)
FACILITIES = ContractField(name="n", header="개수", type="count", unit="개", description=WORDS)
MONEY = ContractField(name="n", header="금액", type="money", unit="원", description=WORDS)
SCORE = ContractField(name="n", header="점수", type="number", unit="%", unit_aliases=["점"], description=WORDS)

READ = [
    (PERSONS, "1096", 1096),
    (PERSONS, "1,096", 1096),
    (PERSONS, "1 096", 1096),
    (PERSONS, "121,551명", 121551),
    (PERSONS, "121,551 명", 121551),
    (PERSONS, "１２０", 120),
    (PERSONS, "１，０９６", 1096),
    (PERSONS, "15인", 15),
    (PERSONS, "12.0", 12),
    (PERSONS, "'12", 12),
    (PERSONS, "+12", 12),
    (PERSONS, "007", 7),
    (PERSONS, "0", 0),
    (PERSONS, "1.2e3", 1200),
    (PERSONS, "12*", 12),
    (PERSONS, "12¹⁾", 12),
    (PERSONS, "12 1)", 12),
    (PERSONS, "1,234,567", 1234567),
    (FACILITIES, "1,096개", 1096),
    (FACILITIES, "43개소", 43),
    (MONEY, "61,175,000원", 61_175_000),
    (MONEY, "61,175천원", 61_175_000),
    (MONEY, "2백만원", 2_000_000),
    (MONEY, "1.5억원", 150_000_000),
    (SCORE, "89.2", 89.2),
    (SCORE, "89.2%", 89.2),
    (SCORE, "８９．２％", 89.2),
    (SCORE, "4점", 4),
    (SCORE, "8.92E-01", 0.892),
]
NONE = ["-", "–", "—", "－", "없음", "해당없음", "해당 없음", " - "]
REFUSED = [
    (PERSONS, "3,0", "E_NOT_A_NUMBER"),
    (PERSONS, "1,50", "E_NOT_A_NUMBER"),
    (PERSONS, "1,0960", "E_NOT_A_NUMBER"),
    (PERSONS, "1,,096", "E_NOT_A_NUMBER"),
    (PERSONS, "10 96", "E_NOT_A_NUMBER"),
    (PERSONS, "12.5", "E_NOT_A_NUMBER"),
    (PERSONS, "열둘", "E_NOT_A_NUMBER"),
    (PERSONS, "12/15", "E_NOT_A_NUMBER"),
    (PERSONS, "1O", "E_NOT_A_NUMBER"),
    (PERSONS, "nan", "E_NOT_A_NUMBER"),
    (PERSONS, "inf", "E_NOT_A_NUMBER"),
    (PERSONS, "0x10", "E_NOT_A_NUMBER"),
    (PERSONS, "1_000", "E_NOT_A_NUMBER"),
    (PERSONS, "99999999999999999999", "E_NOT_A_NUMBER"),
    (SCORE, "4.", "E_NOT_A_NUMBER"),
    (SCORE, ".5", "E_NOT_A_NUMBER"),
    (SCORE, "1e400", "E_NOT_A_NUMBER"),
    (PERSONS, "#DIV/0!", "E_NOT_A_NUMBER"),
    (PERSONS, "약 300명", "E_APPROXIMATE"),
    (PERSONS, "약300", "E_APPROXIMATE"),
    (PERSONS, "50여명", "E_APPROXIMATE"),
    (PERSONS, "300명 내외", "E_APPROXIMATE"),
    (PERSONS, "300 이상", "E_APPROXIMATE"),
    (PERSONS, "미정", "E_APPROXIMATE"),
    (PERSONS, "10~15", "E_APPROXIMATE"),
    (PERSONS, "12회", "E_UNIT_MISMATCH"),
    (PERSONS, "12%", "E_UNIT_MISMATCH"),
    (PERSONS, "3천원", "E_UNIT_MISMATCH"),
    (FACILITIES, "43명", "E_UNIT_MISMATCH"),
    (SCORE, "89명", "E_UNIT_MISMATCH"),
    (PERSONS, "-3", "E_NEGATIVE"),
    (PERSONS, "△3", "E_NEGATIVE"),
    (PERSONS, "−3명", "E_NEGATIVE"),
    (MONEY, "-1,000원", "E_NEGATIVE"),
    (PERSONS, "…", "E_NOT_AVAILABLE"),
    (PERSONS, "...", "E_NOT_AVAILABLE"),
    (PERSONS, "x", "E_SUPPRESSED"),
    (PERSONS, "X", "E_SUPPRESSED"),
    (PERSONS, "*", "E_SUPPRESSED"),
]


@pytest.mark.parametrize(("fld", "text", "value"), READ)
def test_a_number_is_read_as_meant(fld: ContractField, text: str, value: float) -> None:
    parsed = parse_number(text, fld.type, own_units(fld))
    assert (parsed.value, parsed.code) == (value, None)


@pytest.mark.parametrize(("fld", "text", "code"), REFUSED)
def test_what_is_no_exact_number_is_never_loaded_as_one(fld: ContractField, text: str, code: str) -> None:
    parsed = parse_number(text, fld.type, own_units(fld))
    assert (parsed.value, parsed.code) == (None, code)


@pytest.mark.parametrize("text", NONE)
def test_a_dash_counts_none_and_scores_nothing(text: str) -> None:
    assert parse_number(text, "count", ("명",)).value == 0
    assert parse_number(text, "money", ("원",)).value == 0
    score = parse_number(text, "number", ("%",))
    assert (score.value, score.code) == (None, None)


@pytest.mark.parametrize("fld", [PERSONS, MONEY, SCORE], ids=lambda fld: fld.type)
def test_a_column_agrees_with_its_cells_on_every_text_of_these_tables(fld: ContractField) -> None:
    agree(fld, [text.strip() for text in [*(case[1] for case in READ), *(case[1] for case in REFUSED), *NONE]])


def agree(fld: ContractField, texts: list[str]) -> None:
    column = cast_numbers(pl.Series("text", texts, dtype=pl.String), fld)
    cells = [parse_number(text, fld.type, own_units(fld)) for text in texts]
    whole = fld.type == "money"  # sums of money are kept to the won
    assert column["value"].to_list() == [round(c.value) if whole and c.value else c.value for c in cells]
    assert column["code"].to_list() == [cell.code for cell in cells]


# Single spaces only and none at the ends: cells come stripped.
WRITTEN = st.text("0123456789０１,. -+~약여명회원천%*xXeE…가¹⁾1)△", min_size=1, max_size=9).map(str.strip).filter(bool)
PLAIN = st.one_of(
    st.integers(-5, 10**17).map(str),
    st.integers(0, 10**9).map("{:,}".format),
    st.floats(0, 1e12).map(str),
    st.floats(-10, 1e6).map("{:.2f}".format),
    st.sampled_from(["Infinity", "NaN", "1e400", "1e-3", "+5", "-0", "00", "9007199254740993", "1.", ".5", "0.0"]),
)


@pytest.mark.parametrize("fld", [PERSONS, MONEY, SCORE], ids=lambda fld: fld.type)
@settings(max_examples=150, deadline=None)
@given(texts=st.lists(st.one_of(WRITTEN, PLAIN), min_size=1, max_size=20))
def test_a_column_agrees_with_its_cells_on_any_text(fld: ContractField, texts: list[str]) -> None:
    agree(fld, texts)


@given(st.integers(0, 2**53 - 1))
def test_every_count_is_read_back_in_every_spelling(count: int) -> None:
    for text in [str(count), f"{count:,}", f"{count:,}명", f"{count:,} 명"]:
        assert parse_number(text, "count", ("명",)).value == count


def test_a_blank_column_is_blank() -> None:
    column = cast_numbers(pl.Series("text", [None, None], dtype=pl.String), PERSONS)
    assert column.rows() == [(None, None), (None, None)]
    assert cast_numbers(pl.Series("text", [], dtype=pl.String), PERSONS).height == 0


def test_the_unit_of_title_or_header_is_applied_to_cells_that_name_none() -> None:
    texts = ["61,175", "12원", "3천원", None, "-", "61,175.5", "7", "99,999,999,999"]
    scales = [1000, 1000, 1000, 1000, 1000, 1000, 1, 100_000_000]
    column = cast_numbers(pl.Series("text", texts), MONEY, pl.Series(scales))
    assert column["value"].to_list() == [61_175_000, 12, 3000, None, 0, 61_175_500, 7, None]
    assert column["code"].to_list() == [*[None] * 7, "E_NOT_A_NUMBER"]

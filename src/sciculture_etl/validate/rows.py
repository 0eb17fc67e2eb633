"""Which rows of a table are no data: blanks, footnotes, examples, repeated headers, subtotals."""

from __future__ import annotations

import re

import polars as pl

from sciculture_etl.contracts import Contract, ContractField

# A mark of notes, a short label with a colon (``자료:``, ``작성일:``), or who made it and when. (주)가상 is a company.
FOOTNOTE = (
    r"^(?:※|[*＊]\s*[^\d\s]|[*＊][)）]|주\s*\d*\s*[)）:：]|[(\[（]\s*주\s*\d+\s*[)\]）]|[(\[（]?주\s*\d*\s*[:：]"
    r"|[가-힣][가-힣\s]{1,9}[:：]|☞|▶|[□■◆◇▣●]|[○ㅇ]\s|[①-⑳]|(?:작성|제출|담당|확인|문의|보고)(?:일자?|일시|자|기관|부서|처)?\s*$)"
)
# A mark, and no beginning of a name: 예시로 배우는 과학, 샘플 관찰하기.
EXAMPLE = (
    r"(?i)^[※*☞]?\s*[(<\[【（]?\s*(?:(?:예시|작성\s*예시?|기재\s*예시?)(?:행|자료|데이터|입니다|임)?(?:[^가-힣]|$)"
    r"|(?:샘플|견본|보기|예|ex|sample)\s*\d*\s*(?:행)?\s*(?:[.)>\]】）:：]|$))"
)
# In another column than the first only as a mark: a class may be called 예시로 배우는 과학.
EXAMPLE_SIGN = r"^[(<\[【（]?\s*(?:예시|작성\s*예시?|기재\s*예시?)\s*(?:[)>\]】）:：]|$)|^[(<\[【（]?예\s*[)）]"
WORDS = r"소계|합계|총계|누계|총합계|총합|계"
ENGLISH = r"(?:grand|sub)?-?totals?|sum"
DERIVED = r"평균|average|avg\.?|구성비|비율|비중|(?:전년도?대비)?증감[율률]?|전년도?대비"
# A label that is nothing but a word for a total; and what a row that lacks a label may end in (``1분기 소계``).
TOTAL_WORD = rf"(?i)^[(<\[【■□※]?(?:{WORDS}|{ENGLISH}|{DERIVED})[)>\]】:：]?(?:[(\[][^)\]]*[)\]])?$"
SUBTOTAL = r"(?:소계|합계|총계|누계|총합)(?:\(.*\)|[^가-힣]*)$|^전체$"
PART_TOTAL = r"[\s)\]]계$"  # before white space is taken away: 1분기 계
SIDO = "서울|부산|대구|인천|광주|대전|울산|세종|경기|강원|충북|충남|전북|전남|경북|경남|제주"
PLACE_TOTAL = rf"(?:시|도|군|구|권역|{SIDO})계$"  # in a column of places: 경상북도 계
# In such a column where others name places: all of them together, or all within the wider one.
ALL_PLACES = rf"^(?:전국|전체|전지역|전시도|전시군구|전읍면동|모든지역|(?:{SIDO}|.{{1,12}}[시도군구])전체)(?:합?계)?$"
ANY_TOTAL = (
    r"(?i)전\s*(?:국|지\s*역|시\s*[도군]|읍)|모\s*든|계|총\s*합"
    r"|total|sum|평\s*균|average|avg|비\s*율|비\s*중|구\s*성|증\s*감|대\s*비|전\s*체"
)
GRAND_TOTAL = r"(?i)(?:합계|총계)[)>\]】]?$|^[(<\[【]?(?:계|total|grandtotal)[)>\]】]?$"
# Totals that go on from earlier tables, and rows that are no sums at all.
NO_SUM = rf"(?i)누계[)>\]】]?$|^[(<\[【]?(?:{DERIVED})[)>\]】:：]?(?:\(|$)"


def label_columns(contract: Contract, frame: pl.DataFrame) -> list[str]:
    """Columns in which the word 소계 or 합계 may stand: all that hold no measure."""
    return [name for name, fld in contract.fields.items() if not fld.is_measure and name in frame.columns]


def _total_codes(fld: ContractField) -> list[str]:
    return [
        spelled
        for code, words in fld.values.items()
        for spelled in (code, *words)
        if re.search(f"{TOTAL_WORD}|^전체$", spelled)
    ]


class _Texts:
    """Columns of texts that are asked by what is distinct in them: most rows repeat what others say."""

    def __init__(self, frame: pl.DataFrame, names: list[str]) -> None:
        self._distinct = {name: frame[name].unique().drop_nulls() for name in names}

    def have(self, name: str, pattern: str, squeezed: bool = False) -> pl.Expr:
        """Whether the text of a column, with or without its white space, has a pattern."""
        distinct = self._distinct[name]
        texts = distinct.str.replace_all(r"\s", "") if squeezed else distinct
        found = distinct.filter(texts.str.contains(pattern))
        return pl.col(name).is_in(found.implode()) if found.len() else pl.lit(False)


def left_out(contract: Contract, frame: pl.DataFrame) -> pl.Series:
    """Per row why it is no data (``blank``, ``footnote``, ``example``, ``header``, ``subtotal``, ``other``).

    Null for data.

    frame: raw texts by field with the place columns. A subtotal is a row with a label that is nothing but a word for a
    total, or one that lacks a required label and ends in such a word in another. A lone cell below the last
    fuller row of its table is a note (a date, a signature).
    """
    labels = label_columns(contract, frame)
    # A form that requires no label is judged by all it has.
    required = [name for name in labels if contract.fields[name].required] or labels
    asked = [name for name, fld in contract.fields.items() if fld.required]
    measured = [name for name in asked if contract.fields[name].is_measure]
    texts = ["first_text", *labels]
    said = _Texts(frame, texts)
    # A note that a comma cut in pieces stands in the first columns and tells no number.
    cut_up = pl.all_horizontal(pl.col(measured).is_null()) if measured else pl.lit(False)
    # 주)가상 with all that is asked for is a company whose bracket went missing.
    company = said.have("first_text", r"^주[)）]\S") & pl.all_horizontal(pl.col(asked).is_not_null())
    few = (pl.col("filled") <= 2) | (
        cut_up & pl.any_horizontal(pl.col(required).is_null()) & said.have("first_text", "^[※☞]")
    )
    full = pl.col("reached") >= max(2, (len(asked) + 1) // 2)
    last_full = pl.when(full).then("index").max().over("part_key")
    after = (pl.col("index") > last_full) & (pl.col("reached") <= min(2, max(1, len(asked) // 3)))
    # A total may be told of one measure alone; it is held to its rows all the same.
    after &= ~said.have("first_text", TOTAL_WORD, squeezed=True).fill_null(False) | (pl.col("filled") < 2)
    classified = frame.with_row_index("index").select(
        "index",
        pl.when(pl.col("filled") == 0)
        .then(pl.lit("blank"))
        .when(pl.col("aside").is_not_null())
        .then("aside")
        .when((few & said.have("first_text", FOOTNOTE) & ~company) | after)
        .then(pl.lit("footnote"))
        .when(said.have("first_text", EXAMPLE) | pl.any_horizontal(said.have(name, EXAMPLE_SIGN) for name in labels))
        .then(pl.lit("example"))
        .alias("reason"),
    )
    reasons = classified["reason"]
    open_rows = frame.select(*texts).with_row_index("index").filter(reasons.is_null())
    # Every word for a total has one of these syllables: the patterns are then looked for in few rows.
    worded = open_rows.filter(pl.any_horizontal(said.have(name, ANY_TOTAL) for name in texts))
    totals = worded.filter(_is_total_text(contract, texts, required))["index"]
    totals = pl.concat([totals, _rows_of_all_places(contract, frame, reasons, worded["index"])])
    is_total = pl.int_range(frame.height, eager=True).is_in(totals.implode())
    return pl.select(pl.when(pl.lit(is_total)).then(pl.lit("subtotal")).otherwise(pl.lit(reasons))).to_series()


def _rows_of_all_places(contract: Contract, frame: pl.DataFrame, reasons: pl.Series, suspects: pl.Series) -> pl.Series:
    """Rows in which all places stand together (``전국``, ``전체``).

    Only where other rows of the table name places of the same column within the same wider place: else such a row is
    the only one that tells of them.
    """
    places = [fld.name for fld in contract.region_fields]
    found = [suspects.clear()]
    for at, name in enumerate(places if suspects.len() else []):
        squeezed = frame[name].str.replace_all(r"\s", "")
        is_all = squeezed.gather(suspects).str.contains(ALL_PLACES).fill_null(False)
        if not is_all.any():
            continue
        within = ["part_key", *places[:at]]
        named = frame.filter(reasons.is_null() & ~squeezed.str.contains(ALL_PLACES).fill_null(True)).select(within)
        rows = suspects.filter(is_all)
        wider = frame[rows].select(within).with_columns(rows.alias("index"))
        found.append(wider.join(named.unique(), on=within, how="semi", nulls_equal=True)["index"])
    return pl.concat(found).unique()


def _is_total_text(contract: Contract, texts: list[str], required: list[str]) -> pl.Expr:
    # What is a code of its own in a column (회원구분: 계) is no word for a total there.
    own = {name: _total_codes(contract.fields[name]) for name in texts if name in contract.fields}
    cells = {name: pl.col(name).str.replace_all(r"\s", "") for name in texts}
    squeezed = {name: pl.when(~cell.is_in(own.get(name, []))).then(cell) for name, cell in cells.items()}
    places = {fld.name for fld in contract.region_fields}
    lacking = pl.any_horizontal(pl.col(name).is_null() for name in required)
    ending = pl.any_horizontal(
        *(cell.str.contains(SUBTOTAL) for cell in squeezed.values()),
        *(pl.col(name).str.contains(PART_TOTAL) for name in texts),
        *(cell.str.contains(PLACE_TOTAL) for name, cell in squeezed.items() if name in places),
    )
    # 전국 alone among the labels sums up all places, in whatever column it stands.
    alone = pl.sum_horizontal(pl.col(name).is_not_null() for name in required) <= 1
    ending |= alone & pl.any_horizontal(squeezed[name] == "전국" for name in required)
    return pl.any_horizontal(cell.str.contains(TOTAL_WORD) for cell in squeezed.values()) | (lacking & ending)

"""Which rows of a table are no data: blanks, footnotes, examples, repeated headers, subtotals."""

from __future__ import annotations

import re

import polars as pl

from sciculture_etl.contracts import Contract, ContractField
from sciculture_etl.read.headers import normalise_header

# A mark of notes, or a short label with a colon (``자료:``, ``작성일:``).
FOOTNOTE = r"^(?:※|\*\s*[^\d\s]|\*\)|[(\[]?주\s*\d*\s*[)\]:：]|[가-힣][가-힣\s]{1,9}[:：]|☞|▶|□|○\s)"
EXAMPLE = r"^[(<\[【]?\s*(?:예시|작성\s*예|기재\s*예|(?:보기|예)\s*[)>\]】:：])"
# In another column than the first only as a mark: a class may be called 예시로 배우는 과학.
EXAMPLE_MARK = r"^[(<\[【]?\s*(?:예시|작성\s*예|기재\s*예)\s*[)>\]】:：]"
# A label that is nothing but a word for a total; and what a row that lacks a label may end in (``합계(2020)``).
TOTAL_WORD = r"^[(<\[【]?(?:소계|합계|총계|누계|총합계|총합|계)[)>\]】:：]?$"
SUBTOTAL = TOTAL_WORD + r"|(?:소계|합계|총계|누계|총합)(?:\(.*\)|[^가-힣]*)$"
PLACE_TOTAL = r"(?:시|도|군|구|권역)계$"  # in a column of places: 경상북도 계
GRAND_TOTAL = r"(?:합계|총계)[)>\]】]?$|^[(<\[【]?계[)>\]】]?$"
RUNNING_TOTAL = r"누계[)>\]】]?$"


def label_columns(contract: Contract, frame: pl.DataFrame) -> list[str]:
    """Columns in which the word 소계 or 합계 may stand: all that hold no measure."""
    return [name for name, fld in contract.fields.items() if not fld.is_measure and name in frame.columns]


def _total_codes(fld: ContractField) -> list[str]:
    return [said for words in fld.values.values() for said in words if re.search(TOTAL_WORD, said)]


def left_out(contract: Contract, frame: pl.DataFrame) -> pl.Series:
    """Per row why it is no data (``blank``, ``footnote``, ``example``, ``header``, ``subtotal``), null for data.

    frame: raw texts by field with the place columns. A subtotal is a row with a label that is nothing but a word for a
    total, or one that lacks a required label and ends in such a word in another. A lone cell below the last
    fuller row of its table is a note (a date, a signature).
    """
    labels = label_columns(contract, frame)
    # A form that requires no label is judged by all it has.
    required = [name for name in labels if contract.fields[name].required] or labels
    text = pl.col("first_text")
    few = pl.col("filled") <= 2
    last_full = pl.when(pl.col("filled") > 1).then("index").max().over("part_key")
    told = frame.with_row_index("index").select(
        "index",
        pl.when(pl.col("filled") == 0)
        .then(pl.lit("blank"))
        .when((few & text.str.contains(FOOTNOTE)) | ((pl.col("filled") == 1) & (pl.col("index") > last_full)))
        .then(pl.lit("footnote"))
        .when(text.str.contains(EXAMPLE) | pl.any_horizontal(pl.col(labels).str.contains(EXAMPLE_MARK)))
        .then(pl.lit("example"))
        .alias("reason"),
    )
    reasons = told["reason"]
    open_rows = frame.select("first_text", *labels).with_row_index("index").filter(reasons.is_null())
    # What is a code of its own in a column (회원구분: 계) is no word for a total there.
    own = {name: _total_codes(contract.fields[name]) for name in labels}
    texts = ["first_text", *labels]
    squeezed = [pl.col(name).str.replace_all(r"\s", "") for name in texts]
    squeezed = [pl.when(~cell.is_in(own.get(name, []))).then(cell) for name, cell in zip(texts, squeezed, strict=True)]
    # Only rows that lack a required label can be totals, and every word for one has this syllable: the patterns are
    # then looked for in few cells.
    lacking = open_rows.filter(
        pl.any_horizontal(pl.col(name).is_null() for name in required),
        pl.any_horizontal(pl.col(name).str.contains(r"계|총\s*합") for name in texts),
    )
    worded = open_rows.filter(pl.any_horizontal(pl.col(name).str.contains(r"계|총\s*합") for name in texts)).filter(
        pl.any_horizontal(cell.str.contains(TOTAL_WORD) for cell in squeezed)
    )["index"]
    places = {fld.name for fld in contract.region_fields}
    of_place = [cell.str.contains(PLACE_TOTAL) for name, cell in zip(texts, squeezed, strict=True) if name in places]
    ending = lacking.filter(pl.any_horizontal(*(cell.str.contains(SUBTOTAL) for cell in squeezed), *of_place))["index"]
    totals = pl.concat([worded, ending]).unique()
    first = required[0]
    known = {name: [normalise_header(s) for s in contract.fields[name].spellings] for name in required}
    raw = contract.fields[first].spellings
    alike = open_rows.filter(pl.col(first).is_in(raw))
    headers = (
        alike.filter(
            pl.all_horizontal(
                pl.col(name).is_null()
                | pl.col(name).map_elements(normalise_header, return_dtype=pl.String).is_in(spellings)
                for name, spellings in known.items()
            )
        )["index"]
        if alike.height
        else alike["index"]
    )
    index = pl.int_range(frame.height, eager=True)
    return (
        frame.select(
            pl.when(pl.lit(index).is_in(headers.implode()))
            .then(pl.lit("header"))
            .when(pl.lit(index).is_in(totals.implode()))
            .then(pl.lit("subtotal"))
            .otherwise(pl.lit(reasons))
            .alias("left_out")
        )
    ).to_series()

"""Parts of the year (halves, quarters, months) of rows, and rows of another part than their file speaks for."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

import polars as pl

from sciculture_etl.contracts import Contract, ContractField
from sciculture_etl.tables.stated_terms import SEVERAL_TERMS, stated_term, stated_terms
from sciculture_etl.validate.blocks import Block, per_row
from sciculture_etl.validate.cells import NOTHING, by_distinct, cast_plain, check_values, failed
from sciculture_etl.validate.dates import year_of_term
from sciculture_etl.validate.declared import NAME, PLACES, SHEET, TITLE, Report, rows_of_others

Stated = list[tuple[str, frozenset[int]]]  # of each block: where its parts of the year are declared, and which


def cast_terms(
    contract: Contract,
    fld: ContractField,
    rows: pl.DataFrame,
    blocks: list[Block],
    columns: dict[str, pl.Series],
    years: pl.Series,
    report: Report,
) -> pl.Series:
    """The part of the year of each row, and what is wrong with it.

    It is that of its cell, else of the title, the sheet's or the file's name, else of its date. A row of another part
    than is declared is an error at its cell, or at its date's.
    """
    cast = cast_plain(contract, fld, rows[fld.name])
    blank = rows[fld.name].is_null() | rows[fld.name].is_in(NOTHING)
    terms = pl.DataFrame({"own": cast["value"], "blank": blank.fill_null(True)}).with_columns(
        per_row(rows, [_stated_term(fld, block) for block in blocks], pl.Int16()).alias("said"),
        per_row(rows, [fld.name in block.letters for block in blocks], pl.Boolean()).alias("asked"),
        _term_of_dates(contract, fld, rows, columns).alias("dated"),
    )
    # What can't be read is an error, not the title's or the date's; a blank where the form asks is no whole year.
    elsewhere = pl.coalesce("said", "dated")
    if fld.required:
        elsewhere = pl.when(~pl.col("asked")).then(elsewhere)
    value = pl.when(~pl.col("blank")).then("own").otherwise(elsewhere)
    several = pl.col("blank") & pl.col("said").eq_missing(SEVERAL_TERMS)
    missing = pl.col("blank") & value.is_null() & pl.col("asked") & pl.lit(fld.default is not None)
    judged = terms.select(
        pl.when(~several).then(value).alias("value"),
        pl.coalesce(pl.lit(cast["code"]), pl.when(several | missing).then(pl.lit("E_REQUIRED_MISSING"))).alias("code"),
    )
    values, failing = check_values(fld, judged["value"], judged["code"], rows[fld.name])
    # A row of which it can't be told what part of the year it belongs to would replace the wrong one.
    report(fld.name, failing, True)
    report(fld.name, _of_other_years(rows[fld.name], years), True)
    if fld.said:
        own = values.zip_with(~terms["blank"], values.clear(rows.height))
        stated = _declared(fld, own, rows, blocks)
        report(fld.name, _others(fld, own, rows, blocks, stated), True)
        if fld.from_date:
            started = _outside(contract, fld, columns, stated, rows).zip_with(terms["blank"], values.clear(rows.height))
            report(fld.from_date, _others(fld, started, rows, blocks, stated), True)
    return values


def _of_other_years(texts: pl.Series, years: pl.Series) -> pl.DataFrame:
    """Cells that say another year (``2021년 1분기``) than their row is of (``cells.FAILED``)."""
    said = by_distinct(texts, lambda text: (year_of_term(text), None), pl.Int16())["value"]
    apart = pl.DataFrame({"said": said, "own": years}).with_row_index("index").filter(pl.col("said") != pl.col("own"))
    ko, en = apart.select(
        pl.format("이 행의 사업연도는 {}년입니다.", "own").alias("ko"), pl.format("the row is of {}", "own").alias("en")
    )
    return failed(apart["index"], "E_YEAR_MISMATCH", ko, en)


def _declared(fld: ContractField, own: pl.Series, rows: pl.DataFrame, blocks: list[Block]) -> Stated:
    seen: dict[str, Counter[int]] = defaultdict(Counter)
    written = pl.DataFrame({"key": rows["part_key"], "term": own}).drop_nulls()
    for key, term, count in written.group_by("key", "term").len().iter_rows():
        seen[blocks[key].candidate.submission_id][term] += count
    return [_declared_terms(fld, block, seen[block.candidate.submission_id]) for block in blocks]


def _declared_terms(fld: ContractField, block: Block, seen: Counter[int]) -> tuple[str, frozenset[int]]:
    """Where it is declared, and what; nothing where all are."""
    table = block.table
    for place, text in ((TITLE, table.title), (SHEET, table.sheet or ""), (NAME, block.candidate.file_name)):
        if stated_term(text, fld.terms) is None:
            continue
        terms = stated_terms(text, fld.terms)
        # A month in a file's name may be the one in which it was sent, or the last of those in it.
        few = 2 * sum(seen[term] for term in terms) < seen.total()
        if len(terms) == fld.terms or (place == NAME and fld.terms == 12 and (few or not terms & seen.keys())):
            break
        return place, terms
    return TITLE, frozenset()


def _others(
    fld: ContractField, terms: pl.Series, rows: pl.DataFrame, blocks: list[Block], stated: Stated
) -> pl.DataFrame:
    """Rows of another part of the year than is declared for their table (``cells.FAILED``)."""

    def words(key: int, counts: dict[int, int], is_all: bool) -> tuple[str, str]:
        place, own = stated[key]
        ko_rows = ", ".join(f"{describe_terms(fld, [term])} {count:,}행" for term, count in sorted(counts.items()))
        en_rows = ", ".join(f"{count:,} of {term or 'the whole year'}" for term, count in sorted(counts.items()))
        ko, en = PLACES[place]
        ko_own, en_own = describe_terms(fld, own), ", ".join(map(str, sorted(own)))
        ko_do = f"{describe_terms(fld, counts)} 자료가 맞으면 {ko}" if is_all else "그 행"
        return (
            f"{ko}에는 {ko_own} 자료로 적혀 있으나 표에는 {ko_rows}이 있습니다. {ko_do}의 기간을 고쳐 주시기 바랍니다. "
            f"여러 기간의 자료이면 제목 줄에 그 기간을 모두 적어 주시기 바랍니다.",
            f"{en} says {en_own} (of {fld.terms} parts of the year), and the table holds rows of others: {en_rows}. "
            f"Correct {en if is_all else 'those rows'}; a file of several parts says so in its title.",
        )

    return rows_of_others(terms, rows, blocks, [own for _, own in stated], words)


def _outside(
    contract: Contract, fld: ContractField, columns: dict[str, pl.Series], stated: Stated, rows: pl.DataFrame
) -> pl.Series:
    """The part of the year in which a row began, where none from then to its end is declared for its table."""
    assert fld.from_date
    start = columns[fld.from_date]
    end = columns[contract.period[1].name] if contract.period else start
    months = 12 // fld.terms
    dated = pl.DataFrame({"start": start, "end": end.fill_null(start), "key": rows["part_key"]}).select(
        ((pl.col("start").dt.month().cast(pl.Int16) - 1) // months + 1).alias("first"),
        pl.when(pl.col("start").dt.year() == pl.col("end").dt.year())
        .then((pl.col("end").dt.month().cast(pl.Int16) - 1) // months + 1).alias("last"),
        "key",
    ).with_columns(
        *(per_row(rows, [bound(own, default=None) for _, own in stated], pl.Int16()).alias(name)
          for name, bound in (("least", min), ("most", max)))
    )  # fmt: skip
    apart = (pl.col("last") < pl.col("least")) | (pl.col("first") > pl.col("most"))
    return dated.select(pl.when(apart).then("first")).to_series()


def _stated_term(fld: ContractField, block: Block) -> int | None:
    if not fld.said:
        return None
    texts = (block.table.title, block.table.sheet or "", block.candidate.file_name)
    found = next((term for text in texts if (term := stated_term(text, fld.terms)) is not None), None)
    # Dates tell the parts of what is of several; the whole year is a term only where the form knows it.
    if found == SEVERAL_TERMS and fld.from_date:
        return None
    return None if found == 0 and fld.default is None else found


def _term_of_dates(
    contract: Contract, fld: ContractField, rows: pl.DataFrame, columns: dict[str, pl.Series]
) -> pl.Series:
    """Where all of a table began in one term, that; else where all ended in one, that; else each row's own start.

    What went on all year says nothing of the term that a table is of.
    """
    if not fld.from_date:
        return pl.Series([None], dtype=pl.Int16).new_from_index(0, rows.height)
    start = columns[fld.from_date]
    end = columns[contract.period[1].name] if contract.period else start
    dated = pl.DataFrame({"part": rows["part_key"], "first": start, "last": end.fill_null(start)})
    term = [((pl.col(name).dt.month().cast(pl.Int16) - 1) // (12 // fld.terms) + 1) for name in ("first", "last")]
    days = (pl.col("last") - pl.col("first")).dt.total_days()
    spans = dated.with_columns(starts=term[0], ends=term[1], yearlong=days >= 364)
    of_part = spans.filter(~pl.col("yearlong")).group_by("part").agg(
        one_start=pl.col("starts").min().eq_missing(pl.col("starts").max()), start=pl.col("starts").min(),
        one_end=pl.col("ends").min().eq_missing(pl.col("ends").max()), end=pl.col("ends").min(),
    )  # fmt: skip
    return (
        spans.join(of_part, on="part", how="left", maintain_order="left")
        .select(pl.when("one_start").then("start").when("one_end").then("end").otherwise("starts"))
        .to_series()
    )


def describe_terms(fld: ContractField, terms: Iterable[int]) -> str:
    """``1분기``, ``상반기``, ``3·5월``, ``연간``."""
    ordered = sorted(set(terms))
    if fld.terms == 2:
        return "·".join({0: "연간", 1: "상반기", 2: "하반기"}.get(term, str(term)) for term in ordered)
    unit = "월" if fld.terms == 12 else "분기"
    return "연간" if ordered == [0] else "·".join(map(str, ordered)) + unit

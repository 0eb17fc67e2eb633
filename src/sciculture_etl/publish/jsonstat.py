"""JSON-stat 2.0: ``jsonstat/<program>.<level>.json``, a file for each cube, and ``jsonstat/collection.json``."""

from __future__ import annotations

from collections.abc import Iterable
from math import prod
from pathlib import Path
from typing import Any

import orjson

from sciculture_etl.contracts.yaml_files import BilingualText
from sciculture_etl.disclosure import published_relation
from sciculture_etl.publish.about import about, release_texts
from sciculture_etl.publish.files import Content
from sciculture_etl.publish.observations import (
    TABLE,
    Rows,
    column_of_symbols,
    measure_names,
    program_names,
    region_names,
)

FINAL = "final"
# A cube that is emptier than this is shorter as an object of the values that it has.
DENSE_FROM = 0.5
Sparse = list[Any] | dict[str, Any]


def _split(cube: str) -> tuple[str, str]:
    program, _, level = cube.partition(".")
    return program, level


def _observations(content: Content, cube: tuple[str, str]) -> Rows:
    table_contract = content.table_contracts[TABLE]
    query = f"""
        SELECT program_year, region_code, measure, value, coalesce({column_of_symbols(table_contract)}, status), unit,
        is_additive
        FROM {published_relation(table_contract)}
        WHERE program_code = ? AND region_level = ? ORDER BY program_year, region_code, measure
    """
    return content.connection.execute(query, list(cube)).fetchall()


def _sparse(found: dict[int, Any], size: int) -> Sparse:
    """Position → value as a list, where most positions have one, else as an object."""
    if len(found) >= size * DENSE_FROM:
        return [found.get(position) for position in range(size)]
    return {str(position): value for position, value in found.items()}


def _number(value: float | None) -> float | int | None:
    return int(value) if value is not None and value.is_integer() else value


def _decimals(values: Iterable[float | None]) -> int:
    """With how many digits after the point the most exact of the values is written."""
    texts = [str(_number(value)) for value in values if value is not None]
    return max((len(text.partition(".")[2]) for text in texts), default=0)


def dataset(content: Content, cube: str) -> dict[str, Any]:
    """A cube of year, region and measure.

    ``status`` has the mark of a value, or whether its year is provisional or was revised; final ones have none.
    """
    program, level = _split(cube)
    rows = _observations(content, (program, level))
    regions = region_names(content.connection, content.table_contracts[TABLE], (program, level))
    years = sorted({row[0] for row in rows})
    measures = sorted({row[2] for row in rows})
    about_measure = {row[2]: (row[5], row[6]) for row in rows}
    names = measure_names(content)
    categories: dict[str, dict[str, str]] = {
        "program_year": {str(year): str(year) for year in years},
        "region": {code: name.both for code, name in regions.items()},
        "measure": {name: names[name].both if name in names else name for name in measures},
    }
    size = [len(labels) for labels in categories.values()]
    year_at, region_at, measure_at = (
        {code: position for position, code in enumerate(labels)} for labels in categories.values()
    )
    values: dict[int, Any] = {}
    symbols: dict[int, str] = {}
    for year, region, measure, value, mark, *_ in rows:
        position = (year_at[str(year)] * size[1] + region_at[region]) * size[2] + measure_at[measure]
        values[position] = _number(value)
        if mark and mark != FINAL:
            symbols[position] = mark
    described, texts = about(content.manifest), release_texts()
    licence = described.licence
    found: dict[str, Any] = {
        "version": "2.0",
        "class": "dataset",
        "label": _title(content, program, level).both,
        "source": described.publisher.both,
        "note": [texts.legend.ko, texts.legend.en],
        "role": {"time": ["program_year"], "geo": ["region"], "metric": ["measure"]},
        "id": [*categories],
        "size": size,
        "dimension": {
            name: {"label": texts.dimensions[name].both, "category": {"index": [*labels], "label": labels}}
            for name, labels in categories.items()
        },
        "value": _sparse(values, prod(size)),
    }
    found["dimension"]["measure"]["category"]["unit"] = {
        name: {"label": about_measure[name][0], "decimals": _decimals(row[3] for row in rows if row[2] == name)}
        for name in measures
    }
    if symbols:
        same = len(symbols) == len(rows) and len(set(symbols.values())) == 1
        found["status"] = next(iter(symbols.values())) if same else {str(at): mark for at, mark in symbols.items()}
    found["extension"] = {
        "program_code": program,
        "region_level": level,
        "is_additive": {name: about_measure[name][1] for name in measures},
        "licence": {"code": described.licence_code, "title": licence.title.both, "url": licence.url},
    }
    return found


def _title(content: Content, program: str, level: str) -> BilingualText:
    name = program_names(content).get(program, BilingualText(ko=program, en=program))
    of_level = content.table_contracts[TABLE].columns["region_level"].codes.get(level)
    unit = of_level or BilingualText(ko=level, en=level)
    return BilingualText(ko=f"{name.ko} ({unit.ko})", en=f"{name.en} ({unit.en})")


def write_dataset(content: Content, cube: str, target: Path) -> None:
    target.write_bytes(orjson.dumps(dataset(content, cube)) + b"\n")


def write_collection(content: Content, _cube: str, target: Path) -> None:
    """The list of cubes, each by the name of its file."""
    items = [
        {"class": "dataset", "href": f"{cube}.json", "label": _title(content, *_split(cube)).both}
        for cube in content.manifest["cubes"]
    ]
    found = {
        "version": "2.0",
        "class": "collection",
        "label": release_texts().title.both,
        "link": {"item": items},
    }
    target.write_bytes(orjson.dumps(found, option=orjson.OPT_INDENT_2) + b"\n")

"""SDMX: ``sdmx/observations.csv`` (SDMX-CSV 2.0) and ``sdmx/structure.json``, which says what its columns hold.

A withheld value is missing with status Q (suppressed) and confidentiality C, whether it was withheld for itself or for
another: which of the two is described nowhere.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from sciculture_etl.contracts.yaml_files import BilingualText
from sciculture_etl.disclosure import published_relation
from sciculture_etl.publish.about import release_texts
from sciculture_etl.publish.files import Content
from sciculture_etl.publish.observations import (
    NOT_YET,
    TABLE,
    WITHHELD,
    column_of_symbols,
    measure_names,
    program_names,
    region_names,
)
from sciculture_etl.settings import sql_text

AGENCY, FLOW, STRUCTURE, VERSION = "SCICULTURE", "PROGRAM_LEVEL_YEAR", "DSD_PROGRAM_LEVEL_YEAR", "1.0.0"
DIMENSIONS = ("PROGRAM", "REGION_LEVEL", "REF_AREA", "INDICATOR")
TIME, VALUE = "TIME_PERIOD", "OBS_VALUE"
# Attribute → its code list, ours or the one that all agencies share.
ATTRIBUTES = {
    "OBS_STATUS": "SDMX:CL_OBS_STATUS(2.2)",
    "CONF_STATUS": "SDMX:CL_CONF_STATUS(1.3)",
    "UNIT_MEASURE": "",
    "ROW_STATUS": "",
    "IS_REMAINDER": "",
}
# A unit as a code: codes have no spaces.
UNIT = "regexp_replace(unit, '[^A-Za-z0-9_@$-]+', '_', 'g')"
URN = "urn:sdmx:org.sdmx.infomodel"


def write_observations(content: Content, _table: str, target: Path) -> None:
    table_contract = content.table_contracts[TABLE]
    mark = column_of_symbols(table_contract)
    query = f"""
        SELECT
            'dataflow' AS "STRUCTURE",
            '{AGENCY}:{FLOW}({VERSION})' AS "STRUCTURE_ID",
            'R' AS "ACTION",
            program_code AS "PROGRAM",
            region_level AS "REGION_LEVEL",
            region_code AS "REF_AREA",
            measure AS "INDICATOR",
            program_year AS "{TIME}",
            CASE WHEN value = trunc(value) THEN CAST(CAST(value AS BIGINT) AS VARCHAR) ELSE CAST(value AS VARCHAR) END
                AS "{VALUE}",
            CASE
                WHEN {mark} = {sql_text(WITHHELD)} THEN 'Q' WHEN value IS NULL THEN 'O' WHEN status = 'p' THEN 'P'
                ELSE 'A'
            END AS "OBS_STATUS",
            CASE {mark} WHEN {sql_text(WITHHELD)} THEN 'C' WHEN {sql_text(NOT_YET)} THEN 'N' ELSE 'F' END
                AS "CONF_STATUS",
            {UNIT} AS "UNIT_MEASURE",
            status AS "ROW_STATUS",
            if(is_remainder, 'Y', 'N') AS "IS_REMAINDER"
        FROM {published_relation(table_contract)}
        ORDER BY program_code, region_level, region_code, measure, program_year
    """
    content.connection.execute(f"COPY ({query}) TO {sql_text(target)} (FORMAT csv, HEADER)")


def _names(text: BilingualText) -> dict[str, Any]:
    return {"name": text.ko, "names": {"ko": text.ko, "en": text.en}}


def _maintained(name: str, text: BilingualText) -> dict[str, Any]:
    return {"id": name, "agencyID": AGENCY, "version": VERSION, **_names(text)}


def _urn(package: str, kind: str, name: str) -> str:
    return f"{URN}.{package}.{kind}={name if ':' in name else f'{AGENCY}:{name}({VERSION})'}"


def _code_lists(content: Content) -> dict[str, dict[str, BilingualText]]:
    """Component → its codes that occur, each with its name."""
    connection, table_contract = content.connection, content.table_contracts[TABLE]
    texts = release_texts()
    names = {"PROGRAM": program_names(content), "INDICATOR": measure_names(content)}
    found: dict[str, dict[str, BilingualText]] = {"REF_AREA": region_names(connection, table_contract)}
    for component, column in (("PROGRAM", "program_code"), ("INDICATOR", "measure"), ("UNIT_MEASURE", UNIT)):
        relation = published_relation(table_contract)
        codes = connection.execute(f"SELECT DISTINCT {column} AS code FROM {relation} ORDER BY code").fetchall()
        known = names.get(component, {})
        found[component] = {code: known.get(code, BilingualText(ko=code, en=code)) for (code,) in codes}
    columns = table_contract.columns
    return found | {
        "REGION_LEVEL": dict(columns["region_level"].codes),
        "ROW_STATUS": dict(columns["status"].codes),
        "IS_REMAINDER": texts.yes_no,
    }


def _since(content: Content) -> str:
    """The day of the release in which the rows became what they are: another release leaves the file as it is."""
    described = content.manifest["tables"][TABLE].get("since", content.release_id)
    return f"{datetime.strptime(described.rpartition('-')[2], '%Y%m%d'):%Y-%m-%dT00:00:00Z}"


def structure(content: Content) -> dict[str, Any]:
    """A structure message (SDMX-JSON 2.0): the data structure, its concepts, its code lists, the dataflow."""
    texts, lists = release_texts(), _code_lists(content)
    concepts = (*DIMENSIONS, TIME, VALUE, *ATTRIBUTES)

    def component(name: str) -> dict[str, Any]:
        shared = ATTRIBUTES.get(name) or f"CL_{name}"
        return {
            "id": name,
            "conceptIdentity": _urn("conceptscheme", "Concept", f"{AGENCY}:CS_SCICULTURE({VERSION}).{name}"),
            "localRepresentation": {"enumeration": _urn("codelist", "Codelist", shared)},
        }

    time = component(TIME) | {"localRepresentation": {"format": {"dataType": "GregorianYear"}}}
    value = component(VALUE) | {"localRepresentation": {"format": {"dataType": "Double"}}, "usage": "optional"}
    components = {
        "dimensionList": {
            "id": "DimensionDescriptor",
            "dimensions": [component(name) | {"position": number} for number, name in enumerate(DIMENSIONS)],
            "timeDimension": time,
        },
        "measureList": {"id": "MeasureDescriptor", "measures": [value]},
        "attributeList": {
            "id": "AttributeDescriptor",
            "attributes": [
                component(name) | {"usage": "mandatory", "attributeRelationship": {"observation": {}}}
                for name in ATTRIBUTES
            ],
        },
    }
    code_lists = [
        _maintained(f"CL_{name}", texts.dimensions[name.lower()])
        | {"codes": [{"id": code, **_names(text)} for code, text in codes.items()]}
        for name, codes in lists.items()
    ]
    return {
        "$schema": "https://json.sdmx.org/2.1/sdmx-json-structure-schema.json",
        "meta": {
            "id": FLOW,
            "prepared": _since(content),
            "test": False,
            "contentLanguages": ["ko", "en"],
            "sender": {"id": AGENCY},
        },
        "data": {
            "dataStructures": [_maintained(STRUCTURE, texts.title) | {"dataStructureComponents": components}],
            "dataflows": [
                _maintained(FLOW, texts.title) | {"structure": _urn("datastructure", "DataStructure", STRUCTURE)}
            ],
            "conceptSchemes": [
                _maintained("CS_SCICULTURE", texts.title)
                | {"concepts": [{"id": name, **_names(texts.dimensions[name.lower()])} for name in concepts]}
            ],
            "codelists": code_lists,
        },
    }


def write_structure(content: Content, _table: str, target: Path) -> None:
    target.write_bytes(orjson.dumps(structure(content), option=orjson.OPT_INDENT_2) + b"\n")

"""Files beside this test, found by themselves: a good one is accepted whole, a bad one gives exactly its findings.

``<dataset>/good_*`` and ``<dataset>/bad_*`` with ``bad_*.json`` beside it: ``findings`` are [code, row, cell] in the
order of the file (null where the whole file or row is meant), ``loaded`` the number of rows that get in all the same.
"""

import json
from pathlib import Path

import pytest
from judging import judge

from sciculture_etl.contracts import load_contracts

HERE = Path(__file__).parent
GOOD = sorted(path.relative_to(HERE).as_posix() for path in HERE.glob("*/good_*"))
BAD = sorted(path.relative_to(HERE).as_posix() for path in HERE.glob("*/bad_*") if path.suffix != ".json")


@pytest.mark.parametrize("name", GOOD)
def test_a_good_file_is_accepted_without_an_error(name: str) -> None:
    path = HERE / name
    judged = judge(path.read_bytes(), path.name)
    assert judged.errors == []
    assert list(judged.outcomes) == [path.parent.name]
    assert judged.accounts[0]["loaded"] >= 1
    assert judged.accounts[0]["quarantined"] == 0


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_gives_exactly_its_findings(name: str) -> None:
    path = HERE / name
    expected = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    judged = judge(path.read_bytes(), path.name)
    assert [list(place) for place in judged.places] == expected["findings"]
    assert sum(account["loaded"] for account in judged.accounts) == expected["loaded"]


def test_every_dataset_has_good_and_bad_files() -> None:
    assert {name.split("/")[0] for name in GOOD} == set(load_contracts())
    assert {name.split("/")[0] for name in BAD} == set(load_contracts())


def test_every_file_says_that_it_is_invented() -> None:
    for name in [*GOOD, *BAD]:
        data = (HERE / name).read_bytes()
        if name.endswith(".csv"):
            assert "가상".encode() in data or "가상".encode("cp949") in data, name

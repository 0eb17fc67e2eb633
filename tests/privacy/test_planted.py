"""A thousand invented persons' values in every place and spelling are refused and told nowhere; five hundred things
that only look like them are not."""

from __future__ import annotations

import random

import pytest
from forms import CLASS, as_csv, as_xlsx, table
from innocent_books import BOOKS
from planted_places import PLACES
from planted_values import (
    ANY_CONTENT_HEADERS,
    COLUMN_NAMES,
    INNOCENT,
    PERSON_HEADERS,
    planted,
)

from sciculture_etl.contracts import load_contracts
from sciculture_etl.intake import read_submission

SEED = 2020
VALUES, HEADED = 850, 150
LEAST_REFUSED = 0.99


def _refused(data: bytes) -> tuple[bool, str]:
    reading = read_submission(data, load_contracts(), path="실적")
    return reading.is_personal, str(reading.findings)


def headed(count: int) -> list[tuple[str, list[str]]]:
    """Columns of persons: names under a word for persons, and days of birth."""
    rng = random.Random(SEED)
    columns = []
    for number in range(count):
        if number % 5:
            names = COLUMN_NAMES[number % len(COLUMN_NAMES)]
            columns.append((PERSON_HEADERS[number % len(PERSON_HEADERS)], names))
        else:
            columns.append((rng.choice(ANY_CONTENT_HEADERS), ["가상", "값"]))
    return columns


def column(header: str, values: list[str]) -> bytes:
    rows = table(CLASS, *({header: value} for value in values))
    return (as_csv if len(header) % 2 else as_xlsx)(rows)


def tried(values: int, names: int) -> tuple[list[str], list[str]]:
    """What was missed and what was told."""
    missed, told = [], []
    places = list(PLACES.items())
    for number, (_, value) in enumerate(planted(values, SEED)):
        name, place = places[(number * 7 + number // len(places)) % len(places)]
        refused, said = _refused(place(value))
        missed += [] if refused else [f"{name}: {value!r}"]
        told += [f"{name}: {value!r}"] if value in said else []
    for header, cells in headed(names):
        refused, said = _refused(column(header, cells))
        missed += [] if refused else [f"{header}: {cells}"]
        told += [f"{header}: {cells}"] if any(cell in said for cell in cells if len(cell) > 2) else []
    return missed, told


def alarms(columns: list[tuple[str, list[str]]], books: list[str]) -> list[str]:
    false = [f"{header}: {cells}" for header, cells in columns if _refused(column(header, cells))[0]]
    return false + [name for name in books if _refused(BOOKS[name]())[0]]


def varied(count: int) -> list[tuple[str, list[str]]]:
    """Innocent columns over and over, their digits changed where that leaves them what they are."""
    rng = random.Random(SEED)
    columns = []
    for number in range(count):
        header, cells = INNOCENT[number % len(INNOCENT)]
        columns.append((header, rng.sample(cells, len(cells)) * rng.choice([1, 2, 3])))
    return columns


def test_a_sample_of_the_planted_values_is_refused_and_told_nowhere() -> None:
    missed, told = tried(80, 20)
    assert (missed, told) == ([], [])


@pytest.mark.parametrize("place", PLACES)
def test_a_value_is_found_in_every_place(place: str) -> None:
    value = "010-0000-9001"
    refused, said = _refused(PLACES[place](value))
    assert refused
    assert value not in said


def test_what_only_looks_personal_is_not_refused() -> None:
    assert alarms(INNOCENT, list(BOOKS)) == []


@pytest.mark.slow
def test_of_a_thousand_planted_values_nearly_all_are_refused_and_none_is_told() -> None:
    missed, told = tried(VALUES, HEADED)
    assert told == []
    assert len(missed) <= (1 - LEAST_REFUSED) * (VALUES + HEADED), missed


@pytest.mark.slow
def test_five_hundred_innocent_columns_and_books_are_not_refused() -> None:
    assert alarms(varied(500 - len(BOOKS)), list(BOOKS)) == []

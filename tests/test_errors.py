"""Errors: one tree, drawn where it stands, whose classes say how a command ends and whether it is worth another try."""

from __future__ import annotations

import ast
import re
from itertools import pairwise
from pathlib import Path

import pytest

from sciculture_etl import errors
from sciculture_etl.errors import SciCultureError

ROOT = Path(__file__).parents[1]
LINE = re.compile(r"^(?P<indent> *)[*+·] (?P<name>\w+) +(?P<exit_code>\d(?= |$))?", re.MULTILINE)
# Raised within one package and told to nobody: by a file that can't be read, which becomes a finding; by a step, to
# Prefect alone; by a copy that is another one, to the doctor; by a spelling of a sheet that the other way reads.
WITHIN = {
    "_DiedError",
    "QueueFullError",
    "RefusalError",
    "GateClosedError",
    "RefusedError",
    "StepError",
    "_OtherBytesError",
    "NotPlainError",
}


def classes() -> dict[str, type[SciCultureError]]:
    found = [SciCultureError]
    for kind in found:
        found += kind.__subclasses__()
    return {kind.__name__: kind for kind in found if kind.__module__ == errors.__name__}


def test_the_tree_is_drawn_as_it_is() -> None:
    drawn = {line["name"]: len(line["indent"]) // 2 for line in LINE.finditer(errors.__doc__ or "")}
    assert drawn == {name: len(kind.__mro__) - len(SciCultureError.__mro__) for name, kind in classes().items()}
    above: list[str] = []
    for name, depth in drawn.items():
        above[depth:] = [name]
        for parent, child in pairwise(above):
            assert classes()[child].__base__ is classes()[parent]


def test_the_drawing_says_each_exit_code() -> None:
    drawn = {line["name"]: int(line["exit_code"]) for line in LINE.finditer(errors.__doc__ or "") if line["exit_code"]}
    assert {drawn[name] for name in ("SciCultureError", "UserError", "BusyError")} == {5, 2, 6}
    for kind in classes().values():
        assert kind.exit_code == next(drawn[above.__name__] for above in kind.__mro__ if above.__name__ in drawn), kind


@pytest.mark.parametrize("folder", ["src/sciculture_etl", "flows"])
def test_whatever_is_raised_is_in_the_tree_and_ends_in_error(folder: str) -> None:
    for path in sorted((ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.ClassDef) or path.name == "errors.py":
                continue
            bases = {base.id for base in node.bases if isinstance(base, ast.Name)}
            if bases & classes().keys():
                assert node.name.endswith("Error"), f"{path.name}: {node.name}"
            if any(base.endswith(("Exception", "Error")) for base in bases - classes().keys() - {"BaseException"}):
                assert node.name in WITHIN, f"{path.name}: {node.name} is no {SciCultureError.__name__}"

"""Compiled templates are kept, and a kept one that is broken or can't be kept makes no other page."""

from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import DictLoader, Environment

from sciculture_etl.pages.environment import CompiledTemplates

TEMPLATE = "{% for one in range(3) %}{{ one }}{% endfor %}"


def page(kept: Path, template: str = TEMPLATE) -> str:
    made = Environment(loader=DictLoader({"page": template}), bytecode_cache=CompiledTemplates(kept), autoescape=True)
    return made.get_template("page").render()


@pytest.mark.parametrize("left", [0, 20, 100])
def test_a_cut_one_is_compiled_again(tmp_path: Path, left: int) -> None:
    assert page(tmp_path / "kept") == "012"
    (kept,) = (tmp_path / "kept").iterdir()
    whole = kept.read_bytes()
    kept.write_bytes(whole[:left])
    assert page(tmp_path / "kept") == "012"
    assert kept.read_bytes() == whole


def test_another_text_is_another_page(tmp_path: Path) -> None:
    assert page(tmp_path) == "012"
    assert page(tmp_path, "{{ 7 }}") == "7"


def test_a_page_comes_out_where_nothing_can_be_kept(tmp_path: Path) -> None:
    place = tmp_path / "no folder"
    place.write_text("")
    assert page(place) == "012"

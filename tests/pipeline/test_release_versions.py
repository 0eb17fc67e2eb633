"""Versions of releases over several nights: by what changed, announced or not, after rollbacks and kills.

What an earlier release had more, or less, is written into its dictionary: that is what the next one is compared with.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import pytest
from forms import CLASS, as_csv, table
from nights import manifest, night, publish_again, published, release_ids, settings, submit

from sciculture_etl.publish.releases import list_releases
from sciculture_etl.publish.retention import find_release
from sciculture_etl.publish.rollback import rollback
from sciculture_etl.publish.version_links import link_versions, links_behind, standing_links

CENTRE = "가상시험센터"


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an inbox and a warehouse of one release."""
    folder = tmp_path_factory.mktemp("versions")
    submit(folder / "inbox", CENTRE, "실적.csv", as_csv(table(CLASS)))
    night(folder / "inbox", folder / "warehouse", outputs=["schema", "changelog"])
    return folder


@pytest.fixture
def copy(first: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(first, tmp_path / "copy", symlinks=True))


def next_night(folder: Path, count: int, outputs: tuple[str, ...] = ()) -> str:
    """A night in which a newer file changes figures; its outcome."""
    newer = as_csv(table(CLASS | {"운영횟수": str(count)}))
    submit(folder / "inbox", CENTRE, f"수정{count}.csv", newer, f"2020-05-{count:02d}T09:00:00")
    return night(folder / "inbox", folder / "warehouse", outputs=outputs).publication.outcome


def version(folder: Path) -> str:
    return str(manifest(folder / "warehouse")["version"])


def links(folder: Path) -> dict[str, str]:
    return {name: number[:5] for name, number in standing_links(folder / "warehouse" / "releases").items()}


def rewrite(folder: Path, name: str, query: str) -> None:
    """Puts the answer to a query over a dictionary table of the current release in that table's place."""
    current = json.loads((folder / "warehouse" / "current.json").read_text(encoding="utf-8"))["release_id"]
    path = folder / "warehouse" / "releases" / current / "parquet" / f"{name}.parquet"
    other = path.with_suffix(".other")
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE t AS FROM read_parquet('{path}')")
        connection.execute(f"COPY ({query}) TO '{other}' (FORMAT parquet)")
    other.replace(path)


def had_more(folder: Path, until: date | None = None) -> None:
    """The current release had a column more, to be kept until a day."""
    since = "NULL" if until is None else "DATE '2020-01-01'"
    day = "NULL" if until is None else f"DATE '{until}'"
    rewrite(
        folder, "meta_column",
        "FROM t UNION ALL SELECT * REPLACE ('old_count' AS column_name, 99 AS column_no, "
        f"{since} AS deprecated_since, {day} AS deprecated_until) FROM t "
        "WHERE table_name = 'mart_dsc_summary' AND column_name = 'session_count'",
    )  # fmt: skip


def had_less(folder: Path) -> None:
    rewrite(
        folder, "meta_column", "FROM t WHERE (table_name, column_name) <> ('mart_dsc_summary', 'session_count')"
    )  # fmt: skip


def had_other_words(folder: Path) -> None:
    rewrite(folder, "meta_table", "SELECT * REPLACE ('other words' AS description_en) FROM t")


def test_a_first_release_is_1_0_0_and_says_so_everywhere(first: Path) -> None:
    warehouse = first / "warehouse"
    (name,) = release_ids(warehouse)
    schema = json.loads((warehouse / "releases" / "1.0" / "schema.json").read_text(encoding="utf-8"))
    said = {
        version(first), schema["version"], published(warehouse, "SELECT version FROM release_info")[0][0],
        list_releases(settings(first / "inbox", warehouse))[0]["version"],
        json.loads((warehouse / "current.json").read_text(encoding="utf-8"))["version"],
    }  # fmt: skip
    assert said == {"1.0.0"}
    assert standing_links(warehouse / "releases") == dict.fromkeys(("1", "1.0", "latest"), name)
    kept = settings(first / "inbox", warehouse)
    assert {find_release(kept, asked) for asked in ("latest", "1.0", "1", "current")} == {name}
    text = (warehouse / "releases" / "latest" / "CHANGELOG.md").read_text(encoding="utf-8")
    assert "## 1.0.0 (" in text
    summary = next(one for one in schema["tables"] if one["name"] == "mart_dsc_summary")
    assert summary["grain"] == ["program_year"]
    sessions = next(one for one in summary["columns"] if one["name"] == "session_count")
    assert (sessions["type"], sessions["is_additive"], sessions["deprecated"]) == ("BIGINT", True, None)
    status = next(one for one in summary["columns"] if one["name"] == "status")
    assert [code["code"] for code in status["codes"]] == ["p", "r", "final"]


def test_values_count_up_the_last_part_and_the_changelog_tells_of_them(copy: Path) -> None:
    assert next_night(copy, 20, ("changelog",)) == "published"
    assert version(copy) == "1.0.1"
    assert links(copy) == {"1": "00002", "1.0": "00002", "latest": "00002"}
    text = (copy / "warehouse" / "releases" / "1" / "CHANGELOG.md").read_text(encoding="utf-8")
    assert text.index("## 1.0.1") < text.index("## 1.0.0")
    assert "`mart_dsc_summary`.`session_count` (program\\_year=2020): 12 → 20 (+8); submission" in text
    assert "수정20" not in text


@pytest.mark.slow
def test_other_words_alone_make_no_release_and_come_with_the_next(copy: Path) -> None:
    with duckdb.connect(str(copy / "warehouse" / "warehouse.duckdb")) as connection:
        connection.execute("DELETE FROM log.state WHERE key = 'published'")  # as where a contract's words are other
    path = next((copy / "warehouse" / "releases").glob("0*/manifest.json"))
    said = json.loads(path.read_text(encoding="utf-8"))
    said["tables"]["meta_column"]["sha256"] = said["tables"]["meta_table"]["content"] = "other words"
    path.write_text(json.dumps(said), encoding="utf-8")
    assert night(copy / "inbox", copy / "warehouse").publication.outcome == "unchanged"
    had_other_words(copy)
    assert next_night(copy, 20) == "published"
    assert version(copy) == "1.0.1"


@pytest.mark.parametrize(
    ("before", "expected"),
    [(had_less, "1.1.0"), (lambda folder: had_more(folder, date(2020, 2, 1)), "2.0.0")],
    ids=["a column more", "a deprecated column less"],
)
@pytest.mark.slow
def test_columns_that_come_and_go_count_up_the_parts_before(
    copy: Path, before: Callable[[Path], None], expected: str
) -> None:
    before(copy)
    assert next_night(copy, 20, ("schema",)) == "published"
    assert version(copy) == expected
    line = expected[:3]
    assert links(copy) == {"1": "00001", "1.0": "00001"} | dict.fromkeys((expected[0], line, "latest"), "00002")
    schema = json.loads((copy / "warehouse" / "releases" / line / "schema.json").read_text(encoding="utf-8"))
    assert [change["what"].partition(".")[0] for change in schema["structure"]] == ["mart_dsc_summary"]


@pytest.mark.parametrize("until", [pytest.param(None, marks=pytest.mark.slow), date(2999, 1, 1)])
def test_a_removal_that_nobody_announced_or_that_comes_too_early_is_refused(copy: Path, until: date | None) -> None:
    had_more(copy, until)
    submit(copy / "inbox", CENTRE, "수정.csv", as_csv(table(CLASS | {"운영횟수": "20"})), "2020-05-01T09:00:00")
    publication = night(copy / "inbox", copy / "warehouse").publication
    assert (publication.outcome, publication.refused_by) == ("refused", "removals")
    (said,) = publication.refusals
    assert said.count("mart_dsc_summary.old_count") >= 2
    assert ("2999-01-01" in said) == (until is not None)
    assert version(copy) == "1.0.0"


def test_after_a_rollback_the_next_release_is_higher_than_all_and_links_follow(copy: Path) -> None:
    places = settings(copy / "inbox", copy / "warehouse")
    assert next_night(copy, 20) == "published"
    assert version(copy) == "1.0.1"
    rollback(places, "1")
    assert (version(copy), links(copy)) == ("1.0.0", {"1": "00001", "1.0": "00001", "latest": "00001"})
    # The journal of releases may be lost: the releases tell as much.
    (places.archive / "releases.jsonl").unlink()
    assert publish_again(places).publication.outcome == "published"
    assert version(copy) == "1.0.2"
    assert links(copy) == {"1": "00003", "1.0": "00003", "latest": "00003"}


@pytest.mark.slow
def test_what_a_kill_or_a_copy_left_of_the_links_is_put_right_by_the_next_run(copy: Path) -> None:
    releases = copy / "warehouse" / "releases"
    (name,) = release_ids(copy / "warehouse")
    places = settings(copy / "inbox", copy / "warehouse")
    (releases / "1.0").unlink()
    (releases / "latest").unlink()
    (releases / "latest").symlink_to("00099-20200101")
    (releases / "7").symlink_to(name)
    (releases / ".1.aside").symlink_to(name)
    (releases / "1").unlink()
    shutil.copytree(releases / name, releases / "1")  # by a copy that follows links
    assert {link for link, *_ in links_behind(places)} == {"1", "1.0", "7", "latest"}
    assert night(copy / "inbox", copy / "warehouse").publication.outcome == "unchanged"
    assert standing_links(releases) == dict.fromkeys(("1", "1.0", "latest"), name)
    assert sorted(path.name for path in releases.iterdir() if path.suffix != ".xml") == [name, "1", "1.0", "latest"]


@pytest.mark.slow
def test_what_else_stands_in_the_place_of_a_link_is_left_alone_and_told(copy: Path) -> None:
    places = settings(copy / "inbox", copy / "warehouse")
    link = places.releases / "latest"
    link.unlink()
    link.mkdir()
    (link / "가상.txt").write_text("own", encoding="utf-8")
    (places.releases / "1").unlink()
    (said,) = link_versions(places)
    assert str(link) in said
    assert (link / "가상.txt").exists()
    assert links(copy) == {"1": "00001", "1.0": "00001"}

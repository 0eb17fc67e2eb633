"""Each output of a release: what is written, for whom, what is found when it is damaged or missing."""

from __future__ import annotations

import hashlib
import shutil
import stat
from pathlib import Path

import duckdb
import pytest
from python_calamine import CalamineWorkbook

from sciculture_etl.cli.app import FAILED
from sciculture_etl.pipeline import Run, take_steps
from sciculture_etl.publish.integrity import integrity_fault
from sciculture_etl.publish.outputs import BY_NAME, FOR_OPERATORS, OUTPUTS, Output
from tests.commands import Places
from tests.forms import CLASS, as_csv, as_xlsx, table
from tests.nights import ALL, CSV, FILES, begin, hashes, manifest, night, published, settings, submit

pytestmark = pytest.mark.night
EACH = pytest.mark.parametrize("output", OUTPUTS, ids=lambda output: output.name)
NEEDED = {output.name for output in OUTPUTS if output.is_needed}
# What an institution sent that is no figure: the name of a file, a remark, a value that was refused.
SECRETS = ["가상비밀파일", "가상비밀비고", "가상비밀값"]
SENT = as_csv(table(CLASS, {"비고": SECRETS[1]}, {"운영횟수": SECRETS[2]}))


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """After a night over one file with a sound row and a faulty one."""
    folder = tmp_path_factory.mktemp("outputs")
    submit(folder / "inbox", "가상시험센터", f"{SECRETS[0]}.csv", SENT)
    assert night(folder / "inbox", folder / "warehouse", outputs=ALL).verdicts == {"partially_accepted": 1}
    return folder / "warehouse"


def release(warehouse: Path) -> Path:
    return warehouse / "releases" / str(manifest(warehouse)["release_id"])


def files(warehouse: Path, output: Output) -> list[Path]:
    return [release(warehouse) / path for path, _ in output.files(manifest(warehouse))]


def all_text(path: Path) -> str:
    """What a file holds, the cells of a table that is packed included."""
    text = path.read_bytes().decode("utf-8", "replace")
    if path.suffix not in (".parquet", ".xlsx", ".duckdb"):
        return text
    with duckdb.connect() as connection:
        if path.suffix == ".parquet":
            text += str(connection.execute(f"FROM read_parquet('{path}')").fetchall())
        elif path.suffix == ".xlsx":
            book = CalamineWorkbook.from_path(path)
            text += str([book.get_sheet_by_name(name).to_python() for name in book.sheet_names])
        elif path.suffix == ".duckdb":
            connection.execute(f"ATTACH '{path}' AS file (READ_ONLY)")
            listed = "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = 'file'"
            for schema, name in connection.execute(listed).fetchall():
                text += str(connection.execute(f'FROM file."{schema}"."{name}"').fetchall())
    return text


def test_every_file_of_a_release_belongs_to_one_output(warehouse: Path) -> None:
    listed = [path for output in OUTPUTS for path in files(warehouse, output)]
    assert sorted(listed) == sorted(path for path in release(warehouse).rglob("*") if not path.is_dir())
    assert len(listed) == len(set(listed)) > len(OUTPUTS)


@EACH
def test_what_is_the_operators_is_readable_by_its_owner_alone(warehouse: Path, output: Output) -> None:
    live = [warehouse / output.path] if output.is_live else []
    assert {stat.S_IMODE(path.stat().st_mode) for path in [*files(warehouse, output), *live]} == {output.mode}


@EACH
def test_no_public_output_holds_what_is_the_operators_alone(warehouse: Path, output: Output) -> None:
    sent, found, told = hashlib.sha256(SENT).hexdigest(), set(), False
    for text in map(all_text, files(warehouse, output)):
        found |= {secret for secret in SECRETS if secret in text}
        told = told or sent in text
    if output.audience == "public":
        assert (found, told) == (set(), False)
    else:  # so that the above could fail
        assert SECRETS[0] in found
        assert told


@EACH
@pytest.mark.parametrize("quick", [True, False])
def test_a_release_without_a_file_of_an_output_is_not_complete(
    warehouse: Path, output: Output, quick: bool, tmp_path: Path
) -> None:
    damaged = Path(shutil.copytree(release(warehouse), tmp_path / release(warehouse).name))
    assert integrity_fault(damaged, quick) is None
    (damaged / files(warehouse, output)[-1].relative_to(release(warehouse))).unlink()
    fault = integrity_fault(damaged, quick)
    assert fault is not None
    assert "missing" in fault


@EACH
def test_a_file_with_other_bytes_is_found(warehouse: Path, output: Output, tmp_path: Path) -> None:
    damaged = Path(shutil.copytree(release(warehouse), tmp_path / release(warehouse).name))
    file = damaged / files(warehouse, output)[0].relative_to(release(warehouse))
    file.write_bytes(file.read_bytes()[:-1])
    fault = integrity_fault(damaged)
    assert fault is not None
    assert str(file.relative_to(damaged)) in fault or "manifest" in fault


@EACH
def test_every_output_has_its_line_in_the_documentation(output: Output) -> None:
    text = (Path(__file__).parents[2] / "docs" / "releases.md").read_text(encoding="utf-8")
    path = output.path.replace("{", "<").replace("}", ">")
    (line,) = [line for line in text.splitlines() if line.startswith(f"| `{path}` |")]
    assert line.split("|")[2].strip() == output.audience


@EACH
def test_every_public_output_is_explained_to_whoever_gets_a_copy(warehouse: Path, output: Output) -> None:
    page = (release(warehouse) / "README.md").read_text(encoding="utf-8")
    path = output.path.replace("{", "<").replace("}", ">")
    assert (f"| `{path}` |" in page) == (output.audience == "public")


def test_a_release_and_a_copy_of_its_public_files_verify(warehouse: Path, tmp_path: Path) -> None:
    places = Places(warehouse.parent / "inbox", warehouse)
    own = places.command("verify", "current", "--json").answer
    assert (own["is_complete"], own["release_id"]) == (True, release(warehouse).name)
    assert own["operator_files"] == sorted(FOR_OPERATORS)
    copy = tmp_path / "사본"
    shutil.copytree(release(warehouse), copy, ignore=shutil.ignore_patterns(*FOR_OPERATORS))
    nowhere = Places(tmp_path / "inbox", tmp_path / "no_warehouse")
    found = nowhere.command("verify", str(copy), "--json").answer
    assert (found["is_complete"], found["operator_files"]) == (True, [])
    assert found["list_sha256"] == own["list_sha256"]
    assert found["files"] == own["files"] - 2  # operations.duckdb, and the list itself, which the manifest names
    (copy / "csv" / "dim_country.csv").unlink()
    ended = nowhere.command("verify", str(copy))
    assert ended.returncode == FAILED
    assert "csv/dim_country.csv" in ended.stdout


def test_a_run_can_be_asked_for_less_and_the_release_says_so(warehouse: Path, tmp_path: Path) -> None:
    inbox, less = tmp_path / "inbox", tmp_path / "warehouse"
    submit(inbox, "가상시험센터", f"{SECRETS[0]}.csv", SENT)
    with Run.open(begin(settings(inbox, less)), outputs=CSV) as run:
        assert take_steps(run).publication.outcome == "published"
    told = manifest(less)
    assert set(told["outputs"]) == NEEDED | {"csv"}
    assert integrity_fault(release(less)) is None
    found = {path for path in release(less).rglob("*") if not path.is_dir()}
    assert found == {path for name in told["outputs"] for path in files(less, BY_NAME[name])}
    assert hashes(less) == hashes(warehouse)
    for name in hashes(less):
        path = Path("parquet") / f"{name}.parquet"
        assert (release(less) / path).read_bytes() == (release(warehouse) / path).read_bytes(), name
    assert manifest(warehouse)["outputs"] == [output.name for output in OUTPUTS]


@pytest.mark.slow
def test_the_release_after_one_that_holds_less_tells_what_changed(tmp_path: Path) -> None:
    inbox, places = tmp_path / "inbox", tmp_path / "warehouse"
    submit(inbox, "가상시험센터", "실적.csv", as_csv(table(CLASS)))
    with Run.open(begin(settings(inbox, places)), outputs=[]) as run:
        take_steps(run)
    submit(inbox, "가상시험센터", "실적.xlsx", as_xlsx(table(CLASS, {"운영횟수": "20"})), "2020-05-01T09:00:00")
    assert night(inbox, places, outputs=CSV).publication.outcome == "published"
    changed = "SELECT old_value, new_value FROM mart_revision WHERE table_name = 'mart_dsc_summary' "
    assert published(places, changed + "AND column_name = 'session_count'") == [("12", "20")]
    assert integrity_fault(release(places)) is None


def test_what_would_come_out_the_same_is_the_file_of_the_release_before(warehouse: Path, tmp_path: Path) -> None:
    """One that was damaged there is written anew, and all is as in a warehouse that never had that release."""
    own = Path(shutil.copytree(warehouse, tmp_path / "warehouse", symlinks=True))
    inbox, first = tmp_path / "inbox", release(own)
    damaged, standing = "csv/dim_region_map.csv", "parquet/dim_region_map.parquet"
    text = (first / damaged).read_bytes()
    (first / damaged).write_bytes(text[:-5])
    submit(inbox, "가상시험센터", "둘째.csv", as_csv(table(CLASS, {"운영횟수": "20"})))
    assert night(inbox, own, outputs=FILES).publication.outcome == "published"
    second = release(own)
    assert second != first
    assert (second / standing).samefile(first / standing)
    assert not (second / damaged).samefile(first / damaged)
    assert (second / damaged).read_bytes() == text
    changed = "csv/mart_dsc_summary.csv"
    assert (second / changed).read_bytes() != (first / changed).read_bytes()
    names = {table: name for name, table in manifest(own)["portal_names"].items()}
    same, other = (f"portal/{names[name]}.csv" for name in ("dim_region_map", "mart_dsc_summary"))
    assert (second / same).samefile(first / same)
    assert not (first / other).exists() or (second / other).read_bytes() != (first / other).read_bytes()
    standing, changed = (f"xlsx/{name}.xlsx" for name in ("reference", "daily_science_class"))
    assert (second / standing).samefile(first / standing)
    assert not (second / changed).samefile(first / changed)
    page, dictionary = (second / "dictionary" / f"dictionary.{kind}" for kind in ("html", "md"))
    assert all(second.name in path.read_text("utf-8") for path in (page, dictionary))
    assert first.name not in page.read_text("utf-8")
    assert integrity_fault(second) is None
    for name, table_of in manifest(own)["tables"].items():
        if table_of["audience"] == "public":
            assert hashlib.sha256((second / "csv" / f"{name}.csv").read_bytes()).hexdigest() == table_of["sha256"]

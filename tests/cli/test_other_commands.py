"""``sciculture region`` and ``sample`` as their users run them."""

from __future__ import annotations

import json

from tests.commands import Places


def test_region_answers_with_codes_and_name(places: Places) -> None:
    done = places.command("region", "경기 수원시장안구 파장동", "--on", "2020-05-01")
    assert done.returncode == 0
    found = json.loads(done.stdout)
    assert found["status"] == "resolved"
    assert found["level"] == "emd"
    assert found["name"] == "경기도 수원시 장안구 파장동"
    assert found["legal_code"].startswith("41111")
    assert set(found) == {"status", "level", "legal_code", "admin_code", "name", "warnings", "candidates"}


def test_region_batch_prints_a_line_for_each_line(places: Places) -> None:
    batch = places.inbox / "texts.tsv"
    batch.write_text("서울 종로구\t2020-01-01\n중구\t2020-01-01\n없는시 없는동\t2020-01-01\n", encoding="utf-8")
    done = places.command("region", "--batch", str(batch))
    assert [json.loads(line)["status"] for line in done.stdout.splitlines()] == ["resolved", "ambiguous", "unknown"]


def test_region_tells_of_a_wrong_date_without_a_traceback(places: Places) -> None:
    done = places.command("region", "서울", "--on", "2020-13-01")
    assert done.returncode == 2
    assert "YYYY-MM-DD" in done.stderr
    assert "Traceback" not in done.stderr


def test_sample_writes_the_same_files_for_the_same_seed(places: Places) -> None:
    for name in ("one", "two"):
        assert places.command("sample", "--year", "2020", "--out", str(places.inbox / name)).returncode == 0
    one, two = (places.inbox / name for name in ("one", "two"))
    files = sorted(path.relative_to(one) for path in one.rglob("*") if path.is_file())
    assert len(files) > 100
    assert all((one / path).read_bytes() == (two / path).read_bytes() for path in files)


def test_sample_tells_which_years_it_knows(places: Places) -> None:
    done = places.command("sample", "--year", "1999", "--out", str(places.inbox))
    assert done.returncode == 2
    assert "2016 to 2025" in done.stderr

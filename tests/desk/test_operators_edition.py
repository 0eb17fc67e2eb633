"""What the operator sees of a warehouse: what arrived, what is wrong and which file is to blame, what waits."""

from __future__ import annotations

import re
import stat
from html import unescape
from pathlib import Path

import pytest

from sciculture_etl.pages import LANGUAGES, page_texts
from sciculture_etl.pipeline.overview import VIEWS, Asked, Sources
from sciculture_etl.pipeline.overview.edition import ASSETS, MADE_FROM, write_edition
from sciculture_etl.pipeline.overview.views import WORDS
from tests.operating import NOW, Operated

HOSTILE = '<script>alert(1)</script>"onload=x'


@pytest.fixture
def operated(tmp_path: Path) -> Operated:
    """Two nights: in the first one file came, in the second a faulty one and one that waits."""
    made = Operated(tmp_path)
    made.submit("처음.csv")
    made.run()
    faulty = made.submit("나쁜.csv", verdict="partially_accepted", state="partially_accepted", error_count=9)
    for number in range(9):
        made.finding(faulty, cell=f"H{number + 1}")
    made.waits(made.submit("기다림.csv", state="waiting"))
    made.run(outcome="refused", refusals=["K16: 43,539 → 43,206"], exit_code=4)
    return made.write()


def view(sources: Sources, name: str) -> dict[str, object]:
    return next(one.collect(sources) for one in VIEWS if one.name == name)


def written(operated: Operated, page: str = "ko/index.html") -> str:
    write_edition(operated.sources(), operated.settings.operations)
    return unescape((operated.settings.operations / page).read_text(encoding="utf-8"))


def test_the_first_page_says_what_arrived_last_what_is_wrong_and_which_file_is_to_blame(operated: Operated) -> None:
    page = written(operated)
    assert "나쁜.csv" in page
    assert "실적!H1" in page
    assert "실적!H6" not in page
    assert "외 4건" in page
    assert "처음.csv" not in page
    assert "승인 대기 1건" in page
    assert "K16: 43,539 → 43,206" in page
    assert re.search(r"접수\(실행 2회차\).*?>2<", page, re.S)


def test_what_waits_is_shown_with_its_reason_and_what_it_would_change(operated: Operated) -> None:
    page = written(operated, "en/waiting.html")
    for part in ("loses rows", ">12<", ">4<", "-8", "sciculture submissions approve"):
        assert part in page


def test_what_a_newer_file_replaced_is_blamed_for_nothing(operated: Operated) -> None:
    replaced = operated.submit("옛.csv", verdict="partially_accepted", state="superseded", error_count=1)
    operated.finding(replaced, code="E_DATE_INVALID")
    found = view(operated.write().sources(), "findings")
    assert [row["code"] for row in found["by_code"]] == ["E_OUT_OF_RANGE"]  # type: ignore[attr-defined]
    assert "옛.csv" not in str(found["faulty"])


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        (Asked(state="waiting"), ["기다림.csv"]), (Asked(submitter="시험"), ["기다림.csv", "나쁜.csv", "처음.csv"]),
        (Asked(submitter="다른"), []), (Asked(since="2026-12-01"), []), (Asked(dataset="voucher_usage"), []),
    ],
)  # fmt: skip
def test_submissions_are_narrowed_to_what_is_asked_for(operated: Operated, asked: Asked, names: list[str]) -> None:
    found = view(operated.sources(asked), "submissions")
    assert [row["source_file"].split("/")[1] for row in found["rows"]] == names  # type: ignore[attr-defined]


def test_every_view_is_a_page_in_both_languages_for_the_operator_alone(operated: Operated) -> None:
    folder = operated.settings.operations
    pages = set(write_edition(operated.sources(), folder))
    assert pages == {f"{language}/{one.name}.html" for language in LANGUAGES for one in VIEWS}
    modes = {stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*") if path.is_file()}
    assert modes == {0o600}
    assert {stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.glob("*/"))} == {0o700}
    for page in pages:
        text = (folder / page).read_text(encoding="utf-8")
        for address in re.findall(r'(?:href|src)="([^"#]+)"', text):
            assert (folder / page).parent.joinpath(address).is_file(), (page, address)
        assert "style=" not in text
        assert "<script" not in text


def test_a_view_that_shows_what_it_showed_is_left_as_it_is_and_one_that_is_lost_is_written_again(
    operated: Operated,
) -> None:
    folder = operated.settings.operations
    write_edition(operated.sources(), folder)
    assert write_edition(operated.sources(), folder) == []
    operated.run(kind="publish", outcome="unchanged")
    (folder / "en/findings.html").unlink()
    again = write_edition(operated.sources(), folder)
    assert sorted(again) == ["en/findings.html", "en/index.html", "en/runs.html", "ko/index.html", "ko/runs.html"]
    (folder / MADE_FROM).write_text("[broken")
    (folder / ASSETS / "page.css").write_text("broken")
    assert len(write_edition(operated.sources(), folder)) == 2 * len(VIEWS)
    assert (folder / ASSETS / "page.css").read_text(encoding="utf-8") != "broken"


def test_before_any_run_every_page_says_that_there_is_nothing_yet(tmp_path: Path) -> None:
    empty = Operated(tmp_path)
    empty.warehouse.mkdir()
    sources = Sources(empty.settings, empty.contracts, None, NOW)
    assert len(write_edition(sources, empty.settings.operations)) == 2 * len(VIEWS)
    assert "아직 완료된 실행이 없습니다" in (empty.settings.operations / "ko/index.html").read_text(encoding="utf-8")


def test_markup_in_names_and_texts_stays_text(tmp_path: Path) -> None:
    hostile = Operated(tmp_path)
    number = hostile.submit(f"{HOSTILE}.csv", submitter=HOSTILE, state="rejected", verdict="rejected", error_count=1)
    hostile.finding(number, header=HOSTILE, message_ko=HOSTILE, source_sheet=HOSTILE, submitter=HOSTILE)
    hostile.waits(number, measure_name=HOSTILE, closed_on="2026-01-01", closed_because=HOSTILE)
    hostile.run(outcome="refused", refusals=[HOSTILE])
    write_edition(hostile.write().sources(), hostile.settings.operations)
    for path in hostile.settings.operations.rglob("*.html"):
        assert "<script" not in path.read_text(encoding="utf-8")
        assert '"onload' not in path.read_text(encoding="utf-8")


def test_a_run_at_work_is_told_from_one_that_was_killed(operated: Operated) -> None:
    from sciculture_etl.pipeline.journal import RunRecord

    going_on = RunRecord(3, "nightly", "2026-11-30T02:00:00+00:00")
    doing = {"pid": 7, "doing": "nightly"}
    assert view(operated.sources(record=going_on), "runs")["runs"][0]["outcome"] == "unfinished"  # type: ignore[index]
    at_work = view(operated.sources(record=going_on, holder=doing), "runs")["runs"][0]  # type: ignore[index]
    assert at_work["outcome"] == "running"


def test_every_word_of_states_and_outcomes_stands_in_the_words() -> None:
    words = page_texts(WORDS)
    for group, names in {
        "state": ["received", "waiting", "rejected", "partially_accepted", "accepted", "superseded", "withdrawn"],
        "outcome": ["published", "unchanged", "previewed", "refused", "scheduled", "failed", "stopped", "unfinished"],
        "kind": ["nightly", "preview", "backfill", "rebuild", "publish"],
    }.items():
        assert set(names) <= words[group].keys()
    assert {one.name for one in VIEWS} <= words["nav"].keys() & words["lead"].keys()

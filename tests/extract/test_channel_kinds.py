"""Each kind of channel of the list: documented, taken from where it is there, told where it isn't."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import fsspec
import pytest
from channel_servers import s3_server, sftp_server, silent_server, web_server
from nights import submit

from sciculture_etl.errors import UnreachableError, UserError
from sciculture_etl.extract import Archive, channels_of, extract_submissions
from sciculture_etl.extract.channels.kinds import KINDS, OF_EVERY_KIND, Kind
from sciculture_etl.settings import Settings, Timeouts

EACH = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
QUICK = Timeouts(attempts=1, silence=0.3, copy=20, stable_seconds=0)
WITHIN = "가상센터/실적.csv"
DATA = b"one"


def served(folder: Path) -> Path:
    submit(folder / "served", "가상센터", "실적.csv", DATA)
    return folder / "served"


@contextmanager
def a_folder(place: Path) -> Iterator[dict[str, str]]:
    yield {"DESK": str(served(place))}


@contextmanager
def sftp(place: Path) -> Iterator[dict[str, str]]:
    with sftp_server(served(place), place) as door:
        yield door.options("DESK")


@contextmanager
def s3(_place: Path) -> Iterator[dict[str, str]]:
    with s3_server() as door:
        door.put(WITHIN, DATA)
        yield door.options("DESK")


@contextmanager
def https(place: Path) -> Iterator[dict[str, str]]:
    with web_server(served(place), place) as door:
        yield door.options("DESK")


@contextmanager
def memory(_place: Path) -> Iterator[dict[str, str]]:
    filesystem = fsspec.filesystem("memory")
    filesystem.pipe(f"/desk/{WITHIN}", DATA)
    yield {"DESK": "memory://desk"}
    filesystem.rm("/desk", recursive=True)


THERE: dict[str, Callable[..., object]] = {
    "folder": a_folder, "sftp": sftp, "s3": s3, "https": https, "other": memory,
}  # fmt: skip
# Addresses at which nobody answers, a port that never says a word in place of {port}.
NOWHERE = {
    "folder": {"DESK": "/nowhere/at/all"},
    "sftp": {"DESK": "sftp://etl@127.0.0.1:{port}/", "DESK_PASSWORD": "x", "DESK_KNOWN_HOSTS": "/nowhere"},
    "s3": {"DESK": "s3://bucket", "DESK_ENDPOINT_URL": "http://127.0.0.1:{port}", "DESK_ANONYMOUS": "yes"},
    "https": {"DESK": "https://127.0.0.1:{port}/"},
    "other": {"DESK": "nosuch://place"},
}


def settings(place: Path, options: dict[str, str]) -> Settings:
    return Settings(inbox="", warehouse=place / "warehouse", inbox_options=options, timeouts=QUICK)


@pytest.fixture(autouse=True)
def _no_inbox_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@EACH
def test_a_channel_of_every_kind_gives_what_lies_in_it(kind: Kind, archive: Archive, tmp_path: Path) -> None:
    with THERE[kind.name](tmp_path) as options:  # type: ignore[attr-defined]
        (channel,) = channels_of(settings(tmp_path, options))
        assert channel.kind == kind
        (receipt,) = extract_submissions(settings(tmp_path, options), archive).received
    assert (receipt.path, receipt.submitter) == (f"desk://{WITHIN}", "가상센터")
    assert archive.read(receipt.sha256) == DATA


@EACH
def test_a_channel_of_every_kind_that_is_not_there_is_named_with_the_reason(
    kind: Kind, archive: Archive, tmp_path: Path
) -> None:
    with silent_server() as port:
        options = {name: value.format(port=port) for name, value in NOWHERE[kind.name].items()}
        assert channels_of(settings(tmp_path, options))[0].kind == kind
        with pytest.raises(UnreachableError) as unreachable:
            extract_submissions(settings(tmp_path, options), archive)
    assert "SCICULTURE_INBOX_DESK" in str(unreachable.value)
    assert unreachable.value.reason


@EACH
def test_every_kind_and_each_of_its_options_is_documented(kind: Kind) -> None:
    text = (Path(__file__).parents[2] / "docs" / "channels.md").read_text(encoding="utf-8")
    sections = dict(re.findall(r"^### `(\w+)`$(.*?)(?=^#|\Z)", text, re.MULTILINE | re.DOTALL))
    listed = re.findall(r"^\| (`.+?) \|", sections[kind.name], re.MULTILINE)
    assert {name for cell in listed for name in re.findall(r"`([A-Z_]+)", cell)} == kind.all_options - OF_EVERY_KIND
    assert all(f"`{option}`" in text for option in OF_EVERY_KIND)


@EACH
def test_a_kind_takes_no_option_of_another(kind: Kind, tmp_path: Path) -> None:
    foreign = sorted(frozenset[str]().union(*(other.all_options for other in KINDS)) - kind.all_options)
    address = NOWHERE[kind.name]["DESK"].format(port=22)
    for option in foreign:
        with pytest.raises(UserError, match=f"SCICULTURE_INBOX_DESK_{option} is set"):
            channels_of(settings(tmp_path, {"DESK": address, f"DESK_{option}": "x"}))
    assert foreign

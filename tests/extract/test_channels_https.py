"""An index page as a channel: a real server with TLS on loopback, with the faults and the links of real ones."""

from __future__ import annotations

import base64
import gzip
import hashlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.server import SimpleHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from channel_servers import Pages, WebDoor, silent_server, web_server
from nights import submit
from taking import take

from sciculture_etl.errors import UnreachableError, UserError
from sciculture_etl.extract import Archive
from sciculture_etl.settings import Timeouts

LARGE = bytes(range(256)) * 1024
Serve = Callable[..., WebDoor]


@pytest.fixture
def served(tmp_path: Path) -> Path:
    (tmp_path / "served").mkdir()
    return tmp_path / "served"


@pytest.fixture
def serve(served: Path, tmp_path: Path) -> Iterator[Serve]:
    with ExitStack() as stack:
        yield lambda pages=Pages, **more: stack.enter_context(web_server(served, tmp_path, pages, **more))


def test_files_are_taken_once_with_their_institution_and_time(served: Path, serve: Serve, archive: Archive) -> None:
    submit(served, "가상센터", "하위/실적 #1?&'\".csv", b"one")
    submit(served, ".", "폴더 밖 100%.csv", b"two", "2020-04-02T09:00:00")
    door = serve()
    first, again = take(archive, door.options()), take(archive, door.options())
    assert [(r.path, r.submitter, archive.read(r.sha256), r.modified[:19]) for r in first.received] == [
        ("portal://가상센터/하위/실적 #1?&'\".csv", "가상센터", b"one", "2020-04-01T09:00:00"),
        ("portal://폴더 밖 100%.csv", None, b"two", "2020-04-02T09:00:00"),
    ]
    assert (again.received, again.unchanged) == ([], 2)
    submit(served, ".", "폴더 밖 100%.csv", b"new", "2020-04-03T09:00:00")
    assert [receipt.size for receipt in take(archive, door.options()).received] == [3]


def test_an_unknown_authority_is_refused_and_nothing_is_asked_twice(
    served: Path, serve: Serve, archive: Archive
) -> None:
    submit(served, "가상센터", "실적.csv", b"one")
    door = serve()
    with pytest.raises(UnreachableError, match="certificate"):
        take(archive, {"PORTAL": door.url})
    assert door.faults.opened == []


def test_plain_http_is_taken_from_this_machine_alone(served: Path, serve: Serve, archive: Archive) -> None:
    submit(served, "가상센터", "실적.csv", b"one")
    assert len(take(archive, {"PORTAL": serve(tls=False).url}).received) == 1
    with pytest.raises(UserError, match="use https"):
        take(archive, {"PORTAL": "http://files.example.org/list/"})


@pytest.mark.parametrize(
    ("sent", "options"),
    [
        ("Bearer t0ken-never-shown", {"PORTAL_TOKEN": "t0ken-never-shown"}),
        (
            "Basic " + base64.b64encode("etl:비밀-never-shown".encode()).decode(),
            {"PORTAL_USERNAME": "etl", "PORTAL_PASSWORD": "비밀-never-shown"},
        ),
    ],
)
def test_a_token_or_an_account_opens_it(
    served: Path, serve: Serve, archive: Archive, sent: str, options: dict[str, str]
) -> None:
    submit(served, "가상센터", "실적.csv", b"one")
    door = serve(type("Closed", (Pages,), {"authorization": sent}))
    assert len(take(archive, door.options() | options).received) == 1
    with pytest.raises(UnreachableError, match="HTTP 401"):
        take(archive, door.options())


class Links(Pages):
    """An index with links of every kind, and a store that no link may lead to."""

    def do_GET(self) -> None:  # noqa: N802
        self.faults.opened.append(self.path)
        port = self.server.server_address[1]
        if self.path != "/list/":
            return super().do_GET()
        page = f"""<html><a href="?C=M;O=D">Last modified</a> <a href="../">Parent Directory</a> <a href="/list/">.</a>
        <a href="/secret/a.csv">root</a> <a href="../secret/a.csv">up</a> <a href="%2e%2e/secret/a.csv">up</a>
        <a href="..%2fsecret%2fa.csv">up</a> <a href="https://localhost:{port}/list/b.csv">other host</a>
        <a href="//127.0.0.2/list/b.csv">other host</a> <a href="http://127.0.0.1:{port}/list/b.csv">other scheme</a>
        <a href="file:///etc/hostname">file</a> <a href="javascript:alert(1)">script</a> <a href="a.csv#top">part</a>
        <a href="a%00b.csv">nul</a> <a href="a%0ab.csv">line</a> <a href="[">broken</a> <a>none</a>
        <a class='x' HREF='ok.csv'>ok</a> <a href="ok.csv">again</a> <a href="/list/full.csv">full</a>
        <a href="https://127.0.0.1:{port}/list/whole.csv">whole</a> <a href="한글 이름.csv">as it is</a></html>"""
        self._page(page.encode())
        return None

    def _page(self, page: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)


def test_no_link_leads_out_of_the_listing(served: Path, serve: Serve, archive: Archive) -> None:
    for name in ("ok.csv", "full.csv", "whole.csv", "한글 이름.csv", "a.csv", "b.csv"):
        submit(served, "list", name, name.encode())
    submit(served, "secret", "a.csv", b"secret")
    door = serve(Links)
    extraction = take(archive, door.options() | {"PORTAL": door.url + "list"})
    assert {receipt.file_name for receipt in extraction.received} == {
        "ok.csv", "full.csv", "whole.csv", "한글 이름.csv",
    }  # fmt: skip
    assert extraction.unreadable == {}
    assert not any("secret" in path for path in door.faults.opened)


class Elsewhere(Pages):
    """Everything but the index redirects to another place."""

    def do_HEAD(self) -> None:  # noqa: N802
        self.do_GET()

    def do_GET(self) -> None:  # noqa: N802
        if self.path == "/":
            super().do_GET()
        elif "there" in self.path:
            self.faults.opened.append(self.path)
            super().do_GET()
        else:
            self.send_response(302)
            self.send_header("Location", "/there.csv")
            self.send_header("Content-Length", "0")
            self.end_headers()


def test_redirects_are_told_and_not_followed(served: Path, serve: Serve, archive: Archive) -> None:
    submit(served, ".", "실적.csv", b"one")
    door = serve(Elsewhere)
    extraction = take(archive, door.options())
    assert "redirects" in extraction.unreadable["portal://실적.csv"]
    with pytest.raises(UnreachableError, match="redirects"):
        take(archive, door.options() | {"PORTAL": door.url + "old/"})
    assert "/there.csv" not in door.faults.opened


class Terse(Pages):
    """Tells neither size nor time of a file, as programs that make pages do; knows no HEAD."""

    protocol_version = "HTTP/1.1"
    chunked = True

    def do_HEAD(self) -> None:  # noqa: N802
        self.send_error(405)

    def do_GET(self) -> None:  # noqa: N802
        path = Path(self.translate_path(self.path))
        if path.is_dir():
            return SimpleHTTPRequestHandler.do_GET(self)
        self.faults.note(unquote(self.path))
        self.send_response(200)
        if self.chunked:
            self.send_header("Transfer-Encoding", "chunked")
        self.send_header("Last-Modified", "yesterday, perhaps")
        self.end_headers()
        data = path.read_bytes()
        half = self.faults.due("drop", unquote(self.path))
        sent = data[: len(data) // 2] if half else data
        self.wfile.write(
            b"%x\r\n%s\r\n" % (len(sent), sent) + (b"" if half else b"0\r\n\r\n") if self.chunked else sent
        )
        self.close_connection = True
        return None


def test_a_server_that_tells_neither_size_nor_time_is_read_and_compared(
    served: Path, serve: Serve, archive: Archive
) -> None:
    path = submit(served, "가상센터", "실적.csv", LARGE)
    door = serve(Terse)
    (first,) = take(archive, door.options()).received
    assert archive.read(first.sha256) == LARGE
    assert (take(archive, door.options()).received, take(archive, door.options()).unchanged) == ([], 1)
    path.write_bytes(b"new")
    (second,) = take(archive, door.options()).received
    assert (archive.read(second.sha256), second.modified > first.modified) == (b"new", True)


def test_a_transfer_of_unknown_length_that_breaks_off_is_never_taken_for_whole(
    served: Path, serve: Serve, archive: Archive
) -> None:
    submit(served, "가상센터", "실적.csv", LARGE)
    door = serve(Terse)
    door.faults.drop["실적.csv"] = 1000
    assert list(take(archive, door.options()).unreadable) == ["portal://가상센터/실적.csv"]
    assert list(archive.folder.rglob("*")) == []


def test_what_ends_too_early_without_a_sign_is_told_by_a_second_transfer(
    served: Path, serve: Serve, archive: Archive
) -> None:
    submit(served, "가상센터", "실적.csv", LARGE)
    door = serve(type("Endless", (Terse,), {"chunked": False}))
    door.faults.drop["실적.csv"] = 2  # one of them is asked for nothing but its header
    (receipt,) = take(archive, door.options()).received
    assert archive.read(receipt.sha256) == LARGE


def test_a_transfer_that_breaks_off_or_stalls_is_taken_up_again(served: Path, serve: Serve, archive: Archive) -> None:
    submit(served, "가상센터", "실적.csv", LARGE)
    submit(served, "가상센터", "느림.csv", LARGE + b"!")
    door = serve()
    door.faults.drop["실적.csv"] = 2
    door.faults.stall["느림.csv"] = 1
    timeouts = Timeouts(attempts=3, first_pause=0.02, silence=0.5, stable_seconds=0)
    received = take(archive, door.options(), timeouts).received
    assert len([path for path in door.faults.opened if path.endswith(".csv")]) == 5
    assert {archive.read(receipt.sha256) for receipt in received} == {LARGE, LARGE + b"!"}


def test_a_transfer_that_always_breaks_off_is_told_and_left(served: Path, serve: Serve, archive: Archive) -> None:
    submit(served, "가상센터", "실적.csv", LARGE)
    door = serve()
    door.faults.drop["실적.csv"] = 1000
    assert list(take(archive, door.options()).unreadable) == ["portal://가상센터/실적.csv"]
    assert list(archive.folder.rglob("*")) == []


def test_a_server_that_is_busy_is_asked_again_later(served: Path, serve: Serve, archive: Archive) -> None:
    submit(served, "가상센터", "실적.csv", b"one")
    door = serve()
    door.faults.refuse = 2
    assert len(take(archive, door.options()).received) == 1


class Zipped(Pages):
    """Compresses what it sends, though asked not to."""

    def end_headers(self) -> None:
        if self.path.endswith(".csv"):
            self.send_header("Content-Encoding", "gzip")
        super().end_headers()

    def copyfile(self, source: Any, outputfile: Any) -> None:
        outputfile.write(gzip.compress(source.read()) if self.path.endswith(".csv") else source.read())


def test_a_file_sent_compressed_is_told_and_not_archived_as_something_else(
    served: Path, serve: Serve, archive: Archive
) -> None:
    submit(served, "가상센터", "실적.csv", b"one")
    assert "compressed" in take(archive, serve(Zipped).options()).unreadable["portal://가상센터/실적.csv"]


def test_a_file_changed_or_deleted_meanwhile_is_told(served: Path, serve: Serve, archive: Archive) -> None:
    changed = submit(served, "가상센터", "바뀜.csv", b"one")
    deleted = submit(served, "가상센터", "지움.csv", b"two")
    door = serve()
    door.faults.on_open = {"바뀜.csv": lambda: changed.write_bytes(b"three") and None, "지움.csv": deleted.unlink}
    extraction = take(archive, door.options())
    assert extraction.received == []
    assert extraction.passed_over == {"portal://가상센터/지움.csv": "deleted before it could be taken"}
    assert "still being written" in extraction.unreadable["portal://가상센터/바뀜.csv"]


def test_what_is_no_index_page_or_missing_is_told(served: Path, serve: Serve, archive: Archive) -> None:
    submit(served, ".", "실적.csv", b"one")
    door = serve()
    for path, reason in (("실적.csv", "no index page|no such"), ("nowhere/", "no such folder")):
        with pytest.raises(UnreachableError, match=reason):
            take(archive, door.options() | {"PORTAL": door.url + path})


def test_a_silent_server_is_told_as_unreachable(archive: Archive) -> None:
    timeouts = Timeouts(attempts=2, first_pause=0.02, silence=0.2, stable_seconds=0)
    with silent_server() as port, pytest.raises(UnreachableError, match="no answer in time"):
        take(archive, {"PORTAL": f"https://127.0.0.1:{port}/"}, timeouts)


class Tagged(Pages):
    """Tells a version by its ETag alone."""

    def send_header(self, keyword: str, value: str) -> None:
        if keyword != "Last-Modified":
            super().send_header(keyword, value)

    def end_headers(self) -> None:
        path = Path(self.translate_path(self.path))
        if path.is_file():
            self.send_header("ETag", f'"{hashlib.sha256(path.read_bytes()).hexdigest()}"')
        super().end_headers()


def test_where_no_time_is_told_the_etag_tells_a_change(served: Path, serve: Serve, archive: Archive) -> None:
    path = submit(served, "가상센터", "실적.csv", b"one")
    door = serve(Tagged)
    assert len(take(archive, door.options()).received) == 1
    door.faults.opened.clear()
    assert take(archive, door.options()).unchanged == 1
    assert not [path for path in door.faults.opened if path.endswith(".csv")]
    for data in (b"two", b"one"):  # the third is the first again, and newer than the second
        path.write_bytes(data)
        assert [archive.read(receipt.sha256) for receipt in take(archive, door.options()).received] == [data]


def test_an_address_may_be_written_in_any_way(served: Path, serve: Serve, archive: Archive) -> None:
    submit(served, "접수", "실적.csv", b"one")

    class Whole(Pages):
        def do_GET(self) -> None:  # noqa: N802
            if not self.path.endswith("/"):
                return super().do_GET()
            host = f"HTTPS://127.0.0.1:{self.server.server_address[1]}"
            page = f'<a href="{host}/%ec%a0%91%ec%88%98/%ec%8b%a4%ec%a0%81.csv">x</a>'.encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)
            return None

    door = serve(Whole)
    assert len(take(archive, door.options() | {"PORTAL": door.url + "접수"}).received) == 1
    assert take(archive, door.options() | {"PORTAL": door.url + "%EC%A0%91%EC%88%98/"}).unchanged == 1

"""The desk as it is served: slow and greedy clients, TLS, a proxy before it, signals."""

from __future__ import annotations

import datetime
import ipaddress
import os
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from sciculture_etl.desk import connection
from sciculture_etl.desk.inviting import write_invitation
from sciculture_etl.desk.route import Role
from sciculture_etl.desk.server import Listening
from sciculture_etl.errors import UserError
from sciculture_etl.settings import Settings
from tests.commands import COMMAND
from tests.desk.serving import serving
from tests.desk.visitors import TOKEN

PROXIED = "https://desk.example.org"
HEADERS = {"host": "desk.example.org", "origin": PROXIED, "x-forwarded-proto": "https"}


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(tmp_path_factory.mktemp("served") / "warehouse") as url:
        yield url


def connect(url: str) -> socket.socket:
    host, port = url.rpartition("/")[2].split(":")
    return socket.create_connection((host, int(port)), timeout=10)


def said(connected: socket.socket) -> bytes:
    """All that is answered until the other side hangs up."""
    answer = b""
    try:
        while data := connected.recv(65_536):
            answer += data
    except ConnectionResetError:
        pass
    return answer


def test_whoever_does_not_say_what_they_want_is_hung_up_on(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.SECONDS, connection.HEAD, 0.1)
    health = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"
    for words in (b"", b"GET / HTTP/1.1\r\nHo", health + b"GET /hea"):
        began = time.monotonic()
        with connect(url) as connected:
            connected.sendall(words)
            answer = said(connected)
        assert answer.count(b"200 OK") == words.count(b"health")
        assert time.monotonic() - began < 5


def test_whoever_goes_on_sending_what_was_refused_is_hung_up_on(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.SECONDS, connection.BODY_REFUSED, 0.1)
    head = f"POST /sign-in HTTP/1.1\r\nHost: {url.rpartition('/')[2]}\r\nOrigin: {url}\r\n"
    with connect(url) as connected:
        connected.sendall(f"{head}Content-Type: text/plain\r\nContent-Length: 1000000\r\n\r\n".encode())
        answer = said(connected)
    assert answer.startswith(b"HTTP/1.1 413")
    assert answer.endswith(b"</html>\n")


LARGE = "/assets/PretendardGOV-Regular.subset.woff2"
TIMES = 60


def test_whoever_reads_nothing_of_an_answer_is_hung_up_on(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "MAX_SECONDS_WITHOUT_READING", 0.1)
    with connect(url) as connected:
        connected.sendall(f"GET {LARGE} HTTP/1.1\r\nHost: {url.rpartition('/')[2]}\r\n\r\n".encode() * TIMES)
        time.sleep(1)
        assert said(connected).count(b"200 OK") < TIMES


def test_whoever_reads_slowly_gets_all_of_it(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.SECONDS, connection.HEAD, 0.05)
    with connect(url) as connected:
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
        connected.sendall(f"GET {LARGE} HTTP/1.1\r\nHost: {url.rpartition('/')[2]}\r\n\r\n".encode() * TIMES)
        for _ in range(10):
            time.sleep(0.05)
            first = connected.recv(1_000)
            assert first
        assert said(connected).count(b"200 OK") >= TIMES - 1


def test_no_client_takes_all_connections(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "MAX_CONNECTIONS_OF_CLIENT", 3)
    held = [connect(url) for _ in range(3)]
    with connect(url) as further:
        assert said(further) == b""
    for one in held:
        one.close()
    for _ in range(100):  # until the desk has seen that they are gone
        with connect(url) as further:
            further.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            if said(further).endswith(b"ok"):
                return
        time.sleep(0.02)
    pytest.fail("nobody else gets in")


def test_what_is_no_http_is_refused_in_a_word(url: str) -> None:
    for words in (
        b"\x16\x03\x01\x02\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    ):
        with connect(url) as connected:
            connected.sendall(words)
            assert said(connected).startswith(b"HTTP/1.1 400")


def test_a_body_of_two_lengths_is_the_last_that_is_read_of_a_connection(url: str) -> None:
    """Behind a proxy that takes the other length, what follows would be read as the request of somebody else."""
    head = f"POST /sign-in HTTP/1.1\r\nHost: {url.rpartition('/')[2]}\r\nOrigin: {url}\r\n"
    with connect(url) as connected:
        follows = "0\r\n\r\nGET /health HTTP/1.1\r\nHost: x\r\n\r\n"
        connected.sendall(f"{head}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n{follows}".encode())
        answer = said(connected)
    assert answer.startswith(b"HTTP/1.1 400")
    assert answer.count(b"HTTP/1.1 ") == 1


def test_behind_a_proxy_its_word_counts_and_nobody_elses(tmp_path: Path) -> None:
    def guess(browser: httpx.Client, client: str) -> int:
        headers = HEADERS | {"x-forwarded-for": client}
        page = browser.get("/enter/x", headers=headers)
        assert "secure" in page.headers["set-cookie"].lower()
        headers["cookie"] = page.headers["set-cookie"].split(";")[0]
        found = TOKEN.search(page.text)
        assert found
        return browser.post("/sign-in", data={"token": found[1], "secret": "x"}, headers=headers).status_code

    for proxy, expected in (("127.0.0.1", 403), ("10.0.0.0/8", 429)):
        with serving(tmp_path / str(expected), url=PROXIED, proxy=proxy) as url, httpx.Client(base_url=url) as browser:
            assert [guess(browser, f"203.0.113.{number}") for number in range(11)][-1] == expected


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"host": "0.0.0.0"}, "others could read along"),
        ({"host": "::"}, "others could read along"),
        ({"proxy": "127.0.0.1"}, "--base-url"),
        ({"url": PROXIED}, "nothing encrypts"),
        ({"certificate": Path("a")}, "go together"),
        ({"proxy": "proxy", "url": PROXIED}, "no address of a proxy"),
    ],
)
def test_nothing_is_served_that_others_could_read(more: dict[str, str], words: str) -> None:
    with pytest.raises(UserError, match=words):
        Listening(**more).check()  # type: ignore[arg-type]


def tls_files(folder: Path) -> tuple[Path, Path]:
    """A certificate for this machine, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    until = now + datetime.timedelta(days=1)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, until)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem, none = serialization.Encoding.PEM, serialization.NoEncryption()
    (folder / "desk.pem").write_bytes(certificate.public_bytes(pem))
    (folder / "desk.key").write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, none))
    return folder / "desk.pem", folder / "desk.key"


def test_the_command_serves_by_tls_and_ends_in_order_on_a_signal(tmp_path: Path) -> None:
    certificate, key = tls_files(tmp_path)
    environment = os.environ | {"SCICULTURE_WAREHOUSE": str(tmp_path / "warehouse")}
    words = [str(COMMAND), "desk", "--port", "0", "--tls-cert", str(certificate), "--tls-key", str(key)]
    desk = subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert desk.stdout
    try:
        url = next(line for line in desk.stdout if "https://" in line).split()[-1]
        trusting = ssl.create_default_context(cafile=str(certificate))
        with httpx.Client(base_url=url, verify=trusting, headers={"origin": url}) as browser:
            _, link = write_invitation(Settings(warehouse=tmp_path / "warehouse"), Role.operator, "자료 담당", 1, url)
            page = browser.get(link)
            assert "max-age" in page.headers["strict-transport-security"]
            found = TOKEN.search(page.text)
            assert found
            answer = browser.post("/sign-in", data={"token": found[1], "secret": link.rpartition("/")[2]})
            assert answer.status_code == 303
            assert browser.get("/operator").status_code == 200
        desk.send_signal(signal.SIGTERM)
        rest, errors = desk.communicate(timeout=30)
        assert desk.returncode == 0
        assert rest.splitlines()[-1] == "stopped / 중단했습니다"
        assert errors == ""
    finally:
        desk.kill()
        desk.wait()


def test_systemd_asks_every_process_of_the_desk_to_end() -> None:
    """By "mixed", a run that was started at the desk would be killed as soon as the desk itself has ended."""
    unit = (Path(__file__).parents[2] / "deploy" / "systemd" / "sciculture-desk.service").read_text(encoding="utf-8")
    assert "KillMode=control-group" in unit

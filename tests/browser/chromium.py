"""A headless Chromium that looks at pages as a person would, and says what is wrong with them.

It is Debian's ``chromium`` and ``chromium-driver``; nothing is downloaded. Whatever is asked of any other machine ends
at a gate of our own, which writes it down and lets nothing through.
"""

from __future__ import annotations

import base64
import ctypes
import json
import os
import shutil
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.support.ui import WebDriverWait

DESK, PHONE = 1280, 390  # pixels
HEIGHT = 900
SCREENSHOTS = "TESTED_SCREENSHOTS"  # a folder: every page that is looked at leaves a picture there
AXE = Path(__file__).parent / "vendor" / "axe.min.js"
# The rules of WCAG 2.2 AA and what axe thinks good besides.
AXE_TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
# A telephone shows a page smaller that is too wide for it, so the window's own measure is none.
WIDTH = "return Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)"
SECONDS = 60
PRCTL, PR_SET_PDEATHSIG = ctypes.CDLL(None).prctl, 1
OWN_SCHEMES = {"file", "blob", "data", "about", "devtools", "chrome"}
OWN_HOSTS = {"127.0.0.1", "localhost"}
# What the browser asks for itself whatever it is told; no page of ours would.
OF_THE_BROWSER = ("update.googleapis.com", "accounts.google.com", "clients2.google.com", "optimizationguide")
OPTIONS = (
    "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--hide-scrollbars",
    "--no-first-run", "--disable-extensions", "--disable-sync", "--disable-background-networking",
    "--disable-component-update", "--disable-default-apps", "--disable-domain-reliability", "--no-pings",
    "--disable-features=OptimizationHints,MediaRouter,Translate,AutofillServerCommunication",
    "--allow-browser-signin=false", "--gaia-url=http://127.0.0.1:9",
    "--force-color-profile=srgb", "--force-prefers-reduced-motion", "--lang=ko",
    "--remote-debugging-pipe",  # it ends with its driver, however that ends
)  # fmt: skip


@dataclass(frozen=True)
class Visit:
    """A page as it was found, once loaded.

    Attributes:
        errors: what the console said.
        elsewhere: requests to another place than this machine.
        sideways: by how many pixels it is wider than the window.
        inaccessible: what axe found: rule, and where.
    """

    address: str
    width: int
    errors: list[str]
    elsewhere: list[str]
    sideways: int
    inaccessible: list[str]

    @property
    def faults(self) -> list[str]:
        """All that is wrong, each in a line; a test asserts that there is nothing."""
        wide = [f"{self.sideways} pixels wider than the window"] if self.sideways > 0 else []
        return [
            *(f"console: {error}" for error in self.errors),
            *(f"request elsewhere: {request}" for request in self.elsewhere),
            *wide,
            *(f"axe: {found}" for found in self.inaccessible),
        ]


class Gate:
    """Stands as the proxy of the browser: writes down what is asked of other machines, and lets nothing through."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._listen, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    def _listen(self) -> None:
        while True:
            try:
                asking, _ = self._listener.accept()
            except OSError:  # closed
                return
            with asking:
                asking.settimeout(1)
                try:
                    self.asked.append(asking.recv(2000).split(b"\r\n")[0].decode("latin-1"))
                    asking.sendall(b"HTTP/1.1 403 Nothing leaves this machine\r\nConnection: close\r\n\r\n")
                except OSError:
                    continue

    def close(self) -> None:
        self._listener.close()


def is_elsewhere(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme not in OWN_SCHEMES and parts.hostname not in OWN_HOSTS


class Chromium:
    """The browser of a worker: ``look`` opens a page and judges it, ``driver`` is selenium's for all else."""

    def __init__(self, folder: Path) -> None:
        """folder: for its profile and what it downloads."""
        self.gate = Gate()
        self.downloads = folder / "downloads"
        self.downloads.mkdir(parents=True)
        options = ChromeOptions()
        options.binary_location = _program("chromium", "chromium-browser", "google-chrome")
        for option in (*OPTIONS, f"--user-data-dir={folder / 'profile'}", f"--proxy-server=127.0.0.1:{self.gate.port}"):
            options.add_argument(option)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        options.add_experimental_option("prefs", {"download.default_directory": str(self.downloads)})
        program = _program("chromedriver", "chromium.chromedriver")
        self.driver = Chrome(options, Service(program, popen_kw={"preexec_fn": _end_with_parent}))
        self.driver.set_page_load_timeout(SECONDS)
        self.driver.set_script_timeout(SECONDS)
        self.width = 0

    def open(self, page: Path | str, width: int = DESK) -> None:
        """Opens a file or an address as a window of that width shows it, and forgets what was said before."""
        if width != self.width:
            self.driver.execute_cdp_cmd(
                "Emulation.setDeviceMetricsOverride",
                {"width": width, "height": HEIGHT, "deviceScaleFactor": 1, "mobile": width < 600},
            )
            self.width = width
        for kind in ("browser", "performance"):
            self.driver.get_log(kind)
        self.gate.asked.clear()
        self.driver.get(page.absolute().as_uri() if isinstance(page, Path) else page)

    def look(self, page: Path | str, width: int = DESK, *, axe: bool = True) -> Visit:
        """Opens a page and says what is wrong with it as it stands once loaded."""
        self.open(page, width)
        return self.judge(axe=axe)

    def judge(self, name: str = "", *, axe: bool = True) -> Visit:
        """What is wrong with the page as it stands now, since it was opened.

        Args:
            name: of the picture of it, where its address doesn't tell it from others.
            axe: whether axe-core looks at it too (half a second).
        """
        self._picture(name)
        return Visit(
            address=self.driver.current_url,
            width=self.width,
            errors=self.errors(),
            elsewhere=self.elsewhere(),
            sideways=int(self.driver.execute_script(WIDTH)) - self.width,
            inaccessible=self.inaccessible() if axe else [],
        )

    def follow(self, how: str, what: str) -> None:
        """Presses a button or a link that leads to another page, and waits for that page.

        Args:
            how: a way of selenium's ``By``.
            what: is looked for that way.
        """
        self.driver.execute_script("window.isLeft = true")
        self.driver.find_element(how, what).click()
        self.until("return !window.isLeft && document.readyState === 'complete'")

    def until(self, script: str, seconds: float = SECONDS) -> Any:
        """Waits until a script returns something, and returns that."""
        return WebDriverWait(self.driver, seconds, 0.02).until(lambda driver: driver.execute_script(script))

    def wait_for(self, is_so: Callable[[], bool], seconds: float = SECONDS) -> None:
        """Waits until something of this machine is so, such as a download that is there."""
        WebDriverWait(self.driver, seconds, 0.02).until(lambda _: is_so())

    def errors(self) -> list[str]:
        """What the console said since it was asked last: errors and warnings."""
        return [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")]

    def elsewhere(self) -> list[str]:
        """Requests to other machines since it was asked last: of pages, by what they ask; of workers, at the gate."""
        asked: list[str] = []
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] in ("Network.requestWillBeSent", "Network.webSocketCreated"):
                params = message["params"]
                asked.append(params["request"]["url"] if "request" in params else params["url"])
        at_the_gate = [one for one in self.gate.asked if not any(host in one for host in OF_THE_BROWSER)]
        self.gate.asked.clear()
        return [address for address in asked if is_elsewhere(address)] + at_the_gate

    def inaccessible(self) -> list[str]:
        """What axe-core finds: rule, what it asks for, and the first places."""
        self.driver.execute_script(_axe())
        # Without preload: it would fetch style sheets, which a page from a file may not.
        found: list[dict[str, Any]] = self.driver.execute_async_script(
            "const [tags, done] = arguments; axe.run(document, {preload: false, resultTypes: ['violations'],"
            " runOnly: {type: 'tag', values: tags}}).then(result => done(result.violations.map(({id, help, nodes}) =>"
            " ({id, help, nodes: nodes.slice(0, 3).map(node => node.html)}))),"
            " error => done([{id: 'axe', help: String(error), nodes: []}]))",
            list(AXE_TAGS),
        )
        return [f"{one['id']}: {one['help']}: {' | '.join(one['nodes'])[:600]}" for one in found]

    def _picture(self, name: str) -> None:
        """The whole page as PNG, where pictures are asked for."""
        if not (folder := os.environ.get(SCREENSHOTS)):
            return
        size = self.driver.execute_cdp_cmd("Page.getLayoutMetrics", {})["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], 12_000), "scale": 1}
        told = self.driver.execute_cdp_cmd("Page.captureScreenshot", {"captureBeyondViewport": True, "clip": clip})
        path = "_".join(urlsplit(self.driver.current_url).path.strip("/").split("/")[-3:])
        target = Path(folder) / f"{path}{'_' * bool(name)}{name}_{self.width}.png"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(base64.b64decode(told["data"]))

    def close(self) -> None:
        self.driver.quit()
        self.gate.close()


def _end_with_parent() -> None:
    """A worker that is killed closes nothing: the system ends the driver with it."""
    PRCTL(PR_SET_PDEATHSIG, signal.SIGKILL)


@cache
def _axe() -> str:
    return AXE.read_text(encoding="utf-8")


def _program(*names: str) -> str:
    """Where it lies. Without it the test is skipped, but never where all must hold (``CI`` is set there)."""
    if found := next((path for name in names if (path := shutil.which(name))), None):
        return found
    missing = (
        f"{names[0]} is not installed, so no page is opened in a browser: apt-get install chromium chromium-driver"
    )
    if os.environ.get("CI"):
        pytest.fail(missing, pytrace=False)
    pytest.skip(missing)


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Says nothing."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The files of a folder from a web server of this machine: its address, without a slash at the end."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()

"""The browser that looks at pages finds what is wrong with one: each fault it is there for is planted here once."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from tests.browser.chromium import DESK, PHONE, Chromium, served
from tests.waiting import until

PAGE = (
    "<!doctype html><html lang=en><head><meta charset=utf-8><title>t</title>"
    '<meta name="viewport" content="width=device-width, initial-scale=1">{head}</head><body><main>{body}</main>'
)
WORKER = """
import sys, time
from pathlib import Path
from tests.browser.chromium import Chromium
Chromium(Path(sys.argv[1]))
print("there", flush=True)
time.sleep(600)
"""
SOUND = "<h1>A page</h1>"


def page(folder: Path, head: str = "", body: str = SOUND) -> Path:
    path = folder / "page.html"
    path.write_text(PAGE.format(head=head, body=body), encoding="utf-8")
    return path


def test_a_sound_page_has_no_fault_from_a_file_and_from_a_server(chromium: Chromium, tmp_path: Path) -> None:
    assert chromium.look(page(tmp_path), PHONE).faults == []
    with served(tmp_path) as address:
        # A browser asks a server for an icon unless a page names one.
        page(tmp_path, '<link rel=icon href="data:,">')
        assert chromium.look(f"{address}/page.html", DESK).faults == []


def test_requests_elsewhere_are_found_even_of_a_worker(chromium: Chromium, tmp_path: Path) -> None:
    loads = '<img src="http://elsewhere.example/a.png" alt="">'
    found = chromium.look(page(tmp_path, body=SOUND + loads), axe=False)
    assert "http://elsewhere.example/a.png" in found.elsewhere
    assert found.errors
    asks = "fetch('http://worker.example/').finally(() => postMessage(0))"
    begins = f"new Worker(URL.createObjectURL(new Blob([`{asks}`]))).onmessage = () => {{ document.title = 'asked' }}"
    chromium.open(page(tmp_path, body=f"{SOUND}<script>{begins}</script>"))
    chromium.until("return document.title == 'asked'")
    assert any("worker.example" in request for request in chromium.elsewhere())


def test_errors_of_scripts_width_and_what_nobody_can_read_are_found(chromium: Chromium, tmp_path: Path) -> None:
    wide = '<p class="wide">wide</p><img src="data:," class="wide">'
    head = "<style>.wide { width: 600px; color: #ccc; background: #fff }</style><script>throw Error('planted')</script>"
    found = chromium.look(page(tmp_path, head, SOUND + wide), PHONE)
    assert any("planted" in error for error in found.errors)
    assert found.sideways > 200
    assert {line.split(":")[0] for line in found.inaccessible} >= {"image-alt", "color-contrast"}
    assert not chromium.look(page(tmp_path, head, SOUND + wide), DESK, axe=False).sideways


def processes_of(folder: Path) -> list[int]:
    """Those that name the folder, which the browser does with its profile."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):  # it has ended since
            if str(folder).encode() in path.read_bytes():
                found.append(int(path.parent.name))
    return found


def test_a_worker_that_is_killed_leaves_no_browser(chromium: Chromium, tmp_path: Path) -> None:
    """chromium: there is one here."""
    begun = [sys.executable, "-c", WORKER, str(tmp_path / "profile")]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(begun, stdout=subprocess.PIPE, env=environment) as worker:
        try:
            assert worker.stdout
            assert worker.stdout.readline() == b"there\n"
            assert len(processes_of(tmp_path)) > 2
        finally:
            worker.send_signal(signal.SIGKILL)
    until(lambda: not processes_of(tmp_path), "their end")

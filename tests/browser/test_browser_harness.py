"""The browser that looks at pages finds what is wrong with one: each fault it is there for is planted here once."""

from pathlib import Path

from tests.browser.chromium import DESK, PHONE, Chromium, served

PAGE = (
    "<!doctype html><html lang=en><head><meta charset=utf-8><title>t</title>"
    '<meta name="viewport" content="width=device-width, initial-scale=1">{head}</head><body><main>{body}</main>'
)
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

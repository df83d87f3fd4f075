"""The pictures of the printed pages: how volume.toml names them, what is wrong about them, and how a reader sees them."""

from __future__ import annotations

import http.server
import json
import re
import struct
import threading
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from playwright.sync_api import Page, expect

from generator import config, facsimiles
from generator.catalog import VolumeCatalog
from generator.cli import main
from generator.document import Facts, ImageRun, Metadata, PageFact, Volume
from generator.views import scans
from generator.views.scans import Scans

Serve = Callable[..., str]
Open = Callable[..., Page]

FILE = "content/v/volume.toml"


@pytest.mark.parametrize(
    ("pattern", "label", "facs", "address"),
    [
        ("https://h.example/{page}.jpg", "1018", "", "https://h.example/1018.jpg"),
        ("https://h.example/{page}.jpg", "[1018]", "", "https://h.example/1018.jpg"),
        ("https://h.example/{page:04}.jpg", "19", "", "https://h.example/0019.jpg"),
        ("https://h.example/{page:4}.jpg", "21a", "", "https://h.example/0021a.jpg"),
        ("https://h.example/{page:04}.jpg", "xiv", "", "https://h.example/xiv.jpg"),
        ("https://h.example/{page}.jpg", "a/../b?c", "", "https://h.example/a%2F..%2Fb%3Fc.jpg"),
        ("https://h.example/{volume}/{image:03}.jpg", "1", "", "https://h.example/v/015.jpg"),
        ("https://h.example/{image}.jpg", "25", "", "https://h.example/39.jpg"),
        ("https://h.example/{image}.jpg", "40", "", "https://h.example/56.jpg"),
        ("https://h.example/{image}.jpg", "vi", "", "https://h.example/6.jpg"),
        ("https://h.example/{image}.jpg", "33", "", "https://h.example/plate-2.jpg"),
        ("https://h.example/{image}.jpg", "34", "", ""),
        ("https://h.example/{image}.jpg", "ii", "", ""),
        ("https://h.example/{facs}.png", "1", "0055", "https://h.example/0055.png"),
        ("https://h.example/{facs}.png", "1", "", ""),
        ("https://h.example/{page}.png", "1", "https://else.example/x.jpg", "https://else.example/x.jpg"),
        ("https://h.example/{page}.png", "1", "javascript:alert(1)", "https://h.example/1.png"),
        ("", "1", "0055", ""),
        ("https://h.example/iiif/{page}/info.json", "5", "", "https://h.example/iiif/5/full/max/0/default.jpg"),
        ("https://h.example/{page}/full/600,/0/default.jpg", "5", "", "https://h.example/5/full/600,/0/default.jpg"),
        ("scans/{page}.png", "5", "", "v/scans/5.png"),
        ("scans/{page}.png", "6", "", ""),
        ("scans/{page}.png", "../../5", "", ""),
        ("", "5", "scans/5.png", "v/scans/5.png"),
    ],
)
def test_the_picture_of_a_page(pattern: str, label: str, facs: str, address: str) -> None:
    runs = (ImageRun("v", 5), ImageRun("1", 15), ImageRun("33", "plate-2"), ImageRun("34", ""), ImageRun("35", 51))
    volume = Volume("v", "V", facsimile=pattern, facsimile_images=runs)
    assert Scans(volume, {"v/scans/5.png"}).address(label, facs) == address


def test_images_of_a_service_are_known_by_their_address() -> None:
    for address in ("https://h/a/full/max/0/default.jpg", "https://h/a/full/600,/0/native.png", "https://h/a/0,0,9,9/!90,90/90/gray.tif"):  # fmt: skip
        assert facsimiles.is_service(address)
    for address in ("https://h/full/1.jpg", "https://h/a/info.json", "https://h/default.jpg"):
        assert not facsimiles.is_service(address)


@pytest.mark.parametrize(
    ("lines", "line", "rule", "message"),
    [
        ('facsimile = "https://h.example/{pge}.jpg"', 2, "wrong-value", 'there is no slot "{pge}" here'),
        ('facsimile = "https://h.example/{page.jpg"', 2, "wrong-value", "has a brace that is no slot"),
        ('facsimile = "https://h.example/1.jpg"', 2, "wrong-value", "every page would have the same picture"),
        ('facsimile = "javascript:alert({page})"', 2, "wrong-value", "is no address that begins with https://"),
        ('facsimile = "data:image/png,{page}"', 2, "wrong-value", "is no address that begins with https://"),
        ('facsimile = "//h.example/{page}.jpg"', 2, "wrong-value", "is no address that begins with https://"),
        ('facsimile = "ftp://h.example/{page}.jpg"', 2, "wrong-value", "is no address that begins with https://"),
        ('facsimile = "https://{page}.example/a.jpg"', 2, "wrong-value", "is no address that begins with https://"),
        ('facsimile = "https://h.example/a b/{page}.jpg"', 2, "wrong-value", "is no address that begins with https://"),
        ('facsimile = "../{page}.jpg"', 2, "wrong-value", "neither an address nor a picture in the volume's folder"),
        ('facsimile = "scans/{page}"', 2, "wrong-value", "neither an address nor a picture in the volume's folder"),
        ('facsimile = "https://h.example/{image}.jpg"', 2, "missing-value", "nothing says which page is which"),
        (
            'facsimile = "https://h.example/{page}.jpg"\nfacsimile_images = { 1 = 15 }',
            3,
            "wrong-value",
            "the pattern has no {image}",
        ),
        (
            'facsimile = "https://h.example/{image}.jpg"\nfacsimile_images = { 1 = true }',
            3,
            "wrong-value",
            '"True" cannot be the image of page 1',
        ),
        (
            'facsimile = "https://h.example/{image}.jpg"\n[facsimile_images]\n1 = 15\n2a = 3',
            3,
            "wrong-value",
            'no pages can be counted from "2a" on',
        ),
        ("facsimile_images = 15", 2, "wrong-value", '"facsimile_images" must be a table'),
    ],
)
def test_what_is_wrong_in_volume_toml(lines: str, line: int, rule: str, message: str) -> None:
    volume, found = config.read_volume("v", FILE, f'title = "V"\n{lines}\n'.encode())
    (told,) = (d for d in found if message in d.message)
    assert (told.rule, told.span.file, told.span.line) == (rule, FILE, line)
    assert told.hint
    if "pattern" not in message and "facsimile_images" not in lines:
        assert volume.facsimile == "" or rule == "missing-value"


def test_a_mapping_is_read_with_its_lines() -> None:
    data = b'title = "V"\nfacsimile = "a/{image:04}.jpg"\n\n[facsimile_images]\ni = 5\n1 = 15\n"7a" = "plate"\n'
    volume, found = config.read_volume("v", FILE, data)
    assert found == []
    assert volume.facsimile_images == (ImageRun("i", 5, 5), ImageRun("1", 15, 6), ImageRun("7a", "plate", 7))


def _volume(facsimile: str, *runs: ImageRun, labels: str) -> VolumeCatalog:
    pages = tuple(PageFact(label, f"pg_{label}") for label in labels.split())
    facts = Facts("v", "d1", "document", "d1", Metadata(), b"", pages=pages, starts_on_mark=True)
    return VolumeCatalog(Volume("v", "V", facsimile=facsimile, facsimile_images=runs), [facts])


def test_two_pages_may_not_have_the_same_image() -> None:
    given = _volume("https://h/{image}.jpg", ImageRun("i", 5, 3), ImageRun("1", 7, 4), labels="i ii iii 1 2")
    (told,) = scans.check(given, ())
    assert (told.rule, told.severity, told.span.line) == ("facsimile", "warning", 4)
    assert told.message == "the pages iii and 1 would both have image 7"
    assert "page 1" in told.hint
    fits = _volume("https://h/{image}.jpg", ImageRun("i", 5, 3), ImageRun("1", 8, 4), labels="i ii iii 1 2")
    assert list(scans.check(fits, ())) == []


def test_pages_without_an_image_are_told() -> None:
    given = _volume("https://h/{image}.jpg", ImageRun("3", 7), ImageRun("4a", ""), labels="1 2 3 4 4a")
    (told,) = scans.check(given, ())
    assert told.message == "the pattern of facsimile makes no picture for the pages 1, 2"
    given = _volume("s/{page}.jpg", labels="1 2 3")
    (told,) = scans.check(given, {"v/s/2.jpg"})
    assert (told.rule, told.severity) == ("missing-image", "note")
    assert told.message == "there is no picture of the pages 1, 3"
    assert told.hint == "The picture of page 1 would be content/v/s/1.jpg."
    (told,) = scans.check(given, ())
    assert told.severity == "warning"


def test_only_hosts_in_use_are_allowed() -> None:
    plain = _volume("https://h.example/{page}.jpg", labels="1")
    service = _volume("http://iiif.example:81/{page}/info.json", labels="1")
    own = _volume("s/{page}.jpg", labels="1")
    assert scans.origins([own]) == ([], [])
    found = scans.origins([plain, service, own])
    assert found == (["http://iiif.example:81", "https://h.example"], ["http://iiif.example:81"])


# ---- in a browser


def picture(shade: int) -> bytes:
    """A small grey picture (PNG)."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + bytes([shade]) * 20 for _ in range(30))
    head = struct.pack(">IIBBBBB", 20, 30, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


class _Pictures(http.server.BaseHTTPRequestHandler):
    """Plain pictures at /plain/1.png, an image service at /iiif/1; page 3 is not there."""

    def do_GET(self) -> None:
        asked: list[str] = self.server.asked  # type: ignore[attr-defined]
        asked.append(self.path)
        base = f"http://{self.headers['Host']}"
        service = re.fullmatch(r"/iiif/(\d+)/(.*)", self.path)
        plain = re.fullmatch(r"/plain/(\d+)\.png", self.path)
        found = service or plain
        if not found or found[1] == "3":
            self.send_error(404)
            return
        body, kind = picture(60 * int(found[1]) % 256), "image/png"
        if service and service[2] == "info.json":
            about = {
                "@context": "http://iiif.io/api/image/2/context.json",
                "@id": f"{base}/iiif/{service[1]}",
                "protocol": "http://iiif.io/api/image",
                "width": 1200,
                "height": 1800,
                "tiles": [{"width": 256, "scaleFactors": [1, 2, 4, 8]}],
                "profile": ["http://iiif.io/api/image/2/level1.json"],
            }
            body, kind = json.dumps(about).encode(), "application/json"
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def end_headers(self) -> None:
        self.send_header("Access-Control-Allow-Origin", "*")
        super().end_headers()

    def log_message(self, format: str, *arguments: object) -> None:
        pass


@pytest.fixture(scope="module")
def pictures() -> Iterator[tuple[str, list[str]]]:
    """Another host, with what it was asked for."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Pictures)
    server.asked = []  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", server.asked  # type: ignore[attr-defined]
    server.shutdown()
    server.server_close()
    thread.join()


TEXT = "---\ntitle: A Letter\nnumber: {n}\n---\n\n[Page {page}] " + "\n\n".join(
    ["It was written in the evening, by the light of a lamp that smoked. " * 8] * 6
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, pictures: tuple[str, list[str]]) -> Path:
    """An edition with a volume of plain pictures, and one of an image service."""
    edition = tmp_path_factory.mktemp("facsimiles")
    (edition / "edition.toml").write_text('title = "Letters"\n')
    for volume, pattern in (("plain", "plain/{page}.png"), ("iiif", "iiif/{page}/info.json")):
        folder = edition / "content" / volume
        folder.mkdir(parents=True)
        (folder / "volume.toml").write_text(f'title = "{volume}"\nfacsimile = "{pictures[0]}/{pattern}"\n')
        text = TEXT.replace("{n}", "1").replace("{page}", "1")
        more = "".join(f"\n\n[Page {n}] " + "More was written. " * 200 for n in (2, 3))
        (folder / "d1.md").write_text(text + more + "\n")
        (folder / "d2.md").write_text(TEXT.replace("{n}", "2").replace("{page}", "4") + "\n")
    done = CliRunner().invoke(main, ["build", "-q", "--edition", str(edition), "--output", str(edition / "site")])
    assert done.exit_code == 0, done.output
    return edition / "site"


def test_only_the_host_of_the_pictures_is_allowed(site: Path, pictures: tuple[str, list[str]]) -> None:
    (policy,) = re.findall(r"Content-Security-Policy: (.*)", (site / "_headers").read_text())
    assert f"img-src 'self' https: data: {pictures[0]};" in policy
    assert f"connect-src 'self' {pictures[0]};" in policy
    assert "style-src 'self';" in policy and "script-src 'self';" in policy


def test_without_javascript_links_lead_to_the_pictures(
    site: Path, serve: Serve, open_page: Open, pictures: tuple[str, list[str]]
) -> None:
    base = serve(site)
    page = open_page(f"{base}/plain/d1/", java_script_enabled=False)
    page.locator(".facsimile summary").click()
    page.locator(".facsimile a", has_text="2").click()
    expect(page).to_have_url(f"{pictures[0]}/plain/2.png")
    page.goto(f"{base}/iiif/pages/")
    link = page.get_by_role("link", name="Facsimile of page 4")
    expect(link).to_have_attribute("href", f"{pictures[0]}/iiif/4/full/max/0/default.jpg")


def test_a_plain_picture_beside_the_text(
    site: Path, serve: Serve, open_page: Open, faults: list[str], pictures: tuple[str, list[str]]
) -> None:
    page = open_page(f"{serve(site)}/plain/d1/", viewport={"width": 1280, "height": 700}, reduced_motion="reduce")
    toggle = page.get_by_role("button", name="Facsimile", exact=True)
    panel = page.get_by_role("region", name="Facsimile")
    expect(panel).to_be_hidden()
    page.keyboard.press("?")
    expect(page.locator("#site-keys dl > div:visible").filter(has_text="Facsimile").locator("kbd")).to_have_text("f")
    page.keyboard.press("Escape")
    page.keyboard.press("f")
    expect(panel).to_be_visible()
    expect(toggle).to_have_attribute("aria-expanded", "true")
    expect(panel.get_by_role("img", name="Facsimile of page 1")).to_be_visible()
    text, shown = page.locator(".document-text").bounding_box(), panel.bounding_box()
    assert text and shown and text["x"] + text["width"] <= shown["x"], "the picture hides the text"

    # It follows the reader, and leads: the text goes along.
    page.locator("#pg_2").evaluate("mark => mark.scrollIntoView()")
    image = panel.get_by_role("img", name="Facsimile of page 2")
    expect(image).to_have_js_property("complete", True)
    width = image.evaluate("image => image.clientWidth")
    panel.get_by_role("button", name="Larger").click()
    assert image.evaluate("image => image.clientWidth") > width
    panel.get_by_role("button", name="Whole page").click()
    assert image.evaluate("image => image.clientHeight <= image.parentElement.clientHeight")
    assert faults == []
    panel.get_by_role("button", name="Next page").click()
    expect(panel.get_by_role("status")).to_have_text("The picture of page 3 could not be loaded.")
    expect(page.locator("#pg_3")).to_be_in_viewport()
    expect(panel.get_by_role("button", name="Next page")).to_be_disabled()
    assert [fault for fault in faults if "404" not in fault] == []

    # What is open stays open on the next document.
    page.goto(page.url.replace("/d1/", "/d2/"))
    expect(panel.get_by_role("img", name="Facsimile of page 4")).to_be_visible()
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    page.reload()
    expect(panel).to_be_hidden()
    assert not any("openseadragon" in asked for asked in pictures[1])
    assert page.evaluate("!window.OpenSeadragon")


def test_an_image_service_is_looked_at_closely(
    site: Path, serve: Serve, open_page: Open, faults: list[str], pictures: tuple[str, list[str]]
) -> None:
    asked = pictures[1]
    page = open_page(f"{serve(site)}/iiif/d1/", viewport={"width": 1280, "height": 700}, reduced_motion="reduce")
    assert page.evaluate("!window.OpenSeadragon"), "what is rarely used is loaded with every page"
    page.get_by_role("button", name="Facsimile", exact=True).click()
    panel = page.get_by_role("region", name="Facsimile")
    viewer = panel.get_by_role("application", name="Facsimile of page 1")
    expect(viewer).to_be_visible()
    expect(panel.locator("canvas").first).to_be_visible()
    page.wait_for_timeout(300)
    before = {path for path in asked if path.startswith("/iiif/1/")}
    assert "/iiif/1/info.json" in before and len(before) > 1
    for _ in range(4):
        panel.get_by_role("button", name="Larger").click()
    page.wait_for_timeout(700)
    after = {path for path in asked if path.startswith("/iiif/1/")}
    assert len(after) > len(before), "nothing finer was asked for"
    panel.get_by_role("button", name="Next page").click()
    expect(panel.get_by_role("application", name="Facsimile of page 2")).to_be_visible()
    assert faults == []
    panel.get_by_role("button", name="Next page").click()
    expect(panel.get_by_role("status")).to_have_text("The picture of page 3 could not be loaded.")
    assert [fault for fault in faults if "404" not in fault] == []


def test_a_narrow_screen_shows_the_picture_over_the_text(
    site: Path, serve: Serve, open_page: Open, faults: list[str], node_modules: Path
) -> None:
    page = open_page(
        f"{serve(site)}/plain/d1/", viewport={"width": 360, "height": 640}, has_touch=True, bypass_csp=True
    )
    toggle = page.get_by_role("button", name="Facsimile", exact=True)
    toggle.tap()
    panel = page.get_by_role("region", name="Facsimile")
    box = panel.bounding_box()
    assert box and (box["width"], box["height"]) == (360, 640)
    assert page.locator("main").evaluate("main => main.inert"), "what is hidden can be reached"
    page.add_script_tag(path=node_modules / "axe-core/axe.min.js")
    found = page.evaluate("axe.run('.facsimile-panel').then(result => result.violations.map(v => v.id))")
    assert found == []
    panel.get_by_role("button", name="Close the facsimile").tap()
    expect(panel).to_be_hidden()
    assert not page.locator("main").evaluate("main => main.inert")
    assert page.evaluate("document.activeElement.className") == "facsimile-switch"
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert faults == []


def test_the_pictures_of_the_sample_from_a_disk(sample_site: Path, open_page: Open, faults: list[str]) -> None:
    page = open_page((sample_site / "trade-and-aid/d101/index.html").as_uri(), viewport={"width": 1280, "height": 800})
    page.get_by_role("button", name="Facsimile", exact=True).click()
    image = page.get_by_role("img", name="Facsimile of page 1018")
    expect(image).to_have_js_property("naturalWidth", 600)
    assert faults == []

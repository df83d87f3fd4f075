"""``edition serve`` over real HTTP: the site as its host would send it, the preview's own part on top, and nothing for
those it is not meant for."""

from __future__ import annotations

import gzip
import http.client
import json
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner
from story import BASE, Story, tree

from generator import preview, watch
from generator.build import Options, Session
from generator.changes import Watcher
from generator.cli import main
from generator.preview import Board, Site, rules
from generator.preview.responses import kind_of, send
from generator.watch import Outcome

FILES = {
    **BASE,
    "edition.toml": 'title = "A test edition"\nbase_url = "https://example.org/e/"\n',
    "content/v1/d1.md": BASE["content/v1/d1.md"].replace("date:", "aliases: [/old/letter/]\ndate:"),
    "content/v1/pixel.png": "\x89PNG and so on, not to be compressed" * 100,
}


class Reply(msgspec.Struct):
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


class Previewed:
    """A story's edition, built and served. ``build`` does what a change on disk leads to."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.board = Board(story.root, Site(story.site, "/e/"), preview.EDITORS["vscode"])
        self._session = Session(Options(story.root, story.site, drafts=True))
        self._last: Outcome | None = None
        self.address = ""
        self.port = 0

    def build(self, *changed: str) -> Outcome:
        self.board.begin()
        before = self._last.diagnostics if self._last else ()
        self._last = watch.attempt(self._session.build, frozenset(changed) or None, before)
        self.board.finish(self._last)
        return self._last

    def edit(self, path: str, old: str, new: str) -> Outcome:
        self.story.edit(path, old, new)
        return self.build(path)

    def get(self, path: str, method: str = "GET", **headers: str) -> Reply:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            names = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, headers=names)
            answer = connection.getresponse()
            return Reply(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def close(self) -> None:
        self._session.close()


def previewed_of(story: Story) -> Iterator[Previewed]:
    previewed = Previewed(story)
    at = preview.listening(0)
    previewed.port = at.getsockname()[1]
    with preview.serving(previewed.board, at) as address:
        previewed.address = address
        yield previewed
    previewed.close()


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Previewed]:
    """A preview for tests that only ask."""
    for previewed in previewed_of(Story(tmp_path_factory.mktemp("shown"), FILES)):
        previewed.build()
        yield previewed


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Previewed]:
    """A preview for tests that change something; nothing has been built."""
    yield from previewed_of(Story(tmp_path, FILES))


# ---- as the host would


def test_a_page_has_the_headers_of_the_site(shown: Previewed) -> None:
    page = shown.get("/e/v1/d1/")
    assert page.status == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'")
    assert page.headers["x-content-type-options"] == "nosniff"
    assert b'<article class="document" id="d1"' in page.body


def test_what_may_change_is_asked_for_again(shown: Previewed) -> None:
    assert "max-age=3600" in (shown.story.site / "_headers").read_text()
    assert shown.get("/e/assets/edition.css").headers["cache-control"] == "no-cache"
    assert shown.get("/e/v1/d1/").headers["cache-control"] == "no-cache"
    named = next(p for p in tree(shown.story.site) if p.startswith("search/terms/"))
    assert "immutable" in shown.get(f"/e/{named}").headers["cache-control"]


@pytest.mark.parametrize(
    ("path", "status", "location"),
    [
        ("/", 302, "/e/"),
        ("/e", 302, "/e/"),
        ("/e/v1", 301, "/e/v1/"),
        ("/e/v1/d1", 301, "/e/v1/d1/"),
        ("/e/v1/d1?a=%20b&c", 301, "/e/v1/d1/?a=%20b&c"),
        ("/e/old/letter/", 301, "/e/v1/d1/"),
        ("/e/old/letter", 301, "/e/v1/d1/"),
        ("/e/old/letter?x=1", 301, "/e/v1/d1/?x=1"),
    ],
)
def test_addresses_that_lead_on(shown: Previewed, path: str, status: int, location: str) -> None:
    answer = shown.get(path)
    assert (answer.status, answer.headers["location"], answer.body) == (status, location, b"")


@pytest.mark.parametrize("path", ["/e/", "/e/index.html", "/e/v1/", "/e/v1/d1/index.html", "/e/about/", "/e/404"])
def test_addresses_that_stand(shown: Previewed, path: str) -> None:
    assert shown.get(path).status == 200


@pytest.mark.parametrize(
    "path", ["/e/nothing", "/e/v1/d9/", "/elsewhere/", "/e/_headers", "/e/_redirects", "/e/v1/d1/x/", "/e/assets/"]
)
def test_what_is_not_there_has_the_page_that_says_so(shown: Previewed, path: str) -> None:
    answer = shown.get(path)
    assert answer.status == 404
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "body" in answer.text and "Index of" not in answer.text
    # The links of that page are absolute, so that it works at every depth.
    assert 'href="/e/assets/edition.css"' in answer.text


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.html", "text/html; charset=utf-8"),
        ("a.css", "text/css; charset=utf-8"),
        ("a.js", "text/javascript; charset=utf-8"),
        ("a.json", "application/json"),
        ("a.xml", "application/xml"),
        ("a.svg", "image/svg+xml"),
        ("a.md", "text/markdown; charset=utf-8"),
        ("a.txt", "text/plain; charset=utf-8"),
        ("a.webp", "image/webp"),
        ("a.woff2", "font/woff2"),
        ("a.ris", "application/x-research-info-systems"),
        ("a", "application/octet-stream"),
    ],
)
def test_kinds_of_files(name: str, kind: str) -> None:
    assert kind_of(name) == kind


def test_an_unchanged_file_is_not_sent_again(fresh: Previewed) -> None:
    fresh.build()
    for path in ("/e/v1/d1/", "/e/assets/edition.css"):
        for encoding in ("identity", "gzip"):
            first = fresh.get(path, Accept_Encoding=encoding)
            again = fresh.get(path, If_None_Match=first.headers["etag"], Accept_Encoding=encoding)
            assert (again.status, again.body) == (304, b"") and "content-security-policy" in again.headers
            assert fresh.get(path, If_None_Match='"another"').status == 200
    page = fresh.get("/e/v1/d1/")
    fresh.edit("content/v1/d1.md", "One", "Uno")
    changed = fresh.get("/e/v1/d1/", If_None_Match=page.headers["etag"])
    assert changed.status == 200 and "Uno" in changed.text


def test_conditions_on_the_time(shown: Previewed) -> None:
    date = shown.get("/e/assets/edition.css").headers["last-modified"]
    assert shown.get("/e/assets/edition.css", If_Modified_Since=date).status == 304
    assert shown.get("/e/assets/edition.css", If_Modified_Since="Thu, 01 Jan 1970 00:00:01 GMT").status == 200
    assert shown.get("/e/assets/edition.css", If_Modified_Since="yesterday").status == 200
    # What is known by its tag is not judged by the time, which is too coarse.
    assert shown.get("/e/assets/edition.css", If_Modified_Since=date, If_None_Match='"x"').status == 200


@pytest.mark.parametrize(
    ("wanted", "part"),
    [
        ("bytes=0-9", (0, 10)),
        ("bytes=5-", (5, None)),
        ("bytes=-7", (-7, None)),
        ("bytes=-99999999", (0, None)),
        ("bytes=10-99999999", (10, None)),
        ("bytes=0-0", (0, 1)),
    ],
)
def test_a_part_of_a_file(shown: Previewed, wanted: str, part: tuple[int, int | None]) -> None:
    whole = (shown.story.site / "assets/edition.css").read_bytes()
    answer = shown.get("/e/assets/edition.css", Range=wanted, Accept_Encoding="gzip")
    expected = whole[slice(*part)]
    assert (answer.status, answer.body) == (206, expected)
    start = whole.index(expected) if part[0] != -7 else len(whole) - 7
    assert answer.headers["content-range"] == f"bytes {start}-{start + len(expected) - 1}/{len(whole)}"
    assert "content-encoding" not in answer.headers


@pytest.mark.parametrize("wanted", ["bytes=99999999-", "bytes=-0"])
def test_a_part_that_is_not_there(shown: Previewed, wanted: str) -> None:
    answer = shown.get("/e/assets/edition.css", Range=wanted)
    size = (shown.story.site / "assets/edition.css").stat().st_size
    assert (answer.status, answer.headers["content-range"]) == (416, f"bytes */{size}")


@pytest.mark.parametrize("wanted", ["bytes=0-1,5-6", "bytes=9-3", "lines=1-2", "bytes=-", "bytes=a-b", "bytes=²-3"])
def test_what_is_no_part_is_sent_whole(wanted: str) -> None:
    assert send(b"0123456789", "text/css", "t", 0, {"range": wanted}).body == b"0123456789"


def test_head_makes_no_body() -> None:
    for wanted in ({}, {"range": "bytes=1-2"}):
        assert send(b"0123456789", "text/css", "t", 0, wanted, head=True).body == b""


def test_a_part_of_another_version_is_sent_whole(shown: Previewed) -> None:
    tag = shown.get("/e/assets/edition.css", Accept_Encoding="identity").headers["etag"]
    assert shown.get("/e/assets/edition.css", Range="bytes=0-1", If_Range=tag).status == 206
    assert shown.get("/e/assets/edition.css", Range="bytes=0-1", If_Range='"old"').status == 200


@pytest.mark.parametrize(
    ("accepted", "packed"),
    [("gzip", True), ("br, gzip;q=0.5", True), ("*", True), ("gzip;q=0", False), ("identity", False), ("", False)],
)
def test_text_is_compressed_for_those_who_take_it(shown: Previewed, accepted: str, packed: bool) -> None:
    answer = shown.get("/e/assets/edition.css", Accept_Encoding=accepted)
    whole = (shown.story.site / "assets/edition.css").read_bytes()
    assert answer.headers["vary"] == "Accept-Encoding"
    assert ("content-encoding" in answer.headers) is packed
    assert (gzip.decompress(answer.body) if packed else answer.body) == whole


def test_pictures_are_not_compressed(shown: Previewed) -> None:
    answer = shown.get("/e/v1/pixel.png", Accept_Encoding="gzip")
    assert answer.status == 200 and answer.headers["content-type"] == "image/png"
    assert "content-encoding" not in answer.headers and "vary" not in answer.headers


@pytest.mark.parametrize("path", ["/e/v1/d1/", "/e/assets/edition.css", "/e/nothing", "/e/v1/d1", "/.preview/"])
def test_head_is_get_without_the_body(shown: Previewed, path: str) -> None:
    whole, head = shown.get(path), shown.get(path, method="HEAD")
    assert head.body == b""
    assert {**head.headers, "date": ""} == {**whole.headers, "date": ""} and head.status == whole.status


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"])
def test_nothing_else_can_be_done(shown: Previewed, method: str) -> None:
    answer = shown.get("/e/v1/d1/", method=method)
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")


# ---- what it keeps to itself


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "[::1]:{port}", ""]
)
@pytest.mark.parametrize("path", ["/e/", "/.preview/", "/.preview/events"])
def test_another_name_is_not_answered(shown: Previewed, host: str, path: str) -> None:
    answer = shown.get(path, Host=host.format(port=shown.port))
    assert answer.status in (400, 421) and "A test edition" not in answer.text


def test_its_own_names_are(shown: Previewed) -> None:
    for host in ("127.0.0.1", "localhost", "LocalHost"):
        assert shown.get("/e/", Host=f"{host}:{shown.port}").status == 200


SECRET = "what nobody may read"


@pytest.mark.parametrize(
    "path",
    [
        "/e/../edition/edition.toml",
        "/e/..%2fedition/edition.toml",
        "/e/%2e%2e/edition/edition.toml",
        "/e/v1/%2e%2e/%2e%2e/edition/edition.toml",
        "/e/%252e%252e/edition/edition.toml",
        "/e/..\\edition\\edition.toml",
        "/e/..%5cedition%5cedition.toml",
        "/e//etc/passwd",
        "//etc/passwd",
        "/e/%2fetc/passwd",
        "/e/v1/d1/index.html%00.css",
        "/e/.hidden/secret.txt",
        "/e/.secret",
        "/e/out/secret.txt",
        "/e/secret.txt",
        "/e/pipe",
        "/e/%ff%fe",
        "/e/v1//d1/",
        "/e/./v1/d1/",
        "/.preview/../e/",
        "/.preview/board.py",
        "/.preview/page.html",
    ],
)
def test_no_way_out(tmp_path: Path, path: str) -> None:
    story = Story(tmp_path, {**FILES, "edition.toml": FILES["edition.toml"] + f"# {SECRET}\n"})
    (story.root / "secret.txt").write_text(SECRET)
    for previewed in previewed_of(story):
        previewed.build()
        (story.site / ".hidden").mkdir()
        (story.site / ".hidden/secret.txt").write_text(SECRET)
        (story.site / ".secret").write_text(SECRET)
        (story.site / "out").symlink_to(story.root)
        (story.site / "secret.txt").symlink_to(story.root / "secret.txt")
        if hasattr(os, "mkfifo"):
            os.mkfifo(story.site / "pipe")
        answer = previewed.get(path)
        assert answer.status in (400, 404) and SECRET not in answer.text and b"root:" not in answer.body
        assert "location" not in answer.headers


def test_no_redirect_leads_to_another_host(shown: Previewed) -> None:
    for path in ("//evil.example/", "/e//evil.example", "//evil.example/%2e%2e", "/e/%2f%2fevil.example/"):
        assert "location" not in shown.get(path).headers


def test_it_listens_on_this_machine_only() -> None:
    with preview.listening(0) as at:
        assert at.getsockname()[0] == "127.0.0.1"


def test_the_next_port_is_taken() -> None:
    with preview.listening(0) as first:
        port = first.getsockname()[1]
        with preview.listening(port) as second:
            assert second.getsockname()[1] > port


def test_no_port_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preview, "TRIED", 1)
    with preview.listening(0) as first, pytest.raises(preview.NoPort, match="--port"):
        preview.listening(first.getsockname()[1])


# ---- its own part of the pages


def test_pages_get_its_script_only_on_their_way(shown: Previewed) -> None:
    page = shown.get("/e/v1/d1/").text
    on_disk = (shown.story.site / "v1/d1/index.html").read_text()
    script = '<script src="/.preview/live.js" defer data-page="v1/d1/index.html"'
    assert page.index("<head>") < page.index(script) < page.index("edition.js")
    before, _, after = on_disk.partition("<head>")
    assert page.startswith(before) and page.endswith(after)
    assert not [path for path, data in tree(shown.story.root.parent).items() if b"/.preview/" in data]
    assert ".preview" not in shown.get("/e/assets/edition.js").text
    for path in ("live.js", "live.css"):
        assert shown.get(f"/.preview/{path}").status == 200


def test_a_page_without_a_head_gets_it_too(fresh: Previewed) -> None:
    fresh.build()
    (fresh.story.site / "bare.html").write_text("<p>Bare")
    assert fresh.get("/e/bare.html").text.startswith("<p>Bare<link")


def test_before_the_first_build_there_is_a_page_that_says_so(fresh: Previewed) -> None:
    answer = fresh.get("/e/v1/d1/")
    assert answer.status == 503 and "is being built" in answer.text and 'data-waits="yes"' in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    fresh.build()
    assert fresh.get("/e/v1/d1/").status == 200


class Heard:
    """What a page hears: the messages of ``/.preview/events``, in order."""

    def __init__(self, previewed: Previewed, page: str, version: str = "", run: str = "", build: int = 0) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", previewed.port, timeout=30)
        query = f"page={page}&version={version}&run={run}&build={build}"
        self.connection.request("GET", f"/.preview/events?{query}")
        self.answer = self.connection.getresponse()

    def next(self) -> dict[str, Any]:
        while True:
            line = self.answer.readline()
            assert line, "the connection has ended"
            if line.startswith(b"data: "):
                news: dict[str, Any] = json.loads(line[6:])
                return news

    def after_the_build(self) -> dict[str, Any]:
        while (news := self.next())["building"]:
            pass
        return news

    def __enter__(self) -> Heard:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()


def hear(previewed: Previewed, page: str) -> Heard:
    board = previewed.board
    return Heard(previewed, page, board.site.version(page), board.run, board.build)


def test_a_page_hears_of_its_own_changes(fresh: Previewed) -> None:
    fresh.build()
    with hear(fresh, "v1/d1/index.html") as one, hear(fresh, "v1/d3/index.html") as other:
        assert one.answer.getheader("content-type") == "text/event-stream; charset=utf-8"
        assert one.after_the_build()["changed"] is False
        assert other.after_the_build()["changed"] is False
        fresh.edit("content/v1/d1.md", "One", "Uno")
        assert one.next() == {"building": True}
        assert one.after_the_build()["changed"] is True
        news = other.after_the_build()
        assert news["changed"] is False and news["edited"] == "/e/v1/d1/"


def test_who_was_away_hears_what_was_missed(fresh: Previewed) -> None:
    fresh.build()
    version, run = fresh.board.site.version("v1/d1/index.html"), fresh.board.run
    fresh.edit("content/v1/d1.md", "One", "Uno")
    fresh.edit("content/v1/d2.md", "Two", "Due")
    with Heard(fresh, "v1/d1/index.html", version, run, 1) as heard:
        news = heard.after_the_build()
        assert news["changed"] is True and news["allFiles"] is True
    with Heard(fresh, "v1/d1/index.html", version, "another-run", 3) as heard:
        assert heard.after_the_build()["allFiles"] is True


def test_a_page_that_goes_says_where_to_go(fresh: Previewed) -> None:
    fresh.build()
    with hear(fresh, "v1/d4/index.html") as heard, hear(fresh, "v1/d1/index.html") as other:
        fresh.story.delete("content/v1/d4.md")
        fresh.build()
        news = next(news for news in iter(heard.after_the_build, None) if news["gone"])
        assert news["nearest"] == "/e/v1/"
        assert other.after_the_build()["gone"] is False
    with hear(fresh, "v1/d1/index.html") as heard:
        heard.after_the_build()
        fresh.story.rename("content/v1/d1.md", "content/v1/d10.md")
        fresh.edit("content/v1/d10.md", "/old/letter/", "/v1/d1/")
        news = next(news for news in iter(heard.after_the_build, None) if news["gone"])
        assert news["nearest"] == "/e/v1/d10/", "an alias says where it went"


def test_style_sheets_are_named(fresh: Previewed) -> None:
    fresh.story.write("assets/edition.css", "body { color: red }\n")
    fresh.build()
    with hear(fresh, "v1/d1/index.html") as heard:
        heard.after_the_build()
        fresh.edit("assets/edition.css", "red", "blue")
        assert heard.after_the_build()["files"] == ["/e/assets/edition.css"]


def test_errors_are_told_with_their_place(fresh: Previewed) -> None:
    fresh.build()
    fresh.edit("content/v1/d1.md", "title:", "titel:")
    with hear(fresh, "v1/d2/index.html") as heard:
        news = heard.after_the_build()
    (error,) = news["errors"]
    assert error["place"] == "content/v1/d1.md:2:1" and error["rule"] == "unknown-key"
    assert error["excerpt"] == 'titel: "First Letter"\n^'
    assert error["hint"] == 'Did you mean "title"?'
    assert error["copy"] == f"{fresh.story.root}/content/v1/d1.md:2:1"
    assert error["link"] == f"vscode://file{fresh.story.root}/content/v1/d1.md:2:1"
    assert error["page"] == "/e/v1/d1/"
    fresh.edit("edition.toml", "title =", "titel =")
    with hear(fresh, "v1/d2/index.html") as heard:
        assert {error["place"] for error in heard.after_the_build()["errors"]} == {"edition.toml:1:1"}
    assert fresh.get("/e/v1/d1/").status == 200, "the last good page stays"


def test_the_page_of_warnings(fresh: Previewed) -> None:
    fresh.story.edit("content/v1/d1.md", "One", "<b>One</b> [[d99]]")
    fresh.story.edit("content/v2/d1.md", "[[v1#p. 12]]", "[[v1#d77]]")
    fresh.build()
    page = fresh.get("/.preview/").text
    assert "0 errors, 2 warnings" in page
    assert '<h2>content/v1/d1.md</h2>\n    <p><a href="/e/v1/d1/">' in page
    assert "content/v2/d1.md:7:" in page and 'href="/e/v2/d1/"' in page
    assert "&lt;b&gt;One&lt;/b&gt; [[d99]]" in page and "<b>One</b>" not in page
    assert '<th scope="row">render</th>' in page
    fresh.edit("content/v1/d1.md", " [[d99]]", "")
    assert "content/v1/d1.md" not in fresh.get("/.preview/").text


def test_drafts_are_shown_and_named(fresh: Previewed) -> None:
    fresh.story.edit("content/v1/d4.md", "date: 1954", "date: 1954\nstatus: draft")
    fresh.build()
    assert 'data-draft="yes"' in fresh.get("/e/v1/d4/").text
    assert 'data-draft="yes"' not in fresh.get("/e/v1/d3/").text
    assert '<li><a href="/e/v1/d4/">v1/d4/index.html</a></li>' in fresh.get("/.preview/").text


@pytest.mark.parametrize(
    ("source", "page"),
    [
        ("content/v1/d1.md", "/e/v1/d1/"),
        ("content/v1/volume.toml", "/e/v1/"),
        ("content/v1/persons.yaml", "/e/v1/"),
        ("content/v1.xml", "/e/v1/"),
        ("content/pages/about.md", "/e/about/"),
        ("v1/d1/index.html", "/e/v1/d1/"),
        ("content/v1/deep/d1.md", "/e/v1/d1/"),
        ("content/v9/d1.md", ""),
        ("edition.toml", ""),
        ("templates/base.html", ""),
        ("", ""),
    ],
)
def test_the_page_of_a_source(shown: Previewed, source: str, page: str) -> None:
    assert shown.board.page_of(source) == page


# ---- the whole


def test_the_base_path_follows_the_edition(tmp_path: Path) -> None:
    story = Story(tmp_path, FILES)
    board = Board(story.root, Site(story.site))
    session = Session(Options(story.root, story.site))
    watcher = Watcher(story.root.resolve(), lambda line: None)
    outcomes: list[Outcome] = []
    built, ended = threading.Condition(), threading.Event()
    at = preview.listening(0)

    class Stop(Exception):
        pass

    def tell(outcome: Outcome) -> None:
        if ended.is_set():
            raise Stop
        with built:
            outcomes.append(outcome)
            built.notify()

    def run() -> None:
        with watcher, pytest.raises(Stop):
            preview.serve(lambda changed: session.build(None), watcher, board, at, tell, lambda address: None)
        session.close()

    def wait(condition: Callable[[], bool]) -> None:
        with built:
            assert built.wait_for(condition, 60)

    thread = threading.Thread(target=run)
    thread.start()
    wait(lambda: bool(outcomes))
    assert board.site.base == "/e/"
    story.edit("edition.toml", "example.org/e/", "example.org/another/place/")
    wait(lambda: board.site.base == "/another/place/")
    ended.set()
    watcher.burst.doubt()
    thread.join(60)
    assert not thread.is_alive()


def test_a_missing_edition_is_said(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["serve", "--edition", str(tmp_path)])
    assert result.exit_code == 1 and "no-edition" in result.stderr


@pytest.mark.parametrize("editor", ["emacs", "javascript:alert({path})", "https://x.example/{path}", "vscode://file/"])
def test_an_editor_that_cannot_be_opened_is_refused(tmp_path: Path, editor: str) -> None:
    story = Story(tmp_path)
    result = CliRunner().invoke(main, ["serve", "--edition", str(story.root), "--editor", editor])
    assert result.exit_code == 2 and "--editor" in result.stderr


# ---- the rules for the host

HEADERS = """\
# a comment
/*
  X-One: 1
  X-Two: a
  X-Two: b

/assets/*
  X-One: of the assets
  Cache-Control: public
/volume/:id
\tX-Three: with: colon
"""

REDIRECTS = """\
# a comment
/plain /to
/status /to 302
/forced /to 301!
/rewritten /to 200
/splat/* /to/:splat
/year/:year/:slug /archive/:slug/:year 308
/asks id=:id /to/:id 301
/abroad https://example.org/x#part
/country /to 302 Country=de
/comment /to 301 # said here
"""


def test_headers_by_path() -> None:
    read = rules.read_headers(HEADERS + "nonsense\n  Content-Length: 3\n  : x\n")
    assert rules.headers_for(read, "/a/b") == {"x-one": "1", "x-two": "a, b"}
    assert rules.headers_for(read, "/assets/a.css")["x-one"] == "of the assets"
    assert rules.headers_for(read, "/volume/v1/")["x-three"] == "with: colon"
    assert "x-three" not in rules.headers_for(read, "/volume/v1/d1/")


@pytest.mark.parametrize(
    ("path", "query", "target"),
    [
        ("/plain", "", "/to"),
        ("/plain/", "", "/to"),
        ("/plain", "a=1", "/to?a=1"),
        ("/plainer", "", None),
        ("/splat/a/b c", "", "/to/a/b%20c"),
        ("/splat//evil.example", "", "/to/evil.example"),
        ("/year/1953/letter", "", "/archive/letter/1953"),
        ("/year/1953", "", None),
        ("/asks", "id=5", "/to/5"),
        ("/asks", "other=5", None),
        ("/abroad", "", "https://example.org/x#part"),
        ("/abroad", "q=1", "https://example.org/x?q=1#part"),
        ("/country", "", None),
        ("/comment", "", "/to"),
    ],
)
def test_redirects_by_path(path: str, query: str, target: str | None) -> None:
    followed = (rules.follow(rule, path, query) for rule in rules.read_redirects(REDIRECTS))
    assert next((found for found in followed if found is not None), None) == target


def test_no_rule_leads_to_another_host_by_what_is_asked_for() -> None:
    (rule,) = rules.read_redirects("/old/* /:splat 301\n")
    assert rules.follow(rule, "/old//evil.example/x", "") == "/evil.example/x"
    (rule,) = rules.read_redirects("/asks id=:id /:id 301\n")
    assert rules.follow(rule, "/asks", "id=/evil.example") == "/evil.example"


def test_netlify_reads_the_rules_in_the_same_way(
    checkout: Path, node: Callable[..., str], node_modules: Path, tmp_path: Path
) -> None:
    (tmp_path / "_headers").write_text(HEADERS)
    (tmp_path / "_redirects").write_text(REDIRECTS)
    theirs = json.loads(node(checkout / "tests/netlify/rules.mjs", tmp_path))
    assert theirs["errors"] == []
    values = [{k.lower(): v.replace(",b", ", b") for k, v in rule["values"].items()} for rule in theirs["headers"]]
    assert [(rule["for"], found) for rule, found in zip(theirs["headers"], values, strict=True)] == [
        (rule.pattern, dict(rule.headers)) for rule in rules.read_headers(HEADERS)
    ]
    known = [rule for rule in theirs["redirects"] if not rule.get("conditions")]
    assert [
        (rule.get("path") or rule["from"], rule["to"], rule.get("status") or 301, rule.get("force", False), tuple(rule.get("query", {}).items()))
        for rule in known
    ] == [(r.origin, r.target, r.status, r.force, r.query) for r in rules.read_redirects(REDIRECTS)]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "status", "body"),
    [
        ("/kept.txt", 200, b"there"),
        ("/forced.txt", 301, b""),
        ("/inside", 200, b"there"),
        ("/sorry", 404, b"there"),
        ("/proxied", 404, b"missing"),
    ],
)
def test_what_stands_is_not_led_away_unless_forced(tmp_path: Path, path: str, status: int, body: bytes) -> None:
    for name in ("kept.txt", "forced.txt"):
        (tmp_path / name).write_text("there")
    (tmp_path / "404.html").write_text("missing")
    lines = ("/kept.txt /to", "/forced.txt /to 301!", "/inside /kept.txt 200", "/sorry /kept.txt 404")
    (tmp_path / "_redirects").write_text("\n".join((*lines, "/proxied https://example.org/ 200", "")))
    found = Site(tmp_path).answer(path)
    assert found and found.status == status
    assert getattr(found, "data", b"") == body


def test_headers_that_cannot_be_sent_are_left_out() -> None:
    assert rules.joined({"x-one": "é", "x-two": "日", "x-three": "a\r\nb"}) == [(b"x-one", b"\xe9")]

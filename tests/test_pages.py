"""The pages of the built site: valid HTML, links that lead somewhere, and the hooks that themes and tools rely on.

They are read from two editions: the sample, and ``tests/specimen``, one document with everything that a document
can hold. To have a new case checked, write it into the specimen.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from lxml import etree

Checker = Callable[[Iterable[Path]], list[dict[str, Any]]]

ADDRESSES = ("href", "src", "action", "srcset", "poster", "data")


class Page:
    """A page of the site, parsed: its path in the site and the root of its elements."""

    def __init__(self, site: Path, file: Path) -> None:
        self.site = site
        self.file = file
        self.path = file.relative_to(site).as_posix()
        root: Any = etree.HTML(file.read_bytes(), etree.HTMLParser(encoding="utf-8"))
        self.root = root
        self.ids = [str(id) for id in self.all("//@id")]

    def all(self, path: str) -> list[Any]:
        """The elements, attributes or texts that an XPath finds, in the page's order."""
        return list(self.root.xpath(path))

    def one(self, path: str) -> Any:
        """The one element that an XPath finds."""
        found = self.all(path)
        assert len(found) == 1, f"{self.path}: {path} stands here {len(found)} times"
        return found[0]

    def links(self) -> Iterator[tuple[str, str, str]]:
        """Each address on the page: the element's name, the attribute's, the value."""
        for element in self.root.iter(etree.Element):
            for name in ADDRESSES:
                if name in element.attrib:
                    yield str(element.tag), name, str(element.attrib[name])

    def text(self, element: Any) -> str:
        return "".join(element.itertext())


def has(name: str) -> str:
    """The XPath condition for an element of a class."""
    return f"contains(concat(' ', normalize-space(@class), ' '), ' {name} ')"


Pages = dict[str, Page]


@pytest.fixture(scope="module", params=["sample_site", "specimen_site"])
def pages(request: pytest.FixtureRequest) -> Pages:
    site: Path = request.getfixturevalue(request.param)
    found = {page.path: page for page in (Page(site, file) for file in sorted(site.rglob("*.html")))}
    assert len(found) > 10
    return found


@pytest.fixture(scope="module")
def documents(pages: Pages) -> list[Page]:
    return [page for page in pages.values() if page.all(f"//article[{has('document')}]")]


def inside(page: Page, address: str) -> tuple[str, str] | None:
    """Return where an address on ``page`` leads within the site: the path of the file and the fragment; None if it
    leads outside."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc:
        return None
    path = unquote(parts.path)
    if path.startswith("/"):
        target = path.lstrip("/")
    elif not path:
        target = page.path
    else:
        where = (page.file.parent / path).resolve()
        assert where.is_relative_to(page.site.resolve()), f"{page.path}: {address} leads out of the site"
        target = where.relative_to(page.site.resolve()).as_posix()
        target = "" if target == "." else target
    if not target or path.endswith("/"):
        target = f"{target.rstrip('/')}/index.html".lstrip("/")
    return target, unquote(parts.fragment)


def test_the_checker_finds_no_error(pages: Pages, nu: Checker) -> None:
    found = nu(page.file for page in pages.values())
    errors = [f"{m.get('url')}:{m.get('lastLine')}: {m['message']}" for m in found if m["type"] != "info"]
    assert errors == []


def test_the_checker_sees_an_error(pages: Pages, nu: Checker, tmp_path: Path) -> None:
    text = pages["index.html"].file.read_text("utf-8")
    (tmp_path / "broken.html").write_text(text.replace("</h1>", "<table></h1>"), "utf-8")
    assert any(m["type"] == "error" for m in nu([tmp_path / "broken.html"]))


def test_ids_occur_once(pages: Pages) -> None:
    twice = {(p.path, id) for p in pages.values() for id, n in Counter(p.ids).items() if n > 1}
    assert twice == set()


def test_links_lead_to_what_is_there(pages: Pages) -> None:
    broken = []
    for page in pages.values():
        for _, _, address in page.links():
            target = inside(page, address)
            if target is None:
                continue
            path, fragment = target
            if not (page.site / path).is_file() or (fragment and fragment not in pages[path].ids):
                broken.append(f"{page.path}: {address}")
    assert broken == []


def test_links_are_relative(pages: Pages) -> None:
    """So the site works below any path and from a disk. The page for addresses that are not there is served at any
    address, and so has to begin at the root; the canonical address is whole by its nature."""
    for page in pages.values():
        for element, attribute, address in page.links():
            if page.path == "404.html":
                assert address.startswith(("/", "#")), address
            elif urlsplit(address).scheme:
                assert element in ("a", "img") or page.all(f"//link[@rel='canonical'][@{attribute}='{address}']")
            else:
                assert not address.startswith("/"), f"{page.path}: {address}"


def test_links_name_the_file(pages: Pages) -> None:
    """From a disk, a link to a folder shows the folder."""
    for page in pages.values():
        if page.path == "404.html":
            continue
        for _, _, address in page.links():
            if not urlsplit(address).scheme and urlsplit(address).path:
                assert re.search(r"\.\w+$", urlsplit(address).path), f"{page.path}: {address}"


def test_nothing_stands_inline(pages: Pages) -> None:
    """The policy under which the pages are served allows no style and no script in them, and nothing from elsewhere
    but images."""
    for page in pages.values():
        scripts = "//script[not(@src) and not(@type='application/ld+json')]"  # what is data is no script
        assert page.all(f"//style | {scripts} | //@style | //iframe | //object | //embed") == [], page.path
        assert [a for a in page.all("//@*") if a.attrname.startswith("on")] == [], page.path
        sources = page.all("//script/@src | //link[@rel='stylesheet']/@href")
        assert sources and all(inside(page, source) for source in sources), page.path
        assert all(urlsplit(a).scheme in ("", "http", "https", "mailto") for _, _, a in page.links()), page.path


def test_every_page_has_its_frame(pages: Pages) -> None:
    for page in pages.values():
        assert page.root.get("lang") == "en", page.path
        assert page.one("/html/head/title").text.strip()
        assert page.text(page.one("//h1")).strip()
        assert page.one("//meta[@name='viewport']") is not None
        assert page.one("//main").get("id") == "site-content"
        first = page.all("//body//a")[0]
        assert (first.get("class"), first.get("href")) == ("skip", "#site-content")
    titles = Counter(page.one("/html/head/title").text for page in pages.values())
    assert len(titles) > len(pages) / 2


def test_contents_lead_to_every_document(pages: Pages, documents: list[Page]) -> None:
    site = documents[0].site
    listed = {d["address"] + "index.html" for d in json.loads((site / "documents.json").read_text("utf-8"))}
    assert listed == {page.path for page in documents}
    home = pages["index.html"]
    volumes = {inside(home, a) for a in home.all(f"//ul[{has('volumes')}]//h3/a/@href")}
    reached = set()
    for volume in volumes:
        assert volume is not None
        page = pages[volume[0]]
        reached |= {inside(page, a) for a in page.all(f"//ol[{has('contents')}]//a/@href")}
    assert listed <= {target[0] for target in reached if target}


IN_VOLUME = "//nav[not(contains(@class, 'in-time'))]/a[@rel='{}']"


def test_previous_and_next_pass_through_every_document(pages: Pages, documents: list[Page]) -> None:
    starts = [page for page in documents if not page.all(IN_VOLUME.format("prev"))]
    met = []
    for page in starts:
        while True:
            met.append(page.path)
            following = page.all(IN_VOLUME.format("next") + "/@href")
            if not following:
                break
            target = inside(page, following[0])
            assert target
            back = pages[target[0]].one(IN_VOLUME.format("prev") + "/@href")
            assert inside(pages[target[0]], back) == (page.path, "")
            page = pages[target[0]]
    assert sorted(met) == sorted(page.path for page in documents)


def test_every_page_is_reached_from_the_home_page(pages: Pages) -> None:
    reached = {"index.html", "404.html"}
    waiting = [pages["index.html"]]
    while waiting:
        page = waiting.pop()
        for _, _, address in page.links():
            target = inside(page, address)
            if target and target[0] in pages and target[0] not in reached:
                reached.add(target[0])
                waiting.append(pages[target[0]])
    assert reached == set(pages)


def test_hooks_of_a_document(documents: list[Page]) -> None:
    for page in documents:
        article = page.one(f"//article[{has('document')}]")
        assert page.path == f"{article.get('data-volume')}/{article.get('id')}/index.html"
        assert article.get("data-document") == article.get("id")
        assert page.one("//h1").xpath("ancestor::article") == [article]


def test_page_marks(documents: list[Page]) -> None:
    marks = [(page, mark) for page in documents for mark in page.all(f"//*[{has('page-break')}]")]
    assert marks
    for page, mark in marks:
        label = mark.get("data-page")
        assert page.text(mark) == f"[Page {label}]"
        assert mark.get("role") == "doc-pagebreak"
        assert mark.get("aria-label") == f"Page {label}"
        assert mark.get("id") == f"pg_{label}"


def test_notes_and_their_references_lead_to_each_other(documents: list[Page]) -> None:
    references = 0
    for page in documents:
        notes = page.all(f"//section[{has('notes')}][@role='doc-endnotes']/ol/li")
        document = page.one("//article").get("id")
        for note in notes:
            assert note.get("id").startswith(f"{document}fn")
            backs = note.xpath(f".//a[{has('note-back')}][@role='doc-backlink']/@href")
            made = page.all(f"//a[{has('note-ref')}][@href='#{note.get('id')}']")
            assert backs == [f"#{reference.get('id')}" for reference in made] != []
            for reference in made:
                assert reference.get("role") == "doc-noteref"
                assert page.text(reference) == page.text(note.xpath(f"*[{has('note-label')}]")[0])
                references += 1
        assert len(page.all(f"//a[{has('note-ref')}]")) == sum(
            len(n.xpath(".//a[@role='doc-backlink']")) for n in notes
        )
    assert references


def test_references_are_links_or_plain_words(documents: list[Page]) -> None:
    kinds = set()
    for page in documents:
        for reference in page.all(f"//*[{has('ref')}]"):
            if reference.tag == "a":
                assert reference.get("href") and reference.get("data-ref")
                kinds.add(reference.get("data-ref"))
            else:
                assert reference.get("data-status") in ("not-in-edition", "ambiguous", "broken", "unpublished")
                assert page.text(reference).strip() and reference.get("title")
                assert not reference.xpath(".//@href")
    assert {"document", "note", "page"} <= kinds


def test_the_specimen_has_references_that_lead_nowhere(specimen_site: Path) -> None:
    page = Page(specimen_site, specimen_site / "specimen/d1/index.html")
    found = {page.text(r): r.get("data-status") for r in page.all(f"//span[{has('unresolved')}]")}
    assert found == {"Document 99": "broken", "elsewhere, Document 5": "not-in-edition", "footnote 77, Document 2": "broken"}  # fmt: skip


def test_citations_are_told_on_both_sides(specimen_site: Path) -> None:
    page = Page(specimen_site, specimen_site / "specimen/d2/index.html")
    cited = page.all(f"//aside[{has('cited-by')}]//a/@href")
    assert cited[0] == "../d1/index.html" and "../d1/index.html#p6" in cited


def test_no_level_of_headings_is_skipped(specimen_site: Path) -> None:
    """Whatever levels a transcript gives its headings."""
    page = Page(specimen_site, specimen_site / "specimen/d3/index.html")
    found = [(h.tag, page.text(h)) for h in page.all("//article//*[self::h2 or self::h3 or self::h4]")]
    assert found == [("h2", "Fourth"), ("h2", "Second"), ("h3", "Fourth again"), ("h4", "Sixth"), ("h3", "Third")]


def test_a_phrase_runs_on_beneath_a_page_mark(specimen_site: Path) -> None:
    page = Page(specimen_site, specimen_site / "specimen/d1/index.html")
    for mark in page.all(f"//*[{has('page-break')}]/*"):
        mark.text = ""
    text = page.text(page.one("//*[@id='p1']"))
    assert "reviewed its examination strategic nature included" in text
    assert "The word examination turns" in text


def test_the_style_sheet_takes_nothing_from_elsewhere(checkout: Path) -> None:
    css = (checkout / "assets/edition.css").read_text("utf-8")
    assert re.findall(r"@import|url\(|@font-face", css) == []
    classes = set(re.findall(r"\.([a-z][a-z_-]*)(?=[^{}]*\{)", re.sub(r"/\*.*?\*/", "", css, flags=re.S)))
    known = "\n".join(["align-right align-center", *(f.read_text("utf-8") for f in _sources(checkout))])
    unknown = {name for name in classes if not re.search(rf"\b{re.escape(name)}\b", known)}
    assert unknown == set(), "classes that nothing sets"


def _sources(checkout: Path) -> Iterator[Path]:
    yield from sorted((checkout / "templates").rglob("*.html"))
    yield from sorted((checkout / "generator").rglob("*.py"))
    yield from sorted((checkout / "assets").glob("*.js"))

"""What the words of a text say of themselves: cards of people, terms and places, previews of references, short forms of
cables, signs that a place is cited; and the pages of entries and their lists.

The pages are made from the templates with data of our own, so that every case is on them; how the program comes by
such data is tested elsewhere.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from markupsafe import Markup
from playwright.sync_api import Browser, Locator, Page, Route, expect

from generator.theme import Templates, Theme

Serve = Callable[..., str]
Open = Callable[..., Page]
Checker = Callable[[Iterable[Path]], list[dict[str, Any]]]

PREFIX = "/some/base"
# Wide enough for margins, too narrow for notes beside the text, which have no cards.
WIDE, NARROW = {"width": 1180, "height": 800}, {"width": 390, "height": 800}
CARD = "#site-card"

D1_TEXT = """
<p id="p1">On May 4 <a class="person" data-person="smith" href="../persons/smith/index.html">Smith</a> told the \
<a class="term-link" href="../terms/un/index.html"><abbr class="term" data-term="un" title="United Nations">UN</abbr></a> \
at <a class="place" data-place="strelsau" href="../places/strelsau/index.html">Strelsau</a> that \
<a class="person" data-person="jones" href="../persons/jones/index.html">Jones</a> and \
<span class="person" data-person="nobody">Nobody</span> had left.</p>
<p id="p2">Ref <a class="ref" data-ref="document" id="to-document" href="../d2/index.html" title="Document 2: Letter From The Herald">Document 2</a>, \
<a class="ref" data-ref="note" id="to-note" href="../d2/index.html#d2fn5" title="Document 2: Letter From The Herald">footnote 5</a>, \
<a class="ref" data-ref="page" id="to-page" href="../d2/index.html#pg_7">p. 7</a>, \
<a class="ref" data-ref="paragraph" id="to-paragraph" href="../d2/index.html#p2">para 2</a>, \
<a class="ref" data-ref="paragraph" id="to-here" href="#p4">para 4 below</a>, \
<a class="ref" data-ref="document" id="to-nothing" href="../d9/index.html" title="Document 9">Document 9</a>, \
<a class="ref outside" rel="external" data-ref="document" id="to-outside" href="https://example.org/d7">Document 7</a>.\
<a class="note-ref" id="d1fnref1" role="doc-noteref" href="#d1fn1" aria-label="Footnote 1"><sup>1</sup></a>\
<a class="cited-here" href="#cited-p2" aria-label="Cited by 2 documents"></a></p>
<p id="p3">Dept <abbr class="telegraphese" title="would">wld</abbr> like \
<abbr class="telegraphese" title="additional">addl</abbr> info <abbr class="telegraphese" title="regarding">re</abbr> \
mtg.<a class="note-ref" id="d1fnref2" role="doc-noteref" href="#d1fn2" aria-label="Footnote 2"><sup>2</sup></a></p>
<p id="p4">4. Nothing further has been heard of the matter, which the <em>Herald</em> had thought \
<a class="page-break" id="pg_3" role="doc-pagebreak" data-page="3" aria-label="Page 3"><span>[Page 3]</span></a>settled.</p>
""" + "\n".join(f'<p id="p{n}">Paragraph {n} says no more than the others, at the same length as they do.</p>' for n in range(5, 30))  # fmt: skip
D1_NOTES = """
<section class="notes" role="doc-endnotes" aria-label="Notes">
<ol>
<li id="d1fn1"><span class="note-label">1</span> <p>A note, with <em>words</em> in italics and a <a href="https://example.org/">link</a>. \
<a class="note-back" role="doc-backlink" href="#d1fnref1" aria-label="Back to reference 1">↩</a>\
<a class="cited-here" href="#cited-d1fn1" aria-label="Cited by 1 document"></a></p></li>
<li id="d1fn2"><span class="note-label">2</span> <p>Not printed. \
<a class="note-back" role="doc-backlink" href="#d1fnref2" aria-label="Back to reference 2">↩</a></p></li>
</ol>
</section>
"""
D2_TEXT = """
<p id="p1">Sir: I have the honor to report &lt;img src=x&gt; that <abbr class="telegraphese" title="for your information">FYI</abbr> \
the harvest <a class="page-break" id="pg_7" role="doc-pagebreak" data-page="7" aria-label="Page 7"><span>[Page 7]</span></a>was poor.</p>
<p id="p2">2. The second paragraph stands alone.\
<a class="note-ref" id="d2fnref5" role="doc-noteref" href="#d2fn5" aria-label="Footnote 5"><sup>5</sup></a></p>
<p id="p3">The third goes on. """ + "It has been said often that words follow words without end. " * 8 + """</p>
"""  # fmt: skip
D2_NOTES = """
<section class="notes" role="doc-endnotes" aria-label="Notes">
<ol>
<li id="d2fn5"><span class="note-label">5</span> <p>See Document 1. \
<a class="note-back" role="doc-backlink" href="#d2fnref5" aria-label="Back to reference 5">↩</a></p></li>
</ol>
</section>
"""
VOLUME = {"id": "v", "title": "Ruritania", "path": "v/index.html"}
SMITH = {
    "id": "smith",
    "name": "Smith, John",
    "path": "v/persons/smith/index.html",
    "role": "Consul at Strelsau",
    "text": "Consul at Strelsau until June 1931; thereafter Minister in Zenda",
    "links": [
        {"title": "VIAF", "href": "https://viaf.org/viaf/1"},
        {"title": "Wikidata", "href": "https://www.wikidata.org/wiki/Q1"},
    ],
}
PLAIN = {"role": "", "text": "", "links": []}
MENTIONS = {
    "persons": [SMITH, {**PLAIN, "id": "jones", "name": "Jones, Mary", "path": "v/persons/jones/index.html"}],
    "terms": [{**PLAIN, "id": "un", "name": "UN", "text": "United Nations", "path": "v/terms/un/index.html"}],
    "places": [{**PLAIN, "id": "strelsau", "name": "Strelsau", "text": "The capital", "path": "v/places/strelsau/index.html"}],
}  # fmt: skip
CITING = [
    {"path": "v/d2/index.html", "name": "Document 2", "title": "Letter", "volume": "",
     "places": [{"anchor": "d2fn5", "words": "footnote 5"}]},
    {"path": "w/d1/index.html", "name": "Document 1", "title": "Report", "volume": "Zenda", "places": [{"anchor": "p1", "words": ""}]},
]  # fmt: skip
MORE = {
    "mentions": MENTIONS,
    "cited_by": CITING,
    "cited_at": [
        {"anchor": "p2", "words": "paragraph 2", "count": 2, "places": CITING},
        {"anchor": "d1fn1", "words": "footnote 1", "count": 1, "places": CITING[:1]},
    ],
    "related": [{"path": "v/d2/index.html", "name": "Document 2", "title": "Letter", "date": "May 5, 1931",
                 "date_iso": "1931-05-05", "volume": "", "reason": "file 123.4"}],
    "source_note": [{"name": "Archive", "value": "National Archives"}, {"name": "File", "value": "123.4/5–431"}],
}  # fmt: skip
ROW = {"kind": "document", "id": "d1", "path": "v/d1/index.html", "number": "1.", "title": "Telegram",
       "date": "May 4, 1931", "date_iso": "1931-05-04"}  # fmt: skip
ENTRY = {
    "id": "smith", "kind": "person", "name": "Smith, John", "text": SMITH["text"], "names": ["Consul Smith"],
    "roles": [{"text": "Consul at Strelsau", "time": "1929–1931"}, {"text": "Minister in Zenda", "time": ""}],
    "links": SMITH["links"], "elsewhere": [{"volume": "Zenda", "path": "w/persons/smith/index.html", "text": "Minister"}],
    "count": 2,
}  # fmt: skip
GROUPS = [
    {"title": "Ruritania", "path": "v/index.html", "documents": [{**ROW, "roles": ["sender", "participant"]}]},
    {"title": "Zenda", "path": "w/index.html", "documents": [{**ROW, "path": "w/d1/index.html", "roles": []}]},
]
LISTED = [
    {"id": f"e{n}", "name": f"{chr(65 + n // 3)}name, {n}", "letter": chr(65 + n // 3), "text": "Consul", "count": n % 3,
     "links": SMITH["links"] if n == 4 else [], "path": f"v/persons/e{n}/index.html" if n % 3 else "",
     "volumes": [{"title": "Ruritania", "path": "v/persons/index.html"}, {"title": "Zenda", "path": "w/persons/index.html"}][: 1 + n % 2]}
    for n in range(60)
]  # fmt: skip


class Maker:
    """Makes pages of the default theme with the data given."""

    def __init__(self, checkout: Path) -> None:
        theme = Theme(checkout)
        for name in ("document.html", "section.html", "entry.html", "entries.html"):
            theme.closure(name)
        site = {"title": "A Calendar", "language": "en", "menu": [], "lists": [], "search": False, "publisher": "", "licence": "", "description": "", "feed": "", "downloads": []}  # fmt: skip
        self.common = {"site": site, "pages": None, "in_time": None, "t": theme.messages("en"), "canonical": "", "trail": [{"title": "Persons", "path": "v/persons/index.html"}]}  # fmt: skip
        self.templates = Templates(theme.sources)

    def page(self, path: str, template: str, title: str, **data: Any) -> str:
        return self.templates.render(template, path, "", {**self.common, "title": title, **data}).decode()

    def document(self, id: str, title: str, body: str, notes: str, **data: Any) -> str:
        empty = dict.fromkeys(
            ("number", "place", "kind", "classification", "summary", "pages", "lang", "dir", "opening"), ""
        )
        about = {**empty, "id": id, "volume": "v", "title": title, "printed_number": f"{id[1:]}.", "name": id,
                 "date": "May 4, 1931", "date_iso": "1931-05-04", "sender": [], "addressee": [], "topics": [],
                 "pages_inferred": False}  # fmt: skip
        text = {"source_line": "", "title": Markup(title), "dateline": "Strelsau, May 4, 1931.", "body": Markup(body), "notes": Markup(notes)}  # fmt: skip
        given = {"cited_by": [], "volume": VOLUME, "previous": None, "next": None, "document": about, "text": text, **data}  # fmt: skip
        return self.page(f"v/{id}/index.html", "document.html", title, **given)


@pytest.fixture(scope="module")
def maker(checkout: Path) -> Maker:
    return Maker(checkout)


@pytest.fixture(scope="module")
def site(maker: Maker, checkout: Path, sample_site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site of these pages, under the policy of every edition."""
    folder = tmp_path_factory.mktemp("cards")
    (folder / "assets").mkdir()
    for file in (checkout / "assets").glob("*.*"):
        shutil.copy(file, folder / "assets")
    shutil.copy(sample_site / "_headers", folder)
    section = {"source_line": "", "dateline": "", "title": "Preface", "body": Markup(D2_TEXT), "notes": ""}
    pages = {
        "v/d1": maker.document("d1", "Telegram to <em>London</em>", D1_TEXT, D1_NOTES, **MORE),
        "v/d2": maker.document("d2", "Letter From <em>The Herald</em>", D2_TEXT, D2_NOTES),
        "v/preface": maker.page("v/preface/index.html", "section.html", "Preface", section={"id": "preface"}, text=section,
                                contents=[], cited_by=[], mentions=MENTIONS),
        "v/persons/smith": maker.page("v/persons/smith/index.html", "entry.html", "Smith, John", entry=ENTRY, groups=GROUPS,
                                      volume=VOLUME),
        "persons": maker.page("persons/index.html", "entries.html", "Persons", entries=LISTED, volume=None, list="persons"),
        "v/persons": maker.page("v/persons/index.html", "entries.html", "Persons", entries=[{k: v for k, v in e.items() if k != "volumes"} for e in LISTED[:6]],
                                volume=VOLUME, list="persons"),
    }  # fmt: skip
    for path, text in pages.items():
        (folder / path).mkdir(parents=True, exist_ok=True)
        (folder / path / "index.html").write_text(text, "utf-8")
    return folder


@pytest.fixture
def page_options() -> dict[str, Any]:
    return {"viewport": WIDE}


@pytest.fixture
def d1(site: Path, serve: Serve, open_page: Open) -> Callable[..., Page]:
    """A function that opens the document with everything in it."""
    return lambda **options: open_page(f"{serve(site, PREFIX)}/v/d1/", **options)


def word(page: Page, selector: str) -> Locator:
    return page.locator(f"article {selector}").first


def boxes(page: Page, selector: str) -> tuple[dict[str, float], list[dict[str, float]]]:
    """Where the card stands in the window, and the lines of the word."""
    script = "e => [...e.getClientRects()].map(r => ({left: r.left, right: r.right, top: r.top, bottom: r.bottom}))"
    return page.locator(CARD).evaluate(script)[0], word(page, selector).evaluate(script)


# ---- cards


def test_resting_on_a_name_opens_its_card(d1: Callable[..., Page], faults: list[str]) -> None:
    page = d1()
    card = page.locator(CARD)
    word(page, "a.person").hover()
    expect(card).to_be_visible()
    expect(card.locator(".card-name")).to_have_text("Smith, John")
    expect(card.locator(".card-role")).to_have_text("Consul at Strelsau")
    expect(card.locator(".card-text")).to_contain_text("thereafter Minister in Zenda")
    assert card.locator("a[rel=external]").all_text_contents() == ["VIAF", "Wikidata"]
    assert page.evaluate("document.querySelectorAll('[id=about-person-smith]').length") == 1
    word(page, "a.term-link").hover()
    expect(card.locator(".card-text")).to_have_text("United Nations")
    word(page, "a.place").hover()
    expect(card.locator(".card-text")).to_have_text("The capital")
    page.mouse.move(5, 5)
    expect(card).to_be_hidden()
    assert faults == []


def test_the_browser_shows_no_title_beside_a_card(d1: Callable[..., Page]) -> None:
    page = d1()
    term, plain = word(page, "abbr.term"), word(page, "abbr.telegraphese")
    term.hover()
    expect(page.locator(CARD)).to_be_visible()
    expect(term).not_to_have_attribute("title", "United Nations")
    plain.hover()
    expect(page.locator(CARD)).to_have_text("would")
    expect(term).to_have_attribute("title", "United Nations")
    page.mouse.move(5, 5)
    expect(page.locator(CARD)).to_be_hidden()
    expect(plain).to_have_attribute("title", "would")


def test_the_pointer_may_go_into_the_card(d1: Callable[..., Page]) -> None:
    page = d1()
    word(page, "a.person").hover()
    link = page.locator(f"{CARD} a[rel=external]").first
    link.hover()
    page.wait_for_timeout(900)  # longer than a card outlives the pointer
    expect(link).to_be_visible()


def test_a_name_without_an_entry_has_no_card(d1: Callable[..., Page]) -> None:
    page = d1()
    word(page, "span.person").hover()
    page.wait_for_timeout(600)  # longer than a card takes to open
    expect(page.locator(CARD)).to_be_hidden()


@pytest.mark.parametrize("size", [WIDE, NARROW, {"width": 320, "height": 300}], ids=["wide", "narrow", "small"])
def test_the_card_stands_in_the_window_and_not_on_the_word(d1: Callable[..., Page], size: dict[str, int]) -> None:
    page = d1(viewport=size)
    for selector in ("a.person", "a.place", "#to-document", "#to-here", "#p2 .note-ref", "#d1fn1 .cited-here"):
        page.mouse.move(5, 5)
        expect(page.locator(CARD)).to_be_hidden()
        word(page, selector).hover()
        expect(page.locator(f"{CARD} p:not(.card-wait)").first).to_be_visible()
        card, lines = boxes(page, selector)
        assert card["left"] >= 0 and card["right"] <= size["width"]
        assert card["top"] >= 0 and card["bottom"] <= size["height"]
        assert lines
        assert all(card["bottom"] <= line["top"] or card["top"] >= line["bottom"] for line in lines)
        assert min(min(abs(card["top"] - line["bottom"]), abs(card["bottom"] - line["top"])) for line in lines) < 12
        assert page.evaluate("document.documentElement.scrollWidth") == size["width"]


def test_the_focus_opens_a_card_and_escape_closes_it(d1: Callable[..., Page]) -> None:
    page = d1()
    page.keyboard.press("Tab")
    name = word(page, "a.person")
    name.focus()
    expect(page.locator(CARD)).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(CARD)).to_be_hidden()
    expect(name).to_be_focused()
    page.keyboard.press("Tab")
    expect(word(page, "a.term-link")).to_be_focused()
    expect(page.locator(CARD)).to_contain_text("United Nations")
    word(page, "#to-outside").focus()
    expect(page.locator(CARD)).to_be_hidden()


def test_the_tab_key_leads_through_the_links_of_a_card(d1: Callable[..., Page]) -> None:
    page = d1()
    page.keyboard.press("Tab")
    name, links = word(page, "a.person"), page.locator(f"{CARD} a[rel=external]")
    name.focus()
    expect(links).to_have_count(2)
    page.keyboard.press("Tab")
    expect(links.first).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(name).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(links.nth(1)).to_be_focused()
    page.keyboard.press("Tab")
    expect(word(page, "a.term-link")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(links).to_have_count(2)
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(name).to_be_focused()
    expect(page.locator(CARD)).to_be_hidden()


def test_a_name_is_described_by_its_entry_once(d1: Callable[..., Page]) -> None:
    page = d1()
    name = word(page, "a.person")
    expect(name).to_have_accessible_name("Smith")
    expect(name).to_have_accessible_description(f"{SMITH['role']}; {SMITH['text']}. ")
    expect(word(page, "a.term-link")).to_have_accessible_name("UN")
    page.keyboard.press("Tab")
    name.focus()
    expect(page.locator(CARD)).to_be_visible()
    expect(page.get_by_role("status")).to_be_empty()


def test_the_first_tap_shows_the_second_follows(d1: Callable[..., Page], faults: list[str]) -> None:
    page = d1(viewport=NARROW, has_touch=True, is_mobile=True)
    card, name = page.locator(CARD), word(page, "a.person")
    name.tap()
    expect(card.locator(".card-role")).to_be_visible()
    expect(card.locator(".card-name a")).to_have_attribute("href", "../persons/smith/index.html")
    word(page, "#p6").tap()
    expect(card).to_be_hidden()
    word(page, "abbr.telegraphese").tap()
    expect(card).to_have_text("would")
    word(page, "#to-note").tap()
    expect(card).to_contain_text("See Document 1.")
    word(page, "a.place").tap()
    expect(card).to_contain_text("The capital")
    name.tap()
    expect(card).to_contain_text("Smith, John")
    assert "/v/d1/" in page.url
    name.tap()
    page.wait_for_url("**/v/persons/smith/")
    assert faults == []


def test_a_tap_on_what_has_no_preview_follows_the_link(d1: Callable[..., Page]) -> None:
    page = d1(has_touch=True, is_mobile=True, viewport=NARROW)
    word(page, "#to-nothing").tap()
    page.wait_for_url("**/v/d9/index.html")


# ---- previews


@pytest.mark.parametrize(
    ("selector", "shown"),
    [
        ("#to-document", ["2. Letter From The Herald", "Strelsau, May 4, 1931.", "Sir: I have the honor to report <img src=x> that FYI the harvest was poor."]),
        ("#to-note", ["Footnote 5", "2. Letter From The Herald", "See Document 1."]),
        ("#to-page", ["Page 7", "2. Letter From The Herald", "was poor.", "2. The second paragraph stands alone."]),
        ("#to-paragraph", ["2. Letter From The Herald", "2. The second paragraph stands alone."]),
        ("#to-here", ["4. Nothing further has been heard of the matter, which the Herald had thought settled."]),
        ("#p2 .note-ref", ["Footnote 1", "A note, with words in italics and a link."]),
    ],
)  # fmt: skip
def test_a_reference_shows_what_it_leads_to(
    d1: Callable[..., Page], selector: str, shown: list[str], faults: list[str]
) -> None:
    page = d1()
    word(page, selector).hover()
    lines = page.locator(f"{CARD} p:not(.card-wait)")
    expect(lines.first).to_be_visible()
    found = lines.all_text_contents()
    assert [line.strip() for line in found][: len(shown)] == shown
    assert sum(map(len, found)) < 400
    assert page.locator(f"{CARD} [id], {CARD} img").count() == 0
    assert faults == []


def test_long_words_are_cut_between_two_of_them(d1: Callable[..., Page]) -> None:
    page = d1()
    word(page, "#to-document").hover()
    expect(page.locator(f"{CARD} .card-text").last).to_contain_text(re.compile(r"[a-z]…$"))


def test_italics_come_along(d1: Callable[..., Page]) -> None:
    page = d1()
    word(page, "#to-here").hover()
    expect(page.locator(f"{CARD} em")).to_have_text("Herald")
    word(page, "#to-document").hover()
    expect(page.locator(f"{CARD} .card-name em")).to_have_text("The Herald")


def test_a_page_is_fetched_once(d1: Callable[..., Page]) -> None:
    page = d1()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for selector in ("#to-document", "#to-note", "#to-page"):
        word(page, selector).hover()
        expect(page.locator(f"{CARD} .card-name")).to_be_visible()
        page.mouse.move(5, 5)
        expect(page.locator(CARD)).to_be_hidden()
    assert [address.rpartition("/some/base/")[2] for address in asked if "/v/" in address] == ["v/d2/index.html"]


def test_a_slow_page_is_awaited_quietly_and_given_up_on_leaving(d1: Callable[..., Page]) -> None:
    page = d1()
    held: list[Route] = []
    page.route("**/d2/index.html", lambda route: held.append(route))
    given_up: list[str] = []
    page.on("requestfailed", lambda request: given_up.append(request.url))
    word(page, "#to-document").hover()
    expect(page.locator(f"{CARD} .card-wait")).to_have_text("…")
    page.mouse.move(5, 5)
    expect(page.locator(CARD)).to_be_hidden()
    assert len(held) == 1 and len(given_up) == 1
    word(page, "#to-note").hover()
    expect(page.locator(f"{CARD} .card-wait")).to_be_visible()
    held[1].continue_()
    expect(page.locator(CARD)).to_contain_text("See Document 1.")


def test_what_does_not_come_shows_nothing(d1: Callable[..., Page], faults: list[str]) -> None:
    page = d1()
    with page.expect_response("**/d9/index.html"):
        word(page, "#to-nothing").hover()
    page.wait_for_timeout(600)
    expect(page.locator(CARD)).to_be_hidden()
    word(page, "#to-outside").hover()
    page.wait_for_timeout(600)
    expect(page.locator(CARD)).to_be_hidden()
    assert [fault for fault in faults if "404" not in fault] == []


def test_a_preview_by_keyboard_is_said_without_what_the_link_says(d1: Callable[..., Page]) -> None:
    page = d1()
    page.keyboard.press("Tab")
    link, said = word(page, "#to-document"), page.get_by_role("status")
    expect(link).to_have_accessible_description("Document 2: Letter From The Herald")
    link.focus()
    expect(said).to_contain_text("Sir: I have the honor")
    expect(said).to_contain_text("Strelsau, May 4, 1931.")
    assert "Herald" not in said.inner_text()
    page.keyboard.press("Escape")
    expect(said).to_be_empty()
    word(page, "#p2 .note-ref").focus()
    expect(said).to_contain_text("A note, with words in italics")


def test_from_a_disk_a_card_shows_the_title(site: Path, open_page: Open, faults: list[str]) -> None:
    page = open_page((site / "v/d1/index.html").as_uri())
    word(page, "#to-document").hover()
    expect(page.locator(CARD)).to_have_text("Document 2: Letter From The Herald")
    word(page, "#p2 .note-ref").hover()
    expect(page.locator(CARD)).to_contain_text("A note, with words in italics")
    word(page, "a.person").hover()
    expect(page.locator(CARD)).to_contain_text("Smith, John")
    assert faults == []


# ---- the short forms of cables


def test_short_forms_are_one_stop_of_the_tab_key(d1: Callable[..., Page]) -> None:
    page = d1()
    forms = page.locator("abbr.telegraphese")
    assert forms.evaluate_all("all => all.map(one => one.tabIndex)") == [0, -1, -1]
    word(page, "#p2 .cited-here").focus()
    page.keyboard.press("Tab")
    expect(forms.nth(0)).to_be_focused()
    expect(page.locator(CARD)).to_have_text("would")
    page.keyboard.press("ArrowRight")
    expect(forms.nth(1)).to_be_focused()
    expect(page.locator(CARD)).to_have_text("additional")
    page.keyboard.press("End")
    expect(forms.nth(2)).to_be_focused()
    page.keyboard.press("Tab")
    expect(word(page, "#p3 .note-ref")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(forms.nth(2)).to_be_focused()


def test_the_reader_says_how_short_forms_are_shown(d1: Callable[..., Page], faults: list[str]) -> None:
    page = d1()
    form = word(page, "abbr.telegraphese")
    after = "one => getComputedStyle(one, '::after').content"
    line = "one => getComputedStyle(one).textDecorationLine"
    expect(page.get_by_role("radio", name="marked")).to_be_checked()
    assert (form.evaluate(after), form.evaluate(line)) == ("none", "underline")
    page.get_by_role("radio", name="written out").check()
    assert "would" in form.evaluate("one => getComputedStyle(one, '::after').content.replace('attr(title)', one.title)")
    page.evaluate("getSelection().selectAllChildren(document.querySelector('#p3'))")
    assert page.evaluate("getSelection().toString()").startswith("Dept wld like addl info re mtg.")
    form.hover()
    page.wait_for_timeout(600)
    expect(page.locator(CARD)).to_be_hidden()
    page.reload()
    expect(page.get_by_role("radio", name="written out")).to_be_checked()
    assert "none" not in form.evaluate(after)
    page.get_by_role("radio", name="plain").check()
    assert (form.evaluate(after), form.evaluate(line)) == ("none", "none")
    assert page.locator("abbr[tabindex]").count() == 0
    page.get_by_role("radio", name="marked").check()
    assert form.evaluate(line) == "underline"
    form.hover()
    expect(page.locator(CARD)).to_have_text("would")
    assert faults == []


def test_the_switch_works_where_nothing_is_remembered(site: Path, serve: Serve, browser: Browser) -> None:
    context = browser.new_context()
    context.add_init_script("Object.defineProperty(window, 'localStorage', {get() { throw new Error('no') }})")
    page = context.new_page()
    page.goto(f"{serve(site, PREFIX)}/v/d1/")
    page.get_by_role("radio", name="plain").check()
    expect(page.locator("html")).to_have_attribute("data-abbreviations", "plain")
    context.close()


def test_there_is_no_switch_where_there_are_no_short_forms(maker: Maker) -> None:
    assert 'class="abbreviations"' in maker.document("d1", "T", '<p><abbr class="telegraphese" title="re">re</abbr></p>', "")  # fmt: skip
    assert 'class="abbreviations"' not in maker.document("d1", "T", "<p>On telegraphese.</p>", "")


# ---- who cites a place


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_a_sign_leads_to_those_who_cite_the_place(d1: Callable[..., Page], size: dict[str, int]) -> None:
    page = d1(viewport=size)
    sign = word(page, "#p2 .cited-here")
    sign.hover()
    expect(page.locator(f"{CARD} .card-name")).to_have_text("Cited by 2 documents")
    assert page.locator(f"{CARD} li").count() == 2
    area = "one => ['inlineSize', 'blockSize'].map(side => parseFloat(getComputedStyle(one, '::after')[side]))"
    assert all(side >= 24 for side in sign.evaluate(area))
    sign.click()
    expect(page.locator("#cited-p2")).to_be_in_viewport()
    colour = page.locator("#cited-p2").evaluate("one => getComputedStyle(one).backgroundColor")
    assert colour != "rgba(0, 0, 0, 0)"
    page.locator("#cited-p2 h3 a").click()
    expect(word(page, "#p2")).to_be_in_viewport()


def test_signs_are_not_in_the_text_and_hang_beside_their_line(d1: Callable[..., Page]) -> None:
    page = d1()
    page.evaluate("getSelection().selectAllChildren(document.querySelector('#p2'))")
    assert page.evaluate("getSelection().toString()").endswith("Document 7.1")
    place = page.evaluate(
        "[...document.querySelectorAll('#p2, #p2 .cited-here')].map(one => one.getBoundingClientRect())"
    )
    assert place[1]["left"] > place[0]["right"]
    assert place[0]["bottom"] - 40 < place[1]["top"] < place[0]["bottom"]


# ---- the pages, whatever reads them


def test_without_script_everything_is_a_link_or_a_title(site: Path, serve: Serve, open_page: Open) -> None:
    page = open_page(f"{serve(site, PREFIX)}/v/d1/", java_script_enabled=False)
    expect(page.locator(".abbreviations")).to_be_hidden()
    expect(word(page, "abbr.telegraphese")).to_have_attribute("title", "would")
    expect(page.locator("#about-person-smith")).to_be_visible()
    word(page, "#p2 .note-ref").click()
    expect(page.locator("#d1fn1")).to_be_in_viewport()
    word(page, "a.person").click()
    expect(page.locator("article.entry#smith[data-person=smith] h1")).to_have_text("Smith, John")


def test_parts_without_data_show_nothing(maker: Maker) -> None:
    bare = maker.document("d1", "T", "<p>Text.</p>", "")
    for name in ("source-note", "mentions", "related", "cited-by", "cited-at", "abbreviations"):
        assert f'class="{name}"' not in bare
    assert 'class="document"' in bare


def test_paper_has_no_cards(d1: Callable[..., Page]) -> None:
    page = d1()
    word(page, "a.person").hover()
    expect(page.locator(CARD)).to_be_visible()
    page.emulate_media(media="print")
    for hidden in (CARD, ".mentions", ".related", ".source-note", ".abbreviations", ".cited-here >> nth=0"):
        expect(page.locator(hidden)).to_be_hidden()
    # Nor what is seen of a link that the pointer happens to rest on.
    word(page, "a.person").hover(force=True)
    expect(word(page, "a.person")).to_have_css("text-decoration-line", "none")


def test_nothing_moves_for_readers_who_want_no_motion(d1: Callable[..., Page]) -> None:
    for motion, name in (("reduce", "none"), ("no-preference", "card-appears")):
        page = d1(reduced_motion=motion)
        word(page, "a.person").hover()
        expect(page.locator(CARD)).to_be_visible()
        assert page.locator(CARD).evaluate("one => getComputedStyle(one).animationName") == name


def test_an_entry_lists_its_documents(site: Path, serve: Serve, open_page: Open) -> None:
    page = open_page(f"{serve(site, PREFIX)}/v/persons/smith/")
    expect(page.locator("h2")).to_have_text("2 documents")
    assert page.locator(".contents a").evaluate_all("all => all.map(a => a.getAttribute('href'))") == [
        "../../d1/index.html",
        "../../../w/d1/index.html",
    ]
    expect(page.locator(".roles")).to_have_text("sender, participant")
    expect(page.locator(".back-to-list a")).to_have_attribute("href", "../index.html#smith")


def test_a_long_list_is_divided_by_letters(site: Path, serve: Serve, open_page: Open) -> None:
    page = open_page(f"{serve(site, PREFIX)}/persons/")
    assert "".join(page.locator(".letters a").all_text_contents()) == "ABCDEFGHIJKLMNOPQRST"
    page.locator(".letters a", has_text="S").click()
    expect(page.locator("h2", has_text="S")).to_be_in_viewport()
    assert page.locator(".entries > div").count() == 60
    assert page.locator(".entries .count").count() == 40  # those who occur
    expect(page.locator("#e1 .count")).to_have_text("1 document")
    expect(page.locator("#e0 dt a")).to_have_count(0)
    page.goto(page.url.replace("/persons/", "/v/persons/").partition("#")[0])
    expect(page.locator(".letters")).to_have_count(0)


PAGES = ["v/d1/", "v/d2/", "v/preface/", "v/persons/smith/", "persons/", "v/persons/"]


@pytest.mark.parametrize("path", PAGES)
def test_a_narrow_screen_needs_no_scrolling_sideways(site: Path, serve: Serve, open_page: Open, path: str) -> None:
    page = open_page(f"{serve(site, PREFIX)}/{path}", viewport={"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") == 320


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_accessibility(
    site: Path, serve: Serve, open_page: Open, node_modules: Path, path: str, scheme: str, faults: list[str]
) -> None:
    page = open_page(f"{serve(site, PREFIX)}/{path}", bypass_csp=True, color_scheme=scheme, viewport=NARROW)
    page.add_script_tag(path=node_modules / "axe-core/axe.min.js")
    words = {"v/d1/": ["", "a.person", "#to-document", ".cited-here", "abbr.telegraphese"]}.get(path, [""])
    told = []
    for selector in words:
        if selector:
            word(page, selector).hover()
            expect(page.locator(f"{CARD} p:not(.card-wait)").first).to_be_visible()
            page.wait_for_function("document.getAnimations().length === 0")
        found = page.evaluate("axe.run({rules: {'target-size': {enabled: true}}}).then(result => result.violations)")
        told += [
            f"{selector} {rule['id']}: {rule['help']}: {node['html']}"
            for rule in found
            for node in rule["nodes"]
            # As in test_browser.py: axe-core knows no doc- roles.
            if not (rule["id"] == "aria-prohibited-attr" and 'role="doc-pagebreak"' in node["html"])
        ]
    assert told == []
    assert faults == []


def test_the_checker_finds_no_error(site: Path, nu: Checker) -> None:
    found = nu(sorted(site.rglob("*.html")) + [site / "assets/edition.css"])
    assert [f"{m.get('url')}:{m.get('lastLine')}: {m['message']}" for m in found if m["type"] != "info"] == []

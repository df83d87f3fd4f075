"""The printed pages above a document: its marks, the pages before and after, and the way to any page of the volume."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Page, expect

from generator.catalog import VolumeCatalog
from generator.document import Facts, Metadata, PageFact, Volume
from generator.views import printed_pages
from generator.views.frame import Data
from generator.views.scans import Scans

Serve = Callable[..., str]
Open = Callable[..., Page]

PREFIX = "/some/base"


def facts(id: str, *labels: str, starts: bool = False) -> Facts:
    """A document with marks of these pages; it ``starts`` on the first, or on the page before it."""
    pages = tuple(PageFact(label, f"pg_{label}", facs=f"00{label}") for label in labels)
    return Facts("v", id, "document", id, Metadata(), b"", pages=pages, starts_on_mark=starts)


def volume(*documents: Facts, facsimile: str = "") -> VolumeCatalog:
    return VolumeCatalog(Volume("v", "V", facsimile=facsimile), documents)


def navigation(id: str, of: VolumeCatalog) -> Data | None:
    return printed_pages.navigation(of.by_id[id], of, Scans(of.volume, ()))


def test_the_pages_of_a_document_and_those_around_it() -> None:
    of = volume(facts("d1", "10", "11"), facts("d2"), facts("d3", "12"), facts("d4", "13"))
    found = navigation("d3", of)
    assert found
    assert found["marks"] == [("[11]", "d3", ""), ("12", "pg_12", "")]
    # Document 3 begins on page 11, which has its mark in Document 1: the page before it is another.
    assert found["before"] == {"path": "v/d1/index.html", "anchor": "pg_10", "label": "10"}
    assert found["after"] == {"path": "v/d4/index.html", "anchor": "pg_13", "label": "13"}
    assert navigation("d2", of) is None


def test_the_picture_of_the_page_on_which_a_document_begins() -> None:
    """Its mark, which says which it is, stands in a document before."""
    of = volume(facts("d1", "10", "11"), facts("d2"), facts("d3", "12"), facsimile="https://h/{facs}.jpg")
    found = navigation("d3", of)
    assert found and [picture for _, _, picture in found["marks"]] == ["https://h/0011.jpg", "https://h/0012.jpg"]


def test_the_first_page_has_none_before_it() -> None:
    of = volume(facts("d1", "1", "2", starts=True))
    found = navigation("d1", of)
    assert found and (found["before"], found["after"]) == (None, None)


def test_a_label_makes_an_anchor() -> None:
    assert printed_pages.row_id("1019") == printed_pages.row_id("[1019]") == "pg_1019"
    assert printed_pages.row_id("Facsimile Page 3") == "pg_Facsimile_Page_3"


labels = st.lists(st.sampled_from("12345"), max_size=3)


@given(st.lists(st.tuples(labels, st.booleans()), min_size=1, max_size=8), st.data())
def test_an_edit_reaches_every_page_that_shows_it(given: list[tuple[list[str], bool]], data: st.DataObject) -> None:
    documents = [facts(f"d{i}", *marks, starts=starts) for i, (marks, starts) in enumerate(given)]
    at = data.draw(st.integers(0, len(documents) - 1))
    edited = facts(f"d{at}", *data.draw(labels), starts=data.draw(st.booleans()))
    pattern = "https://h/{facs}.jpg"
    before = volume(*documents, facsimile=pattern)
    after = volume(*documents[:at], edited, *documents[at + 1 :], facsimile=pattern)
    told = {edited.id}
    for of in (before, after):
        told |= {id for _, id in printed_pages.beside(of, edited.id)}
    shown = [{f.id: navigation(f.id, of) for f in of.documents} for of in (before, after)]
    assert {id for id in shown[0] if shown[0][id] != shown[1][id]} <= told


@pytest.fixture(params=["served", "from a disk"])
def site(request: pytest.FixtureRequest, serve: Serve, sample_site: Path) -> Callable[[str], str]:
    """A function that makes an address of a path: on a server below another path, or on a disk."""
    if request.param == "served":
        base = serve(sample_site, PREFIX)
        return lambda path: f"{base}/{path}"
    return lambda path: (sample_site / path / "index.html").as_uri()


def test_the_field_leads_to_a_page(site: Callable[[str], str], open_page: Open, faults: list[str]) -> None:
    page = open_page(site("trade-and-aid/d101/"))
    field = page.locator(".pages-nav input")
    field.fill("468")
    field.press("Enter")
    expect(page).to_have_url(re.compile(r"/d113/(index\.html)?#pg_468$"))
    expect(page.locator("#pg_468")).to_be_in_viewport()
    # Back leads over the list of pages to where the reader was.
    page.go_back()
    expect(page).to_have_url(re.compile(r"/d101/(index\.html)?$"))
    assert faults == []


def test_what_a_reader_types_for_a_page(serve: Serve, sample_site: Path, open_page: Open) -> None:
    address = f"{serve(sample_site, PREFIX)}/trade-and-aid/pages/"
    page = open_page(f"{address}?page=p.+1019")
    expect(page).to_have_url(re.compile(r"/d101/#pg_1019$"))
    page.goto(f"{address}?page=[1018]")
    expect(page).to_have_url(re.compile(r"/d101/#d101$"))
    page.goto(f"{address}?page=1021")
    expect(page.get_by_role("status")).to_have_text("This volume has no page 1021 here. The nearest is page 1020.")
    expect(page.locator("#pg_1020")).to_be_in_viewport()
    page.get_by_label("Go to page").fill("nothing")
    page.get_by_role("button", name="Go", exact=True).click()
    expect(page.get_by_role("status")).to_have_text("This volume has no page nothing here.")


def test_without_javascript_the_field_leads_to_the_list(serve: Serve, sample_site: Path, open_page: Open) -> None:
    page = open_page(f"{serve(sample_site, PREFIX)}/trade-and-aid/d113/", java_script_enabled=False)
    expect(page.locator(".next-page")).to_be_hidden()  # the volume ends here
    page.locator(".pages-nav input").fill("1019")
    page.get_by_role("button", name="Go", exact=True).click()
    expect(page).to_have_url(re.compile(r"/pages/index\.html\?page=1019#pg_467$"))
    expect(page.locator("#pg_467")).to_be_in_viewport()
    page.locator("#pg_1019 a").first.click()
    expect(page.locator("#pg_1019.page-break")).to_be_in_viewport()
    page.locator(".pages-marks").get_by_text("1020").click()
    expect(page.locator("#pg_1020")).to_be_in_viewport()
    page.get_by_role("link", name="Previous page: 1014").click()
    expect(page.locator("#pg_1014")).to_be_in_viewport()


def test_the_pages_follow_the_reader(serve: Serve, sample_site: Path, open_page: Open) -> None:
    address = f"{serve(sample_site, PREFIX)}/trade-and-aid/d101/"
    page = open_page(address, viewport={"width": 800, "height": 500}, reduced_motion="reduce")
    previous, following = page.locator(".previous-page"), page.locator(".next-page")
    here = page.locator(".pages-marks [aria-current]")
    expect(here).to_have_text("[1018]")
    expect(previous).to_have_text("1014")
    expect(following).to_have_accessible_name("Next page: 1019")
    following.click()
    expect(page.locator("#pg_1019")).to_be_in_viewport()
    expect(here).to_have_text("1019")
    expect(previous).to_have_accessible_name("Previous page: 1018")
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    expect(here).to_have_text("1020")
    expect(following).to_have_attribute("href", "../d104/index.html#d104")
    page.evaluate("scrollTo(0, 0)")
    expect(previous).to_have_attribute("href", "../d100/index.html#pg_1014")

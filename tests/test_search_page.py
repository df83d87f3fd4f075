"""The search page as readers meet it: places to go to, narrowing, the address, the passage and its place, marks in the
document that is opened, files of the list, faults. Queries and scores are tested elsewhere (test_search.py,
test_shards.py), and so is the index in the site (test_search_site.py)."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect
from story import Story

Serve = Callable[..., str]
Open = Callable[..., Page]
Node = Callable[..., str]

PREFIX = "/some/base"
WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 390, "height": 800}


@pytest.fixture
def page_options() -> dict[str, Any]:
    return {"viewport": WIDE, "reduced_motion": "reduce"}


@pytest.fixture
def site(serve: Serve, sample_site: Path, request: pytest.FixtureRequest) -> str:
    """The address of the sample site; opened from a disk where the test is run with ``disk``."""
    if getattr(request, "param", "") == "disk":
        return sample_site.as_uri()
    return serve(sample_site, PREFIX)


@pytest.fixture(scope="session")
def many_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site of 60 letters in which all speak of trade; every third is of 1951, and number 7 says more."""
    story = Story(tmp_path_factory.mktemp("many"))
    for number in range(10, 70):
        year, kind = (1951, "letter") if number % 3 == 0 else (1953, "telegram")
        story.write(
            f"content/v1/d{number}.md",
            f'---\ntitle: "Letter {number}"\nnumber: "{number}"\ndate: {year}-02-03\nkind: {kind}\n---\n\n'
            f"On the trade in tin, part{number}.\n",
        )
    assert not story.build().errors
    return story.site


NAMES = {
    "content/v1/persons.yaml": "reed:\n  name: Reed, Anna\n  same: anna-reed\n  names: [Robin]\nholm:\n  name: Holm, Karl\n",
    "content/v2/persons.yaml": "ar:\n  name: Reed, Miss Anna\n  same: anna-reed\n",
    "content/v1/terms.yaml": "cocom:\n  name: COCOM\n  text: Coordinating Committee at Paris of many nations\n",
}


@pytest.fixture(scope="session")
def named_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site of two volumes with lists of names: one person is in both, and goes by another name in one document."""
    story = Story(tmp_path_factory.mktemp("named"))
    for path, text in NAMES.items():
        story.write(path, text)
    telegram = "---\ntitle: {}\nkind: telegram\n---\n\n{}\n"
    story.write(
        "content/v1/d11.md", telegram.format("Eleven", "Embassy wld ask Anna Reed and Karl Holm abt the COCOM mtg.")
    )
    story.write("content/v1/d12.md", telegram.format("Twelve", "Robin asked the Coordinating Committee about rice."))
    story.write(
        "content/v2/d13.md", telegram.format("Thirteen", "Miss Reed said that the committee, coordinating, met.")
    )
    assert not story.build().errors
    return story.site


@pytest.fixture
def named(serve: Serve, named_site: Path, request: pytest.FixtureRequest) -> str:
    """The address of that site; opened from a disk where the test is run with ``disk``."""
    return named_site.as_uri() if getattr(request, "param", "") == "disk" else serve(named_site, PREFIX)


both_named = pytest.mark.parametrize("named", ["served", "disk"], indirect=True)
both = pytest.mark.parametrize("site", ["served", "disk"], indirect=True)


def said(page: Page) -> Locator:
    return page.get_by_role("status")


def at(page: Page, query: str) -> re.Pattern[str]:
    return re.compile(re.escape(f"/search/{query}") + "$")


def titles(page: Page) -> Locator:
    return page.locator(".search-title")


def choice(page: Page, name: str) -> Locator:
    return page.locator(".facet").get_by_role("checkbox", name=re.compile(rf"^{name}\b"))


# Places to go to


JUMPS = {
    "d387": ("Document 387", "arms-and-negotiation/d387/", ""),
    "Document 101": ("Document 101", "trade-and-aid/d101/", ""),
    "387": ("Document 387", "arms-and-negotiation/d387/", ""),
    "trade-and-aid#d101": ("Document 101", "trade-and-aid/d101/", ""),
    "p. 1019": ("Page 1019", "trade-and-aid/d101/", "#pg_1019"),
    "[Page 1019]": ("Page 1019", "trade-and-aid/d101/", "#pg_1019"),
    "p. 1018": ("Page 1018", "trade-and-aid/d101/", ""),
    "460.509/10-753": ("File 460.509/10–753", "trade-and-aid/d101/", ""),
    "460.509/10–753": ("File 460.509/10–753", "trade-and-aid/d101/", ""),
    "telegram 1831": ("telegram 1831", "trade-and-aid/d101/", ""),
    "tel. no. 1831": ("telegram 1831", "trade-and-aid/d101/", ""),
}


@both
def test_what_names_a_place_leads_there(site: str, open_page: Open, faults: list[str]) -> None:
    page = open_page(f"{site}/search/index.html")
    for typed, (name, path, anchor) in JUMPS.items():
        page.get_by_role("searchbox").fill(typed)
        link = page.get_by_role("list", name="Go to").get_by_role("link", name=name, exact=True)
        expect(link).to_have_attribute("href", re.compile(rf"^\.\./{path}(index\.html)?{anchor}$"))
        expect(said(page)).to_contain_text("Places to go to: 1")
    page.get_by_role("searchbox").fill("rice")
    expect(titles(page).first).to_be_visible()
    expect(page.locator(".search-jumps")).to_be_hidden()
    page.get_by_role("searchbox").fill("p. 1019")
    page.locator(".search-jump").click()
    expect(page.locator("#pg_1019")).to_be_in_viewport()
    assert faults == []


def test_what_names_a_place_and_what_does_not(node: Node, checkout: Path) -> None:
    script = "const [f, given] = process.argv.slice(1); const jump = require(f);"
    script += "console.log(JSON.stringify(JSON.parse(given).map(([text, scope]) => jump.wishes(text, scope))))"
    cases = {
        ("p. xi", ""): [{"kind": "page", "value": "xi", "volume": ""}],
        ("12", "v1"): [{"kind": kind, "value": "12", "volume": "v1"} for kind in ("document", "page")],
        ("pp. 12–14", ""): [{"kind": "page", "value": "12", "volume": ""}],
        ("v2#p. 12", "v1"): [{"kind": "page", "value": "12", "volume": "v2"}],
        ("despatch 1714", ""): [{"kind": "item", "value": ["despatch", "1714"], "volume": ""}],
        ("cable 52", ""): [{"kind": "item", "value": ["", "52"], "volume": ""}],
        ("611.41", ""): [{"kind": "file", "value": "611.41", "volume": ""}],
        ("pages of history", ""): [],
        ("1953 trade", ""): [],
        ("civil", ""): [],
        ("1.5", ""): [],
        ("", ""): [],
    }
    found = node("-e", script, checkout / "assets/search-jump.js", json.dumps(list(cases)))
    assert json.loads(found) == list(cases.values())


# Narrowing


@both
def test_results_are_counted_and_narrowed(site: str, open_page: Open, faults: list[str]) -> None:
    page = open_page(f"{site}/search/index.html?q=telegram")
    expect(said(page)).to_have_text("19 documents")
    kinds = page.locator(".facet").filter(has=page.locator("summary", has_text="Kind"))
    expect(kinds.locator("li").first).to_have_text("telegram11")
    choice(page, "telegram").check()
    expect(said(page)).to_have_text("11 documents")
    expect(choice(page, "telegram")).to_be_focused()
    choice(page, "Arms and Negotiation").check()
    expect(said(page)).to_have_text("7 documents")
    expect(page).to_have_url(re.compile(r"\?q=telegram&volume=arms-and-negotiation&kind=telegram$"))
    # What else could be chosen of a kind is counted without regard to the kind chosen, but within the volume.
    expect(kinds.locator("li").first).to_have_text("telegram7")
    assert kinds.locator("li").count() > 1
    kinds.get_by_role("checkbox").nth(1).check()
    expect(said(page)).to_have_text("8 documents")
    kinds.get_by_role("checkbox").nth(1).uncheck()
    expect(said(page)).to_have_text("7 documents")
    page.get_by_role("button", name="Remove the filter Kind: telegram").click()
    expect(said(page)).to_have_text("9 documents")
    page.get_by_role("button", name="Remove the filter Volume: Arms and Negotiation").click()
    expect(said(page)).to_have_text("19 documents")
    expect(page.locator(".search-chips")).to_be_hidden()
    assert faults == []


def test_days_and_years(serve: Serve, many_site: Path, open_page: Open) -> None:
    page = open_page(f"{serve(many_site, PREFIX)}/search/?q=trade")
    expect(said(page)).to_have_text("60 documents")
    page.get_by_label("To", exact=True).fill("1952-6")
    page.keyboard.press("Enter")
    expect(said(page)).to_have_text("20 documents")
    expect(page).to_have_url(at(page, "?q=trade&to=1952-6"))
    page.get_by_label("From", exact=True).fill("1951-02-30")
    page.keyboard.press("Tab")
    expect(page.locator(".facet-fault")).to_contain_text("A date is a year")
    expect(page.get_by_label("From", exact=True)).to_have_attribute("aria-invalid", "true")
    expect(said(page)).to_have_text("20 documents")
    page.get_by_role("button", name="Remove the filter To: 1952-6").click()
    expect(said(page)).to_have_text("60 documents")
    # The picture of the years and their list say and do the same.
    assert page.locator(".facet-years title").all_text_contents() == ["1951: 20", "1953: 40"]
    page.locator(".facet-years g").nth(1).click()
    expect(said(page)).to_have_text("40 documents")
    page.locator("summary", has_text="Year").click()
    expect(choice(page, "1953")).to_be_checked()
    expect(choice(page, "1951")).not_to_be_checked()


def test_a_date_as_typed_begins_and_ends_with_a_day(node: Node, checkout: Path) -> None:
    script = "const [f, given] = process.argv.slice(1); const { dayOf } = require(f);"
    script += "console.log(JSON.stringify(JSON.parse(given).map(text => [dayOf(text, false), dayOf(text, true)])))"
    cases: dict[str, list[str | None]] = {
        "1953": ["1953-01-01", "1953-12-31"],
        "1952-2": ["1952-02-01", "1952-02-29"],
        " 1953-10-07 ": ["1953-10-07", "1953-10-07"],
        "1953-02-29": [None, None],
        "1953-13": [None, None],
        "1953-00": [None, None],
        "10/7/1953": [None, None],
        "": [None, None],
    }
    found = node("-e", script, checkout / "assets/search-facets.js", json.dumps(list(cases)))
    assert json.loads(found) == list(cases.values())


def test_order(serve: Serve, many_site: Path, open_page: Open) -> None:
    page = open_page(f"{serve(many_site, PREFIX)}/search/?q=trade")
    page.get_by_label("Order").select_option("newest first")
    expect(page).to_have_url(at(page, "?q=trade&sort=newest"))
    expect(page.locator(".search-date").first).to_have_text("February 3, 1953")
    page.get_by_label("Order").select_option("oldest first")
    expect(page.locator(".search-date").first).to_have_text("February 3, 1951")


def test_where_nothing_is_left_the_filters_can_be_taken_away(site: str, open_page: Open) -> None:
    page = open_page(f"{site}/search/?q=antibiotics&volume=arms-and-negotiation")
    expect(said(page)).to_have_text("No document found")
    page.get_by_role("button", name="Without the filters").click()
    expect(titles(page).first).to_be_visible()
    expect(page).to_have_url(at(page, "?q=antibiotics"))


def test_one_volume_is_searched_from_its_page(site: str, open_page: Open) -> None:
    page = open_page(f"{site}/trade-and-aid/")
    page.get_by_role("link", name="Search this volume").click()
    expect(page).to_have_url(at(page, "?volume=trade-and-aid"))
    page.get_by_role("searchbox").fill("telegram")
    expect(said(page)).to_have_text("10 documents")
    expect(page.get_by_role("button", name="Remove the filter Volume: Trade and Aid")).to_be_visible()
    assert set(page.locator(".search-volume").all_text_contents()) == {"Trade and Aid"}
    page.get_by_role("searchbox").fill("1019")
    expect(page.locator(".search-jump")).to_have_text("Page 1019")


# Other forms, and names


@both_named
def test_other_forms_are_found_said_and_taken_away(named: str, open_page: Open, faults: list[str]) -> None:
    page = open_page(f"{named}/search/index.html?q=COCOM")
    also = page.locator(".search-also")
    expect(said(page)).to_have_text("2 documents")
    expect(also).to_have_text("Also searched: Coordinating Committee Only as typed")
    expect(titles(page)).to_have_text(["Eleven", "Twelve"])
    expect(page.locator(".search-snippet mark")).to_have_text(["COCOM", "Coordinating", "Committee"])
    also.get_by_role("button", name="Only as typed").click()
    expect(said(page)).to_have_text("1 document")
    expect(also).to_have_text(re.compile("^Searched only as typed, without .* Search these too$"))
    expect(page).to_have_url(re.compile(r"\?q=COCOM&exact=1$"))
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.reload()
    expect(said(page)).to_have_text("1 document")
    page.go_back()
    expect(said(page)).to_have_text("2 documents")
    expect(page).to_have_url(re.compile(r"\?q=COCOM$"))
    page.get_by_role("searchbox").fill("meeting")
    expect(also).to_contain_text("Also searched: mtg")
    page.get_by_role("searchbox").fill("karl")
    expect(said(page)).to_have_text("1 document")
    expect(also).to_be_hidden()
    page.get_by_role("searchbox").fill("would")
    expect(titles(page)).to_have_text(["Eleven"])
    expect(page.locator(".search-snippet mark")).to_have_text(["wld"])
    assert faults == []


@both_named
def test_other_forms_are_marked_in_the_document(named: str, open_page: Open) -> None:
    page = open_page(f"{named}/search/index.html?q=COCOM")
    page.get_by_role("link", name="Twelve").click()
    expect(page.locator(".marks-bar p")).to_have_text("2 places")
    assert page.evaluate(MARKED, "found") == ["Coordinating", "Committee"]


@both_named
def test_results_are_narrowed_by_person_and_term(named: str, open_page: Open, faults: list[str]) -> None:
    asked: list[str] = []
    page = open_page("about:blank")
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{named}/search/index.html?q=Reed")
    expect(said(page)).to_have_text("3 documents")
    expect(page.locator(".search-also b")).to_have_text("Robin")
    expect(choice(page, "telegram")).to_be_visible()
    assert not any("/mentions/" in url for url in asked), "nobody has opened these lists"
    persons = page.locator(".facet").filter(has=page.locator("summary", has_text="Person"))
    persons.locator("summary").click()
    expect(persons.locator("li")).to_have_text(["Reed, Anna3", "Holm, Karl1"])
    assert any("/mentions/" in url for url in asked)
    page.locator("summary", has_text="Term").click()
    expect(choice(page, "COCOM")).to_be_visible()
    choice(page, "Holm, Karl").check()
    expect(said(page)).to_have_text("1 document")
    expect(page).to_have_url(re.compile(r"\?q=Reed&person=Holm%2C\+Karl$"))
    page.get_by_role("button", name="Remove the filter Person: Holm, Karl").click()
    choice(page, "Reed, Anna").check()
    expect(said(page)).to_have_text("3 documents")
    assert faults == []


def test_a_long_list_of_names_is_found_by_typing(
    tmp_path: Path, serve: Serve, open_page: Open, faults: list[str]
) -> None:
    story = Story(tmp_path)
    names = [f"Smith{n:03}" for n in range(320)]
    story.write("content/v1/persons.yaml", "".join(f"p{n}:\n  name: {name}, Zoë\n" for n, name in enumerate(names)))
    listed = "".join(f"{name}, " for name in names)
    story.write("content/v1/d11.md", f"---\ntitle: Eleven\n---\n\nPresent at the reception: {listed}and others.\n")
    assert not story.build().errors
    page = open_page(f"{serve(story.site, PREFIX)}/search/?q=reception")
    persons = page.locator(".facet").filter(has=page.locator("summary", has_text="Person"))
    persons.locator("summary").click()
    expect(persons.locator("input[type=checkbox]")).to_have_count(8)
    persons.get_by_role("button", name="All 320").click()
    expect(persons.locator("input[type=checkbox]")).to_have_count(300)
    expect(persons.locator("li").last).to_have_text("20 more: type to find them")
    field = persons.get_by_role("searchbox", name="Find in the list: Person")
    expect(field).to_be_focused()
    page.keyboard.type("ITH317, zoe")
    expect(persons.locator("li")).to_have_text(["Smith317, Zoë1"])
    field.fill("nobody")
    expect(persons.locator("li")).to_have_text(["None in these documents"])
    field.fill("smith318")
    choice(page, "Smith318").check()
    expect(page).to_have_url(re.compile(r"person=Smith318"))
    expect(field).to_have_value("smith318")
    assert faults == []


# The address, typing, paging


def test_back_and_forward(site: str, open_page: Open) -> None:
    page = open_page(f"{site}/search/")
    page.get_by_role("searchbox").press_sequentially("antibiotics", delay=30)
    expect(titles(page).first).to_be_visible()
    page.get_by_role("searchbox").fill("telegram")
    page.keyboard.press("Enter")
    expect(said(page)).to_have_text("19 documents")
    choice(page, "telegram").check()
    expect(said(page)).to_have_text("11 documents")
    page.go_back()
    expect(said(page)).to_have_text("19 documents")
    expect(choice(page, "telegram")).not_to_be_checked()
    page.go_back()
    expect(page).to_have_url(at(page, ""))
    expect(page.get_by_role("searchbox")).to_have_value("")
    expect(titles(page)).to_have_count(0)
    page.go_forward()
    expect(said(page)).to_have_text("19 documents")
    page.go_forward()
    expect(said(page)).to_have_text("11 documents")
    titles(page).first.click()
    expect(page.locator("article.document")).to_be_visible()
    page.go_back()
    expect(said(page)).to_have_text("11 documents")


def test_what_is_typed_before_the_page_is_ready_is_searched(site: str, open_page: Open) -> None:
    page = open_page("about:blank")
    page.add_init_script(
        "document.addEventListener('readystatechange', () => {"
        " if (document.readyState === 'interactive') document.querySelector('[name=q]').value = 'antibiotics' })"
    )
    page.goto(f"{site}/search/")
    expect(titles(page).first).to_be_visible()
    expect(page).to_have_url(at(page, "?q=antibiotics"))


def test_an_address_that_says_nonsense(site: str, open_page: Open, faults: list[str]) -> None:
    page = open_page(f"{site}/search/?q=telegram&page=x&sort=best&from=soon&kind=&volume=none")
    expect(said(page)).to_have_text("No document found")
    page.get_by_role("button", name="Remove the filter Volume: none").click()
    expect(said(page)).to_have_text("19 documents")
    assert faults == []


def test_passages_are_fetched_for_what_is_in_view(serve: Serve, many_site: Path, open_page: Open) -> None:
    page = open_page("about:blank")
    page.set_viewport_size({"width": 800, "height": 500})
    fetched: set[str] = set()
    page.on("request", lambda request: fetched.add(request.url) if request.resource_type == "fetch" else None)
    page.goto(f"{serve(many_site, PREFIX)}/search/?q=trade")
    expect(titles(page)).to_have_count(10)
    page.wait_for_load_state("networkidle")
    near = len(fetched)
    assert 0 < near < 10
    page.locator(".search-result").last.scroll_into_view_if_needed()
    expect(page.locator(".search-result").last.locator(".search-snippet a")).to_be_visible()
    assert len(fetched) > near


def test_more_results(serve: Serve, many_site: Path, open_page: Open) -> None:
    page = open_page(f"{serve(many_site, PREFIX)}/search/?q=trade")
    expect(titles(page)).to_have_count(10)
    page.get_by_role("button", name="Show more").click()
    expect(titles(page)).to_have_count(20)
    expect(titles(page).nth(10)).to_be_focused()
    expect(page).to_have_url(at(page, "?q=trade&page=2"))
    page.reload()
    expect(titles(page)).to_have_count(20)
    for shown in (30, 40, 50, 60):
        page.get_by_role("button", name="Show more").click()
        expect(titles(page)).to_have_count(shown)
    expect(page.get_by_role("button", name="Show more")).to_have_count(0)


def test_results_by_keyboard(site: str, open_page: Open) -> None:
    page = open_page(f"{site}/search/?q=p.+1019")
    expect(titles(page).first).to_be_visible()
    page.get_by_role("searchbox").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".search-jump")).to_be_focused()
    for key, number in (("j", 0), ("ArrowDown", 1), ("k", 0)):
        page.keyboard.press(key)
        expect(titles(page).nth(number)).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#pg_1019")).to_be_in_viewport()


def test_a_field_that_there_is_not(site: str, open_page: Open) -> None:
    page = open_page(f"{site}/search/?q=author:zzyzx")
    expect(said(page)).to_contain_text("taken as plain characters")
    expect(page.locator(".search-hints")).to_contain_text("title:rice, text:rice or notes:rice")


def test_the_field_on_every_page(site: str, open_page: Open) -> None:
    page = open_page(f"{site}/trade-and-aid/d101/")
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("and/or rice")
    expect(page.get_by_role("searchbox")).to_have_value("and/or rice")
    page.keyboard.press("Enter")
    expect(titles(page).first).to_be_visible()
    expect(page).to_have_url(at(page, "?q=and%2For+rice"))


# The passage and its place; marks


BOTH_READINGS = """async (pages) => {
  const { reading, readingOf } = window.editionPassages;
  const words = ({ text }) => text.split(/\\s+/).join(" ").trim();
  const places = ({ text, places }) =>
    places.filter(({ kind }) => kind !== "paragraph").map(({ at, anchor, label }) => [anchor, label, text.slice(at).trim().slice(0, 20)]);
  const differing = [];
  for (const page of pages) {
    const file = page.replace(/([^/]+)\\/$/, "$1/$1.json");
    const html = await (await fetch(page)).text();
    const read = reading(new DOMParser().parseFromString(html, "text/html"));
    const told = readingOf(await (await fetch(file)).json(), (n) => `Footnote ${n}`, (n) => `Page ${n}`);
    const both = [read, told].map((one) => JSON.stringify([words(one), places(one)]));
    if (both[0] !== both[1]) differing.push(both);
  }
  return differing;
}"""


def test_the_file_of_a_document_reads_as_its_page(serve: Serve, sample_site: Path, open_page: Open) -> None:
    base = serve(sample_site, PREFIX)
    page = open_page(f"{base}/search/")
    files = sorted(sample_site.glob("*/*/*.json"))
    pages = [
        f"{base}/{file.parent.relative_to(sample_site).as_posix()}/" for file in files if file.stem == file.parent.name
    ]
    assert len(pages) > 20
    assert page.evaluate(BOTH_READINGS, pages) == []


@both
def test_a_result_says_where_the_words_stand(site: str, open_page: Open, faults: list[str]) -> None:
    page = open_page(f"{site}/search/index.html?q=livelihoods")
    place = page.locator(".search-place").first
    expect(place).to_have_text("Page 1019")
    expect(page.locator(".search-snippet mark").first).to_have_text("livelihoods")
    page.get_by_role("searchbox").fill('"wrote the draft"')
    expect(place).to_have_text("Footnote 1")
    place.click()
    expect(page.locator("#d101fn1")).to_be_in_viewport()
    expect(page.locator(".marks-bar p")).to_contain_text(" of ")
    assert faults == []


MARKED = """name => [...(CSS.highlights.get(name) ?? [])].map(range => {
    const text = range.cloneContents();
    text.querySelectorAll('.page-break').forEach(mark => mark.remove());
    return text.textContent; })"""


@both
def test_the_words_are_marked_in_the_document(site: str, open_page: Open, faults: list[str]) -> None:
    page = open_page(f"{site}/search/index.html?q=security+trading")
    page.get_by_role("link", name="The Secretary of State to the Embassy in the United Kingdom").first.click()
    bar = page.get_by_role("region", name="Words found")
    place = bar.locator("p")
    expect(place).to_have_text(re.compile(r"^\d+ places$"))
    words = page.evaluate(MARKED, "found")
    assert {"trade", "security"} <= set(words) and len(words) == int(place.inner_text().split()[0])
    whole = page.evaluate("document.querySelector('article').outerHTML")
    page.keyboard.press("n")
    expect(place).to_have_text(f"1 of {len(words)}")
    assert page.evaluate(MARKED, "found-current") == words[:1]
    bar.get_by_role("button", name="Previous").click()
    expect(place).to_have_text(f"{len(words)} of {len(words)}")
    inside = "() => { const box = [...CSS.highlights.get('found-current')][0].getBoundingClientRect();"
    inside += " return box.top >= 0 && box.bottom <= innerHeight }"
    page.wait_for_function(inside)
    assert page.evaluate("document.querySelector('article').outerHTML") == whole, "the text is as it was"
    page.keyboard.press("Escape")
    expect(bar).to_have_count(0)
    assert page.evaluate(MARKED, "found") == []
    assert "marks" not in page.url
    assert faults == []


@pytest.mark.parametrize("natively", [True, False])
def test_a_word_across_a_page_mark_is_marked(
    serve: Serve, specimen_site: Path, open_page: Open, natively: bool
) -> None:
    page = open_page("about:blank")
    if not natively:
        page.add_init_script("delete window.Highlight")
    page.goto(f"{serve(specimen_site, PREFIX)}/specimen/d1/?marks=examin")
    expect(page.locator(".marks-bar p")).to_have_text(re.compile(r"\d places"))
    if natively:
        assert page.evaluate(MARKED, "found").count("examination") >= 2
        return
    marks = page.locator("mark")
    assert "".join(marks.all_text_contents()).count("examination") >= 2
    assert page.locator("mark .page-break").count() == 0
    before = page.locator("#p1").inner_text()
    page.keyboard.press("n")
    expect(page.locator("mark.current").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(marks).to_have_count(0)
    assert page.locator("#p1").inner_text() == before
    page.evaluate("getSelection().selectAllChildren(document.querySelector('#p1'))")
    assert "its examination strategic nature included" in page.evaluate("getSelection().toString()")


def test_a_document_opened_otherwise_loads_nothing_for_marks(site: str, open_page: Open) -> None:
    page = open_page(f"{site}/trade-and-aid/d101/")
    page.wait_for_load_state("networkidle")
    loaded = page.evaluate("performance.getEntriesByType('resource').map(one => one.name)")
    assert any(name.endswith("marks.js") for name in loaded)
    assert not any("lunr" in name or "engine" in name for name in loaded)


# The list as a file


def saved(page: Page, name: str) -> str:
    with page.expect_download() as waiting:
        page.get_by_role("button", name=f"Save the list: {name}").click()
    return Path(waiting.value.path()).read_bytes().decode("utf-8")


@both
def test_the_list_is_saved(site: str, open_page: Open) -> None:
    page = open_page(f"{site}/search/index.html?q=telegram&kind=telegram")
    expect(said(page)).to_have_text("11 documents")
    rows = list(csv.DictReader(io.StringIO(saved(page, "CSV").removeprefix("\ufeff"), newline="")))
    assert len(rows) == 11 and {row["kind"] for row in rows} == {"telegram"}
    (row,) = [row for row in rows if row["number"] == "101"]
    assert row == {
        "number": "101",
        "title": "The Secretary of State to the Embassy in the United Kingdom",
        "date": "1953-10-07",
        "volume": "Trade and Aid",
        "kind": "telegram",
        "classification": "Secret",
        "pages": "[1018]–1020",
        "address": "https://edition.example/trade-and-aid/d101/",
    }
    assert saved(page, "RIS").count("\r\nER  - \r\n") == 11
    assert "@incollection{trade-and-aid:d101," in saved(page, "BibTeX")
    expect(said(page)).to_have_text("11 documents")


def test_what_a_file_of_the_list_says(node: Node, checkout: Path) -> None:
    record = {
        "u": "v1/d1/index.html",
        "n": "1",
        "t": '=A "Letter", {50%} of R&D_\n~^\\',
        "v": "Vol; 1",
        "e": "1953-10/1954",
        "p": "[11]–12",
        "address": "https://e.org/v1/d1/",
    }
    script = "const [f, given] = process.argv.slice(1); const forms = require(f);"
    script += "const made = Object.values(forms).map(({ make }) => make(JSON.parse(given)));"
    script += "console.log(JSON.stringify(made))"
    table, ris, bib = json.loads(node("-e", script, checkout / "assets/search-export.js", json.dumps([record])))
    rows = list(csv.reader(io.StringIO(table.removeprefix("\ufeff"), newline="")))
    assert table.endswith("\r\n") and len(rows) == 2
    assert rows[1][1:4] == ['\'=A "Letter", {50%} of R&D_ ~^\\', "1953-10/1954", "Vol; 1"]
    assert ris.split("\r\n") == [
        "TY  - CHAP",
        'TI  - =A "Letter", {50%} of R&D_ ~^\\',
        "T2  - Vol; 1",
        "PY  - 1953",
        "DA  - 1953/10//",
        "M1  - 1",
        "SP  - 11",
        "EP  - 12",
        "UR  - https://e.org/v1/d1/",
        "ER  - ",
        "",
    ]
    assert bib == (
        "@incollection{v1:d1,\n"
        '  title = {{=A "Letter", \\{50\\%\\} of R\\&D\\_ \\textasciitilde{}\\textasciicircum{}\\textbackslash{}}},\n'
        "  booktitle = {Vol; 1},\n  number = {1},\n  year = {1953},\n  date = {1953-10},\n  pages = {11--12},\n"
        "  url = {https://e.org/v1/d1/}\n}\n"
    )


# Faults, and everybody


def test_counts_that_do_not_come_leave_the_results(site: str, open_page: Open, faults: list[str]) -> None:
    page = open_page("about:blank")
    page.context.route("**/search/facets/**", lambda route: route.abort("connectionreset"))
    page.goto(f"{site}/search/?q=telegram")
    expect(titles(page)).to_have_count(10)
    expect(said(page)).to_have_text("19 documents")


def test_a_fault_while_narrowing_is_said_and_tried_again(site: str, open_page: Open) -> None:
    failing = True

    def route(route: Route) -> None:
        route.abort("connectionreset") if failing else route.continue_()

    page = open_page("about:blank")
    page.context.route("**/search/facets/**", route)
    page.goto(f"{site}/search/?q=telegram&kind=telegram")
    expect(said(page)).to_have_text("The search index could not be loaded.", timeout=10_000)
    failing = False
    page.get_by_role("button", name="Try again").click()
    expect(said(page)).to_have_text("11 documents")


def test_no_connection_is_said_and_tried_again(site: str, open_page: Open) -> None:
    page = open_page(f"{site}/search/?q=telegram")
    expect(said(page)).to_have_text("19 documents")
    page.context.set_offline(True)
    page.get_by_role("searchbox").fill("an*biot")  # needs files that no query before it needed
    page.keyboard.press("Enter")
    expect(said(page)).to_have_text("The search index could not be loaded.", timeout=10_000)
    page.context.set_offline(False)
    page.get_by_role("button", name="Try again").click()
    expect(titles(page).first).to_be_visible()


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_accessibility_of_open_lists(
    named: str, open_page: Open, node_modules: Path, viewport: dict[str, int], scheme: str
) -> None:
    page = open_page(f"{named}/search/?q=COCOM+reed", viewport=viewport, bypass_csp=True, color_scheme=scheme)
    expect(page.locator(".search-also")).to_be_visible()
    if viewport is NARROW:
        page.get_by_text("Narrow the results").click()
    # The lists come after the results.
    expect(page.locator(".facet:not([hidden]) > summary").first).to_be_visible()
    page.wait_for_load_state("networkidle")
    for summary in page.locator(".facet > summary").all():
        if summary.is_visible() and not summary.locator("..").evaluate("box => box.open"):
            summary.click()
    expect(choice(page, "Reed, Anna")).to_be_visible()
    check(page, node_modules)
    assert page.evaluate("document.documentElement.scrollWidth") == viewport["width"]


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_accessibility(site: str, open_page: Open, node_modules: Path, viewport: dict[str, int], scheme: str) -> None:
    address = f"{site}/search/?q=p.+1019&kind=telegram&to=1980&from=1950"
    page = open_page(address, viewport=viewport, bypass_csp=True, color_scheme=scheme)
    expect(page.locator(".search-place").first).to_be_visible()
    if viewport is NARROW:
        page.get_by_text("Narrow the results").click()
    expect(choice(page, "telegram")).to_be_visible()
    check(page, node_modules)
    assert page.evaluate("document.documentElement.scrollWidth") == viewport["width"]
    page.locator(".search-place").first.click()
    expect(page.locator(".marks-bar")).to_be_visible()
    check(page, node_modules)
    assert page.evaluate("document.documentElement.scrollWidth") == viewport["width"]


def check(page: Page, node_modules: Path) -> None:
    page.add_script_tag(path=node_modules / "axe-core/axe.min.js")
    found = page.evaluate("axe.run().then(result => result.violations)")
    nodes = [(rule["id"], node["html"]) for rule in found for node in rule["nodes"]]
    # That rule of axe-core knows no doc- roles, and so takes a page mark for an element that may have no name.
    assert [one for one in nodes if not (one[0] == "aria-prohibited-attr" and "doc-pagebreak" in one[1])] == []


def test_paper_has_the_results_alone(site: str, open_page: Open) -> None:
    page = open_page(f"{site}/search/?q=telegram")
    expect(titles(page)).to_have_count(10)
    page.emulate_media(media="print")
    for hidden in (".search-form", ".search-narrow", ".search-tools"):
        expect(page.locator(hidden)).to_be_hidden()
    for shown in (".search-status", ".search-results"):
        expect(page.locator(shown)).to_be_visible()

"""The ways to the documents in a browser: contents that fold, the calendar, on this day, the map, what was read last."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from story import Story

Serve = Callable[..., str]
Open = Callable[..., Page]

CHAPTERS = {"First": "d1-d30", "Second": "d31-d60", "Third": "d61-d90"}
PLACES = {"Vienna": (48.2, 16.37), "Bratislava": (48.15, 17.11), "Lisbon": (38.72, -9.14), "Ankara": (39.93, 32.86)}


@pytest.fixture(scope="module")
def long_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A volume of ninety documents in three chapters, a day and more between them, written in four places."""
    chapters = "".join(f'[[chapters]]\ntitle = "{name}"\ndocuments = ["{ids}"]\n' for name, ids in CHAPTERS.items())
    files = {
        "edition.toml": 'title = "Long"\n',
        "content/v1/volume.toml": f'title = "One"\n{chapters}',
        "content/v1/places.yaml": "".join(
            f"{name.lower()}:\n  name: {name}\n  at: {north}, {east}\n" for name, (north, east) in PLACES.items()
        ),
    }
    for number in range(1, 91):
        place = list(PLACES)[number % len(PLACES)]
        date = f"{1950 + number // 40}-{number % 12 + 1:02}-{number % 5 + 10}"
        head = f'title: "Letter {number}"\nnumber: "{number}"\ndate: {date}\nplace: {place}\nkind: letter\n'
        files[f"content/v1/d{number}.md"] = f"---\n{head}---\n\nThe thing number {number} was said in {place}.\n"
    story = Story(tmp_path_factory.mktemp("long"), files)
    report = story.build()
    assert not report.errors, report.diagnostics
    return story.site


def folds(page: Page) -> list[bool]:
    found: list[bool] = page.locator("details.fold").evaluate_all("all => all.map(one => one.open)")
    return found


def until(page: Page, true: str) -> None:
    """Wait until an expression of JavaScript is true; the site's policy keeps the page from doing so itself."""
    for _ in range(50):
        if page.evaluate(true):
            return
        page.wait_for_timeout(50)
    pytest.fail(f"never true: {true}")


def test_long_contents_are_folded_and_stay_as_the_reader_left_them(
    serve: Serve, long_site: Path, open_page: Open, faults: list[str]
) -> None:
    page = open_page(f"{serve(long_site)}/v1/")
    assert folds(page) == [False, False, False]
    page.locator("summary", has_text="Documents 31–60").click()
    expect(page.get_by_role("link", name="Letter 42", exact=False)).to_be_visible()
    page.reload()
    assert folds(page) == [False, True, False]
    # By keyboard.
    page.locator("summary").first.focus()
    page.keyboard.press("Enter")
    assert folds(page) == [True, True, False]
    page.get_by_role("button", name="Fold all", exact=True).click()
    assert folds(page) == [False, False, False]
    page.get_by_role("button", name="Unfold all").press("Space")
    assert folds(page) == [True, True, True]
    page.reload()
    assert folds(page) == [True, True, True]
    page.get_by_role("button", name="Fold all", exact=True).click()
    until(page, "localStorage.getItem('edition.folds') === '{}'")
    assert faults == []


def test_paper_shows_what_is_folded(serve: Serve, long_site: Path, open_page: Open) -> None:
    page = open_page(f"{serve(long_site)}/v1/", java_script_enabled=False)
    last = page.locator(".entry-title", has_text="Letter 90")
    expect(last).to_be_hidden()
    page.emulate_media(media="print")
    assert last.bounding_box(), "the style sheet alone must unfold it"
    expect(page.locator(".folding")).to_be_hidden()


def test_printing_unfolds_and_folds_again(serve: Serve, long_site: Path, open_page: Open) -> None:
    page = open_page(f"{serve(long_site)}/v1/")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert folds(page) == [True, True, True]
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert folds(page) == [False, False, False]
    page.wait_for_timeout(150)
    assert page.evaluate("localStorage.getItem('edition.folds')") is None


def test_what_is_sought_in_the_page_unfolds(serve: Serve, long_site: Path, open_page: Open) -> None:
    page = open_page(f"{serve(long_site)}/v1/#:~:text=Letter%2075")
    until(page, "[...document.querySelectorAll('details.fold')].at(-1).open")
    assert folds(page) == [False, False, True]


def test_a_link_to_a_part_opens_it(serve: Serve, sample_site: Path, open_page: Open, tmp_path: Path) -> None:
    story = Story(tmp_path, {"edition.toml": 'title = "E"\n'})
    documents = "".join(
        f'<div type="document" xml:id="d{n}"><head>Letter {n}</head><p>Text.</p></div>' for n in range(1, 71)
    )
    chapters = documents.replace(
        '<div type="document" xml:id="d36">', '</div><div type="chapter" xml:id="ch2"><head>Two</head><div type="document" xml:id="d36">'
    )  # fmt: skip
    story.write(
        "content/v1.xml",
        '<TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader><fileDesc><titleStmt><title>One</title></titleStmt>'
        "<publicationStmt><p/></publicationStmt><sourceDesc><p/></sourceDesc></fileDesc></teiHeader><text><body>"
        f'<div type="chapter" xml:id="ch1"><head>One</head>{chapters}</div></body></text></TEI>',
    )
    report = story.build()
    assert not report.errors, report.diagnostics
    page = open_page(f"{serve(story.site)}/v1/#ch2")
    assert folds(page) == [False, True]
    expect(page.locator("#ch2")).to_be_in_viewport()
    page.evaluate("location.hash = 'ch1'")
    until(page, "document.querySelector('details.fold').open")


def test_from_the_calendar_to_a_document(serve: Serve, sample_site: Path, open_page: Open, faults: list[str]) -> None:
    page = open_page(f"{serve(sample_site, '/base')}/chronology/")
    page.get_by_role("link", name="1953").click()
    expect(page.locator("h1")).to_have_text("1953")
    page.get_by_role("link", name="October 7, 1953: 2 documents").click()
    expect(page).to_have_url(re.compile(r"/base/chronology/1953/10/#1953-10-07$"))
    expect(page.get_by_role("heading", name="Wednesday, October 7")).to_be_in_viewport()
    page.get_by_role("link", name="Secretary of State to the Embassy in the United Kingdom").click()
    expect(page.locator("article.document#d101")).to_be_visible()
    page.get_by_role("link", name="All documents of the day").click()
    expect(page).to_have_url(re.compile(r"/chronology/1953/10/#1953-10-07$"))
    assert faults == []


def test_to_a_day_that_the_reader_names(serve: Serve, sample_site: Path, open_page: Open, faults: list[str]) -> None:
    base = serve(sample_site, "/base")
    page = open_page(f"{base}/chronology/")
    field = page.get_by_label("Go to a day")
    field.fill("1953-10-15")
    field.press("Enter")
    expect(page).to_have_url(re.compile(r"/chronology/1953/10/#1953-10-15$"))
    expect(page.locator("h2:target")).to_have_text("Thursday, October 15")
    expect(page.locator(".nearest")).to_have_count(0)
    # A day without documents leads to the nearest of the month, a month without to the one before.
    for day, found in (("1953-10-19", "1953-10-20"), ("1953-12-24", "1953-11-10")):
        page.goto(f"{base}/chronology/")
        field.fill(day)
        page.get_by_role("button", name="Show", exact=True).click()
        expect(page.locator(".nearest + h2")).to_have_id(found)
        expect(page.get_by_role("status")).to_contain_text("There is no document of that day")
    assert faults == []


def test_the_arrow_keys_lead_through_the_calendar(serve: Serve, long_site: Path, open_page: Open) -> None:
    page = open_page(f"{serve(long_site)}/chronology/1950/")
    days = page.locator("a.day")
    here = "document.activeElement.getAttribute('aria-label')"
    days.first.focus()
    first = page.evaluate(here)
    page.keyboard.press("ArrowRight")
    second = page.evaluate(here)
    assert second == days.nth(1).get_attribute("aria-label") != first
    page.keyboard.press("ArrowLeft")
    assert page.evaluate(here) == first
    page.keyboard.press("ArrowDown")
    below = page.evaluate("document.activeElement.getBoundingClientRect().top")
    assert below > days.first.evaluate("day => day.getBoundingClientRect().top")
    page.keyboard.press("ArrowUp")
    assert page.evaluate("document.activeElement.getBoundingClientRect().top") < below
    # And the calendar is a table with heads, for who does not see it.
    assert page.locator("table.calendar").first.get_by_role("columnheader").count() == 7


def test_days_can_be_touched(serve: Serve, long_site: Path, open_page: Open) -> None:
    page = open_page(f"{serve(long_site)}/chronology/1950/", viewport={"width": 320, "height": 640}, has_touch=True)
    boxes = page.locator("a.day").evaluate_all("all => all.map(one => one.getBoundingClientRect().toJSON())")
    assert min(box["width"] for box in boxes) >= 24 and min(box["height"] for box in boxes) >= 24
    page.locator("a.day").nth(3).tap()
    expect(page).to_have_url(re.compile(r"/1950/\d\d/#1950-\d\d-\d\d$"))


@pytest.mark.parametrize("from_disk", [False, True])
def test_on_this_day(serve: Serve, sample_site: Path, open_page: Open, faults: list[str], from_disk: bool) -> None:
    address = (sample_site / "index.html").as_uri() if from_disk else f"{serve(sample_site, '/base')}/"
    page = open_page(address)
    page.clock.set_fixed_time("2031-10-07T12:00:00")
    page.reload()
    today = page.locator(".today")
    expect(today.get_by_role("link", name="All 2 documents of October 7")).to_be_visible()
    expect(today.locator(".year")).to_have_text(["1953"])
    expect(today.locator(".none")).to_have_count(0)
    # A day without documents shows the next that has some, also across the end of the year.
    page.clock.set_fixed_time("2031-12-31T12:00:00")
    page.reload()
    expect(today.locator(".none")).to_contain_text("No document of today’s date.")
    expect(today.locator(".lines a")).not_to_have_count(0)
    today.locator(".all a").click()
    expect(page.locator(".month-days h2:target")).to_be_in_viewport()
    assert faults == []


def test_on_this_day_moves_nothing(serve: Serve, sample_site: Path, open_page: Open) -> None:
    page = open_page(f"{serve(sample_site)}/")
    expect(page.locator(".today .all")).to_be_visible()
    shift = page.evaluate(
        """() => new Promise(done => {
          let sum = 0;
          new PerformanceObserver(list => { for (const one of list.getEntries()) sum += one.value; })
            .observe({ type: "layout-shift", buffered: true });
          setTimeout(() => done(sum), 300);
        })"""
    )
    assert shift < 0.01


def test_without_javascript(serve: Serve, sample_site: Path, long_site: Path, open_page: Open) -> None:
    page = open_page(f"{serve(sample_site)}/", java_script_enabled=False)
    page.get_by_role("link", name="On this day").click()
    page.get_by_role("link", name="October 7: 2 documents").click()
    expect(page.locator("h2:target")).to_have_text("October 7")
    expect(page.locator(".recent")).to_be_hidden()
    page = open_page(f"{serve(long_site)}/v1/", java_script_enabled=False)
    page.locator("summary").first.click()
    expect(page.locator(".entry-title", has_text="Letter 12")).to_be_visible()
    expect(page.locator(".folding")).to_be_hidden()


def test_what_was_read_last(serve: Serve, sample_site: Path, open_page: Open, faults: list[str]) -> None:
    base = serve(sample_site, "/base")
    page = open_page(f"{base}/trade-and-aid/d101/")
    expect(page.locator(".recent")).to_be_hidden()
    page.goto(f"{base}/trade-and-aid/d102/index.html")
    page.goto(f"{base}/trade-and-aid/d101/#d101fn1")
    page.goto(f"{base}/")
    recent = page.locator(".recent")
    expect(recent.get_by_role("link")).to_have_text(
        [re.compile("Secretary of State to the Embassy"), re.compile("Telegram Polto 582")]
    )
    expect(recent).to_contain_text("Kept in this browser only")
    assert page.evaluate("document.cookie") == ""
    recent.get_by_role("link").last.click()
    expect(page.locator("article#d102")).to_be_visible()
    # Elsewhere it waits in the footer; a document is not told of itself.
    recent = page.locator("footer .recent")
    recent.locator("summary").press("Enter")
    expect(recent.get_by_role("link")).to_have_count(1)
    recent.get_by_role("button", name="Clear the list").click()
    expect(recent).to_be_hidden()
    assert page.evaluate("localStorage.getItem('edition.recent')") is None
    assert faults == []


def test_no_more_than_twenty_are_kept_and_other_editions_are_left_alone(
    serve: Serve, long_site: Path, open_page: Open
) -> None:
    base = serve(long_site, "/mine")
    other = base.replace("/mine", "/other") + "/v9/d1/"
    page = open_page(f"{base}/")
    page.evaluate("other => localStorage.setItem('edition.recent', JSON.stringify([[other, 'Foreign']]))", other)
    for number in range(1, 4):
        page.goto(f"{base}/v1/d{number}/")
    kept = page.evaluate("JSON.parse(localStorage.getItem('edition.recent'))")
    assert [one[0] for one in kept] == [f"{base}/v1/d{n}/" for n in (3, 2, 1)] + [other]
    expect(page.locator(".recent li")).to_have_count(2)
    page.locator(".recent summary").click()
    page.get_by_role("button", name="Clear the list").click()
    assert page.evaluate("JSON.parse(localStorage.getItem('edition.recent'))") == [[other, "Foreign"]]
    page.evaluate(
        "base => localStorage.setItem('edition.recent', JSON.stringify([...Array(40)].map((_, n) => [base + n, 'x'])))",
        f"{base}/x",
    )
    page.goto(f"{base}/v1/d5/")
    assert page.evaluate("JSON.parse(localStorage.getItem('edition.recent')).length") == 20
    # What is no list of ours does no harm.
    for broken in ("{", "7", '[1, null, ["a"]]'):
        page.evaluate("text => localStorage.setItem('edition.recent', text)", broken)
        page.goto(f"{base}/v1/d6/")
        assert page.evaluate("JSON.parse(localStorage.getItem('edition.recent')).length") == 1


def test_from_the_map_to_a_place(serve: Serve, long_site: Path, open_page: Open, faults: list[str]) -> None:
    page = open_page(f"{serve(long_site, '/base')}/places/")
    page.wait_for_load_state("networkidle")
    chart = page.get_by_role("group", name="Map of the places")
    box = chart.bounding_box()
    assert box and box["width"] > 300 and 100 < box["height"] <= box["width"]
    # Vienna and Bratislava are one mark, which tells of both and leads to both beneath.
    together = chart.get_by_role("link", name="Bratislava +1 (Bratislava: 23 documents; Vienna: 22 documents)")
    together.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".close-together:target").get_by_role("link")).to_have_text(["Bratislava", "Vienna"])
    chart.get_by_role("link", name="Lisbon: 23 documents").click()
    expect(page.locator("h1")).to_have_text("Lisbon")
    assert faults == []


def test_the_checker_finds_nothing(long_site: Path, nu: Callable[..., list[dict[str, Any]]]) -> None:
    pages = (
        "v1",
        "places",
        "chronology",
        "chronology/1950",
        "chronology/1950/02",
        "kinds",
        "kinds/letter",
        "written-in",
    )
    files = [*(long_site / page / "index.html" for page in pages), long_site / "assets/ways.css"]
    assert [(one["url"], one["message"]) for one in nu([*files, long_site / "assets/lib/land.svg"])] == []


def test_axe_finds_nothing_on_folded_contents_and_marks_that_are_shared(
    serve: Serve, long_site: Path, open_page: Open, node_modules: Path
) -> None:
    base = serve(long_site)
    for path in ("v1/", "places/", "chronology/1950/", "kinds/letter/", "written-in/"):
        for scheme in ("light", "dark"):
            page = open_page(f"{base}/{path}", bypass_csp=True, color_scheme=scheme)
            page.add_script_tag(path=node_modules / "axe-core/axe.min.js")
            found = page.evaluate("axe.run().then(result => result.violations)")
            assert [(rule["id"], node["html"]) for rule in found for node in rule["nodes"]] == []
            page.context.close()

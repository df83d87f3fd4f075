"""The search index in the site: which files the build writes, what it does when some are lost or stand in the way of
others, and what readers meet who search while the site is published anew."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import headers_for, read_headers
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from story import Story

from generator import config
from generator.build import Report
from generator.diagnostics import EditionError
from generator.document import Entry, Volume
from generator.search import groups, tables
from generator.search.records import counted_as
from generator.search.shards import FOLDERS

Serve = Callable[..., str]


@pytest.fixture
def story(tmp_path: Path) -> Story:
    """An edition in which ``trade`` is in all of 50 documents, ``copper`` in the even ones, and each has many words of
    its own, so that the index has several files of each kind."""
    story = Story(tmp_path)
    for number in range(10, 60):
        story.write(f"content/v1/d{number}.md", letter(number))
    assert not story.build().diagnostics
    return story


def letter(number: int, more: str = "") -> str:
    metal = "tin" if number % 2 else "copper"
    rest = " ".join(f"word{number * factor}" for factor in range(1, 70))
    head = f'---\ntitle: "Letter {number}"\nnumber: "{number}"\n---\n\n'
    return f"{head}On the trade in {metal}, part{number}.{more}\n\n{rest}\n"


def index_of(story: Story) -> dict[str, bytes]:
    """The files of the index but the root, by path."""
    return {path: data for path, data in story.tree().items() if path.startswith("search/") and path.count("/") == 2}


def change(story: Story, statement: str) -> None:
    with sqlite3.connect(story.root / ".edition/state.sqlite3") as database:
        assert database.execute(statement).rowcount
    database.close()


def settled(story: Story, report: Report) -> None:
    """The site is that of a clean build, and a further build does nothing."""
    assert not report.errors, report.diagnostics
    assert story.tree() == story.clean()
    assert not story.build().rendered


# What is written


def test_each_file_is_named_by_its_content_and_may_be_kept_for_ever(story: Story) -> None:
    rules = read_headers(story.site / "_headers")
    index = index_of(story)
    assert {path.split("/")[1] for path in index} <= set(FOLDERS)
    assert len(index) >= 7
    for path, data in index.items():
        stem = Path(path).stem
        if "/records/" not in path:
            assert tables.name(tables.unwrapped(stem, data)) == stem
    records = {path: data for path, data in index.items() if "/records/" in path}
    for name in {Path(path).stem[:10] for path in records}:
        of_group = [tables.unwrapped(Path(path).stem, data) for path, data in records.items() if name in path]
        assert groups.name(of_group) == name
    for folder in FOLDERS:
        assert "immutable" in headers_for(rules, f"/search/{folder}/abc.js")["cache-control"]
    for name in ("root.js", "lunr-index.json", "lunr-index.js", "documents.json", "documents.js"):
        assert (story.site / "search" / name).is_file()
        assert "must-revalidate" in headers_for(rules, f"/search/{name}")["cache-control"]


def test_what_a_result_shows(story: Story) -> None:
    story.write(
        "content/v2/d1.md",
        '---\ntitle: "A *Telegram*"\nnumber: 7a\ndate: 1953-10-07/1953-10-09\nkind: telegram\n'
        'classification: Secret\nfirst_page: "11"\nsummary: On rice.\n---\n\nText [Page 12] here.\n',
    )
    settled(story, story.build())
    shown = next(one for one in json.loads((story.site / "search/documents.json").read_text()) if one["u"][:2] == "v2")
    assert shown == {
        "u": "v2/d1/index.html",
        "n": "7a",
        "t": "A Telegram",
        "v": "Volume Two",
        "d": "October 7–9, 1953",
        "e": "1953-10-07/1953-10-09",
        "k": "telegram",
        "c": "Secret",
        "p": "[11]–12",
        "s": "On rice.",
    }
    data = b"".join(data for path, data in index_of(story).items() if path.startswith("search/records/"))
    assert json.dumps(shown, ensure_ascii=False, separators=(",", ":")).encode() in data
    facets = b"".join(data for path, data in index_of(story).items() if path.startswith("search/facets/"))
    assert all(value in facets for value in (b'"1953-10-07/1953-10-09"', b'"telegram"', b'"Secret"'))


def test_as_what_names_are_counted() -> None:
    link = ("https://viaf.org/viaf/7",)
    first = Volume(
        "v2",
        "Two",
        persons=(
            Entry("holm", "Holm, Anna", same="anna"),
            Entry("smith1", "Smith, John", "A consul who has a long explanation that goes on and on for many words"),
            Entry("smith2", "Smith, John", "A farmer"),
            Entry("smith3", "Smith, John"),
        ),
        terms=(Entry("cocom", "COCOM"),),
    )
    other = Volume(
        "v1",
        "One",
        persons=(
            Entry("a", "Holm, Miss  Anna", same="anna"),
            Entry("b", "Reed", links=link),
            Entry("smith", "Smith, John"),
        ),
        places=(Entry("b", "Bonn"),),
    )
    third = Volume("v0", "Nought", persons=(Entry("r", "Reid", links=link),))
    found = counted_as([first, other, third])
    assert found["v2"]["person"] == {
        "holm": "Holm, Anna",
        "smith1": "Smith, John (A consul who has a long explanation that goes on and on for …)",
        "smith2": "Smith, John (A farmer)",
        "smith3": "Smith, John (smith3)",
    }
    assert found["v1"] == {
        "person": {"a": "Holm, Anna", "b": "Reed", "smith": "Smith, John"},
        "term": {},
        "place": {"b": "Bonn"},
    }
    assert found["v0"]["person"] == {"r": "Reed"}
    assert counted_as([other, first])["v2"]["person"]["holm"] == "Holm, Miss Anna"


def test_an_edit_of_a_list_rewrites_what_it_changes(story: Story) -> None:
    story.write("content/v1/persons.yaml", "reed:\n  name: Reed, Anna\n  same: reed\nholm:\n  name: Holm, Karl\n")
    story.write("content/v2/persons.yaml", "ar:\n  name: Reed, A.\n  same: reed\n")
    story.write("content/v2/d4.md", "---\ntitle: A Letter\nto: Karl Holm\n---\n\nTo Mrs. A. Reed, wld you come.\n")
    story.edit("content/v1/d20.md", "On the trade", "Anna Reed and Karl Holm on the trade")
    settled(story, story.build())
    before = index_of(story)
    held = b"".join(data for path, data in before.items() if "/mentions/" in path)
    assert held.count(b'"Reed, Anna"') == 1 and b'"Holm, Karl"' in held and b"Reed, A." not in held
    # Only the name by which she is counted is another, in both volumes.
    story.edit("content/v1/persons.yaml", "Reed, Anna", "Reed, Anne")
    story.edit("content/v1/d20.md", "Anna Reed", "Anne Reed")
    story.build()
    changed = {path.split("/")[1] for path in index_of(story).keys() - before.keys()}
    assert "mentions" in changed and changed <= {"mentions", "terms", "places", "words", "records"}
    # A name more is a form more, and no document has it.
    before = index_of(story)
    story.edit("content/v1/persons.yaml", "name: Holm, Karl", "name: Holm, Karl\n  names: [Xylander]")
    settled(story, story.build())
    assert index_of(story) == before
    assert b'"xyland","holm"' in (story.site / "search/root.js").read_bytes()


@pytest.mark.parametrize(
    ("setting", "documents", "there"),
    [("", 1, True), ("", config.CLASSIC_BELOW, False), ("true", config.CLASSIC_BELOW, True), ("false", 1, False)],
)
def test_the_index_in_one_file(setting: str, documents: int, there: bool) -> None:
    search = config.Search(classic={"": None, "true": True, "false": False}[setting])
    assert search.has_classic(documents) is there


def test_the_size_is_as_documented(checkout: Path) -> None:
    assert f"fewer than {config.CLASSIC_BELOW} documents" in (checkout / "docs/search.md").read_text("utf-8")


def test_the_index_in_one_file_comes_and_goes(story: Story) -> None:
    classic = {"search/lunr-index.json", "search/lunr-index.js", "search/documents.json", "search/documents.js"}
    for setting, there in (("false", False), ("true", True), ("false", False), ('"auto"', True)):
        story.write("edition.toml", f'title = "A"\n[search]\nclassic = {setting}\n')
        report = story.build()
        assert (classic <= story.tree().keys()) is there and (classic & story.tree().keys() == set()) is not there
        settled(story, report)


@pytest.mark.parametrize("value", ['"always"', "1", "[]"])
def test_a_wrong_setting(story: Story, value: str) -> None:
    story.write("edition.toml", f'title = "A"\n[search]\nclassic = {value}\n')
    with pytest.raises(EditionError) as raised:
        story.build()
    assert str(raised.value.diagnostics[0]).startswith(
        'edition.toml:3:1: wrong-value: "classic" must be true, false or'
    )


def test_search_that_is_switched_on_and_off(story: Story) -> None:
    story.write("edition.toml", 'title = "A"\n[search]\nenabled = false\n')
    settled(story, story.build())
    assert not any(path.startswith("search/") for path in story.tree())
    story.write("content/v1/d77.md", letter(77))  # read without a thought of searching
    settled(story, story.build())
    story.write("edition.toml", 'title = "A"\n')
    settled(story, story.build())
    assert index_of(story)


# What is lost, damaged or in the way


@pytest.mark.parametrize("edited", [False, True])
@pytest.mark.parametrize("folder", ["terms", "places", "records", "root.js"])
@pytest.mark.parametrize("what", ["lost", "changed"])
def test_a_file_of_the_index_is_lost_or_changed(story: Story, what: str, folder: str, edited: bool) -> None:
    path = next(path for path in sorted(story.tree()) if path.startswith(f"search/{folder}"))
    if what == "lost":
        (story.site / path).unlink()
    else:
        (story.site / path).write_text("spoilt")
    if edited:
        story.edit("content/v1/d20.md", "trade", "redisplayed trade")
    settled(story, story.build())


@pytest.mark.parametrize("edited", [False, True])
@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM terms",
        "DELETE FROM positions",
        "UPDATE terms SET value=x'93c1'",
        "UPDATE positions SET value=x'c1'",
        "DELETE FROM meta WHERE key LIKE 'search %'",
        "DELETE FROM meta WHERE key LIKE 'search state %'",
        "UPDATE meta SET value=x'c1' WHERE key LIKE 'search %'",
        "UPDATE meta SET value=x'c1' WHERE key LIKE 'search state %'",
    ],
)
def test_what_is_remembered_of_the_index_is_lost_or_spoilt(story: Story, statement: str, edited: bool) -> None:
    change(story, statement)
    if edited:
        story.edit("content/v1/d20.md", "trade", "redisplayed trade")
        story.delete("content/v1/d21.md")
    settled(story, story.build())


def test_an_older_state_is_put_back(story: Story) -> None:
    """Such as one from a backup: what was written since is known by its names."""
    state = story.root / ".edition/state.sqlite3"
    older = state.read_bytes()
    for number in (20, 30):
        story.edit(f"content/v1/d{number}.md", "trade", "redisplayed trade")
        story.build()
    state.write_bytes(older)
    story.edit("content/v1/d40.md", "trade", "redisplayed trade")
    settled(story, story.build())


def test_everything_that_is_remembered_is_lost(story: Story) -> None:
    shutil.rmtree(story.root / ".edition")
    story.edit("content/v1/d20.md", "trade", "redisplayed trade")
    report = story.build()
    assert not report.notices
    settled(story, report)


def test_files_of_others_stay(story: Story) -> None:
    theirs = {"search/notes.txt": "mine", "search/terms/mine.js": 'editionData("mine",1);\n', "search/own/x.js": "x"}
    for path, text in theirs.items():
        (story.site / path).parent.mkdir(exist_ok=True)
        (story.site / path).write_text(text)
    story.edit("content/v1/d20.md", "trade", "redisplayed trade")
    assert not story.build().diagnostics
    story.write("edition.toml", 'title = "A"\n[search]\nenabled = false\n')
    assert not story.build().diagnostics
    assert {path: (story.site / path).read_text() for path in story.tree() if path.startswith("search/")} == theirs


def test_something_in_the_way_leaves_the_old_index_whole(story: Story) -> None:
    before = {path: data for path, data in story.tree().items() if path == "search/root.js" or path in index_of(story)}
    elsewhere = story.root.parent / "elsewhere"
    shutil.move(story.site / "search/terms", elsewhere)
    (story.site / "search/terms").symlink_to(elsewhere)
    story.edit("content/v1/d20.md", "trade", "redisplayed trade")
    for _ in range(2):
        (found,) = story.build().diagnostics
        assert found.rule == "output" and "link" in found.message
        after = story.tree()
        assert {path: after.get(path) for path in before if "/terms/" not in path} == {
            path: data for path, data in before.items() if "/terms/" not in path
        }
    (story.site / "search/terms").unlink()
    shutil.rmtree(elsewhere)
    settled(story, story.build())


# Readers


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context()
    yield context
    context.close()


def search(page: Page, words: str) -> None:
    page.get_by_role("searchbox").fill(words)
    page.keyboard.press("Enter")


def titles(page: Page) -> list[str]:
    return page.locator(".search-title").all_text_contents()


def test_the_index_is_searched_in_a_worker(story: Story, serve: Serve, context: BrowserContext) -> None:
    page = context.new_page()
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page.goto(f"{serve(story.site, '/some/base')}/search/?q=copper")
    expect(page.get_by_role("status")).to_contain_text("25 documents")
    assert len(page.workers) == 1
    assert any("/search/root.js" in url for url in asked) and any("/search/terms/" in url for url in asked)
    assert not any("lunr-index" in url for url in asked)


@pytest.mark.parametrize("how", ["served", "from a disk"])
def test_words_are_found_and_marked_in_their_language(
    story: Story, serve: Serve, context: BrowserContext, how: str
) -> None:
    story.write("edition.toml", 'title = "Eine Ausgabe"\nlanguage = "de"\n')
    story.write("content/v1/d3.md", "---\ntitle: Bericht über die Verhandlungen\n---\n\nDie Häuser der Länder.\n")
    story.build()
    page = context.new_page()
    at = serve(story.site) + "/search/" if how == "served" else (story.site / "search/index.html").as_uri()
    page.goto(f"{at}?q=verhandlung+haus")
    expect(page.locator(".search-title mark")).to_have_text(["Verhandlungen"])
    expect(page.locator(".search-snippet mark")).to_have_text(["Häuser"])
    search(page, "+der +land")  # the first is a very common word
    expect(page.locator(".search-snippet mark")).to_have_text(["Länder"])
    # In the document that is opened too.
    page.locator(".search-title").click()
    expect(page.locator(".marks-bar")).to_be_visible()
    assert page.evaluate("[...CSS.highlights.get('found')].map(String)") == ["Länder"]


def test_a_search_goes_on_when_the_site_is_published_anew(story: Story, serve: Serve, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(f"{serve(story.site)}/search/?q=copper")
    expect(page.locator(".search-result")).to_have_count(10)
    gone: list[str] = []
    page.on("response", lambda response: gone.append(response.url) if response.status == 404 else None)
    # Everything has another number now, and no file of the old index is left.
    story.write("content/v0/volume.toml", 'title = "Volume Nought"\n')
    for number in range(1, 6):
        story.write(f"content/v0/d{number}.md", letter(2 * number, " A new one."))
    for number in range(10, 60):
        story.write(f"content/v1/d{number}.md", letter(number, " Corrected."))
    story.delete("content/v1/d10.md")
    story.build()
    page.get_by_role("button", name="Show more").click()
    expect(page.get_by_role("status")).to_have_text("29 documents")
    expect(page.locator(".search-result")).to_have_count(20)
    page.get_by_role("button", name="Show more").click()
    expect(page.locator(".search-result")).to_have_count(29)
    assert any("/search/records/" in url for url in gone)
    assert sorted(titles(page)) == sorted(
        [f"Letter {n}" for n in range(12, 60, 2)] + [f"Letter {2 * n}" for n in range(1, 6)]
    )
    for item in page.locator(".search-result").all():
        title = item.locator(".search-title").inner_text()
        item.scroll_into_view_if_needed()
        expect(item.locator(".search-snippet")).to_contain_text(f"part{title.split()[1]}.")
    search(page, "corrected -copper")
    expect(page.get_by_role("status")).to_have_text("25 documents")


def test_a_file_that_was_gone_and_came_back_is_found(story: Story, serve: Serve, context: BrowserContext) -> None:
    """A host may let browsers keep even the answer that a file is not there."""
    address = serve(story.site)
    page = context.new_page()
    page.goto(f"{address}/search/?q=copper")
    expect(page.get_by_role("status")).to_have_text("25 documents")
    root = (story.site / "search/root.js").read_bytes()
    terms = next(path for path, data in index_of(story).items() if "/terms/" in path and b'"tin"' in data)
    shutil.move(story.site / terms, story.root)
    other = context.new_page()
    other.goto(f"{address}/{terms}")  # the answer is kept now, with the page for what is not there
    shutil.move(story.root / Path(terms).name, story.site / terms)
    assert (story.site / "search/root.js").read_bytes() == root
    other.goto(f"{address}/search/?q=tin")
    expect(other.get_by_role("status")).to_have_text("25 documents")


@pytest.mark.parametrize("folder", ["terms", "lengths", "records", "root.js"])
def test_a_file_that_does_not_come_is_asked_for_again(
    story: Story, serve: Serve, context: BrowserContext, folder: str
) -> None:
    failed: list[str] = []

    def failing(route: Route) -> None:
        failed.append(route.request.url)
        if len(failed) == 1:
            route.abort("connectionreset")
        elif len(failed) == 2:
            route.fulfill(status=503, body="too busy")
        else:
            route.continue_()

    context.route(f"**/search/{folder}**", failing)
    page = context.new_page()
    page.goto(f"{serve(story.site)}/search/?q=copper")
    expect(page.locator(".search-result")).to_have_count(10)
    assert len(failed) >= 3


@pytest.mark.parametrize("folder", ["terms", "records", "root.js"])
def test_a_fault_that_lasts_is_said_and_can_be_tried_again(
    story: Story, serve: Serve, context: BrowserContext, folder: str
) -> None:
    context.route(f"**/search/{folder}**", lambda route: route.abort("connectionreset"))
    page = context.new_page()
    page.goto(f"{serve(story.site)}/search/?q=copper")
    expect(page.get_by_role("status")).to_have_text("The search index could not be loaded.", timeout=10_000)
    expect(page.locator(".search-result")).to_have_count(0)
    context.unroute_all()
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".search-result")).to_have_count(10)
    expect(page.get_by_role("status")).to_have_text("25 documents")


def test_a_search_from_a_disk_goes_on_when_the_site_is_built_anew(story: Story, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto((story.site / "search/index.html").as_uri() + "?q=copper")
    expect(page.get_by_role("status")).to_have_text("25 documents")
    for number in range(10, 60):
        story.write(f"content/v1/d{number}.md", letter(number, " Corrected."))
    story.delete("content/v1/d10.md")
    story.build()
    search(page, "trade word1400 -tin")  # the second stands in a file that was not read before
    expect(page.get_by_role("status")).to_have_text("24 documents")
    expect(page.locator(".search-result")).to_have_count(10)

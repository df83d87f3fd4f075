"""The languages of the interface: every word in each of them, none of English left, dates as they are written there,
and an edition that is written from right to left."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from playwright.sync_api import Page, expect

from generator import dates, directions, wording
from generator.cli import main

Serve = Callable[..., str]
Open = Callable[..., Page]

CHECKOUT = Path(__file__).resolve().parent.parent
MESSAGES = CHECKOUT / "templates" / "messages"
LANGUAGES = ("de", "es", "fr")


def messages(language: str) -> dict[str, str]:
    return tomllib.loads((MESSAGES / f"{language}.toml").read_text("utf-8"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_is_there(language: str) -> None:
    english, own = messages("en"), messages(language)
    assert own.keys() == english.keys()
    assert list(own) == list(english), "another order than in en.toml"
    for key, words in english.items():
        assert set(re.findall(r"\{\w+\}", own[key])) == set(re.findall(r"\{\w+\}", words)), key
        assert own[key].strip() == own[key] or (language, key) == ("fr", "licence"), key
        if key in ("months", "months_short", "weekdays", "weekdays_short"):
            assert len(own[key].split()) == len(words.split()), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_long_is_translated(language: str) -> None:
    """Single words may be the same in two languages; sentences are not."""
    english, own = messages("en"), messages(language)
    same = {key for key, words in english.items() if own[key] == words and len(re.findall(r"[^\W\d_]{2,}", words)) > 2}
    assert same == set()


DATES = {
    "1953-10-07": {"en": "October 7, 1953", "de": "7. Oktober 1953", "es": "7 de octubre de 1953", "fr": "7 octobre 1953"},
    "1953-10-01": {"en": "October 1, 1953", "de": "1. Oktober 1953", "es": "1 de octubre de 1953", "fr": "1er octobre 1953"},
    "1953-03": {"en": "March 1953", "de": "März 1953", "es": "marzo de 1953", "fr": "mars 1953"},
    "1953-08-01/1953-08-03": {
        "en": "August 1–3, 1953", "de": "1.–3. August 1953", "es": "1–3 de agosto de 1953", "fr": "1er–3 août 1953",
    },
    "1953~": {"en": "about 1953", "de": "ca. 1953", "es": "ca. 1953", "fr": "1953 environ"},
    "1953-02?": {
        "en": "February 1953 (uncertain)", "de": "Februar 1953 (unsicher)", "es": "febrero de 1953 (dudoso)",
        "fr": "février 1953 (incertain)",
    },
    "1953-12-31/1954-01-01": {
        "en": "December 31, 1953 – January 1, 1954", "de": "31. Dezember 1953 – 1. Januar 1954",
        "es": "31 de diciembre de 1953 – 1 de enero de 1954", "fr": "31 décembre 1953 – 1er janvier 1954",
    },
}  # fmt: skip


@pytest.mark.parametrize("language", ["en", *LANGUAGES])
def test_dates_are_as_they_are_written(language: str) -> None:
    own = messages(language)
    for edtf, expected in DATES.items():
        assert wording.date_in_words(dates.parse(edtf), own) == expected[language]


@pytest.mark.parametrize(
    ("tag", "direction"),
    [
        ("ar", "rtl"), ("he", "rtl"), ("fa-IR", "rtl"), ("ur", "rtl"), ("yi", "rtl"), ("AR-eg", "rtl"), ("az-Arab", "rtl"),
        ("ku-arab-IQ", "rtl"), ("pa-Arab", "rtl"), ("en", "ltr"), ("az", "ltr"), ("ur-Latn", "ltr"), ("de-CH", "ltr"),
        ("", "ltr"), ("arn", "ltr"), ("x-arab", "rtl"),
    ],
)  # fmt: skip
def test_the_direction_of_a_language(tag: str, direction: str) -> None:
    assert directions.of(tag) == direction


# ---- no words but those of the files of words

WORD = re.compile(r"[^\W\d_]{2,}")
TOLD = ("aria-label", "aria-description", "title", "alt", "placeholder", "label")
"""Attributes that are shown or read out."""

KEYS = ("Esc", "Tab")
"""What stands on keyboards."""


def own_words(template: str) -> list[str]:
    """The words that a template would show of itself."""
    text = re.sub(r"\{% block body_class %\}.*?\{% endblock %\}|\{#.*?#\}", " ", template, flags=re.DOTALL)
    text = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", " ", text, flags=re.DOTALL)
    told = [value for name, value in re.findall(r'([\w-]+)="([^"]*)"', text) if name in TOLD]
    shown = re.sub(r"<[^>]*>|&\w+;", " ", text)
    return [word for piece in (*told, shown) for word in WORD.findall(piece) if word not in KEYS]


def test_templates_have_no_words_of_their_own() -> None:
    assert own_words('<p title="A b">{{ t.a }}{# not #}</p>') == []
    assert own_words('<p title="Not so">{{ t.a }} <b>Nor this</b></p>') == ["Not", "so", "Nor", "this"]
    templates = sorted((CHECKOUT / "templates").rglob("*.html"))
    assert len(templates) > 20
    assert {str(path): found for path in templates if (found := own_words(path.read_text("utf-8")))} == {}


STRING = re.compile(r'"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\\n]|\\.)*)`')
SAID = re.compile(
    r"(?:textContent|innerText|\.title|placeholder|\.alt|ariaLabel)\s*=\s*[\"`][^\"`$]*[A-Za-z]{2}"
    r"|\"(?:aria-label|title|alt|placeholder)\",\s*[\"`][^\"`$]*[A-Za-z]{2}"
)
TWO_WORDS = re.compile(r"(?<![.#\w-])[A-Za-z]{2,} [a-z]{2,}(?![\w-]*[=\[:(.])")
UNSEEN = re.compile(
    r"use strict|^screen and |^\.dateline|^#search-volumes|^doc-pagebreak"
    r"|^the index is of another form$|^the search is forgotten$|^the Worker does not start$|: no answer$"
)
"""Selectors, media, roles, and errors that only a console shows."""


def said_words(script: str) -> list[str]:
    """What a script would say of itself."""
    code = re.sub(r"^\s*(?://|/?\*).*$|\s//\s.*$", "", script, flags=re.MULTILINE)
    found = [re.sub(r"\$\{[^}]*\}", " ", one or other) for one, other in STRING.findall(code)]
    return [text for text in found if TWO_WORDS.search(text) and not UNSEEN.search(text)] + SAID.findall(code)


def test_scripts_have_no_words_of_their_own() -> None:
    assert said_words('a.textContent = "Close"; b = "Not found here"; // "says nothing"') == [
        "Not found here",
        'textContent = "Close',
    ]  # fmt: skip
    scripts = sorted((CHECKOUT / "assets").glob("*.js"))
    assert len(scripts) > 10
    assert {path.name: found for path in scripts if (found := said_words(path.read_text("utf-8")))} == {}


# ---- whole pages

WORDS = "lorema ipsuma dolora sitame conseca adipisa elitam sedoma eiusma tempora incida labora magnam aliqua".split()
"""Of no language."""

DOCUMENT = """\
---
title: Lorema ipsuma[^1]
number: {n}
date: {date}
place: Dolora
kind: conseca
classification: adipisa
from: [{{name: Elitam, person: elitam}}]
persons: [elitam]
topics: [sedoma]
summary: Eiusma tempora.
source_line: "Incida 12/4"
---

[Page {page}] Lorema [Elitam]{{person=elitam}} dolora [XQ]{{term=xq}} sitame.

1. Conseca adipisa [Page {more}] elitam. ![Labora](labora.png)

| Magnam | Aliqua |
| --- | --- |
| 1 | 2 |

{many}

[[d1]] [[d2#fn1]] [[#fn1]] [[d2#para 1]] [[#para 1]]

[^1]: Sedoma eiusma.
"""


@pytest.fixture(scope="module")
def wordless(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """A function that builds an edition without a word of any language, in a language, and returns its site."""

    def build(language: str) -> Path:
        edition = tmp_path_factory.mktemp(f"wordless-{language}")
        folder = edition / "content" / "magnam"
        folder.mkdir(parents=True)
        (edition / "edition.toml").write_text(
            f'title = "Lorema Ipsuma"\nlanguage = "{language}"\npublisher = "Aliqua"\nlicence = "Elitam"\n'
        )
        (folder / "volume.toml").write_text(
            'title = "Magnam"\nnumber = "7"\nyear = "1960"\nfacsimile = "scans/{page}.svg"\n'
            '[[chapters]]\nid = "labora"\ntitle = "Labora"\ndocuments = ["d1-d3"]\n'
        )
        (folder / "persons.yaml").write_text("elitam:\n  name: Elitam\n  roles: [{text: Tempora, since: 1953-01-01}]\n")
        (folder / "terms.yaml").write_text("xq:\n  name: XQ\n  text: Aliqua\n")
        (folder / "places.yaml").write_text("dolora:\n  name: Dolora\n  at: [50.7, 7.1]\n")
        (folder / "scans").mkdir()
        (folder / "scans" / "1.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
        for n, date in enumerate(("1953-10-01", "1953-11-07/1953-11-09", "1954~"), 1):
            text = DOCUMENT.format(n=n, date=date, page=2 * n - 1, more=2 * n, many="labora magnam " * 40)
            (folder / f"d{n}.md").write_text(text)
        command = ["build", "-q", "--edition", str(edition), "--output", str(edition / "site")]
        done = CliRunner().invoke(main, command)
        assert done.exit_code == 0, done.output
        return edition / "site"

    return build


SHOWN = """(names) => {
    const out = [document.title];
    const body = document.body.cloneNode(true);
    for (const other of body.querySelectorAll("script, style, noscript, .citation-words")) other.remove();
    // Words of two elements are two.
    const walker = document.createTreeWalker(body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) out.push(walker.currentNode.data);
    for (const name of names) {
        for (const element of body.querySelectorAll(`[${name}]`)) out.push(element.getAttribute(name));
    }
    for (const element of document.querySelectorAll("meta[name=description]")) out.push(element.content);
    return out.join("\\n");
}"""

PAGES = (
    "magnam/d1/", "search/", "search/?q=lorema", "search/?q=nixnux", "search/?q=lorema&person=x", "chronology/",
    "chronology/1953/", "chronology/1953/10/", "", "magnam/", "magnam/pages/", "magnam/pages/?page=99", "magnam/persons/",
    "magnam/persons/elitam/", "persons/", "places/", "kinds/", "on-this-day/", "labora/", "404.html",
)  # fmt: skip
"""Addresses; those that the site does not have are served the page that says so."""

NAMES = {"xq", "nixnux", "esc", "csv"}
"""Of the edition, of what is searched for, of keys and formats."""


def words_of(texts: Iterable[str]) -> set[str]:
    return {word.lower() for text in texts for word in WORD.findall(text)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_english_remains(
    language: str, wordless: Callable[[str], Path], serve: Serve, open_page: Open, faults: list[str]
) -> None:
    base = serve(wordless(language))
    allowed = words_of(messages(language).values()) | words_of(WORDS) | NAMES
    page = open_page(f"{base}/magnam/d1/", viewport={"width": 1280, "height": 900})
    page.get_by_role("button", name=messages(language)["facsimile"], exact=True).click()
    page.locator("#d1fnref1").hover()
    found: dict[str, Any] = {}
    for path in PAGES:
        if path != PAGES[0]:
            page.goto(f"{base}/{path}")
        if path.startswith("search/?"):
            expect(page.get_by_role("status").first).not_to_have_text("")
            page.wait_for_timeout(150)
        if strange := sorted(words_of([page.evaluate(SHOWN, list(TOLD))]) - allowed):
            found[path] = strange
        assert page.evaluate("document.documentElement.lang") == language
    assert found == {}, "; ".join(f"{path}: {strange}" for path, strange in found.items())


# ---- from right to left


@pytest.fixture(scope="module")
def rtl_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``tests/specimen-rtl``, an edition in Arabic with words of its own for the interface."""
    site = tmp_path_factory.mktemp("rtl") / "site"
    edition = CHECKOUT / "tests" / "specimen-rtl"
    copy = site.parent / "edition"
    for path in sorted(edition.rglob("*")):
        if path.is_file() and ".edition" not in path.parts:
            to = copy / path.relative_to(edition)
            to.parent.mkdir(parents=True, exist_ok=True)
            to.write_bytes(path.read_bytes())
    done = CliRunner().invoke(main, ["build", "-q", "--edition", str(copy), "--output", str(site)])
    assert done.exit_code == 0, done.output
    return site


def box(page: Page, selector: str) -> dict[str, Any]:
    found = page.locator(selector).first.bounding_box()
    assert found, selector
    return {**found, "right": found["x"] + found["width"]}


def test_from_right_to_left(rtl_site: Path, serve: Serve, open_page: Open, faults: list[str]) -> None:
    base = serve(rtl_site)
    page = open_page(f"{base}/rasail/d1/", viewport={"width": 1280, "height": 900})
    assert page.evaluate("[document.documentElement.lang, document.documentElement.dir]") == ["ar", "rtl"]
    # Breadcrumbs begin at the right, page marks hang in the right margin, notes stand at the left.
    assert box(page, ".breadcrumbs li:nth-child(2)")["right"] < box(page, ".breadcrumbs li:nth-child(1)")["x"] + 1
    text = box(page, ".document-text")
    mark = page.evaluate("parseFloat(getComputedStyle(document.querySelector('#pg_13'), '::before').right)")
    assert mark < 0, "the page mark does not hang beyond the right edge"
    assert box(page, ".side-note")["right"] < text["x"]
    assert box(page, ".notes .note-label")["x"] > box(page, ".notes .note-back")["x"]
    assert box(page, "th:nth-child(1)")["x"] > box(page, "th:nth-child(2)")["x"]
    assert page.locator("#pg_12").get_attribute("aria-label") == "صفحة 12"
    # A passage the other way round, and a document.
    passage = page.locator("[lang=en][dir=ltr]", has_text="The captain wrote")
    assert passage.evaluate("one => getComputedStyle(one).textAlign") == "start"
    page.keyboard.press("ArrowLeft")  # what lies ahead lies at the left
    expect(page.locator("article#d2")).to_have_attribute("dir", "ltr")
    assert box(page, ".side-note")["right"] < box(page, ".document-text")["x"]
    other = page.evaluate("parseFloat(getComputedStyle(document.querySelector('#pg_14'), '::before').right)")
    assert other < 0
    assert faults == []


RTL = ("rasail/d1/", "rasail/d2/", "search/?q=captain", "rasail/", "rasail/pages/", "chronology/1953/10/", "")


def test_right_to_left_is_accessible(rtl_site: Path, serve: Serve, open_page: Open, node_modules: Path) -> None:
    base = serve(rtl_site)
    page = open_page(f"{base}/", bypass_csp=True, viewport={"width": 390, "height": 800})
    for path in RTL:
        page.goto(f"{base}/{path}")
        if "?" in path:
            expect(page.locator("mark").first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") == 390, path
        page.add_script_tag(path=node_modules / "axe-core/axe.min.js")
        told = page.evaluate("axe.run().then(r => r.violations.flatMap(v => v.nodes.map(n => v.id + ' ' + n.html)))")
        assert [one for one in told if "doc-pagebreak" not in one] == [], path


def test_right_to_left_is_valid(rtl_site: Path, nu: Callable[[Iterable[Path]], list[dict[str, Any]]]) -> None:
    names = ("rasail/d1", "rasail/d2", "search", "rasail", "rasail/pages", "chronology/1953/10", ".")
    told = nu(rtl_site / name / "index.html" for name in names)
    assert [message for message in told if message["type"] == "error"] == []

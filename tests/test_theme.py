"""What templates may count on: plain data, macros, includes, and a fault that is told with its place. What an edition
may have of its own: a colour, the whole file of colours, a part of a page."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page
from story import Story

from generator.theme import TemplateFault, Templates


def made(templates: dict[str, str], **data: Any) -> str:
    return Templates(templates).render("page.html", "v1/d1/index.html", "", data).decode()


def test_a_key_comes_before_what_python_calls_so() -> None:
    assert made({"page.html": "{{ row.items }} {{ row.update }}"}, row={"items": "two", "update": 3}) == "two 3"


def test_what_is_no_key_may_be_asked_of_python() -> None:
    assert made({"page.html": "{% for k, v in row.items() %}{{ k }}={{ v }};{% endfor %}"}, row={"a": 1}) == "a=1;"


def test_a_missing_key_is_a_fault_in_its_line() -> None:
    with pytest.raises(TemplateFault) as fault:
        made({"page.html": "words\n{% include 'part.html' %}", "part.html": "more\n\n  {{ row.nothing }}"}, row={})
    assert str(fault.value.diagnostic.span) == "templates/part.html:3:3"


def test_a_call_of_what_is_not_there_is_a_fault() -> None:
    with pytest.raises(TemplateFault):
        made({"page.html": "{{ nothing() }}"})


def test_text_is_escaped_and_what_macros_make_is_not_escaped_again() -> None:
    templates = {
        "page.html": "{% from 'part.html' import strong with context %}{% for w in words %}{{ strong(w) }}{% endfor %}",
        "part.html": "{% macro strong(words, tag='b') %}<{{ tag }}>{{ words }}{{ mark }}</{{ tag }}>{% endmacro %}",
    }
    assert made(templates, words=["A & B", "<i>"], mark="!") == "<b>A &amp; B!</b><b>&lt;i&gt;!</b>"


def test_a_part_sees_what_stands_around_it_each_time() -> None:
    templates = {
        "page.html": "{% for n in [1, 2] %}{% set m = n * 2 %}{% include 'part.html' %}{% endfor %}",
        "part.html": "{{ n }}{{ m }}{{ href('v1/d2/index.html', 'fn1') }};",
    }
    assert made(templates) == "12../d2/index.html#fn1;24../d2/index.html#fn1;"


def fenced(checkout: Path, language: str, file: str) -> str:
    """The block of docs/theme.md that is to be put into ``file``."""
    found = re.search(rf"^```{language} {re.escape(file)}\n(.*?)^```", (checkout / "docs/theme.md").read_text(), re.M | re.S)  # fmt: skip
    assert found, file
    return found[1]


def test_one_colour_as_the_documentation_says(
    tmp_path: Path, checkout: Path, serve: Callable[..., str], open_page: Callable[..., Page]
) -> None:
    story = Story(tmp_path)
    for language, file in (("css", "assets/own.css"), ("html", "templates/parts/head.html")):
        story.write(file, fenced(checkout, language, file))
    story.build()
    page = open_page(f"{serve(story.site)}/v1/d1/")
    accent = "getComputedStyle(document.documentElement).getPropertyValue('--accent')"
    assert page.evaluate(accent) == "#0b5d4e"
    paper = "getComputedStyle(document.documentElement).getPropertyValue('--paper')"
    assert page.evaluate(paper) == "#fdfcf9", "the others are the theme's"


def test_an_edition_has_a_theme_file_and_a_part_of_its_own(tmp_path: Path) -> None:
    story = Story(tmp_path)
    story.build()
    before = story.tree()
    story.write("assets/theme.css", ":root { --paper: #eee; }\n")
    story.write("templates/parts/neighbours.html", "<p>Our way on</p>\n")
    story.build()
    after = story.tree()
    assert after["assets/theme.css"] == b":root { --paper: #eee; }\n"
    assert b"<p>Our way on</p>" in after["v1/d1/index.html"]
    assert b'class="neighbours"' not in after["v1/d1/index.html"]
    assert after["assets/edition.css"] == before["assets/edition.css"]
    assert after["v1/index.html"] == before["v1/index.html"], "a page without that part"


def blocks(css: str) -> dict[str, dict[str, str]]:
    """The custom properties of a style sheet, by selector; those in @media are told apart by its first words."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.S)
    out = {}
    for media, selector, body in re.findall(r"(?:(@media [^{]+)\{\s*)?([^{}@]+)\{([^{}]*)\}", css):
        name = " ".join(f"{media} {selector}".split())
        out[name] = dict(re.findall(r"(--[a-z-]+):\s*([^;]+);", body))
    return out


DARK = "@media (prefers-color-scheme: dark) :root:not([data-theme])"


def test_the_dark_colours_are_the_same_both_times(checkout: Path) -> None:
    found = blocks((checkout / "assets/theme.css").read_text())
    assert found[DARK] == found[':root[data-theme="dark"]'] != {}
    assert set(found[':root[data-theme="sepia"]']) == set(found[DARK]), "a colour that one set lacks"
    assert set(found[DARK]) < set(found[":root"])
    # The browser's own frame, before a script knows better.
    base = (checkout / "templates/base.html").read_text()
    for paper, scheme in ((found[":root"]["--paper"], "light"), (found[DARK]["--paper"], "dark")):
        assert f'content="{paper}" media="(prefers-color-scheme: {scheme})"' in base


def luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", [":root", ':root[data-theme="dark"]', ':root[data-theme="sepia"]'])
def test_letters_stand_out_from_the_paper(checkout: Path, theme: str) -> None:
    found = blocks((checkout / "assets/theme.css").read_text())
    colours = found[":root"] | found[theme]
    for ground in ("--paper", "--pale", "--target"):
        for letters in ("--ink", "--link", "--accent", *(["--quiet"] if ground != "--target" else [])):
            assert contrast(colours[letters], colours[ground]) >= 4.5, f"{letters} on {ground}"
    for ground in ("--mark", "--current"):
        assert contrast(colours["--ink"], colours[ground]) >= 4.5, ground
    assert contrast(colours["--edge"], colours["--paper"]) >= 3


def test_every_value_is_there_and_is_used(checkout: Path) -> None:
    theme, *others = (
        p.read_text() for p in (checkout / "assets/theme.css", *sorted((checkout / "assets").glob("*.css")))
    )
    given = set(re.findall(r"(--[a-z-]+):", theme))
    used = set(re.findall(r"var\((--[a-z-]+)(?=\))", "".join(others)))
    local = set(re.findall(r"(--[a-z-]+):", "".join(others)))
    assert used <= given | local
    assert given - used == set()


def test_the_style_sheets_have_no_colours_of_their_own(checkout: Path) -> None:
    for path in sorted((checkout / "assets").glob("*.css")):
        if path.name != "theme.css":
            css = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.S)
            assert re.findall(r":[^;{}]*(?:#[0-9a-fA-F]{3,8}\b|\brgb\((?!0 0 0)|\bhsl\()[^;{}]*", css) == [], path.name

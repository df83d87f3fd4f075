"""References through the whole build: what they are called, where they lead, and what an editor is told."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from story import Story


def link(story: Story, path: str) -> list[tuple[str, str]]:
    """The references of a page: where each leads (its status, if nowhere) and its words."""
    article = story.page(path).partition("<article")[2].partition("</article>")[0]
    found = re.findall(
        r'<(?:a class="ref"[^>]* href="([^"]*)"|span class="ref unresolved" data-status="([^"]*)")[^>]*>([^<]*)',
        article,
    )
    return [(href or status, words) for href, status, words in found]


@pytest.mark.parametrize(
    ("written", "leads_to", "words"),
    [
        ("[[d2]]", "../d2/index.html", "Document 2"),
        ("[[d2|his reply]]", "../d2/index.html", "his reply"),
        ("[[p. 12]]", "../d2/index.html#pg_12", "p. 12"),
        ("[[pp. 12–15]]", "../d2/index.html#pg_12", "pp. 12–15"),
        ("[[v2]]", "../../v2/index.html", "Volume Two"),
        ("[[v1]]", "../index.html", "Volume One"),
        ("[[v2#d1]]", "../../v2/d1/index.html", "Document 1, Volume Two"),
        ("[[d1#fn1]]", "../d1/index.html#d1fn1", "footnote 1, Document 1"),
        ("[[d3#para 4]]", "../d3/index.html#p2", "paragraph 4, Document 3"),
        ("[[about]]", "../../about/index.html", "About"),
        ("[[v9#]]", "not-in-edition", "v9"),
        ("See Document 2.", "../d2/index.html", "Document 2"),
        ("See footnote 1, Document 1.", "../d1/index.html#d1fn1", "footnote 1, Document 1"),
    ],
)
def test_what_a_reference_is_called(tmp_path: Path, written: str, leads_to: str, words: str) -> None:
    story = Story(tmp_path)
    story.write("content/v1/d9.md", f"---\ntitle: T\nkind: editorial note\n---\n\n{written}\n")
    assert not story.build().errors
    assert link(story, "v1/d9/index.html") == [(leads_to, words)]


@pytest.mark.parametrize(
    ("written", "leads_to", "rules"),
    [
        ("[[v1#d1]]", "../v1/d1/index.html", []),
        ("[[d3]]", "../v1/d3/index.html", []),
        ("[[d1]]", "ambiguous", ["ambiguous-reference"]),
        ("[[d99]]", "broken", ["broken-reference"]),
        ("[[p. 12]]", "../v1/d2/index.html#pg_12", []),
        ("[[help]]", "../help/index.html", []),
        ("[[v2]]", "../v2/index.html", []),
    ],
)
def test_references_of_a_free_page(tmp_path: Path, written: str, leads_to: str, rules: list[str]) -> None:
    """They stand in no volume: the volume is named, or only one can be meant."""
    story = Story(tmp_path)
    story.write("content/pages/help.md", "---\ntitle: Help\n---\n\nText.\n")
    story.write("content/pages/about.md", f"---\ntitle: About\n---\n\n{written}\n")
    assert [d.rule for d in story.build().diagnostics] == rules
    assert [where for where, _ in link(story, "about/index.html")] == [leads_to]


def test_persons_and_terms_that_no_list_has(tmp_path: Path) -> None:
    story = Story(tmp_path)
    story.write("content/v1/persons.yaml", "bohlen:\n  name: Bohlen\n")
    story.write("content/v1/terms.yaml", "nato:\n  name: NATO\n")
    story.write("content/v1/d9.md", "---\ntitle: T\npersons: [bohlen, ghost]\nfrom: {person: nobody, name: N}\n---\n\n[B]{person=bohlen} and [x]{person=bolen} of [y]{term=zz}.\n")  # fmt: skip
    found = story.build().diagnostics
    assert [(d.rule, d.span.line, d.span.column) for d in found] == [
        ("unknown-person", 1, 0), ("unknown-person", 1, 0), ("unknown-person", 7, 24), ("unknown-term", 7, 45),
    ]  # fmt: skip
    assert 'Did you mean "bohlen"?' in found[2].hint


def test_chapters_that_name_what_is_not_there(tmp_path: Path) -> None:
    story = Story(tmp_path)
    chapters = (
        '[[chapters]]\ntitle = "A"\ndocuments = ["d1", "d7", "d2-d3"]\n[[chapters]]\ntitle = "B"\ndocuments = ["d3"]\n'
    )
    story.edit("content/v1/volume.toml", "\n", "\n" + chapters)
    messages = [d.message for d in story.build().diagnostics]
    assert len(messages) == 2
    assert 'names "d7", and there is no such document' in messages[0] + messages[1]
    assert '"d3" stands in two chapters' in messages[0] + messages[1]


def test_links_of_a_list_are_safe(tmp_path: Path) -> None:
    story = Story(tmp_path)
    story.write("content/v1/persons.yaml", 'a:\n  name: A\n  links: ["javascript:alert(1)"]\nb:\n  name: B\n  links: ["https://example.org/b"]\n')  # fmt: skip
    assert [d.rule for d in story.build().diagnostics] == ["unsafe-link"]
    page = story.page("v1/persons/index.html")
    assert "javascript" not in page and 'href="https://example.org/b"' in page


@pytest.mark.parametrize(
    "alias", ["/a b/", "/old\\n/* https://evil.example 301!", "*", "https://x.org/y/", "javascript:x"]
)
def test_old_addresses_are_paths(tmp_path: Path, alias: str) -> None:
    story = Story(tmp_path)
    story.write("content/v1/d9.md", f'---\ntitle: T\naliases: ["{alias}"]\n---\n\nText.\n')
    assert "wrong-value" in [d.rule for d in story.build().diagnostics]
    assert (story.site / "_redirects").read_text() == ""


def test_an_old_address_leads_to_the_new(tmp_path: Path) -> None:
    story = Story(tmp_path)
    story.write("content/v1/d9.md", "---\ntitle: T\naliases: [/v1/d12/]\n---\n\nText.\n")
    assert not story.build().diagnostics
    assert (story.site / "_redirects").read_text() == "/e/v1/d12/ /e/v1/d9/ 301\n"


def test_old_addresses_that_are_taken(tmp_path: Path) -> None:
    story = Story(tmp_path)
    story.write("content/v1/d8.md", "---\ntitle: T\naliases: [/v1/d1/]\n---\n\nText.\n")
    story.write("content/v1/d9.md", "---\ntitle: T\naliases: [/old/]\n---\n\nText.\n")
    story.write("content/v2/d9.md", "---\ntitle: T\naliases: [old]\n---\n\nText.\n")
    found = story.build().diagnostics
    assert [(d.rule, d.span.file) for d in found] == [("address-taken", "content/v1/d8.md"), ("address-taken", "content/v2/d9.md")]  # fmt: skip

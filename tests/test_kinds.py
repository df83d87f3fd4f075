"""Lists by kind, classification and place of writing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from story import Story

from generator.views.kinds import _slug

DOCUMENTS = [
    ("v1", "telegram", "Secret", "Bogotá"),
    ("v1", "Telegram", "Top Secret", "Bogota"),
    ("v2", "telegram ", "", "Вена"),
    ("v2", "letter", "", "Вена"),
    ("v2", "", "", ""),
]


@pytest.fixture
def story(tmp_path: Path) -> Story:
    made = Story(tmp_path, {"edition.toml": 'title = "E"\n', "content/v1/volume.toml": 'title = "One"\n'})
    made.write("content/v2/volume.toml", 'title = "Two"\n')
    for number, (volume, kind, classification, place) in enumerate(DOCUMENTS, 1):
        given = (("kind", kind), ("classification", classification), ("place", place))
        head = "".join(f'{key}: "{value}"\n' for key, value in given if value)
        made.write(f"content/{volume}/d{number}.md", f"---\ntitle: Letter {number}\n{head}---\n\nText.\n")
    return made


def test_a_list_tells_how_many_there_are_of_each(story: Story) -> None:
    assert not story.build().errors
    values = re.findall(
        r'<li><a href="([^"]+)">([^<]+)</a> <span class="count">([^<]+)', story.page("kinds/index.html")
    )
    # One document leads to itself; several have a page. Spellings with the same address are one.
    assert values == [("telegram/index.html", "Telegram", "3 documents"), ("../v2/d4/index.html", "Letter", "1 document")]  # fmt: skip
    assert 'aria-current="page">Kinds<' in story.page("kinds/index.html")
    assert not (story.site / "kinds/letter").exists()


def test_a_value_lists_its_documents_by_volume(story: Story) -> None:
    story.build()
    page = story.page("kinds/telegram/index.html")
    assert re.findall(r'href="../../(v\d/d\d)/index.html"', page) == ["v1/d1", "v1/d2", "v2/d3"]
    assert page.index("<cite>One</cite>") < page.index("<cite>Two</cite>")


def test_a_value_of_many_documents_is_divided_by_volume(story: Story) -> None:
    for number in range(100, 410):
        story.write(f"content/v1/d{number}.md", f"---\ntitle: Wire {number}\nkind: telegram\n---\n\nText.\n")
    story.build()
    page = story.page("kinds/telegram/index.html")
    assert "Wire 200" not in page and 'href="v1/index.html"' in page and "312 documents" in page
    assert "Wire 200" in story.page("kinds/telegram/v1/index.html")
    assert "Wire 200" not in story.page("kinds/telegram/v2/index.html")
    # As few again, and the pages of the volumes go.
    for number in range(110, 410):
        story.delete(f"content/v1/d{number}.md")
    story.build()
    assert not (story.site / "kinds/telegram/v1").exists()
    assert story.tree() == story.clean()


def test_places_keep_their_letters_in_the_name_and_lose_them_in_the_address(story: Story) -> None:
    story.build()
    page = story.page("written-in/index.html")
    assert "Bogota" in page or "Bogotá" in page
    assert re.search(r'href="value-[0-9a-f]{8}/index.html">Вена<', page)


@pytest.mark.parametrize(
    ("given", "folder"),
    [
        ("Memorandum of Conversation", "memorandum-of-conversation"),
        ("  telegram  ", "telegram"),
        ("México, D. F.", "mexico-d-f"),
        ("", ""),
        ("—", ""),
    ],
)
def test_the_folder_of_a_value(given: str, folder: str) -> None:
    assert _slug(given) == folder


@pytest.mark.parametrize("name", ["con", "Вена", "x" * 200, "../../etc", "a/b"])
def test_every_value_has_a_safe_folder(name: str) -> None:
    assert re.fullmatch(r"[a-z0-9-]{1,62}", _slug(name)) and _slug(name) != "con"


def test_an_edition_that_says_nothing_of_kinds_has_no_lists(tmp_path: Path) -> None:
    story = Story(tmp_path, {"edition.toml": 'title = "E"\n', "content/v1/d1.md": "---\ntitle: A\n---\n\nText.\n"})
    story.build()
    assert not any((story.site / name).exists() for name in ("kinds", "classifications", "written-in"))
    assert "kinds/" not in story.page("index.html")


@pytest.mark.parametrize("name", ["kinds", "classifications", "written-in"])
def test_no_volume_takes_the_address_of_a_list(tmp_path: Path, name: str) -> None:
    story = Story(
        tmp_path, {"edition.toml": 'title = "E"\n', f"content/{name}/d1.md": "---\ntitle: A\nkind: x\n---\n\nText.\n"}
    )
    assert story.build().errors

"""What the head of a page tells programs.

How Zotero takes a page is checked by a reading of our own of the rules by which its translator for embedded metadata goes
(the names of Highwire and Dublin Core, its way with names of authors): Zotero's own code, which is under the AGPL, is
neither here nor run. Whoever changes these rules must look at what Zotero really does.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lxml import html
from PIL import Image
from playwright.sync_api import Page

from generator.exporters.card import Card, draw, writable

Names = list[tuple[str, str]]


def metas(page: Path, attribute: str = "name") -> Names:
    head = html.fromstring(page.read_bytes()).find("head")
    return [(m.get(attribute), m.get("content")) for m in head.iter("meta") if m.get(attribute) and m.get("content")]


# Zotero, by our own reading

HIGHWIRE = {
    "citation_title": "title", "citation_publication_date": "date", "citation_inbook_title": "publicationTitle",
    "citation_volume": "volume", "citation_series_title": "series", "citation_publisher": "publisher",
    "citation_abstract": "abstractNote", "citation_public_url": "url", "citation_language": "language",
}  # fmt: skip
DUBLIN_CORE = {"dc.title": "title", "dc.date": "date", "dc.rights": "rights", "dc.publisher": "publisher"}
DC_TYPES = {"book": "book", "text": "journalArticle"}


def zotero(names: Names) -> dict[str, Any]:
    """The item that Zotero makes of a page with these meta elements."""
    first: dict[str, str] = {}
    for name, content in names:
        first.setdefault(name, " ".join(content.split()))
    kind = "webpage"
    for name, content in names:
        if name.lower() == "dc.type":
            kind = DC_TYPES.get(content.lower(), kind)
    if "citation_inbook_title" in first:  # of what Highwire says of the type, this is sure
        kind = "bookSection"
    item: dict[str, Any] = {"itemType": kind}
    for name, content in first.items():
        if field := DUBLIN_CORE.get(name.lower()):
            item[field] = content
    item |= {field: first[name] for name, field in HIGHWIRE.items() if name in first}
    if kind == "bookSection" and "publicationTitle" in item:
        item["bookTitle"] = item.pop("publicationTitle")
    if "citation_firstpage" in first:
        last = first.get("citation_lastpage", "")
        item["pages"] = first["citation_firstpage"] + (f"-{last}" if last else "")
    item["creators"] = [*_creators(names, "author"), *_creators(names, "editor")]
    return item


def _creators(names: Names, role: str) -> list[tuple[str, str, str]]:
    """Role, last name, first name. One element alone is cut at commas that stand between names of several words."""
    given = [content for name, content in names if name == f"citation_{role}"]
    if len(given) == 1 and ";" not in given[0]:
        parts = given[0].split(",")
        if len(parts) > 1 and " " in parts[0].strip() and " " in parts[1].strip():
            given = parts
    return [(role, *_cleaned(name)) for content in given for name in content.split(";") if name.strip(" ,.-")]


def _cleaned(name: str) -> tuple[str, str]:
    has_comma = "," in name
    name = name.strip(" \u00a0.,/[]:")
    if has_comma:
        last, _, first = name.partition(",")
        return last.strip(), first.split(",")[0].strip()
    first, _, last = name.rpartition(" ")
    return last, first


def test_zotero_takes_a_document_for_a_part_of_its_volume(sample_site: Path) -> None:
    item = zotero(metas(sample_site / "trade-and-aid" / "d101" / "index.html"))
    assert item["itemType"] == "bookSection"
    assert item["title"] == "The Secretary of State to the Embassy in the United Kingdom"
    assert item["bookTitle"] == "Trade and Aid: Papers calendared, 1952–1959"
    assert item["series"] == "A Calendar of Diplomatic Papers"
    assert item["volume"] == "1"
    assert item["pages"] == "1018-1020"
    assert item["language"] == "en"
    assert item["url"] == "https://edition.example/trade-and-aid/d101/"
    assert item["date"] == "1953-10-07"  # the sample volume has no year of publication
    assert item["creators"] == [("author", "Department of State", "")]


def test_zotero_takes_a_volume_for_a_book(sample_site: Path) -> None:
    item = zotero(metas(sample_site / "trade-and-aid" / "index.html"))
    assert (item["itemType"], item["title"]) == ("book", "Trade and Aid: Papers calendared, 1952–1959")
    assert (item["series"], item["volume"]) == ("A Calendar of Diplomatic Papers", "1")


VOLUME = """\
title = "Spain"
editors = ["Martha Penrose", "William F. Sanford, Jr.", "Office of the Historian"]
publisher = "State Press"
place = "Washington"
year = "1987"
number = "IV"
subseries = "Papers, 1953"
"""

DOCUMENT = """\
---
title: 'A </script><script>alert(1)</script> & "quoted" <b>title</b>'
number: "1"
date: 1953-10-07/1953-10-09
from: [{name: "Heinrich Joseph von Brentano", person: brentano}]
kind: letter
summary: "Of <!-- no --> importance &amp; more"
topics: [trade, "rice; wheat"]
---
[Page 1]

Words.
"""


def built(folder: Path, *options: str, documents: dict[str, str], volume: str = VOLUME, edition: str = "") -> Path:
    """Build an edition of one volume ``v1``; return the site."""
    (folder / "content" / "v1").mkdir(parents=True, exist_ok=True)
    (folder / "edition.toml").write_text(edition or 'title = "Letters"\nbase_url = "https://edition.example/sub/"\n')
    (folder / "content" / "v1" / "volume.toml").write_text(volume)
    (folder / "content" / "v1" / "persons.yaml").write_text("brentano:\n  name: Brentano, Heinrich Joseph von\n")
    for id, text in documents.items():
        (folder / "content" / "v1" / f"{id}.md").write_text(text)
    command = [sys.executable, "-m", "generator", "build", "--edition", str(folder), "--output", str(folder / "site")]
    done = subprocess.run([*command, *options], capture_output=True, text=True, cwd=Path(__file__).parent.parent)
    assert done.returncode == 0, done.stderr
    return folder / "site"


@pytest.fixture(scope="module")
def awkward(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of an edition with one document whose every value could break out of its place."""
    return built(tmp_path_factory.mktemp("awkward"), documents={"d1": DOCUMENT})


def test_zotero_tells_persons_from_bodies(awkward: Path) -> None:
    item = zotero(metas(awkward / "v1" / "d1" / "index.html"))
    assert item["creators"][1:] == [
        ("editor", "Penrose", "Martha"),
        ("editor", "Sanford", "William F. Jr"),
        ("editor", "Office of the Historian", ""),
    ]
    assert item["creators"][0][1:] == ("Brentano", "Heinrich Joseph von")
    assert item["date"] == "1987"
    assert item["title"] == 'A </script><script>alert(1)</script> & "quoted" <b>title</b>'


def schema(page: Path) -> dict[str, Any]:
    (block,) = html.fromstring(page.read_bytes()).xpath("//head/script[@type='application/ld+json']")
    found: dict[str, Any] = json.loads(block.text)
    return found


def test_schema_org(awkward: Path) -> None:
    found = schema(awkward / "v1" / "d1" / "index.html")
    assert (found["@context"], found["@type"]) == ("https://schema.org", "Chapter")
    assert found["name"] == 'A </script><script>alert(1)</script> & "quoted" <b>title</b>'
    assert found["dateCreated"] == "1953-10-07/1953-10-09"
    assert found["author"] == [
        {
            "@type": "Person",
            "name": "Heinrich Joseph von Brentano",
            "familyName": "von Brentano",
            "givenName": "Heinrich Joseph",
        }
    ]
    book = found["isPartOf"]
    assert (book["@type"], book["name"], book["datePublished"]) == ("Book", "Spain", "1987")
    assert book["editor"][2] == {"@type": "Organization", "name": "Office of the Historian"}
    assert schema(awkward / "index.html")["@type"] == "WebSite"
    assert schema(awkward / "v1" / "index.html")["name"] == "Spain"


def test_open_graph(awkward: Path, sample_site: Path) -> None:
    found = dict(metas(awkward / "v1" / "d1" / "index.html", "property"))
    assert found["og:type"] == "article"
    assert found["og:url"] == "https://edition.example/sub/v1/d1/"
    assert found["og:image"] == "https://edition.example/sub/assets/cards/v1.png"
    assert found["og:description"] == "Of <!-- no --> importance &amp; more"
    for page in ("index.html", "trade-and-aid/index.html", "trade-and-aid/d101/index.html"):
        image = dict(metas(sample_site / page, "property"))["og:image"]
        with Image.open(sample_site / image.removeprefix("https://edition.example/")) as picture:
            assert (picture.format, picture.size) == ("PNG", (1200, 630))


def test_data_is_no_script_for_the_policy(
    awkward: Path, serve: Callable[..., str], open_page: Callable[..., Page], faults: list[str]
) -> None:
    page = open_page(f"{serve(awkward)}/v1/d1/")
    page.wait_for_load_state("networkidle")
    assert faults == []
    assert page.evaluate("JSON.parse(document.querySelector('[type=\"application/ld+json\"]').textContent)['@type']")
    assert page.locator("h1 script, h1 b").count() == 0


def test_without_an_address_nothing_is_promised(tmp_path: Path) -> None:
    site = built(tmp_path, documents={"d1": DOCUMENT}, edition='title = "Letters"\n')
    found = dict(metas(site / "v1" / "d1" / "index.html", "property"))
    assert not {"og:url", "og:image"} & found.keys()
    assert not (site / "assets" / "cards").exists()


def test_the_head_is_valid(nu: Callable[..., list[dict[str, Any]]], awkward: Path) -> None:
    found = nu([awkward / "index.html", awkward / "v1" / "index.html", awkward / "v1" / "d1" / "index.html"])
    assert [message for message in found if message["type"] != "info"] == []


# Pictures


def test_a_picture_is_drawn_once(tmp_path: Path) -> None:
    """An unchanged volume keeps its picture; a new title draws that of its volume alone."""
    site = built(tmp_path, documents={"d1": DOCUMENT})
    (card, of_site) = site / "assets" / "cards" / "v1.png", site / "assets" / "card.png"
    before, of_site_before = card.read_bytes(), of_site.stat().st_mtime_ns
    when = card.stat().st_mtime_ns
    built(tmp_path, documents={"d1": DOCUMENT.replace("Words", "Other words")})
    assert card.stat().st_mtime_ns == when
    built(tmp_path, documents={"d1": DOCUMENT}, volume=VOLUME.replace("Spain", "Portugal"))
    assert card.read_bytes() != before
    assert of_site.stat().st_mtime_ns == of_site_before
    shutil.rmtree(tmp_path)


def test_pictures_are_the_same_every_time() -> None:
    card = Card("Übergänge – Français", "1953", "Série À", "Papers")
    assert draw(card) == draw(card) != draw(Card("Ubergange - Francais", "1953", "Serie A", "Papers"))


@pytest.mark.parametrize(
    ("text", "drawn"),
    [("Costs – 1953", "Costs - 1953"), ("„Große Œuvre“", "“Grosse OEuvre“"), ("Żółw", "Z\u0307o\u0301lw"),
     ("Документы", ""), ("中国", ""), ("", ""), ("  two\n lines ", "two lines"), ("\U0001f600", "")],
)  # fmt: skip
def test_signs_that_can_be_drawn(text: str, drawn: str) -> None:
    assert writable(text) == drawn


@pytest.mark.parametrize("title", ["", "Документы", "A" * 400, "word " * 200, "i"])
def test_any_title_can_be_drawn(title: str) -> None:
    assert draw(Card(title, title, title, title)).startswith(b"\x89PNG")

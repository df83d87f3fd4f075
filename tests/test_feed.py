"""The feed of documents changed lately."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import feedparser
import pytest
from lxml import etree, html

from generator.readers import Part
from generator.readers.registry import by_name

ATOM = "{http://www.w3.org/2005/Atom}"


def build(edition: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "generator", "build", "--edition", str(edition), "--output", str(edition / "site")]
    return subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parent.parent)


@pytest.fixture
def edition(tmp_path: Path) -> Path:
    folder = tmp_path / "content" / "v1"
    folder.mkdir(parents=True)
    (tmp_path / "edition.toml").write_text('title = "Letters & more"\nbase_url = "https://edition.example/"\n')
    (folder / "volume.toml").write_text('title = "Volume <one>"\n')
    for n in range(1, 61):
        updated = f"updated: 2026-{1 + n % 12:02}-{1 + n % 28:02}\n" if n > 2 else ""
        (folder / f"d{n}.md").write_text(
            f"---\ntitle: Letter {n} & more\nnumber: '{n}'\nkind: letter\n{updated}---\nText.\n"
        )
    return tmp_path


def valid(feed: Path) -> etree._Element:
    """See that a feed has what RFC 4287 demands of it, and that a reader of feeds finds no fault; return its root."""
    parsed = feedparser.parse(feed.read_bytes())
    assert not parsed.bozo and parsed.version == "atom10"
    root = etree.fromstring(feed.read_bytes())
    assert root.tag == f"{ATOM}feed"
    time = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
    for element in (root, *root.iterfind(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            assert len(element.findall(ATOM + name)) == 1, name
        assert time.fullmatch(element.findtext(f"{ATOM}updated") or "")
        links = [(link.get("rel"), link.get("type"), link.get("hreflang")) for link in element.findall(f"{ATOM}link")]
        assert len(set(links)) == len(links)
    assert root.find(f"{ATOM}author/{ATOM}name") is not None
    ids = [e.text for e in root.iter(f"{ATOM}id")]
    assert len(set(ids)) == len(ids)
    return root


def test_the_latest_fifty_newest_first(edition: Path) -> None:
    assert build(edition).returncode == 0
    root = valid(edition / "site" / "feed.xml")
    entries = root.findall(f"{ATOM}entry")
    assert len(entries) == 50
    days = [entry.findtext(f"{ATOM}updated") for entry in entries]
    assert days == sorted(days, reverse=True)
    assert root.findtext(f"{ATOM}updated") == days[0]
    first = entries[0]
    address = first.findtext(f"{ATOM}id") or ""
    page = edition / "site" / address.removeprefix("https://edition.example/") / "index.html"
    assert html.fromstring(page.read_bytes()).findtext(".//h1/span")
    assert (root.findtext(f"{ATOM}title"), first.find(f"{ATOM}category").get("label")) == (
        "Letters & more",
        "Volume <one>",
    )
    (link,) = html.fromstring(page.read_bytes()).xpath("//head/link[@type='application/atom+xml']")
    assert (page.parent / link.get("href")).resolve() == (edition / "site" / "feed.xml").resolve()


def test_it_comes_and_goes(edition: Path) -> None:
    """With the first document that says when it was changed, and with the last."""
    folder = edition / "content" / "v1"
    for file in folder.glob("*.md"):
        if file.name != "d1.md":
            file.unlink()
    assert build(edition).returncode == 0
    site = edition / "site"
    page = site / "v1" / "d1" / "index.html"
    assert not (site / "feed.xml").exists() and "atom+xml" not in page.read_text()
    text = (folder / "d1.md").read_text()
    (folder / "d1.md").write_text(text.replace("kind: letter", "kind: letter\nupdated: 2026-11-20\nsummary: New"))
    assert build(edition).returncode == 0
    entry = valid(site / "feed.xml").find(f"{ATOM}entry")
    assert entry is not None and entry.findtext(f"{ATOM}summary") == "New"
    assert "atom+xml" in page.read_text()
    (folder / "d1.md").write_text(text)
    assert build(edition).returncode == 0
    assert not (site / "feed.xml").exists() and "atom+xml" not in page.read_text()


def test_without_an_address_there_is_none(edition: Path) -> None:
    (edition / "edition.toml").write_text('title = "Letters"\n')
    assert build(edition).returncode == 0
    assert not (edition / "site" / "feed.xml").exists()


@pytest.mark.parametrize(
    "value", ["yesterday", "2026-11", "2026~", "2026-11-31", "2026-11-20/2026-11-22", "2026-11-20T10:00"]
)
def test_a_wrong_day_is_told(value: str, edition: Path) -> None:
    file = edition / "content" / "v1" / "d3.md"
    file.write_text(f"---\ntitle: Letter\nupdated: {value}\n---\nText.\n")
    done = build(edition)
    assert done.returncode == 1
    assert "content/v1/d3.md:3:" in done.stderr and "updated" in done.stderr


HEADER = """<teiHeader><fileDesc><titleStmt><title>V</title></titleStmt><publicationStmt><p/></publicationStmt>
<sourceDesc><p/></sourceDesc></fileDesc><revisionDesc>
<change when="2026-01-05">all</change><change when="2026-03-01" target="#d1">one</change>
<change when="2026-02-01" target="#d1 #d2">both</change><change when="soon" target="#d2"/><change>old</change>
</revisionDesc></teiHeader>"""


def updated(tei: str, file: str = "content/v1.xml") -> dict[str, str]:
    split = by_name("tei").split(file, "v1", tei.encode())
    read = [by_name("tei").read(part) for part in split.parts if isinstance(part, Part)]
    return {r.document.id: r.document.metadata.updated for r in read if r.document}


def test_changes_noted_in_tei() -> None:
    """In a volume, a change is of the documents that it names."""
    divisions = "".join(
        f'<div type="document" xml:id="d{n}" n="{n}"><head>{n}. Letter</head><p>Text.</p></div>' for n in (1, 2, 3)
    )
    volume = f'<TEI xmlns="http://www.tei-c.org/ns/1.0">{HEADER}<text><body>{divisions}</body></text></TEI>'
    assert updated(volume) == {"d1": "2026-03-01", "d2": "2026-02-01", "d3": ""}


def test_changes_noted_in_tei_of_one_document() -> None:
    header = HEADER.replace(' target="#d1"', "")
    letter = f'<TEI xmlns="http://www.tei-c.org/ns/1.0">{header}<text><body><div type="document" xml:id="d1"><head>1. A</head><p>Text.</p></div></body></text></TEI>'
    assert updated(letter, "content/v1/d1.xml") == {"d1": "2026-03-01"}

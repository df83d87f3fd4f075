"""Volumes in TEI, through the whole build."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from lxml import html
from story import Story, pages

VOLUME = """<?xml version="1.0" encoding="UTF-8"?>
<TEI xmlns="http://www.tei-c.org/ns/1.0" xml:id="vol">
  <teiHeader><fileDesc><titleStmt><title type="complete">Papers of a Small Legation</title></titleStmt>
    <publicationStmt><publisher>Ourselves</publisher></publicationStmt><sourceDesc><p>Written for this test.</p></sourceDesc></fileDesc></teiHeader>
  <text>
    <front><div type="section" xml:id="preface"><head>Preface</head><p>Why these papers.</p></div>
      <div type="section" xml:id="persons"><head>Persons</head><list type="names">
        <item><hi rend="strong"><persName xml:id="p_AB1">Able, Anna</persName></hi>, envoy</item></list></div></front>
    <body><div type="compilation" xml:id="comp1"><head>The Harbour Question</head>
      <div type="chapter" xml:id="ch1"><head>First Soundings</head>
        <pb n="1" xml:id="pg_1"/>
        <div type="document" n="1" xml:id="d1"><head>1. Letter From <persName type="from" corresp="#p_AB1">Miss Able</persName> to the Minister<note n="1" xml:id="d1fn1">From the legation's own copy.</note></head>
          <dateline><placeName>Geneva</placeName>, <date when="1953-10-07">October 7, 1953</date></dateline>
          <p>The harbour is <pb n="2" xml:id="pg_2"/>frozen. See <ref target="#d2">Document 2</ref> and <ref target="#pg_3">page 3</ref>.</p></div>
        <pb n="3" xml:id="pg_3"/>
        <div type="document" n="2" xml:id="d2"><head>2. Reply</head><p>It will thaw.</p></div>
      </div>
      <div type="chapter" xml:id="ch2"><head>Later</head>
        <div type="document" n="3" xml:id="d3"><head>3. Note</head><p>It thawed.</p></div></div>
    </div></body>
  </text>
</TEI>
"""  # fmt: skip


@pytest.fixture
def story(tmp_path: Path) -> Story:
    story = Story(tmp_path, {"edition.toml": 'title = "TEI"\n', "content/harbour.xml": VOLUME})
    report = story.build()
    assert not report.diagnostics, [str(d) for d in report.diagnostics]
    return story


def test_a_volume_is_published_as_it_is(story: Story) -> None:
    volume = html.fromstring(story.page("harbour/index.html"))
    text = " ".join(volume.text_content().split())
    assert "Papers of a Small Legation" in text
    assert "Documents 1–3" in text and "Documents 1–2" in text
    assert {p for p in story.tree() if p.startswith("harbour/") and p.endswith(".html")} == {
        f"harbour/{name}index.html" for name in ("", "pages/", "preface/", "persons/", "persons/p_AB1/", "comp1/", "ch1/", "ch2/", "d1/", "d2/", "d3/")
    }  # fmt: skip
    first = html.fromstring(story.page("harbour/d1/index.html"))
    assert first.xpath("//article//a[@data-ref]/@href") == ["../d2/index.html", "../d2/index.html#pg_3"]
    assert first.xpath("//*[@class='document-pages']/text()") == ["1–2"]
    assert "Document 1" in html.fromstring(story.page("harbour/d2/index.html")).xpath("//aside")[0].text_content()


def test_an_edit_reads_one_document_again(story: Story) -> None:
    story.edit("content/harbour.xml", "It will thaw.", "It will\nthaw\nin time.")
    report = story.build()
    assert report.reread == 1
    assert pages(report) == {"harbour/d2/index.html"}
    assert story.tree() == story.clean()


def test_lines_of_messages_follow_an_edit_above_them(story: Story) -> None:
    story.edit("content/harbour.xml", "It thawed.", 'It thawed: <ref target="#d9">Document 9</ref>.')
    (before,) = story.build().diagnostics
    story.edit("content/harbour.xml", "It will thaw.", "It\nwill\nthaw.")
    report = story.build()
    (after,) = report.diagnostics
    assert report.reread == 1
    assert after.span.line == before.span.line + 2
    assert "Document 9" in after.line


def test_fewer_documents(story: Story) -> None:
    text = (story.root / "content/harbour.xml").read_text()
    start, end = text.index('<div type="document" n="2"'), text.index("</div>\n      </div>") + len("</div>\n")
    story.write("content/harbour.xml", text[:start] + text[end:])
    report = story.build()
    assert "harbour/d2/index.html" in report.removed
    assert [d.rule for d in report.diagnostics] == ["broken-reference"]  # page 3 is now the first of Document 3
    assert story.tree() == story.clean()


def test_a_malformed_volume_leaves_the_rest_alone(story: Story) -> None:
    story.write("content/other/d1.md", "---\ntitle: Other\n---\n\nText.\n")
    story.build()
    before = story.page("harbour/d1/index.html")
    story.edit("content/harbour.xml", "It will thaw.</p>", "It will thaw.</q>")
    report = story.build()
    assert [(d.rule, d.span.line > 15, d.span.column > 0) for d in report.diagnostics] == [
        ("malformed-xml", True, True)
    ]
    assert story.page("harbour/d1/index.html") == before
    story.edit("content/harbour.xml", "It will thaw.</q>", "It will thaw.</p>")
    assert not story.build().diagnostics
    assert story.tree() == story.clean()


def test_markdown_beside_tei(story: Story) -> None:
    """A volume in TEI can be completed by a folder of its name: more documents, and what volume.toml says wins."""
    story.write("content/harbour/d4.md", "---\ntitle: Found Later\nnumber: '4'\n---\n\nSee [[d1]].\n")
    story.write("content/harbour/volume.toml", 'title = "The Harbour Papers"\nyear = "2026"\n')
    assert not story.build().diagnostics
    assert "Found Later" in story.page("harbour/index.html")
    assert "<h1>The Harbour Papers</h1>" in story.page("harbour/index.html")
    story.write("content/harbour/d2.md", "---\ntitle: Twice\n---\n\nText.\n")
    assert [d.rule for d in story.build().diagnostics] == ["duplicate-id"]


def test_an_edit_in_a_real_volume_reads_one_document(tmp_path: Path, shared: Path) -> None:
    story = Story(tmp_path, {"edition.toml": 'title = "TEI"\n[search]\nenabled = false\n'})
    target = story.root / "content/frus1977-80v21.xml"
    target.parent.mkdir(parents=True)
    shutil.copy(shared / "corpus/volumes/frus1977-80v21.xml", target)
    first = story.build()
    assert first.reread > 200 and not first.errors
    text = target.read_bytes()
    at = text.index(b"</p>", text.index(b'xml:id="d100"'))
    target.write_bytes(text[:at] + b" A changed sentence." + text[at:])
    second = story.build()
    assert second.reread == 1
    assert pages(second) == {"frus1977-80v21/d100/index.html"}

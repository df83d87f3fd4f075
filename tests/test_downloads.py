"""The files beside each document's page: made, kept and removed as its page is, and true to the document."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from conftest import headers_for, read_headers
from story import Story

from generator import output
from generator.cli import main
from generator.config import FORMATS
from generator.diagnostics import EditionError
from generator.exporters import EXPORTERS
from generator.readers import Part, markdown
from generator.report import Report

ALL = set(FORMATS)


@pytest.fixture
def story(tmp_path: Path) -> Story:
    story = Story(tmp_path)
    assert not story.build().errors
    return story


def beside(paths: Any) -> set[str]:
    """Those paths that are files beside a document's page, without ``index.html``."""
    return {str(p) for p in paths if re.fullmatch(r"([^/]+)/([^/]+)/\2\.[a-z.]+", str(p))}


def of(document: str, *formats: str) -> set[str]:
    return {f"{document}/{document.partition('/')[2]}.{name}" for name in formats or FORMATS}


def made(story: Story) -> set[str]:
    return beside(p.relative_to(story.site).as_posix() for p in story.site.rglob("*") if p.is_file())


def settled(story: Story) -> Report:
    """Build; the site is that of a clean build, and a further build does nothing."""
    report = story.build()
    assert not report.errors, report.diagnostics
    assert story.tree() == story.clean()
    again = story.build()
    assert (again.rendered, again.written, again.removed) == ([], [], [])
    return report


def test_the_formats_that_can_be_asked_for_are_those_there_are() -> None:
    assert tuple(exporter.suffix for exporter in EXPORTERS) == FORMATS


def test_every_document_has_all_files(story: Story) -> None:
    documents = ("v1/d1", "v1/d2", "v1/d3", "v1/d4", "v2/d1")
    assert made(story) == set().union(*(of(d) for d in documents))
    page = (story.site / "v1/d1/index.html").read_text("utf-8")
    links = re.findall(r'<a href="([^"]+)"[^>]* download>', page)
    assert {f"v1/d1/{link}" for link in links} == of("v1/d1")
    heads = re.findall(r'<link rel="alternate" type="([^"]+)" href="(d1\.[^"]+)"', page)
    assert {suffix.partition(".")[2] for _, suffix in heads} == {"md", "txt", "xml", "json"}


@pytest.mark.parametrize(("given", "wanted"), [('["xml", "md"]', {"md", "xml"}), ("[]", set()), ('["csl.json"]', {"csl.json"})])  # fmt: skip
def test_only_what_the_edition_wants(story: Story, given: str, wanted: set[str]) -> None:
    story.edit("edition.toml", 'title = "A test edition"', f'title = "A test edition"\ndownloads.formats = {given}')
    report = settled(story)
    assert made(story) == (of("v1/d1", *wanted) | of("v1/d2", *wanted) | of("v1/d3", *wanted) | of("v1/d4", *wanted) | of("v2/d1", *wanted) if wanted else set())  # fmt: skip
    assert len(beside(report.removed)) == 5 * (len(ALL) - len(wanted))
    page = (story.site / "v1/d1/index.html").read_text("utf-8")
    assert ('class="downloads"' in page) == bool(wanted)


def test_a_format_that_is_not_known(story: Story) -> None:
    story.write("edition.toml", 'title = "T"\n\n[downloads]\nformats = ["md", "jsn"]\nother = 1\n')
    with pytest.raises(EditionError) as error:
        story.build()
    told = [str(d) for d in error.value.diagnostics]
    assert any('the format "jsn" is not known' in t and "edition.toml:4" in t and '"json"' in t for t in told), told
    assert any('unknown key "other"' in t for t in told)


# After an edit


def test_an_edit_of_a_text_rewrites_its_files_and_no_others(story: Story) -> None:
    story.edit("content/v1/d3.md", "Three.", "Three men.")
    report = settled(story)
    assert beside(report.rendered) == of("v1/d3")
    # What only says what the document is stays as it is.
    assert beside(report.written) == of("v1/d3", "md", "txt", "xml", "json")


def test_an_edit_of_a_title_reaches_where_it_is_cited(story: Story) -> None:
    story.edit("content/v1/d2.md", "Second Letter", "Second Letter, Corrected")
    report = settled(story)
    # d1 refers to it, and its JSON names the title; v2/d1 refers to a page of it.
    assert beside(report.written) == of("v1/d2") | of("v1/d1", "json") | of("v2/d1", "json")


def test_an_edit_of_what_is_known_of_the_volume(story: Story) -> None:
    story.edit("content/v2/volume.toml", 'title = "Volume Two"', 'title = "Volume Two"\npublisher = "Office"')
    report = settled(story)
    assert beside(report.written) == of("v2/d1", "xml", "json", "ris", "bib", "csl.json")


def test_a_template_makes_no_file_anew(story: Story) -> None:
    story.write("templates/parts/about-document.html", "<p>Other words.</p>\n")
    report = settled(story)
    assert "v1/d1/index.html" in report.written and not beside(report.rendered)


def test_a_document_that_goes_takes_its_files_along(story: Story) -> None:
    story.delete("content/v1/d4.md")
    report = settled(story)
    assert beside(report.removed) == of("v1/d4") and not (story.site / "v1/d4").exists()


def test_a_file_changed_by_hand_is_put_right(story: Story) -> None:
    file = story.site / "v1/d1/d1.md"
    before = file.read_bytes()
    file.write_text("changed")
    report = story.build(explain="v1/d1/d1.md")
    assert report.written == ["v1/d1/d1.md"] and file.read_bytes() == before
    assert report.explanation == ["v1/d1/d1.md: rendered, since the file was changed or deleted by hand."]
    assert story.build(explain="v1/d1/d1.md").explanation == ["v1/d1/d1.md: kept, nothing it shows has changed."]


def test_what_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    story = Story(tmp_path)
    story.edit("edition.toml", 'title = "A test edition"', 'title = "A test edition"\ndownloads.formats = []')
    story.build()
    story.write_foreign("v1/d1/d1.txt", "mine")
    story.edit("edition.toml", "downloads.formats = []", 'downloads.formats = ["txt"]')
    report = story.build()
    assert [d.span.file for d in report.diagnostics if d.rule == "output"] == ["v1/d1/d1.txt"]
    assert (story.site / "v1/d1/d1.txt").read_text() == "mine" and (story.site / "v1/d2/d2.txt").exists()


def test_files_are_known_again_when_all_that_was_remembered_is_lost(story: Story) -> None:
    for file in (story.root / ".edition").iterdir():
        file.unlink()
    story.edit("content/v1/d1.md", "One, see", "First, see")
    settled(story)


# Written at once


def test_a_new_folder_is_made_as_a_whole(tmp_path: Path) -> None:
    written = output.write_folder(tmp_path, "v/d1", [("index.html", b"page"), ("d1.md", b"text")])
    assert written is not None and [w.path for w in written] == ["v/d1/index.html", "v/d1/d1.md"]
    for one in written:
        stat = (tmp_path / one.path).stat()
        assert (stat.st_size, stat.st_mtime_ns, one.changed) == (one.size, one.mtime_ns, True)
    assert output.write_folder(tmp_path, "v/d1", [("index.html", b"other")]) is None
    assert sorted(p.name for p in (tmp_path / "v").rglob("*")) == ["d1", "d1.md", "index.html"]


def test_a_folder_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(OSError):
        output.write_folder(tmp_path, "v/d1", [("index.html", b"page"), ("no/such/d1.md", b"text")])
    assert not list((tmp_path / "v").iterdir())


def test_nothing_is_made_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "site").mkdir()
    (tmp_path / "site/v").symlink_to(tmp_path / "other")
    assert output.write_folder(tmp_path / "site", "v/d1", [("index.html", b"page")]) is None
    assert not list((tmp_path / "other").iterdir())


def test_the_traces_of_a_killed_build_are_swept_away(tmp_path: Path) -> None:
    half = tmp_path / f"v/.d1{output.TEMPORARY}"
    half.mkdir(parents=True)
    (half / "index.html").write_text("half a page")
    (tmp_path / "v/index.html").write_text("a page")
    output.sweep(tmp_path)
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["index.html", "v"]


# What they say


def test_markdown_is_the_document_again(sample_site: Path) -> None:
    files = sorted(sample_site.glob("*/d*/d*.md"))
    assert len(files) > 10
    for file in files:
        text = file.read_text("utf-8")
        reading = markdown.read(Part("markdown", file.parts[-3], file.stem, file.name, text.encode()))
        assert reading.document is not None and not [d for d in reading.diagnostics if d.severity.value == "error"]


def test_json_says_where_things_stand(sample_site: Path) -> None:
    files = [f for f in sorted(sample_site.glob("*/d*/d*.json")) if not f.name.endswith(".csl.json")]
    seen = set()
    for file in files:
        told = json.loads(file.read_bytes())
        assert told["version"] == 1 and (told["volume"], told["id"]) == (file.parts[-3], file.stem)
        page = (file.parent / "index.html").read_text("utf-8")
        for block in told.get("text", []):
            if "anchor" in block:
                assert f'id="{block["anchor"]}"' in page
        for kind in ("references", "names", "links"):
            for one in told.get(kind, []):
                seen.add(kind)
                text = at(told, one["at"])
                assert text[one["start"] : one["end"]] == one["text"] != ""
        for kind, sign in (("page_marks", "anchor"), ("note_references", "anchor")):
            for one in told.get(kind, []):
                seen.add(kind)
                assert 0 <= one["start"] <= len(at(told, one["at"])) and f'id="{one[sign]}"' in page
        for note in told.get("notes", []):
            assert f'id="{note["id"]}"' in page and note["text"]
        for reference in told.get("references", []):
            if reference["status"] == "resolved":
                assert reference["url"].startswith("https://")
    assert seen == {"references", "names", "page_marks", "note_references"} | (seen & {"links"})


def at(told: dict[str, Any], pointer: str) -> str:
    value: Any = told
    for step in pointer.split("/")[1:]:
        value = value[int(step)] if step.isdecimal() else value[step]
    found = value["text"] if isinstance(value, dict) else value
    assert isinstance(found, str)
    return found


def test_json_of_a_document(story: Story) -> None:
    told = json.loads((story.site / "v1/d2/d2.json").read_bytes())
    assert told["title"] == "Second Letter" and told["date"] == {"edtf": "1953-10-02", "start": "1953-10-02", "end": "1953-10-02"}  # fmt: skip
    assert told["text"] == [{"kind": "paragraph", "anchor": "p1", "page": "11", "text": "Two begins here."}]
    assert told["page_marks"] == [{"label": "12", "anchor": "pg_12", "at": "/text/0", "start": 11}]
    assert told["pages"] == {"first": "11", "last": "12", "first_inferred": True}
    cited = json.loads((story.site / "v1/d1/d1.json").read_bytes())["references"][0]
    assert (cited["url"], cited["title"]) == ("https://example.org/e/v1/d2/", "Document 2: Second Letter")


# How they are served


def test_the_host_is_told_what_they_are(story: Story) -> None:
    rules = read_headers(story.site / "_headers")
    for exporter in EXPORTERS:
        headers = headers_for(rules, f"/v1/d1/d1.{exporter.suffix}")
        assert headers.get("content-type", "application/json") == exporter.media_type  # JSON every host knows
        assert (
            headers["x-content-type-options"] == "nosniff"
            and "default-src 'none'" in headers["content-security-policy"]
        )
    assert "content-type" not in headers_for(rules, "/v1/d1/")


HOSTILE = """\
---
title: "<script>document.title='ran'</script>"
number: "1"
summary: "</p><script xmlns='http://www.w3.org/1999/xhtml'>document.title='ran'</script>"
---

<script xmlns="http://www.w3.org/1999/xhtml">document.title = 'ran'</script> and ]]> &amp;lol; <img src=x onerror="document.title='ran'">

`<svg xmlns="http://www.w3.org/2000/svg" onload="document.title='ran'"/>`
"""


def test_no_script_of_a_text_runs(tmp_path: Path, serve: Any, browser: Any) -> None:
    story = Story(tmp_path, {"edition.toml": 'title = "T"\n', "content/v/d1.md": HOSTILE})
    assert not story.build().errors
    context = browser.new_context()
    page = context.new_page()
    address = serve(story.site)
    for exporter in EXPORTERS:
        asked: list[str] = []
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        try:
            page.goto(f"{address}/v/d1/d1.{exporter.suffix}")
        except Exception as error:
            if "ownload" not in str(error):  # the browser has no view of its own for it
                raise
        assert page.title() != "ran"
        assert len([url for url in asked if not url.endswith("favicon.ico")]) <= 1
    context.close()


# The command


def run(story: Story, *arguments: str) -> Any:
    return CliRunner().invoke(main, ["export", *arguments, "--edition", str(story.root)])


def test_export_writes_a_folder(story: Story, tmp_path: Path) -> None:
    done = run(story, "tei", "--output", str(tmp_path / "out"))
    assert done.exit_code == 0, done.output
    files = sorted(p.relative_to(tmp_path / "out").as_posix() for p in (tmp_path / "out").rglob("*.*"))
    assert files == ["v1/d1.xml", "v1/d2.xml", "v1/d3.xml", "v1/d4.xml", "v2/d1.xml"]
    assert (tmp_path / "out/v1/d1.xml").read_bytes() == (story.site / "v1/d1/d1.xml").read_bytes()
    assert "5 files" in done.output
    assert "0 of them new" in run(story, "xml", "--output", str(tmp_path / "out")).output


def test_export_of_every_format_is_what_lies_beside_the_page(story: Story) -> None:
    for name in FORMATS:
        assert run(story, name).exit_code == 0
        assert (story.root / f"export/v2/d1.{name}").read_bytes() == (story.site / f"v2/d1/d1.{name}").read_bytes()


def test_export_of_a_volume_or_a_document(story: Story, tmp_path: Path) -> None:
    assert run(story, "txt", "--volume", "v2", "--output", str(tmp_path / "a")).exit_code == 0
    assert [p.name for p in (tmp_path / "a").rglob("*.txt")] == ["d1.txt"]
    assert run(story, "txt", "--volume", "v1", "--document", "d3", "--output", str(tmp_path / "b")).exit_code == 0
    assert [p.name for p in (tmp_path / "b").rglob("*.txt")] == ["d3.txt"]
    wrong = run(story, "txt", "--document", "d33")
    assert wrong.exit_code == 2 and 'no document "d33"' in wrong.output
    wrong = run(story, "txt", "--volume", "v3")
    assert wrong.exit_code == 2 and 'no volume "v3"' in wrong.output


def test_export_writes_over_nothing(story: Story, tmp_path: Path) -> None:
    mine = tmp_path / "out/v1/d1.md"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    done = run(story, "md", "--output", str(tmp_path / "out"))
    assert done.exit_code == 1 and mine.read_text() == "mine" and "v1/d1.md" in done.output
    assert run(story, "md", "--output", str(tmp_path / "out"), "--force").exit_code == 0
    assert mine.read_text() != "mine"
    into_sources = run(story, "md", "--output", str(story.root / "content"))
    assert into_sources.exit_code == 1 and "content/" in into_sources.output


def test_export_does_not_disturb_the_site(story: Story) -> None:
    assert run(story, "md").exit_code == 0
    report = story.build()
    assert (report.rendered, report.written, report.removed) == ([], [], [])


def test_the_document_of_the_edition_file_is_true(checkout: Path) -> None:
    told = (checkout / "docs/downloads.md").read_text("utf-8")
    example = re.search(r"```toml\n(.*?)```", told, re.S)
    assert example and set(tomllib.loads(example[1])["downloads"]["formats"]) <= ALL
    assert all(f"`{name}`" in told or f".{name}" in told for name in FORMATS)

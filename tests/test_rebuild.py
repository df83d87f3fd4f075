"""Incremental builds: the bytes are those of a clean build, and just the pages expected are rendered.

The numbers are those of the cases in docs/rebuilding.md.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from story import Story, killed_at, pages, tree

from generator.build import Options, Report, Session, build
from generator.diagnostics import EditionError, Severity
from generator.search import records, shards
from generator.store import lock

DAY = {"chronology/1953/index.html", "chronology/1953/10/index.html", "chronology/on-this-day/10/index.html"}
NOTHING: set[str] = set()


@pytest.fixture
def story(tmp_path: Path) -> Story:
    story = Story(tmp_path)
    assert not story.build().diagnostics
    return story


def check(story: Story, expected: set[str]) -> None:
    """Build; exactly ``expected`` pages are rendered, the site is that of a clean build, and a further build
    does nothing at all."""
    report = story.build()
    assert not report.errors, report.diagnostics
    assert pages(report) == expected
    assert story.tree() == story.clean()
    again = story.build()
    assert (again.rendered, again.written, again.removed) == ([], [], [])


def test_01_nothing_changed(story: Story) -> None:
    before = {p: p.stat().st_mtime_ns for p in story.site.rglob("*")}
    check(story, set())
    assert {p: p.stat().st_mtime_ns for p in story.site.rglob("*")} == before


def test_02_touched_and_cloned(story: Story) -> None:
    for file in story.root.rglob("*.md"):
        os.utime(file, ns=(10**18, 10**18))
    check(story, set())
    for file in story.root.rglob("*.md"):
        text = file.read_bytes()
        file.unlink()
        file.write_bytes(text)
    check(story, set())


def test_03_body_edit(story: Story) -> None:
    story.edit("content/v1/d3.md", "Three.", "Three, amended.")
    check(story, {"v1/d3/index.html"})


def test_04_title_edit(story: Story) -> None:
    story.edit("content/v1/d2.md", "Second Letter", "Second Letter, Corrected")
    # d1 cites it, so its link's title and its neighbour change; d3 is the other neighbour; v2/d1 cites its page.
    shown = {f"v1/d{n}/index.html" for n in (1, 2, 3)} | {"v1/index.html", "v1/pages/index.html", "v2/d1/index.html"}
    check(story, shown | DAY)


def test_05_a_neighbours_body(story: Story) -> None:
    story.edit("content/v1/d1.md", "One, see", "One, once more, see")
    check(story, {"v1/d1/index.html"})


def test_07_base_template(story: Story, checkout: Path) -> None:
    everything = {p for p in story.tree() if p.endswith(".html")}
    story.write("templates/base.html", (checkout / "templates/base.html").read_text() + "<!-- ours -->\n")
    check(story, everything)
    story.delete("templates/base.html")
    check(story, everything)


def test_08_nested_partial(story: Story, checkout: Path) -> None:
    partial = (checkout / "templates/parts/neighbours.html").read_text()
    story.write("templates/parts/neighbours.html", partial + "<!-- nested -->\n")
    check(story, {f"v1/d{n}/index.html" for n in (1, 2, 3, 4)} | {"v2/d1/index.html"})


def test_20_source_deleted(story: Story) -> None:
    story.delete("content/v1/d2.md")
    report = story.build()
    assert [d.rule for d in report.diagnostics] == ["broken-reference", "broken-reference"]
    assert str(report.diagnostics[0].span) == "content/v1/d1.md:7:10"
    assert "v1/d2/index.html" in report.removed
    assert not (story.site / "v1/d2").exists()
    assert "Cited by" not in story.page("v2/d1/index.html") or "Second" not in story.page("v2/d1/index.html")
    assert story.tree() == story.clean()
    story.write("content/v1/d2.md", '---\ntitle: "Back"\n---\n\nAgain [Page 12] here.\n')
    assert not story.build().diagnostics
    assert story.tree() == story.clean()


def test_27_output_touched_by_hand(story: Story) -> None:
    (story.site / "v1/d1/index.html").write_text("spoilt")
    (story.site / "v1/d2/index.html").unlink()
    (story.site / "documents.json").unlink()
    check(story, {"v1/d1/index.html", "v1/d2/index.html"})


def test_28_foreign_files_stay(story: Story) -> None:
    (story.site / "v1/d2/notes.txt").write_text("mine")
    (story.site / "CNAME").write_text("example.org")
    story.delete("content/v1/d2.md")
    story.edit("content/v1/d1.md", "see [[d2]]", "alone")
    story.delete("content/v2/d1.md")
    story.build()
    assert (story.site / "v1/d2/notes.txt").read_text() == "mine"
    assert (story.site / "CNAME").exists()
    assert not (story.site / "v1/d2/index.html").exists()


# ---- each case in both ways of building: a new process, and a session that is told what was saved


class Edited:
    """An edition that is built again by a new process, or by one session told of the files that differ."""

    def __init__(self, story: Story, way: str) -> None:
        self.story = story
        self.session = Session(Options(story.root, story.site, jobs=1)) if way == "session" else None
        self.first = self.session.build() if self.session else story.build()
        self._seen = self._sources()

    def build(self) -> Report:
        """Build after whatever was edited."""
        before, self._seen = self._seen, self._sources()
        changed = {path for path in before.keys() | self._seen.keys() if before.get(path) != self._seen.get(path)}
        return self.session.build(changed) if self.session else self.story.build()

    def check(self, expected: set[str], removed: set[str] = NOTHING) -> Report:
        """Build; exactly ``expected`` pages are rendered and exactly ``removed`` pages removed, the site is that of a
        clean build, and a further build does nothing."""
        report = self.build()
        assert not report.errors, report.diagnostics
        assert pages(report) == expected
        assert {path for path in report.removed if path.endswith(".html")} == removed
        assert self.story.tree() == self.story.clean()
        again = self.build()
        assert (again.rendered, again.written, again.removed) == ([], [], [])
        assert again.diagnostics == report.diagnostics
        return report

    def _sources(self) -> dict[str, bytes]:
        return {path: data for path, data in tree(self.story.root).items() if not path.startswith(".edition/")}


@pytest.fixture(params=["process", "session"])
def edited(story: Story, request: pytest.FixtureRequest) -> Iterator[Edited]:
    made = Edited(story, request.param)
    yield made
    if made.session:
        made.session.close()


def every_page(story: Story) -> set[str]:
    return {path for path in story.tree() if path.endswith(".html")}


LETTERS = {f"v1/d{n}/index.html" for n in (1, 2, 3, 4)} | {"v2/d1/index.html"}


def test_01_nothing_changed_in_either_way(edited: Edited) -> None:
    edited.check(set())


def test_03_body_is_searched_and_exported(edited: Edited) -> None:
    edited.story.edit("content/v1/d3.md", "Three.", "Three, quintessential.")
    report = edited.check({"v1/d3/index.html"})
    assert "search/root.js" in report.written


def test_04_title(edited: Edited) -> None:
    edited.story.edit("content/v1/d2.md", "Second Letter", "Second Letter, Corrected")
    shown = {f"v1/d{n}/index.html" for n in (1, 2, 3)} | {"v1/index.html", "v1/pages/index.html", "v2/d1/index.html"}
    edited.check(shown | DAY)


def test_05_neighbour(edited: Edited) -> None:
    edited.story.edit("content/v1/d1.md", "One, see", "One, once more, see")
    edited.check({"v1/d1/index.html"})


def test_06_order(edited: Edited) -> None:
    chapter = 'title = "Volume One"\n[[chapters]]\ntitle = "All"\ndocuments = {}\n'
    edited.story.write("content/v1/volume.toml", chapter.format('["d1", "d2", "d3", "d4"]'))
    edited.build()
    edited.story.write("content/v1/volume.toml", chapter.format('["d1", "d2", "d4", "d3"]'))
    edited.check({f"v1/d{n}/index.html" for n in (2, 3, 4)} | {"v1/index.html"})


def test_07_base(edited: Edited, checkout: Path) -> None:
    everything = every_page(edited.story)
    edited.story.write("templates/base.html", (checkout / "templates/base.html").read_text() + "<!-- ours -->\n")
    edited.check(everything)


def test_08_partial(edited: Edited, checkout: Path) -> None:
    partial = (checkout / "templates/parts/neighbours.html").read_text()
    edited.story.write("templates/parts/neighbours.html", '{% include "parts/inner.html" %}' + partial)
    edited.story.write("templates/parts/inner.html", "<!-- one -->\n")
    edited.check(LETTERS)
    edited.story.write("templates/parts/inner.html", "<!-- two -->\n")
    edited.check(LETTERS)


def test_09_dynamic_include(edited: Edited) -> None:
    before = edited.story.tree()
    edited.story.write("templates/parts/neighbours.html", "{% include document.id %}\n")
    report = edited.build()
    assert [d.rule for d in report.diagnostics if d.severity == Severity.ERROR] == ["template"]
    assert report.diagnostics[0].span.file == "templates/parts/neighbours.html"
    assert edited.story.tree() == before
    edited.story.delete("templates/parts/neighbours.html")
    edited.check(set())


def test_10_a_page_mark_moves(edited: Edited) -> None:
    edited.story.edit("content/v1/d2.md", "[Page 12] ", "")
    edited.story.edit("content/v1/d3.md", "Three.", "Three [Page 12] more.")
    report = edited.build()
    assert pages(report) == {"chronology/1953/10/index.html", "chronology/1953/11/index.html", "chronology/1953/index.html", "v1/d2/index.html", "v1/d3/index.html", "v1/index.html", "v1/pages/index.html", "v2/d1/index.html"}  # fmt: skip
    assert "v2/d1/index.html" in pages(report)
    assert "v1/d1/index.html" not in pages(report)
    assert "d3/index.html#" in edited.story.page("v2/d1/index.html")
    assert edited.story.tree() == edited.story.clean()
    edited.check(set())


def test_11_override_appears_and_goes(edited: Edited) -> None:
    edited.story.write("templates/parts/neighbours.html", "<p>ours</p>\n")
    edited.check(LETTERS)
    assert "<p>ours</p>" in edited.story.page("v1/d1/index.html")
    edited.story.delete("templates/parts/neighbours.html")
    edited.check(LETTERS)
    assert "<p>ours</p>" not in edited.story.page("v1/d1/index.html")


def test_12_title_of_a_volume(edited: Edited) -> None:
    edited.story.edit("content/v2/volume.toml", "Volume Two", "Volume the Second")
    report = edited.build()
    assert pages(report) == {"404.html", "chronology/1953/10/index.html", "chronology/1953/index.html", "chronology/on-this-day/10/index.html", "index.html", "search/index.html", "v1/d1/index.html", "v1/d2/index.html", "v2/d1/index.html", "v2/index.html", "v2/pages/index.html"}  # fmt: skip
    assert {"index.html", "v2/index.html", "v2/d1/index.html"} <= pages(report)
    assert pages(report).isdisjoint({"v1/d3/index.html", "v1/d4/index.html", "about/index.html"})
    assert edited.story.tree() == edited.story.clean()
    edited.check(set())


def test_13_config(edited: Edited) -> None:
    everything = every_page(edited.story)
    edited.story.edit("edition.toml", "A test edition", "Another edition")
    edited.check(everything)


def test_14_another_program(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    everything = every_page(story)
    for module in ("build", "stages", "resume"):
        monkeypatch.setattr(f"generator.{module}.engine", lambda: b"another program")
    report = story.build()
    assert pages(report) == everything and report.reread == report.documents + 1
    assert not story.build().rendered


PERSONS = "a:\n  name: Alder, Ann\nb:\n  name: Birch, Ben\n"


def with_persons(edited: Edited, text: str = PERSONS) -> None:
    edited.story.write("content/v1/persons.yaml", text)
    edited.build()


def test_15_a_person_used_for_the_first_time(edited: Edited) -> None:
    with_persons(edited)
    assert not (edited.story.site / "v1/persons/a/index.html").exists()
    edited.story.edit("content/v1/d3.md", "Three.", "Mr. Alder and three.")
    report = edited.check({"v1/d3/index.html", "v1/persons/a/index.html", "v1/persons/index.html", "persons/index.html"})  # fmt: skip
    assert report.pages


def test_16_a_person_gets_another_id(edited: Edited) -> None:
    with_persons(edited)
    edited.story.edit("content/v1/d3.md", "Three.", "Mr. Alder and three.")
    edited.build()
    edited.story.edit("content/v1/persons.yaml", "a:", "alder:")
    report = edited.build()
    assert pages(report) == {"persons/index.html", "v1/d3/index.html", "v1/persons/alder/index.html", "v1/persons/index.html"}  # fmt: skip
    assert "v1/persons/a/index.html" in report.removed and "v1/persons/alder/index.html" in report.written
    assert {"v1/d3/index.html", "v1/persons/index.html", "persons/index.html"} <= pages(report)
    assert edited.story.tree() == edited.story.clean()
    edited.check(set())


def test_17_the_last_mention_goes(edited: Edited) -> None:
    with_persons(edited)
    edited.story.edit("content/v1/d3.md", "Three.", "Mr. Alder and three.")
    edited.build()
    edited.story.edit("content/v1/d3.md", "Mr. Alder and three.", "Three.")
    expected = {"v1/d3/index.html", "v1/persons/index.html", "persons/index.html"}
    edited.check(expected, {"v1/persons/a/index.html"})


def test_18_a_layout_edit_empties_no_list(edited: Edited, checkout: Path) -> None:
    text = (checkout / "templates/volume.html").read_text()
    edited.story.write("templates/volume.html", text + "{# ours #}<!-- ours -->")
    edited.check({"v1/index.html", "v2/index.html"})
    assert all(f"d{n}/index.html" in edited.story.page("v1/index.html") for n in (1, 2, 3, 4))


def test_19_a_member_of_lists(edited: Edited) -> None:
    """Lists are not cut into pages; the chronology has one a year and one a month."""
    edited.story.edit("content/v1/d3.md", "1953-11-03", "1953-10-05")
    report = edited.build()
    assert pages(report) == {"chronology/1953/10/index.html", "chronology/1953/index.html", "chronology/index.html", "chronology/on-this-day/10/index.html", "chronology/on-this-day/index.html", "v1/d2/index.html", "v1/d3/index.html", "v1/index.html"}  # fmt: skip
    assert {"chronology/1953/index.html", "chronology/1953/10/index.html"} <= pages(report)
    assert "chronology/1953/11/index.html" in report.removed
    assert "chronology/1954/index.html" not in pages(report)
    assert edited.story.tree() == edited.story.clean()
    edited.check(set())


def test_20_deleted(edited: Edited) -> None:
    edited.story.delete("content/v1/d2.md")
    report = edited.build()
    assert [d.rule for d in report.diagnostics] == ["broken-reference", "broken-reference"]
    assert "v1/d2/index.html" in report.removed
    assert edited.story.tree() == edited.story.clean()
    assert b"Second Letter" not in b"".join(edited.story.tree().values())
    assert edited.build().diagnostics == report.diagnostics


def test_21_a_draft_is_taken_back(edited: Edited) -> None:
    edited.story.edit("content/v1/d4.md", "date: 1954", "date: 1954\nstatus: draft")
    report = edited.build()
    assert pages(report) == {"chronology/1953/index.html", "chronology/index.html", "index.html", "v1/d3/index.html", "v1/index.html"}  # fmt: skip
    assert {"v1/d4/index.html", "chronology/1954/index.html"} <= set(report.removed)
    assert {"v1/d3/index.html", "v1/index.html"} <= pages(report)
    assert "v1/d1/index.html" not in pages(report)
    assert edited.story.tree() == edited.story.clean()
    edited.check(set())


def test_22_another_id(edited: Edited) -> None:
    edited.story.rename("content/v1/d4.md", "content/v1/d5.md")
    report = edited.build()
    assert pages(report) == {"chronology/1954/index.html", "v1/d3/index.html", "v1/d5/index.html", "v1/index.html"}  # fmt: skip
    assert "v1/d4/index.html" in report.removed and "v1/d5/index.html" in report.written
    edited.story.edit("content/v1/d5.md", "date: 1954", "date: 1954\naliases: [v1/d4]")
    report = edited.build()
    assert "/e/v1/d4/ /e/v1/d5/ 301" in edited.story.page("_redirects")
    assert edited.story.tree() == edited.story.clean()
    edited.check(set())


def test_23_a_volume_yields_less(edited: Edited) -> None:
    one = "".join(f'<div type="document" n="{n}" xml:id="d{n}"><head>{n}. Letter</head><p>Text {n}.</p></div>' for n in (1, 2, 3))  # fmt: skip
    tei = f'<TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader><fileDesc><titleStmt><title>Whole</title></titleStmt><publicationStmt><p>We.</p></publicationStmt><sourceDesc><p>Ours.</p></sourceDesc></fileDesc></teiHeader><text><body>{one}</body></text></TEI>'  # fmt: skip
    edited.story.write("content/whole.xml", tei)
    edited.build()
    assert (edited.story.site / "whole/d3/index.html").exists()
    edited.story.write("content/whole.xml", tei[: tei.index('<div type="document" n="3"')] + tei[tei.index("</body>") :])  # fmt: skip
    report = edited.build()
    assert "whole/d3/index.html" in report.removed and "whole/d1/index.html" not in pages(report)
    assert edited.story.tree() == edited.story.clean()
    edited.check(set())


def test_24_a_folder_is_renamed(edited: Edited) -> None:
    edited.story.rename("content/v2", "content/v9")
    report = edited.build()
    assert pages(report) == {"404.html", "chronology/1953/10/index.html", "chronology/1953/index.html", "chronology/on-this-day/10/index.html", "index.html", "search/index.html", "v1/d1/index.html", "v1/d2/index.html", "v9/d1/index.html", "v9/index.html", "v9/pages/index.html"}  # fmt: skip
    assert {"v2/index.html", "v2/d1/index.html"} <= set(report.removed)
    assert {"v9/index.html", "v9/d1/index.html"} <= pages(report)
    assert edited.story.tree() == edited.story.clean()
    assert not edited.build().rendered


def test_25_an_address_gets_another_owner(edited: Edited) -> None:
    edited.story.rename("content/v1/d3.md", "content/v1/d9.md")
    edited.story.rename("content/v1/d4.md", "content/v1/d3.md")
    report = edited.build()
    assert pages(report) == {"chronology/1953/11/index.html", "chronology/1953/index.html", "chronology/1954/index.html", "chronology/on-this-day/11/index.html", "v1/d2/index.html", "v1/d3/index.html", "v1/d9/index.html", "v1/index.html"}  # fmt: skip
    assert "v1/d3/index.html" in report.written and "v1/d3/index.html" not in report.removed
    assert "Fourth Letter" in edited.story.page("v1/d3/index.html")
    assert "v1/d4/index.html" in report.removed
    assert edited.story.tree() == edited.story.clean()
    edited.check(set())


def test_26_an_asset_goes(edited: Edited) -> None:
    edited.story.write("assets/own.css", "a{}")
    edited.check(set())
    edited.story.delete("assets/own.css")
    assert "assets/own.css" in edited.check(set()).removed


def test_29_the_target_of_an_untouched_page(edited: Edited) -> None:
    edited.story.rename("content/v2/d1.md", "content/v2/d8.md")
    report = edited.build()
    assert [(d.rule, d.span.file) for d in report.diagnostics] == [("broken-reference", "content/v1/d1.md")]
    assert edited.story.tree() == edited.story.clean()
    assert edited.build().diagnostics == report.diagnostics


def test_30_a_warning_is_told_again(edited: Edited) -> None:
    edited.story.edit("content/v1/d3.md", "Three.", "Three, see [[d77]].")
    report = edited.check({"v1/d3/index.html"})
    assert [d.rule for d in report.diagnostics] == ["broken-reference"]
    edited.story.edit("content/v1/d4.md", "Four.", "Four, more.")
    assert edited.check({"v1/d4/index.html"}).diagnostics == report.diagnostics


def test_31_an_error_and_its_end(edited: Edited) -> None:
    before = edited.story.tree()
    for file in edited.story.root.rglob("*.md"):  # old enough to be taken as unchanged
        os.utime(file, ns=(10**18, 10**18))
    edited.build()
    edited.story.edit("content/v1/d3.md", "title:", "titel:")
    report = edited.build()
    assert report.errors and not report.removed
    assert edited.story.tree()["v1/d3/index.html"] == before["v1/d3/index.html"]
    edited.story.edit("content/v1/d3.md", "titel:", "title:")
    report = edited.build()
    assert not report.errors and report.reread == 1
    assert pages(report).isdisjoint({"v1/d1/index.html", "v2/d1/index.html", "about/index.html"})
    assert edited.story.tree() == edited.story.clean() == before
    edited.check(set())


def test_33_what_the_state_still_knows(edited: Edited) -> None:
    """A document deleted while another build of the edition, to another folder, keeps it in the state."""
    other = edited.story.site.parent / "other"
    build(Options(edited.story.root, other))
    edited.story.delete("content/v1/d4.md")
    report = edited.build()
    assert "v1/d4/index.html" in report.removed
    assert edited.story.tree() == edited.story.clean()
    assert (other / "v1/d4/index.html").exists()


def test_34_what_is_told_and_does_not_matter(edited: Edited) -> None:
    for name in (".d3.md.swp", "d3.md~", "4913", "#d3.md#"):
        edited.story.write(f"content/v1/{name}", "rubbish")
    edited.check(set())


def test_35_twenty_saved_at_once(edited: Edited) -> None:
    for n in range(10, 30):
        edited.story.write(f"content/v1/d{n}.md", f'---\ntitle: "Letter {n}"\nnumber: "{n}"\n---\n\nText {n}.\n')
    edited.build()
    for n in range(10, 30):
        edited.story.edit(f"content/v1/d{n}.md", "Text", "Words")
    edited.check({f"v1/d{n}/index.html" for n in range(10, 30)})


def test_37_two_builds_of_one_state(edited: Edited) -> None:
    edited.story.edit("content/v1/d3.md", "Three.", "Three, amended.")
    edited.build()
    assert edited.story.clean() == edited.story.clean() == edited.story.tree()


def test_38_a_new_folder(edited: Edited) -> None:
    edited.story.write("content/v3/d1.md", "---\ntitle: First\n---\n\nText.\n")
    report = edited.build()
    assert pages(report) == {"404.html", "index.html", "search/index.html", "v3/d1/index.html", "v3/index.html", "v3/pages/index.html"}  # fmt: skip
    assert {"v3/d1/index.html", "v3/index.html", "index.html"} <= pages(report)
    assert pages(report).isdisjoint(LETTERS)
    assert edited.story.tree() == edited.story.clean()
    edited.check(set())


@pytest.mark.parametrize("before", [True, False])
def test_32_killed_during_any_write(tmp_path: Path, before: bool) -> None:
    story = Story(tmp_path)
    # Two of the seven files beside a page are enough to see that they come and go with it.
    story.write("edition.toml", (story.root / "edition.toml").read_text() + '\n[downloads]\nformats = ["md", "json"]\n')
    moment = 0
    while True:
        moment += 1
        shutil.rmtree(story.site, ignore_errors=True)
        shutil.rmtree(story.root / ".edition", ignore_errors=True)
        if not killed_at(moment, before, story.build):
            break
        if moment % 3 == 0:  # what a killed build had written of a document that is then taken away
            story.rename("content/v1/d4.md", "content/v1/d5.md")
        story.build()
        assert story.tree() == story.clean(), moment
        if moment % 3 == 0:
            story.rename("content/v1/d5.md", "content/v1/d4.md")
            story.build()
    assert moment > 20


def named_by_root(site: Path) -> set[str]:
    """The files of the search index that its root names, of a small edition: one of each group of records, all others."""
    root = json.loads((site / "search/root.js").read_text().partition(",")[2].removesuffix(");\n"))
    names = {"terms": "".join(root["terms"][2:]), "words": root["words"][1], "lengths": root["lengths"][1]}
    names |= {
        table: "".join(listed[-2:] if table == "places" else listed[1]) for table, listed in root["lists"].items()
    }
    named = {f"{table}/{text[at : at + 10]}.js" for table, text in names.items() for at in range(0, len(text), 10)}
    groups = root["records"][1]
    return named | {f"records/{groups[at : at + 10]}00.js" for at in range(0, len(groups), 10)}


@pytest.mark.parametrize("before", [True, False])
def test_a_killed_incremental_build(story: Story, before: bool) -> None:
    moment = 1
    while True:
        story.edit("content/v1/d2.md", "Letter", f"Letter {moment}")
        killed = killed_at(moment, before, story.build)
        # What stands in the site can be searched at any moment.
        named = named_by_root(story.site)
        assert len(named) > 8 and [path for path in named if not (story.site / "search" / path).is_file()] == [], moment
        if not killed:
            break
        if moment % 4 == 0:  # what was written is of no use any more
            story.edit("content/v1/d2.md", f"Letter {moment}", "Note")
            story.build()
            story.edit("content/v1/d2.md", "Note", "Letter")
        story.build()
        assert story.tree() == story.clean(), moment
        moment += 1
    assert moment > 25


def test_the_index_is_brought_up_to_date(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    """After an edit the files of its terms are written, from the state of the last time; where nothing changed, the
    state is not even looked at."""
    story.write("edition.toml", 'title = "A test edition"\n[search]\nclassic = false\n')
    for n in range(5, 300):
        words = " ".join(f"word{n * k}" for k in range(1, 60))
        story.write(f"content/v1/d{n}.md", f'---\ntitle: "Letter {n}"\n---\n\n{words}\n')
    story.build()
    index = {path for path in story.tree() if path.startswith("search/") and path.count("/") == 2}
    assert len(index) > 25
    monkeypatch.setattr(shards, "_made_anew", lambda *_: pytest.fail("all is made anew"))
    story.edit("content/v1/d77.md", "word77 ", "redisplayed ")
    report = story.build()
    new = {path for path in report.written if path.startswith("search/") and path.count("/") == 2}
    assert 0 < len(new) < len(index) / 2 and "search/root.js" in report.written
    assert {path for path in report.removed if path.startswith("search/")} <= index
    monkeypatch.undo()
    assert story.tree() == story.clean()
    monkeypatch.setattr(shards, "decode_state", lambda *_: pytest.fail("the state is decoded"))
    monkeypatch.setattr(records, "record", lambda *_: pytest.fail("a record is made"))
    assert not story.build().rendered
    # A page of the site is not searched.
    story.write("content/pages/about.md", "---\ntitle: About\n---\n\nOthers made this.\n")
    assert not any(path.startswith("search/") for path in story.build().rendered)


def test_one_build_at_a_time(story: Story) -> None:
    with lock(story.root / ".edition"), pytest.raises(EditionError, match=f"process {os.getpid()}"):
        story.build()
    story.build()


def test_two_outputs_have_manifests_of_their_own(story: Story) -> None:
    other = story.site.parent / "other"
    build(Options(story.root, other))
    story.delete("content/v1/d4.md")
    story.build()
    assert (other / "v1/d4/index.html").exists()
    build(Options(story.root, other))
    assert tree(other) == story.tree()


def test_two_outputs_have_indexes_of_their_own(story: Story) -> None:
    other = story.site.parent / "other"
    build(Options(story.root, other))
    for n in range(3):  # the terms that the other index was made from are forgotten meanwhile
        story.edit("content/v1/d3.md", "Three", f"Thrice {n}: Three")
        story.build()
        assert story.tree() == story.clean()
    build(Options(story.root, other))
    assert tree(other) == story.tree()


def test_unreadable_state_is_put_aside(story: Story) -> None:
    (story.root / ".edition/state.sqlite3").write_bytes(b"no database" * 1000)
    report = story.build()
    assert any("could not be read" in n for n in report.notices)
    assert list((story.root / ".edition").glob("*.unreadable*"))
    assert story.tree() == story.clean()


def test_order_and_processes_do_not_matter(story: Story, tmp_path: Path) -> None:
    for n in range(5, 60):
        story.write(f"content/v1/d{n}.md", f'---\ntitle: "Letter {n}"\nnumber: "{n}"\n---\n\nText [[d{n - 1}]].\n')
    build(Options(story.root, story.site, jobs=3))
    assert story.tree() == story.clean()


def test_explain(story: Story) -> None:
    story.edit("content/v1/d3.md", "Three.", "Three, amended.")
    assert (
        "since changed: data: document; changed: data: metadata; changed: text"
        in story.build(explain="v1/d3/").explanation[0]
    )
    assert "kept" in story.build(explain="v1/d3").explanation[0]
    assert 'Did you mean "v1/d3"?' in story.build(explain="v1/d33").explanation[0]


IDS = st.sampled_from([f"v{v}/d{n}" for v in (1, 2) for n in range(1, 7)])
BODY = st.lists(
    st.sampled_from(
        ["Words of a letter.", "More [[d2]].", "See [[v1#d3]].", "Turn [Page 12] here.", "\n\n[Page 14]\n\n", "A note.[^1]",
         "\n\n3. A point.\n\n", "On [[p. 12]].", "Elsewhere [[v2]].", "[Bartholomew]{person=b}"]
    ),
    max_size=5,
)  # fmt: skip
EDIT = st.one_of(
    st.tuples(st.just("write"), IDS, st.sampled_from(["Letter", "Note", "Minutes"]), BODY),
    st.tuples(st.just("delete"), IDS),
    st.tuples(st.just("rename"), IDS, IDS),
    st.tuples(st.just("draft"), IDS),
    st.tuples(st.just("volume"), st.sampled_from(["v1", "v2"]), st.sampled_from(["One", "Two"])),
    st.tuples(st.just("config"), st.sampled_from(["A", "B"]), st.booleans()),
    st.tuples(st.just("template"), st.booleans()),
    st.tuples(st.just("asset"), st.sampled_from(["", "a{}", "b{}"])),
    st.tuples(st.just("page"), st.sampled_from(["about", "help"]), st.booleans()),
    st.tuples(st.just("build")),
)


def apply(story: Story, checkout: Path, edit: tuple[object, ...]) -> None:
    kind, *rest = edit
    match kind, *rest:
        case "write", str(id), str(title), list(body):
            text = " ".join(body)
            note = "\n\n[^1]: A note, see [[d1]].\n" if "[^1]" in text else "\n"
            if text.count("[^1]") > 1:
                text = text.replace("[^1]", "", text.count("[^1]") - 1)
            story.write(f"content/{id}.md", f'---\ntitle: "{title}"\nnumber: "{id[-1]}"\ndate: 195{id[-1]}-03-0{id[1]}\n---\n\n{text}{note}')  # fmt: skip
        case "delete", str(id):
            (story.root / f"content/{id}.md").unlink(missing_ok=True)
        case "rename", str(old), str(new):
            if (story.root / f"content/{old}.md").exists():
                story.rename(f"content/{old}.md", f"content/{new}.md")
        case "draft", str(id):
            story.write(f"content/{id}.md", "---\ntitle: Draft\nstatus: draft\n---\n\nNot yet.\n")
        case "volume", str(id), str(title):
            story.write(f"content/{id}/volume.toml", f'title = "{title}"\n')
        case "config", str(title), bool(search):
            story.write("edition.toml", f'title = "{title}"\n[search]\nenabled = {str(search).lower()}\n')
        case "template", bool(there):
            if there:
                story.write("templates/parts/neighbours.html", "<p>{{ document.id }}</p>\n")
            else:
                (story.root / "templates/parts/neighbours.html").unlink(missing_ok=True)
        case "asset", str(text):
            if text:
                story.write("assets/own.css", text)
            else:
                (story.root / "assets/own.css").unlink(missing_ok=True)
        case "page", str(id), bool(there):
            if there:
                story.write(f"content/pages/{id}.md", f"---\ntitle: {id}\n---\n\nText, [[v1#d1]].\n")
            else:
                (story.root / f"content/pages/{id}.md").unlink(missing_ok=True)
        case "build":
            story.build()


@settings(max_examples=int(os.environ.get("EDITION_EXAMPLES", "40")))
@given(edits=st.lists(EDIT, min_size=1, max_size=14))
def test_any_sequence_of_edits_equals_a_clean_build(
    tmp_path_factory: pytest.TempPathFactory, checkout: Path, edits: list[tuple[object, ...]]
) -> None:
    story = Story(tmp_path_factory.mktemp("story"))
    story.build()
    for edit in edits:
        apply(story, checkout, edit)
    report = story.build()
    assert not report.errors, report.diagnostics
    assert story.tree() == story.clean()
    assert not story.build().rendered
    shutil.rmtree(story.root.parent)

"""A session brings single documents up to date; what it makes is what a whole build would make.

After every edit all pages are planned from nothing, and each must have the key under which it stands in the site.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from story import BASE, Story, pages

from generator import extras
from generator.build import Options, Session, survey
from generator.report import Clock
from generator.stages import Build

LISTS = {
    "content/v1/persons.yaml": "a:\n  name: Alder, Ann\nb:\n  name: Birch, Ben\n  same: birch\nc:\n  name: Cedar, Cy\n",
    "content/v1/terms.yaml": "x:\n  name: XYZ\n  text: the committee\n",
    "content/v2/persons.yaml": "bb:\n  name: Birch, Benjamin\n  same: birch\n",
    "content/v2/volume.toml": 'title = "Volume Two"\nsubseries = "1952–1954"\nnumber = "Volume V"\n',
    "content/v1/volume.toml": 'title = "Volume One"\nsubseries = "1952–1954"\nnumber = "Volume IV"\n[[chapters]]\ntitle = "First"\ndocuments = ["d1-d2"]\n',
    "content/v1/persons-note.md": "---\ntitle: On the persons\nrole: section\n---\n\nAnn Alder and XYZ, see [[d3]].\n",
}  # fmt: skip


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return Story(tmp_path, BASE | LISTS)


class Watched:
    """A session on a story, with the last thing it did."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.session = Session(Options(story.root, story.site, jobs=1))
        self.report = self.session.build()
        assert not self.report.errors, self.report.diagnostics

    @property
    def kept(self) -> Build | None:
        return self.session._kept

    def saved(self, *paths: str) -> bool:
        """Build after a save; return whether only what the edit reaches was looked at. The site must be as planned."""
        before = self.kept
        self.report = self.session.build(paths)
        if self.kept:
            check(self.kept)
        return before is not None and self.kept is before


def check(kept: Build) -> None:
    """Plan everything from nothing, and compare."""
    fresh = Build(kept.options, kept.root, kept.edition, kept.store, kept.work, kept.progress)
    fresh.look(Clock({}))
    fresh.publication = kept.publication
    keys = {path: plan.key for path, plan in fresh.plan(fresh.site.pages()).items()}
    keys |= {file.path: file.key for file in extras.own_files(fresh.site)}
    index = fresh.search_index()
    if index:
        keys["search/root.js"] = index.key
    known = {path: one.key for path, one in kept.publication.manifest.items()}
    wrong = {path for path, key in keys.items() if known.get(path) != key}
    assert not wrong
    assert {path for path in known if path.endswith(".html")} == {path for path in keys if path.endswith(".html")}
    fresh.told()
    assert kept.report.diagnostics == fresh.report.diagnostics
    assert kept.report.documents == fresh.report.documents
    assert kept.report.pages == sum(path.endswith((".html", ".xml")) for path in keys)


def test_a_word(story: Story) -> None:
    watched = Watched(story)
    story.edit("content/v1/d3.md", "Three.", "Three, amended.")
    assert watched.saved("content/v1/d3.md")
    assert pages(watched.report) == {"v1/d3/index.html"}
    watched.session.close()
    assert story.tree() == story.clean()


def test_a_title(story: Story) -> None:
    watched = Watched(story)
    story.edit("content/v1/d2.md", "Second Letter", "Second Note")
    assert watched.saved("content/v1/d2.md")
    assert {"v1/d1/index.html", "v1/d2/index.html", "v1/d3/index.html", "v1/index.html", "v2/d1/index.html",
            "chronology/1953/10/index.html", "v1/pages/index.html"} <= pages(watched.report)  # fmt: skip
    assert "v1/d4/index.html" not in pages(watched.report)
    watched.session.close()
    assert story.tree() == story.clean()


def test_nothing(story: Story) -> None:
    watched = Watched(story)
    (story.root / "content/v1/d3.md").touch()
    assert watched.saved("content/v1/d3.md", "content/v1")
    assert not watched.report.rendered and not watched.report.removed


@pytest.mark.parametrize(
    "change",
    [
        ("content/v1/d9.md", '---\ntitle: New\nnumber: "9"\n---\n\nNew, [[d1]].\n'),
        ("content/v1/volume.toml", 'title = "Another"\n'),
        ("content/v1/persons.yaml", "a:\n  name: Alder, Anna\n"),
        ("content/pages/about.md", "---\ntitle: About us\n---\n\nWe.\n"),
        ("content/v3/d1.md", "---\ntitle: First\n---\n\nText.\n"),
        ("content/v1/d2.md", "---\ntitle: Draft\nstatus: draft\n---\n\nNot yet.\n"),
        ("content/v1/d2.md", "---\ntitle: Section\nrole: section\n---\n\nText.\n"),
        ("edition.toml", 'title = "Other"\n'),
        ("templates/parts/neighbours.html", "<p>{{ document.id }}</p>\n"),
        ("assets/own.css", "a{}"),
    ],
    ids=lambda change: change[0] + change[1][:14],
)
def test_all_is_looked_at_where_more_than_a_text_changes(story: Story, change: tuple[str, str]) -> None:
    watched = Watched(story)
    story.write(*change)
    assert not watched.saved(change[0])
    watched.session.close()
    assert story.tree() == story.clean()


def test_after_an_error(story: Story) -> None:
    watched = Watched(story)
    text = (story.root / "content/v1/d3.md").read_text()
    story.write("content/v1/d3.md", text.replace("title:", "titel:"))
    assert not watched.saved("content/v1/d3.md")
    assert watched.report.errors and watched.kept is None
    story.write("content/v1/d3.md", text.replace("Three", "Thrice"))
    watched.saved("content/v1/d3.md")
    assert not watched.report.errors and watched.kept
    watched.session.close()
    assert story.tree() == story.clean()


def test_another_build_in_between(story: Story) -> None:
    watched = Watched(story)
    story.edit("content/v1/d3.md", "Three.", "Three, amended.")
    story.build()
    story.edit("content/v1/d4.md", "Four.", "Four, amended.")
    assert not watched.saved("content/v1/d4.md")
    watched.session.close()
    assert story.tree() == story.clean()


def test_a_failing_build_is_not_built_upon(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    watched = Watched(story)
    story.edit("content/v1/d3.md", "Three.", "Three, amended.")
    with monkeypatch.context() as patched:
        patched.setattr("generator.stages.Build.render", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            watched.saved("content/v1/d3.md")
    assert not watched.saved("content/v1/d3.md")
    watched.session.close()
    assert story.tree() == story.clean()


WORDS = st.sampled_from([
    "Words of a letter.", "More [[d2]].", "See [[v1#d3]].", "Turn [Page 12] here.", "\n\n[Page 14]\n\n", "\n\n3. A point.\n\n",
    "On [[p. 12]].", "Elsewhere [[v2]].", "[Bartholomew]{person=b}", "Mr. Alder said.", "Ben Birch came to the XYZ.", "Cy Cedar left.",
    "See Document 2.", "Vol. V, Document 1.", "See *supra*.", "Telegram 1831 from Paris.", "Ibid., p. 12.", "See vol. IV, p. 14.",
])  # fmt: skip
ABOUT = st.fixed_dictionaries(
    {
        "title": st.sampled_from(["Letter", "Telegram From Paris", "Note by XYZ"]),
        "number": st.sampled_from(["1", "2", "3", "7"]),
        "date": st.sampled_from(["1953-10-01", "1953-10-02", "1954", "1955-03-04"]),
    },
    optional={
        "source_line": st.sampled_from(["460.509/10–753: Telegram", "460.509/11–153"]),
        "aliases": st.sampled_from(["[old/d1]", "[v1/d9]", "[v2/d1]"]),
        "first_page": st.just('"11"'),
        "from": st.just("[{name: Ann Alder, id: a}]"),
        "kind": st.sampled_from(["telegram", "letter"]),
        "updated": st.sampled_from(["2026-11-20", "2026-11-21"]),
    },
)
EDIT = st.tuples(
    st.sampled_from(["v1/d1", "v1/d2", "v1/d3", "v1/d4", "v2/d1"]), ABOUT, st.lists(WORDS, max_size=5), st.booleans()
)
Edit = tuple[str, dict[str, str], list[str], bool]


def save(story: Story, edit: Edit) -> str:
    id, about, body, note = edit
    head = "".join(f"{name}: {value if name in ('date', 'aliases', 'from', 'first_page') else repr(value)}\n" for name, value in about.items())  # fmt: skip
    text = " ".join([*body, "With a note.[^1]\n\n[^1]: See Document 3, and Ann Alder.\n" if note else "\n"])
    story.write(f"content/{id}.md", f"---\n{head}---\n\n{text}")
    return f"content/{id}.md"


@settings(max_examples=int(os.environ.get("EDITION_EXAMPLES", "40")))
@given(edits=st.lists(st.lists(EDIT, min_size=1, max_size=2), min_size=1, max_size=10))
def test_any_sequence_of_edits(tmp_path_factory: pytest.TempPathFactory, edits: list[list[Edit]]) -> None:
    story = Story(tmp_path_factory.mktemp("story"), BASE | LISTS)
    watched = Watched(story)
    for together in edits:
        watched.saved(*{save(story, edit) for edit in together})
    watched.session.close()
    if not watched.report.errors:
        assert story.tree() == story.clean()
    shutil.rmtree(story.root.parent)


def test_random_edits_mostly_need_no_whole_build(story: Story) -> None:
    """What the test above compares is compared for nothing if everything is always looked at."""
    watched = Watched(story)
    narrow = 0
    for number in range(12):
        about = {"title": "Letter" if number % 3 else "Note", "number": "2", "date": "1953-10-02"}
        edit: Edit = ("v1/d2", about, [f"Words {number}.", "Turn [Page 12] here.", "Mr. Alder said."], number % 2 == 0)
        narrow += watched.saved(save(story, edit))
    assert narrow >= 10


def aged(story: Story) -> None:
    """Make all sources older than the coarsest clock of a disk, so that they can be told to be unchanged."""
    for file in story.root.rglob("*"):
        if ".edition" not in file.parts:
            os.utime(file, ns=(10**18, 10**18))


def test_the_next_process_goes_on_from_there(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    aged(story)
    first = story.build()
    with monkeypatch.context() as patched:
        patched.setattr("generator.stages.Build.run", lambda *_: pytest.fail("all was looked at"))
        again = story.build()
        assert not again.rendered and not again.removed
        assert (again.documents, again.pages, again.diagnostics) == (first.documents, first.pages, first.diagnostics)
        story.edit("content/v1/d2.md", "Second Letter", "Second Note")
        report = story.build()
        assert "v1/d1/index.html" in report.rendered and report.pages == first.pages
    assert story.tree() == story.clean()


@pytest.mark.parametrize(
    "change",
    ["content/v1/d9.md", "content/v1/volume.toml", "edition.toml", "templates/parts/neighbours.html", "assets/own.css", "content/v1/new.png"],
)  # fmt: skip
def test_the_next_process_sees_what_else_has_changed(story: Story, change: str) -> None:
    aged(story)
    story.build()
    story.write(
        change,
        {"edition.toml": 'title = "Other"\n', "content/v1/volume.toml": 'title = "Other"\n'}.get(change, "<p>\n"),
    )
    story.build()
    assert story.tree() == story.clean()
    if change.endswith((".png", ".css", "d9.md")):
        story.delete(change)
        story.build()
        assert story.tree() == story.clean()


def test_the_next_process_after_a_check(story: Story) -> None:
    """A check reads what has changed, and builds nothing."""
    aged(story)
    story.build()
    story.edit("content/v1/d3.md", "Three.", "Three, amended.")
    survey(Options(story.root, story.site))
    assert pages(story.build()) == {"v1/d3/index.html"}


def test_the_next_process_mends_what_was_changed_by_hand(story: Story) -> None:
    aged(story)
    story.build()
    (story.site / "v1/d3/index.html").write_text("gone", encoding="utf-8")
    assert pages(story.build()) == {"v1/d3/index.html"}
    assert story.tree() == story.clean()


def test_what_a_session_did_is_where_the_next_process_goes_on(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    aged(story)
    watched = Watched(story)
    story.edit("content/v1/d3.md", "Three.", "Three, amended.")
    watched.saved("content/v1/d3.md")
    watched.session.close()
    monkeypatch.setattr("generator.stages.Build.run", lambda *_: pytest.fail("all was looked at"))
    assert not story.build().rendered


def test_what_was_taken_over_in_vain_is_not_told_twice(story: Story) -> None:
    """The next process begins to go on from the last build, and finds that it must look at all."""
    story.write("content/v1/d5.md", '---\ntitle: Five\naliases: ["a b"]\n---\n\nSee [[d9]].\n')
    aged(story)
    first = story.build()
    story.write("content/v1/d5.md", "---\ntitle: Five\nstatus: draft\n---\n\nSee [[d9]].\n")
    report = story.build()
    assert len(report.diagnostics) < len(first.diagnostics)
    story.delete("content/v1/d5.md")
    assert [d for d in story.build().diagnostics if d.span.file.endswith("d5.md")] == []
    assert story.tree() == story.clean()
